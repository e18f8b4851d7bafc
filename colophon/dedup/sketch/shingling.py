"""The normalised form to distinct shingle hashes, compiled into the kernels.

The definition is in docs/decisions/sketch.md; the plain reference of this module is `sketch.reference.shingles`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.dedup.sketch.compilation import part
from colophon.dedup.sketch.hashing import (
    SHINGLE_BASE,
    SHORT_SALT,
    WORD_SECOND,
    WORD_START,
    WORDLESS_SALT,
    fold,
    load8,
    nonzero_mask,
    ones,
    put,
    scramble,
    take,
    trailing_zeros,
)

#: Bytes of the normalised form that are searched for words at once.
WINDOW = 4096

#: Items for the places where the words of a window begin and end: one carried over, one per byte, eight to spare.
EDGES = WINDOW + 16

#: Shingles that are mixed at once.
CHUNK = 512

#: Cells that tell which values are alone, at most: 16 MiB of bytes.
_MAX_CELL_BITS = 24

#: Above this many values that may be repeated they are sorted, because a hash table would no longer fit the cache.
_MAX_IN_TABLE = 1 << 20

_0, _1, _63 = np.uint64(0), np.uint64(1), np.uint64(63)

#: Masks of the first and of the second eight bytes of a block of 0 to 16 bytes.
_FIRST_MASKS = np.array([(1 << 8 * min(size, 8)) - 1 for size in range(17)], np.uint64)
_SECOND_MASKS = np.array([(1 << 8 * max(size - 8, 0)) - 1 for size in range(17)], np.uint64)


@part
def hash_words(text: Any, length: Any, words: Any, edges: Any) -> Any:
    """Hashes every word; returns the buffer of hashes, which may have grown, and their number.

    `edges` takes, for one window, the places where words begin and end, alternately.
    """
    if words.size < length // 2 + 2:
        words = np.empty(length // 2 + 2, np.uint64)
    return words, _hash_windows(text, length, words, edges)


@part
def _hash_windows(text: Any, length: Any, words: Any, edges: Any) -> Any:
    count, held = 0, 0
    inside = _0
    # The byte at `length` is zero, so that a last word ends.
    for window in range(0, length + 1, WINDOW):
        for block in range(window, min(window + WINDOW, length + 1), 64):
            mask = nonzero_mask(text, block)
            turns = mask ^ (mask << _1 | inside)
            inside = mask >> _63
            total = ones(turns)
            # Eight at a time, some of them for nothing, because how many there are cannot be foretold.
            for first in range(0, total, 8):
                for i in range(8):
                    put(edges, held + first + i, np.int32(block - window + trailing_zeros(turns)))
                    turns &= turns - _1
            held += total
        for edge in range(0, held - 1, 2):
            hashed = _hash_word(text, window + take(edges, edge), window + take(edges, edge + 1))
            put(words, count, hashed)
            count += 1
        if held & 1:
            edges[0] = edges[held - 1] - WINDOW
            held = 1
        else:
            held = 0
    return count


@part
def _hash_word(text: Any, begin: Any, end: Any) -> Any:
    """Hash of a word: its bytes in blocks of sixteen, the last padded with zeros, each folded into the hash so far."""
    hashed = WORD_START
    while end - begin > 16:
        hashed = fold(load8(text, begin) ^ hashed, load8(text, begin + 8) ^ WORD_SECOND)
        begin += 16
    first = load8(text, begin) & take(_FIRST_MASKS, end - begin)
    second = load8(text, begin + 8) & take(_SECOND_MASKS, end - begin)
    return fold(first ^ hashed, second ^ WORD_SECOND)


@part
def hash_shingles(data: Any, begin: Any, end: Any, words: Any, count: Any, shingle: Any, chunk: Any) -> Any:
    """Turns word hashes into shingle hashes in place; returns their number, which is at least one."""
    if count == 0:
        words[0] = _hash_wordless(data, begin, end)
        return 1
    if count < shingle:
        whole = _0
        for word in range(count):
            whole = whole * SHINGLE_BASE + words[word]
        words[0] = scramble(whole ^ np.uint64(count) * SHORT_SALT)
        return 1
    total = count - shingle + 1
    for first in range(0, total, CHUNK):
        size = min(CHUNK, total - first)
        for i in range(size):
            put(chunk, i, take(words, first + i))
        for word in range(1, shingle):
            for i in range(size):
                put(chunk, i, take(chunk, i) * SHINGLE_BASE + take(words, first + word + i))
        for i in range(size):
            put(words, first + i, scramble(take(chunk, i)))
    return total


@part
def _hash_wordless(data: Any, begin: Any, end: Any) -> Any:
    """Hash of a text's bytes as they are, and of their number, eight at a time."""
    hashed = np.uint64(end - begin) * WORDLESS_SALT
    for at in range(begin, end, 8):
        eight = _0
        for i in range(min(8, end - at)):
            eight |= np.uint64(data[at + i]) << np.uint64(8 * i)
        hashed = fold(eight ^ hashed, WORD_SECOND)
    return scramble(hashed ^ WORDLESS_SALT)


@part
def keep_distinct(values: Any, count: Any, cells: Any, doubts: Any, table: Any) -> Any:
    """Moves the distinct values to the front, in any order; returns the buffers, which may have grown, and the number.

    Most values are alone in one of 16 to 32 cells a value, which is count without a branch that depends on the text.
    Those that share their cell go through a hash table.
    """
    bits = 10
    while (1 << bits) < 16 * count and bits < _MAX_CELL_BITS:
        bits += 1
    if (1 << bits) > cells.size:
        cells = np.empty(1 << bits, np.uint8)
    if count > doubts.size:
        doubts = np.empty(2 * count, np.uint64)
    kept = _part_doubtful(values, count, cells, bits, doubts)
    doubtful = count - kept
    if doubtful > _MAX_IN_TABLE:
        distinct = sort_distinct(doubts, doubtful)
    else:
        if 4 * doubtful > table.size:
            table = np.empty(4 * doubtful, np.uint64)
        distinct = _distinct_by_table(doubts, doubtful, table)
    for i in range(distinct):
        put(values, kept + i, take(doubts, i))
    return cells, doubts, table, kept + distinct


@part
def _part_doubtful(values: Any, count: Any, cells: Any, bits: Any, doubts: Any) -> Any:
    """Moves the values alone in their cell to the front, the others to `doubts`; returns how many are alone."""
    shift = np.uint64(64 - bits)
    for i in range(1 << bits):
        put(cells, i, np.uint8(0))
    for i in range(count):
        place = np.int64(take(values, i) >> shift)
        # 0, 1, 3, 7, ... 255, which stays: never back to 1.
        put(cells, place, np.uint8(take(cells, place) << 1 | 1))
    kept: Any = 0
    doubtful: Any = 0
    for i in range(count):
        value = take(values, i)
        alone: Any = np.int64(take(cells, np.int64(value >> shift)) == 1)
        put(values, kept, value)
        put(doubts, doubtful, value)
        kept += alone
        doubtful += 1 - alone
    return kept


@part
def _distinct_by_table(values: Any, count: Any, table: Any) -> Any:
    """Moves the distinct values to the front by way of a hash table of at least twice their number."""
    bits = 1
    while (1 << bits) < 2 * count:
        bits += 1
    last = (1 << bits) - 1
    for i in range(1 << bits):
        put(table, i, _0)
    kept = zeros = 0
    for i in range(count):
        value = take(values, i)
        if value == _0:  # marks free places of the table
            zeros += 1
            if zeros > 1:
                continue
        place = np.int64(value) & last
        while take(table, place) != _0 and take(table, place) != value:
            place = (place + 1) & last
        if take(table, place) == _0:
            put(table, place, value)
            put(values, kept, value)
            kept += 1
    return kept


@part
def sort_distinct(values: Any, count: Any) -> Any:
    """Sorts the values and moves the distinct ones to the front; returns their number."""
    values[:count].sort()
    kept = min(count, 1)
    for i in range(1, count):
        if values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept
