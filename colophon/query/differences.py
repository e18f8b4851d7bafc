"""What differs between two versions of something, item by item, and so between two records.

Records are compared by their hashes, configuration, counts, sources, shards, decisions, languages and domains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from colophon.query.packaged import packaged_query
from colophon.query.session import Record

#: Packaged queries with what each compares; their rows are sorted by `item`.
_PARTS = {
    "totals": "Counts",
    "sources": "Sources",
    "shards": "Shards",
    "decisions": "Decisions",
    "languages": "Languages",
    "domains": "Domains",
}
_FACTS = ("corpus", "root_hash", "content_hash", "corpus_sha256", "policy", "policy_sha256", "scheme", "partial")
_BATCH_ROWS = 20_000
_OLD, _NEW = 0, 1

_Row = dict[str, Any]


class DifferenceKind(StrEnum):
    """What became of an item."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the field or part and its label, the item (empty: all of it), and what was said and is."""

    part: str
    label: str
    item: str
    kind: DifferenceKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is said: the item it is about (empty: the whole), and what is said of it."""

    item: str
    text: str


def item_differences(part: str, label: str, old: Iterable[Piece], new: Iterable[Piece]) -> Iterator[Difference]:
    """Pieces that were added, removed or say something else, in the order of the new ones; removed ones last.

    No two pieces of a version are about the same item.
    """
    before = {piece.item: piece.text for piece in old}
    for piece in new:
        if piece.item not in before:
            yield Difference(part, label, piece.item, DifferenceKind.ADDED, "", piece.text)
        elif (then := before.pop(piece.item)) != piece.text:
            yield Difference(part, label, piece.item, DifferenceKind.CHANGED, then, piece.text)
    for item, text in before.items():
        yield Difference(part, label, item, DifferenceKind.REMOVED, text, "")


def record_differences(old: Record, new: Record) -> Iterator[Difference]:
    """Every difference, part by part, sorted by item inside a part; both records are read side by side.

    Raises QueryError.
    """
    facts = [tuple(Piece(f, str(getattr(record.manifest, f))) for f in _FACTS) for record in (old, new)]
    yield from item_differences("manifest", "Manifest", facts[_OLD], facts[_NEW])
    for part, label in _PARTS.items():
        yield from _part(part, label, old, new)


def _part(part: str, label: str, old: Record, new: Record) -> Iterator[Difference]:
    both = merge(_rows(old, part, _OLD), _rows(new, part, _NEW), key=itemgetter(0))
    for item, rows in groupby(both, key=itemgetter(0)):
        yield from _difference(part, label, item, {side: row for _, side, row in rows})


def _rows(record: Record, part: str, side: int) -> Iterator[tuple[str, int, _Row]]:
    """The rows of one record, each with its item and the side it is on."""
    for batch in record.batches(packaged_query(f"diff/{part}").select, _BATCH_ROWS):
        for row in batch.to_pylist():
            yield row["item"], side, row


def _difference(part: str, label: str, item: str, rows: dict[int, _Row]) -> Iterator[Difference]:
    before, after = rows.get(_OLD), rows.get(_NEW)
    if before is None and after is not None:
        yield Difference(part, label, item, DifferenceKind.ADDED, "", _row_text(after, list(after)))
    elif after is None and before is not None:
        yield Difference(part, label, item, DifferenceKind.REMOVED, _row_text(before, list(before)), "")
    elif before is not None and after is not None and before != after:
        names = [name for name in after if before[name] != after[name]]
        yield Difference(part, label, item, DifferenceKind.CHANGED, _row_text(before, names), _row_text(after, names))


def _row_text(row: _Row, names: list[str]) -> str:
    return ", ".join(f"{name} {row[name]}" for name in names if name != "item" and row[name] is not None)
