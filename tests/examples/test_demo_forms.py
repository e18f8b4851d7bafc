"""The demo goes the whole way: its record and the filled files give every form, complete and without a finding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from colophon.forms.answers import Answers, join_answers, load_answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import FieldFormat, Form, Mode, load_forms
from colophon.forms.lint.check import lint
from colophon.forms.render.markdown import render_markdown
from colophon.forms.summary import Boxes, FieldState, Status, Summary, TableContent
from colophon.query.editions import Edition
from colophon.query.session import Record, open_record

pytestmark = pytest.mark.job

FORMS = {form.stem: form for form in load_forms()}
WRITTEN = [(form, edition) for form in FORMS.values() for edition in Edition if form.is_for(edition)]
NAMES = [f"{form.stem} {edition}" for form, edition in WRITTEN]

#: One question for each way of acquiring that the summary asks about.
EVERY_SECTION = ("2.1a", "2.2.1a", "2.2.2a", "2.3a", "2.4a", "2.5a", "2.6a")


def colophon(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLOPHON_ID_KEY": "demo-key-that-protects-nothing"}
    command = [sys.executable, "-m", "colophon", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def recorded(demo: Path) -> Path:
    """The folder of the demo with its record."""
    done = colophon("-q", "run", demo / "corpus.yaml", "--record", demo / "record", "--workers", 1)
    assert done.returncode == 0, done.stderr
    return demo


@pytest.fixture(scope="module")
def record(recorded: Path) -> Iterator[Record]:
    with open_record(str(recorded / "record")) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(recorded: Path) -> Answers:
    provider, model = (load_answers(recorded / f"{name}.yaml", *FORMS.values()) for name in ("provider", "model"))
    return join_answers(provider, model)


@pytest.mark.parametrize(("form", "edition"), WRITTEN, ids=NAMES)
def test_every_edition_of_every_form_is_complete(
    record: Record, answers: Answers, form: Form, edition: Edition
) -> None:
    compiled = compile_summary(record, form, answers, edition)
    assert [f"{g.field}: {g.message}" for g in compiled.gaps] == []
    assert compiled.status is Status.COMPLETE


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_lint_finds_nothing(record: Record, answers: Answers, form: Form) -> None:
    assert [str(finding) for finding in lint(record, form, answers)] == []


def test_every_section_on_sources_is_exercised(record: Record, answers: Answers) -> None:
    compiled = compile_summary(record, FORMS["summary"], answers)
    fields = {f.id: f for f in compiled.fields()}
    for id_ in EVERY_SECTION:
        content = fields[id_].content
        assert isinstance(content, Boxes)
        assert [b.option for g in content.groups for b in g.boxes if b.ticked] == ["yes"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_with_empty_files_every_stated_field_is_a_gap_and_nothing_is_attested(record: Record, form: Form) -> None:
    compiled = compile_summary(record, form, Answers(), Edition.INTERNAL)
    fields = {f.id: f for f in compiled.fields()}
    for field in form.fields():
        if field.mode is Mode.STATED and not field.optional:
            assert fields[field.id].state is FieldState.UNANSWERED
            assert field.id in {g.field for g in compiled.gaps}
        if field.format is FieldFormat.CHOICE:
            content = fields[field.id].content
            assert isinstance(content, Boxes)
            assert not any(b.ticked for g in content.groups for b in g.boxes)


def test_the_command_writes_the_whole_public_edition_and_ends_with_0(recorded: Path, tmp_path: Path) -> None:
    files = ("--provider", recorded / "provider.yaml", "--model", recorded / "model.yaml")
    done = colophon("summary", recorded / "record", *files, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    stems = ("summary", "copyright_policy")
    formats = ("docx", "html", "pdf", "md", "json")
    assert {f"{s}.{f}" for s in stems for f in formats} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_the_command_ends_with_1_where_the_files_are_empty(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("{}\n", "utf-8")
    files = ("--provider", tmp_path / "empty.yaml", "--model", tmp_path / "empty.yaml")
    done = colophon("summary", recorded / "record", *files, "--out", tmp_path / "out", "--format", "json")
    assert done.returncode == 1
    written = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert written["status"] == "draft"
    assert len(written["gaps"]) > 20


def rows(compiled: Summary, field: str) -> tuple[tuple[str, ...], ...]:
    content = next(f for f in compiled.fields() if f.id == field).content
    assert isinstance(content, TableContent)
    return content.rows


@pytest.mark.parametrize(
    ("edition", "training", "testing"),
    [
        (Edition.INTERNAL, "2,080", "60"),
        (Edition.AI_OFFICE, "about 2,100", "about 60"),
        (Edition.AUTHORITY, "about 2,000", "about 60"),
    ],
)
def test_numbers_of_data_points_are_as_exact_as_their_readers_may_see(
    record: Record, answers: Answers, edition: Edition, training: str, testing: str
) -> None:
    found = rows(compile_summary(record, FORMS["model_documentation"], answers, edition), "M6e")
    assert {row[0]: row[2] for row in found} == {"training": training, "validation": "0", "testing": testing}


def test_the_items_of_the_exam_that_were_planted_are_in_the_register(record: Record, answers: Answers) -> None:
    (row,) = rows(compile_summary(record, FORMS["summary"], answers), "evaluations")
    assert (row[0], row[-2:]) == ("Reading Exam, version 1.1, split test", ("60", "2"))


def test_an_edition_that_leaves_fields_out_says_so_on_its_face(record: Record, answers: Answers) -> None:
    form = FORMS["model_documentation"]
    partial, whole = (compile_summary(record, form, answers, e) for e in (Edition.DOWNSTREAM, Edition.INTERNAL))
    note = f"Fields of the form left out for these readers: {len(partial.withheld)}."
    assert note in render_markdown(partial).decode().partition("\n## ")[0]
    assert "left out for these readers" not in render_markdown(whole).decode()
