"""The opt-out audit of a record: which reservations were in force at a moment, and what was done about them.

All figures come from packaged queries; the headline and most tables from one, `audit/hosts`, whose rows are one per
host, source and state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from colophon.audit.as_of import judge_as_of
from colophon.audit.changes import Changes, changes_since
from colophon.audit.totals import in_order, sums, with_most_text
from colophon.query.session import QueryResult, Record
from colophon.reservations.moment import AT_FETCH, Moment
from colophon.reservations.policy import Policy
from colophon.templates import template_file, yaml_content
from colophon.vocabulary import VerdictState

#: The packaged query behind it.
AWAITING = "report/awaiting"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Looks collected since the newest run, their hosts, and the documents that the next run decides on anew; and the
    requests that were accepted or withdrawn since, with the documents that they concern."""

    hosts: int
    looks: int
    documents: int
    requests: int
    requested_documents: int

    @property
    def in_words(self) -> str:
        """A sentence or more; empty where nothing waits."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        notes, figures = audit_notes(), asdict(self)
        if self.looks:
            yield notes.collected.format(**figures)
            yield (notes.to_decide if self.documents else notes.none_decided).format(**figures)
        if self.requested_documents:
            yield notes.requests.format(**figures)


@dataclass(frozen=True, slots=True)
class AuditNotes:
    """What is said of an audit as a whole, and of what waits for a run; `page.yaml` of the audit holds the words."""

    times: str
    at_fetch: str
    at_another_moment: str
    attested: str
    absent: str
    collected: str
    none_decided: str
    to_decide: str
    requests: str


@cache
def audit_notes() -> AuditNotes:
    """The packaged words."""
    return msgspec.convert(yaml_content(template_file("optout_audit", "page.yaml"))["notes"], AuditNotes)


def awaiting_run(record: Record) -> Awaiting:
    """What waits for a run of a record under its own policy. Raises QueryError."""
    return awaiting_in(record.query(AWAITING))


def awaiting_in(answer: QueryResult) -> Awaiting:
    """What waits for a run, by the answer to the query `AWAITING`."""
    rows = answer.table.to_pylist()
    return Awaiting(**rows[0]) if rows else Awaiting(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Basis:
    """What an audit rests on: the policy, the table of agents and the evaluators, each by name and hash.

    `agents_sha256` is None for a record that was made before the table was named in it.
    """

    policy: str
    policy_sha256: str
    is_policy_of_record: bool
    agents_sha256: str | None
    evaluators: tuple[str, ...]
    evaluators_sha256: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit as of a moment.

    The tables hold documents and UTF-8 bytes, all and kept, by state: `headline` with training apart from the rest,
    the others over training sources only, `ungranted` over those for which nobody has granted their use.
    `findings` counts the lists of special cases. `rows` is the whole of the headline, as the packaged query gave
    it; `queries` are all that were asked.
    """

    corpus: str
    moment: Moment
    scope: str
    basis: Basis
    partial: bool
    headline: pa.Table
    ungranted: pa.Table
    effects: pa.Table
    reasons: pa.Table
    sources: pa.Table
    hosts: pa.Table
    unknown_hosts: pa.Table
    protocols: pa.Table
    coverage: pa.Table
    findings: pa.Table
    changes: Changes | None
    third_party_documents: int
    absent_documents: int
    awaiting: Awaiting
    rows: QueryResult
    queries: tuple[QueryResult, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know beside the figures."""
        words = audit_notes()
        attested = words.attested.format(documents=self.third_party_documents)
        absent = words.absent.format(documents=self.absent_documents) if self.absent_documents else ""
        return tuple(filter(None, (words.times, attested, absent, self.scope, self.awaiting.in_words)))


#: Sources that no reservation keeps from training: their rights holder granted it, or their basis is none that a
#: reservation touches and the policy keeps them for that.
_GRANTED = """
SELECT name FROM sources SEMI JOIN granted_sources USING (source_id)
UNION
SELECT name FROM sources SEMI JOIN sources_without_effect USING (source_id)
WHERE 'report' IN (SELECT json_extract_string(parameters, '$.without_effect') FROM rules WHERE kind = 'policy')
"""


def audit_record(
    record: Record, asked: Moment = AT_FETCH, policy: Policy | None = None, against: Moment | None = None
) -> Audit:
    """Audit a record as of a moment, under a policy or, without one, that of its corpus; compare with another moment.

    A session that was judged again stays so. Raises QueryError.
    """
    awaiting = record.query(AWAITING)  # under the record's own policy
    judge_as_of(record, asked, policy)
    result = record.query("audit/hosts")
    protocols, coverage, findings = (
        record.query(query) for query in ("views/optout_by_protocol", "views/protocol_coverage", "audit/findings")
    )
    changes = None if against is None else changes_since(record, against, policy)
    rows = result.table
    granted = record.sql(_GRANTED)["name"]
    training = rows.filter(pc.field("trains"))
    unknown = training.filter(pc.field("state") == str(VerdictState.UNKNOWN))
    notes = audit_notes()
    return Audit(
        corpus=record.manifest.corpus,
        moment=asked,
        scope=notes.at_fetch if asked == AT_FETCH else notes.at_another_moment.format(moment=asked.in_words),
        basis=_basis(record, policy),
        partial=record.manifest.partial,
        headline=in_order(sums(rows, ("trains", "state")), ("trains",)),
        ungranted=in_order(sums(training.filter(~pc.field("source").isin(granted.combine_chunks())), ("state",)), ()),
        effects=in_order(sums(training, ("effect", "state")), ("effect",)),
        reasons=sums(unknown, ("protocol", "unknown_reason")).sort_by(
            [("protocol", "ascending"), ("unknown_reason", "ascending")]
        ),
        sources=in_order(sums(training, ("source", "state")), ("source",)),
        hosts=with_most_text(training, ("state",)),
        unknown_hosts=with_most_text(unknown, ("protocol", "unknown_reason")),
        protocols=in_order(_of_training(protocols), ("protocol",)),
        coverage=_of_training(coverage),
        findings=findings.table,
        changes=changes,
        third_party_documents=pc.sum(rows["documents_third_party"]).as_py() or 0,
        absent_documents=pc.sum(rows["documents_absent"]).as_py() or 0,
        awaiting=awaiting_in(awaiting),
        rows=result,
        queries=(result, protocols, coverage, findings, awaiting, *((changes.rows,) if changes else ())),
    )


def _basis(record: Record, policy: Policy | None) -> Basis:
    agents = record.sql("SELECT model_sha256 FROM rules WHERE kind = 'agents'")["model_sha256"].to_pylist()
    evaluators = record.sql(_PROTOCOLS).to_pylist()
    manifest = record.manifest
    return Basis(
        policy=manifest.policy if policy is None else policy.name,
        policy_sha256=manifest.policy_sha256 if policy is None else policy.sha256,
        is_policy_of_record=policy is None or policy.sha256 == manifest.policy_sha256,
        agents_sha256=agents[0] if agents else None,
        evaluators=tuple(f"{e['rule']} {e['version']}" for e in evaluators),
        evaluators_sha256=hashlib.sha256(json.dumps(evaluators, sort_keys=True).encode()).hexdigest(),
    )


#: The evaluators with all that they say of themselves: version, specification and its date.
_PROTOCOLS = "SELECT rule, version, parameters FROM rules WHERE kind = 'parser' ORDER BY rule, version, parameters"


def _of_training(result: QueryResult) -> pa.Table:
    return result.table.filter(pc.field("trains")).drop_columns(["trains"])
