from __future__ import annotations

from colophon.query.differences import DifferenceKind, record_differences
from colophon.query.session import open_record


def found(old: str, new: str) -> dict[tuple[str, str], DifferenceKind]:
    with open_record(old) as first, open_record(new) as second:
        return {(d.part, d.item): d.kind for d in record_differences(first, second)}


def test_a_record_does_not_differ_from_itself(small_record: str) -> None:
    assert found(small_record, small_record) == {}


def test_names_what_was_added_changed_and_removed(write_tables, tables, tmp_path) -> None:
    tables.source("news", [{"registered_domain": "a.example"}, {"registered_domain": "b.example"}])
    old = write_tables(tmp_path / "old", tables.rows)
    tables.rows.clear()
    tables.source("news", [{"registered_domain": "a.example", "language": "fi"}, {"decision": "quality"}])
    tables.source("books", [{}])
    seen = found(old, write_tables(tmp_path / "new", tables.rows))
    assert seen["sources", "books"] is DifferenceKind.ADDED
    assert seen["sources", "news"] is DifferenceKind.CHANGED
    assert seen["domains", "b.example"] is DifferenceKind.REMOVED
    assert ("domains", "a.example") not in seen
    assert seen["languages", "fi"] is DifferenceKind.ADDED
    assert seen["totals", "sources"] is DifferenceKind.CHANGED
    assert seen["manifest", "root_hash"] is DifferenceKind.CHANGED
