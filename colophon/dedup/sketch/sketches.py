"""Sketches of many texts at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numba import types
from numpy.typing import NDArray

from colophon.dedup.sketch.characters import character_tables
from colophon.dedup.sketch.compilation import compiled, reads, writes
from colophon.dedup.sketch.kernel import sketch_documents, sketch_sets
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.similarity import ShingleSets
from colophon.dedup.sketch.texts import text_buffers


@dataclass(frozen=True, slots=True)
class SketchBlock:
    """Slots (uint16, texts x slots) and distinct shingles (int32) per text; a null has no shingle and zero slots."""

    slots: NDArray[np.uint16]
    shingles: NDArray[np.int32]


def sketch(texts: pa.Array, scheme: Scheme) -> SketchBlock:
    """The sketch of every text of an array of strings or bytes, a pure function of each text's set of shingles.

    Fast Similarity Sketching: Dahlgaard, Knudsen, Thorup, FOCS 2017 (arXiv 1704.04370); the exact definition is in
    docs/decisions/sketch.md.
    """
    buffers, tables = text_buffers(texts), character_tables()
    kernel = compiled(
        sketch_documents,
        types.void,
        reads(types.uint8),
        reads(types.int64),
        reads(types.uint8),
        reads(types.uint16),
        reads(types.uint32),
        reads(types.uint32),
        types.int64,
        writes(types.uint16, 2),
        writes(types.int32),
    )
    block = SketchBlock(np.empty((len(texts), scheme.slots), np.uint16), np.empty(len(texts), np.int32))
    kernel(
        buffers.data,
        buffers.offsets,
        buffers.present,
        tables.index,
        tables.blocks,
        tables.pool,
        scheme.shingle,
        block.slots,
        block.shingles,
    )
    return block


def sketch_shingles(sets: ShingleSets, scheme: Scheme) -> NDArray[np.uint16]:
    """Slots (uint16, sets x slots) of sets of shingle hashes, as `sketch` gives them for the texts of these sets.

    An empty set, which no text has, gives zeros.
    """
    kernel = compiled(sketch_sets, types.void, reads(types.uint64), reads(types.int64), writes(types.uint16, 2))
    slots = np.empty((len(sets), scheme.slots), np.uint16)
    kernel(np.ascontiguousarray(sets.values), np.ascontiguousarray(sets.offsets), slots)
    return slots
