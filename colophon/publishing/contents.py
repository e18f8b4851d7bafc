"""What stands in a field: text, boxes, a table or a list, made from the rows of a query as the form describes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

import jinja2
import pyarrow as pa

from colophon.publishing.form import BoxColumns, Field, Form, Format, TableColumn

#: Name of a set of words in the form: what the boxes of a choice are called.
ANSWER_WORDS = "answer"

_BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")

_Row = dict[str, Any]


def computed_content(form: Form, field: Field, table: pa.Table) -> Content:
    """The content of a computed or drafted field from the answer to its query."""
    rows: list[_Row] = table.to_pylist()
    match field.format:
        case Format.BOXES if field.boxes is not None:
            return _boxes(form, field, field.boxes, rows)
        case Format.TABLE:
            return Table(tuple(c.heading for c in field.columns), _table_rows(form, field.columns, rows), field.empty)
        case Format.LIST if field.item_column is not None:
            return Listing(tuple(str(row[field.item_column]) for row in rows), field.empty)
    return Text((sentence(form, field, table),))


def choice_content(form: Form, field: Field, chosen: Sequence[str]) -> Content:
    """The boxes of a choice, ticked as a person answered."""
    boxes = tuple(Box(option, form.word(option, ANSWER_WORDS), option in chosen) for option in field.options)
    return Boxes((BoxGroup("", boxes, ""),))


def sentence(form: Form, field: Field, table: pa.Table) -> str:
    """The field's sentence over the answer to its query."""
    return _sentence(form, field, table.to_pylist())


class ContentKind(StrEnum):
    TEXT = "text"
    BOXES = "boxes"
    TABLE = "table"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Text:
    """One or several paragraphs."""

    paragraphs: tuple[str, ...]
    kind: ContentKind = ContentKind.TEXT


@dataclass(frozen=True, slots=True)
class Box:
    """One thing that can be ticked; `option` is its code, the same in every language."""

    option: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class BoxGroup:
    """Boxes that belong together, under a heading where there are several groups, and a note below them."""

    heading: str
    boxes: tuple[Box, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Boxes:
    groups: tuple[BoxGroup, ...]
    kind: ContentKind = ContentKind.BOXES


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as texts; `empty` is said where there are none."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    kind: ContentKind = ContentKind.TABLE


@dataclass(frozen=True, slots=True)
class Listing:
    """Short items, perhaps very many; `empty` is said where there are none."""

    items: tuple[str, ...]
    empty: str
    kind: ContentKind = ContentKind.LIST


Content = Text | Boxes | Table | Listing


def _boxes(form: Form, field: Field, columns: BoxColumns, rows: list[_Row]) -> Boxes:
    def group_of(row: _Row) -> str:
        return str(row[columns.group]) if columns.group else ""

    groups = []
    for code, members in groupby(rows, group_of):
        group = list(members)
        heading = form.word(code, columns.group_words or "")
        boxes = tuple(
            Box(row[columns.option], form.word(row[columns.option], columns.option_words), bool(row["ticked"]))
            for row in group
            if row[columns.option] is not None
        )
        groups.append(BoxGroup(heading, boxes, _sentence(form, field, group)))
    return Boxes(tuple(groups))


def _table_rows(form: Form, columns: Sequence[TableColumn], rows: list[_Row]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_cell(form, column, row[column.name]) for column in columns) for row in rows)


def _cell(form: Form, column: TableColumn, value: object) -> str:
    codes = value if isinstance(value, list) else [value]
    texts = [form.word(str(code), column.words or "") for code in codes if code not in (None, "")]
    return ", ".join(texts) or column.absent


def _sentence(form: Form, field: Field, rows: list[_Row]) -> str:
    text = _environment(form).from_string(field.text or "").render(rows=rows)
    return " ".join(text.split())


def _environment(form: Form) -> jinja2.Environment:
    # Plain text: each layout escapes for its own format.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
    filters: dict[str, Callable[..., str | list[str]]] = {
        "word": form.word,
        "words": lambda codes, words: [form.word(code, words) for code in codes],
        "listed": _listed,
        "number_of": _number_of,
        "size": _size,
    }
    environment.filters.update(filters)
    return environment


def _listed(words: Sequence[str]) -> str:
    """Words as in a sentence: `a`, `a and b`, `a, b and c`."""
    words = list(words)
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _number_of(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    """A rounded number of bytes in the largest decimal unit it fills."""
    power = min(int(math.log10(size)) // 3, len(_BYTE_UNITS) - 1) if size else 0
    return f"{size / 1000**power:.3g} {_BYTE_UNITS[power]}"
