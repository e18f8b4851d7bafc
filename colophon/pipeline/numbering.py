"""Dense numbers for sketched documents: their place in the parts of `sketches`, one after the other.

A number takes 5 bytes where a doc_id takes 8, and arrays over all documents need no search. Numbers rise as doc_ids do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colophon.record.parquet import open_part, part_metadata, read_batches, read_part
from colophon.record.storage import RecordStorage

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SketchPart:
    """A part of `sketches`; `first` is the number of its first document."""

    path: str
    first: int
    documents: int


@dataclass(frozen=True)
class SketchNumbers:
    """The parts of all live sketches, in the order of their shards' ordinals."""

    storage: RecordStorage
    parts: tuple[SketchPart, ...]

    @property
    def documents(self) -> int:
        return self.parts[-1].first + self.parts[-1].documents if self.parts else 0

    def numbers_of(self, doc_ids: Ids) -> Ids:
        """Numbers of ascending doc_ids, each of which has a sketch."""
        numbers = np.empty(len(doc_ids), np.int64)
        for part, begin, end in self._runs(doc_ids):
            numbers[begin:end] = part.first + np.searchsorted(self._doc_ids(part), doc_ids[begin:end])
        return numbers

    def rows_of(self, numbers: Ids) -> Iterator[pa.Table]:
        """Rows (doc_id, scheme, shingles, slots) of ascending numbers, part by part, in pieces of bounded size."""
        columns = ("doc_id", "scheme", "shingles", "slots")
        for part in self.parts:
            begin, end = np.searchsorted(numbers, (part.first, part.first + part.documents))
            if begin == end:
                continue
            wanted, at = numbers[begin:end] - part.first, 0
            for batch in read_batches(self.storage, [part.path], columns):
                low, high = np.searchsorted(wanted, (at, at + batch.num_rows))
                if low != high:
                    yield pa.Table.from_batches([batch.take(pa.array(wanted[low:high] - at))])
                at += batch.num_rows

    def _runs(self, doc_ids: Ids) -> Iterator[tuple[SketchPart, int, int]]:
        """(part, begin, end): which of the ascending doc_ids lie in which part."""
        begin = 0
        for part, last in zip(self.parts, self._last_doc_ids, strict=True):
            end = int(np.searchsorted(doc_ids, last, side="right"))
            if end > begin:
                yield part, begin, end
            begin = end

    @cached_property
    def _last_doc_ids(self) -> tuple[int, ...]:
        lasts = []
        for part in self.parts:
            with open_part(self.storage, part.path) as file:
                lasts.append(pc.max(file.read_row_group(file.num_row_groups - 1, ["doc_id"]).column(0)).as_py())
        return tuple(lasts)

    def _doc_ids(self, part: SketchPart) -> Ids:
        doc_ids: Ids = read_part(self.storage, part.path, ["doc_id"]).column(0).to_numpy()
        return doc_ids


def number_sketches(storage: RecordStorage, paths: tuple[str, ...]) -> SketchNumbers:
    """Number the documents of these parts of `sketches`."""
    parts, first = [], 0
    # The name holds the ordinal, with which doc_ids begin, whatever the generation the part lies in.
    for path in sorted(paths, key=lambda p: p.rsplit("/", 1)[-1]):
        rows = part_metadata(storage, path).num_rows
        if rows:
            parts.append(SketchPart(path, first, rows))
            first += rows
    return SketchNumbers(storage, tuple(parts))
