"""What the program may end with: exit codes and the errors behind each."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass

from colophon import errors
from colophon.cli.exit_codes import ExitCode
from colophon.errors import ColophonError, DefectError, FailureError, FindingsError, TransientError, UsageError
from docs.generators.tables import code, table_lines

#: The bases by exit code, in the order of the page.
_BASES: Mapping[type[ColophonError], ExitCode] = {
    FindingsError: ExitCode.FINDINGS,
    UsageError: ExitCode.USAGE,
    FailureError: ExitCode.FAILURE,
}
_AGAIN: Mapping[type[ColophonError], str] = {TransientError: "yes", DefectError: "no", ColophonError: "after a change"}


def errors_part() -> str:
    """A section for each exit code that stands for errors, with what they say."""
    lines: list[str] = []
    for base, exit_code in _BASES.items():
        lines += [f"## {exit_code}: {exit_code.name.lower()}", "", inspect.getdoc(base) or "", ""]
        lines += table_lines(("error", "what happened", "can the same command help?"), _rows(base))
    return "\n".join(lines)


def _rows(base: type[ColophonError]) -> Iterator[tuple[str, str, str]]:
    for name, kind in vars(errors).items():
        if is_dataclass(kind) and inspect.isclass(kind) and issubclass(kind, base):
            again = next(text for reaction, text in _AGAIN.items() if issubclass(kind, reaction))
            yield code(name), inspect.getdoc(kind) or "", again
