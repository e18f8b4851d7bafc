"""How wide the columns of a table are, for the formats that do not find out by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Letters that fit side by side on a page, in the usual print and in small print.
_USUAL, _SMALL = 96, 124

#: Letters of the longest word that is not cut, and of the longest line that is worth room.
_LONGEST_WORD, _LONGEST_LINE = 20, 60

#: Letters of room between two columns.
_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """The share of each column in the width of the page; in dense ones words fit only in small print."""

    shares: tuple[int, ...]
    dense: bool


def table_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Room for the longest word of each column first, the rest to those with more text."""
    least, wanted = [], []
    for column in zip(headings, *rows, strict=True):
        word = max((len(word) for text in column for word in text.split()), default=0)
        line = max(len(text) for text in column)
        least.append(min(word, _LONGEST_WORD) + _GUTTER)
        wanted.append(min(max(line, word), _LONGEST_LINE) + _GUTTER)
    dense = sum(least) > _USUAL
    spare = max((_SMALL if dense else _USUAL) - sum(least), 0)
    missing = max(sum(wanted) - sum(least), 1)
    shares = (low + (high - low) * min(spare, missing) // missing for low, high in zip(least, wanted, strict=True))
    return Columns(tuple(shares), dense)
