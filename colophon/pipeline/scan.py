"""The scan: each shard is read once, analyzed, and written as parts; text never leaves the worker that read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.metrics import Metrics

from colophon.analyzers import ANALYZERS, Analyzer
from colophon.analyzers.domains import Domains
from colophon.analyzers.sketches import Sketches
from colophon.config.corpus import AnalyzerSettings, Corpus
from colophon.connectors.rows import DamagedFile, Item, Reject, ShardRead
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import ContractBrokenError
from colophon.extensions import documents_table
from colophon.pipeline.contamination import evaluation_rows, hit_rows, read_index
from colophon.pipeline.documents import analyze, exact_keys, hash_prefixes
from colophon.pipeline.failures import surfaced, surfacing
from colophon.pipeline.look_blocks import LookBlocks, partitions_of_authorities
from colophon.pipeline.plan import PlannedShard, plan_blocks, read_plan_block
from colophon.pipeline.progress import Meter
from colophon.pipeline.reference_day import without_later_times
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shard_parts import ShardParts, committed, evidence_of, read_shard_part
from colophon.pipeline.shuffle import Block, Packer, Partitioning
from colophon.pipeline.sources import NumberedSource, ShardReader
from colophon.pipeline.trial_reading import noted
from colophon.record.storage import RecordStorage
from colophon.reservations.in_force import LOOK_COLUMNS
from colophon.reservations.judge import PAGES as JUDGED_PAGES
from colophon.reservations.observation import Observation, PageLook
from colophon.reservations.policy import Policy
from colophon.tables import DOCUMENTS, OBSERVATIONS
from colophon.vocabulary import ShardRole

#: Outputs of the scan beside its parts.
CONTENT, AUTHORITIES = "content", "authorities"

#: Kinds of blocks in the two shuffles, beside looks.
CONTENT_IDS, PAGES = b"C", b"P"

#: Columns of the blocks `PAGES`: those of the judge that the table `documents` has.
PAGE_COLUMNS = tuple(name for name in JUDGED_PAGES.names if name in DOCUMENTS.schema.names)

TRANSFORM = "scan"
EVALUATION_TRANSFORM = "scan_evaluation"


@dataclass(eq=False)
class PlannedShards(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """All shards of plans in a record (generation → number of shards), spread over the workers."""

    storage: RecordStorage
    shards_of: Mapping[int, int]

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        blocks = [(g, b) for g, shards in sorted(self.shards_of.items()) for b in plan_blocks(shards)]
        return (
            begin
            | "Plan" >> beam.Create(blocks)
            | "Read plan" >> beam.FlatMap(lambda at, storage: read_plan_block(storage, *at), self.storage)
            | "Spread" >> beam.Reshuffle()
        )


@dataclass(frozen=True, slots=True)
class DocumentAnalysis:
    """What is asked of documents: the analyzers of the corpus, its public suffix list, the scheme of sketches, and the
    words of the n-grams by which evaluation documents are looked for."""

    analyzers: tuple[AnalyzerSettings, ...]
    psl: str | None
    scheme: Scheme
    compared_words: int

    @classmethod
    def of(cls, corpus: Corpus, scheme: Scheme) -> DocumentAnalysis:
        """That of a corpus."""
        return cls(corpus.analysis, corpus.psl, scheme, corpus.contamination.words)

    def analyzers_of(self, source: NumberedSource, base: str) -> tuple[Analyzer, ...]:
        """The analyzers that run over a source; files they read lie beside the corpus file, in `base`."""
        chosen: list[Analyzer] = [Domains(None if self.psl is None else Path(base, self.psl))]
        chosen += [
            ANALYZERS[analyzer.name].of(analyzer.options, source.source, base)
            for analyzer in self.analyzers
            if analyzer.options is not None
        ]
        if source.is_compared:
            chosen.append(Sketches(self.scheme, source.source.dedup))
        return tuple(chosen)


@dataclass(frozen=True, slots=True)
class ShardScan:
    """How a shard is scanned: where its parts go, how it is read and analyzed, the policy by which page evidence is
    kept, the rows that a trial stops after, the file of evaluation n-grams to look for, and where it is noted what was
    done and what is being read."""

    storage: RecordStorage
    reader: ShardReader
    analysis: DocumentAnalysis
    policy: Policy
    limit: int | None
    ngrams: str | None
    meter: WorkFolder
    reading: WorkFolder


@dataclass(eq=False)
class Scan(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Planned shards → parts in the record, and packed blocks on the outputs `CONTENT` and `AUTHORITIES`.

    A committed shard is not read again: its blocks are made from its parts, the same way.
    """

    scan: ShardScan
    partitioning: Partitioning

    def expand(self, shards: beam.PCollection) -> beam.DoOutputsTuple:
        scan_shard = _ScanShard(self.scan, TRANSFORM, self.partitioning)
        return shards | "Scan shard" >> beam.ParDo(scan_shard).with_outputs(CONTENT, AUTHORITIES)


@dataclass(eq=False)
class ScanEvaluation(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Planned shards → parts of those that hold evaluation documents; the others wait for their n-grams."""

    scan: ShardScan

    def expand(self, shards: beam.PCollection) -> beam.PCollection:
        return (
            shards
            | "Evaluation" >> beam.Filter(holds_evaluation, self.scan.reader)
            | "Read evaluation shard" >> beam.ParDo(_ReadShard(self.scan, EVALUATION_TRANSFORM))
        )


def holds_evaluation(planned: PlannedShard, reader: ShardReader) -> bool:
    """Whether a shard holds documents of an evaluation source."""
    return planned.shard.role is ShardRole.DOCUMENTS and reader.source(planned).evaluates


def whole_shard(items: Iterable[Item], connector: str) -> Iterator[Item]:
    """What a connector of this name yields for a shard. Raises ContractBrokenError unless `ShardRead` comes last, and
    once: nothing else says how many rows there were."""
    is_read = False
    for item in items:
        if is_read:
            raise ContractBrokenError("connector", connector, "goes on after ShardRead")
        is_read = isinstance(item, ShardRead)
        yield item
    if not is_read:
        raise ContractBrokenError("connector", connector, "ends a shard without ShardRead")


@dataclass(eq=False)
class _ReadShard(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    """Reads, analyzes and commits a shard, unless it is committed."""

    scan: ShardScan
    transform: str

    @surfacing()
    def setup(self) -> None:
        self._key = self.scan.reader.key()
        self._meter = Meter(self.scan.meter, self.transform)
        self._index = read_index(self.scan.storage, self.scan.ngrams)
        self._analyzers: dict[int, tuple[Analyzer, ...]] = {}
        self._documents = documents_table(self.scan.analysis.analyzers)

    @surfaced
    def process(self, planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        if not committed(self.scan.storage, planned):
            with noted(self.scan.reading, planned):
                self._read(planned, self.scan.reader.source(planned))
            self._count("shards_scanned", 1)
        else:
            self._count("shards_already_committed", 1)
        yield from self._blocks(planned)
        self._meter.shard_done()

    def _blocks(self, _planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        yield from ()

    def _read(self, planned: PlannedShard, source: NumberedSource) -> None:
        limit, rows, reader = self.scan.limit, 0, self.scan.reader
        if limit is not None:
            # Rejects come before the batch they lie in, so that a trial takes small batches to see both.
            reader = reader.in_batches_of(max(1, min(reader.batch_rows, limit // 8)))
        connector = reader.reader(planned).connector
        is_compared = source.trains and planned.shard.role is ShardRole.DOCUMENTS and self._index is not None
        with ShardParts(self.scan.storage, self.scan.policy, planned, source, self._documents) as parts:
            if is_compared:
                parts.begin_comparison()
            for read in whole_shard(connector.read(planned.shard), source.source.connector):
                bounded = without_later_times(read, planned.reference_day)
                item = bounded.item
                parts.add_later_times(bounded.later)
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
                    case PageLook() | DamagedFile():
                        parts.add_without_row(item)
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
            parts.add_evaluation_ngrams(evaluation_rows(texts, doc_ids, self.scan.analysis.compared_words))
        if source.trains and self._index is not None:
            parts.add_hits(hit_rows(texts, doc_ids, self._index))
        text_bytes = pc.sum(pc.binary_length(texts)).as_py() or 0
        self._count("documents", batch.num_rows)
        self._count("text_bytes", text_bytes)
        self._meter.add(batch.num_rows, text_bytes)

    def _analyzers_of(self, source: NumberedSource) -> tuple[Analyzer, ...]:
        if source.source_id not in self._analyzers:
            base = self.scan.reader.base
            self._analyzers[source.source_id] = self.scan.analysis.analyzers_of(source, base)
        return self._analyzers[source.source_id]

    def _count(self, name: str, amount: int) -> None:
        Metrics.counter(self.transform, name).inc(amount)


@dataclass(eq=False)
class _ScanShard(_ReadShard):
    """Reads a shard, and gives the blocks of what it holds."""

    partitioning: Partitioning

    def _blocks(self, planned: PlannedShard) -> Iterator[beam.pvalue.TaggedOutput]:
        for block in self._content_blocks(planned, self.scan.reader.source(planned)):
            yield beam.pvalue.TaggedOutput(CONTENT, block)
        for block in self._authority_blocks(planned):
            yield beam.pvalue.TaggedOutput(AUTHORITIES, block)

    def _content_blocks(self, planned: PlannedShard, source: NumberedSource) -> Iterator[Block]:
        if planned.shard.role is not ShardRole.DOCUMENTS or not source.is_compared:
            return
        keyed = self._key is not None and source.is_keyed
        packer = Packer(CONTENT_IDS)
        for documents in read_shard_part(self.scan.storage, DOCUMENTS, planned, ("doc_id", "content_id")):
            keys = exact_keys(documents, [keyed] * documents.num_rows, self._key)
            rows = pa.RecordBatch.from_arrays([keys, documents.column("doc_id")], ["key", "doc_id"])
            yield from packer.add(rows, self.partitioning.of_hashes(hash_prefixes(keys)))
        yield from packer.rest()

    def _authority_blocks(self, planned: PlannedShard) -> Iterator[Block]:
        # The pages of a hot host are spread by their shards, and the looks at a host sent after them all.
        storage = self.scan.storage
        salt = planned.ordinal % self.partitioning.salts
        pages = Packer(PAGES)
        for documents in read_shard_part(storage, DOCUMENTS, planned, PAGE_COLUMNS):
            addressed = documents.filter(pc.is_valid(documents.column("authority")))
            yield from pages.add(addressed, partitions_of_authorities(addressed, self.partitioning, salt))
        yield from pages.rest()
        looks = LookBlocks(self.partitioning)
        for rows in read_shard_part(storage, OBSERVATIONS, planned, LOOK_COLUMNS):
            yield from looks.add(rows, salt)
        yield from looks.add_bodies(evidence_of(storage, planned, looks.wanted))
        yield from looks.rest()
