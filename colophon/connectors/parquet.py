"""Parquet tables, read by row group so that a large file is cut between groups and memory stays bounded.

The hash of a range is over the bytes from the first of its row groups up to the end of the last, as stored; that of a
whole file over all its bytes. Tables are read by jumping about, so the bytes of a large file are hashed in a pass of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, BinaryIO, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colophon.connectors.columns import documents_in_columns
from colophon.connectors.compression import StreamDamagedError
from colophon.connectors.documents import Row, RowCounter
from colophon.connectors.row_fields import Absent, document_of, needed_names
from colophon.connectors.rows import SHARD_BYTES, InputFile, Reject
from colophon.connectors.storage import Storage
from colophon.connectors.stored_file import StoredFile
from colophon.record.corpus import Fields
from colophon.record.vocabulary import RejectReason

_MARK = b"PAR1"
_READ_ROWS = 8_192
_READ_BYTES = 64 * 2**20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_PLAIN_KINDS = (pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_binary,
                pa.types.is_large_binary)  # fmt: skip


class _Unusable(Enum):
    """Stands for a value of a type that no field can take, which need not be converted."""

    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Options:
    """Parquet takes no options."""


@dataclass(frozen=True, slots=True)
class _RowGroup:
    """A row group: its number, its first row in the file, its rows, the bytes it lies between, its bytes unpacked."""

    number: int
    first_row: int
    rows: int
    begin: int
    end: int
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Positions are row numbers in the file. A name with dots reaches into structs, unless a column has that name."""

    fields: Fields

    @classmethod
    def of(cls, fields: Fields, _options: Options) -> Self:
        return cls(fields)

    def ranges(self, storage: Storage, file: InputFile) -> Sequence[tuple[int, int]]:
        with storage.open(file.path) as opened:
            try:
                table = _opened(opened.seekable())
            except StreamDamagedError:
                return ()  # what is wrong is said when the file is read
            return _row_ranges(_row_groups(table.metadata))

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        for piece in _pieces(file, needed_names(self.fields)):
            if isinstance(piece, Reject):
                counter.met()
                yield piece
            elif (whole := documents_in_columns(self.fields, piece.columns, piece.first_row)) is not None:
                counter.met(len(whole))
                yield whole
            else:
                for position, row in enumerate(piece.table_rows(), piece.first_row):
                    counter.met()
                    yield document_of(self.fields, row.value, file.path, position)


@dataclass(frozen=True, slots=True)
class TableRow:
    """The wanted values of a row."""

    values: dict[str, Any]

    def value(self, name: str) -> object:
        return self.values.get(name, Absent.ABSENT)


@dataclass(frozen=True, slots=True)
class TableBatch:
    """Rows that follow each other in the file, and the row number of the first."""

    first_row: int
    rows: Sequence[TableRow]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows that follow each other in the file, as columns by wanted name; `rows` counts them where there is none."""

    first_row: int
    rows: int
    columns: dict[str, pa.Array]

    def table_rows(self) -> list[TableRow]:
        if not self.columns:
            return [TableRow({})] * self.rows
        values = {name: _values(column) for name, column in self.columns.items()}
        return [TableRow(dict(zip(values, row, strict=True))) for row in zip(*values.values(), strict=True)]


def table_batches(file: StoredFile, names: Sequence[str]) -> Iterator[TableBatch | Reject]:
    """The wanted columns of a file or of its range of rows, and one reject for the rest of each damaged row group.

    Raises StreamDamagedError for a file that has no readable footer.
    """
    for piece in _pieces(file, names):
        yield piece if isinstance(piece, Reject) else TableBatch(piece.first_row, piece.table_rows())


def _pieces(file: StoredFile, names: Sequence[str]) -> Iterator[_Piece | Reject]:
    first, end = file.begin or 0, file.end
    source = _hashed_source(file)
    table = _opened(source)
    groups = [g for g in _row_groups(table.metadata) if first <= g.first_row and (end is None or g.first_row < end)]
    if end is not None and groups:
        file.hash_between(groups[0].begin, groups[-1].end)
    columns = {name: path for name in names if (path := _column(table.schema_arrow, name)) is not None}
    for group in groups:
        yield from _group_pieces(file.path, table, group, columns)


def _hashed_source(file: StoredFile) -> BinaryIO | pa.BufferReader:
    """A small file is taken into memory while it is hashed; a large one is hashed first and then read where it lies."""
    if file.end is not None:
        return file.seekable()
    content = file.stored().read(SHARD_BYTES)
    if len(content) < SHARD_BYTES:
        return pa.BufferReader(content)
    file.hash_between(0, None)
    return file.seekable()


def _opened(source: BinaryIO | pa.BufferReader) -> pq.ParquetFile:
    try:
        # A buffer makes pages stream, where otherwise whole column chunks are held.
        return pq.ParquetFile(source, pre_buffer=False, buffer_size=2**20)
    except (pa.ArrowException, OSError):
        raise StreamDamagedError(*_footer_problem(source)) from None


def _footer_problem(source: BinaryIO | pa.BufferReader) -> tuple[RejectReason, str]:
    source.seek(0)
    begins = bytes(source.read(len(_MARK))) == _MARK
    size = source.seek(0, 2)
    source.seek(max(size - len(_MARK), 0))
    ends = bytes(source.read(len(_MARK))) == _MARK
    if begins and not ends:
        return RejectReason.TRUNCATED, "no_footer"
    return RejectReason.UNPARSABLE, "footer" if begins else "not_parquet"


def _row_groups(metadata: pq.FileMetaData) -> list[_RowGroup]:
    groups: list[_RowGroup] = []
    first_row = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [group.column(column) for column in range(group.num_columns)]
        begins = [min(c.data_page_offset, c.dictionary_page_offset or c.data_page_offset) for c in chunks]
        ends = [begin + c.total_compressed_size for begin, c in zip(begins, chunks, strict=True)]
        groups.append(
            _RowGroup(
                number, first_row, group.num_rows, min(begins, default=0), max(ends, default=0), group.total_byte_size
            )
        )
        first_row += group.num_rows
    return groups


def _row_ranges(groups: Sequence[_RowGroup]) -> list[tuple[int, int]]:
    """Whole row groups until they make up a shard."""
    ranges: list[tuple[int, int]] = []
    begin = size = 0
    for group in groups:
        size += group.end - group.begin
        if size >= SHARD_BYTES or group is groups[-1]:
            ranges.append((begin, group.first_row + group.rows))
            begin, size = group.first_row + group.rows, 0
    return [(begin, end) for begin, end in ranges if begin < end]


def _column(schema: pa.Schema, name: str) -> tuple[str, ...] | None:
    """The way to a column: itself, or through structs; None where there is none."""
    if name in schema.names:
        return (name,)
    top, *inner = name.split(".")
    if top not in schema.names:
        return None
    kind = schema.field(top).type
    for part in inner:
        if not pa.types.is_struct(kind) or kind.get_field_index(part) < 0:
            return None
        kind = kind.field(part).type
    return (top, *inner)


def _group_pieces(
    path: str, table: pq.ParquetFile, group: _RowGroup, columns: dict[str, tuple[str, ...]]
) -> Iterator[_Piece | Reject]:
    read = 0
    row_bytes = group.unpacked_bytes // max(group.rows, 1) or 1
    batch_rows = max(1, min(_READ_ROWS, _READ_BYTES // row_bytes))
    wanted = sorted({".".join(way) for way in columns.values()})
    try:
        if not wanted:
            yield _Piece(group.first_row, group.rows, {})
            return
        for batch in table.iter_batches(batch_rows, [group.number], wanted, use_threads=False):
            arrays = {name: _array(batch, way) for name, way in columns.items()}
            yield _Piece(group.first_row + read, batch.num_rows, arrays)
            read += batch.num_rows
    except (pa.ArrowException, OSError):
        yield Reject(path, group.first_row + read, RejectReason.UNPARSABLE, "row_group")


def _array(batch: pa.RecordBatch, way: tuple[str, ...]) -> pa.Array:
    column = batch.column(way[0])
    if len(way) > 1:
        column = pc.struct_field(column, list(way[1:]))
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _values(column: pa.Array) -> list[Any]:
    if _is_text(column.type):
        return _texts(column)
    if pa.types.is_timestamp(column.type):
        return [_moment(microseconds) for microseconds in _since_epoch(column).to_pylist()]
    if any(is_kind(column.type) for is_kind in _PLAIN_KINDS):
        return list(column.to_pylist())
    return [None if is_null else _Unusable.VALUE for is_null in column.is_null().to_pylist()]


def _is_text(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in _TEXT_KINDS)


def _texts(column: pa.Array) -> list[str | bytes | None]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:  # Parquet does not promise valid texts; only the broken one is lost
        stored = [text.as_buffer().to_pybytes() if text.is_valid else None for text in column]
        return [_decoded(text) for text in stored]


def _decoded(text: bytes | None) -> str | bytes | None:
    try:
        return None if text is None else text.decode()
    except UnicodeDecodeError:
        return text


def _since_epoch(column: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64())


def _moment(microseconds: int | None) -> datetime | None:
    try:
        return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
