"""The plan of a generation: which shards are read, under which ordinals, and whether that fits the record so far."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from colophon.connectors.rows import InputFile, Shard
from colophon.record.folder import RecordFolder
from colophon.record.vocabulary import Rescan, ReservationProtocol, ShardRole

#: Rows of a plan read by one worker at a time.
PLAN_BLOCK = 1_000

_FILE = pa.struct([
    pa.field("path", pa.string(), nullable=False),
    pa.field("size", pa.int64(), nullable=False),
    pa.field("version", pa.string(), nullable=False),
])  # fmt: skip

_SHARDS = pa.schema([
    pa.field("ordinal", pa.int64(), nullable=False),
    pa.field("source_id", pa.int32(), nullable=False),
    pa.field("role", pa.string(), nullable=False),
    pa.field("protocol", pa.string()),
    pa.field("fetched_at", pa.string()),
    pa.field("begin", pa.int64()),
    pa.field("end", pa.int64()),
    pa.field("files", pa.list_(pa.field("item", _FILE, nullable=False)), nullable=False),
])  # fmt: skip

_HEADER = b"plan"


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A source as it was when a generation was planned; `config` is its block as canonical JSON."""

    source_id: int
    name: str
    config: str


@dataclass(frozen=True, slots=True)
class PlanHeader:
    """What a generation was planned from."""

    generation: int
    #: the corpus' configuration without its sources
    configuration: str
    sources: tuple[PlannedSource, ...]
    limit: int | None
    id_key_check: str | None
    rescan: Rescan = Rescan.NONE


@dataclass(frozen=True, slots=True)
class PlannedShard:
    """A shard with the ordinal it has for ever, and the generation that reads it."""

    ordinal: int
    generation: int
    source_id: int
    shard: Shard


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a generation's shards, in the order of their ordinals."""

    header: PlanHeader
    shards: tuple[PlannedShard, ...]


def plan_path(generation: int) -> str:
    """Where the plan of a generation lies in the record."""
    return f"plans/{generation:04}.parquet"


def write_plan(folder: RecordFolder, plan: Plan) -> None:
    """Commit a plan. Raises OutputUnwritableError."""
    rows = pa.Table.from_pylist([_row(s) for s in plan.shards], _SHARDS)
    schema = _SHARDS.with_metadata({_HEADER: msgspec.json.encode(plan.header)})
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        writer.write_table(rows.cast(schema), row_group_size=PLAN_BLOCK)
    folder.write(plan_path(plan.header.generation), sink.getvalue())


def read_plan(folder: RecordFolder, generation: int) -> Plan | None:
    """The plan of a generation, or None where it was never planned."""
    path = plan_path(generation)
    if not folder.exists(path):
        return None
    with pq.ParquetFile(folder.absolute(path)) as file:
        header = msgspec.json.decode(file.schema_arrow.metadata[_HEADER], type=PlanHeader)
        return Plan(header, tuple(_shards(generation, file.read())))


def read_plan_block(folder: RecordFolder, generation: int, block: int) -> tuple[PlannedShard, ...]:
    """The shards of one block of a plan."""
    with pq.ParquetFile(folder.absolute(plan_path(generation))) as file:
        return tuple(_shards(generation, file.read_row_group(block)))


def plan_blocks(shards: int) -> range:
    """Numbers of the blocks of a plan of so many shards."""
    return range(-(-shards // PLAN_BLOCK))


def read_plans(folder: RecordFolder, generations: Iterable[int]) -> Iterator[Plan]:
    """The plans of the generations that have one, in order."""
    for generation in generations:
        plan = read_plan(folder, generation)
        if plan is not None:
            yield plan


def _row(planned: PlannedShard) -> dict[str, object]:
    shard = planned.shard
    return {
        "ordinal": planned.ordinal,
        "source_id": planned.source_id,
        "role": shard.role.value,
        "protocol": shard.protocol.value if shard.protocol else None,
        "fetched_at": shard.fetched_at,
        "begin": shard.begin,
        "end": shard.end,
        "files": [{"path": f.path, "size": f.size, "version": f.version} for f in shard.files],
    }


def _shards(generation: int, rows: pa.Table) -> Iterator[PlannedShard]:
    for row in rows.to_pylist():
        shard = Shard(
            files=tuple(InputFile(f["path"], f["size"], f["version"]) for f in row["files"]),
            begin=row["begin"],
            end=row["end"],
            role=ShardRole(row["role"]),
            protocol=ReservationProtocol(row["protocol"]) if row["protocol"] else None,
            fetched_at=row["fetched_at"],
        )
        yield PlannedShard(row["ordinal"], generation, row["source_id"], shard)
