"""Adding a generation to a record: the note of its command, its parts, the checks, and the manifest, last."""

from __future__ import annotations

import json
import platform
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import pyarrow as pa

from colophon.errors import RecordInconsistentError
from colophon.query.session import MEMORY, Record, failed_checks, views_sql
from colophon.record.manifest import Manifest, commit_manifest, content_hash, live_files, manifest_path, root_hash
from colophon.record.parquet import part_path, write_part
from colophon.record.storage import VIEWS, RecordFolder
from colophon.tables import RUNS, TABLES

_LIBRARIES = ("colophon", "aiohttp", "apache-beam", "pyarrow", "numpy", "numba", "duckdb")


@dataclass(frozen=True, slots=True)
class RunNote:
    """What is noted of a command outside the root hash; `counts` by transform and name."""

    command: str
    started_at: datetime
    finished_at: datetime
    runner: str
    counts: Mapping[str, int]


def commit_generation(folder: RecordFolder, manifest: Manifest, memory: str = MEMORY) -> None:
    """Check a generation whose parts are written, within so much memory in DuckDB's words, and commit it.

    Raises RecordInconsistentError, OutputUnwritableError.
    """
    with Record(folder.location, manifest, memory) as opened:
        problems = failed_checks(opened)
    if problems:
        raise RecordInconsistentError(folder.location, problems)
    commit_manifest(folder, manifest)
    write_views(folder, manifest)


def commit_added(folder: RecordFolder, parent: Manifest, note: RunNote) -> Manifest:
    """Commit the parts that were written for the generation after `parent`, all of whose files stay live.

    Raises RecordInconsistentError, OutputUnwritableError.
    """
    generation = parent.generation + 1
    write_run(folder, generation, note)
    added = live_files(folder, written_parts(folder, generation))
    files = tuple(sorted((*parent.files, *added), key=lambda f: f.path))
    manifest = replace(
        parent,
        generation=generation,
        parent_root=parent.root_hash,
        parent_sha256=folder.sha256(manifest_path(parent.generation)),
        root_hash=root_hash(files),
        content_hash=content_hash(files),
        created_at=note.finished_at.isoformat(timespec="seconds"),
        plan_sha256=None,
        files=files,
    )
    commit_generation(folder, manifest)
    return manifest


def drop_uncommitted(folder: RecordFolder, generation: int) -> None:
    """Remove what a command that was interrupted wrote for a generation."""
    for table in TABLES.values():
        folder.remove(f"tables/{table.name}/gen={generation:04}")


def write_views(folder: RecordFolder, manifest: Manifest) -> None:
    """Let `views.sql` select what the manifest names; it follows from the manifest, so that a crash before it is mended
    by the next run."""
    content = views_sql(manifest).encode()
    if not folder.exists(VIEWS) or folder.read(VIEWS) != content:
        folder.write(VIEWS, content)


def written_parts(folder: RecordFolder, generation: int) -> list[str]:
    """Parts of a generation; what a crash left half written is dropped."""
    for path in folder.walk():
        if f"/gen={generation:04}/.tmp-" in path:
            folder.remove(path)
    paths = []
    for table in TABLES.values():
        parts = f"tables/{table.name}/gen={generation:04}"
        paths += [f"{parts}/{name}" for name in folder.names(parts)]
    return paths


def write_run(folder: RecordFolder, generation: int, note: RunNote) -> None:
    """Write the row of `runs` for a generation."""
    row = {
        "run_id": secrets.token_hex(16),
        "generation": generation,
        "command": note.command,
        "started_at": note.started_at,
        "finished_at": note.finished_at,
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": json.dumps({"python": sys.version.split()[0], **{name: version(name) for name in _LIBRARIES}}),
        "runner": note.runner,
        "counts": json.dumps(dict(note.counts), sort_keys=True),
    }
    write_part(folder, RUNS, part_path(RUNS, generation, "all"), pa.Table.from_pylist([row], RUNS.schema))
