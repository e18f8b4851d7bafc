"""The command line: registers the commands, runs one and ends with its exit code."""

import sys

from colophon.search_path import safe_search_path

# Before anything else is imported, of which a file in the folder of the data may bear the name.
sys.path[:] = safe_search_path()

import errno
import logging
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, NoReturn

import typer
from typer._click.core import Command
from typer._click.exceptions import ClickException

from colophon import __version__
from colophon.cli.exit_codes import AGAIN, ExitCode, describe_defect, exit_code_of, message_of
from colophon.cli.terminal import say
from colophon.errors import ColophonError, OutputUnwritableError
from colophon.process import begin, leave
from colophon.vocabulary import Verbosity

#: Commands in the order of help: name, and the line shown there. Each is a module of `colophon.cli`, imported when it
#: is called, so that none waits for the libraries of another; of a name of two words, a function of that module.
COMMANDS = {
    "init": "Write a first corpus.yaml, provider.yaml and model.yaml.",
    "check": "Check a corpus file.",
    "run": "Make, continue or extend a record.",
    "report": "Show the totals of a record.",
    "sql": "Ask a record in SQL.",
    "audit": "Audit the copyright opt-outs.",
    "signals collect": "Observe today's policy files of a record's hosts.",
    "training-use import": "Add what a training log says was used.",
    "summary": "Write the public summary of training content.",
    "answers": "Answer what is open in the summary and the other forms.",
    "ledger publish": "Note what was published, corrected, asked and answered.",
    "ledger correct": "Note a correction of a published version.",
    "ledger request": "Note a request for information.",
    "ledger answer": "Note the answer to a request.",
    "ledger model": "Note a version of the model placed on the market.",
    "ledger list": "Show every entry of a ledger.",
    "ledger due": "Show what is open and by when.",
    "ledger verify": "Check a ledger and the files kept with it.",
    "lookup": "Say what a rights holder may know of a domain, host or URL.",
    "diff": "Show what differs between two records or two summaries.",
    "verify": "Check a record against its manifests.",
}

#: Errors of the system that are no defect, wherever they arise: a full disk, a full quota.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

#: Variables in which shells give the line to complete, as typer's scripts set them.
_COMPLETED_LINES = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")

#: Beam's own options follow after `--` and are handed on.
CONTEXT_SETTINGS: dict[str, dict[str, Any]] = {"run": {"allow_extra_args": True}}


def main() -> NoReturn:
    """Run the command of this process's arguments and exit with its code (design: commands)."""
    begin()
    leave(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> ExitCode:
    """Run one command; every error becomes a message on standard error and an exit code."""
    if "-v" not in arguments:
        # Libraries warn while they are imported, of things that nobody who runs this program can act on.
        logging.disable(logging.WARNING)
    try:
        # typer turns an interrupt and an early end into the code that it returns; a command itself returns nothing.
        code = ExitCode(_app(arguments)(arguments, standalone_mode=False, prog_name="colophon") or ExitCode.DONE)
    except (typer.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; nothing more can be said to it.
        sys.stderr.close()
        return ExitCode.DONE
    except ClickException as error:
        error.show()
        return ExitCode.USAGE
    except ColophonError as error:
        return _ended_by(error)
    except Exception as error:  # noqa: BLE001  # no defect may look like a finding
        if isinstance(error, OSError) and error.errno in _FULL:
            return _ended_by_full_disk(error)
        if "-v" in arguments:
            traceback.print_exception(error)
        _say(describe_defect(error))
        return ExitCode.FAILURE
    if code is ExitCode.INTERRUPTED:
        _say(f"interrupted; what was committed is kept: {AGAIN}")
    return code


def _ended_by_full_disk(error: OSError) -> ExitCode:
    reason = os.strerror(error.errno or 0)
    if error.filename is not None:
        return _ended_by(OutputUnwritableError(str(error.filename), reason))
    _say(f"cannot write the output: {reason}; free space, or send it elsewhere")  # nothing printed is kept
    return ExitCode.FAILURE


def _ended_by(error: ColophonError) -> ExitCode:
    _say(message_of(error))
    return exit_code_of(error)


def _say(message: str) -> None:
    with suppress(OSError):  # where standard error takes nothing more, the exit code still says how it ended
        say(message)


def _app(arguments: list[str]) -> Command:
    app = typer.Typer(
        help="Makes and proves the record of what a model was trained on.",
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(program_options)
    groups: dict[str, typer.Typer] = {"": app}
    # A shell that asks what may follow gives the line so far in the environment.
    words = {*arguments, *" ".join(os.environ.get(name, "") for name in _COMPLETED_LINES).split()}
    for name, line in COMMANDS.items():
        group, _, word = name.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True)
            app.add_typer(groups[group], name=group, help=line)
        is_called = (group or word) in words
        groups[group].command(word, help=None if is_called else line, context_settings=CONTEXT_SETTINGS.get(name))(
            command_function(name) if is_called else _not_called
        )
    return typer.main.get_command(app)


def command_function(name: str) -> Callable[..., None]:
    """The function behind a command."""
    module, _, word = name.replace("-", "_").partition(" ")
    function_name = f"{word}_" if iskeyword(word) else word or module
    function: Callable[..., None] = getattr(import_module(f"colophon.cli.{module}"), function_name)
    return function


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"colophon {__version__}")
        raise typer.Exit


def program_options(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("-q", help="Say nothing but data and errors.")] = False,
    verbose: Annotated[bool, typer.Option("-v", help="Show the engine's messages too.")] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="Show no progress.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before every command."""
    context.obj = (
        Verbosity.QUIET
        if quiet
        else Verbosity.VERBOSE
        if verbose
        else Verbosity.NO_PROGRESS
        if no_progress
        else Verbosity.NORMAL
    )


def _not_called() -> None:
    """Stands for a command that is only listed."""


if __name__ == "__main__":
    main()
