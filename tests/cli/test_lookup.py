from __future__ import annotations

import json

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


def test_unknown_place_is_answered_and_no_error(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    lookup(small_record, "nowhere.org")
    assert "cannot be said" in capsys.readouterr().out


def test_what_is_no_place_is_a_usage_error(small_record: str) -> None:
    with pytest.raises(BadArgumentError, match=r"example\.org") as raised:
        lookup(small_record, "not a place")
    assert exit_code_of(raised.value) is ExitCode.USAGE
