from __future__ import annotations

import json
from pathlib import Path

import pytest

from colophon.cli.exit_codes import ExitCode, exit_code_of
from colophon.cli.lookup import lookup
from colophon.cli.output import TextOrJson
from colophon.errors import BadArgumentError


def test_text_tells_use_reason_months_and_limits(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    lookup(small_record, "SILENT.org.")
    out = capsys.readouterr().out
    assert "Documents from this place are used to train the model." in out
    assert "filtered out (duplicate)" in out
    assert "collected 2026-02" in out
    assert "What cannot be said:" in out
    assert "Edition: public" in out


def test_json_has_one_status_and_no_exact_size(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    lookup(small_record, "https://silent.org/a", TextOrJson.JSON)
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["edition"], found["place"]["path"]) == ("used", "public", "/a")
    assert {use["documents"] for use in found["uses"]} == {"1–10"}


def test_a_list_of_names_gets_one_answer_each(
    small_record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes(b"\xef\xbb\xbfsilent.org\r\n# a remark\r\n\r\nnowhere.org\r\nsilent.org\r\n")
    lookup(small_record, form=TextOrJson.JSON, names=names)
    answers = json.loads(capsys.readouterr().out)
    assert [(answer["asked_for"], answer["status"]) for answer in answers] == [
        ("silent.org", "used"),
        ("nowhere.org", "unknown"),
    ]
    lookup(small_record, names=names)
    assert capsys.readouterr().out.count("Edition: public") == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "at least one name"),
        ("a.org\nnot a place\nperson@b.org\n", "2 of 3 are none: `not a place`, `person@b.org`"),
    ],
)
def test_a_list_with_names_that_are_none_is_refused_with_them(
    small_record: str, tmp_path: Path, content: str, said: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_text(content, "utf-8")
    with pytest.raises(BadArgumentError, match=said):
        lookup(small_record, names=names)


def test_either_a_name_or_a_list_is_given(small_record: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgumentError, match="either one name"):
        lookup(small_record)
    with pytest.raises(BadArgumentError, match="either one name"):
        lookup(small_record, "a.org", names=tmp_path / "names.txt")


def test_unknown_place_is_answered_and_no_error(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    lookup(small_record, "nowhere.org")
    assert "cannot be said" in capsys.readouterr().out


def test_what_is_no_place_is_a_usage_error(small_record: str) -> None:
    with pytest.raises(BadArgumentError, match=r"example\.org") as raised:
        lookup(small_record, "not a place")
    assert exit_code_of(raised.value) is ExitCode.USAGE
