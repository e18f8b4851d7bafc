"""`colophon sql`: questions to a record in SQL."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from colophon.audit.as_of import judge_as_of
from colophon.cli.exit_codes import message_of
from colophon.cli.moment import ClockOption, PolicyOption, moment_named
from colophon.cli.output import (
    EditionOption,
    FormatOption,
    JsonOption,
    OutOption,
    OutputFormat,
    RecordArgument,
    note,
    table_as,
    verbosity_of,
    write_text,
)
from colophon.errors import BadArgumentError, UsageError
from colophon.query.editions import Edition, EditionView
from colophon.query.session import Record, open_record
from colophon.reservations.policy import Clock, load_policy
from colophon.vocabulary import Verbosity

HELP = (
    "Statements end with a semicolon. .tables lists tables and views, .columns NAME the columns of one, "
    ".help shows this, .quit or Ctrl-D leaves."
)

_PROMPT, _MORE = "colophon> ", "     ...> "

_TABLES = (
    "SELECT view_name AS name, comment AS purpose FROM duckdb_views() WHERE NOT internal "
    "UNION ALL SELECT table_name, comment FROM duckdb_tables() WHERE NOT starts_with(table_name, 'stand_in_') "
    "ORDER BY name"
)

#: An answer on the screen stops here; `colophon sql RECORD QUERY` prints all of it.
_MAX_ROWS = 200


def run_shell(
    record: Record | EditionView,
    form: OutputFormat,
    ask: Callable[[str], str] = input,
    edition: Edition = Edition.INTERNAL,
) -> None:
    """Read statements until the end of input, answer each, show errors and go on."""
    note(f"Record of {record.manifest.corpus}, generation {record.manifest.generation}; edition {edition}.")
    note(HELP)
    with _history():
        waiting = ""
        while True:
            try:
                line = ask(_MORE if waiting else _PROMPT)
            except EOFError:
                return
            except KeyboardInterrupt:
                waiting = ""
                note("")
                continue
            if not waiting and line.strip().startswith("."):
                if line.strip() in {".quit", ".exit"}:
                    return
                _answer(record, form, _command(line.strip()))
                continue
            waiting = f"{waiting}\n{line}" if waiting else line
            if not waiting.strip():
                waiting = ""
            elif waiting.rstrip().endswith(";"):
                _answer(record, form, waiting)
                waiting = ""


def _command(line: str) -> str:
    """The statement behind a dot command; empty where there is nothing to ask."""
    word, _, name = line.partition(" ")
    if word == ".tables":
        return _TABLES
    if word == ".columns" and name.strip().isidentifier():
        return f"DESCRIBE {name.strip()}"
    note(HELP)
    return ""


def _answer(record: Record | EditionView, form: OutputFormat, text: str) -> None:
    try:
        for statement in record.statements(text):
            table = record.sql(statement)
            write_text(table_as(table.slice(0, _MAX_ROWS), form, None), None)
            if table.num_rows > _MAX_ROWS:
                note(f"{_MAX_ROWS} of {table.num_rows:,} rows shown")
    except UsageError as error:
        note(message_of(error))
    except KeyboardInterrupt:
        note("interrupted")


@contextlib.contextmanager
def _history() -> Iterator[None]:
    try:
        import readline
    except ImportError:  # not on every platform
        yield
        return
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    file = Path(state).expanduser() / "colophon" / "sql_history"
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(file)


def sql(
    context: typer.Context,
    record: RecordArgument,
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="Statements, separated by semicolons.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read statements from there.")
    ] = None,
    clock: ClockOption = Clock.AT_FETCH,
    policy: PolicyOption = None,
    form: FormatOption = OutputFormat.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
    edition: EditionOption = Edition.INTERNAL,
) -> None:
    """Ask a record in SQL (DuckDB): only SELECT, EXPLAIN and DESCRIBE, only the record's files, no network.

    Without a query a shell opens on a terminal; otherwise statements are read from standard input. The views of the
    opt-out audit answer for the moment and the policy asked for. In another edition than the internal one there are
    only the tables and columns that its readers may see.
    """
    if query is not None and file is not None:
        raise BadArgumentError("-f", str(file), "either a query or a file, not both")
    chosen = OutputFormat.JSON if json_ else form
    asked, other = moment_named(clock), None if policy is None else load_policy(policy)
    with open_record(record) as opened:
        judge_as_of(opened, asked, other)
        with _view(opened, edition) as view:
            if query is None and file is None and sys.stdin.isatty():
                run_shell(view, chosen, edition=edition)
                return
            statements = view.statements(_text(query, file))
            if not statements:
                raise BadArgumentError("QUERY", "nothing", "a statement, for example `SELECT * FROM source_totals`")
            printed = [table_as(view.sql(statement), chosen, out) for statement in statements]
    write_text("\n".join(printed), out)
    if verbosity_of(context) is not Verbosity.QUIET:
        note(f"Edition: {edition}.")


def _view(record: Record, edition: Edition) -> Record | EditionView:
    """The record as readers of the edition may question it."""
    return record if edition is Edition.INTERNAL else EditionView(record, edition.disclosure)


def _text(query: str | None, file: Path | None) -> str:
    """Raises BadArgumentError."""
    if query is not None:
        return query
    if file is None:
        return sys.stdin.read()
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArgumentError("-f", str(file), f"a text file in UTF-8 ({error})") from None
