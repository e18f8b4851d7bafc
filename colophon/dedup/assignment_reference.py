"""The assignment to representatives in plain Python: slow, and the same answers as `assign`."""

from __future__ import annotations

from itertools import chain

import numpy as np

from colophon.dedup.assignment import (
    GONE_MARGIN,
    MAX_REPRESENTATIVES,
    UNCERTAIN,
    Assignment,
    Component,
    ExactSimilarities,
    pair_of,
)
from colophon.dedup.sketch.bands import estimate


def assign(rows: Component, answers: ExactSimilarities, threshold: float) -> Assignment:
    """Assign all rows, given what is known of exact similarities; see `assign.assign`."""
    known = dict(zip(answers.pair.tolist(), answers.similarity.tolist(), strict=True))
    count = len(rows.component)
    representative, similarity = list(range(count)), [1.0] * count
    estimated, needed = [False] * count, []
    compared = cut = unverified = 0
    representatives: list[int] = []
    for row in range(count):
        if row and rows.component[row] != rows.component[row - 1]:
            representatives = []
        first = int(rows.group[row])
        if first != row:
            representative[row], similarity[row], estimated[row] = (
                representative[first],
                similarity[first],
                estimated[first],
            )
            continue
        chains = [[r for r in representatives if rows.bands[r, b] == key] for b, key in enumerate(rows.bands[row])]
        chains.sort(key=len)
        sharing = list(dict.fromkeys(chain.from_iterable(chains)))
        doubtful = False
        for other in sorted(sharing[:MAX_REPRESENTATIVES]):
            guess = float(estimate(rows.slots[[row]], rows.slots[[other]])[0])
            compared += 1
            value, similar, by_estimate = guess, guess >= threshold, True
            if abs(guess - threshold) < UNCERTAIN:
                pair = int(pair_of(row, other))
                if pair not in known:
                    needed.append(pair)
                elif known[pair] >= 0:
                    value, similar, by_estimate = known[pair], known[pair] >= threshold, False
                else:
                    similar = guess >= threshold + GONE_MARGIN
                    doubtful |= not similar
            if similar:
                representative[row], similarity[row], estimated[row] = other, value, by_estimate
                break
        else:
            cut += len(sharing) > MAX_REPRESENTATIVES
            unverified += doubtful
            representatives.append(row)
    return Assignment(
        np.array(representative, np.int64),
        np.array(similarity),
        np.array(estimated),
        np.array(needed, np.uint64),
        compared,
        cut,
        unverified,
    )
