"""Band keys, which bring likely duplicates together, and the similarity estimated from two sketches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from colophon.dedup.sketch.compilation import compiled, reads, writes
from colophon.dedup.sketch.hashing import BAND_SALT, SALT_STEP, scramble
from colophon.dedup.sketch.scheme import SLOT_BITS, Scheme
from colophon.errors import BadArgumentError

#: Chance that two different shingles show the same slot.
_ACCIDENT = 2.0**-SLOT_BITS


def band_keys(slots: NDArray[np.uint16], scheme: Scheme) -> NDArray[np.uint64]:
    """Keys (texts x bands) of slots (texts x slots); two keys are equal where a band agrees in all its rows.

    The number of the band is mixed in, so that keys of different bands may share one space.
    """
    if slots.ndim != 2 or slots.shape[1] != scheme.slots:
        raise BadArgumentError("slots", f"shape {slots.shape}", f"shape (texts, {scheme.slots}), as {scheme.id} says")
    kernel = compiled(_key_bands, types.void, reads(types.uint16, 2), types.int64, writes(types.uint64, 2))
    keys = np.empty((len(slots), scheme.bands), np.uint64)
    kernel(np.ascontiguousarray(slots, np.uint16), scheme.rows, keys)
    return keys


def estimate(slots_a: NDArray[np.uint16], slots_b: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Estimated Jaccard similarity of each pair of rows (pairs x slots), less what agrees by accident.

    Its standard error is about sqrt(J (1 - J) / slots).
    """
    agreeing = np.mean(slots_a == slots_b, axis=-1, dtype=np.float64)
    return np.maximum((agreeing - _ACCIDENT) / (1 - _ACCIDENT), 0.0)


def _key_bands(slots: Any, rows: Any, keys: Any) -> None:
    for text in range(slots.shape[0]):
        for band in range(keys.shape[1]):
            key = np.uint64(band) * SALT_STEP + BAND_SALT
            for first in range(band * rows, (band + 1) * rows, 4):
                four = np.uint64(0)
                for row in range(first, min(first + 4, (band + 1) * rows)):
                    four = four << np.uint64(16) | np.uint64(slots[text, row])
                key = scramble(key ^ four)
            keys[text, band] = key
