"""Mix files: what entered training as a few lines of YAML, by source or shard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from colophon.config.problems import Problems, expected_word, shown
from colophon.config.yaml import Entry, Node, Scalar, Sequence, is_null, read_yaml
from colophon.config.yaml import Mapping as YamlMapping

#: Facts of a use, which a mix states for all it names or for one entry.
_FACTS = ("epochs", "tokens", "first_step", "last_step", "started_at", "finished_at")
_KEYS = ("checkpoint", "sources", "shards", *(fact for fact in _FACTS if fact not in {"epochs", "tokens"}))
_ROW = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in ("checkpoint", "source", "shard", *_FACTS))])

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
    if not isinstance(node, YamlMapping):
        problems.add(node.place, "something else stands where keys belong", f"expected {', '.join(_KEYS)}")
        return
    _refuse_unknown(node, _KEYS, problems)
    shared = {name: _scalar(node.get(name), problems) for name in _KEYS if name not in {"sources", "shards"}}
    for key, column in (("sources", "source"), ("shards", "shard")):
        entry = node.get(key)
        if entry is None:
            continue
        if not isinstance(entry.node, YamlMapping):
            problems.add(entry.place, f"`{key}` is no mapping", f"expected each {column} with what is known of its use")
            continue
        for used in entry.node.entries:
            yield {"line": used.place.line, **shared, column: used.key, **_facts(used, column, problems)}


def _facts(used: Entry, column: str, problems: Problems) -> Mapping[str, object]:
    """What is stated of one entry; nothing where it is only named."""
    if is_null(used.node):
        return {}
    known = _FACTS if column == "source" else ("source", *_FACTS)
    if not isinstance(used.node, YamlMapping):
        problems.add(used.place, f"{shown(used.key)} holds a single value", f"expected keys: {', '.join(known)}")
        return {}
    _refuse_unknown(used.node, known, problems)
    return {entry.key: _scalar(entry, problems) for entry in used.node.entries}


def _refuse_unknown(node: YamlMapping, known: tuple[str, ...], problems: Problems) -> None:
    for entry in node.entries:
        if entry.key not in known:
            problems.add(entry.place, f"unknown key {shown(entry.key)}", expected_word(entry.key, known))


def _scalar(entry: Entry | None, problems: Problems) -> str | None:
    if entry is None or is_null(entry.node):
        return None
    if not isinstance(entry.node, Scalar):
        problems.add(entry.place, f"`{entry.key}` is no single value", "expected text or a number")
        return None
    return entry.node.text
