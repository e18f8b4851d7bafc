"""The opt-out audit of a record: which reservations were in force at a moment, and what was done about them.

All figures come from one packaged query, `audit/hosts`, whose rows are one per host, source and state.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from colophon.analyzers.reservations.policy import Clock, Policy, policy_of_json
from colophon.publishing.clocks import AT_FETCH, Asked, judge_again
from colophon.record.database import QueryResult, Record
from colophon.record.vocabulary import VerdictState

#: A document to which no protocol can apply, for example one without an address.
NOT_APPLICABLE = "not_applicable"

#: The order of the headline; the first state present among a document's protocols is the document's.
STATE_ORDER = (*(str(state) for state in VerdictState), NOT_APPLICABLE)

#: How many hosts the audit names.
TOP_HOSTS = 20

_MEASURES = ("documents", "text_bytes", "documents_kept", "text_bytes_kept")

TIMES_NOTE = (
    "Times of fetches and of looks at policies are self-asserted: they are those the files state. "
    "Only a look of grade third_party is attested by somebody else."
)
SCOPE_NOTE = (
    "The audit is about the moment of each fetch. A reservation made later says nothing about a fetch before it."
)
LATER_NOTE = (
    "The audit is about {moment}. What was reserved there was not necessarily reserved at the fetch: ask for the clock "
    "at_fetch. Kept and dropped tell what the record's own policy decided."
)

#: The moment an audit is about, in words.
_MOMENTS = {
    Clock.AT_FETCH: "the moment of each fetch",
    Clock.AT_OBTAINED: "the day on which each source was obtained",
    Clock.AT_TRAINING: "the start of the last use of each document for training",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit as of a moment.

    The tables hold documents and UTF-8 bytes, all and kept, by state: `headline` with training apart from the rest,
    the others over training sources only. `rows` is the whole of it, as the packaged query gave it.
    """

    corpus: str
    moment: str
    scope: str
    policy: str
    policy_sha256: str
    is_policy_of_record: bool
    evaluators: tuple[str, ...]
    partial: bool
    headline: pa.Table
    effects: pa.Table
    reasons: pa.Table
    sources: pa.Table
    hosts: pa.Table
    third_party_documents: int
    rows: QueryResult


def audit_record(record: Record, asked: Asked = AT_FETCH, policy: Policy | None = None) -> Audit:
    """Audit a record as of a moment, under a policy or, without one, that of its corpus.

    A session that was judged again stays so. Raises QueryError.
    """
    if asked != AT_FETCH or policy is not None:
        judge_again(record, asked, policy or _policy_of(record))
    result = record.query("audit/hosts")
    rows = result.table
    training = rows.filter(pc.field("trains"))
    return Audit(
        corpus=record.manifest.corpus,
        moment=str(asked),
        scope=SCOPE_NOTE if asked == AT_FETCH else LATER_NOTE.format(moment=_in_words(asked)),
        policy=record.manifest.policy if policy is None else policy.name,
        policy_sha256=record.manifest.policy_sha256 if policy is None else policy.sha256,
        is_policy_of_record=policy is None or policy.sha256 == record.manifest.policy_sha256,
        evaluators=tuple(record.sql(_EVALUATORS)["evaluator"].to_pylist()),
        partial=record.manifest.partial,
        headline=_in_order(_sums(rows, ("trains", "state")), ("trains",)),
        effects=_in_order(_sums(training, ("effect", "state")), ("effect",)),
        reasons=_sums(
            training.filter(pc.field("state") == str(VerdictState.UNKNOWN)), ("protocol", "unknown_reason")
        ).sort_by([("protocol", "ascending"), ("unknown_reason", "ascending")]),
        sources=_in_order(_sums(training, ("source", "state")), ("source",)),
        hosts=_top_hosts(training),
        third_party_documents=pc.sum(rows["documents_third_party"]).as_py() or 0,
        rows=result,
    )


_EVALUATORS = "SELECT rule || ' ' || version AS evaluator FROM rules WHERE kind = 'parser' ORDER BY rule"


def _policy_of(record: Record) -> Policy:
    """The policy of the record's corpus, from its table of rules."""
    written = record.sql("SELECT parameters FROM rules WHERE kind = 'policy'")["parameters"].to_pylist()
    return policy_of_json(written[0])


def _in_words(asked: Asked) -> str:
    return f"the end of {asked} (UTC)" if asked.clock is None else _MOMENTS[asked.clock]


def _sums(rows: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    sums = rows.group_by(list(keys)).aggregate([(measure, "sum") for measure in _MEASURES])
    return sums.select([*keys, *(f"{measure}_sum" for measure in _MEASURES)]).rename_columns([*keys, *_MEASURES])


def _in_order(table: pa.Table, before: tuple[str, ...]) -> pa.Table:
    """Rows by the columns before the state (training first), then in the order of the headline."""
    place = pc.index_in(table["state"], pa.array(STATE_ORDER))
    direction = {name: "descending" if name == "trains" else "ascending" for name in before}
    keys = [*direction.items(), ("place", "ascending")]
    return table.append_column("place", place).sort_by(keys).drop_columns(["place"])


def _top_hosts(training: pa.Table) -> pa.Table:
    """States of the hosts with the most text, a host's states together."""
    with_host = training.filter(pc.field("authority").is_valid())
    volumes = _sums(with_host, ("authority",)).sort_by([("text_bytes", "descending"), ("authority", "ascending")])
    top = volumes.slice(0, TOP_HOSTS)["authority"].combine_chunks()
    states = _sums(with_host.filter(pc.field("authority").isin(top)), ("authority", "state"))
    volume = pc.index_in(states["authority"], top)
    state = pc.index_in(states["state"], pa.array(STATE_ORDER))
    ranked = states.append_column("volume", volume).append_column("place", state)
    return ranked.sort_by([("volume", "ascending"), ("place", "ascending")]).drop_columns(["volume", "place"])
