"""Banding, pairing and clustering of synthetic sketches, as many as the disk holds, with the peak of memory.

    python -m benchmarks.large_run 100000000 build/large --memory 16 --workers 2

Every tenth document repeats an earlier one: half of them equal it, half differ in some slots. The answers are asserted:
every planted copy is found, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.process_tree import peak_of_tree
from colophon.config.corpus import Dedup, Source
from colophon.connectors.rows import InputFile, Shard
from colophon.dedup.sketch.scheme import Scheme
from colophon.pipeline.band import find_candidates
from colophon.pipeline.cluster import ClusterInputs, NearDuplicates, cluster
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.exact_checks import PairChecks
from colophon.pipeline.numbering import number_sketches
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.reread import Rereading
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import NumberedSource, ShardReader
from colophon.record.generations import NewGeneration
from colophon.record.parquet import PartWriter, read_part
from colophon.record.storage import LocalFolder, shard_part
from colophon.tables import DOCUMENTS, DUPLICATES, ROW_BITS, SKETCHES
from colophon.vocabulary import Acquisition, Stage

SHARD_ROWS = 1_000_000
STEP = 50_000
#: Slots that differ in a near copy: its estimate stays above the threshold by more than what is checked exactly.
DIFFERING = 3


def main() -> None:
    """Write the sketches, then time banding and clustering."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--memory", type=float, default=16, help="GiB")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    storage = LocalFolder(str(arguments.folder.resolve()))
    generation = NewGeneration(storage, 1)
    work = WorkFolder(storage, int(arguments.memory * 2**30))
    began = time.monotonic()
    planted = sum(_write_shard(storage, first, min(SHARD_ROWS, arguments.documents - first))
                  for first in range(0, arguments.documents, SHARD_ROWS))  # fmt: skip
    written = time.monotonic()
    engine = Engine(workers=arguments.workers)
    sketches = number_sketches(storage, generation.live(SKETCHES))
    meter = work.folder("progress")
    with peak_of_tree() as peak:
        candidates = find_candidates(engine, Scheme(), sketches, (), work, meter)
        banded = time.monotonic()
        shards = {n: _shard(n) for n in range(len(sketches.parts))}
        reader = ShardReader(_SOURCES, str(arguments.folder.resolve()), 8_000, None)
        checks = PairChecks(engine, Rereading(storage, shards, reader, Scheme(), meter), work)
        inputs = ClusterInputs(generation.live(DOCUMENTS), sketches, candidates.edges, (), ())
        near = NearDuplicates(Scheme(), Dedup().threshold)
        counts = cluster(inputs, near, _SOURCES, checks, generation, work, engine.workers)
        clustered = time.monotonic()
    removed = _removed(generation)
    if removed != planted:
        raise SystemExit(f"planted {planted} copies, found {removed}")
    print(json.dumps({  # a script that reports
        "documents": arguments.documents,
        "copies": removed,
        "components": counts.components,
        "write_seconds": round(written - began),
        "band_seconds": round(banded - written),
        "cluster_seconds": round(clustered - banded),
        "peak_gib_of_all_processes": round(peak.size_bytes / 2**30, 2),
    }))  # fmt: skip
    shutil.rmtree(arguments.folder)


_SOURCE = Source("synthetic", Stage.PRETRAINING, Acquisition.OTHER, "text", ("none.txt",), dataset="synthetic")
_SOURCES = (NumberedSource(0, 0, _SOURCE),)


def _shard(ordinal: int) -> PlannedShard:
    return PlannedShard(ordinal, 1, 0, Shard((InputFile("none.txt", 0, ""),)))


def _write_shard(storage: LocalFolder, first: int, rows: int) -> int:
    """Write one shard's sketches and documents; returns the copies planted. Documents are numbered by `first` + row."""
    ordinal = first // SHARD_ROWS
    planted = 0
    with (
        PartWriter(storage, SKETCHES, shard_part(SKETCHES, 1, ordinal)) as sketches,
        PartWriter(storage, DOCUMENTS, shard_part(DOCUMENTS, 1, ordinal)) as documents,
    ):
        for begin in range(0, rows, STEP):
            count = min(STEP, rows - begin)
            numbers = np.arange(first + begin, first + begin + count, dtype=np.int64)
            slots, copies = _slots(numbers)
            planted += copies
            doc_ids = (numbers - first) + (ordinal << ROW_BITS)
            sketches.write(_sketch_rows(doc_ids, slots))
            documents.write(_document_rows(ordinal, doc_ids, numbers))
    return planted


def _slots(numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint16], int]:
    """Slots that follow from the number alone. Every tenth document copies the one half as far."""
    copies = (numbers % 10 == 9) & (numbers > 100)  # noqa: PLR2004  # the first documents have nothing to copy
    # The original of a copy is no copy itself: half of 10k + 9 ends in 4 or 9, so that it is moved to 4.
    originals = np.where(copies, numbers // 20 * 10 + 4, numbers)
    slots = _hashed(originals)
    differing = copies & (numbers % 20 == 19)  # noqa: PLR2004
    rows = np.flatnonzero(differing)
    for slot in range(DIFFERING):
        slots[rows, (numbers[rows] + slot * 37) % slots.shape[1]] ^= np.uint16(1 + slot)
    return slots, int(copies.sum())


def _hashed(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
    words = Scheme().slots // 4
    values: npt.NDArray[np.uint64] = np.add.outer(
        numbers.astype(np.uint64) * np.uint64(words), np.arange(words, dtype=np.uint64)
    )
    # The finaliser of SplitMix64.
    values += np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint16] = (values ^ (values >> np.uint64(31))).view(np.uint16)
    return mixed


def _sketch_rows(doc_ids: npt.NDArray[np.int64], slots: npt.NDArray[np.uint16]) -> pa.Table:
    width = slots.shape[1] * 2
    offsets = np.arange(0, (len(doc_ids) + 1) * width, width, dtype=np.int32)
    binary = pa.Array.from_buffers(
        pa.binary(), len(doc_ids), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(slots))]
    )
    scheme = pa.repeat(Scheme().id, len(doc_ids))
    shingles = pa.repeat(pa.scalar(400, pa.int32()), len(doc_ids))
    return pa.Table.from_arrays([pa.array(doc_ids), scheme, shingles, binary], schema=SKETCHES.schema)


def _document_rows(ordinal: int, doc_ids: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64]) -> pa.Table:
    given = {
        "doc_id": pa.array(doc_ids),
        "shard_id": pa.repeat(pa.scalar(ordinal, pa.int64()), len(doc_ids)),
        "position": pa.array(numbers),
        "content_id": pa.array(numbers).cast(pa.string()),
    }
    columns = []
    for field in DOCUMENTS.schema:
        if field.name in given:
            columns.append(given[field.name].cast(field.type))
        elif field.nullable:
            columns.append(pa.nulls(len(doc_ids), field.type))
        else:
            neutral: object = [] if pa.types.is_list(field.type) else "" if pa.types.is_string(field.type) else 0
            empty = pa.scalar(neutral, field.type)
            columns.append(pa.repeat(empty, len(doc_ids)))
    return pa.Table.from_arrays(columns, schema=DOCUMENTS.schema)


def _removed(generation: NewGeneration) -> int:

    (path,) = generation.live(DUPLICATES)
    rows = read_part(generation.storage, path, ["doc_id", "cluster_id"])
    return int(np.count_nonzero(rows.column(0).to_numpy() != rows.column(1).to_numpy()))


if __name__ == "__main__":
    main()
