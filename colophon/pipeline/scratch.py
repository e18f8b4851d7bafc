"""Files that the steps of one run hand to each other, and the DuckDB session that joins them; deleted at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from colophon.pipeline.memory import database_bytes, release
from colophon.pipeline.run_context import RunContext
from colophon.record.parquet import PartWriter
from colophon.record.storage import RecordFolder
from colophon.tables import Growth, Table


def write_work(settings: RunContext, path: str, rows: pa.Table) -> None:
    """Write a file below the work folder."""
    with settings.folder.committing(f"{settings.work}/{path}") as file:
        pq.write_table(rows, file, compression="zstd", compression_level=1)


def work_files(settings: RunContext, step: str) -> tuple[str, ...]:
    """The files of a step, relative to the record, sorted."""
    folder = f"{settings.work}/{step}"
    return tuple(f"{folder}/{name}" for name in settings.folder.names(folder))


def read_work(settings: RunContext, step: str, schema: pa.Schema) -> pa.Table:
    """All rows of a step."""
    tables = [
        pq.read_table(settings.folder.absolute(p), schema=schema, partitioning=None) for p in work_files(settings, step)
    ]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def live_parts(settings: RunContext, table: Table) -> tuple[str, ...]:
    """Parts of a table that are live in this generation; those of tables written anew are its own."""
    first = settings.generation if table.growth is Growth.ANEW else 1
    folders = [f"tables/{table.name}/gen={g:04}" for g in range(first, settings.generation + 1)]
    return tuple(f"{f}/{name}" for f in folders for name in settings.folder.names(f))


@contextmanager
def work_database(settings: RunContext) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB session within what the memory of the run leaves, which spills into the work folder."""
    release()
    memory_bytes = database_bytes(settings.memory_bytes)
    with spilling_database(settings.folder.absolute(f"{settings.work}/spill"), memory_bytes) as database:
        yield database
    release()


@contextmanager
def spilling_database(spill: str, memory_bytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB session that spills what does not fit in memory into a folder."""
    with duckdb.connect(config={
        "memory_limit": f"{memory_bytes // 2**20}MiB",
        "temp_directory": spill,
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }) as database:  # fmt: skip
        yield database


def create_view(
    database: duckdb.DuckDBPyConnection, folder: RecordFolder, name: str, paths: Sequence[str], schema: pa.Schema
) -> None:
    """A view over Parquet files, or an empty one of the schema where there are none."""
    if paths:
        files = ", ".join("'" + folder.absolute(p).replace("'", "''") + "'" for p in paths)
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}], hive_partitioning = false)")
    else:
        database.register(f"{name}_empty", schema.empty_table())
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM {name}_empty")


def write_query(database: duckdb.DuckDBPyConnection, folder: RecordFolder, table: Table, path: str, query: str) -> None:
    """Write a query's rows as a part, in the order of the table's key; nothing is written where it gives none."""
    names = ", ".join(f'"{n}"' for n in table.schema.names)
    order = ", ".join(f'"{n}" NULLS LAST' for n in table.sorted_by)
    reader = database.sql(f"SELECT {names} FROM ({query}) ORDER BY {order}").to_arrow_reader()
    with PartWriter(folder, table, path) as part:
        for batch in reader:
            part.write(pa.Table.from_batches([batch]).cast(table.schema))
