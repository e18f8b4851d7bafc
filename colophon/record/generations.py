"""Adding a generation to a record: the lock, the parts, the note of the command, the checks, and the manifest, last."""

from __future__ import annotations

import json
import platform
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Protocol

import pyarrow as pa

from colophon.errors import RecordInconsistentError, RunUnfinishedError
from colophon.record.manifest import LAYOUT, Manifest, commit_manifest, live_files, read_manifest, sealed
from colophon.record.parquet import write_part
from colophon.record.storage import (
    MANIFEST,
    TEMPORARY,
    VIEWS,
    RecordStorage,
    manifest_path,
    part_path,
    part_place,
    plan_path,
    storage_at,
)
from colophon.tables import RUNS, TABLES, Growth, Table

_LIBRARIES = ("colophon", "aiohttp", "apache-beam", "pyarrow", "numpy", "numba", "duckdb")


class RecordQueries(Protocol):
    """What SQL contributes to a commit. The record does not know DuckDB: whoever commits hands this in."""

    def views(self, manifest: Manifest) -> str:
        """The text of `views.sql` of a generation."""

    def require_readable(self, record: str) -> None:
        """Open the newest generation and close it. Raises NotARecordError, BadArgumentError."""

    def problems(self, record: str, manifest: Manifest, memory: str | None) -> tuple[str, ...]:
        """One line for each check of a generation that fails; `memory` as DuckDB words it, its default where None."""


@dataclass(frozen=True, slots=True)
class RunNote:
    """What is noted of a command outside the root hash; `counts` by transform and name."""

    command: str
    started_at: datetime
    finished_at: datetime
    runner: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Addition:
    """A generation being added to a record that is locked; `parent` is the newest one committed."""

    storage: RecordStorage
    parent: Manifest
    began: datetime
    queries: RecordQueries

    @property
    def generation(self) -> int:
        return self.parent.generation + 1

    def drop_uncommitted(self) -> None:
        """Remove what a command that was interrupted wrote for this generation."""
        self.storage.remove_parts(self.generation)

    def commit(self, command: str, runner: str, counts: Mapping[str, int], parent: Manifest | None = None) -> Manifest:
        """Commit the parts that were written, beside the files of `parent`, the newest manifest where None is given.

        Raises RecordInconsistentError, OutputUnwritableError.
        """
        parent = self.parent if parent is None else parent
        note = RunNote(command, self.began, datetime.now(UTC), runner, counts)
        write_run(self.storage, self.generation, note)
        added = live_files(self.storage, written_parts(self.storage, self.generation))
        files = tuple(sorted((*parent.files, *added), key=lambda f: f.path))
        unsealed = replace(
            parent,
            layout=LAYOUT,
            generation=self.generation,
            parent_root=parent.root_hash,
            parent_sha256=self.storage.sha256(manifest_path(parent.generation)),
            created_at=note.finished_at.isoformat(timespec="seconds"),
            plan_sha256=None,
            files=files,
        )
        manifest = sealed(unsealed)
        commit_generation(self.storage, manifest, self.queries)
        return manifest


@dataclass(frozen=True, slots=True)
class NewGeneration:
    """A generation that a run is making: where its parts go, and which parts of the record are live in it."""

    storage: RecordStorage
    number: int

    def part(self, table: Table, name: str = "all") -> str:
        """Where a part of this generation goes."""
        return part_path(table, self.number, name)

    def live(self, table: Table) -> tuple[str, ...]:
        """Parts of a table that are live in it; those of a table that is written anew are its own."""
        first = self.number if table.growth is Growth.ANEW else 1
        return tuple(path for number in range(first, self.number + 1) for path in self.storage.parts(table, number))


@contextmanager
def adding_generation(record: str, queries: RecordQueries) -> Iterator[Addition]:
    """Hold the lock of a record, to whose newest generation a command other than `run` adds one.

    Raises NotARecordError, BadArgumentError, RecordLockedError, RunUnfinishedError, OutputUnwritableError.
    """
    queries.require_readable(record)
    storage = storage_at(record)
    with storage.writing():
        parent = read_manifest(record)
        if storage.exists(plan_path(parent.generation + 1)):
            raise RunUnfinishedError(record)
        yield Addition(storage, parent, datetime.now(UTC), queries)


def newest_manifest(storage: RecordStorage) -> Manifest | None:
    """The manifest of the newest generation; None where none is committed. Raises NotARecordError."""
    return read_manifest(storage.location) if storage.exists(MANIFEST) else None


def commit_generation(
    storage: RecordStorage, manifest: Manifest, queries: RecordQueries, memory: str | None = None
) -> None:
    """Check a generation whose parts are written, within so much memory in DuckDB's words, and commit it.

    Raises RecordInconsistentError, OutputUnwritableError.
    """
    problems = queries.problems(storage.location, manifest, memory)
    if problems:
        raise RecordInconsistentError(storage.location, problems)
    commit_manifest(storage, manifest)
    write_views(storage, manifest, queries)


def write_views(storage: RecordStorage, manifest: Manifest, queries: RecordQueries) -> None:
    """Let `views.sql` select what the manifest names; it follows from the manifest, so that a crash before it is mended
    by the next run."""
    content = queries.views(manifest).encode()
    if not storage.exists(VIEWS) or storage.read(VIEWS) != content:
        storage.write(VIEWS, content)


def written_parts(storage: RecordStorage, generation: int) -> list[str]:
    """Parts of a generation; what a crash left half written is dropped."""
    for path in storage.walk():
        place = part_place(path)
        if place is not None and place.generation == generation and path.rsplit("/", 1)[-1].startswith(TEMPORARY):
            storage.remove(path)
    return [path for table in TABLES.values() for path in storage.parts(table, generation)]


def write_run(storage: RecordStorage, generation: int, note: RunNote) -> None:
    """Write the row of `runs` for a generation."""
    row = {
        "run_id": secrets.token_hex(16),
        "generation": generation,
        "command": note.command,
        "started_at": note.started_at,
        "finished_at": note.finished_at,
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": json.dumps({"python": sys.version.split()[0], **{name: version(name) for name in _LIBRARIES}}),
        "runner": note.runner,
        "counts": json.dumps(dict(note.counts), sort_keys=True),
    }
    write_part(storage, RUNS, part_path(RUNS, generation, "all"), pa.Table.from_pylist([row], RUNS.schema))
