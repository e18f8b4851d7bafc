"""Word n-grams of evaluation items, and where they occur in other texts.

An n-gram is a shingle of the sketches' kind: the hash of n neighbouring normalised words (docs/decisions/sketch.md).
An item of fewer words than n is compared whole, as one n-gram of all its words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numba import types
from numpy.typing import NDArray

from colophon.dedup.sketch.characters import character_tables
from colophon.dedup.sketch.compilation import compiled, reads, writes
from colophon.dedup.sketch.ngrams import item_ngrams, known_ngrams
from colophon.dedup.sketch.scheme import VERSION
from colophon.dedup.sketch.texts import text_buffers
from colophon.record.rules import Rule

#: Bits of the filter for each n-gram of an index, and for all of them at most (32 MiB).
_BITS_EACH, _MAX_BITS = 5, 28

_1, _7 = np.uint64(1), np.uint64(7)


def contamination_rule(words: int, threshold: float, least_words: int) -> Rule:
    """The search as a rule of the record; it shares words and hashes with the sketches."""
    parameters = {"hash": VERSION, "least_words": least_words, "threshold": threshold, "words": words}
    return Rule("contamination", "1", parameters=json.dumps(parameters), model_sha256=character_tables().sha256)


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Distinct n-grams of texts: place of the text in its array, words, and hash as the record keeps it (int64).

    Ascending by all three.
    """

    texts: NDArray[np.int64]
    words: NDArray[np.int32]
    hashes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NgramIndex:
    """N-grams to look for: `hashes[starts[i]:starts[i + 1]]`, ascending, are those of `sizes[i]` words.

    `bits` has a bit set for the leading bits of every hash, so that most of what is not in the index costs one look.
    """

    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    bits: NDArray[np.uint8]

    @classmethod
    def of(cls, words: NDArray[np.int32], hashes: NDArray[np.int64]) -> Self:
        """An index of n-grams in any order, repeated or not."""
        unsigned = hashes.view(np.uint64)
        sizes = np.unique(words).astype(np.int64)
        by_size = [np.unique(unsigned[words == size]) for size in sizes]
        starts = np.zeros(len(sizes) + 1, np.int64)
        starts[1:] = np.cumsum([len(values) for values in by_size], dtype=np.int64)
        values = np.concatenate([np.empty(0, np.uint64), *by_size])
        width = max(10, min(_MAX_BITS, len(values).bit_length() + _BITS_EACH))
        bits = np.zeros(1 << (width - 3), np.uint8)
        places = values >> np.uint64(64 - width)
        np.bitwise_or.at(bits, places >> np.uint64(3), (_1 << (places & _7)).astype(np.uint8))
        return cls(sizes, starts, values, bits)


def evaluation_ngrams(texts: pa.Array, most_words: int, least_words: int) -> Ngrams:
    """The n-grams of evaluation items: of `most_words` words, or the whole item where it has fewer.

    An item of fewer than `least_words` words has none, as a match could not be told from chance.
    """
    buffers, tables = text_buffers(texts), character_tables()
    kernel = compiled(
        item_ngrams,
        writes(types.uint64),
        reads(types.uint8),
        reads(types.int64),
        reads(types.uint8),
        reads(types.uint16),
        reads(types.uint32),
        reads(types.uint32),
        types.int64,
        types.int64,
        writes(types.int32),
        writes(types.int64),
    )
    sizes, ends = np.zeros(len(texts), np.int32), np.zeros(len(texts), np.int64)
    hashes = kernel(
        buffers.data,
        buffers.offsets,
        buffers.present,
        tables.index,
        tables.blocks,
        tables.pool,
        most_words,
        least_words,
        sizes,
        ends,
    )
    counts = np.diff(ends, prepend=0)
    return _ordered(np.repeat(np.arange(len(texts)), counts), np.repeat(sizes, counts), hashes)


def find_ngrams(texts: pa.Array, index: NgramIndex) -> Ngrams:
    """Which n-grams of an index occur in which of the texts."""
    buffers, tables = text_buffers(texts), character_tables()
    kernel = compiled(
        known_ngrams,
        writes(types.uint64),
        reads(types.uint8),
        reads(types.int64),
        reads(types.uint8),
        reads(types.uint16),
        reads(types.uint32),
        reads(types.uint32),
        reads(types.int64),
        reads(types.int64),
        reads(types.uint64),
        reads(types.uint8),
        writes(types.int64, 2),
    )
    ends = np.zeros((len(texts), len(index.sizes)), np.int64)
    hashes = kernel(
        buffers.data,
        buffers.offsets,
        buffers.present,
        tables.index,
        tables.blocks,
        tables.pool,
        index.sizes,
        index.starts,
        index.hashes,
        index.bits,
        ends,
    )
    counts = np.diff(ends.ravel(), prepend=0)
    places = np.repeat(np.arange(ends.size), counts)
    found_in, size = np.divmod(places, max(1, len(index.sizes)))
    return _ordered(found_in, index.sizes[size].astype(np.int32), hashes)


def _ordered(texts: NDArray[np.int64], words: NDArray[np.int32], hashes: NDArray[np.uint64]) -> Ngrams:
    signed = hashes.view(np.int64)
    order = np.lexsort((signed, words, texts))
    return Ngrams(texts[order], words[order], signed[order])
