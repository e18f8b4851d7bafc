"""Observations of hosts and pages, and the selection of those that are in force at a moment.

Some protocols allow several files per host at any address, and other files that only point to them, for all or for some
agents. Such files do not replace each other. A file to which another file pointed, but no longer does, is not in force
unless it was observed since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urljoin

import pyarrow as pa
import pyarrow.compute as pc

from colophon.reservations import PROTOCOLS
from colophon.reservations.reservation_protocol import Meaning
from colophon.urls import clean_url
from colophon.vocabulary import Outcome, Place, VerdictState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: A day in the unit of the tables' times.
DAY = timedelta(days=1) // _MICROSECOND


class UnknownReason(StrEnum):
    """Why the state of a document under a protocol is unknown."""

    NO_FETCH_TIME = "no_fetch_time"
    NO_OBTAINED_TIME = "no_obtained_time"
    NO_TRAINING_TIME = "no_training_time"
    NOT_OBSERVED = "not_observed"
    STALE = "stale"
    AFTER_ONLY = "after_only"
    NO_ADDRESS = "no_address"  # crawled, but its address is not known
    NO_LOOK_TIME = "no_look_time"  # observed at a time that is not known
    OTHER_SCHEME = "other_scheme"  # only the file of the other scheme was observed, which does not speak for the page
    REDIRECT_NOT_FOLLOWED = "redirect_not_followed"  # the file is elsewhere, and there is no look at that place
    REVISIT_NOT_RESOLVED = "revisit_not_resolved"  # the file was unchanged since a look that is not in the input
    NOT_IN_POLICY = "not_in_policy"  # the policy does not take the protocol into account
    NOT_EVALUATED = "not_evaluated"  # observed, but this version cannot read the protocol


@dataclass(frozen=True, slots=True)
class ObservedEvidence:
    """An observation with the bytes of the response, None if there are none. `observed_at` has a time zone.

    The body of a page is the packed parts of its response; `doc_id` is set if the page is a document. `requested_url`
    is the address of a host's file, if it is known, and `scheme` the scheme of the pages for which it speaks, None for
    all. An observation whose content is that of another one (after a redirect, or of an unchanged file) names it in
    `answered_by`, and the times of the last and the first of the observations that it rests on.
    """

    observation_id: str
    protocol: str
    authority: str | None
    observed_at: datetime | None
    outcome: Outcome
    body: bytes | None = None
    place: Place = Place.HOST
    doc_id: int | None = None
    requested_url: str | None = None
    scheme: str | None = None
    answered_by: str | None = None
    known_at: datetime | None = None
    oldest_at: datetime | None = None

    @property
    def signals_of(self) -> str:
        """The observation whose statements it makes."""
        return self.answered_by or self.observation_id

    @property
    def begins(self) -> int | None:
        """When it is in force from, in microseconds since 1970."""
        return _microseconds(self.known_at or self.observed_at)

    @property
    def ages_from(self) -> int | None:
        """The time from which its age counts, in microseconds since 1970."""
        return _microseconds(self.oldest_at or self.observed_at)


def _microseconds(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // _MICROSECOND


#: Columns of `observations` that are needed to compute verdicts.
LOOK_COLUMNS = (
    "observation_id", "protocol", "authority", "doc_id", "observed_at", "outcome", "evidence_sha256", "requested_url",
    "place", "scheme", "answered_by", "known_at", "oldest_at",
)  # fmt: skip


def judging_looks(looks: pa.RecordBatch) -> pa.RecordBatch:
    """Select the rows of `observations` that `judge` uses: those of hosts' files, and of pages that are documents.
    Entries of lists are evaluated in `lists`."""
    # What stands at the target of a redirect has no host of its own.
    at_host = pc.and_(pc.equal(looks.column("place"), Place.HOST), pc.is_valid(looks.column("authority")))
    return looks.filter(pc.or_(at_host, pc.is_valid(looks.column("doc_id"))))


@dataclass(frozen=True, slots=True)
class HostLooks:
    """Observations of the files of hosts, by authority and protocol, and of pages, by document and protocol."""

    at_hosts: Mapping[tuple[str, str], Sequence[ObservedEvidence]]
    at_pages: Mapping[tuple[int, str], Sequence[ObservedEvidence]]

    @classmethod
    def of(cls, observations: Iterable[ObservedEvidence]) -> Self:
        """Group observations, which may be in any order."""
        hosts: defaultdict[tuple[str, str], list[ObservedEvidence]] = defaultdict(list)
        pages: defaultdict[tuple[int, str], dict[str, ObservedEvidence]] = defaultdict(dict)
        for observation in observations:
            if observation.place is Place.HOST and observation.authority is not None:
                hosts[observation.authority, observation.protocol].append(observation)
            elif observation.doc_id is not None:
                # One id is one observation, however often it is given.
                pages[observation.doc_id, observation.protocol][observation.observation_id] = observation
        return cls(hosts, {place: [by_id[i] for i in sorted(by_id)] for place, by_id in pages.items()})

    @classmethod
    def of_rows(cls, looks: Iterable[pa.RecordBatch], bodies: Iterable[pa.RecordBatch]) -> Self:
        """Join rows of `LOOK_COLUMNS`, in any order, with rows (evidence_sha256, bytes) of response bodies.
        Observations with equal bodies share one object."""
        by_hash = {row["evidence_sha256"]: row["bytes"] for batch in bodies for row in batch.to_pylist()}
        return cls.of(
            ObservedEvidence(
                observation_id=row["observation_id"],
                protocol=row["protocol"],
                authority=row["authority"],
                observed_at=row["observed_at"],
                outcome=Outcome(row["outcome"]),
                body=by_hash.get(row["evidence_sha256"]),
                place=Place(row["place"]),
                doc_id=row["doc_id"],
                requested_url=row["requested_url"],
                scheme=row["scheme"],
                answered_by=row["answered_by"],
                known_at=row["known_at"],
                oldest_at=row["oldest_at"],
            )
            for batch in looks
            for row in judging_looks(batch).to_pylist()
        )


#: Why an observation in force says nothing, by its outcome.
_LEADS_NOWHERE = {
    Outcome.REDIRECTED: UnknownReason.REDIRECT_NOT_FOLLOWED,
    Outcome.UNCHANGED: UnknownReason.REVISIT_NOT_RESOLVED,
}


class Timeline:
    """The observations of one file in the order of their times; those without a time are never in force."""

    def __init__(self, observations: Iterable[ObservedEvidence], max_age_days: int | None) -> None:
        """`max_age_days` is inclusive; None if observations do not expire."""
        by_time: dict[int, dict[str, ObservedEvidence]] = {}
        self._reason_before = UnknownReason.NOT_OBSERVED
        for observation in observations:
            begins = observation.begins
            if begins is None:
                self._reason_before = UnknownReason.NO_LOOK_TIME
            else:
                # One id is one observation, however often it is given.
                by_time.setdefault(begins, {})[observation.observation_id] = observation
        if by_time:
            self._reason_before = UnknownReason.AFTER_ONLY
        self._times = sorted(by_time)
        self._observations = [tuple(by_time[t][i] for i in sorted(by_time[t])) for t in self._times]
        self._max_age = None if max_age_days is None else max_age_days * DAY

    def at(self, moment: int | None, since: int | None = None) -> tuple[ObservedEvidence, ...] | UnknownReason:
        """The observations of the latest time not after a moment (microseconds since 1970, UTC), sorted by id, or the
        reason why there are none.

        If the moment may lie anywhere from `since` on, also those that were the latest at any instant between.
        """
        if moment is None:
            return UnknownReason.NO_FETCH_TIME
        before = bisect_right(self._times, moment)
        if not before:
            return self._reason_before
        first = before - 1 if since is None else max(bisect_right(self._times, since) - 1, 0)
        possible = (look for looks in self._observations[first:before] for look in looks)
        fresh = [look for look in possible if not self._is_stale(look, moment)]
        if not fresh:
            return UnknownReason.STALE
        answered = sorted((look for look in fresh if not look.outcome.leads_elsewhere), key=lambda o: o.observation_id)
        return tuple(answered) or min((_LEADS_NOWHERE[look.outcome] for look in fresh), key=_NEAREST_FIRST.index)

    def read_before(self, moment: int | None, since: int | None = None) -> tuple[ObservedEvidence, ...]:
        """Where nobody could read what was in force at a moment, the observations of the latest time before it that
        were read, if they are not too old; `since` is as for `at`."""
        if moment is None:
            return ()
        last = bisect_right(self._times, moment if since is None else since) - 1
        for at in range(last, -1, -1):
            if read := [look for look in self._observations[at] if look.outcome.is_read]:
                return () if at == last else tuple(look for look in read if not self._is_stale(look, moment))
        return ()

    def _is_stale(self, look: ObservedEvidence, moment: int) -> bool:
        since = look.ages_from
        return self._max_age is not None and since is not None and moment - since > self._max_age


#: Used for an address without a host.
NO_PLACE = ""

#: If none of several files has an observation in force, the reason is the first of these that occurs.
_NEAREST_FIRST = (
    UnknownReason.REDIRECT_NOT_FOLLOWED,
    UnknownReason.REVISIT_NOT_RESOLVED,
    UnknownReason.STALE,
    UnknownReason.AFTER_ONLY,
    UnknownReason.NO_LOOK_TIME,
    UnknownReason.OTHER_SCHEME,
    UnknownReason.NOT_OBSERVED,
    UnknownReason.NO_FETCH_TIME,
)


@dataclass(frozen=True, slots=True)
class LooksInForce:
    """The observations in force at a moment, sorted by id. For files that only point to other files, `pointed_to` maps
    observation id and statement number to the place (host and path) of the other file. `read_before` are those that
    were read before others that nobody could read: only their reservations are in force."""

    looks: tuple[ObservedEvidence, ...] = ()
    pointed_to: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    read_before: tuple[ObservedEvidence, ...] = ()

    def place(self, look: ObservedEvidence, meaning: Meaning) -> str:
        """The place of the file to which a statement points."""
        places = self.pointed_to.get(look.observation_id, {})
        return NO_PLACE if meaning.statement is None else places.get(meaning.statement, NO_PLACE)

    def files_for(self, own: frozenset[str]) -> tuple[ObservedEvidence, ...]:
        """The observations of files, without those to which only statements for other agents point. `own` are the
        places to which statements for this agent point."""
        of_others = self.places_of_others(own)
        return tuple(
            look for look in self.looks if look.observation_id not in self.pointed_to and file_of(look) not in of_others
        )

    def places_of_others(self, own: frozenset[str]) -> frozenset[str]:
        """The places to which only statements for other agents point; `own` is as for `files_for`."""
        pointing = (self.pointed_to.get(look.observation_id, {}) for look in self.looks)
        return _places(pointing) - own


def unread_of(own: frozenset[str], files: Collection[ObservedEvidence]) -> frozenset[str]:
    """Of the files to which statements for an agent point, those that were not read. An observation without an address
    may be that of any of them.

    If the file is absent, the terms were not read (RSL 1.0, 4.3).
    """
    read = {file_of(look) for look in files if look.outcome is not Outcome.ABSENT}
    if not files:
        return own
    return frozenset[str]() if NO_PLACE in read else own - read - {NO_PLACE}


class PlaceLooks:
    """The observations of the files of one authority under one protocol that speak for pages of one scheme (RFC 9309,
    section 2.3). A page of which the scheme is not known has the files of all schemes."""

    def __init__(self, observations: Sequence[ObservedEvidence], max_age_days: int | None, scheme: str | None) -> None:
        """`max_age_days` is as for `Timeline`."""
        observed = {look.scheme for look in observations if look.scheme is not None}
        schemes: list[str | None] = [*sorted(observed)] if scheme is None and observed else [scheme]
        speaking = ([look for look in observations if look.scheme in {None, each}] for each in schemes)
        self._files = [FileLooks(looks, max_age_days) for looks in speaking if looks]

    def at(self, moment: int | None, since: int | None = None) -> LooksInForce | UnknownReason:
        """The observations in force at a moment, or the reason why there are none; `since` is as for `Timeline`."""
        found = [files.at(moment, since) for files in self._files]
        in_force = [looks for looks in found if not isinstance(looks, UnknownReason)]
        if len(in_force) == 1:
            return in_force[0]
        if not in_force:
            reasons = (reason for reason in found if isinstance(reason, UnknownReason))
            return min(reasons, key=_NEAREST_FIRST.index, default=UnknownReason.OTHER_SCHEME)
        by_id = {look.observation_id: look for looks in in_force for look in looks.looks}
        pointed_to = {identity: places for looks in in_force for identity, places in looks.pointed_to.items()}
        return LooksInForce(tuple(by_id[identity] for identity in sorted(by_id)), pointed_to)

    def read_before(self, moment: int | None, since: int | None = None) -> tuple[ObservedEvidence, ...]:
        """The observations that were read before those in force that nobody could read, sorted by id; as `Timeline`."""
        read = {look.observation_id: look for files in self._files for look in files.read_before(moment, since)}
        return tuple(read[identity] for identity in sorted(read))


class FileLooks:
    """The observations of the files of one authority under one protocol."""

    def __init__(self, observations: Iterable[ObservedEvidence], max_age_days: int | None) -> None:
        """`max_age_days` is as for `Timeline`."""
        files: defaultdict[str, list[ObservedEvidence]] = defaultdict(list)
        pointing: list[ObservedEvidence] = []
        self._pointed_to: dict[str, Mapping[int, str]] = {}
        for observation in observations:
            places = _pointed_to(observation)
            if places:
                pointing.append(observation)
                self._pointed_to[observation.observation_id] = places
            else:
                files[file_of(observation)].append(observation)
        self._files = [Timeline(looks, max_age_days) for looks in files.values()]
        self._pointing = Timeline(pointing, max_age_days)

    def at(self, moment: int | None, since: int | None = None) -> LooksInForce | UnknownReason:
        """The observations in force at a moment, or the reason why there are none; `since` is as for `Timeline`."""
        if len(self._files) == 1 and not self._pointed_to:
            of_file = self._files[0].at(moment, since)
            return of_file if isinstance(of_file, UnknownReason) else LooksInForce(of_file)
        pointing = self._pointing.at(moment, since)
        of_files = [*(timeline.at(moment, since) for timeline in self._files), pointing]
        by_id = {o.observation_id: o for looks in of_files if not isinstance(looks, UnknownReason) for o in looks}
        if not by_id:
            return min((looks for looks in of_files if isinstance(looks, UnknownReason)), key=_NEAREST_FIRST.index)
        if not isinstance(pointing, UnknownReason):
            still_pointed_to = _places(self._pointed_to[look.observation_id] for look in pointing)
            dropped = _places(self._pointed_to.values()) - still_pointed_to
            by_id = {i: look for i, look in by_id.items() if not _is_outdated(look, dropped, pointing)}
        return LooksInForce(tuple(by_id[identity] for identity in sorted(by_id)), self._pointed_to)

    def read_before(self, moment: int | None, since: int | None = None) -> Iterator[ObservedEvidence]:
        """The observations that were read before those in force that nobody could read; as `Timeline`."""
        for timeline in self._files:
            yield from timeline.read_before(moment, since)


def _places(pointed_to: Iterable[Mapping[int, str]]) -> frozenset[str]:
    return frozenset(place for places in pointed_to for place in places.values()) - {NO_PLACE}


def place_of(url: str, of_page: str) -> str:
    """Host, path and query of an address, regardless of its scheme; `NO_PLACE` for an address without a host."""
    try:
        clean = clean_url(urljoin(of_page, url))
    except ValueError:
        return NO_PLACE
    return NO_PLACE if clean is None or clean.authority is None else f"{clean.authority}{clean.path_and_query}"


def _is_outdated(look: ObservedEvidence, dropped: frozenset[str], pointing: tuple[ObservedEvidence, ...]) -> bool:
    """Whether a file to which no file points any more was observed before the files that point were."""
    read_at, pointed_at = look.observed_at, pointing[0].observed_at
    return file_of(look) in dropped and read_at is not None and pointed_at is not None and read_at < pointed_at


def file_of(look: ObservedEvidence) -> str:
    """The place of the observed file among the files of its host; `NO_PLACE` for protocols with one file per host."""
    protocol = PROTOCOLS.get(look.protocol)
    if protocol is None or not protocol.files_anywhere or look.requested_url is None:
        return NO_PLACE
    return place_of(look.requested_url, "")


def _pointed_to(look: ObservedEvidence) -> Mapping[int, str]:
    """The places of the terms to which a file points, by statement number; empty for a file that contains terms
    itself."""
    protocol = PROTOCOLS.get(look.protocol)
    if protocol is None or protocol.pointer_file is None or look.body is None:
        return {}
    stated = protocol.reading(look.body, look.authority or "", frozenset()).statements()
    only_points = all(statement.state is VerdictState.UNKNOWN for statement in stated)
    # Lines must contain an absolute URL (RSL 1.0, 4.4); a relative one points to nothing.
    return {statement.number: place_of(statement.value, "") for statement in stated} if only_points else {}
