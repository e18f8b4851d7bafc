"""Exact checks of pairs of documents: those named are read again, once, and their sets of shingles compared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.dedup.assignment import GONE
from colophon.dedup.sketch.similarity import jaccards
from colophon.pipeline.engines.beam import Counter, Engine
from colophon.pipeline.reread import TRANSFORM, WANTED, Rereading, StoredSets, read_again
from colophon.pipeline.scratch import WorkFolder

#: Pairs to check.
PAIRS = pa.schema([("doc_id", pa.int64()), ("other_id", pa.int64())])

#: Documents with their content ids, and the bytes that their shingle hashes take at most.
NAMED = pa.schema([("doc_id", pa.int64()), ("content_id", pa.string()), ("hash_bytes", pa.int64())])

#: Bytes of shingle hashes in the work folder at once, for each byte of memory of the run.
_STORED_PER_MEMORY = 4

Ids = npt.NDArray[np.int64]


class PairChecks:
    """Checks pairs in rounds. Hashes stay in the work folder between rounds, within a multiple of the run's memory,
    so that a document named again is not read again; where pairs need more than that, they are checked in portions."""

    def __init__(self, engine: Engine, rereading: Rereading, work: WorkFolder) -> None:
        self._engine, self._rereading, self._work = engine, rereading, work
        self._most_bytes = work.memory_bytes * _STORED_PER_MEMORY
        self._stored: list[StoredSets] = []
        self._asked: Ids = np.empty(0, np.int64)
        self._stored_bytes = self._readings = self._checked = 0
        self._counters: list[Counter] = []

    @property
    def counters(self) -> tuple[Counter, ...]:
        """What was counted so far."""
        return (*self._counters, Counter(TRANSFORM, "pairs_checked", self._checked))

    @property
    def checked(self) -> int:
        """Pairs checked so far."""
        return self._checked

    def similarities(self, pairs: pa.Table, named: pa.Table) -> npt.NDArray[np.float64]:
        """The exact similarity of each pair of schema `PAIRS`; `GONE` where a text could not be read as it was.

        `named`, of schema `NAMED` and without a document twice, holds the documents of the pairs, and others that are
        read along because a later call may name them. Raises RowsLostError.
        """
        similarity = np.full(pairs.num_rows, GONE)
        left, right = (pairs.column(name).to_numpy() for name in ("doc_id", "other_id"))
        for portion, documents in self._portions(left, right, named.sort_by("doc_id")):
            self._read(documents)
            similarity[portion] = self._compared(left[portion], right[portion])
        self._checked += pairs.num_rows
        return similarity

    def _portions(self, left: Ids, right: Ids, named: pa.Table) -> Iterator[tuple[Ids, pa.Table]]:
        """Rows of pairs with the documents they need, together or in portions whose hashes fit, counting every one each
        time; makes room for each portion."""
        doc_ids, sizes = (named.column(name).to_numpy() for name in ("doc_id", "hash_bytes"))
        if self._stored_bytes + sizes[~np.isin(doc_ids, self._asked)].sum() <= self._most_bytes:
            yield np.arange(len(left)), named
            return
        # Neighbours together, so that portions share few documents.
        order = np.lexsort((left, right))
        ends = np.cumsum(sum(sizes[np.searchsorted(doc_ids, side[order])] for side in (left, right)))
        for portion in np.split(order, np.flatnonzero(np.diff(ends // self._most_bytes)) + 1):
            self._forget()
            yield portion, named.filter(pa.array(np.isin(doc_ids, np.concatenate([left[portion], right[portion]]))))

    def _forget(self) -> None:
        self._stored.clear()
        self._asked = np.empty(0, np.int64)
        self._stored_bytes = 0
        for reading in range(self._readings):
            self._files(reading).remove()

    def _read(self, documents: pa.Table) -> None:
        """Read those documents again that were not asked for yet, whether they were found or not."""
        new = documents.filter(pa.array(~np.isin(documents.column("doc_id").to_numpy(), self._asked)))
        if not new.num_rows:
            return
        self._asked = np.concatenate([self._asked, new.column("doc_id").to_numpy()])
        wanted = new.select(WANTED.names)
        read = read_again(self._engine, self._rereading, wanted, self._files(self._readings))
        self._readings += 1
        self._stored += [s for s in read.stored if len(s.doc_ids)]
        self._stored_bytes += sum(s.sets.values.nbytes for s in read.stored)
        self._counters += read.counters

    def _files(self, reading: int) -> WorkFolder:
        return self._work.folder(f"reading-{reading:02}")

    def _compared(self, left: Ids, right: Ids) -> npt.NDArray[np.float64]:
        """Similarities of pairs, file by file, so that the memory is what the system lends to mapped files."""
        similarity = np.full(len(left), GONE)
        (file, row), (other_file, other_row) = self._places(left), self._places(right)
        both = np.flatnonzero((file >= 0) & (other_file >= 0))
        together = file[both] * len(self._stored) + other_file[both]
        order = np.argsort(together, kind="stable")
        present, starts = np.unique(together[order], return_index=True)
        for files, start, end in zip(present.tolist(), starts, np.append(starts, len(order))[1:], strict=True):
            one, other = divmod(files, len(self._stored))
            pairs = both[order[start:end]]
            similarity[pairs] = jaccards(self._stored[one].sets, row[pairs], self._stored[other].sets, other_row[pairs])
        return similarity

    def _places(self, doc_ids: Ids) -> tuple[Ids, Ids]:
        """In which stored file each document is, -1 in none, and its row there."""
        files, rows = np.full(len(doc_ids), -1), np.zeros(len(doc_ids), np.int64)
        for number, stored in enumerate(self._stored):
            at = np.minimum(np.searchsorted(stored.doc_ids, doc_ids), len(stored.doc_ids) - 1)
            here = stored.doc_ids[at] == doc_ids
            files[here], rows[here] = number, at[here]
        return files, rows
