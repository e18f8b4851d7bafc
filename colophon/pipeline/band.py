"""Candidates: documents that share a band of their sketches, found in rounds that fit the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.metrics import Metrics

from colophon.dedup.candidates import (
    ENTRY_BYTES,
    Keys,
    Numbers,
    Round,
    links,
    pack_entries,
    rounds,
    slots_of,
    unpack_entries,
)
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.pipeline.engines.beam import Counter, Engine, run_pipelines
from colophon.pipeline.equal_texts import KnownCopies
from colophon.pipeline.failures import surfaced, surfacing
from colophon.pipeline.memory import collect, free_blocks_at_once, keep_freed_blocks, left_bytes, release
from colophon.pipeline.numbering import SketchNumbers, SketchPart
from colophon.pipeline.progress import Meter
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shuffle import Block, Group, GroupBlocks, Partitioning
from colophon.record.parquet import read_batches

TRANSFORM = "bands"

#: Bytes of a partition, small enough to sort beside the rest.
_MIN_PARTITION_BYTES, _PARTITION_BYTES = 2**20, 32 * 2**20

#: Rows of sketches banded together, and the bytes that one takes while it is (measured).
_BATCH_ROWS = range(2**14, 2**19)
BATCH_BYTES_A_ROW = 2_000

#: What a worker holds for each byte of a partition that it sorts (measured).
HELD_PER_PARTITION_BYTE = 8

_BANDED = ("doc_id", "scheme", "slots")

#: Below so many documents a further process costs more to start than it does.
_DOCUMENTS_A_WORKER = 250_000


@dataclass(frozen=True, slots=True)
class BandingMemory:
    """How much of what the memory leaves a worker may take for each use; the results are the same however little."""

    shuffle_bytes: int
    batch_rows: int
    partition_bytes: int

    @classmethod
    def of(cls, left_bytes: int, workers: int) -> BandingMemory:
        """Two thirds are for the shuffle, the rest is for what each worker has in its hands."""
        of_worker = left_bytes // (3 * workers)
        batch_rows = max(_BATCH_ROWS.start, min(_BATCH_ROWS.stop, of_worker // BATCH_BYTES_A_ROW))
        partition_bytes = max(_MIN_PARTITION_BYTES, min(_PARTITION_BYTES, of_worker // HELD_PER_PARTITION_BYTE))
        return cls(2 * of_worker, batch_rows, partition_bytes)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Work files of schema `EDGES`, which link documents that share a band, and what was counted."""

    edges: tuple[str, ...]
    counters: tuple[Counter, ...]


def find_candidates(
    engine: Engine, scheme: Scheme, sketches: SketchNumbers, groups: Iterable[str], work: WorkFolder, meter: WorkFolder
) -> Candidates:
    """Band the sketches of different texts; `groups` are work files of equal texts.

    KnownCopies are left out: content ids unite them already. Raises SchemeMismatchError, ShuffleLossError.
    """
    if not sketches.parts:
        return Candidates((), ())
    copies = KnownCopies.of(groups, work.folder("copies"))
    documents = sketches.documents - copies.documents
    engine = engine.at_most(min(scheme.bands, -(-documents // _DOCUMENTS_A_WORKER)))
    free_blocks_at_once()
    collect()
    memory = BandingMemory.of(left_bytes(work.memory_bytes, engine.workers), engine.workers)
    banded = BandedSketches(scheme, sketches, copies, memory.batch_rows)
    edges = work.folder("edges")
    in_rounds = rounds(scheme, documents, memory.shuffle_bytes, engine.workers)
    counters = run_pipelines(
        engine, [_Banding(banded, each, documents, memory.partition_bytes, edges, meter) for each in in_rounds]
    )
    keep_freed_blocks()
    return Candidates(edges.written(), counters)


@dataclass(frozen=True, slots=True)
class BandedSketches:
    """Sketches by their parts, with the scheme by which they are cut into bands, without copies of other texts."""

    scheme: Scheme
    sketches: SketchNumbers
    copies: KnownCopies
    batch_rows: int


@dataclass(frozen=True, slots=True)
class _Banding:
    """The pipeline of one round."""

    banded: BandedSketches
    round: Round
    documents: int
    partition_bytes: int
    edges: WorkFolder
    meter: WorkFolder

    def __call__(self, pipeline: beam.Pipeline) -> None:
        """Parts → Band → Group → Write edges."""
        in_round = self.documents * (self.round.end_band - self.round.first_band) // self.round.shares
        partitioning = Partitioning(max(8, -(-in_round * ENTRY_BYTES // self.partition_bytes)))
        band = _Band(self.banded, self.round, partitioning, self.edges, self.meter)
        _ = (
            pipeline
            | "Parts" >> beam.Create(self.banded.sketches.parts)
            | "Spread" >> beam.Reshuffle()
            | "Band" >> beam.ParDo(band).with_output_types(Block)
            | GroupBlocks(f"bands_{self.round.number}")
            | "Write edges" >> beam.ParDo(_WriteEdges(self.round, self.edges))
        )


@dataclass(eq=False)
class _Band(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    banded: BandedSketches
    round: Round
    partitioning: Partitioning
    edges: WorkFolder
    meter: WorkFolder

    @surfacing()
    def setup(self) -> None:
        free_blocks_at_once()
        self._meter = Meter(self.meter, TRANSFORM)

    @surfaced
    def process(self, part: SketchPart) -> Iterator[Block]:
        banded, scheme, first = self.banded, self.banded.scheme, part.first
        # Several row groups together where there is room, so that blocks are large where there are many partitions.
        for batch in read_batches(banded.sketches.storage, [part.path], _BANDED, rows=banded.batch_rows):
            own = ~banded.copies.among(batch.column("doc_id").to_numpy())
            numbers = first + np.flatnonzero(own)
            keys = band_keys(slots_of(batch.filter(pa.array(own)), scheme), scheme)
            for band in range(self.round.first_band, self.round.end_band):
                yield from self._blocks(np.ascontiguousarray(keys[:, band]), numbers, f"{first:012}-band-{band:02}")
            first += batch.num_rows
            Metrics.counter(TRANSFORM, "documents").inc(batch.num_rows)
            self._meter.add(batch.num_rows, 0)
        release()  # before the process that drives groups what it was sent
        self._meter.shard_done()

    def _blocks(self, keys: Keys, numbers: Numbers, name: str) -> Iterator[Block]:
        """The entries of the round; of those that share a key within the batch, one goes on in place of the others."""
        if self.round.shares > 1:
            places = self.round.places_of(keys)
            keys, numbers = keys[places], numbers[places]
        linked = links(keys, numbers)
        _write_edges(self.edges, self.round, f"from-{name}", linked.edges(numbers))
        if len(linked.places):
            keys, numbers = np.delete(keys, linked.places), np.delete(numbers, linked.places)
        for partition, block in pack_entries(keys, numbers, self.partitioning.partitions):
            Metrics.counter(TRANSFORM, "block_bytes").inc(len(block))
            yield partition, block


@dataclass(eq=False)
class _WriteEdges(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    round: Round
    edges: WorkFolder

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        entries = [unpack_entries(block) for block in blocks]
        keys, numbers = np.concatenate([k for k, _ in entries]), np.concatenate([n for _, n in entries])
        _write_edges(self.edges, self.round, f"part-{partition:06}", links(keys, numbers).edges(numbers))
        del entries, keys, numbers
        release()
        yield from ()


def _write_edges(folder: WorkFolder, of: Round, name: str, edges: pa.Table) -> None:
    if edges.num_rows:
        Metrics.counter(TRANSFORM, "edges").inc(edges.num_rows)
        folder.write(f"round-{of.number:04}-{name}.parquet", edges)
