"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table_lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, and an empty one behind it."""
    yield _line(headings)
    yield "|" + "---|" * len(headings)
    yield from (_line(row) for row in rows)
    yield ""


def code(text: str) -> str:
    """Text as one writes it at a prompt or in a file."""
    return f"`{text}`"


def words(values: Iterable[str]) -> str:
    """Values of which one is chosen."""
    return ", ".join(code(value) for value in values)


def _line(cells: Sequence[str]) -> str:
    flat = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(flat)} |"
