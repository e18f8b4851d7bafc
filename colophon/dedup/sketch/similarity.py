"""Exact Jaccard similarity of texts, over the same shingles as the sketches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numba import types
from numpy.typing import NDArray

from colophon.dedup.sketch.characters import character_tables
from colophon.dedup.sketch.compilation import compiled, part, reads, writes
from colophon.dedup.sketch.kernel import shingle_documents
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.texts import text_buffers


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """Distinct shingle hashes of text i, ascending: `values[offsets[i]:offsets[i + 1]]`; a null has none."""

    values: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, text: int) -> NDArray[np.uint64]:
        """The set of one text."""
        return self.values[self.offsets[text] : self.offsets[text + 1]]


def shingle_sets(texts: pa.Array, scheme: Scheme) -> ShingleSets:
    """The shingle set of every text of an array of strings or bytes."""
    buffers, tables = text_buffers(texts), character_tables()
    kernel = compiled(
        shingle_documents,
        writes(types.uint64),
        reads(types.uint8),
        reads(types.int64),
        reads(types.uint8),
        reads(types.uint16),
        reads(types.uint32),
        reads(types.uint32),
        types.int64,
        writes(types.int64),
    )
    offsets = np.zeros(len(texts) + 1, np.int64)
    values = kernel(
        buffers.data,
        buffers.offsets,
        buffers.present,
        tables.index,
        tables.blocks,
        tables.pool,
        scheme.shingle,
        offsets[1:],
    )
    return ShingleSets(values, offsets)


def jaccard(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """Size of the intersection over size of the union of two ascending sets; 0 where both are empty."""
    first = np.zeros(1, np.int64)
    one, other = (ShingleSets(values, np.array([0, len(values)])) for values in (a, b))
    return float(jaccards(one, first, other, first)[0])


def jaccards(
    one: ShingleSets, of_one: NDArray[np.int64], other: ShingleSets, of_other: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The similarity of text `of_one[i]` of the one and text `of_other[i]` of the other; 0 where both are empty."""
    kernel = compiled(
        _jaccards,
        types.void,
        *(reads(types.uint64), reads(types.int64), reads(types.int64)) * 2,
        writes(types.float64),
    )
    similarity = np.empty(len(of_one))
    kernel(one.values, one.offsets, of_one, other.values, other.offsets, of_other, similarity)
    return similarity


def _jaccards(
    values: Any, offsets: Any, rows: Any, other_values: Any, other_offsets: Any, other_rows: Any, similarity: Any
) -> None:
    for pair in range(similarity.size):
        a = values[offsets[rows[pair]] : offsets[rows[pair] + 1]]
        b = other_values[other_offsets[other_rows[pair]] : other_offsets[other_rows[pair] + 1]]
        shared = _shared(a, b)
        union = a.size + b.size - shared
        similarity[pair] = shared / union if union else 0.0


@part
def _shared(a: Any, b: Any) -> Any:
    """Values in both of two ascending arrays of distinct values."""
    i = j = shared = 0
    while i < a.size and j < b.size:
        left, right = a[i], b[j]
        shared += left == right
        # Without a branch, because which side is smaller cannot be foretold.
        i += left <= right
        j += right <= left
    return shared
