"""Decisions: which rule drops a document, in the order policy, filters, duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from colophon.config.corpus import Filter
from colophon.dedup.clusters import EXACT_GROUPS
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import EVALUATION_STAGES, Sources
from colophon.query.joins import Join, JoinSession, Parameters, join
from colophon.record.generations import NewGeneration
from colophon.record.rules import Rule
from colophon.reservations import REQUEST
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.policy import Copies, Policy, WithoutEffect
from colophon.reservations.rules import rules as reservation_rules
from colophon.tables import DECISIONS, DOCUMENTS, DUPLICATES, FILTERS, VERDICTS
from colophon.vocabulary import (
    RuleKind,
)

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
class DecisionInputs:
    """What decisions are made from: parts of `documents`, files of verdicts at the clock of the policy, and work files
    of documents that nobody knows anything about (`UNKNOWN_DOCUMENTS`) and of equal texts (`EXACT_GROUPS`)."""

    documents: Sequence[str]
    verdicts: Sequence[str]
    unknown: Sequence[str]
    equal_texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """What drops documents, in this order: the policy, the filters of the corpus, and the rule of duplicates."""

    policy: Policy
    filters: tuple[Filter, ...]


def decide(inputs: DecisionInputs, rules: DecisionRules, sources: Sources, work: WorkFolder) -> str:
    """Apply the policy and the filters of the corpus. Returns a work file of schema `DECIDED`.

    Evaluation data is never dropped: it is not trained on.
    """
    policy = rules.policy
    rule = _named(policy_rule(policy))
    with work.session() as session:
        _create_views(session, inputs, sources, policy)
        session.files("exact_groups", inputs.equal_texts, EXACT_GROUPS)
        session.table("run/policy_decided", {
            **rule,
            "protocols": [t.protocol for t in policy.protocols],
            "dropped_states": [state.value for state in policy.dropped_states],
            "required": list(policy.required),
            "request_protocol": REQUEST,
        })  # fmt: skip
        copies = () if policy.copies is Copies.OWN else (join("run/equal_copies", rule),)
        filters = (_filter(filter_, precedence) for precedence, filter_ in enumerate(rules.filters, start=1))
        session.union("decided", DECIDED, [join("run/policy_rows"), *copies, *filters])
        return work.write("decided.parquet", session.batches("decided", _BATCH_ROWS))


def write_decisions(
    inputs: DecisionInputs,
    rules: DecisionRules,
    sources: Sources,
    decided: str,
    generation: NewGeneration,
    work: WorkFolder,
) -> None:
    """Write `decisions` and `filters` of a generation whose duplicates are written; `decided` is a file of `decide`."""
    policy = rules.policy
    with work.session() as session:
        _create_views(session, inputs, sources, policy)
        session.rows("upstream", _upstream_filters(sources))
        session.files("decided", [decided], DECIDED)
        session.parts(DUPLICATES, generation.live(DUPLICATES))
        last: Parameters = {"precedence": len(rules.filters) + 1, **_named(DUPLICATE_RULE)}
        copies = () if policy.copies is not Copies.NEAR else (join("run/near_copies", _named(policy_rule(policy))),)
        pieces = [join("run/decided_rows"), join("run/duplicates_decided", last), *copies]
        session.union("all_decided", DECIDED, pieces)
        session.rows("ordered_rules", pa.Table.from_pylist(list(_rule_rows(rules))))
        session.table("run/decision_rows", {"policy_sha256": policy.sha256})
        session.view("run/filter_steps")
        for table, name in ((DECISIONS, "decision_rows"), (FILTERS, "filter_steps")):
            session.write(table, generation.part(table), name)


def _named(rule: Rule) -> dict[str, str]:
    return {"rule": rule.name, "rule_version": rule.version}


def filter_rules(filters: Iterable[Filter]) -> Iterator[Rule]:
    """The rules of the corpus' own filters, for the table of rules."""
    for filter_ in filters:
        settings_of_kind = {o.name: o.value for o in filter_.parameters}
        parameters = {"kind": filter_.kind, "reason": filter_.reason, "values": filter_.values} | settings_of_kind
        yield Rule(
            filter_.rule, _FILTER_VERSION, RuleKind.FILTER, msgspec.json.encode(parameters, order="sorted").decode()
        )


def _create_views(session: JoinSession, inputs: DecisionInputs, sources: Sources, policy: Policy) -> None:
    session.parts(DOCUMENTS, inputs.documents)
    session.parts(VERDICTS, inputs.verdicts)
    session.files("unknown", inputs.unknown, UNKNOWN_DOCUMENTS)
    rows = [
        {
            "source_id": s.source_id,
            "evaluates": s.source.stage in EVALUATION_STAGES,
            "legal_basis": s.source.legal_basis.value,
            "grantor": s.source.license.grantor,
            "license_evidence": s.source.license.evidence,
        }
        for s in sources
    ]
    session.rows("sources", pa.Table.from_pylist(rows, _SOURCES))
    session.view("views/granted_sources")
    session.view("views/sources_without_effect")
    session.table("run/source_rules", {"reports_without_effect": policy.without_effect is WithoutEffect.REPORT})


def _upstream_filters(sources: Sources) -> pa.Table:
    """What was filtered before the data came, as the corpus declares it."""
    rows = [
        {
            "source_id": s.source_id,
            "rule": f.rule,
            "reason": f.reason or "not stated",
            "documents_in": f.documents_in,
            "documents_out": f.documents_out,
        }
        for s in sources
        for f in s.source.upstream_filters
    ]
    schema = pa.schema([
        ("source_id", pa.int32()),
        ("rule", pa.string()),
        ("reason", pa.string()),
        ("documents_in", pa.int64()),
        ("documents_out", pa.int64()),
    ])  # fmt: skip
    return pa.Table.from_pylist(rows, schema)


def policy_rule(policy: Policy) -> Rule:
    """The policy as a rule of the record."""
    return next(r for r in reservation_rules(policy) if r.kind is RuleKind.POLICY)


def _filter(filter_: Filter, precedence: int) -> Join:
    numbers = {o.name: o.value for o in filter_.parameters}
    return join("run/filtered", {
        "precedence": precedence,
        "rule": filter_.rule,
        "rule_version": _FILTER_VERSION,
        "kind": filter_.kind.value,
        "public_reason": filter_.reason.value,
        "values": list(filter_.values),
        "max_count": int(numbers.get("max_count") or 0),
        "min_bytes": int(numbers.get("min_bytes") or 0),
        "max_bytes": int(numbers.get("max_bytes") or 0) or None,
    })  # fmt: skip


def _rule_rows(rules: DecisionRules) -> Iterator[dict[str, object]]:
    policy = policy_rule(rules.policy)
    filters = rules.filters
    yield _rule_row(0, policy.name, policy.version, "reservations")
    for precedence, filter_ in enumerate(filters, start=1):
        yield _rule_row(precedence, filter_.rule, _FILTER_VERSION, filter_.kind.value)
    yield _rule_row(len(filters) + 1, DUPLICATE_RULE.name, DUPLICATE_RULE.version, "duplicate")


def _rule_row(precedence: int, rule: str, version: str, reason: str) -> dict[str, object]:
    return {"precedence": precedence, "rule": rule, "rule_version": version, "reason": reason, "upstream": False}
