"""Questions to a record in SQL: an in-memory DuckDB with a view over each table and the plain-named views above them.

The session reads files of the record's folder and nothing else, reaches no network, loads no extension, and refuses
every statement that does not only read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb
import pyarrow as pa

from colophon.config.problems import nearest
from colophon.errors import BadArgumentError, NotARecordError, QueryError, StatementRefusedError
from colophon.query.answers import answered
from colophon.query.display import record_as_html, record_as_text, show_tables_in_notebook
from colophon.query.packaged import PackagedQuery, packaged_queries, packaged_query, packaged_views
from colophon.query.read_only import reading_statements
from colophon.query.wrong_names import explained
from colophon.record.manifest import Manifest, live_tables, read_manifest
from colophon.record.parquet import leaf_columns
from colophon.record.storage import MANIFEST, RecordStorage, storage_at
from colophon.tables import OBSERVATIONS, TABLES, Table
from colophon.vocabulary import Disclosure

if TYPE_CHECKING:
    import polars as pl

Parameter = str | int | float | bool | date | datetime | None

#: Spilling to disk begins here; the rest is left to the program that asks.
MEMORY = "70%"

#: Names of tables of a session alone begin so; a view of the rest of the name shows their rows.
STAND_IN = "stand_in_"

_EXTENSIONS_OFF = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to a packaged query, with what is needed to ask again: the query, its hash and parameters, the
    root."""

    table: pa.Table
    query_id: str
    query_sha256: str
    root_hash: str
    parameters: Mapping[str, Parameter]


def open_record(path: str | os.PathLike[str], memory: str = MEMORY) -> Record:
    """Open the newest generation of a record; close it, or use it in a `with` block.

    `path` is its folder as text or path, with `~` for the home folder, or its URL with `file://`.
    `memory` is where spilling to disk begins, in DuckDB's words: a size, or a share of the machine.

    Raises NotARecordError, BadArgumentError where the folder is not on this machine.
    """
    show_tables_in_notebook()
    place = os.fspath(path)
    return Record(place, read_manifest(place), memory)


class Record:
    """A generation of a record opened for reading: its manifest and its tables and views in SQL."""

    def __init__(self, path: str, manifest: Manifest, memory: str = MEMORY) -> None:
        """`memory` is where spilling to disk begins, in DuckDB's words."""
        # From here on independent of the working folder, which may change while the record is open.
        self._storage = storage_at(storage_at(path).sql_folder())
        self.manifest = manifest
        self.path = path
        _require_files(self._storage, self.manifest)
        self._spill = tempfile.TemporaryDirectory(prefix="colophon-")
        try:
            self._connection = _session(self._storage.sql_folder(), self.manifest, self._spill.name, memory)
        except BaseException:
            self._spill.cleanup()
            raise

    def sql(self, query: str, parameters: Mapping[str, Parameter] | None = None) -> pa.Table:
        """The answer to one reading statement; parameters are written `$name` in it.

        Raises StatementRefusedError, QueryError.
        """
        statements = self.statements(query)
        if len(statements) != 1:
            raise StatementRefusedError(query, f"{len(statements)} statements were given, expected one")
        return self._ask(statements[0], parameters)

    def statements(self, text: str) -> tuple[str, ...]:
        """The statements of a text, each proven to read only. Raises StatementRefusedError, QueryError."""
        return reading_statements(self._connection, text)

    def table(self, name: str) -> pa.Table:
        """All rows of a table or view. Raises BadArgumentError."""
        known = (*TABLES, *(view.name for view in packaged_views()))
        if name not in known:
            raise BadArgumentError("table", name, f"one of {', '.join(known)}{_nearest(name, known)}")
        return self._ask(f"SELECT * FROM {name}", None)  # noqa: S608  # one of the names just listed

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name, with the columns that analyzers added to `documents` in this record.

        Raises NotARecordError where a part describes its columns badly.
        """
        try:
            return live_tables(self._storage, self.manifest)
        except ValueError as error:
            raise NotARecordError(self.path, f"in its table documents, {error}") from None

    def frame(self, name: str) -> pl.LazyFrame:
        """A table as a lazy frame of Polars over the live files; only what is asked of it is read. Looks are as they
        were made; what answers those that lead to others is in the frame of `followed_looks`.

        Raises BadArgumentError for a name that is no table; views are asked by `table` or `sql`.
        """
        import polars as pl  # here, so that nobody waits for it who asks in SQL

        if name not in TABLES:
            raise BadArgumentError("frame", name, f"a table: one of {', '.join(TABLES)}{_nearest(name, TABLES)}")
        files = self._storage.sql_files(self.manifest.paths(name))
        frames = (pl.scan_parquet(file, glob=False, hive_partitioning=False) for file in files)
        if not files or not _have_all_columns(self.manifest, TABLES[name]):
            no_rows = pl.DataFrame(TABLES[name].schema.empty_table()).lazy()
            return pl.concat([no_rows, *frames], how="diagonal")
        return pl.scan_parquet(files, glob=False, hive_partitioning=False)

    def batches(
        self, query: str, rows: int, parameters: Mapping[str, Parameter] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The answer to one reading statement in batches of at most that many rows, while other questions are asked.

        Raises StatementRefusedError, QueryError.
        """
        (statement,) = self.statements(query)
        with self._connection.cursor() as cursor:
            try:
                yield from cursor.sql(statement, params=dict(parameters or {})).to_arrow_reader(rows)
            except duckdb.Error as error:
                raise QueryError(self._explained(error, statement)) from None

    def stand_in(self, name: str, schema: pa.Schema, rows: Iterable[pa.RecordBatch]) -> None:
        """Let rows stand in for a table or view of the record in this session; nothing is stored. Raises QueryError."""
        reader = pa.RecordBatchReader.from_batches(schema, rows)
        cursor = self._connection.cursor()
        try:
            cursor.register("given_rows", reader)
            cursor.execute(f"CREATE TABLE {STAND_IN}{name} AS FROM given_rows")
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS FROM {STAND_IN}{name}")
        except duckdb.Error as error:
            raise QueryError(str(error)) from None
        finally:
            cursor.close()

    def query(self, query_id: str, parameters: Mapping[str, Parameter] | None = None) -> QueryResult:
        """The answer to a packaged query, for example `report/sources`. Raises BadArgumentError, QueryError."""
        query = packaged_query(query_id)
        table = self._ask(query.select, parameters)
        return QueryResult(table, query.id, query.sha256, self.manifest.root_hash, dict(parameters or {}))

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()

    def _ask(self, statement: str, parameters: Mapping[str, Parameter] | None) -> pa.Table:
        try:
            return self._connection.sql(statement, params=dict(parameters) if parameters else None).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(self._explained(error, statement)) from None

    def _explained(self, error: duckdb.Error, statement: str) -> str:
        self._connection.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
        relations: dict[str, dict[str, Disclosure]] = {}
        for relation, column in self._connection.fetchall():
            if not relation.startswith(STAND_IN):
                relations.setdefault(relation, {})[column] = Disclosure.INTERNAL
        return explained(str(error), statement, relations)

    def __repr__(self) -> str:
        return record_as_text(self.manifest)

    def _repr_html_(self) -> str:
        return record_as_html(self.manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def views_sql(manifest: Manifest) -> str:
    """The text of `views.sql`: every table and view of one generation in plain DuckDB SQL, wherever the record is."""
    head = (
        f"-- The tables and views of generation {manifest.generation} of the record of {_one_line(manifest.corpus)}.\n"
        "-- In the folder of the record:  duckdb -init views.sql\n"
        "-- In any other:  duckdb -cmd \"SET VARIABLE record = 'FOLDER'\" -cmd '.read FOLDER/views.sql'\n"
        f"-- Root hash: {manifest.root_hash}\n"
        "SET TimeZone = 'UTC';\n"
    )
    statements = (_require_record(), *_table_views(manifest, _in_plain_duckdb), *_package_views())
    return head + "\n".join(f"\n{statement};" for statement in statements) + "\n"


def _require_record() -> str:
    found = f"CASE WHEN count(*) = 0 THEN error({_text(_NOT_HERE)}) ELSE true END"
    select = f"SELECT {found} FROM glob({_in_plain_duckdb(MANIFEST)})"  # noqa: S608  # names of this package
    return f"SET VARIABLE record_found = ({select})"


_NOT_HERE = (
    f"there is no {MANIFEST} of a record here; say where the record is with SET VARIABLE record = 'FOLDER', "
    "and read views.sql after that (with .read, since -init is read before -cmd)"
)


def _in_plain_duckdb(path: str) -> str:
    """The place of a file of the record, in SQL: in the folder that the variable `record` names, else in the working
    folder. A record may be moved, so its place is no part of the text."""
    return f"coalesce(getvariable('record') || '/', '') || {_text(path)}"


def _require_files(storage: RecordStorage, manifest: Manifest) -> None:
    """Say in plain words what is missing before DuckDB does. Raises NotARecordError."""
    for live in manifest.files:
        if not storage.exists(live.path):
            reason = f"its manifest names {live.path}, which is missing; restore that file"
            raise NotARecordError(storage.location, reason)


def _session(folder: str, manifest: Manifest, spill: str, memory: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config=dict(_EXTENSIONS_OFF))
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    settings = (
        "SET TimeZone = 'UTC'",
        f"SET threads = {threads}",
        f"SET memory_limit = {_text(memory)}",
        f"SET temp_directory = {_text(spill)}",
        "SET python_enable_replacements = false",
        "SET enable_progress_bar = false",
        # The folder must be allowed before all access is taken away, else the views could not be read either.
        f"SET allowed_directories = [{_text(folder)}]",
        "SET enable_external_access = false",
    )
    for setting in settings:
        connection.execute(setting)
    try:
        _create_views(connection, manifest, folder)
    except duckdb.Error as error:
        connection.close()
        raise NotARecordError(manifest.corpus, f"its tables cannot be read ({_one_line(str(error))})") from None
    connection.execute("SET lock_configuration = true")
    return connection


def _create_views(connection: duckdb.DuckDBPyConnection, manifest: Manifest, folder: str) -> None:
    # A view is bound down to its tables when it is created, which takes half as long where these are empty and no
    # files; it is bound to the files only where they turn out to have other columns.
    for table in TABLES.values():
        connection.execute(f"CREATE TABLE {table.name} AS {_no_rows(table)}")
    expected = _columns(connection)
    for statement in _package_views():
        connection.execute(statement)
    for table in TABLES.values():
        connection.execute(f"DROP TABLE {table.name}")
    for statement in _table_views(manifest, lambda path: _text(f"{folder}/{path}")):
        connection.execute(statement)
    if _columns(connection) != expected:
        for statement in _package_views():
            connection.execute(statement)


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Table, name and type of each column of the tables."""
    connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE list_contains($tables, table_name) "
        "ORDER BY ALL",
        {"tables": list(TABLES)},
    )
    return connection.fetchall()


def _table_views(manifest: Manifest, place: Callable[[str], str]) -> Iterator[str]:
    """The views of all tables; `place` gives the place of a file in SQL."""
    for table in TABLES.values():
        yield f"CREATE OR REPLACE VIEW {table.name} AS\n{_table_select(table, manifest, place)}"
        yield f"COMMENT ON VIEW {table.name} IS {_text('one row per ' + table.row)}"


def _package_views() -> Iterator[str]:
    for view in packaged_views():
        yield f"CREATE OR REPLACE VIEW {view.name} AS\n{_with_comment(view)}"
        yield f"COMMENT ON VIEW {view.name} IS {_text(view.purpose)}"


def _with_comment(view: PackagedQuery) -> str:
    return f"-- {view.purpose} ({view.grain})\n{view.select}"


def _table_select(table: Table, manifest: Manifest, place: Callable[[str], str]) -> str:
    written = _written_select(table, manifest, place)
    return answered(f"(\n{written}\n)") if table is OBSERVATIONS else written


def _written_select(table: Table, manifest: Manifest, place: Callable[[str], str]) -> str:
    files = [file for file in manifest.files if file.table == table.name]
    if not files:
        return _no_rows(table)
    listed = ",\n  ".join(place(file.path) for file in files)
    # Nothing is guessed from names of files and folders. A footer is read twice where columns are matched by name.
    if _have_all_columns(manifest, table):
        return f"FROM read_parquet([\n  {listed}\n], hive_partitioning = false, union_by_name = false)"
    # Parts of an earlier version lack the columns that the table got since: they are null in these rows.
    matched = f"FROM read_parquet([\n  {listed}\n], hive_partitioning = false, union_by_name = true)"
    return f"{_no_rows(table)}\nUNION ALL BY NAME\n{matched}"


def _have_all_columns(manifest: Manifest, table: Table) -> bool:
    """Whether all files of a table are known to have the same columns, those of this version among them."""
    columns = {file.columns for file in manifest.files if file.table == table.name}
    return len(columns) == 1 and (columns.pop() or 0) >= len(leaf_columns(table))


def _no_rows(table: Table) -> str:
    columns = ", ".join(f"NULL::{_sql_type(field.type)} AS {field.name}" for field in table.schema)
    return f"SELECT {columns} WHERE false"


def _sql_type(kind: pa.DataType) -> str:
    """DuckDB's name of an Arrow type used by the tables."""
    if pa.types.is_list(kind):
        return f"{_sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{field.name} {_sql_type(field.type)}' for field in kind)})"
    return _SQL_TYPES[kind]


_SQL_TYPES = {
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.bool_(): "BOOLEAN",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
}


def _text(value: str) -> str:
    """An SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _nearest(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; the nearest is {near}" if near else ""


_FOLDER = "checks/"


def failed_checks(record: Record) -> tuple[str, ...]:
    """One line for each check that gives rows; none where the tables agree."""
    return tuple(_failures(record))


def _failures(record: Record) -> Iterator[str]:
    for query_id, query in sorted(packaged_queries().items()):
        if query_id.startswith(_FOLDER):
            rows = record.query(query_id).table.num_rows
            if rows:
                yield f"{query_id} ({query.purpose}): {rows} rows"


class SessionQueries:
    """What this session contributes to a commit, as `record.generations.RecordQueries` says."""

    def views(self, manifest: Manifest) -> str:
        return views_sql(manifest)

    def require_readable(self, record: str) -> None:
        open_record(record).close()

    def problems(self, record: str, manifest: Manifest, memory: str | None) -> tuple[str, ...]:
        with Record(record, manifest, memory or MEMORY) as opened:
            return failed_checks(opened)
