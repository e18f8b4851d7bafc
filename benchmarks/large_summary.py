"""The forms of a large record: many sources and domain names, written within a bound of memory.

`python -m benchmarks.large_summary FOLDER` writes a synthetic record (one crawled document for each domain name, spread
over the sources), asks for the forms of an edition, and prints seconds and the peak of resident memory of the command.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from colophon.record.manifest import LAYOUT, Manifest, commit_manifest, live_files, sealed
from colophon.record.parquet import write_empty_part, write_part
from colophon.record.storage import LocalFolder, part_path
from colophon.tables import ROW_BITS, TABLES

DOCUMENTS_IN_A_PART = 250_000
GIBIBYTE_IN_KIBIBYTES = 2**20


def write_large_record(path: Path, sources: int, domains: int) -> None:
    """A record with as many crawled sources and one document for each domain name."""
    folder = LocalFolder(str(path))
    paths = []
    for name, table in TABLES.items():
        if name == "documents":
            for number, start in enumerate(range(0, domains, DOCUMENTS_IN_A_PART)):
                part = part_path(table, 1, f"{number:05}")
                rows = min(DOCUMENTS_IN_A_PART, domains - start)
                write_part(folder, table, part, _documents(start, rows, sources))
                paths.append(part)
            continue
        part = part_path(table, 1, "rows")
        if name in _SMALL:
            write_part(folder, table, part, _filled(table.schema, sources, _SMALL[name](sources)))
        else:
            write_empty_part(folder, table, part)
        paths.append(part)
    files = live_files(folder, paths)
    commit_manifest(
        folder,
        sealed(
            Manifest(
                layout=LAYOUT,
                generation=1,
                parent_root=None,
                root_hash="",
                content_hash="",
                corpus="large",
                configuration="{}",
                corpus_sha256="0" * 64,
                policy="code",
                policy_sha256="1" * 64,
                scheme="none",
                partial=False,
                created_at="2026-03-01T12:00:00Z",
                plan_sha256="2" * 64,
                files=files,
            )
        ),
    )


def main() -> None:
    """Write the record where it is not there yet, then the forms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--domains", type=int, default=5_000_000)
    parser.add_argument("--edition", default="public")
    parser.add_argument("--format", default="docx,html,pdf,md,json")
    given = parser.parse_args()
    record = given.folder / "record"
    if not record.exists():
        write_large_record(record, given.sources, given.domains)
    answers = given.folder / "answers.yaml"
    answers.write_text("{}\n", "utf-8")
    command = [
        sys.executable, "-m", "colophon", "summary", str(record), "--provider", str(answers), "--model", str(answers),
        "--out", str(given.folder / given.edition), "--edition", given.edition, "--format", given.format,
        "--allow-gaps",
    ]  # fmt: skip
    started = time.perf_counter()
    subprocess.run(command, check=True)  # the program itself, with arguments made here
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / GIBIBYTE_IN_KIBIBYTES
    sys.stdout.write(f"{seconds:.1f} s, peak of resident memory {peak:.2f} GiB\n")


def _documents(start: int, rows: int, sources: int) -> pa.Table:
    numbers = np.arange(start, start + rows)
    names = [f"site{n:07}.example" for n in numbers]
    return _filled(
        TABLES["documents"].schema,
        rows,
        {
            "doc_id": (numbers % sources << ROW_BITS) | numbers,
            "shard_id": numbers % sources,
            "source_id": (numbers % sources).astype(np.int32),
            "position": numbers,
            "stage": ["pretraining"] * rows,
            "authority": [f"www.{name}" for name in names],
            "registered_domain": names,
            "site_domain": names,
            "language": ["en"] * rows,
            "text_bytes": numbers * 7919 % 1_000_003,
            "modality": ["text"] * rows,
        },
    )


def _sources(count: int) -> dict[str, Any]:
    names = [f"crawl {n}" for n in range(count)]
    return {
        "source_id": np.arange(count, dtype=np.int32), "position": np.arange(count, dtype=np.int32), "name": names,
        "dataset": names, "stage": ["pretraining"] * count, "acquisition": ["crawled_own"] * count,
        "modality": ["text"] * count, "collected_to": ["2026-01"] * count, "config": ["{}"] * count,
        "used_for_weight_update": [True] * count,
    }  # fmt: skip


def _shards(count: int) -> dict[str, Any]:
    return {
        "shard_id": np.arange(count), "source_id": np.arange(count, dtype=np.int32), "role": ["documents"] * count,
        "stage": ["pretraining"] * count, "acquisition": ["crawled_own"] * count,
    }  # fmt: skip


_SMALL = {"sources": _sources, "shards": _shards}


def _filled(schema: pa.Schema, rows: int, given: dict[str, Any]) -> pa.Table:
    """The columns given, and null or a neutral value in the others."""
    columns = [pa.array(given[f.name], f.type) if f.name in given else _neutral(f, rows) for f in schema]
    return pa.table(columns, schema=schema)


def _neutral(field: pa.Field, rows: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(rows, field.type)
    if pa.types.is_list(field.type):
        return pa.array([[]] * rows, field.type)
    value = "" if pa.types.is_string(field.type) else False if pa.types.is_boolean(field.type) else 0
    return pa.array([value] * rows, field.type)


if __name__ == "__main__":
    main()
