"""Reads a corpus file: the one way from YAML to a `Corpus`."""

from __future__ import annotations

import os
from collections.abc import Mapping as Connectors
from dataclasses import replace
from pathlib import Path
from typing import Any

from colophon.config.changes import corpus_config
from colophon.config.corpus import Corpus, Source
from colophon.config.corpus_blocks import analysis_of, contamination_of, dedup_of, filters_of
from colophon.config.corpus_file import CorpusFile, PolicyName, corpus_file
from colophon.config.environment import expanded_node, expanded_text, refuse_passwords, refuse_secrets, sole_variable
from colophon.config.extensions import Extensions
from colophon.config.problems import InputLocation, Problems, UnfitError, expected_word, nearest, shown
from colophon.config.source_blocks import source_blocks
from colophon.config.typed_yaml import Reading, read_into
from colophon.config.yaml_lines import Mapping, Node, Sequence, canonical_json, is_null, read_yaml
from colophon.errors import MissingKeyError
from colophon.vocabulary import KEYED_ACQUISITIONS, Stage

DEFAULT_KEY_VARIABLE = "COLOPHON_ID_KEY"

_LATER_CONNECTORS = frozenset({"arrow", "huggingface", "media", "sql"})
_EVALUATION_STAGES = frozenset({Stage.EVALUATION, Stage.VALIDATION})
#: Limits decide how a run ends, not what the record holds.
_NOT_RECORDED = frozenset({"max_rejects"})


def load_corpus(path: str, extensions: Extensions) -> Corpus:
    """The corpus that a file describes (design, section 7).

    `extensions` are the connectors, analyzers and protocols that it may name.

    Raises ConfigurationErrors with everything that is wrong, and MissingKeyError where sources need a key for their ids
    and there is none.
    """
    problems = Problems()
    file = Path(path).absolute()
    reading = Reading(problems, file.parent, os.environ)
    root = read_yaml(path, problems)
    if root is None:
        problems.raise_if_any()
    if not isinstance(root, Mapping):
        problems.add(InputLocation(path, 1), "is not a corpus file", "expected keys such as colophon, corpus, sources")
        root = Mapping((), InputLocation(path, 1))
    refuse_passwords(root, problems)
    written = read_into(corpus_file(extensions), root, reading)
    sources = _sources(source_blocks(root, reading), reading, extensions)
    if written is None:
        problems.raise_if_any()
        raise AssertionError("a file that could not be read gave no problem")
    corpus = Corpus(
        name=written.corpus,
        file=str(file),
        sources=sources,
        policy=_policy(written, root, reading),
        filters=filters_of(written.filters, problems),
        dedup=dedup_of(written.dedup, problems),
        contamination=contamination_of(written.contamination, problems),
        analysis=analysis_of(written.analysis, extensions),
        psl=written.psl,
        id_key_variable=_key_variable(written, root, problems),
        max_rejects=written.max_rejects,
    )
    problems.raise_if_any()
    _require_key(corpus)
    return _with_config(corpus, path)


def _sources(blocks: tuple[Mapping, ...], reading: Reading, extensions: Extensions) -> tuple[Source, ...]:
    sources = []
    named: dict[str, InputLocation] = {}
    for block in blocks:
        options = _options(block, reading, extensions)
        _require_paths(block, reading.problems, extensions)
        source = read_into(Source, _without(block, "options"), reading)
        if source is None:
            continue
        _check_source(source, block, reading.problems)
        if source.name in named:
            first = named[source.name]
            problem = f"source name {shown(source.name)} is given twice"
            reading.problems.add(_place(block, "name"), problem, f"{first.file}:{first.line} has it already")
        named.setdefault(source.name, _place(block, "name"))
        sources.append(
            replace(
                source,
                dataset=source.dataset or source.name,
                options=options,
                config=canonical_json(_without(block, *_NOT_RECORDED)),
                paths_place=_place(block, "paths"),
            )
        )
    return tuple(sources)


def _require_paths(block: Mapping, problems: Problems, extensions: Extensions) -> None:
    entry = block.get("paths")
    if _connector(block) in extensions.without_paths:
        return
    if entry is None:
        problems.add(block.place, "`paths` is missing", "expected a list")
    elif is_null(entry.node):
        problems.add(entry.node.place, "`paths`: no value is given", "expected a list")
    elif isinstance(entry.node, Sequence) and not entry.node.items:
        problems.add(entry.node.place, "`paths`: the list is empty", "expected at least one")


def _options(block: Mapping, reading: Reading, extensions: Extensions) -> Any:
    """The options of a source, of the dataclass that its connector names; None without a connector."""
    kind = _options_kind(block, reading.problems, extensions.connectors)
    entry = block.get("options")
    if kind is None:
        return None
    written: Node = entry.node if entry else Mapping((), block.place)
    if not isinstance(written, Mapping):
        if not is_null(written):
            reading.problems.add(written.place, "`options` holds no keys", "expected keys of the connector")
        written = Mapping((), written.place)
    refuse_secrets(written, reading.problems)
    return read_into(kind, expanded_node(written, reading.variables, reading.problems), reading)


def _options_kind(block: Mapping, problems: Problems, connectors: Connectors[str, type]) -> type[object] | None:
    name = _connector(block)
    if name is None:
        return None
    if name in connectors:
        return connectors[name]
    available = ", ".join(connectors)
    place = _place(block, "connector")
    if name in _LATER_CONNECTORS:
        problem = f"connector {shown(name)} is not available in this version"
        problems.add(place, problem, f"available are: {available}")
    else:
        problems.add(place, f"connector {shown(name)} is not known", expected_word(name, connectors))
    return None


def _connector(block: Mapping) -> str | None:
    """The connector that a source names; what is no text is reported where the source itself is read."""
    entry = block.get("connector")
    name = getattr(entry.node, "value", None) if entry else None
    return name if isinstance(name, str) else None


def _check_source(source: Source, block: Mapping, problems: Problems) -> None:
    if source.evaluation is not None and source.stage not in _EVALUATION_STAGES:
        problem = f"`evaluation` stands in a source of stage {source.stage}"
        problems.add(_place(block, "evaluation"), problem, "expected stage evaluation or validation, or no such block")
    for key, begin, end in (
        ("collected", source.collected.begin, source.collected.end),
        ("users", source.users.begin, source.users.end),
    ):
        # Dates of unequal precision are compared as far as both go.
        if begin and end and begin[: len(end)] > end[: len(begin)]:
            problems.add(_place(block, key), f"`{key}` ends ({end}) before it begins ({begin})", "expected from ≤ to")
    if source.collected.not_known and (source.collected.begin or source.collected.end):
        problem = "`collected` gives dates and says they are not known"
        problems.add(_place(block, "collected"), problem, "keep from and to, or not_known")


def _policy(written: CorpusFile, root: Mapping, reading: Reading) -> str:
    if written.policy in set(PolicyName):
        return written.policy
    place = _place(root, "policy")
    try:
        file = expanded_text(written.policy, reading.variables)
    except UnfitError as e:
        reading.problems.add(place, e.problem, e.expected)
        return written.policy
    if not (reading.folder / file).is_file():
        near = nearest(written.policy, PolicyName)
        hint = f"did you mean `{near}`? " if near else ""
        expected = f"{hint}expected {', '.join(PolicyName)} or a file, relative to the corpus file"
        reading.problems.add(place, f"policy {shown(written.policy)} is neither known nor a file", expected)
    return file


def _key_variable(written: CorpusFile, root: Mapping, problems: Problems) -> str | None:
    if written.id_key is None:
        return None
    variable = sole_variable(written.id_key)
    if variable is None:
        # The value may be the secret itself, so it is not repeated.
        expected = f"write `id_key: ${{{DEFAULT_KEY_VARIABLE}}}` and keep the secret in the environment"
        problems.add(_place(root, "id_key"), "`id_key` is not one reference to an environment variable", expected)
    return variable


def _require_key(corpus: Corpus) -> None:
    keyed = tuple(s.name for s in corpus.sources if s.acquisition in KEYED_ACQUISITIONS)
    variable = corpus.id_key_variable
    if keyed and not (variable and os.environ.get(variable)):
        raise MissingKeyError(keyed, variable or DEFAULT_KEY_VARIABLE)


def _with_config(corpus: Corpus, path: str) -> Corpus:
    try:
        return replace(corpus, config=corpus_config(corpus))
    except OSError as e:
        problems = Problems()
        problems.add(InputLocation(path), f"cannot read {e.filename}: {e.strerror}", "expected a file that can be read")
        problems.raise_if_any()
        raise


def _without(block: Mapping, *names: str) -> Mapping:
    return replace(block, entries=tuple(e for e in block.entries if e.key not in names))


def _place(block: Mapping, key: str) -> InputLocation:
    entry = block.get(key)
    return entry.place if entry else block.place
