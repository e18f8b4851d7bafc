"""The kernels of n-grams: those of evaluation items, and those of an index that occur in other documents.

They read documents as those of `sketch.kernel` do, and roll one hash over the words for each size of n-grams.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.dedup.sketch.compilation import part
from colophon.dedup.sketch.hashing import SHINGLE_BASE, put, scramble, take
from colophon.dedup.sketch.normalise import normalise
from colophon.dedup.sketch.shingling import CHUNK, EDGES, hash_shingles, hash_words, sort_distinct

#: First sizes of the buffers that grow with the largest document met.
_TEXT, _WORDS = 1 << 16, 1 << 13

_1, _7 = np.uint64(1), np.uint64(7)


def item_ngrams(
    data: Any,
    offsets: Any,
    present: Any,
    index: Any,
    blocks: Any,
    pool: Any,
    most_words: Any,
    least_words: Any,
    sizes: Any,
    ends: Any,
) -> Any:
    """The distinct n-grams of each item, one item after the other; fills `sizes` (words, 0 where none) and `ends`."""
    text, words, edges = np.empty(_TEXT, np.uint8), np.empty(_WORDS, np.uint64), np.empty(EDGES, np.int32)
    chunk = np.empty(CHUNK, np.uint64)
    values, used = np.empty(_WORDS, np.uint64), 0
    for document in range(offsets.size - 1):
        if not present.size or present[document]:
            begin, end = offsets[document], offsets[document + 1]
            text, length = normalise(data, begin, end, index, blocks, pool, text)
            words, count = hash_words(text, length, words, edges)
            if count >= least_words:
                sizes[document] = min(count, most_words)
                count = hash_shingles(data, begin, end, words, count, np.int64(sizes[document]), chunk)
                count = sort_distinct(words, count)
                values = _with_room(values, used, count)
                values[used : used + count] = words[:count]
                used += count
        ends[document] = used
    return values[:used].copy()


def known_ngrams(
    data: Any,
    offsets: Any,
    present: Any,
    index: Any,
    blocks: Any,
    pool: Any,
    sizes: Any,
    starts: Any,
    known: Any,
    bits: Any,
    ends: Any,
) -> Any:
    """The known n-grams in each document, size by size, ascending; fills `ends` (documents x sizes)."""
    text, words, edges = np.empty(_TEXT, np.uint8), np.empty(_WORDS, np.uint64), np.empty(EDGES, np.int32)
    hits = np.empty(_WORDS, np.uint64)
    values, used = np.empty(_WORDS, np.uint64), 0
    for document in range(offsets.size - 1):
        count = 0
        if not present.size or present[document]:
            begin, end = offsets[document], offsets[document + 1]
            text, length = normalise(data, begin, end, index, blocks, pool, text)
            words, count = hash_words(text, length, words, edges)
        if count > hits.size:
            hits = np.empty(2 * count, np.uint64)
        for size in range(sizes.size):
            if count >= sizes[size]:
                met = _look_up(words, count, sizes[size], known, starts[size], starts[size + 1], bits, hits)
                met = sort_distinct(hits, met)
                values = _with_room(values, used, met)
                values[used : used + met] = hits[:met]
                used += met
            ends[document, size] = used
    return values[:used].copy()


@part
def _look_up(words: Any, count: Any, size: Any, known: Any, first: Any, last: Any, bits: Any, hits: Any) -> Any:
    """Writes the n-grams of `size` words that lie in `known[first:last]` to `hits`; returns how many."""
    shift = np.uint64(61)
    room = bits.size
    while room > 1:
        room >>= 1
        shift -= _1
    power, rolled = _1, np.uint64(0)
    for word in range(size - 1):
        power *= SHINGLE_BASE
        rolled = rolled * SHINGLE_BASE + take(words, word)
    met = 0
    for word in range(size - 1, count):
        rolled = rolled * SHINGLE_BASE + take(words, word)
        value = scramble(rolled)
        rolled -= take(words, word - size + 1) * power
        place = value >> shift
        if np.uint64(take(bits, np.int64(place >> np.uint64(3)))) >> (place & _7) & _1:
            low, high = first, last
            while low < high:
                middle = (low + high) >> 1
                if take(known, middle) < value:
                    low = middle + 1
                else:
                    high = middle
            if low < last and take(known, low) == value:
                put(hits, met, value)
                met += 1
    return met


@part
def _with_room(values: Any, used: Any, more: Any) -> Any:
    if used + more <= values.size:
        return values
    grown = np.empty(2 * (used + more), np.uint64)
    grown[:used] = values[:used]
    return grown
