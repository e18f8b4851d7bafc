"""What must not pass as success although the record is complete: empty sources, damage above the limit, signal files
with rows that could not be read, files that were read in part, and evaluation sources that earlier training shards
were not searched for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from colophon.config.problems import nearest
from colophon.connectors.formats.field_values import top_name
from colophon.connectors.readers import names_of
from colophon.pipeline.contamination import UncomparedSource, uncompared_sources
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import Sources
from colophon.record.generations import NewGeneration
from colophon.tables import DAMAGED_FILES, FIELD_VALUES, REJECTS, SHARDS
from colophon.vocabulary import RejectReason


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

    def __str__(self) -> str:
        share = self.damaged / self.rows_read
        return (
            f"source {self.name}: {self.damaged:,} of {self.rows_read:,} rows ({share:.2%}) lost to damage "
            f"({self.reasons}), more than max_rejects allows ({self.limit:.2%}); see table rejects"
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


#: Names of columns or keys that a message lists.
_NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class IdleField:
    """A field that a source declares and that gave nothing; `names` are those that its first rows have."""

    source: str
    field: str
    name: str
    outcomes: str | None
    names: tuple[str, ...]

    def __str__(self) -> str:
        if self.outcomes:
            return (
                f"source {self.source}: no value of `{self.name}`, given as `fields.{self.field}`, could be read "
                f"({self.outcomes}); to reach into objects and lists write a name such as `{self.name}[].KEY`, or name "
                "another column or key"
            )
        near = nearest(self.name, self.names) or nearest(top_name(self.name), self.names)
        hint = f"; did you mean `{near}`?" if near and near != top_name(self.name) else ""
        more = "" if len(self.names) <= _NAMES_SHOWN else f" and {len(self.names) - _NAMES_SHOWN} more"
        known = f"; its rows have {', '.join(self.names[:_NAMES_SHOWN])}{more}" if self.names else ""
        return (
            f"source {self.source}: no row has `{self.name}`, given as `fields.{self.field}`{hint}{known}; "
            "correct the name, or leave the field out"
        )


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
        signals = {row["source_id"]: row for row in session.read("run/rejected_signal_rows").to_pylist()}
        files = session.read("run/damaged_files", {"most": _MAX_NAMED_FILES})
    in_part = {row["source_id"]: DamagedFiles("", row["files"], row["named"]) for row in files.to_pylist()}
    by_source = {row["source_id"]: row for row in rows.to_pylist()}
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
            damaged.append(DamagedSource(source.source.name, row["rows_read"], row["damaged"], limit, row["reasons"]))
    unread = (
        UnreadSignals(source.source.name, row["rejects"], row["reasons"], row["path"])
        for source in sources
        if (row := signals.get(source.source_id)) is not None
    )
    lost = (
        replace(files_of_source, name=source.source.name)
        for source in sources
        if (files_of_source := in_part.get(source.source_id)) is not None
    )
    uncompared = uncompared_sources(generation, sources, work)
    fields = [
        IdleField(source.source.name, row["field"], row["name"], row["outcomes"], names_of(source.source, base))
        for source in sources
        for row in idle
        if row["source_id"] == source.source_id
    ]
    return Findings(tuple(empty), tuple(damaged), uncompared, tuple(unread), tuple(lost), tuple(fields))
