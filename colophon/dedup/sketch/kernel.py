"""The fused kernels: UTF-8 bytes of many documents to sketches, or to shingle sets, in one pass.

Compiled by Numba on first use, without the GIL and without a Python object per document. Those of texts read `data`
(uint8), `offsets` (int64, documents + 1), `present` (uint8, one per document, or empty where none is null) and the
character tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colophon.dedup.sketch.fill_slots import fill_slots, slot_buffers
from colophon.dedup.sketch.normalise import normalise
from colophon.dedup.sketch.shingling import CHUNK, EDGES, hash_shingles, hash_words, keep_distinct, sort_distinct

#: First sizes of the buffers that grow with the largest document met.
_TEXT, _WORDS = 1 << 16, 1 << 13

_LOW_16 = np.uint64(0xFFFF)


def sketch_documents(
    data: Any, offsets: Any, present: Any, index: Any, blocks: Any, pool: Any, shingle: Any, slots: Any, counts: Any
) -> None:
    """Fills `slots` (uint16, documents x slots) and `counts` (int32, distinct shingles), with zeros where null."""
    text, words, edges = np.empty(_TEXT, np.uint8), np.empty(_WORDS, np.uint64), np.empty(EDGES, np.int32)
    cells, doubts, table = np.empty(_TEXT, np.uint8), np.empty(_WORDS, np.uint64), np.empty(_WORDS, np.uint64)
    chunk = np.empty(CHUNK, np.uint64)
    best, bits, empty, hits, hitting = slot_buffers(slots.shape[1])
    for document in range(offsets.size - 1):
        if present.size and not present[document]:
            slots[document, :] = 0
            counts[document] = 0
            continue
        begin, end = offsets[document], offsets[document + 1]
        text, length = normalise(data, begin, end, index, blocks, pool, text)
        words, count = hash_words(text, length, words, edges)
        count = hash_shingles(data, begin, end, words, count, shingle, chunk)
        cells, doubts, table, count = keep_distinct(words, count, cells, doubts, table)
        counts[document] = count
        fill_slots(words, 0, count, slots.shape[1], best, bits, empty, hits, hitting)
        for slot in range(slots.shape[1]):
            slots[document, slot] = np.uint16(best[slot] & _LOW_16)


def sketch_sets(values: Any, offsets: Any, slots: Any) -> None:
    """Fills `slots` (uint16, sets x slots) from sets of shingle hashes, with zeros where a set is empty."""
    best, bits, empty, hits, hitting = slot_buffers(slots.shape[1])
    for row in range(offsets.size - 1):
        count = offsets[row + 1] - offsets[row]
        if count == 0:
            slots[row, :] = 0
            continue
        fill_slots(values, offsets[row], count, slots.shape[1], best, bits, empty, hits, hitting)
        for slot in range(slots.shape[1]):
            slots[row, slot] = np.uint16(best[slot] & _LOW_16)


def shingle_documents(
    data: Any, offsets: Any, present: Any, index: Any, blocks: Any, pool: Any, shingle: Any, ends: Any
) -> Any:
    """The distinct shingle hashes of each document, ascending, one document after the other; fills `ends` (int64)."""
    text, words, edges = np.empty(_TEXT, np.uint8), np.empty(_WORDS, np.uint64), np.empty(EDGES, np.int32)
    chunk = np.empty(CHUNK, np.uint64)
    values, used = np.empty(_WORDS, np.uint64), 0
    for document in range(offsets.size - 1):
        if not present.size or present[document]:
            begin, end = offsets[document], offsets[document + 1]
            text, length = normalise(data, begin, end, index, blocks, pool, text)
            words, count = hash_words(text, length, words, edges)
            count = sort_distinct(words, hash_shingles(data, begin, end, words, count, shingle, chunk))
            if used + count > values.size:
                grown = np.empty(2 * (used + count), np.uint64)
                grown[:used] = values[:used]
                values = grown
            values[used : used + count] = words[:count]
            used += count
        ends[document] = used
    return values[:used].copy()
