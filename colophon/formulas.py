"""Cells of CSV files that a spreadsheet would take for formulas, and what is written instead.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, whether or not it stands in quotation marks. Values
come from strangers and the files are opened by people: an apostrophe in front makes a text of it. A cell that begins
with apostrophes before such a character gets one more, so that taking one away always gives the value.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

# One expression for the engines of Python and of Arrow. Spreadsheets pass over white space at the beginning, and read
# the full-width forms of the four characters as these.
_FORMULA = "^('*(?:[\t\r\n]|[\x01-\x20\u00a0\u3000\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-]))"
_FORMULA_IN_PYTHON = re.compile(_FORMULA)


def without_formula(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return _FORMULA_IN_PYTHON.sub(r"'\1", text)


def column_without_formulas(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same for a column of texts; columns of other types stay as they are."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    return pc.replace_substring_regex(column, pattern=_FORMULA, replacement=r"'\1")
