"""What of a configuration a record depends on, and how two of them differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from colophon.config.constraints import FILE
from colophon.config.corpus import AnalyzerSettings, Corpus, Filter, PolicyName
from colophon.config.reader import Key, constraint_of, keys, sole_key


def corpus_config(corpus: Corpus) -> str:
    """The configuration beside the sources as canonical JSON.

    It holds name, dedup, contamination, analysis, filters, policy and suffix list. Values are those in force, defaults
    included, so that a default written out is no change. A file counts by its content (`sha256:…`), not by its place.
    Limits and the name of the key's variable are left out: they do not touch what the record holds.

    Raises OSError where a file cannot be read.
    """
    folder = Path(corpus.file).parent
    block = {
        "analysis": {k: v for analyzer in corpus.analysis for k, v in _analyzer_values(folder, analyzer)},
        "contamination": asdict(corpus.contamination),
        "corpus": corpus.name,
        "dedup": asdict(corpus.dedup),
        "filters": [_filter_block(f) for f in corpus.filters],
        "policy": corpus.policy if corpus.policy in set(PolicyName) else _content(folder, corpus.policy),
        "psl": _content(folder, corpus.psl),
    }
    return json.dumps(block, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def changes(old: str, new: str, blocks: Collection[str] | None = None) -> tuple[str, ...]:
    """How two configurations (of a corpus, or of a source) differ, one line each: `dedup.threshold: 0.8 → 0.7`.

    `blocks` are the keys of the first level to compare, all of them by default.
    """
    before, after = (_flat(json.loads(c), blocks) for c in (old, new))
    keys = sorted(before.keys() | after.keys())
    return tuple(
        f"{k}: {_shown(before.get(k))} → {_shown(after.get(k))}" for k in keys if before.get(k) != after.get(k)
    )


def _content(folder: Path, file: str | None) -> str | None:
    if file is None:
        return None
    with (folder / file).open("rb") as opened:
        return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"


def _analyzer_values(folder: Path, analyzer: AnalyzerSettings) -> Iterator[tuple[str, Any]]:
    """Whether an analyzer runs and each of its options, with the defaults where it does not."""
    if (sole := sole_key(analyzer.kind)) is not None:
        yield analyzer.name, None if analyzer.options is None else _option(folder, sole, analyzer.options)
        return
    yield analyzer.name, analyzer.options is not None
    options = analyzer.kind() if analyzer.options is None else analyzer.options
    yield from ((f"{analyzer.name}_{key.name}", _option(folder, key, options)) for key in keys(analyzer.kind))


def _option(folder: Path, key: Key, options: Any) -> Any:
    value = getattr(options, key.field)
    return _content(folder, value) if constraint_of(key.hint) is FILE else value


def _filter_block(rule: Filter) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "kind": rule.kind,
        "reason": rule.reason,
        "parameters": {o.name: o.value for o in rule.parameters},
        "values": rule.values,
    }


def _flat(config: dict[str, Any], blocks: Collection[str] | None) -> dict[str, str]:
    chosen = {k: v for k, v in config.items() if blocks is None or k in blocks}
    return dict(_leaves(chosen, ""))


def _leaves(value: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [leaf for k, v in value.items() for leaf in _leaves(v, f"{key}.{k}" if key else k)]
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return [leaf for i, v in enumerate(value, 1) for leaf in _leaves(v, f"{key}[{i}]")]
    return [(key, json.dumps(value, ensure_ascii=False))]


def _shown(leaf: str | None) -> str:
    if leaf is None:
        return "not set"
    return str(json.loads(leaf)) if leaf.startswith('"') else leaf
