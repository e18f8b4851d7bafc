"""Exact checks: one keyed pass re-reads only the rows that pairs name, and emits shingle hashes, never text.

Pairs are cut into chunks that fit in one group of a shuffle; each row is sent to the chunks that need it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from apache_beam.metrics import Metrics

from colophon.analyzers.identity import content_digests
from colophon.analyzers.sketch.similarity import jaccard, shingle_sets
from colophon.connectors.rows import WANTED_ROWS
from colophon.pipeline.duplicates.assign import GONE
from colophon.pipeline.failures import surfaced
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.progress import Meter
from colophon.pipeline.reading import reader_of
from colophon.pipeline.runners import Counter, Engine, run_pipeline
from colophon.pipeline.settings import Settings, id_key
from colophon.pipeline.shard_parts import read_shard_part
from colophon.pipeline.shuffle import MAX_BLOCK_BYTES, Block, Group, GroupBlocks
from colophon.pipeline.work import write_work
from colophon.record.errors import InputUnreadableError
from colophon.record.tables import DOCUMENTS, ROW_BITS
from colophon.record.vocabulary import KEYED_ACQUISITIONS

TRANSFORM = "verify"

#: Pairs to check, with the bytes that the shingle hashes of both documents take, at most.
PAIRS = pa.schema([
    ("doc_id", pa.int64()),
    ("other_id", pa.int64()),
    ("doc_bytes", pa.int64()),
    ("other_bytes", pa.int64()),
])  # fmt: skip

#: Exact similarities of pairs; `GONE` where a text could not be read again or has changed.
ANSWERS = pa.schema([("doc_id", pa.int64()), ("other_id", pa.int64()), ("similarity", pa.float64())])

#: Rows to read again: the content id says whether the text is still the one that was scanned.
_WANTED = pa.schema([("doc_id", pa.int64()), ("content_id", pa.string()), ("chunk", pa.int64())])

#: Bytes of shingle hashes in one chunk.
_CHUNK_BYTES = 24 * 2**20

_HELD_PER_BYTE = 4.1
_HEAD = struct.Struct("<qq")

#: Below so many rows a further process costs more to start than it reads.
_ROWS_A_WORKER = 5_000


@dataclass(frozen=True, slots=True)
class Verification:
    """Where the answers of one call lie: a step of the work folder, and what was counted."""

    step: str
    counters: tuple[Counter, ...]


def verify_pairs(
    settings: Settings, engine: Engine, step: str, pairs: pa.Table, contents: pa.Table, shards: dict[int, PlannedShard]
) -> Verification:
    """Compute the exact similarity of pairs of schema `PAIRS`; leaves work files of schema `ANSWERS` below `step`.

    `contents` are rows (doc_id, content_id) of every document named, ascending. Reads each shard once, or as often as
    the memory of the run demands.
    """
    ordered = pairs.sort_by([("other_id", "ascending"), ("doc_id", "ascending")])
    chunks = _chunks(ordered)
    for chunk in range(int(chunks[-1]) + 1):
        write_work(settings, f"{step}-pairs/chunk-{chunk:06}.parquet", ordered.filter(pa.array(chunks == chunk)))
    wanted = _wanted(ordered, chunks, contents)
    together = max(1, settings.memory_bytes // 3 // int(_CHUNK_BYTES * _HELD_PER_BYTE))
    counters: list[Counter] = []
    for first in range(0, int(chunks[-1]) + 1, together):
        now = wanted.filter((pc.field("chunk") >= first) & (pc.field("chunk") < first + together))
        counters += _read(settings, engine, step, now, shards)
    return Verification(f"{step}-answers", tuple(counters))


def _chunks(ordered: pa.Table) -> npt.NDArray[np.int64]:
    """The chunk of each pair: neighbours together while their documents' hashes fit, counting every one each time."""
    sizes = np.add(ordered.column("doc_bytes").to_numpy(), ordered.column("other_bytes").to_numpy())
    return np.asarray((np.cumsum(sizes) - sizes) // _CHUNK_BYTES)


def _wanted(ordered: pa.Table, chunks: npt.NDArray[np.int64], contents: pa.Table) -> pa.Table:
    """Rows of schema `_WANTED`, ascending by document: each document once for every chunk that needs it."""
    both = np.concatenate([ordered.column("doc_id").to_numpy(), ordered.column("other_id").to_numpy()])
    needs = np.unique(np.stack([both, np.concatenate([chunks, chunks])], axis=1), axis=0)
    at = np.searchsorted(contents.column("doc_id").to_numpy(), needs[:, 0])
    content_ids = contents.column("content_id").take(pa.array(at))
    return pa.Table.from_arrays([pa.array(needs[:, 0]), content_ids, pa.array(needs[:, 1])], schema=_WANTED)


def _read(
    settings: Settings, engine: Engine, step: str, wanted: pa.Table, shards: dict[int, PlannedShard]
) -> tuple[Counter, ...]:
    ordinals = wanted.column("doc_id").to_numpy() >> ROW_BITS
    present, starts = np.unique(ordinals, return_index=True)
    for ordinal, start, end in zip(present.tolist(), starts, np.append(starts[1:], len(ordinals)), strict=True):
        write_work(settings, _wanted_path(step, ordinal), wanted.slice(start, end - start))
    read = tuple(shards[ordinal] for ordinal in present.tolist())

    def build(pipeline: beam.Pipeline) -> None:
        _ = (
            pipeline
            | "Shards" >> beam.Create(read)
            | "Spread" >> beam.Reshuffle()
            | "Read rows" >> beam.ParDo(_ReadRows(settings, step)).with_output_types(Block)
            | GroupBlocks("pairs")
            | "Compare" >> beam.ParDo(_Compare(settings, step))
        )

    workers = min(len(read), -(-wanted.num_rows // _ROWS_A_WORKER))
    return run_pipeline(engine.at_most(workers), build)


def _wanted_path(step: str, ordinal: int) -> str:
    return f"{step}-wanted/shard-{ordinal:08}.parquet"


class _ReadRows(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, step: str) -> None:
        super().__init__()
        self._settings, self._step = settings, step

    def setup(self) -> None:
        self._key = id_key(self._settings.corpus)
        self._meter = Meter(self._settings.folder, self._settings.work, TRANSFORM)

    @surfaced
    def process(self, planned: PlannedShard) -> Iterator[Block]:
        folder, path = self._settings.folder, _wanted_path(self._step, planned.ordinal)
        wanted = pq.read_table(folder.absolute(f"{self._settings.work}/{path}"))
        read = 0
        blocks = _Blocks()
        try:
            for batch in self._batches(planned, wanted):
                for doc_id, chunks, hashes in self._hashes(planned, batch, wanted):
                    read += 1
                    for chunk in chunks:
                        yield from blocks.add(chunk, doc_id, hashes)
        except InputUnreadableError:
            Metrics.counter(TRANSFORM, "unreadable_shards").inc()
        yield from blocks.rest()
        Metrics.counter(TRANSFORM, "rows_read_again").inc(read)
        self._meter.shard_done()

    def _batches(self, planned: PlannedShard, wanted: pa.Table) -> Iterator[pa.RecordBatch]:
        source = self._settings.by_id[planned.source_id].source
        connector = reader_of(source, self._settings.base, planned.shard, self._settings.batch_rows).connector
        return connector.read_again(planned.shard, self._places(planned, wanted))

    def _places(self, planned: PlannedShard, wanted: pa.Table) -> pa.RecordBatch:
        """Where the wanted documents were found, of schema `WANTED_ROWS`."""
        wanted_ids = np.unique(wanted.column("doc_id").to_numpy())
        columns = ("doc_id", "path", "position")
        places = [
            batch.filter(pa.array(np.isin(batch.column("doc_id").to_numpy(), wanted_ids, assume_unique=True)))
            for batch in read_shard_part(self._settings.folder, DOCUMENTS, planned, columns)
        ]
        found = pa.concat_batches(places)
        rows = pc.subtract(found.column("doc_id"), planned.ordinal << ROW_BITS)
        return pa.RecordBatch.from_arrays([rows, found.column("path"), found.column("position")], schema=WANTED_ROWS)

    def _hashes(
        self, planned: PlannedShard, batch: pa.RecordBatch, wanted: pa.Table
    ) -> Iterator[tuple[int, list[int], bytes]]:
        """(doc_id, chunks, shingle hashes) of the rows of a batch whose texts are unchanged."""
        doc_ids = batch.column("row").to_numpy() + (planned.ordinal << ROW_BITS)
        wanted_ids = wanted.column("doc_id").to_numpy()
        begins, ends = np.searchsorted(wanted_ids, doc_ids), np.searchsorted(wanted_ids, doc_ids, side="right")
        texts = batch.column("text")
        expected = wanted.column("content_id").take(pa.array(begins)).to_pylist()
        source = self._settings.by_id[planned.source_id].source
        digests = content_digests(texts)
        if self._key is not None and source.acquisition in KEYED_ACQUISITIONS:
            digests = [self._key.keyed(d) for d in digests]
        sets = shingle_sets(texts, self._settings.scheme)
        chunks = wanted.column("chunk").to_pylist()
        for row, doc_id in enumerate(doc_ids.tolist()):
            if digests[row].hex() == expected[row]:
                yield doc_id, chunks[begins[row] : ends[row]], sets.of(row).tobytes()
        self._meter.add(len(texts), pc.sum(pc.binary_length(texts)).as_py() or 0)


class _Blocks:
    """Packs (doc_id, length, hashes) entries by chunk into blocks of bounded size."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[bytes]] = {}
        self._bytes: dict[int, int] = {}

    def add(self, chunk: int, doc_id: int, hashes: bytes) -> Iterator[Block]:
        self._waiting.setdefault(chunk, []).append(_HEAD.pack(doc_id, len(hashes)) + hashes)
        self._bytes[chunk] = self._bytes.get(chunk, 0) + len(hashes)
        if self._bytes[chunk] >= MAX_BLOCK_BYTES:
            yield chunk, b"".join(self._waiting.pop(chunk))
            self._bytes.pop(chunk)

    def rest(self) -> Iterator[Block]:
        for chunk, entries in sorted(self._waiting.items()):
            yield chunk, b"".join(entries)


def _entries(blocks: Sequence[bytes]) -> Iterator[tuple[int, npt.NDArray[np.uint64]]]:
    for block in blocks:
        at = 0
        while at < len(block):
            doc_id, length = _HEAD.unpack_from(block, at)
            at += _HEAD.size
            yield doc_id, np.frombuffer(block, np.uint64, length // 8, at)
            at += length


class _Compare(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: Settings, step: str) -> None:
        super().__init__()
        self._settings, self._step = settings, step

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        chunk, blocks = element
        name = f"chunk-{chunk:06}.parquet"
        path = self._settings.folder.absolute(f"{self._settings.work}/{self._step}-pairs/{name}")
        pairs = pq.read_table(path)
        sets = dict(_entries(blocks))
        both = zip(pairs.column("doc_id").to_pylist(), pairs.column("other_id").to_pylist(), strict=True)
        similarity = [jaccard(sets[a], sets[b]) if a in sets and b in sets else GONE for a, b in both]
        answers = pa.Table.from_arrays(
            [pairs.column("doc_id"), pairs.column("other_id"), pa.array(similarity, pa.float64())], schema=ANSWERS
        )
        Metrics.counter(TRANSFORM, "pairs_checked").inc(len(similarity))
        write_work(self._settings, f"{self._step}-answers/{name}", answers)
        yield from ()
