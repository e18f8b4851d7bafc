"""The published schema and the JSON belong together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from colophon.forms.answers import load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import AnswersFile, Mode, Section, load_forms
from colophon.forms.published import render_json, summary_schema
from colophon.forms.summary import (
    AddedStatement,
    Attachment,
    Box,
    Boxes,
    BoxGroup,
    ContentKind,
    FieldState,
    Gap,
    GapKind,
    Listing,
    Provenance,
    Status,
    Summary,
    SummaryDetail,
    SummaryField,
    TableContent,
    Text,
)
from colophon.query.editions import Edition, Redaction
from colophon.query.session import open_record

SCHEMA = json.loads(summary_schema())
PARTS = SCHEMA["$defs"]


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        (PARTS["section"], Section),
        (PARTS["field"], SummaryField),
        (PARTS["text"], Text),
        (PARTS["boxes"], Boxes),
        (PARTS["group"], BoxGroup),
        (PARTS["box"], Box),
        (PARTS["table"], TableContent),
        (PARTS["list"], Listing),
        (PARTS["statement"], AddedStatement),
        (PARTS["detail"], SummaryDetail),
        (PARTS["redaction"], Redaction),
        (PARTS["attachment"], Attachment),
        (PARTS["provenance"], Provenance),
        (PARTS["gap"], Gap),
    ],
)
def test_the_schema_describes_every_key(described: dict[str, Any], kind: type[Any]) -> None:
    names = {field.name for field in fields(kind)}
    assert set(described["properties"]) == set(described["required"]) == names


def test_the_schema_describes_every_key_of_the_whole() -> None:
    assert set(SCHEMA["properties"]) == {"$schema", *(field.name for field in fields(Summary))}


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (SCHEMA["properties"]["edition"]["enum"], Edition),
        (SCHEMA["properties"]["status"]["enum"], Status),
        (PARTS["field"]["properties"]["mode"]["enum"], Mode),
        (PARTS["field"]["properties"]["state"]["enum"], FieldState),
        (PARTS["statement"]["properties"]["state"]["enum"], FieldState),
        (PARTS["gap"]["properties"]["kind"]["enum"], GapKind),
        (PARTS["gap"]["properties"]["file"]["anyOf"][0]["enum"], AnswersFile),
        ([PARTS[name]["properties"]["kind"]["const"] for name in ("text", "boxes", "table", "list")], ContentKind),
    ],
)
def test_the_schema_lists_every_code(listed: list[str], kind: type[StrEnum]) -> None:
    assert listed == [code.value for code in kind]


def test_every_form_in_every_edition_meets_the_schema(
    tables: Any, make_record: Callable[..., str], tmp_path: Path
) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    tables.source("Set", [{"language": "fr"}])
    tables.crawl("Crawl", [{"registered_domain": f"d{n}.example"} for n in range(10)])
    answers = tmp_path / "answers.yaml"
    answers.write_text("2.1a: {value: yes, by: A, on: 2026-11-20, redact: {ground: g, by: r, on: 2026-11-20}}", "utf-8")
    forms = load_forms()
    with open_record(make_record(**tables.rows)) as record:
        for form in forms:
            for edition in filter(form.is_for, Edition):
                summary = compile_summary(record, form, load_answers(answers, *forms), edition)
                errors = validator.iter_errors(json.loads(render_json(summary)))
                assert [f"{error.json_path}: {error.message}" for error in errors] == []
