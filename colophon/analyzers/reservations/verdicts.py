"""What the observations of an authority mean for documents at the moment of their fetch.

The rule, which queries mirror to derive what is not stored. For a document and a protocol that the policy requires or
honours, take the observations of the document's authority and that protocol with a time:

1. `fetched_at` is null: *unknown*, `no_fetch_time`.
2. No observation with a time: *unknown*, `not_observed`. All of them after `fetched_at`: `after_only`.
3. Of those with `observed_at <= fetched_at`, the ones of the latest time count. If `fetched_at - observed_at` exceeds
   the policy's `max_age_days` of the protocol (exactly that age still counts): *unknown*, `stale`.
4. Outcome `absent` is *silent*; `ok` means what its evaluator reads, *silent* where that is nothing; any other outcome,
   and `ok` without bytes, is *error*.
5. Where several observations share the latest time, the state that comes first in `VerdictState` wins for each purpose,
   then the smallest `observation_id`.

Rows are stored for every state but *silent* and *unknown*. A document and protocol with an observation by 3, but
without a row for purpose *train*, is therefore silent on training. The same holds for purpose *crawl* only where the
document's source names its collector's tokens; without them nobody can say which rules bound the fetch: unknown.
A protocol without an evaluator (no rule of kind *parser*) is unknown, `not_evaluated`, wherever it was observed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

import pyarrow as pa

from colophon.analyzers.reservations import EVALUATORS
from colophon.analyzers.reservations.evaluator import AgentTokens, Judge, Meaning, Reading
from colophon.analyzers.reservations.observations import ObservedEvidence, Timeline, UnknownReason
from colophon.analyzers.reservations.policy import Policy
from colophon.analyzers.reservations.signals import signal_id
from colophon.record.tables import TIME, VERDICTS
from colophon.record.vocabulary import Outcome, Purpose, ReservationProtocol, VerdictState

#: Documents to judge: the path with its query is that of the address, the tokens the source's `crawler.user_agents`.
ADDRESSED_DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.int64(), nullable=False),
        pa.field("authority", pa.string(), nullable=False),
        pa.field("path_and_query", pa.string(), nullable=False),
        pa.field("fetched_at", TIME),
        pa.field("collector_tokens", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
    ]
)

#: Documents whose state under a required protocol is unknown, and why.
UNKNOWN_DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.int64(), nullable=False),
        pa.field("protocol", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)

#: Parsed policy files held at once: many hosts serve the same bytes, but those of all hosts would not fit in memory.
_READINGS_KEPT = 256

_SEVERITY = {state: rank for rank, state in enumerate(VerdictState)}


def verdicts_at_fetch(
    documents: pa.RecordBatch | pa.Table,
    observations: Iterable[ObservedEvidence],
    policy: Policy,
    own_tokens: Collection[str],
) -> pa.RecordBatch:
    """The rows of table `VERDICTS`, in its order, for documents of schema `ADDRESSED_DOCUMENTS`.

    `observations` are those of the documents' authorities, in any order; `own_tokens` are the product tokens of the
    crawlers of whoever trains. The rule is the module's.
    """
    training_tokens = frozenset(policy.training_tokens)

    @lru_cache(_READINGS_KEPT)
    def read(protocol: ReservationProtocol, body: bytes, authority: str) -> Reading:
        return EVALUATORS[protocol].reading(body, authority, training_tokens)

    timelines = _timelines(observations, policy)
    columns: dict[str, list[object]] = {name: [] for name in VERDICTS.schema.names}
    for members in _by_authority(documents):
        court = _Court(policy, tuple(own_tokens), read)
        for document, terms in product(members, policy.protocols):
            timeline = timelines.get((document.authority, terms.protocol))
            found = timeline.at(document.fetched_at) if timeline is not None else UnknownReason.NOT_OBSERVED
            if isinstance(found, UnknownReason) or terms.protocol not in EVALUATORS:
                continue
            for observation, meaning in court.judged(document, found):
                number = meaning.statement
                columns["doc_id"].append(document.doc_id)
                columns["protocol"].append(terms.protocol)
                columns["purpose"].append(meaning.purpose)
                columns["agents"].append(list(meaning.agents))
                columns["verdict"].append(meaning.state)
                columns["signal_id"].append(None if number is None else signal_id(observation.observation_id, number))
                columns["observation_id"].append(observation.observation_id)
    batch = pa.RecordBatch.from_pydict(columns, schema=VERDICTS.schema)
    return batch.sort_by([(name, "ascending") for name in VERDICTS.sorted_by])


def unknown_at_fetch(
    documents: pa.RecordBatch | pa.Table, observations: Iterable[ObservedEvidence], policy: Policy
) -> pa.RecordBatch:
    """Rows of schema `UNKNOWN_DOCUMENTS`: the documents about which a required protocol says nothing, with the reason.

    For policies that drop what is unknown. `documents` and `observations` are as for `verdicts_at_fetch`.
    """
    timelines = _timelines(observations, policy)
    columns: dict[str, list[object]] = {name: [] for name in UNKNOWN_DOCUMENTS.names}
    for document, protocol in product(_addressed(documents), policy.required):
        reason = _unknown_reason(document, protocol, timelines.get((document.authority, protocol)))
        if reason is not None:
            columns["doc_id"].append(document.doc_id)
            columns["protocol"].append(protocol)
            columns["reason"].append(reason)
    return pa.RecordBatch.from_pydict(columns, schema=UNKNOWN_DOCUMENTS)


@dataclass(frozen=True, slots=True)
class _Addressed:
    doc_id: int
    authority: str
    path_and_query: str
    fetched_at: int | None
    collector_tokens: tuple[str, ...]


def _addressed(documents: pa.RecordBatch | pa.Table) -> Iterator[_Addressed]:
    columns = (
        documents.column("doc_id").to_pylist(),
        documents.column("authority").to_pylist(),
        documents.column("path_and_query").to_pylist(),
        documents.column("fetched_at").cast(pa.int64()).to_pylist(),
        documents.column("collector_tokens").to_pylist(),
    )
    for doc_id, authority, path_and_query, fetched_at, tokens in zip(*columns, strict=True):
        yield _Addressed(doc_id, authority, path_and_query, fetched_at, tuple(tokens))


def _by_authority(documents: pa.RecordBatch | pa.Table) -> Iterable[list[_Addressed]]:
    grouped: defaultdict[str, list[_Addressed]] = defaultdict(list)
    for document in _addressed(documents):
        grouped[document.authority].append(document)
    return grouped.values()


def _timelines(
    observations: Iterable[ObservedEvidence], policy: Policy
) -> dict[tuple[str, ReservationProtocol], Timeline]:
    grouped: defaultdict[tuple[str, ReservationProtocol], list[ObservedEvidence]] = defaultdict(list)
    for observation in observations:
        grouped[observation.authority, observation.protocol].append(observation)
    max_age = {terms.protocol: terms.max_age_days for terms in policy.protocols}
    return {key: Timeline(members, max_age[key[1]]) for key, members in grouped.items() if key[1] in max_age}


def _unknown_reason(
    document: _Addressed, protocol: ReservationProtocol, timeline: Timeline | None
) -> UnknownReason | None:
    if document.fetched_at is None:
        return UnknownReason.NO_FETCH_TIME
    found = timeline.at(document.fetched_at) if timeline is not None else UnknownReason.NOT_OBSERVED
    if isinstance(found, UnknownReason):
        return found
    return None if protocol in EVALUATORS else UnknownReason.NOT_EVALUATED


@dataclass(frozen=True, slots=True)
class _Court:
    """Judges the documents of one authority; what was read is prepared once for each set of tokens."""

    policy: Policy
    own_tokens: tuple[str, ...]
    read: Callable[[ReservationProtocol, bytes, str], Reading]
    _agents: dict[tuple[str, ...], AgentTokens] = field(default_factory=dict)
    _judges: dict[tuple[str, AgentTokens], Judge] = field(default_factory=dict)

    def judged(
        self, document: _Addressed, observations: tuple[ObservedEvidence, ...]
    ) -> Iterator[tuple[ObservedEvidence, Meaning]]:
        """For each purpose, what the deciding observation means; nothing where all are silent."""
        agents = self._tokens(document.collector_tokens)
        heard = [(o, self._meanings(o, agents, document.path_and_query)) for o in observations]
        for purpose in Purpose:
            spoken = [(o, [m for m in meanings if m.purpose is purpose]) for o, meanings in heard]
            # min keeps the first of equals, and observations come by their ids.
            deciding, meanings = min(spoken, key=lambda pair: _severity(pair[1]))
            for meaning in meanings:
                yield deciding, meaning

    def _meanings(self, observation: ObservedEvidence, agents: AgentTokens, path: str) -> tuple[Meaning, ...]:
        if observation.outcome is Outcome.ABSENT:
            return ()
        if observation.outcome is not Outcome.OK or observation.body is None:
            by_purpose = ((Purpose.CRAWL, agents.crawl), (Purpose.TRAIN, agents.train))
            return tuple(Meaning(purpose, VerdictState.ERROR, tokens, None) for purpose, tokens in by_purpose if tokens)
        key = (observation.observation_id, agents)
        if key not in self._judges:
            protocol = observation.protocol
            authority = observation.authority if EVALUATORS[protocol].rules_name_hosts else ""
            self._judges[key] = self.read(protocol, observation.body, authority).judge(agents)
        return self._judges[key](path)

    def _tokens(self, collector: tuple[str, ...]) -> AgentTokens:
        if collector not in self._agents:
            crawl = tuple(sorted(set(collector)))
            train = tuple(sorted(self.policy.tokens_for_training(self.own_tokens, collector)))
            self._agents[collector] = AgentTokens(crawl, train)
        return self._agents[collector]


def _severity(meanings: list[Meaning]) -> int:
    return min((_SEVERITY[m.state] for m in meanings), default=_SEVERITY[VerdictState.SILENT])
