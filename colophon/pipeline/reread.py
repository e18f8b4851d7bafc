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
from colophon.connectors.readers import reader_of
from colophon.connectors.rows import WANTED_ROWS
from colophon.dedup.sketch.similarity import ShingleSets, shingle_sets
from colophon.errors import InputUnreadableError, RowsLostError
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.failures import surfaced
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.run_context import RunContext, id_key
from colophon.pipeline.scratch import write_work
from colophon.pipeline.shard_parts import read_shard_part
from colophon.record.parquet import read_part
from colophon.tables import DOCUMENTS, ROW_BITS
from colophon.vocabulary import KEYED_ACQUISITIONS

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


def read_again(
    settings: RunContext, engine: Engine, step: str, wanted: pa.Table, shards: Mapping[int, PlannedShard]
) -> ReadAgain:
    """Read the rows of schema `WANTED`, ascending by document and each named once; leaves work files below `step`.

    Reads each shard once. Raises RowsLostError where the engine lost one on the way.
    """
    ordinals = wanted.column("doc_id").to_numpy() >> ROW_BITS
    present, starts = np.unique(ordinals, return_index=True)
    for ordinal, start, end in zip(present.tolist(), starts, np.append(starts[1:], len(ordinals)), strict=True):
        write_work(settings, _path(step, "wanted", ordinal), wanted.slice(start, end - start))
    read = tuple(shards[ordinal] for ordinal in present.tolist())

    def build(pipeline: beam.Pipeline) -> None:
        spread = pipeline | "Shards" >> beam.Create(read) | "Spread" >> beam.Reshuffle()
        _ = spread | "Read rows" >> beam.ParDo(_ReadRows(settings, step))

    workers = min(len(read), -(-wanted.num_rows // _ROWS_A_WORKER))
    counters = run_pipeline(engine.at_most(workers), build)
    return ReadAgain(tuple(_stored(settings, step, planned) for planned in read), counters)


def _path(step: str, kind: str, ordinal: int) -> str:
    return f"{step}/{kind}-{ordinal:08}.{'hashes' if kind == 'sets' else 'parquet'}"


def _stored(settings: RunContext, step: str, planned: PlannedShard) -> StoredSets:
    """What a worker left of a shard. Raises RowsLostError."""
    path = f"{settings.work}/{_path(step, 'index', planned.ordinal)}"
    if not settings.folder.exists(path):
        raise RowsLostError(settings.folder.location, planned.shard.path)
    index = read_part(settings.folder, path, schema=_INDEX)
    offsets = np.zeros(index.num_rows + 1, np.int64)
    np.cumsum(index.column("hashes").to_numpy(), out=offsets[1:])
    values = np.empty(0, np.uint64)
    if offsets[-1]:
        hashes = settings.folder.mapped(f"{settings.work}/{_path(step, 'sets', planned.ordinal)}")
        values = np.frombuffer(hashes, "<u8", count=int(offsets[-1]))
    return StoredSets(index.column("doc_id").to_numpy(), ShingleSets(values, offsets))


class _ReadRows(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext, step: str) -> None:
        super().__init__()
        self._settings, self._step = settings, step

    def setup(self) -> None:
        self._key = id_key(self._settings.corpus)
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, planned: PlannedShard) -> Iterator[None]:
        settings, index = self._settings, [_INDEX.empty_table()]
        wanted = read_part(settings.folder, f"{settings.work}/{_path(self._step, 'wanted', planned.ordinal)}")
        with settings.folder.committing(f"{settings.work}/{_path(self._step, 'sets', planned.ordinal)}") as file:
            try:
                for batch in self._batches(planned, wanted):
                    doc_ids, texts = self._unchanged(planned, batch, wanted)
                    sets = shingle_sets(texts, settings.scheme)
                    file.write(sets.values.astype("<u8", copy=False).data)
                    index.append(pa.Table.from_arrays([doc_ids, pa.array(np.diff(sets.offsets))], schema=_INDEX))
                    self._meter.add(batch.num_rows, pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0)
            except InputUnreadableError:
                Metrics.counter(TRANSFORM, "unreadable_shards").inc()
        read = pa.concat_tables(index)
        write_work(settings, _path(self._step, "index", planned.ordinal), read)
        Metrics.counter(TRANSFORM, "rows_read_again").inc(read.num_rows)
        self._meter.shard_done()
        yield from ()

    def _batches(self, planned: PlannedShard, wanted: pa.Table) -> Iterator[pa.RecordBatch]:
        source = self._settings.by_id[planned.source_id].source
        connector = reader_of(source, self._settings.base, planned.shard, self._settings.batch_rows).connector
        # Without their texts, pairs are judged by the sketches, as where a text is gone.
        return connector.read_again(planned.shard, self._places(planned, wanted)) if rereads(connector) else iter(())

    def _places(self, planned: PlannedShard, wanted: pa.Table) -> pa.RecordBatch:
        """Where the wanted documents were found, of schema `WANTED_ROWS`."""
        wanted_ids = wanted.column("doc_id").to_numpy()
        columns = ("doc_id", "path", "position")
        places = [
            batch.filter(pa.array(np.isin(batch.column("doc_id").to_numpy(), wanted_ids, assume_unique=True)))
            for batch in read_shard_part(self._settings.folder, DOCUMENTS, planned, columns)
        ]
        found = pa.concat_batches(places)
        rows = pc.subtract(found.column("doc_id"), planned.ordinal << ROW_BITS)
        return pa.RecordBatch.from_arrays([rows, found.column("path"), found.column("position")], schema=WANTED_ROWS)

    def _unchanged(self, planned: PlannedShard, batch: pa.RecordBatch, wanted: pa.Table) -> tuple[pa.Array, pa.Array]:
        """The doc_ids and texts of the rows of a batch whose texts are as they were scanned."""
        doc_ids, texts = batch.column("row").to_numpy() + (planned.ordinal << ROW_BITS), batch.column("text")
        digests = content_digests(texts)
        source = self._settings.by_id[planned.source_id].source
        if self._key is not None and source.acquisition in KEYED_ACQUISITIONS:
            digests = [self._key.keyed(d) for d in digests]
        at = np.searchsorted(wanted.column("doc_id").to_numpy(), doc_ids)
        expected = wanted.column("content_id").take(pa.array(at)).combine_chunks()
        same = pc.equal(pa.array([d.hex() for d in digests], pa.string()), expected)
        return pa.array(doc_ids).filter(same), texts.filter(same)
