"""Candidates: documents that share a band of their sketches, found in rounds that fit the memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.analyzers.sketch.bands import band_keys
from colophon.analyzers.sketch.scheme import Scheme
from colophon.pipeline.failures import surfaced
from colophon.pipeline.progress import Meter
from colophon.pipeline.runners import Counter, Engine, run_pipeline
from colophon.pipeline.settings import Settings
from colophon.pipeline.shuffle import Block, Group, GroupBlocks, Packer, Partitioning, unpack
from colophon.pipeline.work import write_work
from colophon.record.parts import read_batches

STEP = "edges"
TRANSFORM = "bands"

#: A document and the smallest doc_id it shares a band with.
EDGES = pa.schema([("doc_id", pa.int64()), ("other_id", pa.int64())])

_KEYS = b"B"

#: Below so many documents a further process costs more to start than it does.
_DOCUMENTS_A_WORKER = 250_000

#: Bytes shuffled for a document and band, and what the local engine holds for each byte shuffled (measured).
_ENTRY_BYTES = 16
_HELD_PER_BYTE = 4.1


@dataclass(frozen=True, slots=True)
class Round:
    """Bands that are grouped together."""

    number: int
    first_band: int
    end_band: int


def rounds(scheme: Scheme, documents: int, memory_bytes: int) -> tuple[Round, ...]:
    """As few rounds as fit in half of the memory; a function of the size of the input, never of the workers."""
    band_bytes = max(1, int(documents * _ENTRY_BYTES * _HELD_PER_BYTE))
    together = max(1, min(scheme.bands, memory_bytes // 2 // band_bytes))
    starts = range(0, scheme.bands, together)
    return tuple(Round(n, first, min(scheme.bands, first + together)) for n, first in enumerate(starts))


def find_candidates(
    settings: Settings, engine: Engine, sketch_parts: tuple[str, ...], documents: int
) -> tuple[Counter, ...]:
    """Band all sketches; leaves work files of schema `EDGES`. Raises SchemeMismatchError, ShuffleLossError."""
    counters: list[Counter] = []
    if not sketch_parts:
        return ()
    for one in rounds(settings.scheme, documents, settings.memory_bytes):
        entries = documents * (one.end_band - one.first_band)
        partitioning = Partitioning(max(8, -(-entries * _ENTRY_BYTES // (16 * 2**20))))

        def build(pipeline: beam.Pipeline, one: Round = one, partitioning: Partitioning = partitioning) -> None:
            _ = (
                pipeline
                | "Parts" >> beam.Create(sketch_parts)
                | "Spread" >> beam.Reshuffle()
                | "Band" >> beam.ParDo(_Band(settings, one, partitioning)).with_output_types(Block)
                | GroupBlocks(f"bands_{one.number}")
                | "Write edges" >> beam.ParDo(_WriteEdges(settings, one))
            )

        counters += run_pipeline(engine.at_most(-(-documents // _DOCUMENTS_A_WORKER)), build)
    return tuple(counters)


class _Band(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, one: Round, partitioning: Partitioning) -> None:
        super().__init__()
        self._settings, self._round, self._partitioning = settings, one, partitioning

    def setup(self) -> None:
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, path: str) -> Iterator[Block]:
        packer = Packer(_KEYS)
        for batch in read_batches(self._settings.folder, [path], ("doc_id", "scheme", "slots")):
            keys = band_keys(slots_of(batch, self._settings.scheme), self._settings.scheme)
            doc_ids = batch.column("doc_id")
            for band in range(self._round.first_band, self._round.end_band):
                of_band = np.ascontiguousarray(keys[:, band])
                rows = pa.RecordBatch.from_arrays([pa.array(of_band), doc_ids], ["key", "doc_id"])
                yield from packer.add(rows, self._partitioning.of_hashes(of_band))
            self._meter.add(batch.num_rows, 0)
        yield from packer.rest()
        self._meter.shard_done()


def slots_of(batch: pa.RecordBatch, scheme: Scheme) -> npt.NDArray[np.uint16]:
    """Slots of a batch of `sketches`, shape (rows, slots). Raises SchemeMismatchError."""
    for found in batch.column("scheme").unique().to_pylist():
        scheme.require(found)
    slots = batch.column("slots").cast(pa.binary(scheme.slots * 2))
    return np.frombuffer(slots.buffers()[1], "<u2").reshape(-1, scheme.slots)[slots.offset : slots.offset + len(slots)]


class _WriteEdges(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, one: Round) -> None:
        super().__init__()
        self._settings, self._round = settings, one

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        rows = unpack(blocks, _KEYS)
        if rows is not None:
            edges = star_edges(rows.column("key").to_numpy(), rows.column("doc_id").to_numpy())
            if edges.num_rows:
                write_work(self._settings, f"{STEP}/round-{self._round.number:02}-part-{partition:06}.parquet", edges)
        yield from ()


def star_edges(keys: npt.NDArray[np.uint64], doc_ids: npt.NDArray[np.int64]) -> pa.Table:
    """Link the documents of each bucket to its smallest: linear in the bucket, never squared. Schema `EDGES`."""
    order = np.lexsort((doc_ids, keys))
    keys, doc_ids = keys[order], doc_ids[order]
    if not len(keys):
        return EDGES.empty_table()
    first = np.r_[True, keys[1:] != keys[:-1]]
    centre = doc_ids[np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))]
    linked = ~first & (doc_ids != centre)
    pairs = np.unique(np.stack([doc_ids[linked], centre[linked]], axis=1), axis=0)
    return pa.Table.from_arrays([pa.array(pairs[:, 0]), pa.array(pairs[:, 1])], schema=EDGES)
