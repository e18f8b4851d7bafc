"""What the program may end with: exit codes and the errors behind each."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from colophon import errors
from colophon.errors import ColophonError, ExitCode, FailureError, FindingsError, UsageError
from docs.generators.tables import code, table_lines

_BASES: tuple[type[ColophonError], ...] = (FindingsError, UsageError, FailureError)


def errors_part() -> str:
    """A section for each exit code that stands for errors, with what they say."""
    lines: list[str] = []
    for base in _BASES:
        lines += [f"## {base.exit_code}: {ExitCode(base.exit_code).name.lower()}", "", inspect.getdoc(base) or "", ""]
        lines += table_lines(("error", "what happened"), _rows(base))
    return "\n".join(lines)


def _rows(base: type[ColophonError]) -> Iterator[tuple[str, str]]:
    for name, kind in vars(errors).items():
        if inspect.isclass(kind) and issubclass(kind, base) and kind is not base:
            yield code(name), inspect.getdoc(kind) or ""
