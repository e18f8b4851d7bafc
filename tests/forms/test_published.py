"""What is written as JSON is read back as the same summary, by this version and from earlier ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from colophon.errors import BadArgumentError
from colophon.forms.answers import Answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import load_form
from colophon.forms.published import parse_json, read_published, render_json
from colophon.forms.summary import Attachment, Boxes, Listing, Summary, TableContent, Text
from colophon.query.editions import Edition
from colophon.query.session import open_record


@pytest.fixture
def summary(tables: Any, make_record: Callable[..., str]) -> Summary:
    """A summary with every kind of content."""
    tables.source("Set", [{"language": "fr"}], origin="https://set.example/")
    tables.crawl("Crawl", [{"registered_domain": f"domain-{n}.example"} for n in range(10)])
    with open_record(make_record(**tables.rows)) as record:
        return compile_summary(record, load_form(), Answers(), Edition.INTERNAL)


def test_what_was_written_is_read_back_as_it_was(summary: Summary) -> None:
    assert {type(field.content) for field in summary.fields()} >= {Text, Boxes, TableContent, Listing}
    assert parse_json(render_json(summary), "summary.json") == summary


def test_the_file_of_a_long_list_is_read_from_beside_the_page(summary: Summary, tmp_path: Path) -> None:
    attached = Listing((), "none", attachment=Attachment("domains.csv", 1, "0" * 64))
    section, *rest = summary.sections
    listed = replace(section, fields=(replace(section.fields[0], content=attached), *section.fields[1:]))
    path = tmp_path / "summary.json"
    path.write_bytes(render_json(replace(summary, sections=(listed, *rest))))
    assert read_published(path).summary.attachments() == ("domains.csv",)
    assert read_published(path).files == {}
    (tmp_path / "domains.csv").write_bytes(b"domain\na.example\n")
    assert read_published(path).files == {"domains.csv": b"domain\na.example\n"}


def test_a_summary_from_before_the_lint_was_written_into_it_is_read(summary: Summary) -> None:
    document = json.loads(render_json(summary))
    del document["findings"]
    assert parse_json(json.dumps(document).encode(), "summary.json") == summary


@pytest.mark.parametrize("kind", ["picture", None])
def test_a_content_of_a_kind_that_nobody_knows_is_refused_by_the_name_of_the_file(summary: Summary, kind: str) -> None:
    document = json.loads(render_json(summary))
    field = next(f for section in document["sections"] for f in section["fields"] if f["content"])
    field["content"]["kind"] = kind
    with pytest.raises(BadArgumentError, match=r"old\.json.*kind of content"):
        parse_json(json.dumps(document).encode(), "old.json")
