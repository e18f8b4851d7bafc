"""Verification: every file of a record is what its manifests say, none is missing, and no other file is there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields

import msgspec
import pyarrow as pa

from colophon.record.manifest import (
    LiveFile,
    Manifest,
    content_hash,
    live_tables,
    parse_manifest,
    read_manifest,
    root_hash,
    unknown_keys,
)
from colophon.record.manifest_facts import misstated
from colophon.record.parquet import open_part
from colophon.record.row_hash import RowsHash
from colophon.record.storage import (
    COLLECTION,
    IMPORT,
    LOCK,
    MANIFEST,
    MANIFESTS,
    VIEWS,
    WORK,
    RecordStorage,
    manifest_path,
    part_place,
    plan_path,
    storage_at,
)
from colophon.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and what does not hold; `unfinished` names files of a generation, of a collection of signals or
    of an import that is under way."""

    manifest: Manifest
    files: int
    size_bytes: int
    problems: tuple[str, ...]
    unfinished: tuple[str, ...]


def verify(record: str, views: Callable[[Manifest], str]) -> Verification:
    """Check a record against all of its manifests; `views` gives the text of `views.sql` of a generation.

    Raises NotARecordError.
    """
    storage = storage_at(record)
    newest = read_manifest(record)
    problems: list[str] = []
    manifests = [newest, *_earlier(storage, newest, problems)]
    problems += _chain(storage, manifests)
    problems += [f"{MANIFEST}: {line}" for line in misstated(storage, newest)]
    files = {f.path: f for m in manifests for f in m.files}
    tables = _tables(storage, newest)
    with ThreadPoolExecutor() as threads:
        for problems_of_file in threads.map(lambda f: tuple(_file_problems(storage, f, tables)), files.values()):
            problems += problems_of_file
    problems += _views(storage, hashlib.sha256(views(newest).encode()).hexdigest())
    unlisted = _unlisted_files(storage, newest, files)
    problems += [f"{path}: is there, but no manifest names it" for path in unlisted.unexplained]
    size = sum(f.size for f in files.values())
    return Verification(newest, len(files), size, tuple(sorted(problems)), unlisted.unfinished)


def _earlier(storage: RecordStorage, newest: Manifest, problems: list[str]) -> Iterator[Manifest]:
    for path in storage.paths(MANIFESTS):
        content = storage.read(path)
        try:
            manifest = parse_manifest(content)
        except msgspec.DecodeError:
            problems.append(f"{path}: cannot be read as a manifest")
            continue
        problems += [f"{path}: says {key!r}, which no manifest does" for key in unknown_keys(content)]
        if manifest_path(manifest.generation) != path:
            problems.append(f"{path}: is the manifest of generation {manifest.generation}")
        elif manifest.generation == newest.generation:
            if content != storage.read(MANIFEST):
                fields = [
                    f.name for f in dataclass_fields(Manifest) if getattr(manifest, f.name) != getattr(newest, f.name)
                ]
                problems.append(f"{MANIFEST}: differs from {path}{' in ' + ', '.join(fields) if fields else ''}")
        elif manifest.generation < newest.generation:
            yield manifest


def _chain(storage: RecordStorage, manifests: list[Manifest]) -> Iterator[str]:  # noqa: C901  # one check after the other
    """Roots follow from the files named, and each generation names the root and the manifest of the one before."""
    roots: dict[int, str] = {}
    for manifest in sorted(manifests, key=lambda m: m.generation):
        name = manifest_path(manifest.generation)
        if not storage.exists(name):
            yield f"{name}: is missing"
        if root_hash(manifest) != manifest.root_hash:
            yield f"{name}: its root hash does not follow from its files and from what it states of them"
        if content_hash(manifest.files) != manifest.content_hash:
            yield f"{name}: its content hash does not follow from its files"
        if manifest.generation > 1 and roots.get(manifest.generation - 1) != manifest.parent_root:
            yield f"{name}: its parent is not generation {manifest.generation - 1}"
        parent = manifest_path(manifest.generation - 1)
        if storage.exists(parent) and storage.sha256(parent) != manifest.parent_sha256:
            yield f"{parent}: has changed (its hash is not the one in {name})"
        if manifest.generation == 1 and (manifest.parent_root, manifest.parent_sha256) != (None, None):
            yield f"{name}: the first generation names a parent"
        plan = plan_path(manifest.generation)
        if manifest.plan_sha256 is None:
            if storage.exists(plan):
                yield f"{plan}: is there, but generation {manifest.generation} has no plan"
        elif not storage.exists(plan):
            yield f"{plan}: is missing"
        elif storage.sha256(plan) != manifest.plan_sha256:
            yield f"{plan}: has changed"
        roots[manifest.generation] = manifest.root_hash


def _tables(storage: RecordStorage, newest: Manifest) -> Mapping[str, Table]:
    try:
        return live_tables(storage, newest)
    except (OSError, ValueError, pa.ArrowException):
        return TABLES  # what is wrong with the part is said of it as of every file


def _file_problems(storage: RecordStorage, file: LiveFile, tables: Mapping[str, Table]) -> Iterator[str]:
    place = part_place(file.path)
    if file.table not in tables or place is None or place.table != file.table:
        yield f"{file.path}: is no file of a table {file.table}"
        return
    if not storage.exists(file.path):
        yield f"{file.path}: is missing"
        return
    if storage.size(file.path) != file.size or storage.sha256(file.path) != file.sha256:
        yield f"{file.path}: has changed (its hash is not the one in the manifest)"
        return
    # The bytes are those that were written; what is left to check is that they were written right.
    with open_part(storage, file.path) as opened:
        schema = _columns_written(opened.schema_arrow, tables[file.table].schema)
        if not opened.schema_arrow.equals(schema):
            yield f"{file.path}: has other columns than table {file.table}"
            return
        digest = RowsHash(schema)
        for group in range(opened.num_row_groups):
            digest.update(pa.table(opened.read_row_group(group)))
    if file.columns is not None and opened.metadata.num_columns != file.columns:
        yield f"{file.path}: has {opened.metadata.num_columns} columns, and its manifest says {file.columns}"
    if opened.metadata.num_rows != file.rows or digest.hexdigest() != file.content_sha256:
        yield f"{file.path}: its rows are not those of its content hash"


def _columns_written(part: pa.Schema, table: pa.Schema) -> pa.Schema:
    """The columns of a table without those that it got after the version that wrote this part."""
    return pa.schema([field for field in table if not field.nullable or field.name in part.names])


def _views(storage: RecordStorage, expected_sha256: str) -> Iterator[str]:
    if not storage.exists(VIEWS):
        yield f"{VIEWS}: is missing"
    elif storage.sha256(VIEWS) != expected_sha256:
        yield f"{VIEWS}: does not select the manifest's files (changed, or written by another version)"


@dataclass(frozen=True, slots=True)
class _Unlisted:
    """Files that no manifest names: those of a run, collection or import that has not finished, and all others."""

    unfinished: tuple[str, ...]
    unexplained: tuple[str, ...]


def _unlisted_files(storage: RecordStorage, newest: Manifest, files: dict[str, LiveFile]) -> _Unlisted:
    listed = {MANIFEST, VIEWS, LOCK, *files}
    for generation in range(1, newest.generation + 1):
        listed |= {manifest_path(generation), plan_path(generation)}
    coming = newest.generation + 1
    under_way = storage.exists(plan_path(coming)) or any(storage.names(name) for name in (COLLECTION, IMPORT))
    unfinished: list[str] = []
    unexplained: list[str] = []
    for path in storage.walk():
        if path not in listed:
            (unfinished if under_way and _is_unfinished(path, coming) else unexplained).append(path)
    return _Unlisted(tuple(unfinished), tuple(unexplained))


def _is_unfinished(path: str, coming: int) -> bool:
    """Whether a file is one that a command leaves while it makes the coming generation."""
    place = part_place(path)
    of_generation = path == plan_path(coming) or (place is not None and place.generation == coming)
    return of_generation or path.startswith((f"{WORK}/", f"{COLLECTION}/", f"{IMPORT}/"))
