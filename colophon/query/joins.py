"""Joins over the parts of a generation that is being made: packaged SELECTs in a DuckDB session that spills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from colophon.query.answers import answered
from colophon.query.packaged import PackagedQuery, packaged_joins, packaged_query
from colophon.record.parquet import PartWriter
from colophon.record.storage import RecordStorage
from colophon.tables import Table

#: Values for the parameters of a query, by name; a list stands for a set of values.
Parameters = Mapping[str, str | int | float | Sequence[str] | None]


class BoundQuery(Protocol):
    """A query with the values of its parameters."""

    @property
    def query(self) -> PackagedQuery: ...

    @property
    def parameters(self) -> Parameters: ...


@dataclass(frozen=True, slots=True)
class Join:
    """A packaged join with the values of its parameters."""

    query: PackagedQuery
    parameters: Parameters


def join(query_id: str, parameters: Parameters | None = None) -> Join:
    """The join of this id with the values of its parameters."""
    return Join(packaged_joins()[query_id], parameters or {})


class JoinSession:
    """Relations by name, made from files and rows, and packaged SELECTs over them.

    A query is named by its id; the view or table that it becomes has the name of its file.
    """

    def __init__(self, storage: RecordStorage, database: duckdb.DuckDBPyConnection) -> None:
        self._storage, self._database = storage, database

    def files(self, name: str, paths: Sequence[str], schema: pa.Schema) -> None:
        """A view over Parquet files of the record; an empty one of the schema where there are none."""
        if paths:
            relation = self._database.read_parquet(self._storage.sql_files(paths), hive_partitioning=False)
            relation.create_view(name)
        else:
            self.rows(name, schema.empty_table())

    def parts(self, table: Table, paths: Sequence[str]) -> None:
        """A view over parts of a table, under its name. A column that a part of an earlier version lacks is null
        there."""
        if not paths:
            self.rows(table.name, table.schema.empty_table())
            return
        self.rows(f"no_{table.name}", table.schema.empty_table())
        files = self._storage.sql_files(paths)
        parts = self._database.read_parquet(files, hive_partitioning=False, union_by_name=True)
        parts.create_view(f"parts_of_{table.name}")
        every = f"FROM no_{table.name} UNION ALL BY NAME FROM parts_of_{table.name}"
        self._database.sql(every).create_view(table.name)

    def answer(self, name: str, observations: str) -> None:
        """A view of observations with what came back in the end, by the relation `followed_looks`."""
        self._database.sql(answered(observations)).create_view(name)

    def rows(self, name: str, rows: pa.Table | pa.RecordBatch) -> None:
        """A view over rows in memory."""
        self._database.register(name, rows)

    def copy(self, name: str, rows: pa.RecordBatchReader) -> None:
        """A table with rows that come once; what they are made from may be read in this session meanwhile."""
        with self._database.cursor() as cursor:
            cursor.from_arrow(rows).create(name)

    def view(self, query_id: str) -> None:
        """A view of a query without parameters."""
        query = _query(query_id)
        self._database.sql(query.select).create_view(query.name)

    def alias(self, name: str, other: str) -> None:
        """Let a name stand for another relation."""
        self._database.table(other).create_view(name, replace=True)

    def table(self, query_id: str, parameters: Parameters | None = None) -> None:
        """A table with the rows of a query."""
        query = _query(query_id)
        self._database.execute(f"CREATE TEMP TABLE {query.name} AS {query.select}", dict(parameters or {}))

    def union(self, name: str, schema: pa.Schema, queries: Iterable[BoundQuery]) -> None:
        """A table with the rows of several queries, their columns matched by name."""
        self._database.from_arrow(schema.empty_table()).create(name)
        for bound in queries:
            self._database.execute(f"INSERT INTO {name} BY NAME {bound.query.select}", dict(bound.parameters))

    def batches(self, name: str, rows: int) -> pa.RecordBatchReader:
        """The rows of a relation."""
        return self._database.table(name).to_arrow_reader(rows)

    def read(self, query_id: str, parameters: Parameters | None = None) -> pa.Table:
        """All rows of a query, for few of them."""
        return self._database.sql(_query(query_id).select, params=dict(parameters or {})).to_arrow_table()

    def fetch(self, query_id: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query as plain values, for few of them."""
        return self._database.execute(_query(query_id).select, dict(parameters or {})).fetchall()

    def is_empty(self, name: str) -> bool:
        """Whether a relation has no rows."""
        return not self._database.table(name).limit(1).fetchall()

    def count(self, name: str) -> int:
        """How many rows a relation has."""
        return int(self._database.table(name).count("*").fetchall()[0][0])

    def write(self, table: Table, path: str, name: str) -> None:
        """Write a relation's rows as a part, in the order of the table's key; nothing is written where it has none."""
        names = ", ".join(f'"{column}"' for column in table.schema.names)
        order = ", ".join(f'"{column}" NULLS LAST' for column in table.sorted_by)
        reader = self._database.table(name).project(names).order(order).to_arrow_reader()
        with PartWriter(self._storage, table, path) as part:
            for batch in reader:
                part.write(pa.Table.from_batches([batch]).cast(table.schema))


@contextmanager
def join_session(storage: RecordStorage, spill: Path, memory_bytes: int) -> Iterator[JoinSession]:
    """A session within so much memory, which spills what does not fit into a folder."""
    with duckdb.connect(config={
        "memory_limit": f"{memory_bytes // 2**20}MiB",
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }) as database:  # fmt: skip
        yield JoinSession(storage, database)


def _query(query_id: str) -> PackagedQuery:
    return packaged_joins().get(query_id) or packaged_query(query_id)
