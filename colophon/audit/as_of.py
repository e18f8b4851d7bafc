"""A record judged as of another moment, or under another policy: verdicts made anew from its own evidence.

Nothing is stored: the session's tables `verdicts`, `moments` and `rules` stand in for those of the record until it is
closed, and every view above them answers for the moment asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from colophon.query.packaged import packaged_query
from colophon.query.session import Parameter, Record
from colophon.record.rules import rule_rows
from colophon.reservations import REQUEST
from colophon.reservations.in_force import HostLooks
from colophon.reservations.judge import judge
from colophon.reservations.lists import REQUESTED_VERDICTS, listed_verdicts
from colophon.reservations.moment import AT_FETCH, MOMENTS, JudgedSource, Moment, judged_sources, moments_of
from colophon.reservations.policy import Policy, policy_of_json
from colophon.reservations.rules import rules
from colophon.tables import RULES, VERDICTS

#: Documents judged at once.
_BATCH_ROWS = 100_000


def judge_as_of(record: Record, moment: Moment, policy: Policy | None) -> None:
    """Let the session of a record answer for a moment, under a policy or, without one, its own.

    A record is judged at fetch already; of that, only requests that were accepted since its newest run are added,
    because they bind at every moment. Where a look that came since is older than a fetch, all is judged anew.
    Raises QueryError.
    """
    if moment == AT_FETCH and policy is None and not record.query("reservations/looks_before_fetch").table.num_rows:
        if record.sql("SELECT doc_id FROM awaiting_requests LIMIT 1").num_rows:
            requested = record.query(REQUESTED_VERDICTS).table
            record.stand_in("verdicts", VERDICTS.schema, chain(_other_verdicts(record), _as_verdicts(requested)))
        return
    policy = policy or policy_of(record)
    sources = judged_sources(record.table("sources"))
    if moment != AT_FETCH:
        documents = record.batches(packaged_query("reservations/clocks").select, _BATCH_ROWS)
        record.stand_in("moments", MOMENTS, (moments_of(moment, batch, sources) for batch in documents))
    kept = record.sql("SELECT * FROM rules WHERE kind NOT IN ('policy', 'agents', 'parser')").cast(RULES.schema)
    record.stand_in("rules", RULES.schema, pa.concat_tables([kept, rule_rows(rules(policy))]).to_batches())
    record.stand_in("verdicts", VERDICTS.schema, chain(_verdicts(record, sources, policy), _listed(record, policy)))


def policy_of(record: Record) -> Policy:
    """The policy of the record's corpus, from its table of rules. Raises QueryError."""
    written = record.sql("SELECT parameters FROM rules WHERE kind = 'policy'")["parameters"].to_pylist()
    return policy_of_json(written[0])


def _verdicts(record: Record, sources: tuple[JudgedSource, ...], policy: Policy) -> Iterator[pa.RecordBatch]:
    for pages in record.batches(packaged_query("reservations/pages").select, _BATCH_ROWS):
        authorities, doc_ids = pages.column("authority"), pc.min_max(pages.column("doc_id"))
        bounds: dict[str, Parameter] = {
            "first_authority": authorities[0].as_py(),
            "last_authority": authorities[-1].as_py(),
            "first_doc_id": doc_ids["min"].as_py(),
            "last_doc_id": doc_ids["max"].as_py(),
        }
        looks, bodies = (record.query(f"reservations/{rows}", bounds).table for rows in ("looks", "bodies"))
        yield judge(HostLooks.of_rows(looks.to_batches(), bodies.to_batches()), pages, sources, policy)


def _listed(record: Record, policy: Policy) -> Iterator[pa.RecordBatch]:
    for listed in listed_verdicts(policy):
        yield from _as_verdicts(record.query(listed.query.id, listed.parameters).table)


def _other_verdicts(record: Record) -> Iterator[pa.RecordBatch]:
    """The stored verdicts, without those that rest on requests."""
    for batch in record.batches("FROM verdicts", _BATCH_ROWS):
        others = batch.filter(pc.not_equal(batch.column("protocol"), REQUEST))
        yield others.select(VERDICTS.schema.names).cast(VERDICTS.schema)


def _as_verdicts(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    yield from rows.select(VERDICTS.schema.names).cast(VERDICTS.schema).to_batches()
