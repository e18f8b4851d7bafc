"""Checks of a generation against itself: the packaged queries of `sql/checks`, each of which must give no rows."""

from __future__ import annotations

from collections.abc import Iterator

from colophon.record.database import Record
from colophon.record.queries import packaged_queries

_FOLDER = "checks/"


def failed_checks(record: Record) -> tuple[str, ...]:
    """One line for each check that gives rows; none where the tables agree."""
    return tuple(_failures(record))


def _failures(record: Record) -> Iterator[str]:
    for query_id, query in sorted(packaged_queries().items()):
        if query_id.startswith(_FOLDER):
            rows = record.query(query_id).table.num_rows
            if rows:
                yield f"{query_id} ({query.purpose}): {rows} rows"
