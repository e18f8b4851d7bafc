"""The second reading: only the rows that exact comparisons need are read again, and only shingle hashes come out."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from apache_beam.metrics import Metrics

from colophon.analyzers.identity import content_digests
from colophon.analyzers.sketch.similarity import shingle_sets
from colophon.pipeline.failures import surfaced
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.reading import reader_of
from colophon.pipeline.runners import Counter, Engine, run_pipeline
from colophon.pipeline.settings import Settings, id_key
from colophon.pipeline.work import write_work
from colophon.record.errors import InputUnreadableError
from colophon.record.tables import ROW_BITS
from colophon.record.vocabulary import KEYED_ACQUISITIONS

WANTED_STEP, STEP = "wanted", "shingles"
TRANSFORM = "verify"

#: Rows to read again: the content id says whether the text is still the one that was scanned.
WANTED = pa.schema([("doc_id", pa.int64()), ("component_id", pa.int64()), ("content_id", pa.string())])

#: Distinct shingle hashes of a document, ascending.
SHINGLES = pa.schema([
    pa.field("component_id", pa.int64(), nullable=False),
    pa.field("doc_id", pa.int64(), nullable=False),
    pa.field("hashes", pa.large_list(pa.field("item", pa.uint64(), nullable=False)), nullable=False),
])  # fmt: skip


def wanted_path(ordinal: int) -> str:
    """Work file of schema `WANTED` for one shard."""
    return f"{WANTED_STEP}/shard-{ordinal:08}.parquet"


def read_shingles(settings: Settings, engine: Engine, shards: tuple[PlannedShard, ...]) -> tuple[Counter, ...]:
    """Read the wanted rows of these shards again; leaves work files of schema `SHINGLES`.

    A row whose text is gone or has changed gives none, and is counted.
    """
    if not shards:
        return ()

    def build(pipeline: beam.Pipeline) -> None:
        _ = (
            pipeline
            | "Shards" >> beam.Create(shards)
            | "Spread" >> beam.Reshuffle()
            | "Read rows" >> beam.ParDo(_ReadRows(settings))
        )

    return run_pipeline(engine.at_most(len(shards)), build)


class _ReadRows(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def setup(self) -> None:
        self._key = id_key(self._settings.corpus)
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, planned: PlannedShard) -> Iterator[None]:
        folder = self._settings.folder
        wanted = pq.read_table(folder.absolute(f"{self._settings.work}/{wanted_path(planned.ordinal)}"))
        wanted = wanted.sort_by("doc_id").combine_chunks()
        found: list[pa.Table] = []
        try:
            for batch in self._batches(planned):
                found.append(self._shingles(planned, batch, wanted))
                if sum(t.num_rows for t in found) == wanted.num_rows:
                    break
        except InputUnreadableError:
            Metrics.counter(TRANSFORM, "unreadable_shards").inc()
        sets = pa.concat_tables(found) if found else SHINGLES.empty_table()
        Metrics.counter(TRANSFORM, "documents_read_again").inc(sets.num_rows)
        Metrics.counter(TRANSFORM, "texts_gone").inc(wanted.num_rows - sets.num_rows)
        if sets.num_rows:
            write_work(self._settings, f"{STEP}/shard-{planned.ordinal:08}.parquet", sets.sort_by("component_id"))
        self._meter.shard_done()
        yield from ()

    def _batches(self, planned: PlannedShard) -> Iterator[pa.RecordBatch]:
        source = self._settings.by_id[planned.source_id].source
        connector = reader_of(source, self._settings.base, planned.shard, self._settings.batch_rows).connector
        for item in connector.read(planned.shard):
            if isinstance(item, pa.RecordBatch):
                yield item

    def _shingles(self, planned: PlannedShard, batch: pa.RecordBatch, wanted: pa.Table) -> pa.Table:
        """The shingle sets of the wanted rows of a batch whose texts are unchanged."""
        doc_ids = batch.column("row").to_numpy() + (planned.ordinal << ROW_BITS)
        wanted_ids = wanted.column("doc_id").to_numpy()
        at = np.searchsorted(wanted_ids, doc_ids)
        here = (at < len(wanted_ids)) & (wanted_ids[np.minimum(at, len(wanted_ids) - 1)] == doc_ids)
        texts = batch.column("text").filter(pa.array(here))
        rows = wanted.take(pa.array(at[here]))
        source = self._settings.by_id[planned.source_id].source
        digests = content_digests(texts)
        if self._key is not None and source.acquisition in KEYED_ACQUISITIONS:
            digests = [self._key.keyed(d) for d in digests]
        unchanged = pc.equal(
            rows.column("content_id"), pa.chunked_array([pa.array([d.hex() for d in digests], pa.string())])
        )
        rows, texts = rows.filter(unchanged), texts.filter(unchanged.combine_chunks())
        sets = shingle_sets(texts, self._settings.scheme)
        self._meter.add(len(texts), pc.sum(pc.binary_length(texts)).as_py() or 0)
        hashes = pa.LargeListArray.from_arrays(pa.array(sets.offsets, pa.int64()), pa.array(sets.values, pa.uint64()))
        return pa.Table.from_arrays(
            [rows.column("component_id"), rows.column("doc_id"), hashes], names=SHINGLES.names
        ).cast(SHINGLES)
