"""Sketches of documents for near-duplicate search: normalise, shingle, and Fast Similarity Sketching."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from colophon.dedup.sketch.characters import character_tables
from colophon.dedup.sketch.scheme import VERSION, Scheme
from colophon.record.rules import Rule
from colophon.tables import SKETCHES, Column, schema_of
from colophon.vocabulary import DedupPart

_SCHEMA = schema_of(SKETCHES.named("scheme", "shingles", "slots"))


@dataclass(frozen=True, slots=True)
class Sketches:
    """Analyzer that gives table `sketches` its scheme, number of distinct shingles, and slots (little-endian 16-bit
    numbers), for a source that takes this part in the search for duplicates."""

    columns: ClassVar[tuple[Column, ...]] = ()

    scheme: Scheme = Scheme()
    part: DedupPart = DedupPart.NEAR

    @property
    def rule(self) -> Rule:
        parameters = {"scheme": self.scheme.id, "shingle": self.scheme.shingle, "slots": self.scheme.slots}
        return Rule(
            "sketch",
            VERSION,
            parameters=json.dumps(parameters, sort_keys=True, separators=(",", ":")),
            model_sha256=character_tables().sha256,
        )

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        # Numba takes most of a second to import, which commands that sketch nothing need not spend.
        from colophon.dedup.sketch.short_texts import comparable_sketch, exact_sketch

        sketched = exact_sketch if self.part is DedupPart.EXACT else comparable_sketch
        block = sketched(batch.column("text"), self.scheme)
        rows, width = block.slots.shape[0], 2 * self.scheme.slots
        ends = pa.py_buffer(np.arange(rows + 1, dtype=np.int32) * np.int32(width))
        slots = pa.Array.from_buffers(
            pa.binary(), rows, [None, ends, pa.py_buffer(block.slots.astype("<u2", copy=False))]
        )
        schemes = pa.repeat(pa.scalar(self.scheme.id), rows)
        return pa.RecordBatch.from_arrays([schemes, pa.array(block.shingles), slots], schema=_SCHEMA)
