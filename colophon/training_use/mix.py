"""Mix files: what entered training as a few lines of YAML, by source or shard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import pyarrow as pa

from colophon.config.problems import Problems
from colophon.config.reader import read_into
from colophon.config.yaml import Mapping, Node, Sequence, is_null, read_yaml


@dataclass(frozen=True, slots=True)
class _Period:
    """Facts that a mix states for all it names or for one entry."""

    first_step: str | None = None
    last_step: str | None = None
    started_at: str | None = None
    finished_at: str | None = None


@dataclass(frozen=True, slots=True)
class _SourceUse(_Period):
    epochs: str | None = None
    tokens: str | None = None


@dataclass(frozen=True, slots=True)
class _ShardUse(_SourceUse):
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _Mix(_Period):
    checkpoint: str | None = None
    sources: dict[str, Any] = field(default_factory=dict)
    shards: dict[str, Any] = field(default_factory=dict)


_ROW = pa.schema([
    ("line", pa.int64()),
    *((name, pa.string()) for name in ("checkpoint", "shard", *(f.name for f in fields(_ShardUse)))),
])  # fmt: skip

_MAX_ROWS = 50_000


def mix_rows(file: str) -> Iterator[pa.RecordBatch]:
    """The entries of a mix file as one batch: a mapping, or a list of mappings, one per checkpoint.

    `checkpoint: NAME`, then `sources:` and `shards:` (by path or id), each entry with `epochs`, `tokens`,
    `first_step`, `last_step`, `started_at` and `finished_at` as far as they are known; steps and times may also be
    stated once for all. Raises ConfigurationErrors, which name file and line.
    """
    problems = Problems()
    node = read_yaml(file, problems)
    rows: list[dict[str, object]] = []
    for mix in node.items if isinstance(node, Sequence) else (node,) if node is not None else ():
        rows += _mix(mix, problems)
    if node is not None and not rows:
        problems.add(node.place, "names nothing that was used", "expected `sources` or `shards`")
    problems.raise_if_any()
    for begin in range(0, len(rows), _MAX_ROWS):
        yield pa.RecordBatch.from_pylist(rows[begin : begin + _MAX_ROWS], _ROW)


def _mix(node: Node, problems: Problems) -> Iterator[dict[str, object]]:
    mix = read_into(_Mix, node, problems)
    period = {} if mix is None else {f.name: getattr(mix, f.name) for f in fields(_Period)}
    shared = period | {"checkpoint": mix.checkpoint if mix else None}
    for key, column, kind in (("sources", "source", _SourceUse), ("shards", "shard", _ShardUse)):
        entry = node.get(key) if isinstance(node, Mapping) else None
        for used in entry.node.entries if entry and isinstance(entry.node, Mapping) else ():
            # An entry that holds nothing is only named.
            use = None if is_null(used.node) else read_into(kind, used.node, problems, subject=f"{column} {used.key}: ")
            stated = {name: value for name, value in asdict(use).items() if value is not None} if use else {}
            yield {"line": used.place.line, **shared, **stated, column: used.key}
