"""Decisions: which rule drops a document, in the order policy, filters, duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import msgspec
import pyarrow as pa

from colophon.config.corpus import Filter
from colophon.pipeline.equal_texts import EXACT_GROUPS
from colophon.pipeline.equal_texts import STEP as EXACT_STEP
from colophon.pipeline.run_context import EVALUATION_STAGES, RunContext
from colophon.pipeline.scratch import work_database, work_files, write_work
from colophon.pipeline.verdicts import DECIDING_STEP, UNKNOWN_STEP
from colophon.query.joins import create_view, write_query
from colophon.query.packaged import packaged_query
from colophon.record.rules import Rule
from colophon.record.storage import part_path
from colophon.reservations import REQUEST
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.policy import Clock, Copies, Policy
from colophon.reservations.rules import rules
from colophon.tables import DECISIONS, DOCUMENTS, DUPLICATES, FILTERS, VERDICTS
from colophon.vocabulary import (
    FilterKind,
    PublicReason,
    Purpose,
    RuleKind,
    VerdictState,
)


def equal_copies_query(copies: Copies, rule: Rule) -> str | None:
    """Documents with the same text as one that the policy drops as reserved; None where they stay.

    Reads the views `policy_decided` and `exact_groups`. They are dropped before duplicates are sought, so that no
    other document goes because of them.
    """
    if copies is Copies.OWN:
        return None
    return f"""
        SELECT g.doc_id, {_columns(rule, "an equal text is reserved elsewhere")}
        FROM exact_groups g
        JOIN documents d ON d.doc_id = g.doc_id
        JOIN source_rules s ON s.source_id = d.source_id
        WHERE NOT s.evaluates AND NOT s.granted
            AND g.doc_id NOT IN (SELECT doc_id FROM policy_decided)
            AND g.group_id IN (
                SELECT r.group_id FROM exact_groups r JOIN policy_decided p ON p.doc_id = r.doc_id
                WHERE p.public_reason = '{PublicReason.RESERVATION}'
            )
    """


def near_copies_query(copies: Copies, rule: Rule) -> str | None:
    """Documents that stand for a cluster in which the policy drops one as reserved; None where they stay.

    Reads the views `decided` and `duplicates`. The others of the cluster have gone as duplicates.
    """
    if copies is not Copies.NEAR:
        return None
    return f"""
        SELECT DISTINCT m.cluster_id, {_columns(rule, "a similar text is reserved elsewhere")}
        FROM duplicates m
        JOIN decided r ON r.doc_id = m.doc_id AND r.precedence = 0 AND r.public_reason = '{PublicReason.RESERVATION}'
        JOIN documents d ON d.doc_id = m.cluster_id
        JOIN source_rules s ON s.source_id = d.source_id
        WHERE NOT s.evaluates AND NOT s.granted
            AND m.cluster_id NOT IN (SELECT doc_id FROM decided WHERE precedence = 0)
    """


def _columns(rule: Rule, reason: str) -> str:
    name = rule.name.replace("'", "''")
    return f"CAST(0 AS INTEGER), '{name}', '{rule.version}', '{reason}', '{PublicReason.RESERVATION}'"


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
    with work_database(settings) as database:
        _create_views(database, settings, parts)
        create_view(database, settings.folder, "exact_groups", work_files(settings, EXACT_STEP), EXACT_GROUPS)
        database.execute(f"CREATE TABLE policy_decided AS {_policy_query(settings.policy)}")
        queries = ["SELECT * FROM policy_decided"]
        if copies := equal_copies_query(settings.policy.copies, policy_rule(settings.policy)):
            queries.append(copies)
        for precedence, one in enumerate(settings.corpus.filters, start=1):
            queries.append(_filter_query(one, precedence))
        rows = database.sql(" UNION ALL ".join(queries)).to_arrow_reader()
        write_work(settings, f"{STEP}/all.parquet", rows)


def write_decisions(settings: RunContext, parts: Parts, duplicates: Sequence[str]) -> None:
    """Write `decisions` and `filters` of the settings' generation."""
    policy = settings.policy
    with work_database(settings) as database:
        _create_views(database, settings, parts)
        create_view(database, settings.folder, "decided", decided_files(settings), DECIDED)
        create_view(database, settings.folder, "duplicates", duplicates, DUPLICATES.schema)
        last = len(settings.corpus.filters) + 1
        copies = near_copies_query(policy.copies, policy_rule(policy))
        database.execute(f"""
            CREATE TABLE all_decided AS
            SELECT * FROM decided
            UNION ALL
            SELECT doc_id, {last}, '{DUPLICATE_RULE.name}', '{DUPLICATE_RULE.version}', kind || ' duplicate',
                   '{PublicReason.DUPLICATE}'
            FROM duplicates WHERE doc_id <> cluster_id
            {f"UNION ALL {copies}" if copies else ""}
        """)
        path = part_path(DECISIONS, settings.generation, "all")
        write_query(database, settings.folder, DECISIONS, path, f"""
            SELECT *, CAST(row_number() OVER (PARTITION BY doc_id ORDER BY precedence) - 1 AS SMALLINT) AS position,
                   '{policy.sha256}' AS policy_sha256
            FROM all_decided
        """)  # fmt: skip
        rules = pa.Table.from_pylist(list(_rule_rows(settings)))
        database.register("ordered_rules", rules)
        path = part_path(FILTERS, settings.generation, "all")
        write_query(database, settings.folder, FILTERS, path, _FILTERS_QUERY)


def decided_files(settings: RunContext) -> tuple[str, ...]:
    """Work files of schema `DECIDED`."""
    return work_files(settings, STEP)


def filter_rules(settings: RunContext) -> Iterator[Rule]:
    """The rules of the corpus' own filters, for the table of rules."""
    for one in settings.corpus.filters:
        settings_of_kind = {o.name: o.value for o in one.parameters}
        parameters = {"kind": one.kind, "reason": one.reason, "values": one.values} | settings_of_kind
        yield Rule(one.rule, _FILTER_VERSION, RuleKind.FILTER, msgspec.json.encode(parameters, order="sorted").decode())


_FILTERS_QUERY = """
WITH sizes AS (
    SELECT source_id, count(*) AS documents, sum(text_bytes) AS bytes FROM documents GROUP BY 1
), dropped AS (
    SELECT d.source_id, x.precedence, count(*) AS documents, sum(d.text_bytes) AS bytes
    FROM (SELECT doc_id, min(precedence) AS precedence FROM all_decided GROUP BY 1) x JOIN documents d USING (doc_id)
    GROUP BY 1, 2
), steps AS (
    SELECT s.source_id, r.*, s.documents, s.bytes,
           coalesce(d.documents, 0) AS dropped, coalesce(d.bytes, 0) AS dropped_bytes
    FROM sizes s
    JOIN source_rules t ON t.source_id = s.source_id AND NOT t.evaluates
    CROSS JOIN ordered_rules r
    LEFT JOIN dropped d ON d.source_id = s.source_id AND d.precedence = r.precedence
), counted AS (
    SELECT *, sum(dropped) OVER through AS so_far, sum(dropped_bytes) OVER through AS bytes_so_far
    FROM steps
    WINDOW through AS (PARTITION BY source_id ORDER BY precedence)
)
SELECT source_id, rule, rule_version, reason, upstream,
       CAST(documents - so_far + dropped AS BIGINT) AS documents_in,
       CAST(documents - so_far AS BIGINT) AS documents_out,
       CAST(bytes - bytes_so_far + dropped_bytes AS BIGINT) AS bytes_in,
       CAST(bytes - bytes_so_far AS BIGINT) AS bytes_out
FROM counted
UNION ALL
SELECT source_id, rule, 'declared', reason, true, documents_in, documents_out, NULL, NULL FROM upstream
"""


def _create_views(database: duckdb.DuckDBPyConnection, settings: RunContext, parts: Parts) -> None:
    folder = settings.folder
    create_view(database, folder, "documents", parts.documents, DOCUMENTS.schema)
    by_fetch = settings.policy.clock is Clock.AT_FETCH
    verdicts = parts.verdicts if by_fetch else work_files(settings, DECIDING_STEP)
    create_view(database, folder, "verdicts", verdicts, VERDICTS.schema)
    create_view(database, folder, "unknown", work_files(settings, UNKNOWN_STEP), UNKNOWN_DOCUMENTS)
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
    database.register("sources", pa.Table.from_pylist(sources, _SOURCES))
    database.execute(f"""
        CREATE VIEW source_rules AS
        SELECT source_id, evaluates,
               source_id IN (SELECT source_id FROM ({packaged_query("views/granted_sources").select})) AS granted
        FROM sources
    """)
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
    database.register("upstream", pa.Table.from_pylist(upstream, schema))


def _policy_query(policy: Policy) -> str:
    """Documents that the policy drops: for a verdict, or because nobody looked where a look is required.

    A document that speaks for itself under a protocol is not unknown there, whether or not anybody asked its host.
    What is unknown counts only under protocols whose look the policy requires. Accepted requests bind whatever the
    policy does with reservations. A grant by the rights holder for this content overrides all of it: what its host may
    say, heard or not, can be no more than a reservation.
    """
    rule = policy_rule(policy)
    states = ", ".join(f"'{s}'" for s in policy.dropped_states) or "''"
    spoken = ", ".join(f"'{t.protocol}'" for t in policy.protocols)
    required = ", ".join(f"'{p}'" for p in policy.required) or "''"
    said = "v.protocol || ' ' || v.verdict || ' (' || v.purpose || ')'"
    return f"""
        SELECT v.doc_id, CAST(0 AS INTEGER) AS precedence,
               '{_quoted(rule.name)}' AS rule, '{rule.version}' AS rule_version,
               string_agg(DISTINCT {said}, ', ' ORDER BY {said}) AS reason,
               CASE WHEN bool_or(v.verdict = '{VerdictState.RESERVED}') THEN '{PublicReason.RESERVATION}'
                    ELSE '{PublicReason.LEGAL_OR_SAFETY}' END AS public_reason
        FROM (
            SELECT doc_id, protocol, purpose, verdict FROM verdicts WHERE protocol IN ({spoken})
            UNION ALL
            SELECT doc_id, protocol, '{Purpose.TRAIN}', '{VerdictState.UNKNOWN}'
            FROM unknown ANTI JOIN verdicts USING (doc_id, protocol)
        ) v
        JOIN documents d USING (doc_id)
        JOIN source_rules s USING (source_id)
        WHERE (v.verdict IN ({states}) OR v.protocol = '{REQUEST}')
            AND (v.verdict <> '{VerdictState.UNKNOWN}' OR v.protocol IN ({required}))
            AND NOT s.evaluates AND NOT s.granted
        GROUP BY v.doc_id
    """


def policy_rule(policy: Policy) -> Rule:
    """The policy as a rule of the record."""
    return next(r for r in rules(policy) if r.kind is RuleKind.POLICY)


def _filter_query(one: Filter, precedence: int) -> str:
    return f"""
        SELECT d.doc_id, CAST({precedence} AS INTEGER), '{_quoted(one.rule)}', '{_FILTER_VERSION}', '{one.kind}',
               '{one.reason}'
        FROM documents d JOIN source_rules s USING (source_id)
        WHERE NOT s.evaluates AND ({_condition(one)})
    """


def _condition(one: Filter) -> str:
    """Which documents a filter drops, over the columns of `documents`."""
    values = ", ".join(f"'{_quoted(v)}'" for v in one.values) or "''"
    numbers = {o.name: o.value for o in one.parameters}
    match one.kind:
        case FilterKind.LANGUAGE:
            return f"d.language NOT IN ({values})"
        case FilterKind.LICENSE:
            return f"d.license_effective IS NULL OR d.license_effective NOT IN ({values})"
        case FilterKind.DOMAINS:
            return f"d.registered_domain IN ({values}) OR d.authority IN ({values})"
        case FilterKind.PII:
            return f"d.pii_count > {int(numbers['max_count'] or 0)}"
        case FilterKind.LENGTH:
            least, most = numbers.get("min_bytes"), numbers.get("max_bytes")
            return f"d.text_bytes < {int(least or 0)}" + (f" OR d.text_bytes > {int(most)}" if most else "")


def _rule_rows(settings: RunContext) -> Iterator[dict[str, object]]:
    policy = policy_rule(settings.policy)
    filters = settings.corpus.filters
    yield _rule_row(0, policy.name, policy.version, "reservations")
    for precedence, one in enumerate(filters, start=1):
        yield _rule_row(precedence, one.rule, _FILTER_VERSION, one.kind.value)
    yield _rule_row(len(filters) + 1, DUPLICATE_RULE.name, DUPLICATE_RULE.version, "duplicate")


def _rule_row(precedence: int, rule: str, version: str, reason: str) -> dict[str, object]:
    return {"precedence": precedence, "rule": rule, "rule_version": version, "reason": reason, "upstream": False}


def _quoted(text: str) -> str:
    return text.replace("'", "''")
