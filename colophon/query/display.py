"""How a record and the answers to questions show themselves in a notebook and in the interpreter.

The views are bounded and escaped: names and values come from strangers.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Sequence
from html import escape

import pyarrow as pa

from colophon.query.packaged import packaged_views
from colophon.record.manifest import Manifest
from colophon.tables import TABLES

#: Bounds of what is shown of a table.
_MAX_ROWS, _MAX_COLUMNS, _MAX_CHARACTERS = 20, 20, 200

_TEXT_WIDTH = 100


def record_as_text(manifest: Manifest) -> str:
    """A record in a few lines: whose it is, and the names of its tables and views."""
    names = {"tables": TABLES, "views": [view.name for view in packaged_views()]}
    lines = [_title(manifest)]
    for kind, listed in names.items():
        lines += textwrap.wrap(f"{kind}: {', '.join(listed)}", _TEXT_WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def record_as_html(manifest: Manifest) -> str:
    """The same with what a row of each table and view is, and how many rows each table has."""
    rows = dict.fromkeys(TABLES, 0)
    for file in manifest.files:
        rows[file.table] = rows.get(file.table, 0) + file.rows
    tables = [[table.name, f"one row per {table.row}", f"{rows[table.name]:,}"] for table in TABLES.values()]
    views = [[view.name, view.purpose, ""] for view in packaged_views()]
    return f"<p>{escape(_title(manifest))}</p>" + _html(["name", "what it holds", "rows"], [*tables, *views])


def table_as_html(table: pa.Table) -> str:
    """The first rows and columns of a table, and how many there are."""
    names = table.column_names[:_MAX_COLUMNS]
    # By position: a query may give several columns of one name.
    columns = [[_cell(value) for value in table.column(at).slice(0, _MAX_ROWS).to_pylist()] for at in range(len(names))]
    shown = _html(names, list(zip(*columns, strict=True)))
    rows, width = min(table.num_rows, _MAX_ROWS), len(names)
    return f"{shown}<p>{rows:,} of {table.num_rows:,} rows, {width} of {table.num_columns} columns</p>"


def show_tables_in_notebook() -> None:
    """Let the notebook that runs this process, if any, show Arrow tables as HTML; Arrow has no such view itself."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    formatter = getattr(shell, "display_formatter", None)
    if formatter is not None:
        formatter.formatters["text/html"].for_type(pa.Table, table_as_html)


def _title(manifest: Manifest) -> str:
    partial = ", partial" if manifest.partial else ""
    return f"Record of {manifest.corpus}, generation {manifest.generation}{partial}, root hash {manifest.root_hash}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value) if not isinstance(value, bytes) else value[:_MAX_CHARACTERS].hex()
    return text if len(text) <= _MAX_CHARACTERS else text[:_MAX_CHARACTERS] + "…"


def _html(names: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    # An isolate of its own, so that marks of direction in a value move nothing beside it.
    head = "".join(f"<th><bdi>{escape(_cell(name))}</bdi></th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td><bdi>{escape(cell)}</bdi></td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
