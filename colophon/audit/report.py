"""The totals of a record: what was read, what became of it, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import msgspec

from colophon.query.editions import Edition, seen_rows
from colophon.query.session import QueryResult, Record
from colophon.templates import template_file, yaml_content


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A table of the report: its heading, the columns that fit a page, and the most rows that it names.

    The packaged query `report/NAME` is behind it.
    """

    name: str
    heading: str
    shown: tuple[str, ...]
    most: int | None = None


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A table of the report with its rows."""

    plan: SectionPlan
    result: QueryResult


@dataclass(frozen=True, slots=True)
class Report:
    """All tables of the report over one generation of a record, with what readers of the edition may see of them."""

    edition: Edition
    corpus: str
    generation: int
    root_hash: str
    partial: bool
    sections: tuple[ReportSection, ...]


@cache
def report_plan() -> tuple[SectionPlan, ...]:
    """The tables of the report in their order, as `page.yaml` of the report lists them."""
    plans = msgspec.convert(yaml_content(template_file("report", "page.yaml"))["sections"], tuple[SectionPlan, ...])
    return tuple(replace(plan, heading=plan.heading.format(most=plan.most)) for plan in plans)


def report_record(record: Record, edition: Edition = Edition.INTERNAL) -> Report:
    """The report over the newest generation. Raises QueryError."""
    manifest = record.manifest
    return Report(
        edition,
        manifest.corpus,
        manifest.generation,
        manifest.root_hash,
        manifest.partial,
        tuple(_sections(record, edition)),
    )


def _sections(record: Record, edition: Edition) -> Iterator[ReportSection]:
    for plan in report_plan():
        result = record.query(f"report/{plan.name}", {"most": plan.most} if plan.most else None)
        visible = seen_rows(result.table, result.query_id, edition.disclosure)
        shown = tuple(name for name in plan.shown if name in visible.column_names)
        if shown:
            yield ReportSection(replace(plan, shown=shown), replace(result, table=visible))
