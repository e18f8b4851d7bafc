"""`training-use import` from end to end: a training log in, a generation with its rows of `training_use` out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

import pyarrow.parquet as pq

from colophon.errors import TrainingLogError
from colophon.query.joins import join_session
from colophon.query.session import SessionQueries, open_record
from colophon.record.generations import Addition, adding_generation
from colophon.record.manifest import Manifest
from colophon.record.storage import IMPORT, RecordStorage, part_path
from colophon.tables import DECISIONS, DOCUMENTS, SHARDS, SOURCES, TRAINING_USE
from colophon.training_use.log import TRAINING_LOG, TrainingLog, open_training_log, read_training_log
from colophon.training_use.resolve import LOG, require_fit, resolve_rows

_MEMORY_BYTES = 2 * 2**30
_STAGED = f"{IMPORT}/log.parquet"


class Earlier(Enum):
    """What becomes of earlier imports of the checkpoints that a log names."""

    KEPT = auto()
    SUPERSEDED = auto()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: rows of the log, and the rows of `training_use` that were written. Where all were in the
    record already, `manifest` is None."""

    manifest: Manifest | None
    rows_read: int
    rows_added: int


def import_training_use(
    record: str, file: str, checkpoint: str | None, command: str, earlier: Earlier = Earlier.KEPT
) -> Imported:
    """Add what a training log says as one generation, whole or not at all; `checkpoint` is that of rows that name none.

    Raises NotARecordError, TrainingLogError, ConfigurationErrors, InputUnreadableError, RecordLockedError,
    RunUnfinishedError, RecordInconsistentError, OutputUnwritableError.
    """
    open_record(record).close()
    log = open_training_log(file)
    with adding_generation(record, SessionQueries()) as addition:
        folder, parent = addition.storage, addition.parent
        folder.remove(IMPORT)
        try:
            rows = _stage(folder, log, checkpoint)
            added = _write_rows(addition, log, earlier)
        finally:
            folder.remove(IMPORT)
        if not added:
            return Imported(None, rows, 0)
        counts = {"training_use.rows_read": rows, "training_use.rows_added": added}
        if earlier is Earlier.SUPERSEDED:
            # What is superseded stays in the generations that hold it.
            parent = replace(parent, files=tuple(f for f in parent.files if f.table != TRAINING_USE.name))
        manifest = addition.commit(command, f"log with SHA-256 {_sha256(file)}", counts, parent)
        return Imported(manifest, rows, added)


def _stage(folder: RecordStorage, log: TrainingLog, checkpoint: str | None) -> int:
    """Write the typed rows of a log where DuckDB reads them. Returns how many there are."""
    rows = 0
    with folder.committing(_STAGED) as file, pq.ParquetWriter(file, TRAINING_LOG, compression="zstd") as writer:
        for batch in read_training_log(log, checkpoint):
            writer.write_batch(batch)
            rows += batch.num_rows
    if not rows:
        raise TrainingLogError(log.file, ("has no rows",))
    return rows


def _write_rows(addition: Addition, log: TrainingLog, earlier: Earlier) -> int:
    """Write the part of the new generation: the rows that the record lacks, or, where earlier imports are
    superseded, all rows. Returns how many there are, 0 where that changes nothing."""
    folder, parent, generation = addition.storage, addition.parent, addition.generation
    addition.drop_uncommitted()
    with join_session(folder, folder.scratch(f"{IMPORT}/spill"), _MEMORY_BYTES) as session:
        session.files(LOG, [_STAGED], TRAINING_LOG)
        for table in (SOURCES, SHARDS, DOCUMENTS, DECISIONS, TRAINING_USE):
            session.parts(table, parent.paths(table.name))
        resolve_rows(session, log)
        if earlier is Earlier.KEPT:
            require_fit(session, log)
            rows = "new_rows"
            session.table(f"training_use/{rows}")
        else:
            rows = "superseding_rows"
            session.table(f"training_use/{rows}")
            session.view("training_use/changed_rows")
            if session.is_empty("changed_rows"):
                return 0
        session.write(TRAINING_USE, part_path(TRAINING_USE, generation, "imported"), rows)
        return session.count(rows)


def _sha256(file: str) -> str:
    with Path(file).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
