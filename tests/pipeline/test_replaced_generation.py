"""A first generation read by a wrong mapping of fields, and one that was never completed, are made anew."""

from __future__ import annotations

import shutil

import pytest

from colophon.errors import OutputUnwritableError, RecordChangedError
from colophon.pipeline import job
from colophon.query.session import open_record, views_sql
from colophon.record import generations
from colophon.record.verify import verify
from tests.small_corpus import SOURCES

pytestmark = pytest.mark.job

BOOKS = SOURCES["books"]
MISTYPED = BOOKS.replace("id: id", "id: idd")


@pytest.fixture
def books(small, monkeypatch):
    """Makes or continues a record of source `books`, written so."""

    def run(record, source=BOOKS, **options):
        monkeypatch.setitem(SOURCES, "books", source)
        return small.run(record, "books", **options)

    return run


def fail(*_):
    raise OutputUnwritableError("manifest.json", "for the test")


def files(record):
    return {path: path.read_bytes() for path in record.rglob("*") if path.is_file()}


def test_a_corrected_mapping_of_fields_replaces_a_first_generation(books, small, tmp_path):
    assert books(tmp_path / "r", MISTYPED).findings
    assert not books(tmp_path / "r").findings
    books(tmp_path / "fresh")
    assert small.root(tmp_path / "r") == small.root(tmp_path / "fresh")
    assert not verify(str(tmp_path / "r"), views_sql).problems
    with open_record(str(tmp_path / "r")) as opened:
        assert opened.sql("SELECT generation FROM runs").column(0).to_pylist() == [1]


def test_a_run_that_ends_while_it_replaces_is_continued(books, small, tmp_path, monkeypatch):
    books(tmp_path / "r", MISTYPED)
    for ends in ("commit_plan", "gather_evidence"):
        with monkeypatch.context() as patch:
            patch.setattr(job, ends, fail)
            with pytest.raises(OutputUnwritableError):
                books(tmp_path / "r")
    books(tmp_path / "r")
    books(tmp_path / "fresh")
    assert small.root(tmp_path / "r") == small.root(tmp_path / "fresh")


def test_fields_that_changed_with_something_else_are_refused(books, tmp_path):
    books(tmp_path / "r", MISTYPED)
    before = files(tmp_path / "r")
    with pytest.raises(RecordChangedError, match=r"(?s)dedup\.threshold.*fields\.id: idd → id"):
        books(tmp_path / "r", extra="dedup: {threshold: 0.7}\n")
    assert files(tmp_path / "r") == before


def test_fields_that_changed_after_something_was_added_are_refused(books, small, tmp_path):
    books(tmp_path / "r", MISTYPED)
    small.run(tmp_path / "r", "books", "letters")
    with pytest.raises(RecordChangedError, match=r"fields\.id: idd → id"):
        books(tmp_path / "r")


@pytest.fixture
def letters_unfinished(small, tmp_path, monkeypatch):
    """A folder with letters that no run completed."""
    with monkeypatch.context() as patch:
        patch.setattr(generations, "commit_manifest", fail)
        with pytest.raises(OutputUnwritableError):
            small.run(tmp_path / "r", "letters")
    return tmp_path / "r"


def test_a_first_generation_that_is_not_complete_is_planned_anew(small, letters_unfinished, tmp_path):
    (small.folder / "data" / "letters" / "0.txt").unlink()
    small.run(letters_unfinished, "letters", extra="dedup: {threshold: 0.7}\n")
    small.run(tmp_path / "fresh", "letters", extra="dedup: {threshold: 0.7}\n")
    assert small.root(letters_unfinished) == small.root(tmp_path / "fresh")


def test_an_option_that_was_forgotten_costs_no_work(small, letters_unfinished):
    before = files(letters_unfinished)
    with pytest.raises(RecordChangedError, match="--limit: none → 1"):
        small.run(letters_unfinished, "letters", limit=1)
    assert files(letters_unfinished) == before
    small.run(letters_unfinished, "letters")


def test_a_later_generation_that_is_not_complete_is_planned_anew_beside_the_others(small, tmp_path, monkeypatch):
    small.run(tmp_path / "r", "books")
    shutil.copytree(tmp_path / "r", tmp_path / "other")
    with monkeypatch.context() as patch:
        patch.setattr(generations, "commit_manifest", fail)
        with pytest.raises(OutputUnwritableError):
            small.run(tmp_path / "r", "books", "letters")
    (small.folder / "data" / "letters" / "0.txt").unlink()
    for record in ("r", "other"):
        small.run(tmp_path / record, "books", "letters")
    assert small.root(tmp_path / "r") == small.root(tmp_path / "other")
    assert not verify(str(tmp_path / "r"), views_sql).problems
