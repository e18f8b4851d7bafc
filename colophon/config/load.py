"""Reads a corpus file: the one way from YAML to a `Corpus`."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from colophon.config.changes import corpus_config
from colophon.config.constraints import Surroundings
from colophon.config.corpus import (
    DEFAULT_KEY_VARIABLE,
    Corpus,
    CorpusSettings,
    Filter,
    SnapshotFiles,
    Source,
    SourceBlock,
)
from colophon.config.environment import expanded_node, expanded_text, refuse_passwords, refuse_secrets
from colophon.config.extensions import Extensions, IncludedFile, analyzer_settings, corpus_file, source_block
from colophon.config.problems import InputLocation, Problems, UnfitError, expected_word, shown
from colophon.config.reader import read_into
from colophon.config.yaml import Entry, Mapping, Node, Scalar, Sequence, canonical_json, is_null, read_yaml
from colophon.errors import MissingKeyError, UnsetKeyError
from colophon.vocabulary import KEYED_ACQUISITIONS, Stage

_LATER_CONNECTORS = frozenset({"arrow", "huggingface", "media", "sql"})
_EVALUATION_STAGES = frozenset({Stage.EVALUATION, Stage.VALIDATION})
#: Limits decide how a run ends, not what the record holds.
_NOT_RECORDED = frozenset({"max_rejects"})
_SOURCES = "expected a list of sources, each beginning with `- name:`"


def load_corpus(path: str, extensions: Extensions) -> Corpus:
    """The corpus that a file describes (design, section 7).

    `extensions` are the connectors, analyzers and protocols that it may name.

    Raises ConfigurationErrors with everything that is wrong, and MissingKeyError where sources need a key for their ids
    and there is none.
    """
    file = Path(path).absolute()
    reading = _Reading(extensions, Problems(), Surroundings(file.parent, os.environ))
    corpus = reading.corpus(path, str(file))
    reading.problems.raise_if_any()
    if corpus is None:
        raise AssertionError("a file that could not be read gave no problem")
    _require_key(corpus)
    try:
        return replace(corpus, config=corpus_config(corpus))
    except OSError as e:
        problem = f"cannot read {e.filename}: {e.strerror}"
        reading.problems.add(InputLocation(path), problem, "expected a file that can be read")
        reading.problems.raise_if_any()
        raise


def _require_key(corpus: Corpus) -> None:
    keyed = tuple(s.name for s in corpus.sources if s.acquisition in KEYED_ACQUISITIONS)
    variable = corpus.id_key_variable
    if keyed and not (variable and os.environ.get(variable)):
        raise UnsetKeyError(keyed, variable) if variable else MissingKeyError(keyed, DEFAULT_KEY_VARIABLE)


class _Reading:
    """Reads one corpus file and those that it includes."""

    def __init__(self, extensions: Extensions, problems: Problems, surroundings: Surroundings) -> None:
        self.problems = problems
        self._extensions = extensions
        self._surroundings = surroundings

    def corpus(self, path: str, file: str) -> Corpus | None:
        """The corpus of a file that is named `path` in messages; None, with problems, where it cannot be read."""
        root = read_yaml(path, self.problems)
        if root is None:
            return None
        if not isinstance(root, Mapping):
            problem = "is empty" if is_null(root) else "is not a corpus file"
            expected = "expected keys such as colophon, corpus, sources; `colophon init` writes such a file"
            self.problems.add(InputLocation(path, 1), problem, expected)
            return None
        refuse_passwords(root, self.problems)
        written = read_into(corpus_file(self._extensions), root, self.problems, self._surroundings)
        sources = tuple(self._sources(self._blocks(root)))
        if written is None:
            return None
        self._require_unique_rules(written.filters, root)
        settings: dict[str, Any] = {f.name: getattr(written, f.name) for f in fields(CorpusSettings)}
        settings["analysis"] = analyzer_settings(written.analysis, self._extensions)
        return Corpus(**settings, file=file, sources=sources)

    def _require_unique_rules(self, filters: tuple[Filter, ...], root: Mapping) -> None:
        entry = root.get("filters")
        blocks = entry.node.items if entry and isinstance(entry.node, Sequence) else ()
        first: dict[str, int] = {}
        for rule, block in zip(filters, blocks, strict=True):
            if rule.rule in first:
                problem = f"filter rule {shown(rule.rule)} is given twice"
                self.problems.add(block.place, problem, f"line {first[rule.rule]} has it already")
            first.setdefault(rule.rule, block.place.line)

    def _blocks(self, root: Mapping) -> Iterator[Mapping]:
        """The blocks of sources in the order of the file, then of the included files by pattern and name.

        A key of `defaults` counts where a source lacks it, as a whole: blocks are not mixed.
        """
        own = root.get("sources")
        blocks = [] if own is None else self._listed(own.node, own.place)
        for file in self._included(root):
            blocks += self._blocks_of(file)
        if not blocks and not self.problems.errors:
            self.problems.add(root.place, "there are no sources", _SOURCES)
        defaults = self._defaults(root)
        for block in blocks:
            own_keys = {entry.key for entry in block.entries}
            whole = replace(block, entries=(*block.entries, *(e for e in defaults if e.key not in own_keys)))
            unfit = self._unfit_keys(_connector(whole)).keys() - own_keys
            yield replace(whole, entries=tuple(e for e in whole.entries if e.key not in unfit))

    def _defaults(self, root: Mapping) -> tuple[Entry, ...]:
        entry = root.get("defaults")
        if entry is None or is_null(entry.node):
            return ()
        if isinstance(entry.node, Mapping):
            return entry.node.entries
        self.problems.add(entry.place, "`defaults` holds no keys", "expected keys of a source")
        return ()

    def _listed(self, node: Node, place: InputLocation) -> list[Mapping]:
        if not isinstance(node, Sequence) or not node.items:
            self.problems.add(place, "`sources` holds no list", _SOURCES)
            return []
        for item in node.items:
            if not isinstance(item, Mapping):
                self.problems.add(item.place, "a source is not a block of keys", _SOURCES)
        return [i for i in node.items if isinstance(i, Mapping)]

    def _included(self, root: Mapping) -> tuple[str, ...]:
        """The files that `include` names; what does not fit there is reported where the key itself is read."""
        entry = root.get("include")
        if entry is None:
            return ()
        files: list[str] = []
        for pattern in entry.node.items if isinstance(entry.node, Sequence) else (entry.node,):
            if not isinstance(pattern, Scalar) or not isinstance(pattern.value, str):
                continue
            with suppress(UnfitError):
                # Joined to the corpus file's folder as the user wrote it, so that messages name files in the same way.
                text = expanded_text(pattern.text, self._surroundings.variables)
                pattern_here = os.path.join(os.path.dirname(root.place.file), text)  # noqa: PTH118, PTH120
                paths = sorted(p for p in glob.glob(pattern_here, recursive=True) if Path(p).is_file())  # noqa: PTH207
                if not paths:
                    misfit = _unincluded(pattern.text, pattern_here)
                    self.problems.add(pattern.place, misfit.problem, misfit.expected)
                files += paths
        return tuple(dict.fromkeys(files))

    def _blocks_of(self, file: str) -> list[Mapping]:
        root = read_yaml(file, self.problems)
        if root is None:
            return []
        refuse_passwords(root, self.problems)
        if isinstance(root, Sequence):
            return self._listed(root, root.place)
        read = read_into(IncludedFile, root, self.problems)
        sources = root.get("sources") if isinstance(root, Mapping) else None
        return self._listed(sources.node, sources.node.place) if read and sources else []

    def _sources(self, blocks: Iterable[Mapping]) -> Iterator[Source]:
        named: dict[str, InputLocation] = {}
        for block in blocks:
            options = self._options(block)
            self._require_paths(block)
            self._require_no_unfit_keys(block)
            described = replace(block, entries=tuple(e for e in block.entries if e.key != "options"))
            written = read_into(source_block(self._extensions), described, self.problems, self._surroundings)
            if written is None:
                continue
            place = block.place_of("name")
            if written.evaluation is not None and written.stage not in _EVALUATION_STAGES:
                problem = f"`evaluation` stands in a source of stage {written.stage}"
                expected = "expected stage evaluation or validation, or no such block"
                self.problems.add(block.place_of("evaluation"), problem, expected)
            if first := named.get(written.name):
                problem = f"source name {shown(written.name)} is given twice"
                self.problems.add(place, problem, f"{first.file}:{first.line} has it already")
            named.setdefault(written.name, place)
            recorded = replace(block, entries=tuple(e for e in block.entries if e.key not in _NOT_RECORDED))
            values: dict[str, Any] = {f.name: getattr(written, f.name) for f in fields(SourceBlock)}
            values |= {"dataset": written.dataset or written.name, "options": options}
            values["signals"] = tuple(self._signals(written, block))
            yield Source(**values, config=canonical_json(recorded), paths_place=block.place_of("paths"))

    def _signals(self, written: SourceBlock, block: Mapping) -> Iterator[SnapshotFiles]:
        signals = block.get("signals")
        for key in self._extensions.signals:
            entry = signals.node.get(key) if signals and isinstance(signals.node, Mapping) else None
            if entry and isinstance(entry.node, Sequence):
                for files, node in zip(getattr(written.signals, key), entry.node.items, strict=True):
                    yield SnapshotFiles(files.paths, files.fetched_at, files.kept_by, key, node.place)

    def _require_paths(self, block: Mapping) -> None:
        entry = block.get("paths")
        if _connector(block) in self._extensions.without_paths:
            return
        if entry is None:
            self.problems.add(block.place, "`paths` is missing", "expected a list")
        elif is_null(entry.node):
            self.problems.add(entry.node.place, "`paths`: no value is given", "expected a list")
        elif isinstance(entry.node, Sequence) and not entry.node.items:
            self.problems.add(entry.node.place, "`paths`: the list is empty", "expected at least one")

    def _unfit_keys(self, connector: str | None) -> dict[str, str]:
        """Keys that do not fit a connector, each with the reason."""
        unfit = {}
        if connector in self._extensions.without_fields:
            unfit["fields"] = "whose rows have no columns or keys"
        if connector not in self._extensions.with_encoding:
            unfit["encoding"] = "whose files state their own"
        return unfit

    def _require_no_unfit_keys(self, block: Mapping) -> None:
        connector = _connector(block)
        for key, reason in self._unfit_keys(connector).items():
            if connector and block.get(key):
                problem = f"`{key}` does not fit connector {shown(connector)}, {reason}"
                self.problems.add(block.place_of(key), problem, f"remove `{key}`, or name another connector")

    def _options(self, block: Mapping) -> Any:
        """The options of a source, of the dataclass that its connector names; None without a connector."""
        kind = self._options_kind(block)
        if kind is None:
            return None
        entry = block.get("options")
        written = entry.node if entry else block
        if not isinstance(written, Mapping) and not is_null(written):
            self.problems.add(written.place, "`options` holds no keys", "expected keys of the connector")
        options = written if entry and isinstance(written, Mapping) else Mapping((), written.place)
        refuse_secrets(options, self.problems)
        expanded = expanded_node(options, self._surroundings.variables, self.problems)
        return read_into(kind, expanded, self.problems, self._surroundings)

    def _options_kind(self, block: Mapping) -> type[object] | None:
        name = _connector(block)
        connectors = self._extensions.connectors
        if name is None or name in connectors:
            return connectors[name] if name else None
        place = block.place_of("connector")
        if name in _LATER_CONNECTORS:
            problem = f"connector {shown(name)} is not available in this version"
            self.problems.add(place, problem, f"available are: {', '.join(connectors)}")
        else:
            self.problems.add(place, f"connector {shown(name)} is not known", expected_word(name, connectors))
        return None


def _connector(block: Mapping) -> str | None:
    """The connector that a source names; what is no text is reported where the source itself is read."""
    entry = block.get("connector")
    name = entry.node.value if entry and isinstance(entry.node, Scalar) else None
    return name if isinstance(name, str) and name else None


def _unincluded(written: str, path: str) -> UnfitError:
    """Why a pattern under `include`, which leads to this path, gives no file."""
    if Path(path).is_dir():
        pattern = f"{written.rstrip('/')}/*.yaml"
        return UnfitError(f"`include` {shown(written)} is a folder", f"name its files, as in {shown(pattern)}")
    return UnfitError(f"`include` {shown(written)} matches no file", "expected a file or glob beside this file")
