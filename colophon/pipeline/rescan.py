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
from colophon.connectors.readers import reader_of
from colophon.pipeline.contamination import (
    Unseen,
    generations_of_shards,
    hit_rows,
    read_index,
    uncompared_shards,
    write_index,
)
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.failures import surfaced
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.shard_parts import read_shard_part
from colophon.record.parquet import PartWriter, write_empty_part
from colophon.record.storage import shard_part
from colophon.tables import CONTAMINATION_HITS, DOCUMENTS, ROW_BITS

TRANSFORM = "rescan"


@dataclass(frozen=True, slots=True)
class Task:
    """A shard to read again, and what to look for."""

    shard: PlannedShard
    unseen: Unseen


def rescan_tasks(settings: RunContext, shards: Iterable[PlannedShard]) -> tuple[Task, ...]:
    """The shards that were not compared with all evaluation documents; those of an interrupted rescan are left out."""
    needed = frozenset(uncompared_shards(settings))
    compared = generations_of_shards(settings, CONTAMINATION_HITS)
    return tuple(Task(s, Unseen(compared.get(s.ordinal, 0))) for s in shards if s.ordinal in needed)


def rescan(settings: RunContext, engine: Engine, tasks: tuple[Task, ...]) -> tuple[Counter, ...]:
    """Write a part of `contamination_hits` of the settings' generation for each task.

    Raises InputUnreadableError, OutputUnwritableError; parts that are written count, and the next rescan goes on.
    """
    if not tasks:
        return ()
    for unseen in {t.unseen for t in tasks}:
        write_index(settings, unseen)
    return run_pipeline(
        engine.at_most(len(tasks)),
        lambda p: (
            p
            | "Tasks" >> beam.Create(tasks)
            | "Spread" >> beam.Reshuffle()
            | "Read again" >> beam.ParDo(_ReadAgain(settings))
        ),
    )


class _ReadAgain(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    def setup(self) -> None:
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)
        self._indexes: dict[Unseen, NgramIndex | None] = {}

    @surfaced
    def process(self, task: Task) -> Iterator[None]:
        if task.unseen not in self._indexes:
            self._indexes[task.unseen] = read_index(self._settings, task.unseen)
        index = self._indexes[task.unseen]
        path = shard_part(CONTAMINATION_HITS, self._settings.generation, task.shard.ordinal)
        with PartWriter(self._settings.folder, CONTAMINATION_HITS, path) as part:
            # Nothing is left to look for where earlier evaluation documents hold all n-grams of the later ones.
            if index is not None and len(index.hashes):
                for texts, doc_ids in self._documents(task.shard):
                    part.write(hit_rows(texts, doc_ids, index))
        if not part.rows:
            write_empty_part(self._settings.folder, CONTAMINATION_HITS, path)
        Metrics.counter(TRANSFORM, "shards_read_again").inc()
        self._meter.shard_done()
        yield from ()

    def _documents(self, planned: PlannedShard) -> Iterator[tuple[pa.Array, pa.Array]]:
        """Texts and ids of the shard's documents that the record holds; a trial holds the first of them only."""
        known = np.concatenate([
            batch.column("doc_id").to_numpy()
            for batch in read_shard_part(self._settings.folder, DOCUMENTS, planned, ("doc_id",))
        ])  # fmt: skip
        source = self._settings.by_id[planned.source_id].source
        connector = reader_of(source, self._settings.base, planned.shard, self._settings.batch_rows).connector
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
