"""The observations that judge a moment: the latest not after it and not too old."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from colophon.record.vocabulary import Outcome, Place, ReservationProtocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: A day in the unit of the tables' times.
DAY = timedelta(days=1) // _MICROSECOND


class UnknownReason(StrEnum):
    """Why nothing can be said about a document and a protocol."""

    NO_FETCH_TIME = "no_fetch_time"
    NO_OBTAINED_TIME = "no_obtained_time"
    NO_TRAINING_TIME = "no_training_time"
    NOT_OBSERVED = "not_observed"
    STALE = "stale"
    AFTER_ONLY = "after_only"
    NOT_EVALUATED = "not_evaluated"  # observed, but this version cannot read the protocol


@dataclass(frozen=True, slots=True)
class ObservedEvidence:
    """An observation with the bytes that came back; `body` is None where nothing did. `observed_at` has a time zone.

    The body of a page is the packed parts of its response; `doc_id` is set where it gave a document. `requested_url` is
    the address of a host's file, where it is known.
    """

    observation_id: str
    protocol: ReservationProtocol
    authority: str | None
    observed_at: datetime | None
    outcome: Outcome
    body: bytes | None = None
    place: Place = Place.HOST
    doc_id: int | None = None
    requested_url: str | None = None


class Timeline:
    """The observations of one authority and one protocol by their time; those without a time judge no moment."""

    def __init__(self, observations: Iterable[ObservedEvidence], max_age_days: int | None) -> None:
        """`max_age_days` is inclusive; None where an observation never grows too old."""
        by_time: dict[int, dict[str, ObservedEvidence]] = {}
        for observation in observations:
            if observation.observed_at is not None:
                # One id is one observation, however often it is given.
                same_time = by_time.setdefault((observation.observed_at - _EPOCH) // _MICROSECOND, {})
                same_time[observation.observation_id] = observation
        self._times = sorted(by_time)
        self._observations = [tuple(by_time[t][i] for i in sorted(by_time[t])) for t in self._times]
        self._max_age = None if max_age_days is None else max_age_days * DAY

    def at(self, moment: int | None) -> tuple[ObservedEvidence, ...] | UnknownReason:
        """The observations of the latest time not after a moment (microseconds since 1970, UTC), by their ids, or why
        there is none."""
        if moment is None:
            return UnknownReason.NO_FETCH_TIME
        before = bisect_right(self._times, moment)
        if not before:
            return UnknownReason.AFTER_ONLY if self._times else UnknownReason.NOT_OBSERVED
        if self._max_age is not None and moment - self._times[before - 1] > self._max_age:
            return UnknownReason.STALE
        return self._observations[before - 1]
