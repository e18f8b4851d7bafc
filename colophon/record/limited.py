"""A record as readers of a class may question it: a session of its own that holds what they may see and nothing else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from colophon.record.database import Record
from colophon.record.disclosures import disclosures, seen_columns, shows_counts
from colophon.record.errors import QueryError, StatementRefusedError
from colophon.record.manifest import Manifest
from colophon.record.queries import packaged_views
from colophon.record.statements import reading_statements
from colophon.record.tables import TABLES
from colophon.record.vocabulary import Disclosure

_NAME = re.compile(r"[a-z_][a-z_0-9]*")
_BATCH_ROWS = 100_000


class LimitedRecord:
    """The tables and views of a record without the columns, and below authorities without the number of equal rows, of
    other classes.

    Rows are taken over from the record when a statement first names their table; no file can be read here.
    """

    def __init__(self, record: Record, seen_by: Disclosure) -> None:
        self.manifest: Manifest = record.manifest
        self._record, self._seen_by = record, seen_by
        self._columns = _relations(seen_by)
        self._taken: set[str] = set()
        self._spill = tempfile.TemporaryDirectory(prefix="colophon-")
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET python_enable_replacements = false")
        self._connection.execute(f"SET temp_directory = '{self._spill.name}'")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        for name in self._columns:
            self._take(name, self._record.sql(f"{self._select(name)} LIMIT 0").to_reader())

    def sql(self, query: str) -> pa.Table:
        """The answer to one reading statement. Raises StatementRefusedError, QueryError."""
        statements = self.statements(query)
        if len(statements) != 1:
            raise StatementRefusedError(query, f"{len(statements)} statements were given, expected one")
        for name in set(_NAME.findall(query.lower())) & self._columns.keys() - self._taken:
            self._take(name, self._rows(name))
            self._taken.add(name)
        try:
            return self._connection.sql(statements[0]).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(str(error)) from None

    def statements(self, text: str) -> tuple[str, ...]:
        """The statements of a text, each proven to read only. Raises StatementRefusedError, QueryError."""
        return reading_statements(self._connection, text)

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()

    def _select(self, name: str) -> str:
        how = "SELECT" if shows_counts(self._seen_by) else "SELECT DISTINCT"
        return f"{how} {', '.join(self._columns[name])} FROM {name}"  # noqa: S608  # names of this package

    def _rows(self, name: str) -> pa.RecordBatchReader:
        schema = self._connection.sql(f"FROM {name} LIMIT 0").to_arrow_table().schema  # noqa: S608  # as above
        ordered = self._select(name) + ("" if shows_counts(self._seen_by) else " ORDER BY ALL")
        return pa.RecordBatchReader.from_batches(
            schema, (b.cast(schema) for b in self._record.batches(ordered, _BATCH_ROWS))
        )

    def _take(self, name: str, rows: pa.RecordBatchReader) -> None:
        self._connection.register("given_rows", rows)
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM given_rows")
        self._connection.unregister("given_rows")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _relations(seen_by: Disclosure) -> Mapping[str, tuple[str, ...]]:
    """The tables and views with something to see, each with its columns."""
    names = (*TABLES, *(view.name for view in packaged_views()))
    seen = {name: seen_columns(disclosures(name), seen_by) for name in names}
    return {name: columns for name, columns in seen.items() if columns}
