"""An opt-out audit as one self-contained HTML page, for people: tables, charts, and what each figure means.

`page.yaml` of the audit and its layout hold every word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from colophon.audit.audit import Audit
from colophon.audit.pages.charts import Amount, Chart, bar_chart
from colophon.audit.totals import STATE_ORDER, TOP_HOSTS
from colophon.query.editions import Edition
from colophon.query.packaged import packaged_query
from colophon.templates import html_page, template_file, yaml_content


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell; `state` is set where it names one, so that it can be marked in the state's colour."""

    text: str
    is_number: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class PageTable:
    caption: str
    headings: tuple[PageCell, ...]
    rows: tuple[tuple[PageCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the headline: a state, its documents, and how many of them were kept."""

    state: str
    meaning: str
    documents: str
    share: str
    kept: str


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A list of special cases: the view that holds it, how a row of it is read, and how much it holds in words."""

    view: str
    purpose: str
    reading: str
    amount: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """A query that figures of the page come from."""

    query: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ChartWords:
    """The title of a chart, and what its bars count."""

    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class AuditWords:
    """The words of the page; the header of `page.yaml` explains each key."""

    effects: Mapping[str, str]
    states: Mapping[str, str]
    headings: Mapping[str, str]
    tables: Mapping[str, str]
    charts: Mapping[str, ChartWords]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What the template writes; `tables` has only those that the audit has, `then` is empty without a comparison."""

    audit: Audit
    edition: str
    moment: str
    then: str
    not_asked: str
    total: str
    figures: tuple[Figure, ...]
    findings: tuple[AuditFinding, ...]
    charts: Mapping[str, Chart | None]
    tables: Mapping[str, PageTable]
    queries: tuple[AuditedSource, ...]


def render_audit(audit: Audit, edition: Edition = Edition.INTERNAL) -> str:
    """The page: no script, no outside file, every text escaped."""
    return html_page("audit.html.j2", "summary_templates/optout_audit/layouts", page=_page(audit, edition))


@cache
def _words() -> AuditWords:
    return msgspec.convert(yaml_content(template_file("optout_audit", "page.yaml")), AuditWords)


def _page(audit: Audit, edition: Edition) -> AuditPage:
    training = audit.headline.filter(pc.field("trains")).drop_columns(["trains"])
    total = sum(training["documents"].to_pylist())
    captions = {name: caption.format(top_hosts=TOP_HOSTS) for name, caption in _words().tables.items()}
    return AuditPage(
        audit=audit,
        edition=edition,
        moment=audit.moment.in_words,
        then="" if audit.changes is None else audit.changes.then.in_words,
        not_asked="" if audit.changes is None else audit.changes.not_asked.in_words,
        total=f"{total:,}",
        figures=tuple(_figures(training, total)),
        findings=tuple(_findings(audit.findings)),
        charts={
            "effects": _chart("effects", _bars(audit.effects, "effect", _words().effects)),
            "protocols": _chart("protocols", _bars(audit.protocols, "protocol")),
            "unknown": _chart("unknown", _volumes(audit.unknown_hosts)),
        },
        tables={name: _table(captions[name], table) for name, table in _tables(audit).items()},
        queries=tuple(AuditedSource(query.query_id, query.query_sha256) for query in audit.queries),
    )


def _tables(audit: Audit) -> dict[str, pa.Table]:
    rest = audit.headline.filter(~pc.field("trains")).drop_columns(["trains"])
    tables = {
        "effects": _by_weight(audit.effects),
        "protocols": audit.protocols,
        "coverage": audit.coverage,
        "reasons": audit.reasons,
        "unknown_hosts": audit.unknown_hosts,
        "sources": audit.sources,
        "hosts": audit.hosts,
    }
    if rest.num_rows:
        tables["rest"] = rest
    if audit.changes is not None:
        tables["changes_states"] = _with_reasons(audit.changes.states)
        tables["changes_hosts"] = _with_reasons(audit.changes.hosts)
    return tables


def _chart(name: str, bars: Iterable[tuple[str, Sequence[Amount]]]) -> Chart | None:
    words = _words().charts[name]
    return bar_chart(name, words.title, bars, words.unit, STATE_ORDER)


def _figures(training: pa.Table, total: int) -> Iterable[Figure]:
    rows = {row["state"]: row for row in training.to_pylist()}
    for state in STATE_ORDER:
        row = rows.get(state, {"documents": 0, "documents_kept": 0})
        share = f"{row['documents'] / total:.1%}" if total else "–"
        yield Figure(state, _words().states[state], f"{row['documents']:,}", share, f"{row['documents_kept']:,}")


def _by_weight(effects: pa.Table) -> pa.Table:
    places = [list(_words().effects).index(effect) for effect in effects["effect"].to_pylist()]
    # A stable order keeps the states of an effect as they are.
    return effects.take(pa.array(sorted(range(len(places)), key=places.__getitem__), pa.int64()))


def _findings(table: pa.Table) -> Iterable[AuditFinding]:
    for row in table.to_pylist():
        view = packaged_query(f"views/{row['view_name']}")
        counted = "page" if view.name == "rejected_signals" else "document"
        amount = f"{_counted(row['documents'], counted)}, {_counted(row['hosts'], 'host')}"
        yield AuditFinding(view.name, view.purpose, view.reading, amount, row["documents"] == 0)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _bars(
    table: pa.Table, label: str, words: Mapping[str, str] | None = None
) -> Iterable[tuple[str, Sequence[Amount]]]:
    by_label: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in table.select([label, "state", "documents"]).to_pylist():
        by_label[row[label]][row["state"]] += row["documents"]
    for name in words or sorted(by_label):
        amounts = [Amount(state, by_label[name][state], _plain(state)) for state in STATE_ORDER]
        yield (words[name] if words else name), amounts


def _volumes(hosts: pa.Table) -> Iterable[tuple[str, Sequence[Amount]]]:
    by_host: defaultdict[str, list[Amount]] = defaultdict(list)
    for row in hosts.to_pylist():
        by_host[row["authority"]].append(Amount("unknown", row["text_bytes"], _plain(row["unknown_reason"])))
    return by_host.items()


def _table(caption: str, table: pa.Table) -> PageTable:
    numbers = [bool(kinds.is_integer(field.type)) for field in table.schema]
    headings = tuple(
        PageCell(_words().headings[n], number) for n, number in zip(table.column_names, numbers, strict=True)
    )
    columns = [[_cell(value, field) for value in table[field.name].to_pylist()] for field in table.schema]
    return PageTable(caption, headings, tuple(zip(*columns, strict=True)))


def _cell(value: object, field: pa.Field) -> PageCell:
    if isinstance(value, bool):
        return PageCell("yes" if value else "no")
    if isinstance(value, int):
        return PageCell(f"{value:,}", is_number=True)
    if value is None:
        return PageCell("–")
    if field.name == "effect":
        return PageCell(_words().effects[str(value)])
    if field.name in {"state", "state_then", "state_now"}:
        return PageCell(_plain(str(value)), state=str(value).partition(":")[0])
    return PageCell(_plain(str(value)) if field.name in {"unknown_reason", "coverage"} else str(value))


def _with_reasons(changes: pa.Table) -> pa.Table:
    """Changes with the reason of an unknown state beside it in one column, so that a host's row fits the page."""
    for when in ("then", "now"):
        state, reason = f"state_{when}", f"unknown_reason_{when}"
        pairs = zip(changes[state].to_pylist(), changes[reason].to_pylist(), strict=True)
        labels = pa.array([f"{s}: {r}" if r else s for s, r in pairs], pa.string())
        changes = changes.set_column(changes.column_names.index(state), state, labels).drop_columns([reason])
    return changes


def _plain(code: str) -> str:
    return code.replace("_", " ")
