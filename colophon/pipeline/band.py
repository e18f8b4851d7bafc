"""Candidates: documents that share a band of their sketches, found in rounds that fit the memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from apache_beam.metrics import Metrics
from numba import types

from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.compilation import compiled, reads, writes
from colophon.dedup.sketch.scheme import Scheme
from colophon.pipeline.engines.beam import Counter, Engine, run_pipelines
from colophon.pipeline.equal_texts import is_copy, write_copies
from colophon.pipeline.failures import surfaced
from colophon.pipeline.memory import collect, hold_blocks_apart, hold_blocks_together, left_bytes, release
from colophon.pipeline.numbering import SketchNumbers, SketchPart
from colophon.pipeline.progress import Meter
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import write_work
from colophon.pipeline.shuffle import Block, Group, GroupBlocks, Partitioning
from colophon.record.parquet import read_batches

#: Bytes shuffled for a document and band: the key, and a number of the document.
KEY_BYTES, NUMBER_BYTES = 8, 5
ENTRY_BYTES = KEY_BYTES + NUMBER_BYTES

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


def pack_entries(keys: Keys, numbers: Numbers, partitioning: Partitioning) -> Iterator[Block]:
    """A block for each partition that has entries: its keys, then its numbers, little endian.

    `keys` are those of one band, of the documents with these numbers.
    """
    kernel = compiled(
        _group, types.void, reads(types.uint64), reads(types.int64), writes(types.int64), writes(types.uint64),
        writes(types.uint8, 2),
    )  # fmt: skip
    ends = np.zeros(partitioning.partitions + 1, np.int64)
    grouped, packed = np.empty(len(keys), np.uint64), np.empty((len(keys), NUMBER_BYTES), np.uint8)
    kernel(keys, numbers, ends, grouped, packed)
    for partition, (begin, end) in enumerate(pairwise(ends.tolist())):
        if begin < end:
            yield partition, grouped[begin:end].astype("<u8", copy=False).tobytes() + packed[begin:end].tobytes()


def unpack_entries(block: bytes) -> tuple[Keys, Numbers]:
    """The keys and numbers of a block."""
    entries = len(block) // ENTRY_BYTES
    keys = np.frombuffer(block, "<u8", count=entries)
    numbers = np.zeros((entries, 8), np.uint8)
    numbers[:, :NUMBER_BYTES] = np.frombuffer(block, np.uint8, offset=entries * KEY_BYTES).reshape(-1, NUMBER_BYTES)
    return keys, numbers.view("<i8").ravel()


def _group(keys: Any, numbers: Any, ends: Any, grouped: Any, packed: Any) -> None:
    """Counts, then puts every entry where its partition stands; `ends` begins with 0. As `Partitioning.of_hashes`."""
    partitions = np.uint64(len(ends) - 1)
    for document in range(len(keys)):
        ends[np.int64(keys[document] % partitions) + 1] += 1
    places = np.empty(len(ends) - 1, np.int64)
    for partition in range(len(places)):
        places[partition] = ends[partition]
        ends[partition + 1] += ends[partition]
    for document in range(len(keys)):
        home = np.int64(keys[document] % partitions)
        place = places[home]
        places[home] += 1
        grouped[place] = keys[document]
        for byte in range(packed.shape[1]):
            packed[place, byte] = numbers[document] >> 8 * byte & 0xFF


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
_MIN_PARTITION_BYTES, _PARTITION_BYTES = 2**20, 32 * 2**20

#: A band is cut into no more shares than this, for each of which all sketches are read.
_MAX_SHARES = 64

#: Rows of sketches banded together, and the bytes that one takes while it is (measured).
_BATCH_ROWS = range(2**14, 2**19)
BATCH_BYTES_A_ROW = 2_000

#: What a worker holds for each byte of a partition that it sorts (measured).
HELD_PER_PARTITION_BYTE = 8

_BANDED = ("doc_id", "scheme", "slots")

#: Below so many documents a further process costs more to start than it does.
_DOCUMENTS_A_WORKER = 250_000


@dataclass(frozen=True, slots=True)
class Round:
    """Bands that are grouped together, and which share of their keys where one band alone is too large."""

    number: int
    first_band: int
    end_band: int
    share: int = 0
    shares: int = 1

    def places_of(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The places of those keys that belong to the round, by other bits than those that decide on partitions."""
        return np.flatnonzero((keys >> np.uint64(32)) % np.uint64(self.shares) == np.uint64(self.share))


@dataclass(frozen=True, slots=True)
class Room:
    """How much of what the memory leaves a worker may take for each use; the results are the same however little."""

    shuffle_bytes: int
    batch_rows: int
    partition_bytes: int

    @classmethod
    def of(cls, left_bytes: int, workers: int) -> Room:
        """Two thirds are for the shuffle, the rest is for what each worker has in its hands."""
        of_worker = left_bytes // (3 * workers)
        batch_rows = max(_BATCH_ROWS.start, min(_BATCH_ROWS.stop, of_worker // BATCH_BYTES_A_ROW))
        partition_bytes = max(_MIN_PARTITION_BYTES, min(_PARTITION_BYTES, of_worker // HELD_PER_PARTITION_BYTE))
        return cls(2 * of_worker, batch_rows, partition_bytes)


def rounds(scheme: Scheme, documents: int, shuffle_bytes: int, at_least: int = 1) -> tuple[Round, ...]:
    """As few rounds as fit in so much memory each; a band that does not is cut into shares of its keys."""
    band_bytes = max(1, int(documents * ENTRY_BYTES * _HELD_PER_BYTE))
    together = max(1, min(-(-scheme.bands // at_least), shuffle_bytes // band_bytes))
    shares = min(_MAX_SHARES, -(-band_bytes // shuffle_bytes))
    made = product(range(0, scheme.bands, together), range(shares))
    return tuple(
        Round(number, first, min(scheme.bands, first + together), share, shares)
        for number, (first, share) in enumerate(made)
    )


def find_candidates(settings: RunContext, engine: Engine, sketches: SketchNumbers) -> tuple[Counter, ...]:
    """Band the sketches of different texts; leaves work files of schema `EDGES`.

    Copies are left out: content ids unite them already. Raises SchemeMismatchError, ShuffleLossError.
    """
    if not sketches.parts:
        return ()
    documents = sketches.documents - write_copies(settings)
    engine = engine.at_most(min(settings.scheme.bands, -(-documents // _DOCUMENTS_A_WORKER)))
    hold_blocks_apart()
    collect()
    room = Room.of(left_bytes(settings.memory_bytes, engine.workers), engine.workers)
    made = rounds(settings.scheme, documents, room.shuffle_bytes, engine.workers)
    counters = run_pipelines(engine, [_Banding(settings, sketches.parts, one, documents, room) for one in made])
    hold_blocks_together()
    return counters


@dataclass(frozen=True, slots=True)
class _Banding:
    """The pipeline of one round."""

    settings: RunContext
    parts: tuple[SketchPart, ...]
    round: Round
    documents: int
    room: Room

    def __call__(self, pipeline: beam.Pipeline) -> None:
        """Parts → Band → Group → Write edges."""
        settings, one = self.settings, self.round
        entries = self.documents * (one.end_band - one.first_band) // one.shares
        partitioning = Partitioning(max(8, -(-entries * ENTRY_BYTES // self.room.partition_bytes)))
        _ = (
            pipeline
            | "Parts" >> beam.Create(self.parts)
            | "Spread" >> beam.Reshuffle()
            | "Band" >> beam.ParDo(_Band(settings, one, partitioning, self.room)).with_output_types(Block)
            | GroupBlocks(f"bands_{one.number}")
            | "Write edges" >> beam.ParDo(_WriteEdges(settings, one))
        )


class _Band(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext, one: Round, partitioning: Partitioning, room: Room) -> None:
        super().__init__()
        self._settings, self._round, self._partitioning, self._room = settings, one, partitioning, room

    def setup(self) -> None:
        hold_blocks_apart()
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, part: SketchPart) -> Iterator[Block]:
        settings, scheme, first = self._settings, self._settings.scheme, part.first
        # Several row groups together where there is room, so that blocks are large where there are many partitions.
        for batch in read_batches(settings.folder, [part.path], _BANDED, rows=self._room.batch_rows):
            own = ~is_copy(settings, batch.column("doc_id").to_numpy())
            numbers = first + np.flatnonzero(own)
            keys = band_keys(slots_of(batch.filter(pa.array(own)), scheme), scheme)
            for band in range(self._round.first_band, self._round.end_band):
                yield from self._blocks(np.ascontiguousarray(keys[:, band]), numbers, f"{first:012}-band-{band:02}")
            first += batch.num_rows
            Metrics.counter(TRANSFORM, "documents").inc(batch.num_rows)
            self._meter.add(batch.num_rows, 0)
        release()  # before the process that drives groups what it was sent
        self._meter.shard_done()

    def _blocks(self, keys: Keys, numbers: Numbers, name: str) -> Iterator[Block]:
        """The entries of the round; of those that share a key already here, one goes on and speaks for the others."""
        if self._round.shares > 1:
            places = self._round.places_of(keys)
            keys, numbers = keys[places], numbers[places]
        linked = links(keys, numbers)
        _write_edges(self._settings, self._round, f"from-{name}", linked.edges(numbers))
        if len(linked.places):
            keys, numbers = np.delete(keys, linked.places), np.delete(numbers, linked.places)
        for partition, block in pack_entries(keys, numbers, self._partitioning):
            Metrics.counter(TRANSFORM, "block_bytes").inc(len(block))
            yield partition, block


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
    def __init__(self, settings: RunContext, one: Round) -> None:
        super().__init__()
        self._settings, self._round = settings, one

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        entries = [unpack_entries(block) for block in blocks]
        keys, numbers = np.concatenate([k for k, _ in entries]), np.concatenate([n for _, n in entries])
        _write_edges(self._settings, self._round, f"part-{partition:06}", links(keys, numbers).edges(numbers))
        del entries, keys, numbers
        release()
        yield from ()


def _write_edges(settings: RunContext, one: Round, name: str, edges: pa.Table) -> None:
    if edges.num_rows:
        Metrics.counter(TRANSFORM, "edges").inc(edges.num_rows)
        write_work(settings, f"{STEP}/round-{one.number:04}-{name}.parquet", edges)


@dataclass(frozen=True, slots=True)
class Links:
    """Entries, by their places, and for each the smallest number of those with the same key, which is another's."""

    places: npt.NDArray[np.int64]
    centres: Numbers

    def edges(self, numbers: Numbers) -> pa.Table:
        """The documents linked, given the numbers of all entries. Schema `EDGES`."""
        return pa.Table.from_arrays([pa.array(numbers[self.places]), pa.array(self.centres)], schema=EDGES)


def links(keys: Keys, numbers: Numbers) -> Links:
    """Link the documents of each bucket to its smallest: linear in the bucket, never squared."""
    chosen = _sharing(keys)
    if not len(chosen):
        return Links(np.empty(0, np.int64), np.empty(0, np.int64))
    order = chosen[np.argsort(keys[chosen])]
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    members = numbers[order]
    centres = np.repeat(np.minimum.reduceat(members, starts), np.diff(np.append(starts, len(members))))
    linked = members != centres
    return Links(order[linked], centres[linked])


def _sharing(keys: Keys) -> npt.NDArray[np.int64]:
    """Places of all keys that stand more than once, and of a few others: most stand once, and need no order."""
    ordered = np.sort(keys)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    marked = np.zeros(1 << _MARK_BITS, np.bool_)
    marked[several >> _TO_MARK] = True
    return np.flatnonzero(marked[keys >> _TO_MARK])
