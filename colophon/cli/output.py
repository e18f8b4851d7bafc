"""How commands print: data to standard output or a file, messages to standard error."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum, auto
from itertools import takewhile
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.types as kinds
import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from colophon.cli.terminal import printable, printable_line, say
from colophon.errors import BadArgumentError
from colophon.formulas import without_formula
from colophon.query.editions import Edition
from colophon.vocabulary import Verbosity


def verbosity_of(context: typer.Context) -> Verbosity:
    """What was asked for on the command line; normal where nothing was."""
    chosen = context.find_root().obj
    return chosen if isinstance(chosen, Verbosity) else Verbosity.NORMAL


class OutputFormat(StrEnum):
    """Forms in which one table can be printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class TextOrJson(StrEnum):
    """Forms of an answer that is more than one table."""

    TABLE = "table"
    JSON = "json"


class LongValues(Enum):
    """What becomes of values that are wider than their column on a terminal: they take several lines, or are cut."""

    FOLDED = auto()
    CUT = auto()


class Numbers(Enum):
    """How numbers are written in a table for people: as they are (ids), or grouped and rounded (counts, shares)."""

    PLAIN = auto()
    GROUPED = auto()


RecordArgument = Annotated[str, typer.Argument(metavar="RECORD", help="Folder of the record.")]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="Form of the output.")]
TextOrJsonOption = Annotated[TextOrJson, typer.Option("--format", help="Form of the output.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there, not to standard output.")]

EditionOption = Annotated[Edition, typer.Option("--edition", help="For whom it is written.")]

#: Widest line where no terminal limits it: wider than any table, so that nothing is cut or folded.
_UNLIMITED = 1_000_000


def write_text(text: str, out: Path | None) -> None:
    """Write data to a file, or to standard output where none is named: exactly, but printably on a terminal.

    Raises BadArgumentError.
    """
    ended = text if text.endswith("\n") or not text else text + "\n"
    if out is None:
        sys.stdout.write(printable(ended) if sys.stdout.isatty() else ended)
        sys.stdout.flush()
        return
    try:
        out.write_text(ended, encoding="utf-8", newline="")
    except OSError as error:
        raise BadArgumentError("--out", str(out), f"a file that can be written ({error.strerror})") from None


def note(message: str) -> None:
    """A message beside the data, on standard error."""
    say(message)


def table_as(table: pa.Table, form: OutputFormat, out: Path | None, long_values: LongValues = LongValues.CUT) -> str:
    """One table in the form asked for."""
    if form is OutputFormat.CSV:
        return table_as_csv(table)
    if form is OutputFormat.JSON:
        return json_text(json_rows(table))
    if table.column_names == ["explain_key", "explain_value"]:
        return "\n".join(map(printable, table.column("explain_value").to_pylist()))  # a drawing of several lines
    return table_as_text(table, width=page_width(out), long_values=long_values)


def table_as_text(  # each says one thing of how it looks
    table: pa.Table,
    *,
    title: str = "",
    numbers: Numbers = Numbers.PLAIN,
    width: int = _UNLIMITED,
    long_values: LongValues = LongValues.FOLDED,
    all_columns: str = "--format csv for all",
) -> str:
    """A table for people, no wider than a terminal. Numbers are never cut.

    Where long values are folded, columns that do not fit follow in a further table; where they are cut, such columns
    are left out, and the text says so and `all_columns`. Control characters are shown as escapes, so that no value can
    steer the terminal.
    """
    columns = [_text_column(f, v, numbers) for f, v in zip(table.schema, table.columns, strict=True)]
    if long_values is LongValues.FOLDED:
        return "\n".join(_folded(columns, title, width))
    widths = _fitting(columns, width)
    shown = columns[: len(widths)]
    said = [] if len(shown) == len(columns) else [f"{len(shown)} of {len(columns)} columns shown"]
    if any(given < column.natural for given, column in zip(widths, shown, strict=True)):
        said.append("values that end in … are cut")
    below = textwrap.fill(f"({'; '.join([*said, all_columns])})", width) + "\n" if said else ""
    return _drawn(shown, widths, title, width, long_values) + below


@dataclass(frozen=True, slots=True)
class _TextColumn:
    """A column as it is printed: the width that all of it needs, and that below which it is not shown."""

    name: str
    cells: list[str]
    is_number: bool
    natural: int
    least: int


def _text_column(field: pa.Field, values: pa.ChunkedArray, numbers: Numbers) -> _TextColumn:
    name, cells = printable_line(field.name), [_cell(value, field, numbers) for value in values.to_pylist()]
    head, widest = cell_len(name), max(map(cell_len, cells), default=0)
    is_number = _is_number(field.type)
    natural = max(head, widest)
    least = min(natural, _LEAST_WIDTH)
    return _TextColumn(name, cells, is_number, natural, max(least, widest) if is_number else least)


#: Columns are given so much width before others are left out, or all that they need.
_LEAST_WIDTH = 12

#: What the layout puts around a table and between two of its columns.
_EDGES, _GAP = 2, 3


def _folded(columns: Sequence[_TextColumn], title: str, width: int) -> Iterator[str]:
    """The table in as many parts as the terminal needs; what a row is about begins each of them."""
    widths = _fitting(columns, width)
    yield _drawn(columns[: len(widths)], widths, title, width, LongValues.FOLDED)
    about = list(takewhile(lambda column: not column.is_number, columns))
    while sum(column.least + _GAP for column in about) > width // 2:
        about.pop()
    rest = columns[len(widths) :]
    while rest:
        part = [*about, *rest]
        widths = _fitting(part, width)
        if len(widths) <= len(about):
            about.pop()
            continue
        yield _drawn(part[: len(widths)], widths, "", width, LongValues.FOLDED)
        rest = part[len(widths) :]


def _drawn(
    columns: Sequence[_TextColumn], widths: Sequence[int], title: str, width: int, long_values: LongValues
) -> str:
    cut = long_values is LongValues.CUT
    drawn = Table(
        title=Text(title, style="bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column, wide in zip(columns, widths, strict=True):
        drawn.add_column(
            Text(column.name),
            justify="right" if column.is_number else "left",
            overflow="ellipsis" if cut else "fold",
            no_wrap=cut,
            width=wide,
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        drawn.add_row(*(Text(cell) for cell in row))
    page = io.StringIO()
    # Text is built for a file, without colours: what is piped or saved must be the same as what is seen.
    Console(file=page, width=width, color_system=None, force_terminal=False, highlight=False).print(drawn)
    lines = (line.rstrip() for line in page.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


def _fitting(columns: Sequence[_TextColumn], width: int) -> list[int]:
    """The widths of the columns that fit, from the left: each what it needs, or its share of what there is."""
    room = max(width - _EDGES, 1)
    widths: list[int] = []
    for column in columns:
        needed = column.least + (_GAP if widths else 0)
        if needed > room and widths:
            break
        widths.append(min(column.least, room))
        room -= min(needed, room)
    wanted = [column.natural - given for column, given in zip(columns, widths, strict=False)]
    for place, at in enumerate(sorted(range(len(widths)), key=wanted.__getitem__)):
        more = min(wanted[at], room // (len(widths) - place))
        widths[at] += more
        room -= more
    return widths


def table_as_csv(table: pa.Table) -> str:
    """RFC 4180 with a header, but lines end in a newline alone; null is empty, times are RFC 3339, lists are JSON.

    Texts that a spreadsheet would take for formulas have an apostrophe in front.
    """
    lines = _CsvLines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(without_formula(name) for name in table.column_names)
    columns = [[_csv_cell(value) for value in column.to_pylist()] for column in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return "\n".join([*lines, ""])


class _CsvLines(list[str]):
    """Takes the lines of a writer that ends them as the standard says: only so does it quote a lone carriage return."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n"))


def json_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table as JSON objects. A name that several columns share gets a number from the second on."""
    names = unique_names(table.column_names)
    columns = [[_json_value(value) for value in column.to_pylist()] for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def json_text(value: object) -> str:
    """JSON for people and programs: indented, in UTF-8, ended by a newline.

    Characters that could steer a terminal are written as escapes of JSON, which stand for the same.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if printable(text) != text:
        text = "".join(c if printable(c) == c else json.dumps(c)[1:-1] for c in text)
    return text + "\n"


def page_width(out: Path | None) -> int:
    """Columns of the terminal; unlimited where the text goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if out is None and sys.stdout.isatty() else _UNLIMITED


def message_width() -> int:
    """Columns of the terminal on which messages are read; unlimited where they go to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stderr.isatty() else _UNLIMITED


def _is_number(kind: pa.DataType) -> bool:
    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind))


def _cell(value: object, field: pa.Field, numbers: Numbers) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if numbers is Numbers.GROUPED and isinstance(value, int):
        return f"{value:,}"
    if numbers is Numbers.GROUPED and isinstance(value, float):
        return f"{value:.2%}" if field.name.startswith("share") else f"{value:,.3f}"
    plain = _json_value(value)
    return printable_line(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def _csv_cell(value: object) -> str | int | float:
    plain = _json_value(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, int | float):
        return plain
    return without_formula(plain) if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _json_value(value: object) -> Any:  # noqa: PLR0911  # one line for each kind of value
    """The value as JSON can hold it: times in RFC 3339, bytes in hexadecimal, numbers that JSON lacks as null."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat()
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def unique_names(names: Iterable[str]) -> list[str]:
    """The names of columns, where one that several share gets a number from the second on."""
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        unique.append(candidate)
    return unique
