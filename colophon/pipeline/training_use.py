"""`training-use import` from end to end: a training log in, a generation with its rows of `training_use` out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from colophon.connectors.training_log import TRAINING_LOG, TrainingLog, open_training_log, read_training_log
from colophon.pipeline.generation import RunNote, commit_added, drop_uncommitted
from colophon.pipeline.plan import plan_path
from colophon.pipeline.training_use_rows import LOG, NEW_ROWS, resolve_rows
from colophon.pipeline.work import create_view, spilling_database, write_query
from colophon.record.database import open_record
from colophon.record.errors import RunUnfinishedError, TrainingLogError
from colophon.record.folder import IMPORT, RecordFolder
from colophon.record.lock import writing
from colophon.record.manifest import Manifest, read_manifest
from colophon.record.parts import part_path
from colophon.record.tables import DECISIONS, DOCUMENTS, SHARDS, SOURCES, TRAINING_USE

_MEMORY_BYTES = 2 * 2**30
_STAGED = f"{IMPORT}/log.parquet"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: rows of the log, and the rows of `training_use` they added. Where all were in the record
    already, `manifest` is None."""

    manifest: Manifest | None
    rows_read: int
    rows_added: int


def import_training_use(record: str, file: str, checkpoint: str | None, command: str) -> Imported:
    """Add what a training log says as one generation, whole or not at all; `checkpoint` is that of rows that name none.

    Raises NotARecordError, TrainingLogError, ConfigurationErrors, InputUnreadableError, RecordLockedError,
    RunUnfinishedError, RecordInconsistentError, OutputUnwritableError.
    """
    open_record(record).close()
    log = open_training_log(file)
    folder = RecordFolder(record)
    with writing(folder):
        began = datetime.now(UTC)
        parent = read_manifest(record)
        if folder.exists(plan_path(parent.generation + 1)):
            raise RunUnfinishedError(record)
        folder.remove(IMPORT)
        try:
            rows = _stage(folder, log, checkpoint)
            added = _write_rows(folder, parent, log)
        finally:
            folder.remove(IMPORT)
        if not added:
            return Imported(None, rows, 0)
        counts = {"training_use.rows_read": rows, "training_use.rows_added": added}
        note = RunNote(command, began, datetime.now(UTC), f"log with SHA-256 {_sha256(file)}", counts)
        return Imported(commit_added(folder, parent, note), rows, added)


def _stage(folder: RecordFolder, log: TrainingLog, checkpoint: str | None) -> int:
    """Write the typed rows of a log where DuckDB reads them. Returns how many there are."""
    rows = 0
    with folder.committing(_STAGED) as file, pq.ParquetWriter(file, TRAINING_LOG, compression="zstd") as writer:
        for batch in read_training_log(log, checkpoint):
            writer.write_batch(batch)
            rows += batch.num_rows
    if not rows:
        raise TrainingLogError(log.file, ("has no rows",))
    return rows


def _write_rows(folder: RecordFolder, parent: Manifest, log: TrainingLog) -> int:
    """Write the rows that the record lacks as the part of the generation after `parent`. Returns how many there are."""
    generation = parent.generation + 1
    drop_uncommitted(folder, generation)
    with spilling_database(folder.absolute(f"{IMPORT}/spill"), _MEMORY_BYTES) as database:
        create_view(database, folder, LOG, [_STAGED], TRAINING_LOG)
        for table in (SOURCES, SHARDS, DOCUMENTS, DECISIONS, TRAINING_USE):
            create_view(database, folder, table.name, parent.paths(table.name), table.schema)
        resolve_rows(database, log)
        write_query(database, folder, TRAINING_USE, part_path(TRAINING_USE, generation, "imported"), NEW_ROWS)
        return _count(database)


def _count(database: duckdb.DuckDBPyConnection) -> int:
    (rows,) = database.execute(f"SELECT count(*) FROM ({NEW_ROWS})").fetchall()[0]
    return int(rows)


def _sha256(file: str) -> str:
    with Path(file).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
