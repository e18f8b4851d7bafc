"""The bytes behind observations: kept with each shard while it is read, and once for the whole record at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import create_view, work_database, write_query
from colophon.record.parquet import part_path, read_batches, shard_part
from colophon.record.storage import RecordFolder
from colophon.tables import EVIDENCE

_COLUMNS = ("evidence_sha256", "bytes")

# Each row has up to 500 KiB.
_BATCH_ROWS = 500


def gather_evidence(settings: RunContext) -> None:
    """Put the evidence of this generation's shards together in one part, without what the record already holds.

    After a crash it starts from what the first attempt had gathered and from the shards read since.
    """
    folder, generation = settings.folder, settings.generation
    parts = _parts(folder, generation)
    gathered = gathered_path(generation)
    if not set(parts) - {gathered}:
        return
    with work_database(settings) as database:
        create_view(database, folder, "found", parts, EVIDENCE.schema)
        earlier = [path for g in range(1, generation) for path in _parts(folder, g)]
        create_view(database, folder, "earlier", earlier, EVIDENCE.schema)
        write_query(database, folder, EVIDENCE, gathered, NEW_EVIDENCE)
    for path in parts:
        if path != gathered:
            folder.remove(path)


#: Evidence in `found` that is not in `earlier`, each once.
NEW_EVIDENCE = """
SELECT evidence_sha256, any_value(size_bytes) AS size_bytes, any_value(bytes) AS bytes
FROM found
WHERE evidence_sha256 NOT IN (SELECT evidence_sha256 FROM earlier)
GROUP BY evidence_sha256
"""


def evidence_of(folder: RecordFolder, planned: PlannedShard, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
    """Rows (evidence_sha256, bytes) of the hashes wanted, which observations of the shard name, in small batches."""
    path = shard_part(EVIDENCE, planned.generation, planned.ordinal)
    if folder.exists(path):
        yield from read_batches(folder, [path], _COLUMNS, _BATCH_ROWS)
    yield from gathered_evidence(folder, planned.generation, wanted)


def gathered_evidence(folder: RecordFolder, generation: int, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
    """Rows (evidence_sha256, bytes) of the hashes wanted, as far as the record holds them up to a generation."""
    named = pa.array(sorted(wanted), pa.string())
    for path in (gathered_path(g) for g in range(1, generation + 1)):
        if len(named) and folder.exists(path):
            for batch in read_batches(folder, [path], _COLUMNS, _BATCH_ROWS):
                found = batch.filter(pc.is_in(batch.column("evidence_sha256"), named))
                if found.num_rows:
                    yield found


def gathered_path(generation: int) -> str:
    """Where the evidence of a generation lies together."""
    return part_path(EVIDENCE, generation, "all")


def _parts(folder: RecordFolder, generation: int) -> list[str]:
    listed = f"tables/{EVIDENCE.name}/gen={generation:04}"
    return [f"{listed}/{name}" for name in folder.names(listed)]
