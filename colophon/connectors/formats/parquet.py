"""Parquet tables, read by row group so that a large file is cut between groups and memory stays bounded.

The hash of a range is over the bytes from the first of its row groups up to the end of the last, as stored; that of a
whole file over all its bytes. Tables are read by jumping about, so the bytes of a large file are hashed in a pass of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.arrow_values import Column, RowValues, is_number, values_of
from colophon.connectors.formats.columns import documents_of_columns
from colophon.connectors.formats.documents import Documents, FileDamage, Row, RowCounter, needed_names
from colophon.connectors.formats.field_values import COLUMN_TWICE, Absent, top_name, value_at
from colophon.connectors.rows import MAX_BATCH_ROWS, MAX_BATCH_TEXT_BYTES, SHARD_BYTES, InputFile, Reject
from colophon.vocabulary import RejectReason

_MARK = b"PAR1"
# Most rows decoded at once, and about so many bytes: as a batch takes, so that none is put together by copying.
_READ_ROWS = MAX_BATCH_ROWS
_FIRST_ROWS = 100
_READ_BYTES = MAX_BATCH_TEXT_BYTES * 7 // 8


@dataclass(frozen=True, slots=True)
class ParquetOptions:
    """Parquet takes no options."""


@dataclass(frozen=True, slots=True)
class _RowGroup:
    """A row group: its number, its first row in the file, its rows, and the bytes it lies between."""

    number: int
    first_row: int
    rows: int
    begin: int
    end: int
    #: of the columns whose metadata can be read
    chunks: tuple[pq.ColumnChunkMetaData, ...]


@dataclass(frozen=True, slots=True)
class ParquetFormat(FileFormat):
    """Positions are row numbers in the file. A name with dots reaches into structs, unless a column has that name."""

    fields: Fields
    finds_rows: ClassVar = True

    @classmethod
    def of(cls, fields: Fields, _options: ParquetOptions) -> Self:
        return cls(fields)

    def ranges(self, source_files: SourceFiles, file: InputFile) -> Sequence[tuple[int, int]]:
        with source_files.open(file.path) as opened:
            try:
                table = _opened(opened.seekable())
            except StreamDamagedError:
                return ()  # what is wrong is said when the file is read
            return _row_ranges(_row_groups(table))

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        for piece in _pieces(file, needed_names(self.fields)):
            if isinstance(piece, Reject):
                counter.met()
                yield piece
                yield FileDamage(piece.position, piece.detail)
            else:
                counter.met(piece.rows)
                yield documents_of_columns(self.fields, piece.columns, file.path, piece.positions, counter)

    def first_rows(self, file: StoredFile) -> Iterator[Mapping[str, object]]:
        table = _opened(file.seekable())
        _columns(table, needed_names(self.fields))  # says what is wrong with them
        try:
            for batch in table.iter_batches(_FIRST_ROWS, use_threads=False):
                values: dict[str, list[Any]] = {}
                for name, column in zip(batch.schema.names, batch.columns, strict=True):
                    values.setdefault(name, values_of(_decoded(column)))
                yield from (dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))
        except _DAMAGE:
            raise StreamDamagedError(RejectReason.UNPARSABLE, "row_group") from None

    def documents_at(self, file: StoredFile, positions: npt.NDArray[np.int64]) -> Iterator[Documents]:
        """Decodes the row groups that hold one of them, and the columns of the text alone."""
        fields = Fields(text=self.fields.text)
        table = _opened(file.seekable())
        columns = _columns(table, needed_names(fields))
        for group in _row_groups(table):
            if not len(_between(positions, group.first_row, group.rows)):
                continue
            for piece in _group_pieces(file.path, table, group, columns):
                if isinstance(piece, _Piece) and len(here := _between(positions, piece.first_row, piece.rows)):
                    rows = pa.array(here - piece.first_row)
                    taken = {name: column.take(rows) for name, column in piece.columns.items()}
                    yield documents_of_columns(fields, taken, file.path, here, RowCounter())


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
    columns: dict[str, Column]

    @property
    def positions(self) -> npt.NDArray[np.int64]:
        return np.arange(self.first_row, self.first_row + self.rows)

    def table_rows(self) -> list[TableRow]:
        if not self.columns:
            return [TableRow({})] * self.rows
        values = {name: values_of(column) for name, column in self.columns.items()}
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
    groups = [g for g in _row_groups(table) if first <= g.first_row and (end is None or g.first_row < end)]
    if end is not None and groups:
        file.hash_between(groups[0].begin, groups[-1].end)
    columns = _columns(table, names)
    for group in groups:
        yield from _group_pieces(file.path, table, group, columns)


def _hashed_source(file: StoredFile) -> BinaryIO | pa.BufferReader:
    """A small file is taken into memory while it is hashed; a large one is hashed first and then read where it lies."""
    if file.end is not None:
        return file.seekable()
    content = file.in_memory(SHARD_BYTES)
    if content is not None:
        return pa.BufferReader(content)
    file.hash_between(0, None)
    return file.seekable()


#: What the library raises for damaged files; names of columns that are no UTF-8 among it.
_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)


def _opened(source: BinaryIO | pa.BufferReader) -> pq.ParquetFile:
    try:
        # A buffer makes pages stream, where otherwise whole column chunks are held. Checksums are looked at where pages
        # have them.
        return pq.ParquetFile(source, pre_buffer=False, buffer_size=2**20, page_checksum_verification=True)
    except _DAMAGE:
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


def _row_groups(table: pq.ParquetFile) -> list[_RowGroup]:
    groups: list[_RowGroup] = []
    first_row = 0
    for number in range(table.metadata.num_row_groups):
        group = table.metadata.row_group(number)
        chunks = tuple(group.column(column) for column in _readable_columns(table, number))
        begins = [min(c.data_page_offset, c.dictionary_page_offset or c.data_page_offset) for c in chunks]
        ends = [begin + c.total_compressed_size for begin, c in zip(begins, chunks, strict=True)]
        groups.append(
            _RowGroup(number, first_row, group.num_rows, min(begins, default=0), max(ends, default=0), chunks)
        )
        first_row += group.num_rows
    return groups


def _readable_columns(table: pq.ParquetFile, group: int) -> Sequence[int]:
    """Columns of a row group whose metadata can be asked for: for damaged ones the library ends the process there,
    while a reader of them, which is begun here, fails with an exception."""
    columns = range(table.metadata.num_columns)
    if _begins(table, group, None):
        return columns
    return [column for column in columns if _begins(table, group, [table.schema.column(column).path])]


def _begins(table: pq.ParquetFile, group: int, names: list[str] | None) -> bool:
    try:
        next(table.iter_batches(1, [group], names, use_threads=False), None)
    except _DAMAGE:
        return False
    return True


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


def _columns(table: pq.ParquetFile, names: Sequence[str]) -> dict[str, _Way]:
    schema = table.schema_arrow
    ways = {name: way for name in names if (way := _way(schema, name)) is not None}
    if any(schema.names.count(way.column) > 1 for way in ways.values()):
        raise StreamDamagedError(RejectReason.UNPARSABLE, COLUMN_TWICE)
    return ways


def _way(schema: pa.Schema, name: str) -> _Way | None:
    """The way to what a name stands for; None where no column can lead to it."""
    if name in schema.names:
        return _Way(name)
    top, *inner = name.split(".")
    if top in schema.names:
        kind = schema.field(top).type
        for number, part in enumerate(inner):
            dotted = ".".join(inner[number:])
            if not pa.types.is_struct(kind) or kind.get_field_index(part) < 0:
                break
            if dotted != part and kind.get_field_index(dotted) >= 0:
                break
            kind = kind.field(part).type
        else:
            return _Way(top, tuple(inner))
    column = top_name(name)
    leads_further = column in schema.names and not is_number(schema.field(column).type)
    return _Way(column, name=name) if leads_further and name != column else None


@dataclass(frozen=True, slots=True)
class _Way:
    """How the column of a name is got: a column of the file, inside it structs to go through, or else a name by which
    the values of each row are looked for."""

    column: str
    structs: tuple[str, ...] = ()
    name: str | None = None

    @property
    def read(self) -> str:
        """The column, or the part of it, that is read."""
        return self.column if self.name is not None else ".".join((self.column, *self.structs))


def _between(positions: npt.NDArray[np.int64], first: int, rows: int) -> npt.NDArray[np.int64]:
    """Those of ascending positions that lie among `rows` rows from `first`."""
    begin, end = np.searchsorted(positions, [first, first + rows])
    return positions[begin:end]


def _group_pieces(
    path: str, table: pq.ParquetFile, group: _RowGroup, columns: dict[str, _Way]
) -> Iterator[_Piece | Reject]:
    read = 0
    wanted = sorted({way.read for way in columns.values()})
    try:
        if not wanted:
            yield _Piece(group.first_row, group.rows, {})
            return
        rows = _rows_at_once(group, wanted)
        for batch in table.iter_batches(rows, [group.number], wanted, use_threads=False):
            arrays = {name: _array(batch, way) for name, way in columns.items()}
            yield _Piece(group.first_row + read, batch.num_rows, arrays)
            read += batch.num_rows
    except _DAMAGE:
        yield Reject(path, group.first_row + read, RejectReason.UNPARSABLE, "row_group")


def _rows_at_once(group: _RowGroup, wanted: Sequence[str]) -> int:
    """Rows of even pieces of a row group."""
    read = [c for c in group.chunks if any(f"{c.path_in_schema}.".startswith(f"{name}.") for name in wanted)]
    unpacked: int = sum(c.total_uncompressed_size for c in read)
    rows = group.rows
    pieces = max(1, -(-unpacked // _READ_BYTES), -(-rows // _READ_ROWS))
    return max(1, -(-rows // pieces))


def _array(batch: pa.RecordBatch, way: _Way) -> Column:
    column = batch.column(way.column)
    if way.name is not None:
        return RowValues(tuple(value_at({way.column: value}, way.name) for value in values_of(column)))
    if way.structs:
        column = pc.struct_field(column, list(way.structs))
    return _decoded(column)


def _decoded(column: pa.Array) -> pa.Array:
    decoded = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    plain = _PLAIN_TYPES.get(decoded.type)
    return decoded if plain is None else decoded.cast(plain)


#: Types for whose values the library lacks functions, and others that hold the same.
_PLAIN_TYPES = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}


PARQUET = file_connector(
    ParquetOptions, ParquetFormat.of, ConnectorSummary("Parquet tables", "a table row", "row number"), (".parquet",)
)
