"""From the looks of a collection to a generation: parts of `observations`, `evidence` and `signals`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from colophon.collect.journal import WorkFile
from colophon.collect.looks import Look
from colophon.query.joins import JoinSession, join_session
from colophon.query.session import Record
from colophon.record.generations import Addition
from colophon.record.storage import COLLECTION, RecordStorage, collected_part, evidence_path
from colophon.reservations.observation import Observation
from colophon.reservations.observation_rows import ObservedRows, observation_id, observations_of
from colophon.reservations.policy import Policy, policy_of_json
from colophon.tables import EVIDENCE, OBSERVATIONS, SIGNALS, Table
from colophon.vocabulary import Grade, KeptBy

#: What `observations.origin` says of looks that were not read from a file.
ORIGIN = "colophon signals collect"

_BLOCK_LOOKS = 5_000
_BLOCK_BYTES = 64 * 2**20
_MEMORY_BYTES = 2 * 2**30
_BATCH_ROWS = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_collection(addition: Addition, work: WorkFile) -> None:
    """Write the looks kept in a work file as parts of a generation. Raises OutputUnwritableError."""
    folder, parent, generation = addition.storage, addition.parent, addition.generation
    addition.drop_uncommitted()
    with Record(folder.location, parent) as opened:
        (policy,) = opened.sql("SELECT parameters FROM rules WHERE kind = 'policy'").to_pylist()
    with join_session(folder, folder.scratch(f"{COLLECTION}/spill"), _MEMORY_BYTES) as session:
        session.files("earlier", parent.paths(EVIDENCE.name), EVIDENCE.schema)
        looks = _with_bodies(work.looks(), session)
        _write_blocks(folder, looks, policy_of_json(policy["parameters"]))
        for table in (OBSERVATIONS, SIGNALS):
            session.parts(table, _blocks(folder, table))
            session.write(table, collected_part(table, generation), table.name)
        session.files("brought", _blocks(folder, EVIDENCE), EVIDENCE.schema)
        session.view("run/new_evidence")
        session.write(EVIDENCE, evidence_path(generation), "new_evidence")


def are_committed(looks: Iterable[Look], record: Record) -> bool:
    """Whether kept looks are in the record: then a crash came between their commit and their removal."""
    for look in looks:
        observation = _observation(look)
        identity = observation_id(ORIGIN, observation.path, observation.position, observation.protocol)
        # All are committed, or none.
        committed = record.sql("SELECT 1 FROM observations WHERE observation_id = $identity", {"identity": identity})
        return len(committed) > 0
    return False


def _with_bodies(looks: Iterable[Look], session: JoinSession) -> Iterator[Look]:
    """All looks; those that found a file unchanged get the bytes that the record holds, in one pass over them."""
    unchanged: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        if look.unchanged is None:
            yield look
        else:
            unchanged[look.unchanged].append(look)
    if not unchanged:
        return
    session.rows("wanted", pa.table({"evidence_sha256": pa.array(list(unchanged), pa.string())}))
    session.view("run/wanted_evidence")
    for batch in session.batches("wanted_evidence", _BATCH_ROWS):
        for row in batch.to_pylist():
            yield from (replace(look, body=row["bytes"]) for look in unchanged[row["evidence_sha256"]])


def _write_blocks(folder: RecordStorage, looks: Iterable[Look], policy: Policy) -> None:
    """Write the rows of the looks in blocks that fit in memory, in any order."""
    folder.remove(f"{COLLECTION}/rows")
    rows, size, block = ObservedRows(policy, None), 0, 0
    for look in looks:
        for observation in observations_of(_observation(look), policy):
            rows.add(observation, ORIGIN, ORIGIN)
        size += len(look.body or b"")
        if len(rows) >= _BLOCK_LOOKS or size >= _BLOCK_BYTES:
            _write_block(folder, rows, block)
            rows, size, block = ObservedRows(policy, None), 0, block + 1
    _write_block(folder, rows, block)


def _write_block(folder: RecordStorage, rows: ObservedRows, block: int) -> None:
    for table, of_table in ((OBSERVATIONS, rows.observations), (EVIDENCE, rows.evidence), (SIGNALS, rows.signals)):
        if of_table.num_rows:
            with folder.committing(f"{_rows_folder(table)}/{block:06}.parquet") as file:
                pq.write_table(of_table, file, compression="zstd", compression_level=1)


def _blocks(folder: RecordStorage, table: Table) -> list[str]:
    return list(folder.paths(_rows_folder(table)))


def _rows_folder(table: Table) -> str:
    return f"{COLLECTION}/rows/{table.name}"


def _observation(look: Look) -> Observation:
    """A look as connectors give it; host, address and time name it, as path and position name a row of a file."""
    return Observation(
        protocol=look.protocol,
        authority=look.authority,
        path=f"{look.authority} {look.requested_url}",
        position=(look.observed_at - _EPOCH) // _MICROSECOND,
        outcome=look.outcome,
        grade=Grade.LIVE,
        body=look.body,
        requested_url=look.requested_url,
        final_url=look.final_url,
        redirects=look.redirects,
        observed_at=look.observed_at,
        http_status=look.http_status,
        headers_kept=look.headers_kept,
        user_agent=look.user_agent,
        kept_by=KeptBy.PROVIDER,
    )
