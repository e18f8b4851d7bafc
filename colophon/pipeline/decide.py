"""Decisions: which rule drops a document, in the order policy, filters, duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from colophon.config.corpus import Filter
from colophon.pipeline.equal_texts import EXACT_GROUPS
from colophon.pipeline.equal_texts import STEP as EXACT_STEP
from colophon.pipeline.run_context import EVALUATION_STAGES, RunContext
from colophon.pipeline.scratch import work_files, work_session, write_work
from colophon.pipeline.verdicts import DECIDING_STEP, UNKNOWN_STEP
from colophon.query.joins import Join, JoinSession, Parameters, join
from colophon.record.rules import Rule
from colophon.record.storage import part_path
from colophon.reservations import REQUEST
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.policy import Clock, Copies, Policy
from colophon.reservations.rules import rules
from colophon.tables import DECISIONS, DOCUMENTS, DUPLICATES, FILTERS, VERDICTS
from colophon.vocabulary import (
    RuleKind,
)

STEP = "decided"

#: Drops every member of a cluster but its representative.
DUPLICATE_RULE = Rule("near_duplicate", "1", RuleKind.FILTER)

#: A document that a rule other than the duplicate rule drops; rules of lower precedence come first.
DECIDED = pa.schema([
    ("doc_id", pa.int64()),
    ("precedence", pa.int32()),
    ("rule", pa.string()),
    ("rule_version", pa.string()),
    ("reason", pa.string()),
    ("public_reason", pa.string()),
])  # fmt: skip

_FILTER_VERSION = "1"

_BATCH_ROWS = 2**20

_SOURCES = pa.schema([
    ("source_id", pa.int32()),
    ("evaluates", pa.bool_()),
    ("legal_basis", pa.string()),
    ("grantor", pa.string()),
    ("license_evidence", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that decisions are made from."""

    documents: Sequence[str]
    verdicts: Sequence[str]


def decide(settings: RunContext, parts: Parts) -> None:
    """Apply the policy and the filters of the corpus; leaves one work file of schema `DECIDED`.

    Evaluation data is never dropped: it is not trained on.
    """
    policy = settings.policy
    rule = _named(policy_rule(policy))
    with work_session(settings) as session:
        _create_views(session, settings, parts)
        session.files("exact_groups", work_files(settings, EXACT_STEP), EXACT_GROUPS)
        session.table("run/policy_decided", {
            **rule,
            "protocols": [t.protocol for t in policy.protocols],
            "dropped_states": [state.value for state in policy.dropped_states],
            "required": list(policy.required),
            "request_protocol": REQUEST,
        })  # fmt: skip
        copies = () if policy.copies is Copies.OWN else (join("run/equal_copies", rule),)
        filters = (_filter(one, precedence) for precedence, one in enumerate(settings.corpus.filters, start=1))
        session.union("decided", DECIDED, [join("run/policy_rows"), *copies, *filters])
        write_work(settings, f"{STEP}/all.parquet", session.batches("decided", _BATCH_ROWS))


def write_decisions(settings: RunContext, parts: Parts, duplicates: Sequence[str]) -> None:
    """Write `decisions` and `filters` of the settings' generation."""
    policy = settings.policy
    with work_session(settings) as session:
        _create_views(session, settings, parts)
        session.files("decided", decided_files(settings), DECIDED)
        session.parts(DUPLICATES, duplicates)
        last: Parameters = {"precedence": len(settings.corpus.filters) + 1, **_named(DUPLICATE_RULE)}
        copies = () if policy.copies is not Copies.NEAR else (join("run/near_copies", _named(policy_rule(policy))),)
        pieces = [join("run/decided_rows"), join("run/duplicates_decided", last), *copies]
        session.union("all_decided", DECIDED, pieces)
        session.rows("ordered_rules", pa.Table.from_pylist(list(_rule_rows(settings))))
        session.table("run/decision_rows", {"policy_sha256": policy.sha256})
        session.view("run/filter_steps")
        for table, name in ((DECISIONS, "decision_rows"), (FILTERS, "filter_steps")):
            session.write(table, part_path(table, settings.generation, "all"), name)


def _named(rule: Rule) -> dict[str, str]:
    return {"rule": rule.name, "rule_version": rule.version}


def decided_files(settings: RunContext) -> tuple[str, ...]:
    """Work files of schema `DECIDED`."""
    return work_files(settings, STEP)


def filter_rules(settings: RunContext) -> Iterator[Rule]:
    """The rules of the corpus' own filters, for the table of rules."""
    for one in settings.corpus.filters:
        settings_of_kind = {o.name: o.value for o in one.parameters}
        parameters = {"kind": one.kind, "reason": one.reason, "values": one.values} | settings_of_kind
        yield Rule(one.rule, _FILTER_VERSION, RuleKind.FILTER, msgspec.json.encode(parameters, order="sorted").decode())


def _create_views(session: JoinSession, settings: RunContext, parts: Parts) -> None:
    session.parts(DOCUMENTS, parts.documents)
    by_fetch = settings.policy.clock is Clock.AT_FETCH
    session.parts(VERDICTS, parts.verdicts if by_fetch else work_files(settings, DECIDING_STEP))
    session.files("unknown", work_files(settings, UNKNOWN_STEP), UNKNOWN_DOCUMENTS)
    sources = [
        {
            "source_id": s.source_id,
            "evaluates": s.source.stage in EVALUATION_STAGES,
            "legal_basis": s.source.legal_basis.value,
            "grantor": s.source.license.grantor,
            "license_evidence": s.source.license.evidence,
        }
        for s in settings.sources
    ]
    session.rows("sources", pa.Table.from_pylist(sources, _SOURCES))
    session.view("views/granted_sources")
    session.view("run/source_rules")
    upstream = [
        {
            "source_id": s.source_id,
            "rule": f.rule,
            "reason": f.reason or "not stated",
            "documents_in": f.documents_in,
            "documents_out": f.documents_out,
        }
        for s in settings.sources
        for f in s.source.upstream_filters
    ]
    schema = pa.schema([
        ("source_id", pa.int32()),
        ("rule", pa.string()),
        ("reason", pa.string()),
        ("documents_in", pa.int64()),
        ("documents_out", pa.int64()),
    ])  # fmt: skip
    session.rows("upstream", pa.Table.from_pylist(upstream, schema))


def policy_rule(policy: Policy) -> Rule:
    """The policy as a rule of the record."""
    return next(r for r in rules(policy) if r.kind is RuleKind.POLICY)


def _filter(one: Filter, precedence: int) -> Join:
    numbers = {o.name: o.value for o in one.parameters}
    return join("run/filtered", {
        "precedence": precedence,
        "rule": one.rule,
        "rule_version": _FILTER_VERSION,
        "kind": one.kind.value,
        "public_reason": one.reason.value,
        "values": list(one.values),
        "max_count": int(numbers.get("max_count") or 0),
        "min_bytes": int(numbers.get("min_bytes") or 0),
        "max_bytes": int(numbers.get("max_bytes") or 0) or None,
    })  # fmt: skip


def _rule_rows(settings: RunContext) -> Iterator[dict[str, object]]:
    policy = policy_rule(settings.policy)
    filters = settings.corpus.filters
    yield _rule_row(0, policy.name, policy.version, "reservations")
    for precedence, one in enumerate(filters, start=1):
        yield _rule_row(precedence, one.rule, _FILTER_VERSION, one.kind.value)
    yield _rule_row(len(filters) + 1, DUPLICATE_RULE.name, DUPLICATE_RULE.version, "duplicate")


def _rule_row(precedence: int, rule: str, version: str, reason: str) -> dict[str, object]:
    return {"precedence": precedence, "rule": rule, "rule_version": version, "reason": reason, "upstream": False}
