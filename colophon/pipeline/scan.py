"""The scan: each shard is read once, analyzed, and written as parts; text never leaves the worker that read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.metrics import Metrics

from colophon.analyzers import ANALYZERS, Analyzer
from colophon.analyzers.contamination import NgramIndex
from colophon.analyzers.domains import Domains
from colophon.analyzers.sketches import Sketches
from colophon.connectors.readers import reader_of
from colophon.connectors.rows import Reject, ShardRead
from colophon.extensions import documents_table
from colophon.pipeline.contamination import Unseen, evaluation_rows, hit_rows, read_index
from colophon.pipeline.documents import analyze, exact_keys, hash_prefixes
from colophon.pipeline.evidence import evidence_of
from colophon.pipeline.failures import surfaced
from colophon.pipeline.look_blocks import LookBlocks, partitions_of_authorities
from colophon.pipeline.plan import PlannedShard, plan_blocks, read_plan_block
from colophon.pipeline.progress import Meter
from colophon.pipeline.run_context import NumberedSource, RunContext, id_key
from colophon.pipeline.shard_parts import ShardParts, committed, read_shard_part
from colophon.pipeline.shuffle import Block, Packer, Partitioning
from colophon.reservations.in_force import LOOK_COLUMNS
from colophon.reservations.judge import PAGES as JUDGED_PAGES
from colophon.reservations.observation import Observation, PageLook
from colophon.tables import DOCUMENTS, OBSERVATIONS
from colophon.vocabulary import KEYED_ACQUISITIONS, ShardRole

#: Outputs of the scan beside its parts.
CONTENT, AUTHORITIES = "content", "authorities"

#: Kinds of blocks in the two shuffles, beside looks.
CONTENT_IDS, PAGES = b"C", b"P"

#: Columns of the blocks `PAGES`: those of the judge that the table `documents` has.
PAGE_COLUMNS = tuple(name for name in JUDGED_PAGES.names if name in DOCUMENTS.schema.names)

TRANSFORM = "scan"
EVALUATION_TRANSFORM = "scan_evaluation"


def plan_of(pipeline: beam.Pipeline, settings: RunContext, shards_of: dict[int, int]) -> beam.PCollection:
    """All planned shards of the record's generations (generation → number of shards), spread over the workers."""
    blocks = [(g, b) for g, shards in sorted(shards_of.items()) for b in plan_blocks(shards)]
    return (
        pipeline
        | "Plan" >> beam.Create(blocks)
        | "Read plan" >> beam.FlatMap(lambda at, folder: read_plan_block(folder, *at), settings.folder)
        | "Spread" >> beam.Reshuffle()
    )


class Scan(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Planned shards → parts in the record, and packed blocks on the outputs `CONTENT` and `AUTHORITIES`.

    A committed shard is not read again: its blocks are made from its parts, the same way.
    """

    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    def expand(self, shards: beam.PCollection) -> beam.DoOutputsTuple:
        return shards | "Scan shard" >> beam.ParDo(_ScanShard(self._settings)).with_outputs(CONTENT, AUTHORITIES)


class ScanEvaluation(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Planned shards → parts of those that hold evaluation documents; the others wait for their n-grams."""

    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    def expand(self, shards: beam.PCollection) -> beam.PCollection:
        return (
            shards
            | "Evaluation" >> beam.Filter(holds_evaluation, self._settings)
            | "Read evaluation shard" >> beam.ParDo(_ReadShard(self._settings, EVALUATION_TRANSFORM))
        )


def holds_evaluation(planned: PlannedShard, settings: RunContext) -> bool:
    """Whether a shard holds documents of an evaluation source."""
    return planned.shard.role is ShardRole.DOCUMENTS and settings.by_id[planned.source_id].evaluates


class _ReadShard(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    """Reads, analyzes and commits a shard, unless it is committed."""

    def __init__(self, settings: RunContext, transform: str) -> None:
        super().__init__()
        self._settings, self._transform = settings, transform

    def setup(self) -> None:
        self._key = id_key(self._settings.corpus)
        self._meter = Meter(self._settings.folder, self._settings.work, self._transform)
        self._analyzers: dict[int, tuple[Analyzer, ...]] = {}
        self._documents = documents_table(self._settings.corpus.analysis)

    @surfaced
    def process(self, planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        if not committed(self._settings.folder, planned):
            self._read(planned, self._settings.by_id[planned.source_id])
            self._count("shards_scanned", 1)
        else:
            self._count("shards_already_committed", 1)
        yield from self._blocks(planned)
        self._meter.shard_done()

    def _blocks(self, _planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        yield from ()

    def _read(self, planned: PlannedShard, source: NumberedSource) -> None:
        limit, rows, batch_rows = self._settings.limit, 0, self._settings.batch_rows
        if limit is not None:
            # Rejects come before the batch they lie in, so that a trial takes small batches to see both.
            batch_rows = max(1, min(batch_rows, limit // 8))
        connector = reader_of(source.source, self._settings.base, planned.shard, batch_rows).connector
        is_compared = source.trains and planned.shard.role is ShardRole.DOCUMENTS and self._index is not None
        with ShardParts(self._settings, planned, source, self._documents) as parts:
            if is_compared:
                parts.begin_comparison()
            for item in connector.read(planned.shard):
                match item:
                    case pa.RecordBatch():
                        batch = item if limit is None else item.slice(0, limit - rows)
                        rows += batch.num_rows
                        self._add_documents(parts, batch, planned, source)
                    case Reject():
                        rows += 1
                        parts.add_reject(item)
                        self._count("rejects", 1)
                    case Observation():
                        rows += 1
                        parts.add_observation_row(item)
                        self._count("observations", 1)
                    case PageLook():
                        parts.add_page(item)
                    case ShardRead():
                        parts.finish(item)
                if limit is not None and rows >= limit:
                    break

    def _add_documents(
        self, parts: ShardParts, batch: pa.RecordBatch, planned: PlannedShard, source: NumberedSource
    ) -> None:
        analyzed = analyze(batch, self._analyzers_of(source), source, planned.ordinal, self._key, self._documents)
        parts.add_documents(analyzed)
        texts, doc_ids = batch.column("text"), analyzed.documents.column("doc_id")
        if source.evaluates:
            parts.add_evaluation_ngrams(evaluation_rows(texts, doc_ids, self._settings))
        if source.trains and self._index is not None:
            parts.add_hits(hit_rows(texts, doc_ids, self._index))
        text_bytes = pc.sum(pc.binary_length(texts)).as_py() or 0
        self._count("documents", batch.num_rows)
        self._count("text_bytes", text_bytes)
        self._meter.add(batch.num_rows, text_bytes)

    @cached_property
    def _index(self) -> NgramIndex | None:
        return read_index(self._settings, Unseen())

    def _analyzers_of(self, source: NumberedSource) -> tuple[Analyzer, ...]:
        if source.source_id not in self._analyzers:
            self._analyzers[source.source_id] = analyzers_of(self._settings, source)
        return self._analyzers[source.source_id]

    def _count(self, name: str, amount: int) -> None:
        Metrics.counter(self._transform, name).inc(amount)


class _ScanShard(_ReadShard):
    """Reads a shard, and gives the blocks of what it holds."""

    def __init__(self, settings: RunContext) -> None:
        super().__init__(settings, TRANSFORM)
        self._partitioning = Partitioning.for_input(settings.input_bytes)

    def _blocks(self, planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        for block in self._content_blocks(planned, self._settings.by_id[planned.source_id]):
            yield beam.pvalue.TaggedOutput(CONTENT, block)
        for block in self._authority_blocks(planned):
            yield beam.pvalue.TaggedOutput(AUTHORITIES, block)

    def _content_blocks(self, planned: PlannedShard, source: NumberedSource) -> Iterator[Block]:
        if planned.shard.role is not ShardRole.DOCUMENTS or not source.trains:
            return
        keyed = self._key is not None and source.source.acquisition in KEYED_ACQUISITIONS
        packer = Packer(CONTENT_IDS)
        for documents in read_shard_part(self._settings.folder, DOCUMENTS, planned, ("doc_id", "content_id")):
            keys = exact_keys(documents, [keyed] * documents.num_rows, self._key)
            rows = pa.RecordBatch.from_arrays([keys, documents.column("doc_id")], ["key", "doc_id"])
            yield from packer.add(rows, self._partitioning.of_hashes(hash_prefixes(keys)))
        yield from packer.rest()

    def _authority_blocks(self, planned: PlannedShard) -> Iterator[Block]:
        # The pages of a hot host are spread by their shards, and the looks at a host sent after them all.
        folder = self._settings.folder
        salt = planned.ordinal % self._partitioning.salts
        pages = Packer(PAGES)
        for documents in read_shard_part(folder, DOCUMENTS, planned, PAGE_COLUMNS):
            addressed = documents.filter(pc.is_valid(documents.column("authority")))
            yield from pages.add(addressed, partitions_of_authorities(addressed, self._partitioning, salt))
        yield from pages.rest()
        looks = LookBlocks(self._partitioning)
        for seen in read_shard_part(folder, OBSERVATIONS, planned, LOOK_COLUMNS):
            yield from looks.add(seen, salt)
        yield from looks.add_bodies(evidence_of(folder, planned, looks.wanted))
        yield from looks.rest()


def analyzers_of(settings: RunContext, source: NumberedSource) -> tuple[Analyzer, ...]:
    """The analyzers that run over a source, as the corpus configures them."""
    psl = settings.corpus.psl
    chosen: list[Analyzer] = [Domains(None if psl is None else Path(settings.base, psl))]
    chosen += [
        ANALYZERS[analyzer.name].of(analyzer.options, source.source, settings.base)
        for analyzer in settings.corpus.analysis
        if analyzer.options is not None
    ]
    if source.trains:
        chosen.append(Sketches(settings.scheme))
    return tuple(chosen)
