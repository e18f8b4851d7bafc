"""Candidates: documents that share a band of their sketches, found in rounds that fit the memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from apache_beam.metrics import Metrics

from colophon.analyzers.sketch.bands import band_keys
from colophon.analyzers.sketch.scheme import Scheme
from colophon.pipeline.duplicates.dense import SketchNumbers, SketchPart
from colophon.pipeline.duplicates.entries import ENTRY_BYTES, Keys, Numbers, pack_entries, unpack_entries
from colophon.pipeline.failures import surfaced
from colophon.pipeline.progress import Meter
from colophon.pipeline.runners import Counter, Engine, run_pipeline
from colophon.pipeline.settings import Settings
from colophon.pipeline.shuffle import Block, Group, GroupBlocks, Partitioning
from colophon.pipeline.work import write_work
from colophon.record.parts import read_batches

STEP = "edges"
TRANSFORM = "bands"

#: First bits of a key, by which those that stand more than once are told from most others. (The last ones decide on
#: the partition.)
_MARK_BITS = 22
_TO_MARK = np.uint64(64 - _MARK_BITS)

#: A document and the smallest one it shares a band with, by their numbers.
EDGES = pa.schema([("number", pa.int64()), ("other", pa.int64())])

#: What the local engine holds for each byte shuffled (measured).
_HELD_PER_BYTE = 4.1

#: Bytes of a partition, small enough to sort beside the rest.
_PARTITION_BYTES = 32 * 2**20

#: Below so many documents a further process costs more to start than it does.
_DOCUMENTS_A_WORKER = 250_000


@dataclass(frozen=True, slots=True)
class Round:
    """Bands that are grouped together."""

    number: int
    first_band: int
    end_band: int


def rounds(scheme: Scheme, documents: int, memory_bytes: int) -> tuple[Round, ...]:
    """As few rounds as fit in a third of the memory; a function of the size of the input, never of the workers."""
    band_bytes = max(1, int(documents * ENTRY_BYTES * _HELD_PER_BYTE))
    together = max(1, min(scheme.bands, memory_bytes // 3 // band_bytes))
    starts = range(0, scheme.bands, together)
    return tuple(Round(n, first, min(scheme.bands, first + together)) for n, first in enumerate(starts))


def find_candidates(settings: Settings, engine: Engine, sketches: SketchNumbers) -> tuple[Counter, ...]:
    """Band all sketches; leaves work files of schema `EDGES`. Raises SchemeMismatchError, ShuffleLossError."""
    counters: list[Counter] = []
    if not sketches.parts:
        return ()
    for one in rounds(settings.scheme, sketches.documents, settings.memory_bytes):
        entries = sketches.documents * (one.end_band - one.first_band)
        partitioning = Partitioning(max(8, -(-entries * ENTRY_BYTES // _PARTITION_BYTES)))

        def build(pipeline: beam.Pipeline, one: Round = one, partitioning: Partitioning = partitioning) -> None:
            _ = (
                pipeline
                | "Parts" >> beam.Create(sketches.parts)
                | "Spread" >> beam.Reshuffle()
                | "Band" >> beam.ParDo(_Band(settings, one, partitioning)).with_output_types(Block)
                | GroupBlocks(f"bands_{one.number}")
                | "Write edges" >> beam.ParDo(_WriteEdges(settings, one))
            )

        counters += run_pipeline(engine.at_most(-(-sketches.documents // _DOCUMENTS_A_WORKER)), build)
    return tuple(counters)


class _Band(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, one: Round, partitioning: Partitioning) -> None:
        super().__init__()
        self._settings, self._round, self._partitioning = settings, one, partitioning

    def setup(self) -> None:
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, part: SketchPart) -> Iterator[Block]:
        first = part.first
        # Several row groups together, so that blocks are large where there are many partitions.
        for batch in read_batches(self._settings.folder, [part.path], ("scheme", "slots"), rows=2**19):
            keys = band_keys(slots_of(batch, self._settings.scheme), self._settings.scheme)
            for band in range(self._round.first_band, self._round.end_band):
                for partition, block in pack_entries(keys, band, first, self._partitioning):
                    Metrics.counter(TRANSFORM, "block_bytes").inc(len(block))
                    yield partition, block
            first += batch.num_rows
            Metrics.counter(TRANSFORM, "documents").inc(batch.num_rows)
            self._meter.add(batch.num_rows, 0)
        self._meter.shard_done()


def slots_of(batch: pa.RecordBatch, scheme: Scheme) -> npt.NDArray[np.uint16]:
    """Slots of a batch of `sketches`, shape (rows, slots). Raises SchemeMismatchError."""
    for found in batch.column("scheme").unique().to_pylist():
        scheme.require(found)
    slots = batch.column("slots")
    if not len(slots):
        return np.empty((0, scheme.slots), np.uint16)
    _, offsets, data = slots.buffers()
    begin = int(np.frombuffer(offsets, np.int32)[slots.offset])
    # Every sketch of a scheme has the same length, so that they lie one after the other.
    flat = np.frombuffer(data, "<u2", count=len(slots) * scheme.slots, offset=begin)
    return flat.reshape(len(slots), scheme.slots)


class _WriteEdges(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, one: Round) -> None:
        super().__init__()
        self._settings, self._round = settings, one

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        entries = [unpack_entries(block) for block in blocks]
        edges = star_edges(np.concatenate([k for k, _ in entries]), np.concatenate([n for _, n in entries]))
        if edges.num_rows:
            Metrics.counter(TRANSFORM, "edges").inc(edges.num_rows)
            write_work(self._settings, f"{STEP}/round-{self._round.number:02}-part-{partition:06}.parquet", edges)
        yield from ()


def star_edges(keys: Keys, numbers: Numbers) -> pa.Table:
    """Link the documents of each bucket to its smallest: linear in the bucket, never squared. Schema `EDGES`."""
    chosen = _sharing(keys)
    if not len(chosen):
        return EDGES.empty_table()
    order = chosen[np.argsort(keys[chosen])]
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    members = numbers[order]
    centres = np.repeat(np.minimum.reduceat(members, starts), np.diff(np.append(starts, len(members))))
    linked = members != centres
    return pa.Table.from_arrays([pa.array(members[linked]), pa.array(centres[linked])], schema=EDGES)


def _sharing(keys: Keys) -> npt.NDArray[np.int64]:
    """Places of all keys that stand more than once, and of a few others: most stand once, and need no order."""
    ordered = np.sort(keys)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    marked = np.zeros(1 << _MARK_BITS, np.bool_)
    marked[several >> _TO_MARK] = True
    return np.flatnonzero(marked[keys >> _TO_MARK])
