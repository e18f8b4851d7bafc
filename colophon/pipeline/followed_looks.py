"""Looks that lead to others, answered when all shards were read: the target of a redirect, and the look that an
unchanged file repeats, may stand in any file of any source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam

from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import LookBlocks
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shuffle import Block, Partitioning
from colophon.record.generations import NewGeneration
from colophon.record.parquet import EVIDENCE_ROWS
from colophon.tables import EVIDENCE, FOLLOWED_LOOKS, OBSERVATIONS

_BATCH_ROWS = 10_000


@dataclass(eq=False)
class FollowLooks(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Blocks of all shards → packed blocks of the looks that lead to others, with the bytes that answer them.

    What answered is written as table `followed_looks`. Nothing is done before the last block of a shard has come.
    """

    generation: NewGeneration
    partitioning: Partitioning
    work: WorkFolder

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        all_read = beam.pvalue.AsSingleton(blocks | "Count" >> beam.combiners.Count.Globally())
        follow = _Follow(self.generation, self.partitioning, self.work)
        return blocks.pipeline | "Begin" >> beam.Create([None]) | "Follow" >> beam.ParDo(follow, all_read)


@dataclass(eq=False)
class _Follow(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    generation: NewGeneration
    partitioning: Partitioning
    work: WorkFolder

    @surfaced
    def process(self, _begin: None, _all_read: int) -> Iterator[Block]:
        with self.work.session() as session:
            for table in (OBSERVATIONS, EVIDENCE):
                session.parts(table, self.generation.live(table))
            if not session.fetch("run/leading_looks"):
                return
            session.table("run/followed_looks")
            session.write(FOLLOWED_LOOKS, self.generation.part(FOLLOWED_LOOKS), FOLLOWED_LOOKS.name)
            session.answer("answered_observations", OBSERVATIONS.name)
            for query in ("run/answered_looks", "run/answering_evidence"):
                session.view(query)
            blocks = LookBlocks(self.partitioning)
            for looks in session.batches("answered_looks", _BATCH_ROWS):
                yield from blocks.add_answered(looks, 0)
            yield from blocks.add_bodies(session.batches("answering_evidence", EVIDENCE_ROWS))
            yield from blocks.rest()
