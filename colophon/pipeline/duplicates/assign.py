"""Who stands for whom: the documents of a component join representatives, in a fixed order, by exact similarity.

Knows neither Beam nor files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from colophon.analyzers.sketch.similarity import jaccard
from colophon.record.vocabulary import DuplicateKind

#: Most representatives that a document is compared with (design §5, Duplicates).
MOST_REPRESENTATIVES = 64

#: Similarities are stored in steps of this size, cut and not rounded, so that none is shown above what it is.
STEPS = 1_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document of a component.

    `rank` gives the order of documents; equal texts share a `group_id`; `bands` are the band keys of the sketch and
    `shingles` the distinct shingle hashes, both of the group, None where the text could not be read again.
    """

    doc_id: int
    rank: int
    group_id: int
    bands: npt.NDArray[np.uint64] | None
    shingles: npt.NDArray[np.uint64] | None


@dataclass(frozen=True, slots=True)
class Member:
    """A document and the representative it joined; a representative is its own."""

    doc_id: int
    cluster_id: int
    kind: DuplicateKind
    similarity: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """Members of clusters of two and more, and what was not compared."""

    members: tuple[Member, ...]
    compared: int
    cut_by_limit: int
    unverified: int


def assign(candidates: Sequence[Candidate], threshold: float) -> Assignment:
    """Assign the documents of one component.

    In the order of rank a document joins the first representative that shares a band with it and is at least
    `threshold` similar, among at most `MOST_REPRESENTATIVES`; else it becomes a representative. Equal texts share
    their representative.
    """
    clusters = _Clusters(threshold)
    for candidate in sorted(candidates, key=lambda c: c.rank):
        clusters.add(candidate)
    return clusters.result()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text went: the representative's doc_id and group, and the similarity to it."""

    cluster_id: int
    group_id: int
    similarity: float


class _Clusters:
    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._places: dict[int, _Place] = {}
        self._representatives: list[Candidate] = []
        self._by_band: dict[int, list[int]] = {}
        self._joined: dict[int, list[Member]] = {}
        self._unread: set[int] = set()
        self._compared = self._cut = 0

    def add(self, candidate: Candidate) -> None:
        place = self._places.get(candidate.group_id)
        if place is None:
            place = self._place(candidate)
            self._places[candidate.group_id] = place
            if place.cluster_id == candidate.doc_id:
                self._joined[candidate.doc_id] = []
                return
        kind = DuplicateKind.EXACT if place.group_id == candidate.group_id else DuplicateKind.NEAR
        self._joined[place.cluster_id].append(Member(candidate.doc_id, place.cluster_id, kind, place.similarity))

    def _place(self, candidate: Candidate) -> _Place:
        if candidate.bands is None or candidate.shingles is None:
            self._unread.add(candidate.group_id)
            return _Place(candidate.doc_id, candidate.group_id, 1.0)
        sharing = sorted({r for key in candidate.bands.tolist() for r in self._by_band.get(key, ())})
        self._cut += max(0, len(sharing) - MOST_REPRESENTATIVES)
        for index in sharing[:MOST_REPRESENTATIVES]:
            representative = self._representatives[index]
            if representative.shingles is None:
                continue
            similarity = jaccard(candidate.shingles, representative.shingles)
            self._compared += 1
            if similarity >= self._threshold:
                return _Place(representative.doc_id, representative.group_id, int(similarity * STEPS) / STEPS)
        for key in candidate.bands.tolist():
            self._by_band.setdefault(key, []).append(len(self._representatives))
        self._representatives.append(candidate)
        return _Place(candidate.doc_id, candidate.group_id, 1.0)

    def result(self) -> Assignment:
        members: list[Member] = []
        for cluster_id, joined in self._joined.items():
            if joined:
                members.append(Member(cluster_id, cluster_id, DuplicateKind.EXACT, 1.0))
                members += joined
        # A component of one text needs no reading; in any other a text that could not be read was not compared.
        unverified = len(self._unread) if len(self._places) > 1 else 0
        return Assignment(tuple(members), self._compared, self._cut, unverified)
