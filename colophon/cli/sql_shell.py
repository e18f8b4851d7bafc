"""The interactive shell of `colophon sql`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from colophon.cli.output import Format, note, table_as, write_text
from colophon.publishing.editions import Edition
from colophon.record.database import Record
from colophon.record.errors import UsageError
from colophon.record.limited import LimitedRecord

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
_MOST_ROWS = 200


def run_shell(
    record: Record | LimitedRecord,
    form: Format,
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


def _answer(record: Record | LimitedRecord, form: Format, text: str) -> None:
    try:
        for statement in record.statements(text):
            table = record.sql(statement)
            write_text(table_as(table.slice(0, _MOST_ROWS), form, None), None)
            if table.num_rows > _MOST_ROWS:
                note(f"{_MOST_ROWS} of {table.num_rows:,} rows shown")
    except UsageError as error:
        note(str(error))
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
