"""Fast Similarity Sketching: distinct shingle hashes to slots, compiled into the kernel.

Dahlgaard, Knudsen, Thorup, FOCS 2017 (arXiv 1704.04370). The exact definition is in docs/decisions/sketch.md; the
plain twin of this module is `sketch.twin.sketch`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.analyzers.sketch.compilation import part
from colophon.analyzers.sketch.mixing import SALT_STEP, put, scramble, take
from colophon.analyzers.sketch.shingling import CHUNK

#: Rounds in which every shingle is thrown at one slot, before the empty slots are filled one by one.
ROUNDS = 8

#: Slot value before any shingle arrived.
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)

_16, _LOW_16 = np.uint64(16), np.uint64(0xFFFF)


@part
def throw(values: Any, found: Any, best: Any, filled: Any, chunk: Any) -> None:
    """Leaves in each slot of `best` the least throw that reached it in the first round in which one did.

    `filled` holds that round; later rounds do not touch the slot.
    """
    empty = _throw_first(values, found, best, filled)
    for turn in range(1, ROUNDS):
        if empty == 0:
            return
        salt = np.uint64(turn) * SALT_STEP
        for first in range(0, found, CHUNK):
            size = min(CHUNK, found - first)
            for i in range(size):
                put(chunk, i, scramble(take(values, first + i) ^ salt))
            empty -= _throw_again(chunk, size, turn, best, filled)
    if empty:
        _fill(values, found, best, filled)


@part
def _throw_first(values: Any, found: Any, best: Any, filled: Any) -> Any:
    """The first round, in which a shingle's hash is its own throw; returns the number of empty slots."""
    for slot in range(best.size):
        put(best, slot, _EMPTY)
    for i in range(found):
        value = take(values, i)
        place = _slot(value, best.size)
        put(best, place, min(take(best, place), value))
    empty: Any = 0
    for slot in range(best.size):
        is_empty = take(best, slot) == _EMPTY
        put(filled, slot, np.uint8(ROUNDS if is_empty else 0))
        empty += is_empty
    return empty


@part
def _throw_again(throws: Any, size: Any, turn: Any, best: Any, filled: Any) -> Any:
    """A piece of a later round; returns how many slots it filled first."""
    new: Any = 0
    for i in range(size):
        thrown = take(throws, i)
        place = _slot(thrown, best.size)
        if take(filled, place) >= turn:
            new += take(filled, place) == ROUNDS
            put(filled, place, np.uint8(turn))
            put(best, place, min(take(best, place), thrown))
    return new


@part
def _slot(thrown: Any, slots: Any) -> Any:
    """The slot that a throw hits: bits 16 to 31, scaled. Bits 32 to 63 decide who wins it, bits 0 to 15 are kept."""
    return np.int64(((thrown >> _16 & _LOW_16) * np.uint64(slots)) >> _16)


@part
def _fill(values: Any, found: Any, best: Any, filled: Any) -> None:
    """Throws every shingle at every slot that is still empty."""
    for slot in range(best.size):
        if take(filled, slot) == ROUNDS:
            salt = np.uint64(ROUNDS + slot) * SALT_STEP
            least = _EMPTY
            for i in range(found):
                least = min(least, scramble(take(values, i) ^ salt))
            put(best, slot, least)
