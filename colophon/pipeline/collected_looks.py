"""What collections of signals saw, on its way into a run: looks that no shard of the plan holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import apache_beam as beam

from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import LookBlocks
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import live_parts, work_session
from colophon.pipeline.shuffle import Block, Partitioning
from colophon.record.manifest import Manifest
from colophon.record.parquet import held_evidence, part_metadata, read_row_group
from colophon.record.storage import collected_part, plan_path
from colophon.reservations.in_force import LOOK_COLUMNS
from colophon.reservations.moment import source_moments
from colophon.reservations.policy import Clock
from colophon.tables import HOSTS, OBSERVATIONS


def collected_looks(pipeline: beam.Pipeline, settings: RunContext) -> beam.PCollection:
    """The looks of all collections as packed blocks, as the scan gives those of its shards."""
    pieces = [
        _CollectedRowGroup(g, group)
        for g in range(1, settings.generation)
        if settings.folder.exists(collected_part(OBSERVATIONS, g))
        for group in range(part_metadata(settings.folder, collected_part(OBSERVATIONS, g)).num_row_groups)
    ]
    return pipeline | "Collected" >> beam.Create(pieces) | "Read collected" >> beam.ParDo(_ReadLooks(settings))


@dataclass(frozen=True, slots=True)
class _CollectedRowGroup:
    """A row group of the observations of the collection that made a generation."""

    generation: int
    row_group: int


class _ReadLooks(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    @surfaced
    def process(self, piece: _CollectedRowGroup) -> Iterator[Block]:
        folder = self._settings.folder
        blocks = LookBlocks(Partitioning.for_input(self._settings.input_bytes))
        path = collected_part(OBSERVATIONS, piece.generation)
        for seen in read_row_group(folder, path, piece.row_group, LOOK_COLUMNS):
            yield from blocks.add(seen, 0)
        yield from blocks.add_bodies(held_evidence(folder, piece.generation, blocks.wanted))
        yield from blocks.rest()


def collected_looks_decide(settings: RunContext, parent: Manifest) -> bool:
    """Whether looks collected since the newest run came before the moment that counts for a document of their host:
    its fetch or, where the policy says so, the day on which its source was obtained."""
    folder = settings.folder
    last_run = max(g for g in range(1, parent.generation + 1) if folder.exists(plan_path(g)))
    since = [collected_part(OBSERVATIONS, g) for g in range(last_run + 1, parent.generation + 1)]
    looks = [path for path in since if folder.exists(path)]
    if not looks:
        return False
    moments = source_moments(settings.judged_sources)
    if settings.policy.clock is not Clock.AT_OBTAINED:
        moments = moments.slice(0, 0)
    with work_session(settings) as session:
        session.files("looks", looks, OBSERVATIONS.schema)
        session.parts(HOSTS, live_parts(replace(settings, generation=last_run), HOSTS))
        session.rows("source_moments", moments)
        return bool(session.fetch("run/deciding_looks"))
