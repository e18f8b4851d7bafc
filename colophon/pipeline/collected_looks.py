"""What collections of signals saw, on its way into a run: looks that no shard of the plan holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam

from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import LookBlocks
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shuffle import Block, Partitioning
from colophon.record.generations import NewGeneration
from colophon.record.manifest import Manifest
from colophon.record.parquet import held_evidence, part_metadata, read_row_group
from colophon.record.storage import RecordStorage, collected_part, plan_path
from colophon.reservations.in_force import LOOK_COLUMNS
from colophon.reservations.moment import JudgedSource, source_moments
from colophon.reservations.policy import Clock, Policy
from colophon.tables import HOSTS, OBSERVATIONS


@dataclass(eq=False)
class CollectedLooks(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """The looks of all collections before a generation as packed blocks, as the scan gives those of its shards."""

    generation: NewGeneration
    partitioning: Partitioning

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        storage = self.generation.storage
        collected = {g: collected_part(OBSERVATIONS, g) for g in range(1, self.generation.number)}
        pieces = [
            _CollectedRowGroup(g, path, group)
            for g, path in collected.items()
            if storage.exists(path)
            for group in range(part_metadata(storage, path).num_row_groups)
        ]
        return (
            begin | "Row groups" >> beam.Create(pieces) | "Read" >> beam.ParDo(_ReadLooks(storage, self.partitioning))
        )


@dataclass(frozen=True, slots=True)
class _CollectedRowGroup:
    """A row group of the observations of the collection that made a generation."""

    generation: int
    path: str
    row_group: int


@dataclass(eq=False)
class _ReadLooks(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    storage: RecordStorage
    partitioning: Partitioning

    @surfaced
    def process(self, piece: _CollectedRowGroup) -> Iterator[Block]:
        blocks = LookBlocks(self.partitioning)
        for looks in read_row_group(self.storage, piece.path, piece.row_group, LOOK_COLUMNS):
            yield from blocks.add(looks, 0)
        yield from blocks.add_bodies(held_evidence(self.storage, piece.generation, blocks.wanted))
        yield from blocks.rest()


def collected_looks_decide(parent: Manifest, policy: Policy, sources: Iterable[JudgedSource], work: WorkFolder) -> bool:
    """Whether looks collected since the newest run came before the moment that counts for a document of their host:
    its fetch or, where the policy says so, the day on which its source was obtained."""
    storage = work.storage
    last_run = max(g for g in range(1, parent.generation + 1) if storage.exists(plan_path(g)))
    since = [collected_part(OBSERVATIONS, g) for g in range(last_run + 1, parent.generation + 1)]
    looks = [path for path in since if storage.exists(path)]
    if not looks:
        return False
    moments = source_moments(sources)
    if policy.clock is not Clock.AT_OBTAINED:
        moments = moments.slice(0, 0)
    with work.session() as session:
        session.files("looks", looks, OBSERVATIONS.schema)
        session.parts(HOSTS, NewGeneration(storage, last_run).live(HOSTS))
        session.rows("source_moments", moments)
        return bool(session.fetch("run/deciding_looks"))
