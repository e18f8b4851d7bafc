"""Computes the verdicts of documents with an address from observations of hosts and pages, a policy and a moment.

The rule, for each document, each purpose (crawl and train), and each protocol that the policy names and this version
can read:

1. The moment is that of a clock, or the end of a day (`moment.moments_of`).
2. Of the observations of a file of the document's scheme, host and port, the latest that are not after the moment are
   in force, unless they are older than the policy allows. A host whose files may have any address has observations in
   force for each of them (module `in_force`). A redirect, and a file that was found unchanged, have the content of the
   look that answers them (`run/followed_looks`); where none is known, the state is *unknown*.
   A failed look does not lift what was reserved: where nobody could read what is in force, the reservations of the
   latest look before it that was read are in force beside it, as long as that look is not too old.
3. Statements of the page itself are in force from its fetch on. If they are older at the moment than the policy allows,
   or their age is not known, only its reservations are.
4. A failed observation is an *error*, and an absent file has no statements. Otherwise the protocol determines what the
   file means for the path of the document and the tokens of the purpose: those of the source's crawler for *crawl*,
   those that represent training under the policy for *train*. A statement that only points to terms is *unknown*; if
   an observation of these terms is in force, that observation replaces it.
5. Of all meanings, the most severe state (in the order of `VerdictState`) decides; between equal states the page comes
   before its host, and then the smaller observation id. Under some protocols a page with a meaning replaces its host.
6. Of protocols that the policy does not take into account, reservations alone are told; they decide nothing.
7. Without any meaning there is no verdict. Whether the document is then *silent* or *unknown* is determined by
   `unknown_documents` for the protocols that a policy requires, and by the view `optout_audit` for all documents of a
   record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, product

import pyarrow as pa

from colophon.reservations import PROTOCOLS, in_order
from colophon.reservations.in_force import (
    DAY,
    NO_PLACE,
    HostLooks,
    LooksInForce,
    ObservedEvidence,
    PlaceLooks,
    UnknownReason,
    file_of,
    place_of,
    unread_of,
)
from colophon.reservations.lists import is_registry
from colophon.reservations.moment import JudgedSource, fetch_moments
from colophon.reservations.observation_rows import signal_id
from colophon.reservations.page_evidence import PagePartKind
from colophon.reservations.policy import Policy, ProtocolTerms, Standing
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, Judge, Meaning, PageRule, Reading
from colophon.tables import TIME, VERDICTS
from colophon.urls import clean_url
from colophon.vocabulary import Acquisition, Outcome, Place, Purpose, VerdictState

#: Documents with an address, with columns of the table `documents`, and the moment at which reservations are evaluated
#: (null if it is not known).
PAGES = pa.schema(
    [
        pa.field("doc_id", pa.int64(), nullable=False),
        pa.field("source_id", pa.int32(), nullable=False),
        pa.field("authority", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("fetched_at", TIME),
        pa.field("fetched_on", pa.date32()),
        pa.field("page_carriers", pa.list_(pa.string()), nullable=False),
        pa.field("moment", TIME),
    ]
)

#: Documents whose state under a required protocol is unknown, with the reason.
UNKNOWN_DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.int64(), nullable=False),
        pa.field("protocol", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)

#: Parsed policy files in the cache: many hosts serve the same bytes, but the files of all hosts do not fit in memory.
_READINGS_KEPT = 256

_SEVERITY = {state: rank for rank, state in enumerate(VerdictState)}


def judge(looks: HostLooks, pages: pa.RecordBatch, sources: Sequence[JudgedSource], policy: Policy) -> pa.RecordBatch:
    """The rows of table `VERDICTS`, sorted, for rows of schema `PAGES`, by the rule in the docstring of this module.

    `looks` are the observations of the hosts of the pages and of the pages themselves. `sources` are all sources of the
    corpus, because each of them may contribute tokens of the organisation that trains.
    """
    training_tokens = frozenset(policy.training_tokens)

    @lru_cache(_READINGS_KEPT)
    def read(protocol: str, body: bytes, authority: str) -> Reading:
        return PROTOCOLS[protocol].reading(body, authority, training_tokens)

    own = own_tokens(sources)
    readable = [terms for terms in policy.protocols if terms.protocol in PROTOCOLS]
    outside = _outside(looks, policy)
    in_force = _InForce(looks)
    columns: dict[str, list[object]] = {name: [] for name in VERDICTS.schema.names}
    for of_authority in _by_authority(_judged_pages(pages, sources)):
        host_judge = HostJudge(policy, own, read)
        for page, terms in product(of_authority, [*readable, *outside.values()]):
            at_host = in_force.at_host(page, terms)
            host = LooksInForce() if isinstance(at_host, UnknownReason) else at_host
            host = replace(host, read_before=in_force.read_before(page, terms))
            for look, meaning in host_judge.verdicts(page, terms.protocol, host, in_force.at_page(page, terms)):
                if terms.protocol in outside and meaning.state is not VerdictState.RESERVED:
                    continue
                number = meaning.statement
                columns["doc_id"].append(page.doc_id)
                columns["protocol"].append(terms.protocol)
                columns["purpose"].append(meaning.purpose)
                columns["agents"].append(list(meaning.agents))
                columns["verdict"].append(meaning.state)
                columns["signal_id"].append(None if number is None else signal_id(look.signals_of, number))
                columns["observation_id"].append(look.observation_id)
    batch = pa.RecordBatch.from_pydict(columns, schema=VERDICTS.schema)
    return batch.sort_by([(name, "ascending") for name in VERDICTS.sorted_by])


def _outside(looks: HostLooks, policy: Policy) -> dict[str, ProtocolTerms]:
    """Terms for the protocols of which there are looks and that the policy does not take into account."""
    named = {terms.protocol for terms in policy.protocols}
    seen = {protocol for _, protocol in chain(looks.at_hosts, looks.at_pages)}
    return {name: ProtocolTerms(name, Standing.HONOURED, None) for name in in_order(seen - named) if name in PROTOCOLS}


def unknown_documents(
    looks: HostLooks, pages: pa.RecordBatch, sources: Sequence[JudgedSource], policy: Policy
) -> pa.RecordBatch:
    """Rows of schema `UNKNOWN_DOCUMENTS`: the documents whose state under a required protocol is unknown.

    Used for policies that drop such documents. The arguments are those of `judge`. Registries are not included, as they
    are not observed at hosts: see `lists.unlisted_documents`.
    """
    in_force = _InForce(looks)
    columns: dict[str, list[object]] = {name: [] for name in UNKNOWN_DOCUMENTS.names}
    required = [t for t in policy.protocols if t.protocol in policy.required and not is_registry(t.protocol)]
    for page, terms in product(_judged_pages(pages, sources), required):
        reason = in_force.unknown_reason(page, terms)
        if reason is not None:
            columns["doc_id"].append(page.doc_id)
            columns["protocol"].append(terms.protocol)
            columns["reason"].append(reason)
    return pa.RecordBatch.from_pydict(columns, schema=UNKNOWN_DOCUMENTS)


def own_tokens(sources: Iterable[JudgedSource]) -> tuple[str, ...]:
    """Product tokens of the crawlers of the organisation that trains."""
    own = (source.crawler_tokens for source in sources if source.acquisition is Acquisition.CRAWLED_OWN)
    return tuple(sorted({token for tokens in own for token in tokens}))


@dataclass(frozen=True, slots=True)
class _JudgedPage:
    """A document with an address; its `scheme` is None if it is not stored. Times are microseconds since 1970 (UTC): of
    a fetch of which only the day is known, `fetched_at` is the last instant of the day, and `is_day` is true. `parts`
    are the parts of the response that were searched for statements of the page itself."""

    doc_id: int
    scheme: str | None
    authority: str
    path_and_query: str
    fetched_at: int | None
    is_day: bool
    moment: int | None
    collector_tokens: tuple[str, ...]
    parts: frozenset[str]

    @property
    def since(self) -> int | None:
        """The first instant at which the moment may lie, where it is one of a day."""
        return (
            None if self.moment is None or not self.is_day or self.moment != self.fetched_at else self.moment - DAY + 1
        )

    @property
    def is_before_fetch(self) -> bool:
        return self.moment is not None and self.fetched_at is not None and self.moment < self.fetched_at

    def is_stale(self, terms: ProtocolTerms) -> bool:
        """Whether the statements of the page are too old at the moment; true if one of the times is not known."""
        if self.moment == self.fetched_at:
            return False
        if self.moment is None or self.fetched_at is None:
            return True
        return terms.max_age_days is not None and self.moment - self.fetched_at > terms.max_age_days * DAY


def _judged_pages(pages: pa.RecordBatch, sources: Sequence[JudgedSource]) -> Iterator[_JudgedPage]:
    tokens = {source.source_id: source.crawler_tokens for source in sources}
    columns = (
        pages.column("doc_id").to_pylist(),
        pages.column("source_id").to_pylist(),
        pages.column("authority").to_pylist(),
        pages.column("url").to_pylist(),
        fetch_moments(pages).cast(pa.int64()).to_pylist(),
        pages.column("fetched_on").is_valid().to_pylist(),
        pages.column("moment").cast(pa.int64()).to_pylist(),
        pages.column("page_carriers").to_pylist(),
    )
    for doc_id, source_id, authority, url, fetched_at, is_day, moment, parts in zip(*columns, strict=True):
        yield _JudgedPage(
            doc_id=doc_id,
            scheme=_scheme(url),
            authority=authority,
            path_and_query=_path_and_query(url),
            fetched_at=fetched_at,
            is_day=is_day,
            moment=moment,
            collector_tokens=tokens[source_id],
            parts=frozenset(parts),
        )


def _scheme(url: str) -> str | None:
    scheme, slashes, _ = url.partition("://")
    return scheme if slashes else None


def _path_and_query(url: str) -> str:
    """The path and query that rules are matched against; an address with personal data was cut to its authority."""
    clean = clean_url(url) if "://" in url else None
    return clean.path_and_query if clean else UNKNOWN_PATH


def _by_authority(pages: Iterable[_JudgedPage]) -> Iterable[list[_JudgedPage]]:
    grouped: defaultdict[str, list[_JudgedPage]] = defaultdict(list)
    for page in pages:
        grouped[page.authority].append(page)
    return grouped.values()


@dataclass(frozen=True, slots=True)
class _PageStatements:
    """An observation of a page that is in force: with all its statements, or only with its reservations."""

    look: ObservedEvidence
    reservations_only: bool


@dataclass(frozen=True, slots=True)
class _InForce:
    """Selects the observations that are in force for a page under a protocol."""

    looks: HostLooks
    _files: dict[tuple[str, str, str | None], PlaceLooks] = field(default_factory=dict)

    def at_host(self, page: _JudgedPage, terms: ProtocolTerms) -> LooksInForce | UnknownReason:
        if page.moment is None:
            return UnknownReason.NO_FETCH_TIME
        observations = self.looks.at_hosts.get((page.authority, terms.protocol))
        if observations is None:
            return UnknownReason.NOT_OBSERVED
        key = (page.authority, terms.protocol, page.scheme)
        if key not in self._files:
            self._files[key] = PlaceLooks(observations, terms.max_age_days, page.scheme)
        return self._files[key].at(page.moment, page.since)

    def read_before(self, page: _JudgedPage, terms: ProtocolTerms) -> tuple[ObservedEvidence, ...]:
        files = self._files.get((page.authority, terms.protocol, page.scheme))
        return () if files is None else files.read_before(page.moment, page.since)

    def at_page(self, page: _JudgedPage, terms: ProtocolTerms) -> tuple[_PageStatements, ...]:
        looks = self.looks.at_pages.get((page.doc_id, terms.protocol), ())
        if not looks or page.is_before_fetch:
            return ()
        is_stale = page.is_stale(terms)
        return tuple(_PageStatements(look, is_stale) for look in looks)

    def unknown_reason(self, page: _JudgedPage, terms: ProtocolTerms) -> UnknownReason | None:
        protocol = PROTOCOLS.get(terms.protocol)
        if protocol is not None and protocol.host_file is None:
            return _page_unknown_reason(page, terms, protocol.page_carriers)
        at_host = self.at_host(page, terms)
        if isinstance(at_host, UnknownReason):
            return at_host
        return None if protocol is not None else UnknownReason.NOT_EVALUATED


def _page_unknown_reason(
    page: _JudgedPage, terms: ProtocolTerms, parts: Collection[PagePartKind]
) -> UnknownReason | None:
    if not page.parts.issuperset(parts):
        return UnknownReason.NOT_OBSERVED
    if page.is_before_fetch:
        return UnknownReason.AFTER_ONLY
    return UnknownReason.STALE if page.is_stale(terms) else None


@dataclass(frozen=True, slots=True)
class HostJudge:
    """Judges the pages of one host; each parsed file is compiled once for each set of tokens."""

    policy: Policy
    own_tokens: tuple[str, ...]
    read: Callable[[str, bytes, str], Reading]
    _agents: dict[tuple[str, ...], AgentTokens] = field(default_factory=dict)
    _judges: dict[tuple[str, AgentTokens], Judge] = field(default_factory=dict)

    def verdicts(
        self,
        page: _JudgedPage,
        protocol: str,
        at_host: LooksInForce,
        at_page: tuple[_PageStatements, ...],
    ) -> Iterator[tuple[ObservedEvidence, Meaning]]:
        """For each purpose, the meanings of the observation that decides; none if no observation has a meaning."""
        agents = self._tokens(page.collector_tokens)
        host_meanings = self._host_meanings(at_host, agents, page.path_and_query)
        page_meanings = [
            (page_look.look, self._page_meanings(page_look, agents, page, at_host.looks)) for page_look in at_page
        ]
        for purpose in Purpose:
            on_host, on_page = _about(purpose, host_meanings), _about(purpose, page_meanings)
            page_wins = PROTOCOLS[protocol].page_rule is PageRule.PAGE_WINS and any(m for _, m in on_page)
            candidates = on_page if page_wins else [*on_page, *on_host]
            if candidates:
                # min returns the first of equals, and observations are sorted by id.
                deciding, meanings = min(candidates, key=lambda pair: _severity(pair[1]))
                for meaning in meanings:
                    yield deciding, meaning

    def _host_meanings(
        self, host: LooksInForce, agents: AgentTokens, path: str
    ) -> list[tuple[ObservedEvidence, tuple[Meaning, ...]]]:
        """The meanings of the observations of a host. A file to which only statements for other agents point is
        ignored; a statement that points to a file is included only if that file was not read. What was read before a
        failure only reserves."""
        before = [(look, _reserved(self._meanings(look, agents, path))) for look in host.read_before]
        every = [(look, self._meanings(look, agents, path)) for look in host.looks]
        lines = [(look, meanings) for look, meanings in every if look.observation_id in host.pointed_to]
        if not lines:
            return sorted([*every, *before], key=_identity)
        own = frozenset(host.place(look, meaning) for look, meanings in lines for meaning in meanings)
        files = host.files_for(own)
        unread = unread_of(own, files)
        of_lines = [(look, tuple(m for m in meanings if host.place(look, m) in unread)) for look, meanings in lines]
        of_files = [(look, meanings) for look, meanings in every if look in files]
        of_others = host.places_of_others(own)
        before = [(look, meanings) for look, meanings in before if file_of(look) not in of_others]
        return sorted([*of_files, *of_lines, *before], key=_identity)

    def _page_meanings(
        self, page_look: _PageStatements, agents: AgentTokens, page: _JudgedPage, at_host: Iterable[ObservedEvidence]
    ) -> tuple[Meaning, ...]:
        meanings = self._meanings(page_look.look, agents, UNKNOWN_PATH)
        if page_look.reservations_only:
            return _reserved(meanings)
        points = any(m.state is VerdictState.UNKNOWN for m in meanings)
        if points and self._pointed_to(page_look.look, page) <= _places_read(at_host):
            return tuple(m for m in meanings if m.state is not VerdictState.UNKNOWN)
        return meanings

    def _pointed_to(self, look: ObservedEvidence, page: _JudgedPage) -> frozenset[str]:
        """The places (host and path) of the terms that a page points to."""
        reading = PROTOCOLS[look.protocol].page_reading(look.body or b"", frozenset(self.policy.training_tokens))
        address = f"https://{page.authority}{page.path_and_query}"
        pointers = (s.value for s in reading.statements() if s.state is VerdictState.UNKNOWN)
        return frozenset(place_of(pointer, address) for pointer in pointers)

    def _meanings(self, look: ObservedEvidence, agents: AgentTokens, path: str) -> tuple[Meaning, ...]:
        if look.outcome is Outcome.ABSENT:
            return ()
        if look.outcome is not Outcome.OK or look.body is None:
            by_purpose = ((Purpose.CRAWL, agents.crawl), (Purpose.TRAIN, agents.train))
            return tuple(Meaning(purpose, VerdictState.ERROR, tokens, None) for purpose, tokens in by_purpose if tokens)
        if look.place is Place.PAGE:
            protocol = PROTOCOLS[look.protocol]
            return protocol.page_reading(look.body, frozenset(self.policy.training_tokens)).judge(agents)(path)
        key = (look.observation_id, agents)
        if key not in self._judges:
            authority = (look.authority or "") if PROTOCOLS[look.protocol].rules_name_hosts else ""
            self._judges[key] = self.read(look.protocol, look.body, authority).judge(agents)
        return self._judges[key](path)

    def _tokens(self, collector: tuple[str, ...]) -> AgentTokens:
        if collector not in self._agents:
            crawl = tuple(sorted(set(collector)))
            train = tuple(sorted(self.policy.tokens_for_training(self.own_tokens, collector)))
            deciding = tuple(sorted(self.policy.deciding_tokens(self.own_tokens, collector)))
            self._agents[collector] = AgentTokens(crawl, train, deciding)
        return self._agents[collector]


def _identity(pair: tuple[ObservedEvidence, tuple[Meaning, ...]]) -> str:
    return pair[0].observation_id


def _reserved(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    return tuple(meaning for meaning in meanings if meaning.state is VerdictState.RESERVED)


def _places_read(looks: Iterable[ObservedEvidence]) -> frozenset[str]:
    """The places (host and path) of the terms that were read."""
    read = (look.requested_url for look in looks if look.outcome is Outcome.OK and look.body is not None)
    return frozenset(place_of(url, "") for url in read if url is not None) - {NO_PLACE}


def _about(
    purpose: Purpose, of_looks: list[tuple[ObservedEvidence, tuple[Meaning, ...]]]
) -> list[tuple[ObservedEvidence, list[Meaning]]]:
    return [(look, [m for m in meanings if m.purpose is purpose]) for look, meanings in of_looks]


def _severity(meanings: list[Meaning]) -> int:
    return min((_SEVERITY[m.state] for m in meanings), default=_SEVERITY[VerdictState.SILENT])
