"""How much a command says beside its data: `-q`, `-v`, `--no-progress`."""

from __future__ import annotations

from enum import StrEnum

import typer


class Verbosity(StrEnum):
    QUIET = "quiet"
    VERBOSE = "verbose"
    NO_PROGRESS = "no_progress"
    NORMAL = "normal"


def verbosity_of(context: typer.Context) -> Verbosity:
    """What was asked for on the command line; normal where nothing was."""
    chosen = context.find_root().obj
    return chosen if isinstance(chosen, Verbosity) else Verbosity.NORMAL
