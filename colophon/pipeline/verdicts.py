"""Pages meet the looks at their hosts, in one shuffle by authority, and are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa
from apache_beam.metrics import Metrics

from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import BODIES, LOOKS
from colophon.pipeline.scan import PAGES
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shuffle import Group, GroupBlocks, unpack
from colophon.record.generations import NewGeneration
from colophon.record.parquet import write_part
from colophon.reservations.in_force import HostLooks
from colophon.reservations.judge import judge, unknown_documents
from colophon.reservations.moment import AT_FETCH, JudgedSource, Moment, pages_at
from colophon.reservations.policy import Action, Clock, Policy
from colophon.tables import VERDICTS
from colophon.vocabulary import VerdictState

TRANSFORM = "verdicts"


@dataclass(frozen=True, slots=True)
class VerdictFiles:
    """Where verdicts go: parts of `verdicts`, and work files.

    `deciding` takes rows in the schema of `VERDICTS` for policies that decide by another clock than that of the fetch,
    `unknown` rows of schema `UNKNOWN_DOCUMENTS` for policies that drop what is unknown.
    """

    generation: NewGeneration
    deciding: WorkFolder
    unknown: WorkFolder


@dataclass(eq=False)
class JoinSignals(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Blocks of pages and of looks by authority → parts of `verdicts` and work files, one a partition."""

    policy: Policy
    sources: tuple[JudgedSource, ...]
    files: VerdictFiles

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        judge_partition = _JudgePartition(self.policy, self.sources, self.files)
        return blocks | GroupBlocks("authorities") | "Judge" >> beam.ParDo(judge_partition)


@dataclass(eq=False)
class _JudgePartition(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    policy: Policy
    sources: tuple[JudgedSource, ...]
    files: VerdictFiles

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        pages = unpack(blocks, PAGES)
        if pages is not None:
            looks = HostLooks.of_rows(_batches(blocks, LOOKS), _batches(blocks, BODIES))
            (batch,) = pages.combine_chunks().to_batches()
            self._write(f"part-{partition:06}", batch, looks)
        yield from ()

    def _write(self, part: str, documents: pa.RecordBatch, looks: HostLooks) -> None:
        policy, sources, files = self.policy, self.sources, self.files
        pages = pages_at(AT_FETCH, documents, sources)
        verdicts = judge(looks, pages, sources, policy)
        if verdicts.num_rows:
            path = files.generation.part(VERDICTS, part)
            write_part(files.generation.storage, VERDICTS, path, pa.Table.from_batches([verdicts]))
            Metrics.counter(TRANSFORM, "verdicts").inc(verdicts.num_rows)
        if policy.clock is not Clock.AT_FETCH:
            pages = pages_at(Moment(policy.clock), documents, sources)
            verdicts = judge(looks, pages, sources, policy)
            files.deciding.write(f"{part}.parquet", pa.Table.from_batches([verdicts]))
        if policy.action(VerdictState.UNKNOWN) is Action.DROP:
            unknown = unknown_documents(looks, pages, sources, policy)
            files.unknown.write(f"{part}.parquet", pa.Table.from_batches([unknown]))


def _batches(blocks: list[bytes], kind: bytes) -> list[pa.RecordBatch]:
    rows = unpack(blocks, kind)
    return [] if rows is None else rows.to_batches()
