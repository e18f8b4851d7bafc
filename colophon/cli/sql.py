"""`colophon sql`: questions to a record in SQL."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from colophon.audit.as_of import judge_as_of
from colophon.cli.exit_codes import message_of
from colophon.cli.moment import ClockOption, PolicyOption, moment_named
from colophon.cli.output import (
    EditionOption,
    JsonOption,
    LongValues,
    OutOption,
    OutputFormat,
    RecordArgument,
    note,
    table_as,
    unique_names,
    verbosity_of,
    write_text,
)
from colophon.errors import BadArgumentError, UsageError
from colophon.query.editions import Edition, EditionView, disclosures
from colophon.query.name_list import NAME_LIST, read_name_list
from colophon.query.packaged import packaged_views
from colophon.query.session import STAND_IN, Record, open_record
from colophon.reservations.policy import Clock, load_policy
from colophon.tables import TABLES
from colophon.vocabulary import Verbosity

HELP = (
    "Statements end with a semicolon. .tables lists tables and views, .columns NAME the columns of one, "
    ".schema NAME their meaning and who may see them, .help shows this, .quit or Ctrl-D leaves."
)

_PROMPT, _MORE = "colophon> ", "     ...> "

_RELATIONS = (
    "SELECT view_name AS name FROM duckdb_views() WHERE NOT internal UNION ALL "
    "SELECT table_name FROM duckdb_tables() ORDER BY name"
)

_LEAVES = frozenset({".quit", ".exit"})


class AnswerFormat(StrEnum):
    """Forms in which the answer to a question can be written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


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
                if line.strip() in _LEAVES:
                    return
                _answer(record, form, line.strip())
                continue
            waiting = f"{waiting}\n{line}" if waiting else line
            if not waiting.strip():
                waiting = ""
            elif waiting.rstrip().endswith(";"):
                _answer(record, form, waiting)
                waiting = ""


def _requests(record: Record | EditionView, text: str) -> Iterator[str]:
    """The statements and dot commands of a text in their order, each statement proven to read only.

    A line is a dot command where no statement is open, as in the shell. Raises StatementRefusedError, QueryError.
    """
    waiting: list[str] = []
    for line in text.splitlines():
        if line.strip().startswith(".") and "".join(waiting).rstrip()[-1:] in {"", ";"}:
            yield from record.statements("\n".join(waiting))
            waiting = []
            if line.strip() in _LEAVES:
                return
            yield line.strip().removesuffix(";")
        else:
            waiting.append(line)
    yield from record.statements("\n".join(waiting))


def _answer_to(record: Record | EditionView, request: str) -> pa.Table | None:
    """The answer to a statement or dot command; None where there is nothing to answer but HELP."""
    if not request.startswith("."):
        return record.sql(request)
    word, _, name = request.partition(" ")
    name = name.strip()
    if word == ".tables" and not name:
        found = record.sql(_RELATIONS).column("name").to_pylist()
        names = [relation for relation in found if not relation.startswith(STAND_IN)]
        return pa.table({"name": names, "purpose": [_purpose(each) for each in names]})
    if word in {".columns", ".schema"} and name.isidentifier():
        columns = record.sql(f"DESCRIBE {name}")
        return columns if word == ".columns" else _schema(name, columns)
    return None


def _purpose(relation: str) -> str:
    if relation in TABLES:
        return f"one row per {TABLES[relation].row}"
    views = {view.name: view.purpose for view in packaged_views()}
    return views.get(relation, "the names given with --list" if relation == NAME_LIST else "")


def _schema(relation: str, columns: pa.Table) -> pa.Table:
    """The columns of a table or view with type, class of readers and meaning, as far as the package describes them."""
    described = next((view.columns for view in packaged_views() if view.name == relation), ())
    meanings = {column.name: column.description for column in described}
    if relation in TABLES:
        meanings = {column.name: column.description for column in TABLES[relation].columns}
    classes = disclosures(relation) if meanings else {}
    names = columns.column("column_name").to_pylist()
    return pa.table({
        "column": names,
        "type": columns.column("column_type"),
        "seen_by": pa.array([classes.get(name) for name in names], pa.string()),
        "meaning": pa.array([meanings.get(name) for name in names], pa.string()),
    })  # fmt: skip


def _answer(record: Record | EditionView, form: OutputFormat, text: str) -> None:
    try:
        for request in _requests(record, text):
            table = _answer_to(record, request)
            if table is None:
                note(HELP)
                continue
            write_text(table_as(table.slice(0, _MAX_ROWS), form, None, _long_values(request)), None)
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
    form: Annotated[AnswerFormat, typer.Option("--format", help="Form of the output.")] = AnswerFormat.TABLE,
    json_: JsonOption = False,
    names: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="Names, one a line: table `list`, columns name and authority."),
    ] = None,
    out: OutOption = None,
    edition: EditionOption = Edition.INTERNAL,
) -> None:
    """Ask a record in SQL (DuckDB): only SELECT, EXPLAIN and DESCRIBE, only the record's files, no network.

    Without a query a shell opens on a terminal; otherwise statements are read from standard input. `.tables`,
    `.columns NAME` and `.schema NAME` may stand for a statement, on a line of their own. One statement is answered in
    csv, json or parquet, any number as tables. The views of the opt-out audit answer for the moment and the policy
    asked for. In another edition than the internal one there are only the tables and columns that its readers may see.
    """
    if query is not None and file is not None:
        raise BadArgumentError("-f", str(file), "either a query or a file, not both")
    chosen = AnswerFormat.JSON if json_ else form
    if chosen is AnswerFormat.PARQUET and out is None:
        raise BadArgumentError("--format", chosen, "--out FILE with it, Parquet is no text for a terminal")
    asked, other = moment_named(clock), None if policy is None else load_policy(policy)
    listed = None if names is None else read_name_list(names, "--list")
    with open_record(record) as opened:
        judge_as_of(opened, asked, other)
        with _view(opened, edition) as view:
            if listed is not None:
                view.stand_in(NAME_LIST, listed.schema, listed.to_batches())
            if query is None and file is None and sys.stdin.isatty():
                if chosen is AnswerFormat.PARQUET or out is not None:
                    raise BadArgumentError("QUERY", "nothing", "a statement to answer in the file of --out")
                run_shell(view, OutputFormat(chosen), edition=edition)
                return
            answers = _answers(view, _text(query, file), chosen)
    if chosen is AnswerFormat.PARQUET and out is not None:
        _write_parquet(answers[0].table, out)
    else:
        texts = (table_as(each.table, OutputFormat(chosen), out, _long_values(each.request)) for each in answers)
        write_text("\n".join(texts), out)
    if verbosity_of(context) is not Verbosity.QUIET:
        note(f"Edition: {edition}.")


@dataclass(frozen=True, slots=True)
class _Answered:
    """A statement or dot command with its answer."""

    request: str
    table: pa.Table


def _long_values(request: str) -> LongValues:
    """What a dot command lists is made to be read; the answer to a statement may have any number of wide columns."""
    return LongValues.FOLDED if request.startswith(".") else LongValues.CUT


def _answers(view: Record | EditionView, text: str, form: AnswerFormat) -> list[_Answered]:
    """The answers to all statements and dot commands. Raises BadArgumentError, StatementRefusedError, QueryError."""
    requests = list(_requests(view, text))
    if not requests:
        raise BadArgumentError("QUERY", "nothing", "a statement, for example `SELECT * FROM source_totals`")
    if ".help" in requests:
        note(HELP)
        requests = [request for request in requests if request != ".help"]
    if form is not AnswerFormat.TABLE and len(requests) != 1:
        raise BadArgumentError(
            "--format", form, f"one statement, {len(requests)} were given: ask them one by one, or with --format table"
        )
    return [_answered(view, request) for request in requests]


def _answered(view: Record | EditionView, request: str) -> _Answered:
    answer = _answer_to(view, request)
    if answer is None:
        raise BadArgumentError("QUERY", request, "SQL, or .tables, .columns NAME, .schema NAME, .help or .quit")
    return _Answered(request, answer)


def _write_parquet(table: pa.Table, out: Path) -> None:
    """Raises BadArgumentError."""
    try:
        # The library removes what it was given by name where it fails, a device or a link too.
        with out.open("wb") as file:
            pq.write_table(table.rename_columns(unique_names(table.column_names)), file)
    except OSError as error:
        raise BadArgumentError("--out", str(out), f"a file that can be written ({error.strerror or error})") from None
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise BadArgumentError("--format", "parquet", f"columns of types that Parquet has ({error})") from None


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
