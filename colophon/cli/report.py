"""`colophon report`: the totals of a record."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from colophon.audit.pages.report_page import render_report
from colophon.audit.report import Report, report_record
from colophon.cli.output import (
    EditionOption,
    JsonOption,
    Numbers,
    OutOption,
    RecordArgument,
    json_rows,
    json_text,
    page_width,
    table_as_text,
    write_text,
)
from colophon.query.editions import Edition
from colophon.query.session import open_record


class ReportFormat(StrEnum):
    """Forms in which a report can be printed."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def report(
    record: RecordArgument,
    form: Annotated[ReportFormat, typer.Option("--format", help="Form of the output.")] = ReportFormat.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
    edition: EditionOption = Edition.INTERNAL,
) -> None:
    """Show totals by source, languages, copies, personal data, rejects, decisions, hosts and shards.

    html is a page of its own, with charts.
    """
    with open_record(record) as opened:
        reported = report_record(opened, edition)
    if json_ or form is ReportFormat.JSON:
        write_text(_as_json(reported), out)
    elif form is ReportFormat.HTML:
        write_text(render_report(reported), out)
    else:
        write_text("\n".join(_blocks(reported, page_width(out))), out)


def _as_json(report: Report) -> str:
    return json_text({
        "edition": report.edition,
        "corpus": report.corpus,
        "generation": report.generation,
        "root_hash": report.root_hash,
        "partial": report.partial,
        "sections": {
            section.plan.name: {
                "query": {"id": section.result.query_id, "sha256": section.result.query_sha256},
                "rows": json_rows(section.result.table),
            }
            for section in report.sections
        },
    })  # fmt: skip


def _blocks(report: Report, width: int) -> Iterator[str]:
    yield (
        f"Record of {report.corpus}, generation {report.generation}, root hash {report.root_hash}, "
        f"edition {report.edition}\n"
    )
    if report.partial:
        yield "The record is partial: it was made from a sample of the corpus.\n"
    for section in report.sections:
        table = section.result.table.select(section.plan.shown)
        if table.num_rows:
            yield table_as_text(table, title=section.plan.heading, numbers=Numbers.GROUPED, width=width)
        else:
            yield f"{section.plan.heading}: none\n"
