"""An opt-out audit as one self-contained HTML page, for people: tables, charts, and what each figure means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.types as kinds

from colophon.audit.audit import TIMES_NOTE, Audit
from colophon.audit.pages.charts import Amount, Chart, bar_chart
from colophon.audit.totals import STATE_ORDER, TOP_HOSTS
from colophon.query.editions import Edition
from colophon.query.packaged import packaged_query
from colophon.templates import html_page

#: Effects in the order of their weight, in words.
EFFECTS = {
    "relied_on_art4": "relies on Art. 4",
    "basis_unknown": "basis not known",
    "other_basis": "other basis",
}

_STATES = {
    "reserved": "The site objected to training, or to the crawler that fetched the document, in a form that a machine "
    "reads and at a moment that counts.",
    "error": "Somebody looked, and the look failed: the server did not answer, or sent what cannot be read.",
    "unknown": "Nobody looked, or not in time, or it is not known which moment counts. It is not a no.",
    "open": "Something was said in ordinary language. Whether that binds is disputed.",
    "allowed": "The site expressly permits training.",
    "silent": "What had to be read was read, or is known to be absent, and says nothing against training.",
    "not_applicable": "No protocol of the policy can apply, as where a document has no address.",
}

_HEADINGS = {
    "documents": "Documents",
    "documents_kept": "Documents kept",
    "text_bytes": "Text, bytes",
    "text_bytes_kept": "Text kept, bytes",
    "state": "State",
    "effect": "Claimed basis",
    "protocol": "Protocol",
    "unknown_reason": "Why unknown",
    "source": "Source",
    "authority": "Host",
    "required": "Required",
    "honoured": "Honoured",
    "coverage": "The look is",
    "state_then": "Then",
    "state_now": "Now",
    "view_name": "List",
    "hosts": "Hosts",
    "reading": "What it lists",
}


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
    """A list of special cases: the view that holds it, how a row of it is read, and what it holds in words."""

    view: str
    purpose: str
    reading: str
    found: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """A query that figures of the page come from."""

    query: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What the template writes."""

    audit: Audit
    edition: str
    moment: str
    then: str
    top_hosts: int
    notes: tuple[str, ...]
    total: str
    figures: tuple[Figure, ...]
    effects_chart: Chart | None
    effects: PageTable
    rest: PageTable | None
    protocols_chart: Chart | None
    protocols: PageTable
    coverage: PageTable
    reasons: PageTable
    unknown_chart: Chart | None
    unknown_hosts: PageTable
    findings: tuple[AuditFinding, ...]
    changes_states: PageTable | None
    changes_hosts: PageTable | None
    sources: PageTable
    hosts: PageTable
    queries: tuple[AuditedSource, ...]


def render_audit(audit: Audit, edition: Edition = Edition.INTERNAL) -> str:
    """The page: no script, no outside file, every text escaped."""
    return html_page("audit.html.j2", "summary_templates/optout_audit/layouts", page=_page(audit, edition))


def _page(audit: Audit, edition: Edition) -> AuditPage:
    trains = audit.headline["trains"].to_pylist()
    training = audit.headline.filter(pa.array(trains, pa.bool_())).drop_columns(["trains"])
    rest = audit.headline.filter(pa.array([not t for t in trains], pa.bool_())).drop_columns(["trains"])
    total = sum(training["documents"].to_pylist())
    changes = audit.changes
    return AuditPage(
        audit=audit,
        edition=edition,
        moment=audit.moment.in_words,
        then="" if changes is None else changes.then.in_words,
        top_hosts=TOP_HOSTS,
        notes=_notes(audit),
        total=f"{total:,}",
        figures=tuple(_figures(training, total)),
        effects_chart=bar_chart(
            "effects",
            "States by what is claimed as the basis",
            _bars(audit.effects, "effect", EFFECTS),
            "documents",
            STATE_ORDER,
        ),
        effects=_table("Documents collected for training, by claimed basis and state", _by_weight(audit.effects)),
        rest=_table("Evaluation and other data that is not for training", rest) if rest.num_rows else None,
        protocols_chart=bar_chart(
            "protocols", "States by protocol", _bars(audit.protocols, "protocol"), "documents", STATE_ORDER
        ),
        protocols=_table("Documents by protocol and state", audit.protocols),
        coverage=_table("Looks by protocol", audit.coverage),
        reasons=_table("Documents in the state unknown, by reason", audit.reasons),
        unknown_chart=bar_chart(
            "unknown",
            "Hosts with the most text in the state unknown, in bytes",
            _volumes(audit.unknown_hosts),
            "bytes of text",
            STATE_ORDER,
        ),
        unknown_hosts=_table(f"At most {TOP_HOSTS} hosts with the most text", audit.unknown_hosts),
        findings=tuple(_findings(audit.findings)),
        changes_states=None
        if changes is None
        else _table("Documents whose state differs", _with_reasons(changes.states)),
        changes_hosts=None if changes is None else _table(f"At most {TOP_HOSTS} hosts", _with_reasons(changes.hosts)),
        sources=_table("Documents by source and state", audit.sources),
        hosts=_table(f"At most {TOP_HOSTS} hosts with the most text", audit.hosts),
        queries=tuple(AuditedSource(query.query_id, query.query_sha256) for query in audit.queries),
    )


def _notes(audit: Audit) -> tuple[str, ...]:
    attested = f"Looks attested by a third party decide {audit.third_party_documents:,} documents."
    awaiting = audit.awaiting.in_words
    return (TIMES_NOTE, attested, audit.scope, *((awaiting,) if awaiting else ()))


def _figures(training: pa.Table, total: int) -> Iterable[Figure]:
    rows = {row["state"]: row for row in training.to_pylist()}
    for state in STATE_ORDER:
        row = rows.get(state, {"documents": 0, "documents_kept": 0})
        share = f"{row['documents'] / total:.1%}" if total else "–"
        yield Figure(state, _STATES[state], f"{row['documents']:,}", share, f"{row['documents_kept']:,}")


def _by_weight(effects: pa.Table) -> pa.Table:
    places = [list(EFFECTS).index(effect) for effect in effects["effect"].to_pylist()]
    # A stable order keeps the states of an effect as they are.
    return effects.take(pa.array(sorted(range(len(places)), key=places.__getitem__), pa.int64()))


def _findings(table: pa.Table) -> Iterable[AuditFinding]:
    for row in table.to_pylist():
        view = packaged_query(f"views/{row['view_name']}")
        counted = "page" if view.name == "rejected_signals" else "document"
        found = f"{_counted(row['documents'], counted)}, {_counted(row['hosts'], 'host')}"
        yield AuditFinding(view.name, view.purpose, view.reading, found, row["documents"] == 0)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _bars(table: pa.Table, label: str, words: dict[str, str] | None = None) -> Iterable[tuple[str, Sequence[Amount]]]:
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
    headings = tuple(PageCell(_HEADINGS[n], number) for n, number in zip(table.column_names, numbers, strict=True))
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
        return PageCell(EFFECTS[str(value)])
    if field.name in {"state", "state_then", "state_now"}:
        return PageCell(_plain(str(value)), state=str(value).partition(":")[0])
    return PageCell(_plain(str(value)) if field.name in {"unknown_reason", "coverage"} else str(value))


def _with_reasons(changes: pa.Table) -> pa.Table:
    """Changes with the reason of an unknown state beside it in one column, so that a host's row fits the page."""
    for when in ("then", "now"):
        state, reason = f"state_{when}", f"unknown_reason_{when}"
        pairs = zip(changes[state].to_pylist(), changes[reason].to_pylist(), strict=True)
        told = pa.array([f"{s}: {r}" if r else s for s, r in pairs], pa.string())
        changes = changes.set_column(changes.column_names.index(state), state, told).drop_columns([reason])
    return changes


def _plain(code: str) -> str:
    return code.replace("_", " ")
