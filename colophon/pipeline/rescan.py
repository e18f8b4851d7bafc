"""Reading training shards again for evaluation documents that came later; only hits are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.metrics import Metrics

from colophon.analyzers.contamination import NgramIndex
from colophon.pipeline.contamination import (
    Unseen,
    hit_rows,
    newest_generations,
    read_index,
    uncompared_shards,
    write_index,
)
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.failures import surfaced, surfacing
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shard_parts import read_shard_part
from colophon.pipeline.sources import ShardReader, Sources
from colophon.record.generations import NewGeneration
from colophon.record.parquet import PartWriter, write_empty_part
from colophon.record.storage import shard_part
from colophon.tables import CONTAMINATION_HITS, DOCUMENTS, ROW_BITS

TRANSFORM = "rescan"


@dataclass(frozen=True, slots=True)
class RescanTask:
    """A shard to read again, and the work file of the n-grams to look for, None where there are none."""

    shard: PlannedShard
    ngrams: str | None


def rescan_tasks(
    shards: Iterable[PlannedShard], generation: NewGeneration, sources: Sources, work: WorkFolder
) -> tuple[RescanTask, ...]:
    """The shards that were not compared with all evaluation documents; those of an interrupted rescan are left out."""
    needed = frozenset(uncompared_shards(generation, sources, work))
    compared = newest_generations(generation.live(CONTAMINATION_HITS))
    unseen = {s: Unseen(compared.get(s.ordinal, 0)) for s in shards if s.ordinal in needed}
    indexes = {each: write_index(generation, each, work) for each in set(unseen.values())}
    return tuple(RescanTask(shard, indexes[each]) for shard, each in unseen.items())


def rescan(
    engine: Engine,
    tasks: tuple[RescanTask, ...],
    reader: ShardReader,
    generation: NewGeneration,
    meter: WorkFolder,
) -> tuple[Counter, ...]:
    """Write a part of `contamination_hits` of a generation for each task.

    Raises InputUnreadableError, OutputUnwritableError; parts that are written count, and the next rescan goes on.
    """
    if not tasks:
        return ()
    return run_pipeline(
        engine.at_most(len(tasks)),
        lambda p: (
            p
            | "Tasks" >> beam.Create(tasks)
            | "Spread" >> beam.Reshuffle()
            | "Read again" >> beam.ParDo(_SearchShard(reader, generation, meter))
        ),
    )


@dataclass(eq=False)
class _SearchShard(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    reader: ShardReader
    generation: NewGeneration
    meter: WorkFolder

    @surfacing()
    def setup(self) -> None:
        self._meter = Meter(self.meter, TRANSFORM)
        self._indexes: dict[str | None, NgramIndex | None] = {}

    @surfaced
    def process(self, task: RescanTask) -> Iterator[None]:
        storage = self.generation.storage
        if task.ngrams not in self._indexes:
            self._indexes[task.ngrams] = read_index(storage, task.ngrams)
        index = self._indexes[task.ngrams]
        path = shard_part(CONTAMINATION_HITS, self.generation.number, task.shard.ordinal)
        with PartWriter(storage, CONTAMINATION_HITS, path) as part:
            # Nothing is left to look for where earlier evaluation documents hold all n-grams of the later ones.
            if index is not None and len(index.hashes):
                for texts, doc_ids in self._documents(task.shard):
                    part.write(hit_rows(texts, doc_ids, index))
        if not part.rows:
            write_empty_part(storage, CONTAMINATION_HITS, path)
        Metrics.counter(TRANSFORM, "shards_read_again").inc()
        self._meter.shard_done()
        yield from ()

    def _documents(self, planned: PlannedShard) -> Iterator[tuple[pa.Array, pa.Array]]:
        """Texts and ids of the shard's documents that the record holds; a trial holds the first of them only."""
        known = np.concatenate([
            batch.column("doc_id").to_numpy()
            for batch in read_shard_part(self.generation.storage, DOCUMENTS, planned, ("doc_id",))
        ])  # fmt: skip
        connector = self.reader.reader(planned).connector
        for item in connector.read(planned.shard):
            if not isinstance(item, pa.RecordBatch):
                continue
            doc_ids = item.column("row").to_numpy() + (planned.ordinal << ROW_BITS)
            held = pa.array(np.isin(doc_ids, known, assume_unique=True))
            texts = item.column("text").filter(held)
            self._meter.add(len(texts), pc.sum(pc.binary_length(texts)).as_py() or 0)
            yield texts, pa.array(doc_ids).filter(held)
            if doc_ids[-1] >= known[-1]:
                break
