"""Joins over the parts of a generation that is being made: a DuckDB session that spills, and its rows as new parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from colophon.record.parquet import PartWriter
from colophon.record.storage import Storage
from colophon.tables import Table


@contextmanager
def spilling_database(spill: Path, memory_bytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB session that spills what does not fit in memory into a folder."""
    with duckdb.connect(config={
        "memory_limit": f"{memory_bytes // 2**20}MiB",
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }) as database:  # fmt: skip
        yield database


def create_view(
    database: duckdb.DuckDBPyConnection, storage: Storage, name: str, paths: Sequence[str], schema: pa.Schema
) -> None:
    """A view over Parquet files of a record, or an empty one of the schema where there are none."""
    if paths:
        database.read_parquet(storage.sql_files(paths), hive_partitioning=False).create_view(name)
    else:
        database.register(name, schema.empty_table())


def write_query(database: duckdb.DuckDBPyConnection, storage: Storage, table: Table, path: str, query: str) -> None:
    """Write a query's rows as a part, in the order of the table's key; nothing is written where it gives none."""
    names = ", ".join(f'"{n}"' for n in table.schema.names)
    order = ", ".join(f'"{n}" NULLS LAST' for n in table.sorted_by)
    reader = database.sql(query).project(names).order(order).to_arrow_reader()
    with PartWriter(storage, table, path) as part:
        for batch in reader:
            part.write(pa.Table.from_batches([batch]).cast(table.schema))
