"""The report on a record as one self-contained HTML page: each chart has the table it is drawn from beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colophon.audit.pages.audit_page import PageCell, PageTable
from colophon.audit.pages.charts import Amount, Chart, bar_chart
from colophon.audit.report import Report, ReportSection
from colophon.audit.totals import STATE_ORDER
from colophon.templates import html_page

#: Bars of a chart and rows of its table; what comes after them is counted together.
MAX_BARS = 20

_HIDDEN = "The figures are not for readers of this edition."
_UNDATED = "time not known"
_HEAT_LEVELS = 5

_TOTALS = {
    "sources": "sources",
    "rows_read": "rows read",
    "documents": "documents",
    "rejects": "rows that gave no document",
    "documents_training": "documents that train the model",
    "documents_not_training": "kept documents that do not train it",
    "text_bytes_training": "bytes of text that trains the model",
    "tokens_training": "tokens that train the model",
    "copies": "copies",
    "hosts": "hosts",
}

Row = Mapping[str, Any]


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
    """A chapter with a chart.

    `kinds` gives the words of each kind of amount; `read` makes bars of the rows of `section`, the first the most
    important; `rule` is what must have been applied for an empty chart to mean none,
    `unsought` what is said without it.
    """

    section: str
    heading: str
    meaning: str
    label: str
    unit: str
    kinds: Mapping[str, str]
    read: Callable[[Sequence[Row]], Iterable[BarRow]]
    needs: tuple[str, ...]
    empty: str
    rule: str = ""
    unsought: str = ""


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
    sections = {section.plan.name: section for section in report.sections}
    chapters = (_matrix(sections.get("stages")), *(_chapter(plan, sections) for plan in _PLANS))
    page = ReportPage(report, report.edition, tuple(_figures(sections.get("totals"))), chapters)
    return html_page("report.html.j2", "summary_templates/report/layouts", page=page)


def _figures(section: ReportSection | None) -> Iterator[Total]:
    for row in section.result.table.to_pylist() if section else ():
        for name, words in _TOTALS.items():
            if name in row:
                yield Total("not counted" if row[name] is None else f"{row[name]:,}", words)


def _matrix(section: ReportSection | None) -> Chapter:
    heading, meaning = "Acquisition and stage", "Bytes of text that no rule drops; the stronger the shade, the more."
    if section is None or "text_bytes_kept" not in section.result.table.column_names:
        return Chapter("stages", heading, meaning, "", _HIDDEN, None, None)
    amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in section.result.table.to_pylist():
        amounts[row["acquisition"], row["stage"]] += row["text_bytes_kept"]
    if not amounts:
        return Chapter("stages", heading, meaning, "", "The record holds no source.", None, None)
    stages = sorted({stage for _, stage in amounts})
    most = max(amounts.values())
    headings = (PageCell("Acquisition"), *(PageCell(_plain(stage), is_number=True) for stage in stages))
    rows = tuple(
        (PageCell(_plain(acquisition)), *(_shade(amounts.get((acquisition, stage)), most) for stage in stages))
        for acquisition in sorted({acquisition for acquisition, _ in amounts})
    )
    table = PageTable("Bytes of kept text by acquisition and stage", headings, rows)
    return Chapter("stages", heading, meaning, "", "", None, table, heat="shades")


def _shade(amount: int | None, most: int) -> PageCell:
    if amount is None:
        return PageCell("–", is_number=True, state="heat-0")
    level = -(-amount * _HEAT_LEVELS // most) if most else 0
    return PageCell(f"{amount:,}", is_number=True, state=f"heat-{level}")


def _chapter(plan: ChartPlan, sections: Mapping[str, ReportSection]) -> Chapter:
    section = sections.get(plan.section)
    if section is None or not set(plan.needs) <= set(section.result.table.column_names):
        return Chapter(plan.section, plan.heading, plan.meaning, "", _HIDDEN, None, None)
    note = plan.unsought if plan.rule and plan.rule not in _rules(sections) else ""
    bars = list(plan.read(section.result.table.to_pylist()))
    drawn = [
        (bar.label, [Amount(kind, bar.amounts.get(kind, 0), words) for kind, words in plan.kinds.items()])
        for bar in bars
    ]
    chart = bar_chart(plan.section, f"{plan.heading}, {plan.unit}", drawn, plan.unit, tuple(plan.kinds))
    empty = "Nothing can be said." if note else plan.empty
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


def _largest(bars: Iterable[BarRow]) -> list[BarRow]:
    """The bars by size, those of one label together, what comes after `MAX_BARS` as one."""
    by_label: defaultdict[str, list[BarRow]] = defaultdict(list)
    for bar in bars:
        by_label[bar.label].append(bar)
    merged = sorted(
        (_together(label, same) for label, same in by_label.items()), key=lambda bar: (-bar.size, bar.label)
    )
    rest = merged[MAX_BARS:]
    return [*merged[:MAX_BARS], *([_together(f"others ({len(rest):,})", rest)] if rest else [])]


def _newest(bars: Iterable[BarRow]) -> list[BarRow]:
    """The newest `MAX_BARS` months in the order of time, earlier ones as one before them, the undated last."""
    by_month: defaultdict[str, list[BarRow]] = defaultdict(list)
    for bar in bars:
        by_month[bar.label].append(bar)
    undated = by_month.pop(_UNDATED, [])
    months = [_together(month, by_month[month]) for month in sorted(by_month)]
    rest, newest = months[:-MAX_BARS], months[-MAX_BARS:]
    first = [_together(f"earlier ({len(rest):,} months)", rest)] if rest else []
    return [*first, *newest, *([_together(_UNDATED, undated)] if undated else [])]


def _together(label: str, bars: Iterable[BarRow]) -> BarRow:
    amounts: defaultdict[str, int] = defaultdict(int)
    for bar in bars:
        for kind, value in bar.amounts.items():
            amounts[kind] += value
    return BarRow(label, amounts)


def _parts(row: Row, all_: str, kept: str) -> dict[str, int]:
    return {"kept": row[kept], "dropped": row[all_] - row[kept]}


def _sources(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(
        BarRow(r["source"], _parts(r, "documents", "documents_kept") | {"rejected": r["rejects"]}) for r in rows
    )


def _languages(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(
        BarRow("not determined" if r["language"] == "und" else r["language"], {"kept": r["text_bytes"]}) for r in rows
    )


def _domains(rows: Sequence[Row]) -> Iterable[BarRow]:
    return [
        BarRow(r["domain"] or f"others ({r['domains']:,})", _parts(r, "text_bytes", "text_bytes_kept")) for r in rows
    ]


def _copies(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(
        BarRow(
            f"{r['source']} of {r['other_source']}",
            {"kept": r["copies"] - r["copies_dropped"], "dropped": r["copies_dropped"]},
        )
        for r in rows
    )


def _fetched(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _newest(BarRow(r["month"] or _UNDATED, _parts(r, "documents", "documents_kept")) for r in rows)


def _reservations(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _newest(BarRow(r["month"] or _UNDATED, {r["state"]: r["documents"]}) for r in rows)


def _personal_data(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(BarRow(_plain(r["entity"]).lower(), _parts(r, "occurrences", "occurrences_kept")) for r in rows)


def _rejects(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(BarRow(f"{_plain(r['reason'])}: {_plain(r['detail'])}", {"rejected": r["rows"]}) for r in rows)


def _decisions(rows: Sequence[Row]) -> Iterable[BarRow]:
    return _largest(BarRow(f"{_plain(r['public_reason'])} ({r['rule']})", {"dropped": r["documents"]}) for r in rows)


def _plain(code: str | None) -> str:
    return "–" if code is None else code.replace("_", " ")


_PARTS = {"kept": "kept", "dropped": "dropped"}

_PLANS = (
    ChartPlan(
        "sources",
        "Sources",
        "What became of the rows of each source: documents that are kept, documents that a rule drops, and rows that "
        "gave no document.",
        "Source",
        "documents and rejected rows",
        _PARTS | {"rejected": "rejected"},
        _sources,
        ("source", "documents", "documents_kept", "rejects"),
        "The record holds no source.",
    ),
    ChartPlan(
        "languages",
        "Languages",
        "Languages of the documents that train the model.",
        "Language",
        "bytes of text",
        {"kept": "bytes of text"},
        _languages,
        ("language", "text_bytes"),
        "No document trains the model.",
        "language",
        "Languages were not determined.",
    ),
    ChartPlan(
        "domains",
        "Domains by size",
        "Registered domains with the most kept text. Documents without an address are not here.",
        "Domain",
        "bytes of text",
        _PARTS,
        _domains,
        ("domain", "domains", "text_bytes", "text_bytes_kept"),
        "No document has an address.",
    ),
    ChartPlan(
        "copies_between_sources",
        "Duplicates across sources",
        "Copies by the source they are in and the source of the document that stands for them.",
        "Copies in, of",
        "copies",
        _PARTS,
        _copies,
        ("source", "other_source", "copies", "copies_dropped"),
        "Copies were looked for, and none was found.",
        "near_duplicate",
        "Near duplicates were not looked for.",
    ),
    ChartPlan(
        "fetch_months",
        "Fetch times",
        "Documents by the month of their fetch in UTC. Time not known means that no file tells it.",
        "Month",
        "documents",
        _PARTS,
        _fetched,
        ("month", "documents", "documents_kept"),
        "The record holds no document.",
    ),
    ChartPlan(
        "reservation_months",
        "Reservations over time",
        "What was known about reservations at the moment that counts, by the month of the fetch. Unknown is not a no. "
        "Not applicable are documents without an address.",
        "Month",
        "documents",
        {state: state.replace("_", " ") for state in STATE_ORDER},
        _reservations,
        ("month", "state", "documents"),
        "The record holds no document.",
    ),
    ChartPlan(
        "personal_data",
        "Types of personal data",
        "How often each type was found, in kept and in dropped documents.",
        "Type",
        "occurrences",
        {"kept": "in kept documents", "dropped": "in dropped documents"},
        _personal_data,
        ("entity", "occurrences", "occurrences_kept"),
        "Personal data was looked for, and none was found.",
        "pii",
        "No personal data was looked for: whether there is any is not known.",
    ),
    ChartPlan(
        "rejects",
        "Rejects",
        "Rows that gave no document, by reason.",
        "Reason",
        "rows",
        {"rejected": "rows"},
        _rejects,
        ("reason", "detail", "rows"),
        "Every row that should give a document gave one.",
    ),
    ChartPlan(
        "decisions",
        "Decisions",
        "Documents that are not kept, by the reason and the rule that decided.",
        "Reason (rule)",
        "documents",
        {"dropped": "documents"},
        _decisions,
        ("rule", "public_reason", "documents"),
        "No rule drops a document.",
    ),
)
