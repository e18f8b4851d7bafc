"""The parts of one shard: written together, and committed by the part of `shards`, which comes last."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, time
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.corpus import Source
from colophon.connectors.formats.documents import STATED_BY_FORMAT
from colophon.connectors.rows import DamagedFile, FieldCount, FieldValue, Reject, ShardRead
from colophon.errors import ConservationError
from colophon.pipeline.documents import Analyzed
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.sources import NumberedSource
from colophon.record.parquet import (
    EVIDENCE_COLUMNS,
    EVIDENCE_ROWS,
    PartWriter,
    held_evidence,
    read_batches,
    write_empty_part,
    write_part,
)
from colophon.record.storage import RecordStorage, shard_part
from colophon.reservations.evidence_keeper import Collector
from colophon.reservations.moment import end_of_day
from colophon.reservations.observation import Observation, PageLook
from colophon.reservations.observation_rows import ObservedRows, observations_of
from colophon.reservations.policy import Policy
from colophon.tables import (
    CONTAMINATION_HITS,
    DAMAGED_FILES,
    DOCUMENTS,
    EVALUATION_NGRAMS,
    EVIDENCE,
    FIELD_VALUES,
    OBSERVATIONS,
    PII,
    REJECTS,
    SHARDS,
    SIGNALS,
    SKETCHES,
    TABLES,
    Growth,
    Table,
)
from colophon.vocabulary import FieldOutcome


def committed(storage: RecordStorage, planned: PlannedShard) -> bool:
    """Whether the shard's parts are complete."""
    return storage.exists(shard_part(SHARDS, planned.generation, planned.ordinal))


def read_shard_part(
    storage: RecordStorage, table: Table, planned: PlannedShard, columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """The rows a committed shard has in a table; none where it wrote no part."""
    path = shard_part(table, planned.generation, planned.ordinal)
    if storage.exists(path):
        yield from read_batches(storage, [path], columns)


def evidence_of(storage: RecordStorage, planned: PlannedShard, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
    """Rows (evidence_sha256, bytes) of the hashes wanted, which observations of the shard name, in small batches."""
    path = shard_part(EVIDENCE, planned.generation, planned.ordinal)
    if storage.exists(path):
        yield from read_batches(storage, [path], EVIDENCE_COLUMNS, EVIDENCE_ROWS)
    yield from held_evidence(storage, planned.generation, wanted)


#: The field of `fields` whose values the reference day bounds.
_FETCHED_AT = "fetched_at"


class ShardParts:
    """Writes the parts of a shard; on an error nothing of it is committed."""

    def __init__(
        self, storage: RecordStorage, policy: Policy, planned: PlannedShard, source: NumberedSource, documents: Table
    ) -> None:
        """`documents` is the table with the columns of the analyzers that run."""
        self._storage, self._policy, self._planned, self._source = storage, policy, planned, source
        tables = (documents, SKETCHES, PII, REJECTS, DAMAGED_FILES, EVALUATION_NGRAMS, CONTAMINATION_HITS)
        self._writers = {t.name: self._writer(t) for t in tables}
        self._is_compared = False
        self._evidence_rows = 0
        self._observed = ObservedRows(policy, planned.ordinal, _collector(source.source))
        self._totals = _Totals()
        self._read: ShardRead | None = None
        self._later_times = 0

    def __enter__(self) -> Self:
        # A crashed attempt may have left parts that this one does not overwrite.
        for table in TABLES.values():
            if table.growth is Growth.PARTS:
                self._storage.remove(shard_part(table, self._planned.generation, self._planned.ordinal))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for writer in self._writers.values():
                writer.abandon()
            return
        self._commit()

    def add_documents(self, analyzed: Analyzed) -> None:
        self._writers[DOCUMENTS.name].write(analyzed.documents)
        self._writers[SKETCHES.name].write(analyzed.sketches)
        self._writers[PII.name].write(analyzed.pii)
        self._totals.add(analyzed.documents)

    def add_evaluation_ngrams(self, rows: pa.RecordBatch) -> None:
        self._writers[EVALUATION_NGRAMS.name].write(rows)

    def begin_comparison(self) -> None:
        """The shard is compared with all evaluation documents so far; its part of hits says so, empty or not."""
        self._is_compared = True

    def add_hits(self, rows: pa.RecordBatch) -> None:
        self._writers[CONTAMINATION_HITS.name].write(rows)

    def add_reject(self, reject: Reject) -> None:
        row = {
            "shard_id": self._planned.ordinal,
            "path": reject.path,
            "position": reject.position,
            "reason": reject.reason.value,
            "detail": reject.detail,
        }
        self._writers[REJECTS.name].write(pa.RecordBatch.from_pylist([row], REJECTS.schema))

    def add_damaged_file(self, damaged: DamagedFile) -> None:
        """What is lost of a file; the rows that could not be read are rejects besides."""
        row = {
            "shard_id": self._planned.ordinal,
            "path": damaged.path,
            "position": damaged.position,
            "rows_read": damaged.rows_read,
            "places": damaged.places,
            "detail": damaged.detail,
        }
        self._writers[DAMAGED_FILES.name].write(pa.RecordBatch.from_pylist([row], DAMAGED_FILES.schema))

    def add_observation_row(self, look: Observation) -> None:
        """A row of the input that is a look at a host's file."""
        self._evidence_rows += 1
        for observation in observations_of(look, self._policy):
            self._add_observation(observation)

    def add_without_row(self, item: PageLook | DamagedFile) -> None:
        """What is no row of the input: what a page says, damage of a file."""
        if isinstance(item, DamagedFile):
            self.add_damaged_file(item)
        else:
            self.add_page(item)

    def add_page(self, look: PageLook) -> None:
        """What a page says itself; its row is counted with its document or reject."""
        for observation in observations_of(look, self._policy):
            self._add_observation(observation)

    def _add_observation(self, look: Observation) -> None:
        self._observed.add(look, self._source.source.name, look.path)

    def add_later_times(self, rows: int) -> None:
        """So many times lie after the reference day, and so were not taken."""
        self._later_times += rows

    def finish(self, read: ShardRead) -> None:
        """What the connector counted and hashed by itself; without it (a limited run) the rows seen are taken."""
        self._read = read

    def _commit(self) -> None:
        for writer in self._writers.values():
            writer.close()
        if self._is_compared and not self._writers[CONTAMINATION_HITS.name].rows:
            write_empty_part(self._storage, CONTAMINATION_HITS, self._path(CONTAMINATION_HITS))
        if len(self._observed):
            self._write(OBSERVATIONS, self._observed.observations)
            for table, rows in ((EVIDENCE, self._observed.evidence), (SIGNALS, self._observed.signals)):
                if rows.num_rows:
                    self._write(table, rows)
        if fields := list(self._field_rows()):
            self._write(FIELD_VALUES, pa.Table.from_pylist(fields, FIELD_VALUES.schema))
        self._write(SHARDS, pa.Table.from_pylist([self._shard_row()], SHARDS.schema))

    def _field_rows(self) -> Iterator[dict[str, object]]:
        counts = self._read.fields if self._read is not None else ()
        later = self._later_times
        name = next((count.value.name for count in counts if count.value.field == _FETCHED_AT), STATED_BY_FORMAT)
        if later:
            counts = (*counts, FieldCount(FieldValue(_FETCHED_AT, name, FieldOutcome.AFTER_REFERENCE_DAY), later))
        for count in counts:
            rows = count.rows
            if count.value.field == _FETCHED_AT and count.value.outcome.is_used:
                # Which the reader took before it was known that they lie after the reference day.
                taken_back = min(rows, later)
                rows, later = rows - taken_back, later - taken_back
            if rows:
                yield {
                    "shard_id": self._planned.ordinal,
                    "field": count.value.field,
                    "name": count.value.name,
                    "outcome": count.value.outcome.value,
                    "rows": rows,
                }

    def _shard_row(self) -> dict[str, Any]:
        planned, source, totals = self._planned, self._source.source, self._totals
        documents, rejects = self._writers[DOCUMENTS.name].rows, self._writers[REJECTS.name].rows
        evidence_rows = self._evidence_rows
        read = self._read or ShardRead(documents + rejects + evidence_rows, 0, ())
        if read.rows != documents + rejects + evidence_rows + read.skipped:
            raise ConservationError(planned.shard.path, read.rows, documents, rejects, evidence_rows, read.skipped)
        files = [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in read.files]
        return {
            "shard_id": planned.ordinal,
            "source_id": planned.source_id,
            "role": planned.shard.role.value,
            "stage": source.stage.value,
            "acquisition": source.acquisition.value,
            "license_spdx": source.license.spdx,
            "path": planned.shard.path,
            "range_start": planned.shard.begin,
            "range_end": planned.shard.end,
            "files": files,
            "size_bytes": sum(f.size for f in read.files),
            "sha256": _hash_of_files(read),
            "rows_read": read.rows,
            "documents": documents,
            "rejects": rejects,
            "evidence_rows": evidence_rows,
            "skipped": read.skipped,
            "text_bytes": totals.text_bytes,
            "tokens": totals.tokens,
            "media_items": 0,
            "media_seconds": 0.0,
            "first_fetched_at": totals.first_fetched_at,
            "last_fetched_at": totals.last_fetched_at,
        }

    def _write(self, table: Table, rows: pa.Table) -> None:
        write_part(self._storage, table, self._path(table), rows)

    def _writer(self, table: Table) -> PartWriter:
        return PartWriter(self._storage, table, self._path(table))

    def _path(self, table: Table) -> str:
        return shard_part(table, self._planned.generation, self._planned.ordinal)


def _collector(source: Source) -> Collector:
    crawler = source.crawler
    names = (crawler.operator, crawler.name, *crawler.user_agents)
    return Collector(frozenset(name for name in names if name), source.acquisition)


class _Totals:
    """Sums over the documents of a shard."""

    def __init__(self) -> None:
        self.text_bytes = 0
        self.tokens: int | None = None
        self.first_fetched_at: datetime | None = None
        self.last_fetched_at: datetime | None = None

    def add(self, documents: pa.RecordBatch) -> None:
        self.text_bytes += pc.sum(documents.column("text_bytes")).as_py() or 0
        tokens = pc.sum(documents.column("tokens")).as_py()
        if tokens is not None:
            self.tokens = (self.tokens or 0) + tokens
        moments = pc.min_max(documents.column("fetched_at")).as_py()
        days = pc.min_max(documents.column("fetched_on")).as_py()
        begins = days["min"] and datetime.combine(days["min"], time.min, UTC)
        ends = days["max"] and end_of_day(days["max"])
        self.first_fetched_at = min(filter(None, (moments["min"], self.first_fetched_at, begins)), default=None)
        self.last_fetched_at = max(filter(None, (moments["max"], self.last_fetched_at, ends)), default=None)


def _hash_of_files(read: ShardRead) -> str:
    if len(read.files) == 1:
        return read.files[0].sha256
    listing = "".join(f"{f.sha256}  {f.path}\n" for f in read.files)
    return hashlib.sha256(listing.encode()).hexdigest()
