"""The bytes behind observations: kept with each shard while it is read, and once for the whole record at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa

from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import work_session
from colophon.record.parquet import EVIDENCE_COLUMNS, EVIDENCE_ROWS, held_evidence, read_batches
from colophon.record.storage import RecordStorage, evidence_path, shard_part
from colophon.tables import EVIDENCE


def gather_evidence(settings: RunContext) -> None:
    """Put the evidence of this generation's shards together in one part, without what the record already holds.

    After a crash it starts from what the first attempt had gathered and from the shards read since.
    """
    folder, generation = settings.folder, settings.generation
    parts = folder.parts(EVIDENCE, generation)
    gathered = evidence_path(generation)
    if not set(parts) - {gathered}:
        return
    with work_session(settings) as session:
        session.files("brought", parts, EVIDENCE.schema)
        earlier = [path for g in range(1, generation) for path in folder.parts(EVIDENCE, g)]
        session.files("earlier", earlier, EVIDENCE.schema)
        session.view("run/new_evidence")
        session.write(EVIDENCE, gathered, "new_evidence")
    for path in parts:
        if path != gathered:
            folder.remove(path)


def evidence_of(folder: RecordStorage, planned: PlannedShard, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
    """Rows (evidence_sha256, bytes) of the hashes wanted, which observations of the shard name, in small batches."""
    path = shard_part(EVIDENCE, planned.generation, planned.ordinal)
    if folder.exists(path):
        yield from read_batches(folder, [path], EVIDENCE_COLUMNS, EVIDENCE_ROWS)
    yield from held_evidence(folder, planned.generation, wanted)
