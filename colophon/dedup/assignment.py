"""Assignment: the documents of components join representatives, in a fixed order.

A document joins the first similar representative among at most `MAX_REPRESENTATIVES` that share a band with it, else
it becomes one. Where more do, those are taken whose bands the fewest share: different texts with the same footer meet
in the bands that the footer fills, a copy meets its original in others too. Similar is decided by the estimate of the
sketches where that is far from the threshold, else by the exact similarity of the texts. Equal texts share their
representative. Knows neither Beam nor files.

`assignment_reference.py` gives the same answers in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import types

from colophon.dedup.sketch.compilation import compiled, part, reads, writes
from colophon.dedup.sketch.scheme import SLOT_BITS

#: Most representatives that a document is compared with (design §5, Duplicates).
MAX_REPRESENTATIVES = 64

#: Nearer to the threshold than this, the estimate of a pair does not decide.
UNCERTAIN = 0.15

#: Where a text is gone, its pairs count as similar from so far above the threshold.
GONE_MARGIN = 0.1

#: Similarities are stored in steps of 1/STEPS, cut and not rounded, so that none is shown above what it is.
STEPS = 1_000

#: Exact similarity of a pair of which a text is gone.
GONE = -1.0

#: Places among the keys of a component are numbers of 32 bits.
_MAX_KEYS = 2**31

#: Chance that two different shingles show the same slot.
_ACCIDENT = 2.0**-SLOT_BITS

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Component:
    """Documents of one or several components, ordered by component and inside one by the order of documents.

    Shapes (rows,), (rows, slots) and (rows, bands). Rows of one `component` lie together; rows of equal texts share
    their `group`, which is the first row of that text.
    """

    component: Rows
    group: Rows
    slots: npt.NDArray[np.uint16]
    bands: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class ExactSimilarities:
    """Exact similarities of pairs of rows, ascending by `pair`; `GONE` where a text could not be read."""

    pair: npt.NDArray[np.uint64]
    similarity: npt.NDArray[np.float64]

    @classmethod
    def none(cls) -> ExactSimilarities:
        return cls(np.empty(0, np.uint64), np.empty(0, np.float64))


@dataclass(frozen=True, slots=True)
class Assignment:
    """For each row the row of its representative (itself where it is one), the similarity to it, and whether that is
    the estimate. `needed` are pairs on the way whose exact similarity is not known yet: with any, the rest is
    preliminary. `cut` counts rows with more representatives than the limit, `unverified` rows kept although a
    candidate could not be checked."""

    representative: Rows
    similarity: npt.NDArray[np.float64]
    estimated: npt.NDArray[np.bool_]
    needed: npt.NDArray[np.uint64]
    compared: int
    cut: int
    unverified: int


def pair_of(row: Any, representative: Any) -> Any:
    """A pair of rows as one number, the later row first."""
    return (np.uint64(row) << np.uint64(32)) | np.uint64(representative)


def rows_of(pairs: npt.NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """The rows and the representatives of pairs."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFF_FFFF)).astype(np.int64)


def assign(rows: Component, answers: ExactSimilarities, threshold: float) -> Assignment:
    """Assign all rows, given what is known of exact similarities. Raises OverflowError for 2^31 keys and more."""
    count = len(rows.component)
    if rows.bands.size >= _MAX_KEYS:
        raise OverflowError(f"{rows.bands.size} band keys in one component, expected less than {_MAX_KEYS}")
    representative = np.arange(count, dtype=np.int64)
    similarity = np.ones(count)
    estimated = np.zeros(count, np.bool_)
    counts = np.zeros(3, np.int64)
    kernel = compiled(
        _assign,
        types.Array(types.uint64, 1, "C"),
        reads(types.int64),
        reads(types.int64),
        reads(types.uint16, 2),
        reads(types.uint64, 2),
        reads(types.uint64),
        reads(types.float64),
        types.float64,
        writes(types.int64),
        writes(types.float64),
        writes(types.boolean),
        writes(types.int64),
    )
    needed = kernel(
        rows.component,
        rows.group,
        np.ascontiguousarray(rows.slots),
        np.ascontiguousarray(rows.bands),
        answers.pair,
        answers.similarity,
        threshold,
        representative,
        similarity,
        estimated,
        counts,
    )
    return Assignment(representative, similarity, estimated, needed, *counts.tolist())


def may_be_named(assignment: Assignment, components: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows that pairs may name once those needed are answered: those that stand for others in the same components, so
    many of each at most as a document is compared with."""
    stands = assignment.representative == np.arange(len(components))
    rows = np.flatnonzero(stands & np.isin(components, components[rows_of(assignment.needed)[0]]))
    _, first, number = np.unique(components[rows], return_index=True, return_inverse=True)
    return rows[np.arange(len(rows)) - first[number] < MAX_REPRESENTATIVES]


def _assign(
    component: Any,
    group: Any,
    slots: Any,
    bands: Any,
    pairs: Any,
    similarities: Any,
    threshold: Any,
    representative: Any,
    similarity: Any,
    estimated: Any,
    counts: Any,
) -> Any:
    chains = _empty_chains(_largest(component), bands.shape[1])
    chosen = np.empty(MAX_REPRESENTATIVES, np.int64)
    needed, needs, number = np.empty(64, np.uint64), 0, 0
    for row in range(slots.shape[0]):
        if row == 0 or component[row] != component[row - 1]:
            number += 1
            chains.representatives[0] = 0
        if group[row] != row:
            representative[row] = representative[group[row]]
            similarity[row] = similarity[group[row]]
            estimated[row] = estimated[group[row]]
            continue
        doubtful = False
        sharing = _choose(chains, number, bands, row, chosen)
        for other in chosen[: min(sharing, MAX_REPRESENTATIVES)]:
            counts[_COMPARED] += 1
            value = _estimate(slots[row], slots[other])
            similar, by_estimate = value >= threshold, True
            if abs(value - threshold) < UNCERTAIN:
                pair = (np.uint64(row) << np.uint64(32)) | np.uint64(other)
                exact = _known(pairs, similarities, pair)
                if np.isnan(exact):
                    if needs == needed.size:
                        needed = np.concatenate((needed, np.empty_like(needed)))
                    needed[needs] = pair
                    needs += 1
                elif exact >= 0.0:
                    value, similar, by_estimate = exact, exact >= threshold, False
                else:
                    similar = value >= threshold + GONE_MARGIN
                    doubtful = doubtful or not similar
            if similar:
                representative[row], similarity[row], estimated[row] = other, value, by_estimate
                break
        if representative[row] == row:
            counts[_CUT] += sharing > MAX_REPRESENTATIVES
            counts[_UNVERIFIED] += doubtful
            _enter(chains, number, bands, row)
    return needed[:needs].copy()


#: Places in the counts of the kernel.
_COMPARED, _CUT, _UNVERIFIED = 0, 1, 2


class _Chains(NamedTuple):
    """Representatives of the current component by band key: an open hash table of chains, each in the order in which
    its members became representatives. A place belongs to the component, counted from 1, that `used` it last.

    An entry is a representative, counted from 0, times the bands, and the band. It takes 12 bytes, a place 8; of the
    entries of a chain only the first knows how long it is and where it ends.
    """

    used: Any
    head: Any
    row: Any
    next: Any
    tail: Any
    length: Any
    representatives: Any  # one number: how many there are


@part
def _empty_chains(rows: Any, bands: Any) -> Any:
    """Chains for so many representatives at most; the table stays at least half empty."""
    size = 64
    while size < 2 * rows * bands:
        size *= 2
    return _Chains(
        np.zeros(size, np.int32),
        np.empty(size, np.int32),
        np.empty(rows, np.int64),
        np.empty(rows * bands, np.int32),
        np.empty(rows * bands, np.int32),
        np.empty(rows * bands, np.int32),
        np.zeros(1, np.int64),
    )


@part
def _largest(component: Any) -> Any:
    """Rows of the largest component."""
    largest = run = 0
    for row in range(component.size):
        run = run + 1 if row > 0 and component[row] == component[row - 1] else 1
        largest = max(largest, run)
    return largest


@part
def _choose(chains: Any, number: Any, bands: Any, row: Any, chosen: Any) -> Any:
    """Put as many representatives that share a band as there is room for into `chosen`, ascending, the shortest chains
    first. Returns how many were put, one more where there was no room for all."""
    at = np.empty(bands.shape[1], np.int64)
    lengths = np.empty(bands.shape[1], np.int64)
    for band in range(bands.shape[1]):
        place = _place(chains, number, bands, row, band)
        here = chains.used[place] == number
        at[band] = chains.head[place] if here else -1
        lengths[band] = chains.length[chains.head[place]] if here else 0
    put = 0
    for band in _ascending(lengths):
        entry = at[band]
        while entry >= 0:
            other = chains.row[entry // bands.shape[1]]
            after = put
            while after > 0 and chosen[after - 1] > other:
                after -= 1
            if after == 0 or chosen[after - 1] != other:
                if put == chosen.size:
                    return put + 1
                for moved in range(put, after, -1):
                    chosen[moved] = chosen[moved - 1]
                chosen[after] = other
                put += 1
            entry = chains.next[entry]
    return put


@part
def _ascending(lengths: Any) -> Any:
    """The places of lengths from the least on, equal ones as they stand: an insertion sort, for few bands."""
    order = np.empty(lengths.size, np.int64)
    for band in range(lengths.size):
        after = band
        while after > 0 and lengths[order[after - 1]] > lengths[band]:
            order[after] = order[after - 1]
            after -= 1
        order[after] = band
    return order


@part
def _enter(chains: Any, number: Any, bands: Any, row: Any) -> None:
    """Add a representative at the end of its bands' chains."""
    chains.row[chains.representatives[0]] = row
    for band in range(bands.shape[1]):
        place = _place(chains, number, bands, row, band)
        entry = chains.representatives[0] * bands.shape[1] + band
        chains.next[entry] = -1
        if chains.used[place] == number:
            head = chains.head[place]
            chains.next[chains.tail[head]] = entry
        else:
            head = entry
            chains.used[place] = number
            chains.head[place] = entry
            chains.length[entry] = 0
        chains.tail[head] = entry
        chains.length[head] += 1
    chains.representatives[0] += 1


@part
def _place(chains: Any, number: Any, bands: Any, row: Any, band: Any) -> Any:
    """The place of a row's key in the table, or the free one where it belongs; keys are well mixed."""
    mask, key = chains.used.size - 1, bands[row, band]
    place = np.int64(key & np.uint64(mask))
    while chains.used[place] == number and _key(chains, bands, chains.head[place]) != key:
        place = (place + 1) & mask
    return place


@part
def _key(chains: Any, bands: Any, entry: Any) -> Any:
    """The key that an entry stands under."""
    return bands[chains.row[entry // bands.shape[1]], entry % bands.shape[1]]


@part
def _estimate(one: Any, other: Any) -> Any:
    """The estimate of `sketch.bands.estimate` for one pair."""
    agreeing = 0
    for slot in range(one.size):
        agreeing += one[slot] == other[slot]
    return max(0.0, (agreeing / one.size - _ACCIDENT) / (1.0 - _ACCIDENT))


@part
def _known(pairs: Any, similarities: Any, pair: Any) -> Any:
    """The exact similarity of a pair, NaN where it was not asked for yet."""
    at = np.searchsorted(pairs, pair)
    return similarities[at] if at < pairs.size and pairs[at] == pair else np.nan
