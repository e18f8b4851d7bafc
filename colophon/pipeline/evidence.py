"""The bytes behind observations: kept with each shard while it is read, and once for the whole record at the end."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow.dataset as ds

from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.settings import Settings
from colophon.pipeline.shard_parts import read_shard_part
from colophon.pipeline.work import create_view, work_database, write_query
from colophon.record.folder import RecordFolder
from colophon.record.parts import part_path
from colophon.record.tables import EVIDENCE

_COLUMNS = ("evidence_sha256", "bytes")


def gather_evidence(settings: Settings) -> None:
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


def bodies_of(folder: RecordFolder, planned: PlannedShard, wanted: Collection[str]) -> dict[str, bytes]:
    """The bytes of the hashes wanted, which observations of the shard name."""
    batches = read_shard_part(folder, EVIDENCE, planned, _COLUMNS)
    of_shard = {row["evidence_sha256"]: row["bytes"] for batch in batches for row in batch.to_pylist()}
    return gathered_bodies(folder, planned.generation, wanted) | of_shard


def gathered_bodies(folder: RecordFolder, generation: int, wanted: Collection[str]) -> dict[str, bytes]:
    """The bytes of the hashes wanted, as far as the record holds them up to a generation."""
    paths = [gathered_path(g) for g in range(1, generation + 1)]
    present = [folder.absolute(path) for path in paths if folder.exists(path)]
    if not present or not wanted:
        return {}
    named = ds.field("evidence_sha256").isin(sorted(wanted))
    found = ds.dataset(present, EVIDENCE.schema, format="parquet").to_table(columns=list(_COLUMNS), filter=named)
    return {row["evidence_sha256"]: row["bytes"] for row in found.to_pylist()}


def gathered_path(generation: int) -> str:
    """Where the evidence of a generation lies together."""
    return part_path(EVIDENCE, generation, "all")


def _parts(folder: RecordFolder, generation: int) -> list[str]:
    listed = f"tables/{EVIDENCE.name}/gen={generation:04}"
    return [f"{listed}/{name}" for name in folder.names(listed)]
