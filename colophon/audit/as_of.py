"""A record judged as of another moment, or under another policy: verdicts made anew from its own evidence.

Nothing is stored: the session's tables `verdicts`, `moments` and `rules` stand in for those of the record until it is
closed, and every view above them answers for the moment asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

import pyarrow as pa

from colophon.errors import BadArgumentError
from colophon.query.session import Record
from colophon.record.rules import rule_rows
from colophon.reservations import REQUEST
from colophon.reservations.in_force import ObservedEvidence, UnknownReason, end_of_day, end_of_period
from colophon.reservations.judge import COLUMNS, addressed_documents, verdicts_of
from colophon.reservations.lists import listed_verdicts_query, requested_verdicts_query
from colophon.reservations.policy import Clock, Policy, policy_of_json
from colophon.reservations.rules import rules
from colophon.tables import RULES, TIME, VERDICTS
from colophon.vocabulary import Acquisition, Outcome, Place

#: Documents judged at once.
_BATCH_ROWS = 100_000

_MOMENTS = pa.schema([("doc_id", pa.int64()), ("moment", TIME), ("missing", pa.string())])
_SOURCE_MOMENTS = pa.schema([("source_id", pa.int32()), ("moment", TIME)])


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment an audit asks for: a clock, or for every document the end of a day."""

    clock: Clock | None
    day: date | None = None

    def __str__(self) -> str:
        return str(self.clock) if self.day is None else self.day.isoformat()

    @property
    def in_words(self) -> str:
        """The moment as a sentence names it."""
        return f"the end of {self.day} (UTC)" if self.clock is None else _IN_WORDS[self.clock]


_IN_WORDS = {
    Clock.AT_FETCH: "the moment of each fetch",
    Clock.AT_OBTAINED: "the day on which each source was obtained",
    Clock.AT_TRAINING: "the start of the last use of each document for training",
}

AT_FETCH = Moment(Clock.AT_FETCH)


def asked_moment(text: str, today: date) -> Moment:
    """The moment that a text names. Raises BadArgumentError for one that is no clock, no date, or to come."""
    if text in tuple(Clock):
        return Moment(Clock(text))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadArgumentError("clock", text, f"one of {', '.join(Clock)}, or a date (YYYY-MM-DD)") from None
    if day > today:
        raise BadArgumentError(
            "clock", text, f"a date not after today, {today.isoformat()}; nobody has looked there yet"
        )
    return Moment(None, day)


def judge_as_of(record: Record, asked: Moment, policy: Policy | None) -> None:
    """Let the session of a record answer for a moment, under a policy or, without one, its own.

    A record is judged at fetch already; of that, only requests that were accepted since its newest run are added,
    because they bind at every moment. Where a look that came since is older than a fetch, all is judged anew.
    Raises QueryError.
    """
    if asked == AT_FETCH and policy is None and not record.sql(_LOOKS_BEFORE_FETCH).num_rows:
        if record.sql("SELECT doc_id FROM awaiting_requests LIMIT 1").num_rows:
            record.stand_in("verdicts", VERDICTS.schema, chain(_other_verdicts(record), _requested(record)))
        return
    policy = policy or policy_of(record)
    _set_moments(record, asked)
    kept = record.sql("SELECT * FROM rules WHERE kind NOT IN ('policy', 'agents', 'parser')").cast(RULES.schema)
    record.stand_in("rules", RULES.schema, pa.concat_tables([kept, rule_rows(rules(policy))]).to_batches())
    record.stand_in("verdicts", VERDICTS.schema, chain(_verdicts(record, policy), _listed(record, policy)))


#: Looks that no verdict rests on yet, taken before the fetch of a document of their host.
_LOOKS_BEFORE_FETCH = """
SELECT 1
FROM awaiting_run AS w
JOIN documents AS d ON d.authority = w.authority AND d.fetched_at >= w.first_observed_at
LIMIT 1
"""


def policy_of(record: Record) -> Policy:
    """The policy of the record's corpus, from its table of rules. Raises QueryError."""
    written = record.sql("SELECT parameters FROM rules WHERE kind = 'policy'")["parameters"].to_pylist()
    return policy_of_json(written[0])


def _set_moments(record: Record, asked: Moment) -> None:
    if asked.clock is Clock.AT_FETCH:
        return
    if asked.day is not None:
        moment = end_of_day(asked.day)
        query, missing = "SELECT doc_id, $moment::TIMESTAMPTZ AS moment FROM documents", UnknownReason.NOT_OBSERVED
        parameters = {"moment": moment}
    elif asked.clock is Clock.AT_OBTAINED:
        _stand_in_source_moments(record)
        query = "SELECT d.doc_id, s.moment FROM documents AS d LEFT JOIN source_moments AS s USING (source_id)"
        missing, parameters = UnknownReason.NO_OBTAINED_TIME, {}
    else:
        query, missing, parameters = _TRAINING_MOMENTS, UnknownReason.NO_TRAINING_TIME, {}
    found = f"SELECT doc_id, moment, '{missing}' AS missing FROM ({query})"  # noqa: S608  # constants of this module
    record.stand_in("moments", _MOMENTS, record.batches(found, _BATCH_ROWS, parameters))


#: The latest start of use of each document, whichever way a training log names it: itself, its shard or its source.
#: A use without a start may be the last one.
_TRAINING_MOMENTS = """
WITH used AS (
    SELECT source_id, shard_id, doc_id, max(started_at) AS started_at, bool_or(started_at IS NULL) AS undated
    FROM training_use
    GROUP BY source_id, shard_id, doc_id
)
SELECT
    d.doc_id,
    CASE WHEN coalesce(greatest(o.undated, h.undated, s.undated), true) THEN NULL
        ELSE greatest(o.started_at, h.started_at, s.started_at) END AS moment
FROM documents AS d
LEFT JOIN used AS o ON o.doc_id = d.doc_id
LEFT JOIN used AS h ON h.shard_id = d.shard_id AND h.doc_id IS NULL
LEFT JOIN used AS s ON s.source_id = d.source_id AND s.shard_id IS NULL AND s.doc_id IS NULL
"""


def _stand_in_source_moments(record: Record) -> None:
    sources = record.sql("SELECT source_id, obtained_at FROM sources").to_pylist()
    rows = [{"source_id": s["source_id"], "moment": end_of_period(s["obtained_at"])} for s in sources]
    record.stand_in("source_moments", _SOURCE_MOMENTS, [pa.RecordBatch.from_pylist(rows, _SOURCE_MOMENTS)])


def _verdicts(record: Record, policy: Policy) -> Iterator[pa.RecordBatch]:
    collectors, own = _tokens(record)
    columns = ", ".join(f"{'m' if name == 'moment' else 'd'}.{name}" for name in COLUMNS)
    documents = (
        f"SELECT {columns} FROM documents AS d JOIN moments AS m USING (doc_id) "  # noqa: S608  # constants
        "WHERE d.authority IS NOT NULL ORDER BY d.authority, d.doc_id"
    )
    for batch in record.batches(documents, _BATCH_ROWS, {}):
        addressed = addressed_documents(pa.Table.from_batches([batch]), collectors)
        yield verdicts_of(addressed, _observations(record, batch), policy, own)


def _listed(record: Record, policy: Policy) -> Iterator[pa.RecordBatch]:
    yield from record.sql(listed_verdicts_query(policy)).cast(VERDICTS.schema).to_batches()


def _other_verdicts(record: Record) -> Iterator[pa.RecordBatch]:
    columns = ", ".join(VERDICTS.schema.names)
    query = f"SELECT {columns} FROM verdicts WHERE protocol <> '{REQUEST}'"  # noqa: S608  # constants
    return (batch.cast(VERDICTS.schema) for batch in record.batches(query, _BATCH_ROWS, {}))


def _requested(record: Record) -> Iterator[pa.RecordBatch]:
    yield from record.sql(requested_verdicts_query()).cast(VERDICTS.schema).to_batches()


def _tokens(record: Record) -> tuple[dict[int, tuple[str, ...]], tuple[str, ...]]:
    """Tokens of the collector of each source, and those of the crawlers of whoever trains."""
    collectors: dict[int, tuple[str, ...]] = {}
    own: set[str] = set()
    for source in record.sql("SELECT source_id, acquisition, config FROM sources").to_pylist():
        crawler = json.loads(source["config"]).get("crawler") or {}
        tokens = tuple(crawler.get("user_agents") or ())
        collectors[source["source_id"]] = tokens
        if source["acquisition"] == Acquisition.CRAWLED_OWN:
            own.update(tokens)
    return collectors, tuple(sorted(own))


def _observations(record: Record, documents: pa.RecordBatch) -> list[ObservedEvidence]:
    """The looks at the hosts of some documents, which are in the order of their authorities, and at these pages."""
    authorities = documents.column("authority")
    bounds = {"first": authorities[0].as_py(), "last": authorities[-1].as_py()}
    doc_ids = set(documents.column("doc_id").to_pylist())
    return [
        ObservedEvidence(
            observation_id=row["observation_id"],
            protocol=row["protocol"],
            authority=row["authority"],
            observed_at=row["observed_at"],
            outcome=Outcome(row["outcome"]),
            body=row["bytes"],
            place=Place.HOST if row["doc_id"] is None else Place.PAGE,
            doc_id=row["doc_id"],
            requested_url=row["requested_url"],
        )
        for row in record.sql(_LOOKS, bounds).to_pylist()
        if row["doc_id"] is None or row["doc_id"] in doc_ids
    ]


_LOOKS = """
WITH bodies AS (SELECT evidence_sha256, any_value(bytes) AS bytes FROM evidence GROUP BY evidence_sha256)
SELECT o.observation_id, o.protocol, o.authority, o.observed_at, o.outcome, o.doc_id, o.requested_url, b.bytes
FROM observations AS o
LEFT JOIN bodies AS b USING (evidence_sha256)
WHERE o.authority BETWEEN $first AND $last AND (o.place = 'host' OR o.doc_id IS NOT NULL)
"""
