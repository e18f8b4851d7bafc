"""The keys of a corpus file: form, default and words from the dataclasses that it is read into, meaning from a list.

`key_meanings.yaml` has one sentence for each key whose field does not say it itself, as options of connectors and
analyzers do; one too few or too many ends the build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from ruamel.yaml import YAML

from colophon.config.constraints import KeyMeaning
from colophon.config.extensions import corpus_file, source_block
from colophon.config.reader import Key, bare_type, constraint_of, keys, members, written_type
from colophon.extensions import installed
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy_files import signal_keys
from colophon.vocabulary import Entity
from docs.generators.tables import code, table_lines, words

_MEANINGS = Path(__file__).with_name("key_meanings.yaml")
_HEADINGS = ("key", "value", "default", "meaning")
#: Its keys are those of protocols, which say themselves what they are called.
_SIGNALS = "sources[].signals"

_TYPES: Mapping[Any, str] = {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}


class MeaningsError(ValueError):
    """The list of meanings and the keys of the program do not match."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as the reference lists it: dotted from the top of its block, `[]` behind what is a list of blocks."""

    path: str
    key: Key
    block: type | None


def configuration_part() -> str:
    """Tables of the keys of the file and of a source; a block of keys has a table of its own."""
    lines = ["## The file", "", *_table_of("", _corpus_file())]
    lines += ["## Blocks of the file", "", *_tables_of_blocks("", _corpus_file())]
    lines += ["## A source", "", "Also the keys of `defaults`.", "", *_table_of("sources[]", _source_block())]
    lines += ["## Blocks of a source", "", *_tables_of_blocks("sources[]", _source_block())]
    lines += ["(entity-types)=", "## Types of personal data", "", f"{words(Entity)}.", ""]
    return "\n".join(lines)


def connector_options_part() -> str:
    """A table for each connector that takes options."""
    lines: list[str] = []
    for name, options in installed().connectors.items():
        if keys(options):
            lines += [f"### `{name}`", "", *_table_of(_options_path(name), options)]
    return "\n".join(lines)


def listed_keys() -> tuple[str, ...]:
    """Every key of the reference by its full path. Raises MeaningsError where the list of meanings differs."""
    listed = [*_walk("", _corpus_file()), *_walk("sources[]", _source_block())]
    for name, options in installed().connectors.items():
        listed += _walk(_options_path(name), options)
    paths = tuple(key.path for key in listed)
    lacking, unknown = [key.path for key in listed if not _meaning(key)], _meanings().keys() - set(paths)
    if lacking or unknown:
        raise MeaningsError(f"{_MEANINGS.name}: without meaning {sorted(lacking)}; not a key {sorted(unknown)}")
    return paths


def _meaning(listed: ListedKey) -> str:
    """From the list, or as the field of an option says itself."""
    annotated = (a.text for a in getattr(listed.key.hint, "__metadata__", ()) if isinstance(a, KeyMeaning))
    return _meanings().get(listed.path) or next(annotated, "")


@cache
def _corpus_file() -> type:
    return corpus_file(installed())


@cache
def _source_block() -> type:
    return source_block(installed())


@cache
def _meanings() -> Mapping[str, str]:
    meanings: dict[str, str] = YAML(typ="safe", pure=True).load(_MEANINGS.read_text("utf-8"))
    of_files = {key: meanings.pop(f"{_SIGNALS}.*[].{key}") for key in ("paths", "fetched_at", "kept_by")}
    for key, protocol in signal_keys().items():
        meanings.setdefault(f"{_SIGNALS}.{key}[]", f"{PROTOCOLS[protocol].label} files.")
        meanings |= {f"{_SIGNALS}.{key}[].{name}": meaning for name, meaning in of_files.items()}
    return meanings


def _walk(path: str, kind: type) -> Iterator[ListedKey]:
    for listed in _keys_of(path, kind):
        yield listed
        if listed.block is not None:
            yield from _walk(listed.path, listed.block)


def _keys_of(path: str, kind: type) -> Iterator[ListedKey]:
    for key in keys(kind):
        name = f"{path}.{key.name}" if path else key.name
        block = _block(written_type(key.hint))
        yield ListedKey(f"{name}[]" if block and get_origin(bare_type(key.hint)) is tuple else name, key, block)


def _table_of(path: str, kind: type) -> Iterator[str]:
    # Both lists are compared here, so that no page is built from half of them.
    listed_keys()
    rows = ((code(_shown(k.path)), _value(k.key.hint), _default(k.key), _meaning(k)) for k in _keys_of(path, kind))
    yield from table_lines(_HEADINGS, rows)


def _tables_of_blocks(path: str, kind: type) -> Iterator[str]:
    """One table for neighbours that are read into the same dataclass."""
    with_block = [(k.path, k.block) for k in _keys_of(path, kind) if k.block is not None and keys(k.block)]
    for block, alike in groupby(with_block, key=itemgetter(1)):
        paths = [path for path, _ in alike]
        yield f"### {words(_shown(path) for path in paths)}"
        yield ""
        yield from _table_of(paths[0], block)
        yield from _tables_of_blocks(paths[0], block)


def _shown(path: str) -> str:
    """The path as one writes it inside a source."""
    in_source = path.removeprefix("sources[].")
    return in_source.partition("]options.")[2] or in_source


def _options_path(connector: str) -> str:
    return f"[{connector}]options"


def _block(hint: Any) -> type | None:
    """The dataclass that a value of this type is read into, if any."""
    bare = bare_type(hint)
    if is_dataclass(bare) and isinstance(bare, type):
        return bare
    return next((block for member in get_args(bare) if (block := _block(member))), None)


def _value(hint: Any) -> str:
    written = written_type(hint)
    others = [member for member in members(written) if member is not NoneType]
    if len(others) > 1:
        return " or ".join(_value(member) for member in others)
    if (constraint := constraint_of(written)) is not None:
        return constraint.words
    bare = bare_type(written)
    if get_origin(bare) is tuple:
        return "list of blocks" if _block(bare) else f"one or a list of: {_value(get_args(bare)[0])}"
    if get_origin(bare) is Literal:
        return words(str(value) for value in get_args(bare))
    return _plain_value(bare)


def _plain_value(kind: Any) -> str:
    if kind is Any:
        return "see below"
    if kind is Entity:
        return "[type of personal data](#entity-types)"
    if is_dataclass(kind) or get_origin(kind) is dict:
        return "block"
    return words(kind) if issubclass(kind, StrEnum) else _TYPES[kind]


def _default(key: Key) -> str:
    if key.required:
        return "required"
    value = key.default
    if is_dataclass(value):
        return code("true") if bool in members(written_type(key.hint)) else ""
    if value is None or value in ((), "", {}):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    return words(value) if isinstance(value, tuple) else code(str(value.value if isinstance(value, Enum) else value))
