"""Documents with an address as verdicts need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

import pyarrow as pa

from colophon.reservations import PROTOCOLS
from colophon.reservations.in_force import (
    DAY,
    NO_PLACE,
    HostLooks,
    LooksInForce,
    ObservedEvidence,
    UnknownReason,
    place_of,
    unread_of,
)
from colophon.reservations.lists import is_registry
from colophon.reservations.observation_rows import signal_id
from colophon.reservations.page_evidence import PagePartKind
from colophon.reservations.policy import Policy, ProtocolTerms
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, Judge, Meaning, PageRule, Reading
from colophon.tables import TIME, VERDICTS
from colophon.urls import clean_url
from colophon.vocabulary import Outcome, Place, Purpose, VerdictState

#: Documents to judge: the path with its query is that of the address, the tokens the source's `crawler.user_agents`,
#: the page carriers those parts of the response in which statements of the page itself were looked for.
ADDRESSED_DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.int64(), nullable=False),
        pa.field("authority", pa.string(), nullable=False),
        pa.field("path_and_query", pa.string(), nullable=False),
        pa.field("fetched_at", TIME),
        pa.field("moment", TIME),
        pa.field("collector_tokens", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
        pa.field("page_carriers", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
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


def verdicts_of(
    documents: pa.RecordBatch | pa.Table,
    observations: Iterable[ObservedEvidence],
    policy: Policy,
    own_tokens: Collection[str],
) -> pa.RecordBatch:
    """The rows of table `VERDICTS`, in its order, for documents of schema `ADDRESSED_DOCUMENTS` at their moments.

    `observations` are those of the documents' authorities and of the documents, in any order; `own_tokens` are the
    product tokens of the crawlers of whoever trains. The rule is the module's.
    """
    training_tokens = frozenset(policy.training_tokens)

    @lru_cache(_READINGS_KEPT)
    def read(protocol: str, body: bytes, authority: str) -> Reading:
        return PROTOCOLS[protocol].reading(body, authority, training_tokens)

    seen = _seen(observations, policy)
    columns: dict[str, list[object]] = {name: [] for name in VERDICTS.schema.names}
    for members in _by_authority(documents):
        court = HostJudge(policy, tuple(own_tokens), read)
        for document, terms in product(members, policy.protocols):
            if terms.protocol not in PROTOCOLS:
                continue
            found = seen.of_host(document, terms.protocol)
            host = LooksInForce() if isinstance(found, UnknownReason) else found
            page = seen.of_page(document, terms)
            for observation, meaning in court.judged(document, terms.protocol, host, page):
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


def unknown_documents(
    documents: pa.RecordBatch | pa.Table, observations: Iterable[ObservedEvidence], policy: Policy
) -> pa.RecordBatch:
    """Rows of schema `UNKNOWN_DOCUMENTS`: the documents about which a required protocol says nothing, with the reason.

    Registries are no protocol of hosts: `listed.unlisted_query` tells of them.

    For policies that drop what is unknown. `documents` and `observations` are as for `verdicts_of`.
    """
    seen = _seen(observations, policy)
    columns: dict[str, list[object]] = {name: [] for name in UNKNOWN_DOCUMENTS.names}
    required = [t for t in policy.protocols if t.protocol in policy.required and not is_registry(t.protocol)]
    for document, terms in product(_addressed(documents), required):
        reason = seen.unknown_reason(document, terms)
        if reason is not None:
            columns["doc_id"].append(document.doc_id)
            columns["protocol"].append(terms.protocol)
            columns["reason"].append(reason)
    return pa.RecordBatch.from_pydict(columns, schema=UNKNOWN_DOCUMENTS)


@dataclass(frozen=True, slots=True)
class _Addressed:
    doc_id: int
    authority: str
    path_and_query: str
    fetched_at: int | None
    moment: int | None
    collector_tokens: tuple[str, ...]
    page_carriers: frozenset[str]


def _addressed(documents: pa.RecordBatch | pa.Table) -> Iterator[_Addressed]:
    columns = (
        documents.column("doc_id").to_pylist(),
        documents.column("authority").to_pylist(),
        documents.column("path_and_query").to_pylist(),
        documents.column("fetched_at").cast(pa.int64()).to_pylist(),
        documents.column("moment").cast(pa.int64()).to_pylist(),
        documents.column("collector_tokens").to_pylist(),
        documents.column("page_carriers").to_pylist(),
    )
    for doc_id, authority, path_and_query, fetched_at, moment, tokens, carriers in zip(*columns, strict=True):
        yield _Addressed(doc_id, authority, path_and_query, fetched_at, moment, tuple(tokens), frozenset(carriers))


def _by_authority(documents: pa.RecordBatch | pa.Table) -> Iterable[list[_Addressed]]:
    grouped: defaultdict[str, list[_Addressed]] = defaultdict(list)
    for document in _addressed(documents):
        grouped[document.authority].append(document)
    return grouped.values()


@dataclass(frozen=True, slots=True)
class _PageSeen:
    """What a page says: in full, or only what of it carries forward, its reservations."""

    observation: ObservedEvidence
    carries_forward_only: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """Observations by what they are of."""

    hosts: Mapping[tuple[str, str], HostLooks]
    pages: Mapping[tuple[int, str], Sequence[ObservedEvidence]]

    def of_host(self, document: _Addressed, protocol: str) -> LooksInForce | UnknownReason:
        if document.moment is None:
            return UnknownReason.NO_FETCH_TIME
        looks = self.hosts.get((document.authority, protocol))
        return UnknownReason.NOT_OBSERVED if looks is None else looks.at(document.moment)

    def of_page(self, document: _Addressed, terms: ProtocolTerms) -> tuple[_PageSeen, ...]:
        looks = self.pages.get((document.doc_id, terms.protocol), ())
        if not looks or _is_before_fetch(document):
            return ()
        is_stale = _page_is_stale(document, terms)
        return tuple(_PageSeen(look, is_stale) for look in looks)

    def unknown_reason(self, document: _Addressed, terms: ProtocolTerms) -> UnknownReason | None:
        evaluator = PROTOCOLS.get(terms.protocol)
        if evaluator is not None and evaluator.host_file is None:
            return _page_unknown_reason(document, terms, evaluator.page_carriers)
        found = self.of_host(document, terms.protocol)
        if isinstance(found, UnknownReason):
            return found
        return None if evaluator is not None else UnknownReason.NOT_EVALUATED


def _page_unknown_reason(
    document: _Addressed, terms: ProtocolTerms, carriers: Collection[PagePartKind]
) -> UnknownReason | None:
    if not document.page_carriers.issuperset(carriers):
        return UnknownReason.NOT_OBSERVED
    if _is_before_fetch(document):
        return UnknownReason.AFTER_ONLY
    return UnknownReason.STALE if _page_is_stale(document, terms) else None


def _is_before_fetch(document: _Addressed) -> bool:
    moment, fetched_at = document.moment, document.fetched_at
    return moment is not None and fetched_at is not None and moment < fetched_at


def _page_is_stale(document: _Addressed, terms: ProtocolTerms) -> bool:
    """Whether what a page said at its fetch is too old at the moment; without a time of the fetch nobody can tell."""
    if document.moment == document.fetched_at:
        return False
    if document.moment is None or document.fetched_at is None:
        return True
    return terms.max_age_days is not None and document.moment - document.fetched_at > terms.max_age_days * DAY


def _seen(observations: Iterable[ObservedEvidence], policy: Policy) -> _Seen:
    hosts: defaultdict[tuple[str, str], list[ObservedEvidence]] = defaultdict(list)
    pages: defaultdict[tuple[int, str], dict[str, ObservedEvidence]] = defaultdict(dict)
    for observation in observations:
        if observation.place is Place.HOST and observation.authority is not None:
            hosts[observation.authority, observation.protocol].append(observation)
        elif observation.doc_id is not None:
            pages[observation.doc_id, observation.protocol][observation.observation_id] = observation
    max_age = {terms.protocol: terms.max_age_days for terms in policy.protocols}
    of_hosts = {place: HostLooks(found, max_age.get(place[1])) for place, found in hosts.items()}
    of_pages = {place: [found[i] for i in sorted(found)] for place, found in pages.items()}
    return _Seen(of_hosts, of_pages)


@dataclass(frozen=True, slots=True)
class HostJudge:
    """Judges the documents of one authority; what was read is prepared once for each set of tokens."""

    policy: Policy
    own_tokens: tuple[str, ...]
    read: Callable[[str, bytes, str], Reading]
    _agents: dict[tuple[str, ...], AgentTokens] = field(default_factory=dict)
    _judges: dict[tuple[str, AgentTokens], Judge] = field(default_factory=dict)

    def judged(
        self,
        document: _Addressed,
        protocol: str,
        host: LooksInForce,
        page: tuple[_PageSeen, ...],
    ) -> Iterator[tuple[ObservedEvidence, Meaning]]:
        """For each purpose, what the deciding observation means; nothing where all are silent."""
        agents = self._tokens(document.collector_tokens)
        of_host = self._host_meanings(host, agents, document.path_and_query)
        of_page = [(p.observation, self._page_meanings(p, agents, document, host.looks)) for p in page]
        for purpose in Purpose:
            on_host, on_page = (_about(purpose, heard) for heard in (of_host, of_page))
            page_wins = PROTOCOLS[protocol].page_rule is PageRule.PAGE_WINS and any(m for _, m in on_page)
            spoken = on_page if page_wins else [*on_page, *on_host]
            if spoken:
                # min keeps the first of equals, and observations come by their ids.
                deciding, meanings = min(spoken, key=lambda pair: _severity(pair[1]))
                for meaning in meanings:
                    yield deciding, meaning

    def _host_meanings(
        self, host: LooksInForce, agents: AgentTokens, path: str
    ) -> list[tuple[ObservedEvidence, tuple[Meaning, ...]]]:
        """What the looks at a host mean. A file that is named for other agents alone says nothing; lines that point to
        files count for those that were not read."""
        meanings = [(look, self._meanings(look, agents, path)) for look in host.looks]
        lines = [(look, heard) for look, heard in meanings if look.observation_id in host.pointed_to]
        if not lines:
            return meanings
        own = frozenset(host.place(look, meaning) for look, heard in lines for meaning in heard)
        files = host.files_for(own)
        unread = unread_of(own, files)
        of_lines = [(look, tuple(m for m in heard if host.place(look, m) in unread)) for look, heard in lines]
        of_files = [(look, heard) for look, heard in meanings if look in files]
        return sorted([*of_files, *of_lines], key=lambda pair: pair[0].observation_id)

    def _page_meanings(
        self, page: _PageSeen, agents: AgentTokens, document: _Addressed, host: Iterable[ObservedEvidence]
    ) -> tuple[Meaning, ...]:
        meanings = self._meanings(page.observation, agents, UNKNOWN_PATH)
        if page.carries_forward_only:
            return tuple(m for m in meanings if m.state is VerdictState.RESERVED)
        if any(m.state is VerdictState.UNKNOWN for m in meanings) and self._points_to(page, document) <= _places(host):
            return tuple(m for m in meanings if m.state is not VerdictState.UNKNOWN)
        return meanings

    def _points_to(self, page: _PageSeen, document: _Addressed) -> frozenset[str]:
        """Where the terms lie that a page points to."""
        body = page.observation.body or b""
        reading = PROTOCOLS[page.observation.protocol].page_reading(body, frozenset(self.policy.training_tokens))
        address = f"https://{document.authority}{document.path_and_query}"
        pointers = (s.value for s in reading.statements() if s.state is VerdictState.UNKNOWN)
        return frozenset(place_of(pointer, address) for pointer in pointers)

    def _meanings(self, observation: ObservedEvidence, agents: AgentTokens, path: str) -> tuple[Meaning, ...]:
        if observation.outcome is Outcome.ABSENT:
            return ()
        if observation.outcome is not Outcome.OK or observation.body is None:
            by_purpose = ((Purpose.CRAWL, agents.crawl), (Purpose.TRAIN, agents.train))
            return tuple(Meaning(purpose, VerdictState.ERROR, tokens, None) for purpose, tokens in by_purpose if tokens)
        if observation.place is Place.PAGE:
            evaluator = PROTOCOLS[observation.protocol]
            return evaluator.page_reading(observation.body, frozenset(self.policy.training_tokens)).judge(agents)(path)
        key = (observation.observation_id, agents)
        if key not in self._judges:
            protocol = observation.protocol
            authority = (observation.authority or "") if PROTOCOLS[protocol].rules_name_hosts else ""
            self._judges[key] = self.read(protocol, observation.body, authority).judge(agents)
        return self._judges[key](path)

    def _tokens(self, collector: tuple[str, ...]) -> AgentTokens:
        if collector not in self._agents:
            crawl = tuple(sorted(set(collector)))
            train = tuple(sorted(self.policy.tokens_for_training(self.own_tokens, collector)))
            self._agents[collector] = AgentTokens(crawl, train)
        return self._agents[collector]


def _places(looks: Iterable[ObservedEvidence]) -> frozenset[str]:
    """Where the terms lie that were read."""
    read = (look.requested_url for look in looks if look.outcome is Outcome.OK and look.body is not None)
    return frozenset(place_of(url, "") for url in read if url is not None) - {NO_PLACE}


def _about(
    purpose: Purpose, heard: list[tuple[ObservedEvidence, tuple[Meaning, ...]]]
) -> list[tuple[ObservedEvidence, list[Meaning]]]:
    return [(o, [m for m in meanings if m.purpose is purpose]) for o, meanings in heard]


def _severity(meanings: list[Meaning]) -> int:
    return min((_SEVERITY[m.state] for m in meanings), default=_SEVERITY[VerdictState.SILENT])


#: What is needed of a document, with the moment whose reservations count.
COLUMNS = ("doc_id", "source_id", "authority", "url", "fetched_at", "moment", "page_carriers")


def addressed_documents(documents: pa.Table, collectors: Mapping[int, Sequence[str]]) -> pa.Table:
    """Rows with the columns `COLUMNS` in schema `ADDRESSED_DOCUMENTS`; `collectors` are the tokens of each source."""
    paths = [_path_and_query(url) for url in documents.column("url").to_pylist()]
    tokens = [list(collectors[source]) for source in documents.column("source_id").to_pylist()]
    made = {
        "doc_id": documents.column("doc_id"),
        "authority": documents.column("authority"),
        "path_and_query": pa.array(paths, pa.string()),
        "fetched_at": documents.column("fetched_at"),
        "moment": documents.column("moment"),
        "collector_tokens": pa.array(tokens, ADDRESSED_DOCUMENTS.field("collector_tokens").type),
        "page_carriers": documents.column("page_carriers"),
    }
    return pa.table(made).select(ADDRESSED_DOCUMENTS.names).cast(ADDRESSED_DOCUMENTS)


def _path_and_query(url: str) -> str:
    """What rules are matched against; an address that held personal data was cut to its authority."""
    clean = clean_url(url) if "://" in url else None
    return clean.path_and_query if clean else UNKNOWN_PATH
