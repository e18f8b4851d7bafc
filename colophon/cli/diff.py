"""`colophon diff`: what differs between two records, or between two published summaries."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.output import FormatOption, JsonOption, OutOption, OutputFormat, note, table_as, write_text
from colophon.errors import BadArgumentError
from colophon.forms.differences import form_differences
from colophon.forms.published import read_published
from colophon.query.differences import Difference, record_differences
from colophon.query.session import open_record
from colophon.vocabulary import Disclosure

_COLUMNS = pa.schema([(name, pa.string()) for name in ("part", "label", "item", "kind", "before", "after")])


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Folder of a record, or a summary as JSON.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What to compare with it, of the same kind.")],
    limit: Annotated[
        int, typer.Option("--limit", min=0, metavar="N", help="Most differences to show; 0 shows all.")
    ] = 1_000,
    form: FormatOption = OutputFormat.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Show what was added, removed or changed; exit 1 where anything differs."""
    if _is_summary(old) != _is_summary(new):
        raise BadArgumentError("NEW", new, "a record where OLD is one, a summary as JSON where OLD is one")
    if _is_summary(old):
        before, after = read_published(Path(old)), read_published(Path(new))
        if before.summary.form != after.summary.form:
            raise BadArgumentError("NEW", after.summary.form, f"the same form as OLD, {before.summary.form}")
        count = _show(form_differences(before, after), limit, OutputFormat.JSON if json_ else form, out)
    else:
        with open_record(old) as first, open_record(new) as second:
            note(f"edition {Disclosure.INTERNAL}")
            count = _show(record_differences(first, second), limit, OutputFormat.JSON if json_ else form, out)
    if count:
        end_with_findings(f"{old} and {new} differ in {count:,} places")
    note("no differences")


def _show(differences: Iterable[Difference], limit: int, form: OutputFormat, out: Path | None) -> int:
    """Print the first differences and count all of them."""
    remaining = iter(differences)
    shown = list(islice(remaining, limit or None))
    rest = sum(1 for _ in remaining)
    if shown or form is not OutputFormat.TABLE:
        rows = [{name: str(getattr(d, name)) for name in _COLUMNS.names} for d in shown]
        write_text(table_as(pa.Table.from_pylist(rows, _COLUMNS), form, out), out)
    if rest:
        note(f"{rest:,} more differences are not shown; --limit 0 shows all")
    return len(shown) + rest


def _is_summary(name: str) -> bool:
    return Path(name).suffix == ".json"
