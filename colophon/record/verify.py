"""Verification: every file of a record is what its manifests say, none is missing, and none is there besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from colophon.query.session import views_sql
from colophon.record.manifest import (
    LiveFile,
    Manifest,
    content_hash,
    manifest_path,
    parse_manifest,
    read_manifest,
    root_hash,
)
from colophon.record.row_hash import RowsHash
from colophon.record.storage import COLLECTION, IMPORT, LOCK, MANIFEST, VIEWS, RecordFolder
from colophon.tables import TABLES


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and what does not hold; `unfinished` names files of a generation, of a collection of signals or
    of an import that is under way."""

    manifest: Manifest
    files: int
    size_bytes: int
    problems: tuple[str, ...]
    unfinished: tuple[str, ...]


def verify(record: str) -> Verification:
    """Check a record against all of its manifests. Raises NotARecordError."""
    folder = RecordFolder(record)
    newest = read_manifest(record)
    problems: list[str] = []
    manifests = [newest, *_earlier(folder, newest, problems)]
    problems += _chain(folder, manifests)
    files = {f.path: f for m in manifests for f in m.files}
    with ThreadPoolExecutor() as threads:
        for found in threads.map(lambda f: tuple(_file_problems(folder, f)), files.values()):
            problems += found
    problems += _views(folder, newest)
    besides, unfinished = _besides(folder, newest, files)
    problems += [f"{path}: is there, but no manifest names it" for path in besides]
    size = sum(f.size for f in files.values())
    return Verification(newest, len(files), size, tuple(sorted(problems)), tuple(unfinished))


def _earlier(folder: RecordFolder, newest: Manifest, problems: list[str]) -> Iterator[Manifest]:
    for name in folder.names("manifests"):
        content = folder.read(f"manifests/{name}")
        try:
            manifest = parse_manifest(content)
        except msgspec.DecodeError:
            problems.append(f"manifests/{name}: cannot be read as a manifest")
            continue
        if manifest_path(manifest.generation) != f"manifests/{name}":
            problems.append(f"manifests/{name}: is the manifest of generation {manifest.generation}")
        elif manifest.generation == newest.generation:
            if content != folder.read(MANIFEST):
                problems.append(f"{MANIFEST}: differs from manifests/{name}")
        elif manifest.generation < newest.generation:
            yield manifest


def _chain(folder: RecordFolder, manifests: list[Manifest]) -> Iterator[str]:  # noqa: C901  # one check after the other
    """Roots follow from the files named, and each generation names the root and the manifest of the one before."""
    roots: dict[int, str] = {}
    for manifest in sorted(manifests, key=lambda m: m.generation):
        name = manifest_path(manifest.generation)
        if not folder.exists(name):
            yield f"{name}: is missing"
        if root_hash(manifest.files) != manifest.root_hash:
            yield f"{name}: its root hash does not follow from its files"
        if content_hash(manifest.files) != manifest.content_hash:
            yield f"{name}: its content hash does not follow from its files"
        if manifest.generation > 1 and roots.get(manifest.generation - 1) != manifest.parent_root:
            yield f"{name}: its parent is not generation {manifest.generation - 1}"
        parent = manifest_path(manifest.generation - 1)
        if folder.exists(parent) and folder.sha256(parent) != manifest.parent_sha256:
            yield f"{parent}: has changed (its hash is not the one in {name})"
        if manifest.generation == 1 and manifest.parent_root is not None:
            yield f"{name}: the first generation names a parent"
        plan = f"plans/{manifest.generation:04}.parquet"
        if manifest.plan_sha256 is None:
            if folder.exists(plan):
                yield f"{plan}: is there, but generation {manifest.generation} has no plan"
        elif not folder.exists(plan):
            yield f"{plan}: is missing"
        elif folder.sha256(plan) != manifest.plan_sha256:
            yield f"{plan}: has changed"
        roots[manifest.generation] = manifest.root_hash


def _file_problems(folder: RecordFolder, file: LiveFile) -> Iterator[str]:
    if file.table not in TABLES or not file.path.startswith(f"tables/{file.table}/"):
        yield f"{file.path}: is no file of a table {file.table}"
        return
    if not folder.exists(file.path):
        yield f"{file.path}: is missing"
        return
    if folder.size(file.path) != file.size or folder.sha256(file.path) != file.sha256:
        yield f"{file.path}: has changed (its hash is not the one in the manifest)"
        return
    # The bytes are those that were written; what is left to check is that they were written right.
    with pq.ParquetFile(folder.absolute(file.path)) as opened:
        schema = TABLES[file.table].schema
        if not opened.schema_arrow.equals(schema):
            yield f"{file.path}: has other columns than table {file.table}"
            return
        digest = RowsHash(schema)
        for group in range(opened.num_row_groups):
            digest.update(pa.table(opened.read_row_group(group)))
    if opened.metadata.num_rows != file.rows or digest.hexdigest() != file.content_sha256:
        yield f"{file.path}: its rows are not those of its content hash"


def _views(folder: RecordFolder, newest: Manifest) -> Iterator[str]:
    expected = hashlib.sha256(views_sql(newest).encode()).hexdigest()
    if not folder.exists(VIEWS):
        yield f"{VIEWS}: is missing"
    elif folder.sha256(VIEWS) != expected:
        yield f"{VIEWS}: does not select the manifest's files (changed, or written by another version)"


def _besides(folder: RecordFolder, newest: Manifest, files: dict[str, LiveFile]) -> tuple[list[str], list[str]]:
    """Files that no manifest names: strangers, and those of a run, collection or import that has not finished."""
    expected = {MANIFEST, VIEWS, LOCK, *files}
    for generation in range(1, newest.generation + 1):
        expected |= {manifest_path(generation), f"plans/{generation:04}.parquet"}
    coming = newest.generation + 1
    adding = any(folder.names(name) for name in (COLLECTION, IMPORT))
    under_way = adding or folder.exists(f"plans/{coming:04}.parquet")
    strangers: list[str] = []
    unfinished: list[str] = []
    for path in folder.walk():
        if path in expected:
            continue
        ours = (
            path.startswith(("work/", f"{COLLECTION}/", f"{IMPORT}/"))
            or f"/gen={coming:04}/" in path
            or path == f"plans/{coming:04}.parquet"
        )
        (unfinished if under_way and ours else strangers).append(path)
    return strangers, unfinished
