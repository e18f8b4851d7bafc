"""Editions: what readers of a class may see of a record, and a session that holds that and nothing else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from colophon.errors import QueryError, StatementRefusedError
from colophon.query.packaged import PackagedQuery, packaged_query, packaged_views
from colophon.query.read_only import reading_statements
from colophon.query.session import Record
from colophon.query.wrong_names import explained
from colophon.record.manifest import Manifest
from colophon.tables import DOCUMENTS, TABLES
from colophon.vocabulary import Disclosure


class Edition(StrEnum):
    """The readers that something is written for."""

    PUBLIC = "public"
    DOWNSTREAM = "downstream"
    AUTHORITY = "authority"
    AI_OFFICE = "ai_office"
    INTERNAL = "internal"

    @property
    def disclosure(self) -> Disclosure:
        """The widest class of facts that its readers may see."""
        return Disclosure.AUTHORITY if self is Edition.AI_OFFICE else Disclosure(self.value)

    def sees(self, disclosure: Disclosure) -> bool:
        """Whether facts of this class are shown to its readers."""
        return self.disclosure.includes(disclosure)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Why something is blacked out, in whose responsibility and since when (YYYY-MM-DD); printed in its place."""

    ground: str
    role: str
    on: str


def class_for(audience: Iterable[Edition]) -> Disclosure:
    """The strictest class of facts that all of these readers may see."""
    return min((edition.disclosure for edition in audience), key=lambda d: d.strictness)


def to_figures(number: float, figures: int | None) -> str:
    """A number for people: rounded to so many significant figures and marked as such, or exact where None is given."""
    if figures is None or not number:
        return f"{number:,}"
    places = figures - 1 - _magnitude(number)
    rounded = round(number, places)
    return f"about {int(rounded) if places <= 0 else rounded:,}"


def _magnitude(number: float) -> int:
    """The power of ten of the first digit."""
    return int(f"{abs(number):e}".partition("e")[2])


_COMMENT = re.compile(r"--[^\n]*")
_WORD = re.compile(r"[a-z_0-9]+")

#: Names of columns by which rows are joined end so; what is counted over them is not made of them.
_KEY = "_id"


@cache
def disclosures(relation: str) -> Mapping[str, Disclosure]:
    """The class of each column of a table or view, by name, in its order."""
    if relation in TABLES:
        return {column.name: column.disclosure for column in TABLES[relation].columns}
    return query_disclosures(next(view for view in packaged_views() if view.name == relation))


def query_disclosures(query: PackagedQuery) -> Mapping[str, Disclosure]:
    """The class of each column of a view or packaged query, by name, in its order."""
    read = [disclosures(need) for need in query.needs]
    words = set(_WORD.findall(_COMMENT.sub("", query.select)))
    mentioned = [c[name] for c in read for name in c.keys() & words if not name.endswith(_KEY)]
    own = _strictest([*mentioned, Disclosure.AUTHORITY])
    of_columns = {}
    for column in query.columns:
        namesakes = [c[column.name] for c in read if column.name in c]
        of_columns[column.name] = column.disclosure or (_strictest(namesakes) if namesakes else own)
    return of_columns


def seen_columns(classes: Mapping[str, Disclosure], seen_by: Disclosure) -> tuple[str, ...]:
    """The columns that readers of a class may see."""
    return tuple(name for name, disclosure in classes.items() if seen_by.includes(disclosure))


def shows_counts(seen_by: Disclosure) -> bool:
    """Whether readers may count rows: below authorities the number of equal rows would betray exact shares."""
    return seen_by.includes(Disclosure.AUTHORITY)


def seen_rows(table: pa.Table, query_id: str, seen_by: Disclosure) -> pa.Table:
    """The answer to a packaged query as readers of a class may see it: their columns, equal rows once below
    authorities."""
    classes = query_disclosures(packaged_query(query_id))
    names = [name for name in table.column_names if seen_by.includes(classes.get(name, Disclosure.INTERNAL))]
    visible = table.select(names)
    if shows_counts(seen_by) or not names:
        return visible
    distinct = {tuple(map(str, row.values())): row for row in visible.to_pylist()}
    return pa.Table.from_pylist(list(distinct.values()), visible.schema)


def _strictest(classes: Iterable[Disclosure]) -> Disclosure:
    return max(classes, key=lambda d: d.strictness)


_NAME = re.compile(r"[a-z_][a-z_0-9]*")
_BATCH_ROWS = 100_000


class EditionView:
    """The tables and views of a record without the columns, and below authorities without the number of equal rows, of
    other classes.

    Rows are taken over from the record when a statement first names their table; no file can be read here.
    """

    def __init__(self, record: Record, seen_by: Disclosure) -> None:
        self.manifest: Manifest = record.manifest
        self._record, self._seen_by = record, seen_by
        self._classes = _relations(record)
        visible = {name: seen_columns(classes, seen_by) for name, classes in self._classes.items()}
        self._columns = {name: columns for name, columns in visible.items() if columns}
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
            raise QueryError(explained(str(error), query, self._classes, self._seen_by)) from None

    def statements(self, text: str) -> tuple[str, ...]:
        """The statements of a text, each proven to read only. Raises StatementRefusedError, QueryError."""
        return reading_statements(self._connection, text)

    def stand_in(self, name: str, schema: pa.Schema, rows: Iterable[pa.RecordBatch]) -> None:
        """Let rows be a table of this session, as `Record.stand_in` does."""
        self._take(name, pa.RecordBatchReader.from_batches(schema, rows))

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()

    def _select(self, name: str) -> str:
        how = "SELECT" if shows_counts(self._seen_by) else "SELECT DISTINCT"
        return f"{how} {', '.join(self._columns[name])} FROM {name}"  # names of this package

    def _rows(self, name: str) -> pa.RecordBatchReader:
        schema = self._connection.sql(f"FROM {name} LIMIT 0").to_arrow_table().schema  # as above
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


def _relations(record: Record) -> Mapping[str, Mapping[str, Disclosure]]:
    """The tables and views, each with the class of each of its columns."""
    own = DOCUMENTS.schema.names
    added = {c.name: c.disclosure for c in record.tables[DOCUMENTS.name].columns if c.name not in own}
    names = (*TABLES, *(view.name for view in packaged_views()))
    return {name: {**disclosures(name), **_passed_on(record, name, added)} for name in names}


def _passed_on(record: Record, relation: str, added: Mapping[str, Disclosure]) -> Mapping[str, Disclosure]:
    """Those of the columns that analyzers added to `documents` which a table or view gives, each with its class."""
    if not added:
        return {}
    columns = record.sql(f"FROM {relation} LIMIT 0").column_names
    return {name: disclosure for name, disclosure in added.items() if name in columns}
