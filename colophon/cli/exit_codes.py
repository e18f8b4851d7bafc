"""How a command ends: its exit code, and what is said last."""

from __future__ import annotations

import traceback
from dataclasses import fields
from enum import IntEnum
from typing import NoReturn

import typer

from colophon.cli.terminal import say
from colophon.errors import (
    ColophonError,
    DefectError,
    FindingsError,
    GlyphsMissingError,
    InputUnreadableError,
    NoSocketsError,
    NotARecordError,
    OutputUnwritableError,
    PartialRecordError,
    RecordChangedError,
    RecordLockedError,
    RecordUnwritableError,
    RunUnfinishedError,
    TransientError,
    UsageError,
    WorkerEndedError,
)


class ExitCode(IntEnum):
    """What the command line returns (design: commands)."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    FAILURE = 3
    INTERRUPTED = 130


AGAIN = "run the same command again to continue"

#: What to type, by class of error: the first that fits. Facts of the error stand in braces.
_ADVICE: tuple[tuple[type[ColophonError], str], ...] = (
    (NotARecordError, "`colophon run CORPUS.yaml --record {record}` makes one"),
    (RecordChangedError, "undo the change, or write a new record with --record DIR"),
    (PartialRecordError, "run without --limit"),
    (GlyphsMissingError, "or leave pdf out of --format"),
    (RunUnfinishedError, "finish it with the same `colophon run`, then run this command again"),
    (InputUnreadableError, "run the same command again once it can be read"),
    (RecordUnwritableError, "what was committed is kept: run the same command again once it can be written"),
    (OutputUnwritableError, "run the same command again once it can be written"),
    (RecordLockedError, "run the same command again afterwards"),
    (NoSocketsError, f"{AGAIN}, with a lower --at-once if need be"),
    (WorkerEndedError, f"{AGAIN}, with fewer --workers or a smaller --memory"),
    (TransientError, AGAIN),
    (DefectError, "running the same command again does not help"),
)


def exit_code_of(error: ColophonError) -> ExitCode:
    """The exit code that stands for an error."""
    if isinstance(error, FindingsError):
        return ExitCode.FINDINGS
    return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAILURE


def message_of(error: ColophonError) -> str:
    """What the error says, and what to type where that is not plain."""
    message = str(error)
    advice = next((text for kind, text in _ADVICE if isinstance(error, kind)), None)
    if advice is None:
        return message
    facts = {f.name: getattr(error, f.name) for f in fields(error)}  # type: ignore[arg-type]  # all are dataclasses
    return message + ("\n" if "\n" in message else "; ") + advice.format_map(facts)


def end_with_findings(message: str) -> NoReturn:
    """End a command that did its work and found something that must not pass as success."""
    say(message)
    raise typer.Exit(ExitCode.FINDINGS)


def describe_defect(error: Exception) -> str:
    """One line on an unexpected error, whose traceback is written to a file that this user alone can read.

    The line names the class of the error and not its text, which may hold values of the input.
    """
    from tempfile import NamedTemporaryFile

    trace = "".join(traceback.format_exception(error))
    try:
        with NamedTemporaryFile("w", prefix="colophon-", suffix=".txt", encoding="utf-8", delete=False) as file:
            file.write(trace)
    except OSError as failed:
        return f"{trace}{type(error).__name__}: unexpected; the traceback above cannot be kept ({failed.strerror})"
    return f"{type(error).__name__}: a defect of the program or of an installed package; traceback in {file.name}"
