"""How many bands of how many rows find duplicates at a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Slots that the choice may use, as many as datasketch's default.
MAX_SLOTS = 128


@dataclass(frozen=True, slots=True)
class Bands:
    """A pair of documents is proposed where all rows of at least one band agree."""

    bands: int
    rows: int

    def detection(self, similarity: float) -> float:
        """Probability that a pair of this similarity is proposed."""
        return float(1 - (1 - similarity**self.rows) ** self.bands)


def best_bands(threshold: float) -> Bands:
    """The bands with at most `MAX_SLOTS` slots whose errors at `threshold` weigh least.

    The errors are those of datasketch: the area under the detection curve 1 - (1 - s^rows)^bands below the threshold
    (pairs proposed in vain) plus the area above the curve from there to 1 (pairs missed), weighted equally.
    """
    best, least = Bands(1, 1), np.inf
    for bands in range(1, MAX_SLOTS + 1):
        for rows in range(1, MAX_SLOTS // bands + 1):
            vain = _missed_area(bands, rows, 0.0, threshold)
            error = (threshold - vain) + _missed_area(bands, rows, threshold, 1.0)
            if error < least:
                best, least = Bands(bands, rows), error
    return best


def _missed_area(bands: int, rows: int, begin: float, end: float) -> float:
    # The integrand is a polynomial of degree bands * rows, for which so many nodes are exact.
    at, weight = _NODES
    similarity = (end - begin) / 2 * at + (end + begin) / 2
    return float((end - begin) / 2 * np.dot(weight, (1 - similarity**rows) ** bands))


_NODES = np.polynomial.legendre.leggauss(MAX_SLOTS // 2 + 1)
