"""Files that the steps of one run hand to each other, and the session that joins them; deleted at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from colophon.pipeline.memory import database_bytes, release
from colophon.pipeline.run_context import RunContext
from colophon.query.joins import JoinSession, join_session
from colophon.record.parquet import read_part
from colophon.tables import Growth, Table


def write_work(settings: RunContext, path: str, rows: pa.Table | pa.RecordBatchReader) -> None:
    """Write a file below the work folder."""
    with (
        settings.folder.committing(f"{settings.work}/{path}") as file,
        pq.ParquetWriter(file, rows.schema, compression="zstd", compression_level=1) as writer,
    ):
        for batch in rows if isinstance(rows, pa.RecordBatchReader) else [rows]:
            writer.write(batch)


def work_files(settings: RunContext, step: str) -> tuple[str, ...]:
    """The files of a step, relative to the record, sorted."""
    return settings.folder.paths(f"{settings.work}/{step}")


def read_work(settings: RunContext, step: str, schema: pa.Schema) -> pa.Table:
    """All rows of a step."""
    tables = [read_part(settings.folder, p, schema=schema) for p in work_files(settings, step)]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def live_parts(settings: RunContext, table: Table) -> tuple[str, ...]:
    """Parts of a table that are live in this generation; those of tables written anew are its own."""
    first = settings.generation if table.growth is Growth.ANEW else 1
    generations = range(first, settings.generation + 1)
    return tuple(path for generation in generations for path in settings.folder.parts(table, generation))


@contextmanager
def work_session(settings: RunContext) -> Iterator[JoinSession]:
    """A session of joins within what the memory of the run leaves, which spills into the work folder."""
    release()
    memory_bytes = database_bytes(settings.memory_bytes)
    with join_session(settings.folder, settings.folder.scratch(f"{settings.work}/spill"), memory_bytes) as session:
        yield session
    release()
