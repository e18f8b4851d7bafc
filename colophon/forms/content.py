"""What stands in a field: text, boxes, a table or a list, made from the rows of a query as the form describes."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from colophon.forms.form import BoxColumns, Detail, Field, FieldFormat, Form, Number, TableColumn
from colophon.forms.summary import Attachment, Box, Boxes, BoxGroup, Content, Listing, TableContent, Text
from colophon.formulas import column_without_formulas
from colophon.query.editions import Edition, to_figures


@dataclass(slots=True)
class AttachedFiles:
    """The files of one form in one edition, by name."""

    by_name: dict[str, bytes] = field(default_factory=dict)

    def attach(self, name: str, table: pa.Table) -> Attachment:
        """Take a table as a file: RFC 4180 with a header, lines end in a newline, lists are joined with semicolons, and
        no cell is a formula."""
        content = io.BytesIO()
        csv.write_csv(_flat(table), content, csv.WriteOptions(quoting_style="needed"))
        self.by_name[name] = content.getvalue()
        return Attachment(name, table.num_rows, hashlib.sha256(self.by_name[name]).hexdigest())


def _flat(table: pa.Table) -> pa.Table:
    return pa.table(list(_columns(table)), names=table.column_names)


def _columns(table: pa.Table) -> Iterator[pa.ChunkedArray]:
    for column in table.columns:
        joined = pc.binary_join(column, "; ") if pa.types.is_list(column.type) else column
        yield column_without_formulas(joined)


#: Name of a set of words in the form: what the boxes of a choice are called.
ANSWER_WORDS = "answer"

_BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How values are put into words: the form with its words, the readers, and where long lists are put."""

    form: Form
    edition: Edition
    files: AttachedFiles = field(default_factory=AttachedFiles)


def computed_content(shown: Presentation, field: Field | Detail, table: pa.Table) -> Content:
    """The content of a computed or drafted field, or of a detail of one, from the answer to its query."""
    match field.format:
        case FieldFormat.BOXES if field.boxes is not None:
            return _boxes(shown, field, field.boxes, table.to_pylist())
        case FieldFormat.TABLE:
            return _table(shown, field, table)
        case FieldFormat.LIST if field.item_column is not None:
            return _listing(shown, field, table.select([field.item_column]))
    return Text((sentence(shown, field, table),))


def choice_content(form: Form, field: Field, chosen: Sequence[str]) -> Content:
    """The boxes of a choice, ticked as a person answered."""
    boxes = tuple(Box(option, form.word(option, ANSWER_WORDS), option in chosen) for option in field.options)
    return Boxes((BoxGroup("", boxes, ""),))


def sentence(shown: Presentation, field: Field | Detail, table: pa.Table) -> str:
    """The field's sentence over the answer to its query."""
    return _sentence(shown, field, table.to_pylist())


def _boxes(shown: Presentation, field: Field | Detail, columns: BoxColumns, rows: list[_Row]) -> Boxes:
    form = shown.form

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
        groups.append(BoxGroup(heading, boxes, _sentence(shown, field, group)))
    return Boxes(tuple(groups))


def _table(shown: Presentation, field: Field | Detail, table: pa.Table) -> TableContent:
    columns = [c for c in field.columns if shown.edition.sees(c.disclosure)]
    headings = tuple(c.heading for c in columns)
    visible = table.select([c.name for c in columns])
    if field.attached is not None and table.num_rows > field.attached.above:
        return TableContent(headings, (), field.empty, attachment=shown.files.attach(field.attached.name, visible))
    rows = tuple(tuple(_cell(shown, column, row[column.name]) for column in columns) for row in visible.to_pylist())
    return TableContent(headings, rows, field.empty)


def _listing(shown: Presentation, field: Field | Detail, items: pa.Table) -> Listing:
    if field.attached is not None and items.num_rows > field.attached.above:
        return Listing((), field.empty, attachment=shown.files.attach(field.attached.name, items))
    return Listing(tuple(str(item) for item in items.column(0).to_pylist()), field.empty)


def _cell(shown: Presentation, column: TableColumn, value: object) -> str:
    if column.number is not None and isinstance(value, int | float):
        return to_figures(value, shown.form.figures.get(shown.edition) if column.number is Number.ROUNDED else None)
    codes = value if isinstance(value, list) else [value]
    texts = [shown.form.word(str(code), column.words or "") for code in codes if code not in (None, "")]
    return ", ".join(texts) or column.absent


def _sentence(shown: Presentation, field: Field | Detail, rows: list[_Row]) -> str:
    text = _environment(shown).from_string(field.text or "").render(rows=rows)
    return " ".join(text.split())


def _environment(shown: Presentation) -> jinja2.Environment:
    form = shown.form
    # Plain text: each layout escapes for its own format.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
    filters: dict[str, Callable[..., str | list[str]]] = {
        "word": form.word,
        "words": lambda codes, words: [form.word(code, words) for code in codes],
        "listed": _listed,
        "number_of": _number_of,
        "size": _size,
        "rounded": lambda number: to_figures(number, form.figures.get(shown.edition)),
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
