"""Reading again: the shingle hashes of chosen documents, taken from their texts, in files of the work folder.

A shard's hashes follow each other as 8-byte numbers in one file, ascending by document; an index says whose they are.
Text never leaves the worker that read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.metrics import Metrics

from colophon.analyzers.identity import content_digests
from colophon.connectors import rereads
from colophon.connectors.rows import WANTED_ROWS
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.short_texts import comparable_sets
from colophon.dedup.sketch.similarity import ShingleSets
from colophon.errors import InputUnreadableError, RowsLostError
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.failures import surfaced, surfacing
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shard_parts import read_shard_part
from colophon.pipeline.sources import ShardReader
from colophon.record.parquet import read_part
from colophon.record.storage import RecordStorage
from colophon.tables import DOCUMENTS, ROW_BITS

TRANSFORM = "verify"

#: Documents to read again; the content id says whether the text is still the one that was scanned.
WANTED = pa.schema([("doc_id", pa.int64()), ("content_id", pa.string())])

#: Documents read, with how many hashes each has; a text that is gone or has changed is left out.
_INDEX = pa.schema([("doc_id", pa.int64()), ("hashes", pa.int64())])

#: Bytes of a shingle hash.
HASH_BYTES = 8

#: Below so many rows a further process costs more to start than it reads (measured: 18,000 rows a second).
_ROWS_A_WORKER = 40_000


@dataclass(frozen=True, slots=True)
class StoredSets:
    """The shingle sets of documents of one shard, ascending by doc_id; the hashes lie in a mapped file."""

    doc_ids: npt.NDArray[np.int64]
    sets: ShingleSets


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What one reading gave, a file a shard, and what was counted."""

    stored: tuple[StoredSets, ...]
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class Rereading:
    """How documents are read again: the shards they are in by ordinal, how these are read, the scheme of shingles, and
    where progress is noted."""

    storage: RecordStorage
    shards: Mapping[int, PlannedShard]
    reader: ShardReader
    scheme: Scheme
    meter: WorkFolder


def read_again(engine: Engine, rereading: Rereading, wanted: pa.Table, files: WorkFolder) -> ReadAgain:
    """Read the rows of schema `WANTED`, ascending by document and each named once; leaves its work files in a folder.

    Reads each shard once. Raises RowsLostError where the engine lost one on the way.
    """
    ordinals = wanted.column("doc_id").to_numpy() >> ROW_BITS
    present, starts = np.unique(ordinals, return_index=True)
    ends = np.append(starts[1:], len(ordinals))
    tasks = [
        _ShardRows(
            rereading.shards[ordinal], files.write(f"wanted-{ordinal:08}.parquet", wanted.slice(start, end - start))
        )
        for ordinal, start, end in zip(present.tolist(), starts, ends, strict=True)
    ]

    def build(pipeline: beam.Pipeline) -> None:
        spread = pipeline | "Shards" >> beam.Create(tasks) | "Spread" >> beam.Reshuffle()
        _ = spread | "Read rows" >> beam.ParDo(_ReadRows(rereading, files))

    workers = min(len(tasks), -(-wanted.num_rows // _ROWS_A_WORKER))
    counters = run_pipeline(engine.at_most(workers), build)
    return ReadAgain(tuple(_stored(files, task.planned) for task in tasks), counters)


@dataclass(frozen=True, slots=True)
class _ShardRows:
    """A shard, and the work file of schema `WANTED` with the documents of it to read."""

    planned: PlannedShard
    wanted: str


def _index_name(planned: PlannedShard) -> str:
    return f"index-{planned.ordinal:08}.parquet"


def _sets_name(planned: PlannedShard) -> str:
    return f"sets-{planned.ordinal:08}.hashes"


def _stored(files: WorkFolder, planned: PlannedShard) -> StoredSets:
    """What a worker left of a shard. Raises RowsLostError."""
    path = files.file(_index_name(planned))
    if not files.storage.exists(path):
        raise RowsLostError(files.storage.location, planned.shard.path)
    index = read_part(files.storage, path, schema=_INDEX)
    offsets = np.zeros(index.num_rows + 1, np.int64)
    np.cumsum(index.column("hashes").to_numpy(), out=offsets[1:])
    values = np.empty(0, np.uint64)
    if offsets[-1]:
        hashes = files.storage.mapped(files.file(_sets_name(planned)))
        values = np.frombuffer(hashes, "<u8", count=int(offsets[-1]))
    return StoredSets(index.column("doc_id").to_numpy(), ShingleSets(values, offsets))


@dataclass(eq=False)
class _ReadRows(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    rereading: Rereading
    files: WorkFolder

    @surfacing()
    def setup(self) -> None:
        self._key = self.rereading.reader.key()
        self._meter = Meter(self.rereading.meter, TRANSFORM)

    @surfaced
    def process(self, task: _ShardRows) -> Iterator[None]:
        planned, index = task.planned, [_INDEX.empty_table()]
        wanted = read_part(self.files.storage, task.wanted)
        with self.files.storage.committing(self.files.file(_sets_name(planned))) as file:
            try:
                for batch in self._batches(planned, wanted):
                    doc_ids, texts = self._unchanged(planned, batch, wanted)
                    sets = comparable_sets(texts, self.rereading.scheme)
                    file.write(sets.values.astype("<u8", copy=False).data)
                    index.append(pa.Table.from_arrays([doc_ids, pa.array(np.diff(sets.offsets))], schema=_INDEX))
                    self._meter.add(batch.num_rows, pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0)
            except InputUnreadableError:
                Metrics.counter(TRANSFORM, "unreadable_shards").inc()
        read = pa.concat_tables(index)
        self.files.write(_index_name(planned), read)
        Metrics.counter(TRANSFORM, "rows_read_again").inc(read.num_rows)
        self._meter.shard_done()
        yield from ()

    def _batches(self, planned: PlannedShard, wanted: pa.Table) -> Iterator[pa.RecordBatch]:
        connector = self.rereading.reader.reader(planned).connector
        # Without their texts, pairs are judged by the sketches, as where a text is gone.
        return connector.read_again(planned.shard, self._places(planned, wanted)) if rereads(connector) else iter(())

    def _places(self, planned: PlannedShard, wanted: pa.Table) -> pa.RecordBatch:
        """Where the wanted documents were found, of schema `WANTED_ROWS`."""
        wanted_ids = wanted.column("doc_id").to_numpy()
        columns = ("doc_id", "path", "position")
        places = [
            batch.filter(pa.array(np.isin(batch.column("doc_id").to_numpy(), wanted_ids, assume_unique=True)))
            for batch in read_shard_part(self.rereading.storage, DOCUMENTS, planned, columns)
        ]
        together = pa.concat_batches(places)
        rows = pc.subtract(together.column("doc_id"), planned.ordinal << ROW_BITS)
        columns_of_rows = [rows, together.column("path"), together.column("position")]
        return pa.RecordBatch.from_arrays(columns_of_rows, schema=WANTED_ROWS)

    def _unchanged(self, planned: PlannedShard, batch: pa.RecordBatch, wanted: pa.Table) -> tuple[pa.Array, pa.Array]:
        """The doc_ids and texts of the rows of a batch whose texts are as they were scanned."""
        doc_ids, texts = batch.column("row").to_numpy() + (planned.ordinal << ROW_BITS), batch.column("text")
        digests = content_digests(texts)
        if self._key is not None and self.rereading.reader.source(planned).is_keyed:
            digests = [self._key.keyed(d) for d in digests]
        at = np.searchsorted(wanted.column("doc_id").to_numpy(), doc_ids)
        expected = wanted.column("content_id").take(pa.array(at)).combine_chunks()
        same = pc.equal(pa.array([d.hex() for d in digests], pa.string()), expected)
        return pa.array(doc_ids).filter(same), texts.filter(same)
