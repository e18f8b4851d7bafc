"""Tables as text (CSV, TSV): RFC 4180, read as the standard library reads it, each row checked on its own."""

from __future__ import annotations

import codecs
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Annotated, Self

from colophon.config.constraints import KeyMeaning
from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary, FileContent
from colophon.connectors.files.compression import StreamDamagedError, name_inside
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.lines import ByteLine, lines
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import FileDamage, Row, RowCounter, Skipped, document_of, needed_names
from colophon.connectors.formats.field_values import COLUMN_TWICE, Absent, top_name, value_at
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.errors import BadArgumentError
from colophon.vocabulary import RejectReason

#: A quote that is never closed: what stood behind it may be one cell or many rows.
_OPEN_QUOTE = "open_quote"
#: Rows may have stood where there are NUL bytes.
_NUL_BYTES = "nul_bytes"
#: What may have cost more than the row in which it was met.
_MORE_LOST = frozenset({_OPEN_QUOTE, _NUL_BYTES})
# Each one is looked for up to the end of the file.
_MAX_OPEN_QUOTES = 100
_HEADER = "csv_header"
#: The first line by which Excel is told the delimiter.
_SEPARATOR_LINE = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([^\r\n])"?\r?[\n]|(?:\xef\xbb\xbf)?sep=([^\r\n])\r')
_HEAD_BYTES = 16
_BARE_CR = re.compile(rb"(?<=\r)(?!\n)")
#: What the library says of an end of the file inside a quote.
_END_IN_QUOTE = "unexpected end of data"
_TAB_SUFFIXES = (".tsv", ".tab")


@dataclass(frozen=True, slots=True)
class DelimitedOptions:
    """How cells are told apart, and whether the first row names them."""

    delimiter: Annotated[
        str | None,
        KeyMeaning(
            "The character between cells; a tab for files named `.tsv` or `.tab`, a comma for others, unless given."
        ),
    ] = None
    quote: Annotated[
        str, KeyMeaning("The character around cells that hold a delimiter; empty where no cell is quoted.")
    ] = '"'
    escape: Annotated[
        str | None,
        KeyMeaning("The character that takes the meaning from a quote or delimiter behind it; none unless given."),
    ] = None
    header: Annotated[
        bool,
        KeyMeaning("Whether the first row names the columns; without it they are `column0`, `column1` and so on."),
    ] = True

    def __post_init__(self) -> None:
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in "\r\n"):
            raise BadArgumentError("options.delimiter", self.delimiter, "one character")
        if len(self.quote) > 1 or self.quote in ("\r", "\n"):
            raise BadArgumentError("options.quote", self.quote, "one character, or none")
        if self.escape is not None and (len(self.escape) != 1 or self.escape in "\r\n"):
            raise BadArgumentError("options.escape", self.escape, "one character")


@dataclass(frozen=True, slots=True)
class DelimitedFormat(FileFormat):
    """Positions are row numbers in the file, the header not counted. Empty lines are skipped rows.

    A file is not cut: whether a line break is quoted is known only from the beginning.
    """

    fields: Fields
    options: DelimitedOptions

    @classmethod
    def of(cls, fields: Fields, options: DelimitedOptions) -> Self:
        return cls(fields, options)

    def first_rows(self, file: StoredFile) -> Iterator[Mapping[str, object]]:
        rows = _Rows(file, self.options)
        columns = self._columns(rows)
        for cells in rows:
            if isinstance(cells, list) and cells:
                columns = columns or _Columns([f"column{number}" for number in range(len(cells))])
                if len(cells) == columns.count:
                    yield {name: cells[place] for name, place in columns.place.items()}

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        rows = _Rows(file, self.options)
        columns = self._columns(rows)
        for position, cells in enumerate(rows):
            counter.met()
            if isinstance(cells, _Unreadable):
                yield Reject(file.path, position, cells.reason, cells.detail)
                if cells.detail in _MORE_LOST:
                    yield FileDamage(position, cells.detail)
            elif not cells:
                yield Skipped()
            else:
                columns = columns or _Columns([f"column{number}" for number in range(len(cells))])
                if len(cells) != columns.count:
                    yield Reject(file.path, position, RejectReason.UNPARSABLE, "column_count")
                    if rows.is_cut:
                        yield FileDamage(position, "cut_line")
                else:
                    yield document_of(self.fields, _Cells(columns, cells).value, file.path, position, counter)

    def _columns(self, rows: _Rows) -> _Columns | None:
        """The columns that the header names, if there is one.

        Raises StreamDamagedError where a declared one stands twice.
        """
        if not self.options.header:
            return None
        columns = rows.header()
        if columns.twice.intersection(map(top_name, needed_names(self.fields))):
            raise StreamDamagedError(RejectReason.UNPARSABLE, COLUMN_TWICE)
        return columns


def table_rows(file: StoredFile) -> Iterator[Callable[[str], object] | Reject | None]:
    """The values of each row by column name, a reject for one that cannot be read, None for an empty one."""
    rows = _Rows(file, DelimitedOptions())
    columns = rows.header()
    for position, cells in enumerate(rows):
        if isinstance(cells, _Unreadable):
            yield Reject(file.path, position, cells.reason, cells.detail)
        elif cells and len(cells) != columns.count:
            yield Reject(file.path, position, RejectReason.UNPARSABLE, "column_count")
        else:
            yield _Cells(columns, cells).value if cells else None


class _Columns:
    """The columns of a table; of two with the same name the first one counts."""

    def __init__(self, names: Sequence[str]) -> None:
        self.count = len(names)
        self.twice = frozenset(name for name, times in Counter(names).items() if times > 1)
        self.place: dict[str, int] = {}
        for number, name in enumerate(names):
            self.place.setdefault(name, number)


@dataclass(frozen=True, slots=True)
class _Cells:
    columns: _Columns
    cells: Sequence[str]

    def value(self, name: str) -> object:
        place = self.columns.place.get(name)
        if place is not None:
            return self.cells[place]
        top = self.columns.place.get(top_name(name))
        return Absent.ABSENT if top is None else value_at({top_name(name): self.cells[top]}, name)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    reason: RejectReason
    detail: str
    #: the cells of a row that is no UTF-8, with U+FFFD for what is not
    cells: Sequence[str] | None = None


class _TooLargeError(Exception):
    """A row has grown beyond what is held."""


def _split_at_cr(all_lines: Iterator[ByteLine], quote: str) -> Iterator[ByteLine]:
    """The lines, cut at each CR where rows end with CR alone, as old programs of the Macintosh write them: where the
    first row does."""
    first = next(all_lines, None)
    if first is None:
        return
    header, *others = _BARE_CR.split(first.content or b"")
    is_quoted = bool(quote) and header.count(quote.encode()) % 2 == 1
    if is_quoted or not any(others):
        yield first
        yield from all_lines
        return
    for line in chain([first], all_lines):
        if line.content is None:
            yield line
            continue
        offset = line.offset
        for part in filter(None, _BARE_CR.split(line.content)):
            yield ByteLine(offset, part)
            offset += len(part)


class _Rows:
    """The rows of a table. A row that cannot be read does not end them."""

    def __init__(self, file: StoredFile, options: DelimitedOptions) -> None:
        csv.field_size_limit(min(MAX_ROW_BYTES, sys.maxsize))  # the limit of the process: each row is checked here
        inside = name_inside(file.path).lower()
        content = file.utf8_content()
        separator = _SEPARATOR_LINE.match(content.peek(_HEAD_BYTES)[:_HEAD_BYTES])
        said = "" if separator is None else (separator[1] or separator[2]).decode("latin-1")
        content.read(0 if separator is None else separator.end())
        self._delimiter = options.delimiter or said or ("\t" if inside.endswith(_TAB_SUFFIXES) else ",")
        self._quote = options.quote
        self._escape = options.escape
        self._lines: Iterator[ByteLine] = _split_at_cr(lines(content, MAX_ROW_BYTES), self._quote)
        self._lines_of_row: list[ByteLine] = []
        self._open_quotes = 0
        self._reader = self._new_reader()
        self._bytes_taken = 0
        self._decodable = True
        self._open_quote = False

    def header(self) -> _Columns:
        """The first row that is not empty, as names; one with bytes that are no UTF-8 names its other columns.

        Raises StreamDamagedError for a header that cannot be read.
        """
        first = next((cells for cells in self if cells), None)
        if isinstance(first, _Unreadable):
            if first.cells is None:
                raise StreamDamagedError(first.reason, _HEADER)
            return _Columns(first.cells)
        return _Columns(first or [])

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[str] | _Unreadable:
        self._bytes_taken, self._decodable, self._open_quote = 0, True, False
        self._lines_of_row = []
        try:
            cells = next(self._reader)
        except _TooLargeError:
            if self._open_quote:
                self._pass_over_quoted()
            self._reader = self._new_reader()
            return _Unreadable(RejectReason.TOO_LARGE, "row")
        except csv.Error as error:
            return self._unreadable_row(error)
        if not self._decodable:
            return _Unreadable(RejectReason.ENCODING, "not_utf8", cells)
        return cells

    @property
    def is_cut(self) -> bool:
        """Whether the row just read ends without an end of line, as the last one of a file does that was cut off."""
        last = self._lines_of_row[-1].content if self._lines_of_row else None
        return last is not None and not last.endswith((b"\n", b"\r"))

    def _rows_with_cr(self) -> list[ByteLine] | None:
        """The rows in a line that holds some which end with CR alone, among others that do not; None for other lines,
        and where a quote may hold the CR."""
        (line, *others) = self._lines_of_row or [ByteLine(0, None)]
        if others or line.content is None or (self._quote and self._quote.encode() in line.content):
            return None
        parts = [part for part in _BARE_CR.split(line.content) if part]
        offsets = accumulate((len(part) for part in parts), initial=line.offset)
        return (
            [ByteLine(offset, part) for offset, part in zip(offsets, parts, strict=False)] if len(parts) > 1 else None
        )

    def _unreadable_row(self, error: csv.Error) -> list[str] | _Unreadable:
        """A row that is no CSV. Where a quote in it was open for several lines, the rows behind its first are read."""
        if (parts := self._rows_with_cr()) is not None:
            self._lines = chain(parts, self._lines)
            self._reader = self._new_reader()
            return next(self)
        if any(b"\0" in (line.content or b"") for line in self._lines_of_row):
            self._reader = self._new_reader()
            return _Unreadable(RejectReason.UNPARSABLE, _NUL_BYTES)
        was_open = len(self._lines_of_row) > 1
        if was_open and self._open_quotes < _MAX_OPEN_QUOTES:
            self._open_quotes += 1
            self._lines = chain(self._lines_of_row[1:], self._lines)
        self._reader = self._new_reader()
        is_open = was_open or str(error) == _END_IN_QUOTE
        return _Unreadable(RejectReason.UNPARSABLE, _OPEN_QUOTE if is_open else "csv")

    def _new_reader(self) -> Iterator[list[str]]:
        if self._quote:
            return csv.reader(
                self._texts(),
                delimiter=self._delimiter,
                quotechar=self._quote,
                escapechar=self._escape,
                strict=True,
            )
        return csv.reader(
            self._texts(), delimiter=self._delimiter, escapechar=self._escape, quoting=csv.QUOTE_NONE, strict=True
        )

    def _texts(self) -> Iterator[str]:
        # Not `for`, since the lines change when some are read again.
        while (line := next(self._lines, None)) is not None:
            self._lines_of_row.append(line)
            yield self._text(line)

    def _text(self, line: ByteLine) -> str:
        quotes = line.quotes if line.content is None else line.content.count(self._quote.encode())
        self._open_quote ^= bool(self._quote) and quotes % 2 == 1
        self._bytes_taken += 0 if line.content is None else len(line.content)
        if line.content is None or self._bytes_taken > MAX_ROW_BYTES:
            raise _TooLargeError
        content = line.content.removeprefix(codecs.BOM_UTF8) if line.offset == 0 else line.content
        try:
            return content.decode()
        except UnicodeDecodeError:
            self._decodable = False
            return content.decode(errors="replace")

    def _pass_over_quoted(self) -> None:
        """Reads on to the end of the row in which a quoted field grew too large: the line that closes the quote."""
        for line in self._lines:
            quotes = line.quotes if line.content is None else line.content.count(self._quote.encode())
            if quotes % 2:
                return


CSV = file_connector(
    DelimitedOptions,
    DelimitedFormat.of,
    ConnectorSummary("tables as text, RFC 4180, also tab-separated", "a table row", "row number without the header"),
    (".csv", ".tsv"),
    content=FileContent.TEXT,
)
