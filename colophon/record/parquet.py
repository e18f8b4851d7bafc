"""Writing and reading the Parquet parts of a table: the same rows always give the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import IO, NoReturn, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colophon.record.row_hash import RowsHash
from colophon.record.storage import RecordStorage, evidence_path, part_place
from colophon.tables import ROW_GROUP_ROWS, TABLES, Table, Values

#: Key of the Parquet metadata entry with the hash over the canonical rows.
CONTENT_SHA256 = b"content_sha256"

#: Columns of evidence, and how many of its rows, of up to 500 KiB each, are read at once.
EVIDENCE_COLUMNS = ("evidence_sha256", "bytes")
EVIDENCE_ROWS = 500


def write_part(storage: RecordStorage, table: Table, path: str, rows: pa.Table) -> None:
    """Write rows in any order as one part, sorted by the table's key. Raises OutputUnwritableError."""
    keys = [(name, "ascending") for name in table.sorted_by]
    with PartWriter(storage, table, path) as part:
        part.write(rows.select(table.schema.names).cast(table.schema).sort_by(keys))


class PartWriter:
    """Streams rows, already in the order of the table's key, into one part that appears when it is whole.

    Rows are cut into row groups of a fixed size whatever batches they come in. A part without rows is not written
    unless `close` is reached with `keep_empty`.
    """

    def __init__(self, storage: RecordStorage, table: Table, path: str) -> None:
        self._storage, self._table, self._path = storage, table, path
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._open: _OpenPart | None = None
        self.rows = 0

    def write(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Add rows of exactly the table's schema."""
        batches = [rows] if isinstance(rows, pa.RecordBatch) else rows.to_batches()
        for batch in batches:
            self._waiting.append(batch)
            self._waiting_rows += batch.num_rows
            self.rows += batch.num_rows
            while self._waiting_rows >= ROW_GROUP_ROWS:
                self._write_group(ROW_GROUP_ROWS)

    def close(self) -> None:
        """Write what is left and commit the part."""
        if self._waiting_rows:
            self._write_group(self._waiting_rows)
        if self._open is not None:
            self._open.commit()
            self._open = None

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._open is not None:
            self._open.abandon()
            self._open = None

    def _write_group(self, rows: int) -> None:
        waiting = pa.Table.from_batches(self._waiting, self._table.schema)
        if self._open is None:
            self._open = _OpenPart(self._storage, self._table, self._path)
        self._open.write(waiting.slice(0, rows).combine_chunks())
        self._waiting = waiting.slice(rows).to_batches()
        self._waiting_rows -= rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


class _OpenPart:
    """A part being written, with the running hash over its rows."""

    def __init__(self, storage: RecordStorage, table: Table, path: str) -> None:
        self._committing = storage.committing(path)
        self._file: IO[bytes] = self._committing.__enter__()
        self._hash = RowsHash(table.schema)
        self._writer = _parquet_writer(self._file, table)

    def write(self, group: pa.Table) -> None:
        self._hash.update(group)
        try:
            self._writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
        except OSError as error:
            self._fail(error)

    def commit(self) -> None:
        self._writer.add_key_value_metadata({CONTENT_SHA256: self._hash.hexdigest()})
        try:
            self._writer.close()
        except OSError as error:
            self._fail(error)
        self._committing.__exit__(None, None, None)

    def _fail(self, error: OSError) -> NoReturn:
        self._writer.is_open = False
        self._committing.__exit__(type(error), error, error.__traceback__)
        raise error

    def abandon(self) -> None:
        # The writer would end the file when it is collected, after the file is gone.
        self._writer.is_open = False
        stop = _AbandonedError()
        try:
            self._committing.__exit__(_AbandonedError, stop, None)
        except _AbandonedError:
            return


def _parquet_writer(file: IO[bytes], table: Table) -> pq.ParquetWriter:
    # Dictionaries are tried in vain where every row has its own value, and so is compression where values are noise.
    # Hashes get no smaller at level 3 than at 1, which is three times as fast.
    leaves = [(leaf, column.values) for column in table.columns for leaf in _leaves(column.name, column.type)]
    packed = [leaf for leaf, values in leaves if values is not Values.NOISE]
    return pq.ParquetWriter(
        file,
        table.schema,
        compression=dict.fromkeys([leaf for leaf, _ in leaves], "none") | dict.fromkeys(packed, "zstd"),
        compression_level=dict.fromkeys(packed, 1),
        use_dictionary=[leaf for leaf, values in leaves if values is Values.REPEATED],
        version="2.6",
        data_page_version="2.0",
    )


def leaf_columns(table: Table) -> tuple[str, ...]:
    """The columns that a part of the table has in Parquet: one for each field inside its lists and structs."""
    return tuple(leaf for column in table.columns for leaf in _leaves(column.name, column.type))


def _leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """The columns that a Parquet file has for a column of this type."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for index in range(kind.num_fields):
            yield from _leaves(f"{name}.{kind.field(index).name}", kind.field(index).type)
    else:
        yield name


class _AbandonedError(Exception):
    """Tells the folder that a part will not be finished."""


def write_empty_part(storage: RecordStorage, table: Table, path: str) -> None:
    """Write a part with the table's schema and no rows, so that every table of a record can be read."""
    part = _OpenPart(storage, table, path)
    part.commit()


@contextmanager
def open_part(storage: RecordStorage, path: str) -> Iterator[pq.ParquetFile]:
    """A part for reading row group by row group. Raises FileNotFoundError."""
    # With its buffers filled ahead, as it comes, the reader holds all of a part until the last batch.
    with storage.open(path) as source, pq.ParquetFile(source, pre_buffer=False) as file:
        yield file


def read_part(
    storage: RecordStorage,
    path: str,
    columns: Sequence[str] | None = None,
    *,
    schema: pa.Schema | None = None,
    filters: pc.Expression | None = None,
) -> pa.Table:
    """One part, or any Parquet file of the record; cast to the schema where one is given. Raises FileNotFoundError."""
    with storage.open(path) as source:
        return pq.read_table(
            source, columns=list(columns) if columns else None, schema=schema, filters=filters, partitioning=None
        )


def read_batches(
    storage: RecordStorage, paths: Iterable[str], columns: Sequence[str], rows: int = ROW_GROUP_ROWS
) -> Iterator[pa.RecordBatch]:
    """The rows of several parts one after the other, in batches. A column that a part of an earlier version lacks is
    null there."""
    for path in paths:
        with open_part(storage, path) as file:
            for batch in file.iter_batches(batch_size=rows, columns=list(columns)):
                yield _with_later_columns(batch, columns, path)


def read_row_group(storage: RecordStorage, path: str, group: int, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """One row group of a part in batches, with columns as in `read_batches`."""
    with open_part(storage, path) as file:
        for batch in file.iter_batches(row_groups=[group], columns=list(columns)):
            yield _with_later_columns(batch, columns, path)


def _with_later_columns(batch: pa.RecordBatch, columns: Sequence[str], path: str) -> pa.RecordBatch:
    """The columns asked for, in the order of the part, those it lacks behind them. Raises KeyError for a column that
    the table does not have."""
    place = part_place(path)
    for name in columns:
        if name not in batch.schema.names and place is not None:
            field = TABLES[place.table].schema.field(name)
            batch = batch.append_column(field, pa.nulls(batch.num_rows, field.type))
    return batch


def part_metadata(storage: RecordStorage, path: str) -> pq.FileMetaData:
    """The footer of a part: rows, row groups, key-value metadata. Raises FileNotFoundError."""
    with storage.open(path) as source:
        return pq.read_metadata(source)


def held_evidence(storage: RecordStorage, generation: int, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
    """Rows of `EVIDENCE_COLUMNS` of the hashes wanted, as far as the record holds them up to a generation."""
    named = pa.array(sorted(wanted), pa.string())
    for path in (evidence_path(g) for g in range(1, generation + 1)):
        if len(named) and storage.exists(path):
            for batch in read_batches(storage, [path], EVIDENCE_COLUMNS, EVIDENCE_ROWS):
                held = batch.filter(pc.is_in(batch.column("evidence_sha256"), named))
                if held.num_rows:
                    yield held
