"""Fast Similarity Sketching: distinct shingle hashes to slots, compiled into the kernel.

Dahlgaard, Knudsen, Thorup, FOCS 2017 (arXiv 1704.04370). The exact definition is in docs/decisions/sketch.md; the
plain reference of this module is `sketch.reference.sketch`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.dedup.sketch.compilation import inlined
from colophon.dedup.sketch.hashing import (
    SALT_STEP,
    clear_block,
    full_mask,
    nonzero_mask,
    ones,
    put,
    scramble,
    take,
    trailing_zeros,
)
from colophon.dedup.sketch.shingling import CHUNK

#: Rounds in which every shingle falls into one slot, before the empty slots are filled one by one.
ROUNDS = 8

#: Bits that tell which slots are empty: so many fit two registers, which several shingles can ask at once.
_FEW = 128

#: Slot value before any shingle arrived.
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)

_0, _1, _63, _64 = np.uint64(0), np.uint64(1), np.uint64(63), np.uint64(64)
_16, _LOW_16 = np.uint64(16), np.uint64(0xFFFF)


@inlined
def fill_slots(
    values: Any, begin: Any, count: Any, slots: Any, best: Any, bits: Any, empty: Any, hits: Any, hitting: Any
) -> None:
    """Leaves in each of `slots` slots the least hash that fell into it, of the first round in which one did.

    Each round hashes the `count` values from `begin` on anew. The other buffers are those of `slot_buffers`; the slots
    are the first items of `best`.
    """
    _first_round(values, begin, count, slots, best)
    turn = 1
    while _mark_empty(best, bits) and turn < ROUNDS:
        _later_round(values, begin, count, np.uint64(turn) * SALT_STEP, slots, best, bits, empty, hits, hitting)
        turn += 1
    if turn == ROUNDS:
        _fill(values, begin, count, slots, best)


@inlined
def slot_buffers(slots: Any) -> Any:
    """Buffers for `fill_slots`: best, bits (uint64), empty (uint8) of slots; hits (uint8), hitting (int32) of shingles.

    What lies in `best` behind the last slot is never empty.
    """
    padded = (slots + _FEW - 1) // _FEW * _FEW
    best, bits, empty = np.zeros(padded, np.uint64), np.zeros(padded // 64, np.uint64), np.empty(slots, np.uint8)
    return best, bits, empty, np.empty(CHUNK + 64, np.uint8), np.empty(CHUNK + 64, np.int32)


@inlined
def _first_round(values: Any, begin: Any, count: Any, slots: Any, best: Any) -> None:
    """The first round, in which the hash of a shingle is taken as it is."""
    for slot in range(slots):
        put(best, slot, _EMPTY)
    for i in range(begin, begin + count):
        value = take(values, i)
        place = np.int64(_slot(value, slots))
        put(best, place, min(take(best, place), value))


@inlined
def _mark_empty(best: Any, bits: Any) -> Any:
    """Sets the bits of the empty slots; returns whether there is any."""
    some = _0
    for word in range(bits.size):
        mask = full_mask(best, 64 * word)
        put(bits, word, mask)
        some |= mask
    return some != _0


@inlined
def _later_round(
    values: Any,
    begin: Any,
    count: Any,
    salt: Any,
    slots: Any,
    best: Any,
    bits: Any,
    empty: Any,
    hits: Any,
    hitting: Any,
) -> None:
    """A later round: first which shingles hit an empty slot, without a branch, then these few alone."""
    if slots > _FEW:
        for slot in range(slots):
            put(empty, slot, np.uint8(take(best, slot) == _EMPTY))
    for first in range(begin, begin + count, CHUNK):
        size = min(CHUNK, begin + count - first)
        if slots <= _FEW:
            _sieve_by_bits(values, first, size, salt, slots, take(bits, 0), take(bits, 1), hits)
        else:
            _sieve_by_slots(values, first, size, salt, slots, empty, hitting, hits)
        clear_block(hits, size)
        for i in range(_gather(hits, size, hitting)):
            hashed = scramble(take(values, first + np.int64(take(hitting, i))) ^ salt)
            place = np.int64(_slot(hashed, slots))
            put(best, place, min(take(best, place), hashed))


@inlined
def _sieve_by_bits(values: Any, first: Any, size: Any, salt: Any, slots: Any, low: Any, high: Any, hits: Any) -> None:
    """Marks the shingles that hit a slot whose bit is set, several at once in vector registers."""
    for i in range(size):
        place = _slot(scramble(take(values, first + i) ^ salt), slots)
        word = high if place & _64 else low
        put(hits, i, np.uint8(word >> (place & _63) & _1))


@inlined
def _sieve_by_slots(
    values: Any, first: Any, size: Any, salt: Any, slots: Any, empty: Any, places: Any, hits: Any
) -> None:
    """Marks the shingles that hit an empty slot, by a look-up for each; `places` is overwritten."""
    for i in range(size):
        put(places, i, np.int32(_slot(scramble(take(values, first + i) ^ salt), slots)))
    for i in range(size):
        put(hits, i, take(empty, np.int64(take(places, i))))


@inlined
def _gather(hits: Any, size: Any, hitting: Any) -> Any:
    """Puts the places of the marks into `hitting`; returns their number. Behind the marks lie 64 zeros."""
    held = 0
    for block in range(0, size, 64):
        mask = nonzero_mask(hits, block)
        total = ones(mask)
        # Eight at a time, some of them for nothing, and never none, because how many there are cannot be foretold.
        for first in range(0, total | 1, 8):
            for i in range(8):
                put(hitting, held + first + i, np.int32(block + trailing_zeros(mask)))
                mask &= mask - _1
        held += total
    return held


@inlined
def _slot(hashed: Any, slots: Any) -> Any:
    """The slot that a hash falls into: bits 16 to 31, scaled. Bits 32 to 63 say which is least, 0 to 15 are kept."""
    # Both factors are seen to have 16 bits, for which there are faster multiplications.
    return ((hashed >> _16 & _LOW_16) * (np.uint64(slots) & _LOW_16)) >> _16


@inlined
def _fill(values: Any, begin: Any, count: Any, slots: Any, best: Any) -> None:
    """Fills every slot that is still empty with the least hash of all shingles under a salt of its own."""
    for slot in range(slots):
        if take(best, slot) == _EMPTY:
            salt = np.uint64(ROUNDS + slot) * SALT_STEP
            least = _EMPTY
            for i in range(begin, begin + count):
                least = min(least, scramble(take(values, i) ^ salt))
            put(best, slot, least)
