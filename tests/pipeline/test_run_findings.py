from __future__ import annotations

import json

import pytest

from colophon.pipeline.run_findings import DamagedSource, IdleField
from tests.small_corpus import SOURCES, text


@pytest.mark.parametrize(
    ("field", "name", "outcomes", "names", "message"),
    [
        (
            "url",
            "meta.ulr",
            None,
            ("text", "meta.url"),
            (
                "source s: no row has `meta.ulr`, given as `fields.url`: did you mean `meta.url`? "
                "there are `text`, `meta.url`; correct the name, or leave the field out"
            ),
        ),
        ("text", "body", None, ("xyz",), "given as `fields.text`: there are `xyz`; correct the name"),
        ("id", "idd", None, (), "given as `fields.id`: correct the name, or leave the field out"),
        (
            "text",
            "messages",
            "wrong_type",
            ("messages[].role", "messages[].content", "messages_count"),
            (
                "source s: no value of `messages`, given as `fields.text`, could be read (wrong_type): "
                "it holds `messages[].role`, `messages[].content`; name one of these"
            ),
        ),
        ("id", "text", "too_long", ("text",), "(too_long): expected a text of at most 1,024 bytes"),
        ("fetched_at", "at", "not_a_moment", ("at",), "(not_a_moment): expected a date or time; name another"),
        ("fetched_at", "", "not_a_moment", (), "no time of its records or signal files could be used (not_a_moment); "),
        ("fetched_at", "", None, (), "could be used (absent); expected one that has come, such as 2026-"),
        ("url", "x", None, tuple(f"n{n}" for n in range(30)), "`n11` and 18 more; correct"),
    ],
)
def test_a_field_that_gave_nothing_is_named_with_what_there_is_and_what_to_write(field, name, outcomes, names, message):
    assert message in str(IdleField("s", field, name, outcomes, names))


def test_rows_lost_for_want_of_a_part_of_the_text_say_how_to_do_without_it():
    source = DamagedSource("s", 10, 5, 0.01, "field_missing", ("input",))
    assert str(source).endswith("; write `input?` under `fields.text` if rows may be without it")


@pytest.mark.job
def test_a_name_that_rows_have_with_nothing_in_it_or_lack_is_no_finding(small, tmp_path, monkeypatch):
    chats = SOURCES["chats"].replace("chats.jsonl.gz", "chats.jsonl").replace("id: id", "id: idd, license: license")
    monkeypatch.setitem(SOURCES, "chats", chats.replace("text: text", "text: [text, input?]"))
    rows = ({"input": "", "license": None}, {"input": None}, {})
    lines = (json.dumps({"text": text(f"chat {number}"), **row}) for number, row in enumerate(rows))
    (small.folder / "data" / "chats.jsonl").write_text("\n".join(lines))
    assert [field.name for field in small.run(tmp_path / "r", "chats").findings.idle_fields] == ["idd"]
