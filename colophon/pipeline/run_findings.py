"""What must not pass as success although the record is complete: empty sources, damage above the limit, signal files
with rows that could not be read, files that were read in part, and evaluation sources that earlier training shards
were not searched for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colophon.connectors.first_rows import absent_advice, first_rows, optional_advice, unread_advice
from colophon.connectors.formats.documents import STATED_BY_FORMAT
from colophon.pipeline.contamination import UncomparedSource, uncompared_sources
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import NumberedSource, Sources
from colophon.record.generations import NewGeneration
from colophon.tables import DAMAGED_FILES, FIELD_VALUES, REJECTS, SHARDS
from colophon.vocabulary import FieldOutcome, RejectReason


@dataclass(frozen=True, slots=True)
class EmptySource:
    """A source that yielded neither document nor observation."""

    name: str
    rows_read: int
    rejects: int

    def __str__(self) -> str:
        return (
            f"source {self.name}: {self.rows_read:,} rows gave neither a document nor an observation "
            f"({self.rejects:,} rejects); check its connector, `fields` and paths"
        )


@dataclass(frozen=True, slots=True)
class DamagedSource:
    """A source that lost more rows to damage than its limit allows."""

    name: str
    rows_read: int
    damaged: int
    limit: float
    reasons: str
    #: parts of the text that some rows have and others lack
    missing_parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        share = self.damaged / self.rows_read
        parts = "".join(f"; {optional_advice(name)}" for name in self.missing_parts)
        return (
            f"source {self.name}: {self.damaged:,} of {self.rows_read:,} rows ({share:.2%}) lost to damage "
            f"({self.reasons}), more than max_rejects allows ({self.limit:.2%}); see table rejects{parts}"
        )


@dataclass(frozen=True, slots=True)
class UnreadSignals:
    """Rows of a source's signal files and registries that could not be read: a finding whatever their share."""

    name: str
    rejects: int
    reasons: str
    path: str

    def __str__(self) -> str:
        rows = "1 row" if self.rejects == 1 else f"{self.rejects:,} rows"
        return (
            f"source {self.name}: {rows} of its signal files could not be read ({self.reasons}), first in {self.path}; "
            "each may be a reservation: mend the file, or take out what says nothing; see table rejects"
        )


#: Damaged files of a source that a finding names; the others are counted.
_MAX_NAMED_FILES = 5


@dataclass(frozen=True, slots=True)
class DamagedFiles:
    """Files of a source of which a part could not be read: a finding whatever its share of rows, since nobody can know
    how many are gone. `named` are the first of them, each with how far it was read."""

    name: str
    files: int
    named: str

    def __str__(self) -> str:
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        rest = self.files - _MAX_NAMED_FILES
        others = f"; and {rest:,} more" if rest > 0 else ""
        return (
            f"source {self.name}: {files} could be read in part only: {self.named}{others}; "
            "how many rows are lost cannot be known: fetch or mend what is damaged, or take it out of `paths`, and "
            "make a new record; see table damaged_files"
        )


@dataclass(frozen=True, slots=True)
class IdleField:
    """A field that a source declares and that gave nothing; `names` are those that its first rows have."""

    source: str
    field: str
    name: str
    outcomes: str | None
    names: tuple[str, ...]

    def __str__(self) -> str:
        if self.name == STATED_BY_FORMAT:
            return (
                f"source {self.source}: no time of its records or signal files could be used "
                f"({self.outcomes or FieldOutcome.ABSENT.value}); expected one that has come, such as "
                "2026-03-02T14:30:00Z: which look was in force at a fetch is not known without it"
            )
        given = f"`{self.name}`, given as `fields.{self.field}`"
        if self.outcomes:
            advice = unread_advice(self.field, self.name, self.names)
            return f"source {self.source}: no value of {given}, could be read ({self.outcomes}): {advice}"
        return f"source {self.source}: no row has {given}: {absent_advice(self.field, self.name, self.names)}"


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings of a run, in the order of the sources."""

    empty: tuple[EmptySource, ...]
    damaged: tuple[DamagedSource, ...]
    uncompared: tuple[UncomparedSource, ...]
    unread_signals: tuple[UnreadSignals, ...] = ()
    damaged_files: tuple[DamagedFiles, ...] = ()
    idle_fields: tuple[IdleField, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.messages)

    @property
    def messages(self) -> tuple[str, ...]:
        return (
            *map(str, self.empty),
            *map(str, self.damaged),
            *map(str, self.uncompared),
            *map(str, self.unread_signals),
            *map(str, self.damaged_files),
            *map(str, self.idle_fields),
        )


def find(generation: NewGeneration, sources: Sources, max_rejects: float, base: str, work: WorkFolder) -> Findings:
    """Look at all live shards of the record; `max_rejects` holds for sources that have no limit of their own, and
    `base` is the folder or URL of the corpus file."""
    with work.session() as session:
        for table in (SHARDS, REJECTS, DAMAGED_FILES, FIELD_VALUES):
            session.parts(table, generation.live(table))
        rows = session.read("run/source_rows", {"damage": [r.value for r in RejectReason if r.is_damage]})
        idle = session.read("run/idle_fields").to_pylist()
        missing = session.read("run/missing_parts").to_pylist()
        signals = _by_source(session.read("run/rejected_signal_rows"))
        in_part = _by_source(session.read("run/damaged_files", {"most": _MAX_NAMED_FILES}))
    by_source = _by_source(rows)
    empty, damaged = [], []
    for source in sources:
        row = by_source.get(source.source_id)
        if row is None:
            empty.append(EmptySource(source.source.name, 0, 0))
            continue
        if not row["documents"] and not row["evidence_rows"]:
            empty.append(EmptySource(source.source.name, row["rows_read"], row["rejects"]))
        own = source.source.max_rejects
        limit = max_rejects if own is None else own
        if row["damaged"] > limit * row["rows_read"]:
            texts = source.source.fields.texts
            required = {text.name for text in texts if len(texts) > 1 and not text.optional}
            parts = tuple(m["name"] for m in missing if m["source_id"] == source.source_id and m["name"] in required)
            reasons = row["reasons"]
            damaged.append(DamagedSource(source.source.name, row["rows_read"], row["damaged"], limit, reasons, parts))
    unread = (
        UnreadSignals(source.source.name, row["rejects"], row["reasons"], row["path"])
        for source in sources
        if (row := signals.get(source.source_id)) is not None
    )
    lost = (
        DamagedFiles(source.source.name, row["files"], row["named"])
        for source in sources
        if (row := in_part.get(source.source_id)) is not None
    )
    uncompared = uncompared_sources(generation, sources, work)
    fields = (field for source in sources for field in _idle_fields(source, idle, base))
    return Findings(tuple(empty), tuple(damaged), uncompared, tuple(unread), tuple(lost), tuple(fields))


def _by_source(rows: pa.Table) -> Mapping[int, Mapping[str, Any]]:
    return {row["source_id"]: row for row in rows.to_pylist()}


def _idle_fields(source: NumberedSource, idle: Sequence[Mapping[str, Any]], base: str) -> Iterator[IdleField]:
    of_source = [row for row in idle if row["source_id"] == source.source_id]
    if not of_source:
        return
    first = first_rows(source.source, base)
    for row in of_source:
        # A name that some rows lack and the others have with null or nothing is not mistyped.
        if row["outcomes"] or row["name"] == STATED_BY_FORMAT or not first.has(row["name"]):
            yield IdleField(source.source.name, row["field"], row["name"], row["outcomes"], first.names)
