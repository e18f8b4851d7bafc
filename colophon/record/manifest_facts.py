"""What a manifest states beside its files, held against the tables it names: each statement that does not follow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import pyarrow as pa

from colophon.record.manifest import LAYOUT, Manifest, corpus_sha256, root_hash
from colophon.record.parquet import read_part
from colophon.record.storage import RecordStorage
from colophon.tables import RULES, RUNS, SOURCES, Table
from colophon.vocabulary import RuleKind


def misstated(storage: RecordStorage, manifest: Manifest) -> Iterator[str]:
    """A line for each statement that the tables of a record do not bear out; tables that cannot be read are named
    elsewhere."""
    if manifest.layout < LAYOUT:
        return
    if root_hash(manifest) != manifest.root_hash == root_hash(replace(manifest, partial=not manifest.partial)):
        yield _line("partial", manifest.partial, not manifest.partial)
    try:
        stated = dict(_by_tables(storage, manifest))
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return
    for name, found in stated.items():
        if (said := getattr(manifest, name)) != found:
            yield _line(name, said, found)


def _line(name: str, said: object, found: object) -> str:
    return f"{name} is {str(said)!r}, and the record has {str(found)!r}"


def _by_tables(storage: RecordStorage, manifest: Manifest) -> Iterator[tuple[str, object]]:
    sources = _rows(storage, manifest, SOURCES, ("position", "config"))
    configs = [str(row["config"]) for row in sorted(sources, key=lambda row: row["position"])]
    yield "corpus_sha256", corpus_sha256(manifest.configuration, configs)
    yield "corpus", json.loads(manifest.configuration)["corpus"]
    for rule in _rows(storage, manifest, RULES, ("rule", "kind", "parameters", "model_sha256")):
        if rule["kind"] == RuleKind.POLICY:
            yield "policy", rule["rule"]
            yield "policy_sha256", rule["model_sha256"]
        elif "scheme" in (parameters := json.loads(rule["parameters"] or "{}")):
            yield "scheme", parameters["scheme"]
    for run in _rows(storage, manifest, RUNS, ("generation", "finished_at")):
        if run["generation"] == manifest.generation:
            yield "created_at", run["finished_at"].astimezone(UTC).isoformat(timespec="seconds")


def _rows(storage: RecordStorage, manifest: Manifest, table: Table, columns: Sequence[str]) -> list[dict[str, Any]]:
    return [row for path in manifest.paths(table.name) for row in read_part(storage, path, columns).to_pylist()]
