"""The looks at a host under one protocol, and which of them judge a moment.

A host may have several files of a protocol that may lie anywhere, and other files that only point to them: what one
file says is no last word on another, but a file that was pointed to and no longer is has had its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urljoin

from colophon.analyzers.reservations import EVALUATORS
from colophon.analyzers.reservations.observations import ObservedEvidence, Timeline, UnknownReason
from colophon.record.addresses import clean_url
from colophon.record.vocabulary import Outcome, VerdictState

#: Stands for an address that names no host.
NO_PLACE = ""

#: Of several files, the one that came nearest to being known gives the reason.
_NEAREST_FIRST = (
    UnknownReason.STALE,
    UnknownReason.AFTER_ONLY,
    UnknownReason.NOT_OBSERVED,
    UnknownReason.NO_FETCH_TIME,
)


class HostLooks:
    """The observations of one authority and one protocol."""

    def __init__(self, observations: Iterable[ObservedEvidence], max_age_days: int | None) -> None:
        """`max_age_days` is as for `Timeline`."""
        files: defaultdict[str, list[ObservedEvidence]] = defaultdict(list)
        pointing: list[ObservedEvidence] = []
        self._pointed_to: dict[str, frozenset[str]] = {}
        for observation in observations:
            addresses = _pointed_to(observation)
            if addresses:
                pointing.append(observation)
                self._pointed_to[observation.observation_id] = addresses
            else:
                files[_file(observation)].append(observation)
        self._files = [Timeline(looks, max_age_days) for looks in files.values()]
        self._pointing = Timeline(pointing, max_age_days)

    def at(self, moment: int | None) -> tuple[ObservedEvidence, ...] | UnknownReason:
        """The observations that judge a moment, or why there is none; those that only point to files count where any of
        these is unknown."""
        if len(self._files) == 1 and not self._pointed_to:
            return self._files[0].at(moment)
        found = [timeline.at(moment) for timeline in self._files]
        looks = {o.observation_id: o for each in found if not isinstance(each, UnknownReason) for o in each}
        pointing = self._pointing.at(moment)
        if isinstance(pointing, UnknownReason):
            if looks:
                return tuple(looks[identity] for identity in sorted(looks))
            reasons = [pointing, *(each for each in found if isinstance(each, UnknownReason))]
            return min(reasons, key=_NEAREST_FIRST.index)
        named = frozenset[str]().union(*(self._pointed_to[look.observation_id] for look in pointing)) - {NO_PLACE}
        gone = frozenset[str]().union(*self._pointed_to.values()) - named - {NO_PLACE}
        known = {i: look for i, look in looks.items() if not _is_gone(look, gone, pointing)}
        # Who is pointed to a file that is not there has not read the terms (RSL 1.0, 4.3).
        places = {_file(look) for look in known.values() if look.outcome is not Outcome.ABSENT}
        # A look without an address may be at any file.
        if not known or not (NO_PLACE in places or named <= places):
            known |= {look.observation_id: look for look in pointing}
        return tuple(known[identity] for identity in sorted(known))


def place_of(url: str, of_page: str) -> str:
    """Host and path of an address, whatever its scheme; `NO_PLACE` for what names no host."""
    try:
        clean = clean_url(urljoin(of_page, url))
    except ValueError:
        return NO_PLACE
    return NO_PLACE if clean is None or clean.authority is None else f"{clean.authority}{clean.path_and_query}"


def _is_gone(look: ObservedEvidence, gone: frozenset[str], pointing: tuple[ObservedEvidence, ...]) -> bool:
    seen, last_pointed = look.observed_at, pointing[0].observed_at
    return _file(look) in gone and seen is not None and last_pointed is not None and seen < last_pointed


def _file(look: ObservedEvidence) -> str:
    """Which of its host's files under the protocol a look is at; of most protocols there is one."""
    evaluator = EVALUATORS.get(look.protocol)
    if evaluator is None or not evaluator.files_anywhere or look.requested_url is None:
        return NO_PLACE
    return place_of(look.requested_url, "")


def _pointed_to(look: ObservedEvidence) -> frozenset[str]:
    """Where the terms lie that a file only points to; nothing for one that says more."""
    evaluator = EVALUATORS.get(look.protocol)
    if evaluator is None or evaluator.pointer_file is None or look.body is None:
        return frozenset()
    stated = evaluator.reading(look.body, look.authority or "", frozenset()).statements()
    only_points = all(statement.state is VerdictState.UNKNOWN for statement in stated)
    # Lines point by a whole address (RSL 1.0, 4.4); another one leads nowhere.
    return frozenset(place_of(statement.value, "") for statement in stated) if only_points else frozenset()
