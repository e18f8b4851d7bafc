"""The report on a record as one self-contained HTML page: each chart has the table it is drawn from beside it.

`page.yaml` of the report holds the chapters and every word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import jinja2
import jinja2.meta
import msgspec

from colophon.audit.pages.audit_page import PageCell, PageTable
from colophon.audit.pages.charts import Amount, Chart, bar_chart
from colophon.audit.report import Report, ReportSection
from colophon.templates import html_page, template_file, yaml_content

#: Bars of a chart and rows of its table; what comes after them is counted together.
MAX_BARS = 20

_HEAT_LEVELS = 5

Row = Mapping[str, Any]


class BarOrder(StrEnum):
    """Which bars of a chart come first."""

    LARGEST = "largest"
    NEWEST = "newest"
    AS_GIVEN = "as_given"


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar before it is drawn: its label and an amount for each kind of the chart."""

    label: str
    amounts: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.amounts.values())


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """A chapter with a chart over the rows of a section; the header of `page.yaml` explains each key."""

    section: str
    heading: str
    meaning: str
    label: str
    unit: str
    kinds: Mapping[str, str]
    bar: str
    amounts: Mapping[str, str]
    order: BarOrder
    empty: str
    rule: str = ""
    unsought: str = ""

    def bars(self, rows: Iterable[Row]) -> Iterator[BarRow]:
        """A bar for each row, in their order."""
        environment = _expressions()
        label = environment.from_string(self.bar)
        amounts = [(environment.from_string(k), environment.compile_expression(a)) for k, a in self.amounts.items()]
        for row in rows:
            yield BarRow(label.render(row), {kind.render(row): amount(row) or 0 for kind, amount in amounts})

    def columns(self) -> set[str]:
        """The columns of the section that bars are made of."""
        expressions = (self.bar, *self.amounts, *(f"{{{{ {amount} }}}}" for amount in self.amounts.values()))
        return jinja2.meta.find_undeclared_variables(_expressions().parse("".join(expressions)))


@dataclass(frozen=True, slots=True)
class MatrixPlan:
    """A chapter with a map of shades: an amount for each pair of codes of two columns of a section."""

    section: str
    heading: str
    meaning: str
    caption: str
    label: str
    row: str
    column: str
    amount: str
    empty: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What is said where there is no figure, and of bars that stand for several."""

    hidden: str
    not_counted: str
    nothing_known: str
    undated: str
    others: str
    earlier: str


@dataclass(frozen=True, slots=True)
class ReportPagePlan:
    """The page as `page.yaml` describes it."""

    totals: Mapping[str, str]
    words: ReportWords
    matrix: MatrixPlan
    chapters: tuple[ChartPlan, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter as the template writes it; `heat` is set where the table is a map of shades."""

    name: str
    heading: str
    meaning: str
    note: str
    empty: str
    chart: Chart | None
    table: PageTable | None
    heat: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A number of the totals with what it counts."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What the template writes."""

    report: Report
    edition: str
    figures: tuple[Total, ...]
    chapters: tuple[Chapter, ...]


def render_report(report: Report) -> str:
    """The page: no script, no outside file, every text escaped."""
    plan = _plan()
    sections = {section.plan.name: section for section in report.sections}
    chapters = (_matrix(plan, sections), *(_chapter(chapter, plan.words, sections) for chapter in plan.chapters))
    page = ReportPage(report, report.edition, tuple(_figures(plan, sections.get("totals"))), chapters)
    return html_page("report.html.j2", "summary_templates/report/layouts", page=page)


@cache
def _plan() -> ReportPagePlan:
    return msgspec.convert(yaml_content(template_file("report", "page.yaml")), ReportPagePlan)


@cache
def _expressions() -> jinja2.Environment:
    # Labels are plain text here: the page escapes them.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
    environment.filters["plain"] = _plain
    return environment


def _figures(plan: ReportPagePlan, section: ReportSection | None) -> Iterator[Total]:
    for row in section.result.table.to_pylist() if section else ():
        for name, counted in plan.totals.items():
            if name in row:
                yield Total(plan.words.not_counted if row[name] is None else f"{row[name]:,}", counted)


def _matrix(page: ReportPagePlan, sections: Mapping[str, ReportSection]) -> Chapter:
    plan, section = page.matrix, sections.get(page.matrix.section)
    if section is None or plan.amount not in section.result.table.column_names:
        return Chapter(plan.section, plan.heading, plan.meaning, "", page.words.hidden, None, None)
    amounts: Counter[tuple[str, str]] = Counter()
    for row in section.result.table.to_pylist():
        amounts[row[plan.row], row[plan.column]] += row[plan.amount]
    if not amounts:
        return Chapter(plan.section, plan.heading, plan.meaning, "", plan.empty, None, None)
    columns = sorted({column for _, column in amounts})
    most = max(amounts.values())
    headings = (PageCell(plan.label), *(PageCell(_plain(column), is_number=True) for column in columns))
    rows = tuple(
        (PageCell(_plain(name)), *(_shade(amounts.get((name, column)), most) for column in columns))
        for name in sorted({name for name, _ in amounts})
    )
    table = PageTable(plan.caption, headings, rows)
    return Chapter(plan.section, plan.heading, plan.meaning, "", "", None, table, heat="shades")


def _shade(amount: int | None, most: int) -> PageCell:
    if amount is None:
        return PageCell("–", is_number=True, state="heat-0")
    level = -(-amount * _HEAT_LEVELS // most) if most else 0
    return PageCell(f"{amount:,}", is_number=True, state=f"heat-{level}")


def _chapter(plan: ChartPlan, words: ReportWords, sections: Mapping[str, ReportSection]) -> Chapter:
    section = sections.get(plan.section)
    if section is None or not plan.columns() <= set(section.result.table.column_names):
        return Chapter(plan.section, plan.heading, plan.meaning, "", words.hidden, None, None)
    note = plan.unsought if plan.rule and plan.rule not in _rules(sections) else ""
    bars = _in_order(plan.bars(section.result.table.to_pylist()), plan.order, words)
    drawn = [
        (bar.label, [Amount(kind, bar.amounts.get(kind, 0), word) for kind, word in plan.kinds.items()]) for bar in bars
    ]
    chart = bar_chart(plan.section, f"{plan.heading}, {plan.unit}", drawn, plan.unit, tuple(plan.kinds))
    empty = words.nothing_known if note else plan.empty
    return Chapter(plan.section, plan.heading, plan.meaning, note, empty, chart, _table(plan, bars))


def _rules(sections: Mapping[str, ReportSection]) -> set[str]:
    section = sections.get("rules")
    return set(section.result.table["rule"].to_pylist()) if section else set()


def _table(plan: ChartPlan, bars: Sequence[BarRow]) -> PageTable:
    kinds = [kind for kind in plan.kinds if any(bar.amounts.get(kind) for bar in bars)] or list(plan.kinds)
    headings = (PageCell(plan.label), *(PageCell(plan.kinds[kind].capitalize(), is_number=True) for kind in kinds))
    rows = tuple(
        (PageCell(bar.label), *(PageCell(f"{bar.amounts.get(kind, 0):,}", is_number=True) for kind in kinds))
        for bar in bars
    )
    return PageTable(f"{plan.heading}, {plan.unit}", headings, rows)


def _in_order(bars: Iterable[BarRow], order: BarOrder, words: ReportWords) -> list[BarRow]:
    """At most `MAX_BARS` bars, those of one label added up, with one for the others; those of a query as they come."""
    if order is BarOrder.AS_GIVEN:
        return list(bars)
    by_label: defaultdict[str, list[BarRow]] = defaultdict(list)
    for bar in bars:
        by_label[bar.label].append(bar)
    merged = [_sum(label, same) for label, same in by_label.items()]
    if order is BarOrder.LARGEST:
        merged.sort(key=lambda bar: (-bar.size, bar.label))
        rest = merged[MAX_BARS:]
        return [*merged[:MAX_BARS], *([_sum(words.others.format(count=len(rest)), rest)] if rest else [])]
    undated = [_sum(words.undated, [bar]) for bar in merged if not bar.label]
    months = sorted((bar for bar in merged if bar.label), key=lambda bar: bar.label)
    rest, newest = months[:-MAX_BARS], months[-MAX_BARS:]
    return [*([_sum(words.earlier.format(count=len(rest)), rest)] if rest else []), *newest, *undated]


def _sum(label: str, bars: Iterable[BarRow]) -> BarRow:
    amounts: Counter[str] = Counter()
    for bar in bars:
        amounts.update(bar.amounts)
    return BarRow(label, amounts)


def _plain(code: str | None) -> str:
    return "–" if code is None else code.replace("_", " ")
