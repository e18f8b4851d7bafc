"""Planning a generation: what is new beside the record so far, and what must not have changed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from colophon.config.changes import changes, corpus_config
from colophon.config.corpus import Corpus
from colophon.connectors import CONNECTORS, Capability, RowNames
from colophon.connectors.readers import Reader, reader_of, readers_of
from colophon.connectors.rows import InputFile, Shard, ShardRead
from colophon.errors import RecordChangedError
from colophon.extensions import documents_table
from colophon.record.manifest import live_tables, read_manifest
from colophon.record.parquet import open_part, read_part
from colophon.record.storage import (
    COLLECTION,
    IMPORT,
    MANIFEST,
    VIEWS,
    RecordStorage,
    manifest_path,
    plan_path,
    shard_part,
)
from colophon.tables import DOCUMENTS, SHARDS
from colophon.vocabulary import KeptBy, Rescan, ShardRole

#: Rows of a plan read by one worker at a time.
PLAN_BLOCK = 1_000

_FILE = pa.struct([
    pa.field("path", pa.string(), nullable=False),
    pa.field("size", pa.int64(), nullable=False),
    pa.field("version", pa.string(), nullable=False),
    pa.field("not_read", pa.string()),
])  # fmt: skip

_SHARDS = pa.schema([
    pa.field("ordinal", pa.int64(), nullable=False),
    pa.field("source_id", pa.int32(), nullable=False),
    pa.field("role", pa.string(), nullable=False),
    pa.field("protocol", pa.string()),
    pa.field("fetched_at", pa.string()),
    pa.field("kept_by", pa.string()),
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
    #: the day (UTC) on which the generation was planned first; None in plans of versions that did not note it
    reference_day: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedShard:
    """A shard with the ordinal it has for ever, the generation that reads it, and the day on which that was planned:
    what the shard says happened later did not happen then."""

    ordinal: int
    generation: int
    source_id: int
    shard: Shard
    reference_day: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a generation's shards, in the order of their ordinals."""

    header: PlanHeader
    shards: tuple[PlannedShard, ...]


def write_plan(storage: RecordStorage, plan: Plan) -> None:
    """Commit a plan. Raises OutputUnwritableError."""
    rows = pa.Table.from_pylist([_row(s) for s in plan.shards], _SHARDS)
    schema = _SHARDS.with_metadata({_HEADER: msgspec.json.encode(plan.header)})
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        writer.write_table(rows.cast(schema), row_group_size=PLAN_BLOCK)
    storage.write(plan_path(plan.header.generation), sink.getvalue())


def read_plan(storage: RecordStorage, generation: int) -> Plan | None:
    """The plan of a generation, or None where it was never planned."""
    path = plan_path(generation)
    if not storage.exists(path):
        return None
    with open_part(storage, path) as file:
        header = _header_of(file)
        return Plan(header, tuple(_shards(header, file.read())))


def read_plan_block(storage: RecordStorage, generation: int, block: int) -> tuple[PlannedShard, ...]:
    """The shards of one block of a plan."""
    with open_part(storage, plan_path(generation)) as file:
        return tuple(_shards(_header_of(file), file.read_row_group(block)))


def _header_of(file: pq.ParquetFile) -> PlanHeader:
    return msgspec.json.decode(file.schema_arrow.metadata[_HEADER], type=PlanHeader)


def plan_blocks(shards: int) -> range:
    """Numbers of the blocks of a plan of so many shards."""
    return range(-(-shards // PLAN_BLOCK))


def read_plans(storage: RecordStorage, generations: Iterable[int]) -> Iterator[Plan]:
    """The plans of the generations that have one, in order."""
    for generation in generations:
        plan = read_plan(storage, generation)
        if plan is not None:
            yield plan


def _row(planned: PlannedShard) -> dict[str, object]:
    shard = planned.shard
    return {
        "ordinal": planned.ordinal,
        "source_id": planned.source_id,
        "role": shard.role.value,
        "protocol": shard.protocol,
        "fetched_at": shard.fetched_at,
        "kept_by": None if shard.kept_by is None else shard.kept_by.value,
        "begin": shard.begin,
        "end": shard.end,
        "files": [{"path": f.path, "size": f.size, "version": f.version, "not_read": f.not_read} for f in shard.files],
    }


def _shards(header: PlanHeader, rows: pa.Table) -> Iterator[PlannedShard]:
    for row in rows.to_pylist():
        shard = Shard(
            # Plans of earlier versions do not have the last.
            files=tuple(InputFile(f["path"], f["size"], f["version"], f.get("not_read")) for f in row["files"]),
            begin=row["begin"],
            end=row["end"],
            role=ShardRole(row["role"]),
            protocol=row["protocol"],
            fetched_at=row["fetched_at"],
            # Plans of earlier versions do not have it.
            kept_by=None if row.get("kept_by") is None else KeptBy(row["kept_by"]),
        )
        yield PlannedShard(row["ordinal"], header.generation, row["source_id"], shard, header.reference_day)


#: Blocks of the configuration that a record's tables depend on; the others may change between generations.
_BINDING = ("analysis", "contamination", "corpus", "dedup", "policy", "psl")

#: Keys of a source that only limit or describe the run, not what the record holds.
_FREE_SOURCE_KEYS = frozenset({"max_rejects"})

#: Keys of a source that say how its rows are read. Where they were wrong, what was read is of no use.
_READING_KEYS = frozenset({"connector", "encoding", "fields", "options"})


@dataclass(frozen=True, slots=True)
class Replacement:
    """A generation that is made anew by the newest plan, as what it was made or planned from was other than this."""

    generation: int
    state: GenerationState
    differences: tuple[str, ...]

    def __str__(self) -> str:
        listed = "\n".join(f"  - {d}" for d in self.differences)
        return f"generation {self.generation}, {self.state.value}, is replaced: all of it is read anew, since\n{listed}"


class GenerationState(Enum):
    """Whether a generation is complete."""

    COMPLETE = "which was complete"
    UNFINISHED = "which no run had completed"


@dataclass(frozen=True, slots=True)
class Planned:
    """The plans of all generations, the newest last, and what becomes void by the newest."""

    plans: tuple[Plan, ...]
    replaced: Replacement | None = None

    @property
    def newest(self) -> Plan:
        return self.plans[-1]

    def shards(self) -> Iterator[PlannedShard]:
        for plan in self.plans:
            yield from plan.shards

    @property
    def source_ids(self) -> dict[str, int]:
        """Number of every source by its name."""
        return {s.name: s.source_id for plan in self.plans for s in plan.header.sources}


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a run is asked to do."""

    storage: RecordStorage
    corpus: Corpus
    base: str
    #: generations that are committed
    committed: int
    limit: int | None
    id_key_check: str | None
    #: today (UTC)
    today: date
    rescan: Rescan = Rescan.NONE


def plan(request: PlanRequest) -> Planned:
    """Plan the next generation, or take up the plan of a run that was interrupted.

    Raises RecordChangedError where configuration or input differ from what the record was made from, and the errors
    of listing. Nothing is written.
    """
    earlier = tuple(read_plans(request.storage, range(1, request.committed + 1)))
    pending = read_plan(request.storage, request.committed + 1)
    known = (*earlier, pending) if pending else earlier
    differences = _differences(request, known)
    if differences:
        return _replacing(request, earlier, pending, differences)
    if pending is not None:
        added = _new_shards(request, Planned(known))
        if added:
            listed = tuple(f"{p.shard.path}: was added while a run was unfinished" for p in added[:10])
            raise RecordChangedError(request.storage.location, (*listed, "finish that run first without the new files"))
        return Planned((*earlier, _with_rescan(pending, request)))
    return _planned_anew(request, earlier)


def _planned_anew(request: PlanRequest, earlier: tuple[Plan, ...], replaced: Replacement | None = None) -> Planned:
    header = _header(request, Planned(earlier))
    plan_ = Plan(header, _new_shards(request, Planned((*earlier, Plan(header, ())))))
    return Planned((*earlier, plan_), replaced)


def _replacing(
    request: PlanRequest, earlier: tuple[Plan, ...], pending: Plan | None, differences: tuple[_Difference, ...]
) -> Planned:
    """A generation that is not complete is planned anew, and so is a first one, beside which there is nothing, where
    nothing but the way of reading its rows has changed.

    Raises RecordChangedError where the record cannot take the differences.
    """
    lines = tuple(d.line for d in differences)
    if pending is not None and not _differences(request, earlier) and not any(d.is_option for d in differences):
        unfinished = Replacement(pending.header.generation, GenerationState.UNFINISHED, lines)
        return _planned_anew(request, earlier, unfinished)
    adds_to_first = any(request.storage.names(folder) for folder in (COLLECTION, IMPORT))
    if request.committed == 1 and pending is None and not adds_to_first and all(d.is_reading for d in differences):
        first = Replacement(1, GenerationState.COMPLETE, lines)
        return _planned_anew(replace(request, committed=0), (), first)
    raise RecordChangedError(request.storage.location, lines)


def _differences(request: PlanRequest, known: tuple[Plan, ...]) -> tuple[_Difference, ...]:
    return (
        *_configuration_differences(request, known),
        *_source_differences(request, known),
        *_column_differences(request),
        *_input_differences(request, known),
    )


@dataclass(frozen=True, slots=True)
class _Difference:
    """How configuration or input differ from what was planned; whether in the way in which rows are read, or in an
    option or variable that is easily forgotten."""

    line: str
    is_reading: bool = False
    is_option: bool = False


def commit_plan(request: PlanRequest, planned: Planned) -> None:
    """Write the newest plan; from then on the generation is under way. Raises OutputUnwritableError."""
    write_plan(request.storage, planned.newest)


def drop_replaced(storage: RecordStorage, replaced: Replacement) -> None:
    """Remove what names a generation that is replaced, its parts aside. A run that ends in between finds a generation
    that is not complete."""
    if replaced.state is GenerationState.COMPLETE:
        for path in (MANIFEST, VIEWS, manifest_path(replaced.generation)):
            storage.remove(path)
    storage.remove(plan_path(replaced.generation))


def _header(request: PlanRequest, earlier: Planned) -> PlanHeader:
    """Sources keep their numbers; new ones get the next."""
    numbers = earlier.source_ids
    sources = []
    for source in request.corpus.sources:
        number = numbers.setdefault(source.name, len(numbers))
        sources.append(PlannedSource(number, source.name, source.config))
    configuration = corpus_config(request.corpus)
    return PlanHeader(
        generation=request.committed + 1,
        configuration=configuration,
        sources=tuple(sources),
        limit=request.limit,
        id_key_check=request.id_key_check,
        rescan=request.rescan,
        reference_day=request.today,
    )


def _with_rescan(pending: Plan, request: PlanRequest) -> Plan:
    """An unfinished plan; a rescan that was begun is finished, and one asked for now is done with the rest."""
    if request.rescan is Rescan.NONE:
        return pending
    return replace(pending, header=replace(pending.header, rescan=request.rescan))


def _new_shards(request: PlanRequest, planned: Planned) -> tuple[PlannedShard, ...]:
    """Shards over the files that no plan names, numbered on from the last; a limited run takes the first."""
    numbers = planned.source_ids
    read = _files_read(planned.shards())
    ordinal = 1 + max((s.ordinal for s in planned.shards()), default=-1)
    header = planned.newest.header
    shards: list[PlannedShard] = []
    for source in request.corpus.sources:
        number = numbers[source.name]
        for reader in readers_of(source, request.base):
            new = list(reader.connector.plan(read.get((number, reader.protocol), frozenset())))
            for shard in new if request.limit is None else new[:1]:
                shards.append(PlannedShard(ordinal, header.generation, number, shard, header.reference_day))
                ordinal += 1
    return tuple(shards)


_ReaderKey = tuple[int, str | None]


def _files_read(shards: Iterable[PlannedShard]) -> dict[_ReaderKey, frozenset[str]]:
    """Paths of planned files by source and by the protocol they are read for, None for documents."""
    files: dict[_ReaderKey, set[str]] = {}
    for planned in shards:
        files.setdefault((planned.source_id, planned.shard.protocol), set()).update(f.path for f in planned.shard.files)
    return {key: frozenset(paths) for key, paths in files.items()}


def _configuration_differences(request: PlanRequest, known: tuple[Plan, ...]) -> Iterator[_Difference]:
    if not known:
        return
    last = known[-1].header
    yield from map(_Difference, changes(last.configuration, corpus_config(request.corpus), _BINDING))
    if last.limit != request.limit:
        yield _Difference(f"--limit: {last.limit or 'none'} → {request.limit or 'none'}", is_option=True)
    if last.id_key_check and request.id_key_check and last.id_key_check != request.id_key_check:
        line = "id_key: the key in the environment is not the one that the record's ids were made with"
        yield _Difference(line, is_option=True)


def _column_differences(request: PlanRequest) -> Iterator[_Difference]:
    """Columns of `documents` that analyzers of other packages add: all parts of a record have the same."""
    if not request.committed:
        return
    recorded = live_tables(request.storage, read_manifest(request.storage.location))[DOCUMENTS.name]
    declared = documents_table(request.corpus.analysis)
    if not recorded.schema.equals(declared.schema):
        names, now = (", ".join(table.schema.names[len(DOCUMENTS.columns) :]) for table in (recorded, declared))
        yield _Difference(
            f"columns that analyzers add to documents: {names or 'none'} → {now or 'none'} (names or types)"
        )


def _source_differences(request: PlanRequest, known: tuple[Plan, ...]) -> Iterator[_Difference]:
    present = {s.name: s for s in request.corpus.sources}
    written = {s.name: s.config for plan in known for s in plan.header.sources}
    for name, config in written.items():
        if name not in present:
            yield _Difference(f"source {name}: is in the record, but no longer in the configuration")
            continue
        takes_none = CONNECTORS[present[name].connector].row_names is RowNames.NONE
        free = _FREE_SOURCE_KEYS | ({"fields"} if takes_none else set())
        for change in changes(config, present[name].config):
            key = change.split(".")[0].split(":")[0].split("[")[0]
            if key not in free:
                yield _Difference(f"source {name}, {change}", is_reading=key in _READING_KEYS)


def _input_differences(request: PlanRequest, known: tuple[Plan, ...]) -> Iterator[_Difference]:
    """Files that vanished or changed since they were planned; a new mark of version alone means reading them again."""
    sources = {s.name: s for s in request.corpus.sources}
    names = {number: name for name, number in Planned(known).source_ids.items()}
    listed: dict[_ReaderKey, dict[str, InputFile]] = {}
    for planned in (s for p in known for s in p.shards):
        source = sources.get(names[planned.source_id])
        if source is None:
            continue
        reader = reader_of(source, request.base, planned.shard)
        key = (planned.source_id, reader.protocol)
        if key not in listed:
            listed[key] = {f.path: f for f in reader.connector.files()}
        yield from map(_Difference, _shard_differences(request, reader, planned, listed[key]))


def _shard_differences(
    request: PlanRequest, reader: Reader, planned: PlannedShard, listed: dict[str, InputFile]
) -> Iterator[str]:
    differences = [d for file in planned.shard.files for d in _file_differences(reader, file, listed.get(file.path))]
    yield from differences
    # A shard that differs already is not read: a file of it may be gone.
    touched = not differences and any(listed[f.path].version != f.version for f in planned.shard.files)
    if touched and _hashes_differ(request, reader, planned):
        yield f"{planned.shard.path}: its content has changed"


def _file_differences(reader: Reader, planned: InputFile, now: InputFile | None) -> Iterator[str]:
    if now is None:
        yield f"{planned.path}: was planned or read, but is gone"
    elif now.size != planned.size and Capability.EXACT_SIZES in reader.connector.capabilities:
        yield f"{planned.path}: had {planned.size} bytes, has {now.size}"


def _hashes_differ(request: PlanRequest, reader: Reader, planned: PlannedShard) -> bool:
    """Whether the bytes of a committed shard are others than those it was made from; one not read yet cannot differ."""
    path = shard_part(SHARDS, planned.generation, planned.ordinal)
    if request.limit is not None or not request.storage.exists(path):
        return False
    row = read_part(request.storage, path, ["files"]).to_pylist()[0]
    recorded = {f["path"]: f["sha256"] for f in row["files"]}
    for item in reader.connector.read(planned.shard):
        if isinstance(item, ShardRead):
            return {f.path: f.sha256 for f in item.files} != recorded
    return True
