"""`colophon sql`: questions to a record in SQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from colophon.analyzers.reservations.policy import Clock
from colophon.analyzers.reservations.policy_file import load_policy
from colophon.cli.moment import ClockOption, PolicyOption, moment_named
from colophon.cli.output import (
    EditionOption,
    Format,
    FormatOption,
    JsonOption,
    OutOption,
    RecordArgument,
    note,
    table_as,
    write_text,
)
from colophon.cli.sql_shell import run_shell
from colophon.cli.verbosity import Verbosity, verbosity_of
from colophon.publishing.clocks import judge_as_of
from colophon.publishing.editions import Edition
from colophon.record.database import Record, open_record
from colophon.record.errors import BadArgumentError
from colophon.record.limited import LimitedRecord


def sql(
    context: typer.Context,
    record: RecordArgument,
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="Statements, separated by semicolons.")] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="FILE", help="Read statements from there.")
    ] = None,
    clock: ClockOption = Clock.AT_FETCH,
    policy: PolicyOption = None,
    form: FormatOption = Format.TABLE,
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
    chosen = Format.JSON if json_ else form
    asked, other = moment_named(clock), None if policy is None else load_policy(policy)
    with open_record(record) as opened:
        judge_as_of(opened, asked, other)
        with _seen(opened, edition) as seen:
            if query is None and file is None and sys.stdin.isatty():
                run_shell(seen, chosen, edition=edition)
                return
            statements = seen.statements(_text(query, file))
            if not statements:
                raise BadArgumentError("QUERY", "nothing", "a statement, for example `SELECT * FROM source_totals`")
            printed = [table_as(seen.sql(statement), chosen, out) for statement in statements]
    write_text("\n".join(printed), out)
    if verbosity_of(context) is not Verbosity.QUIET:
        note(f"Edition: {edition}.")


def _seen(record: Record, edition: Edition) -> Record | LimitedRecord:
    """The record as readers of the edition may question it."""
    return record if edition is Edition.INTERNAL else LimitedRecord(record, edition.disclosure)


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
