"""Signals meet documents: observations and addressed documents are joined on the authority and judged."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.metrics import Metrics

from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import BODIES, LOOKS
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scan import PAGES
from colophon.pipeline.scratch import write_work
from colophon.pipeline.shuffle import Group, GroupBlocks, unpack
from colophon.record.parquet import part_path, write_part
from colophon.reservations.in_force import ObservedEvidence, end_of_period
from colophon.reservations.judge import (
    UNKNOWN_DOCUMENTS,
    addressed_documents,
    unknown_documents,
    verdicts_of,
)
from colophon.reservations.policy import Action, Clock
from colophon.tables import TIME, VERDICTS
from colophon.vocabulary import Acquisition, Outcome, Place, VerdictState

#: Work files in the schema of `VERDICTS`, for policies that decide by another clock than that of the fetch.
DECIDING_STEP = "deciding"

#: Work files of schema `UNKNOWN_DOCUMENTS`, for policies that drop what is unknown.
UNKNOWN_STEP = "unknown"

TRANSFORM = "verdicts"


class JoinSignals(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Blocks of pages and of looks by authority → parts of `verdicts`, one a partition."""

    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        return blocks | GroupBlocks("authorities") | "Judge" >> beam.ParDo(_Judge(self._settings))


class _Judge(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        pages, looks = unpack(blocks, PAGES), unpack(blocks, LOOKS)
        if pages is not None:
            self._write(partition, pages, observed(looks, unpack(blocks, BODIES)))
        yield from ()

    def _write(self, partition: int, pages: pa.Table, observations: list[ObservedEvidence]) -> None:
        settings, policy = self._settings, self._settings.policy
        documents = addressed(pages, Clock.AT_FETCH, settings)
        verdicts = verdicts_of(documents, observations, policy, own_tokens(settings))
        if verdicts.num_rows:
            path = part_path(VERDICTS, settings.generation, f"part-{partition:06}")
            write_part(settings.folder, VERDICTS, path, pa.Table.from_batches([verdicts]))
            Metrics.counter(TRANSFORM, "verdicts").inc(verdicts.num_rows)
        if policy.clock is not Clock.AT_FETCH:
            documents = addressed(pages, policy.clock, settings)
            deciding = verdicts_of(documents, observations, policy, own_tokens(settings))
            write_work(settings, f"{DECIDING_STEP}/part-{partition:06}.parquet", pa.Table.from_batches([deciding]))
        if policy.action(VerdictState.UNKNOWN) is Action.DROP:
            unknown = unknown_documents(documents, observations, policy)
            rows = pa.Table.from_batches([unknown], UNKNOWN_DOCUMENTS)
            write_work(settings, f"{UNKNOWN_STEP}/part-{partition:06}.parquet", rows)


def own_tokens(settings: RunContext) -> tuple[str, ...]:
    """Product tokens of the crawlers of whoever trains."""
    own = {
        t
        for s in settings.sources
        if s.source.acquisition is Acquisition.CRAWLED_OWN
        for t in s.source.crawler.user_agents
    }
    return tuple(sorted(own))


def addressed(pages: pa.Table, clock: Clock, settings: RunContext) -> pa.Table:
    """Rows of `scan.PAGE_COLUMNS` in schema `ADDRESSED_DOCUMENTS`; the clock is that of the fetch or of obtaining."""
    collectors = {s.source_id: s.source.crawler.user_agents for s in settings.sources}
    moments = pages.column("fetched_at")
    if clock is Clock.AT_OBTAINED:
        of_sources = moments_of_sources(settings)
        places = pc.index_in(pages.column("source_id"), of_sources.column("source_id").combine_chunks())
        moments = of_sources.column("moment").take(places)
    return addressed_documents(pages.append_column("moment", moments), collectors)


def moments_of_sources(settings: RunContext) -> pa.Table:
    """The end of the day on which each source was obtained: (source_id, moment)."""
    rows = [{"source_id": s.source_id, "moment": end_of_period(s.source.obtained)} for s in settings.sources]
    return pa.Table.from_pylist(rows, pa.schema([("source_id", pa.int32()), ("moment", TIME)]))


def observed(looks: pa.Table | None, bodies: pa.Table | None) -> list[ObservedEvidence]:
    """The observations of a partition with the bytes that came back; looks that brought the same share them."""
    if looks is None:
        return []
    batches = [] if bodies is None else bodies.to_batches()
    brought = {row["evidence_sha256"]: row["bytes"] for batch in batches for row in batch.to_pylist()}
    return [
        ObservedEvidence(
            observation_id=row["observation_id"],
            protocol=row["protocol"],
            authority=row["authority"],
            observed_at=row["observed_at"],
            outcome=Outcome(row["outcome"]),
            body=brought.get(row["evidence_sha256"]),
            place=Place.HOST if row["doc_id"] is None else Place.PAGE,
            doc_id=row["doc_id"],
            requested_url=row["requested_url"],
        )
        for row in looks.to_pylist()
    ]
