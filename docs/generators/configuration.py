"""The keys of a corpus file: form, default and words from the dataclasses that it is read into, meaning from a list.

`key_meanings.yaml` has one sentence for each key; one too few or too many ends the build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ruamel.yaml import YAML

from colophon.config.corpus import Source
from colophon.config.corpus_file import corpus_file
from colophon.config.fields import Constraint, Key, keys
from colophon.extensions import installed
from colophon.vocabulary import Entity
from docs.generators.tables import code, table_lines, words

_MEANINGS = Path(__file__).with_name("key_meanings.yaml")
_HEADINGS = ("key", "value", "default", "meaning")

_FORMS: Mapping[Constraint, str] = {
    Constraint.NAME: "name, one line",
    Constraint.PRODUCT_TOKEN: "product token",
    Constraint.PARTIAL_DATE: "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`",
    Constraint.DATE: "`YYYY-MM-DD`",
    Constraint.TIME: "RFC 3339 time with its offset",
    Constraint.URL: "http, https or ftp address",
    Constraint.LICENSE: "SPDX expression",
    Constraint.SHA256: "64 hexadecimal digits",
    Constraint.FILE: "file, relative to the corpus file",
    Constraint.LOCATION: "path, glob or URL, relative to the corpus file",
    Constraint.SHARE: "number from 0 to 1",
    Constraint.COUNT: "whole number from 0",
    Constraint.POSITIVE: "whole number from 1",
    Constraint.RAW: "see below",
}
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
    lines += ["## A source", "", "Also the keys of `defaults`.", "", *_table_of("sources[]", Source)]
    lines += ["`options` is a block with the [connector's own keys](connectors.md#options).", ""]
    lines += ["## Blocks of a source", "", *_tables_of_blocks("sources[]", Source)]
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
    found = [k.path for k in (*_walk("", _corpus_file()), *_walk("sources[]", Source))]
    for name, options in installed().connectors.items():
        found += [k.path for k in _walk(_options_path(name), options)]
    lacking, unknown = set(found) - _meanings().keys(), _meanings().keys() - set(found)
    if lacking or unknown:
        raise MeaningsError(f"{_MEANINGS.name}: without meaning {sorted(lacking)}; not a key {sorted(unknown)}")
    return tuple(found)


@cache
def _corpus_file() -> type:
    return corpus_file(installed())


@cache
def _meanings() -> Mapping[str, str]:
    meanings: Mapping[str, str] = YAML(typ="safe", pure=True).load(_MEANINGS.read_text("utf-8"))
    return meanings


def _walk(path: str, kind: type) -> Iterator[ListedKey]:
    for listed in _keys_of(path, kind):
        yield listed
        if listed.block is not None:
            yield from _walk(listed.path, listed.block)


def _keys_of(path: str, kind: type) -> Iterator[ListedKey]:
    for key in keys(kind):
        name = f"{path}.{key.name}" if path else key.name
        if key.inside is not None:
            name = f"{name}.{key.inside}"
        block = _block(key.hint)
        yield ListedKey(f"{name}[]" if block and get_origin(key.hint) is tuple else name, key, block)


def _table_of(path: str, kind: type) -> Iterator[str]:
    # Both lists are compared here, so that no page is built from half of them.
    listed_keys()
    rows = (
        (code(_shown(k.path)), _value(k.key.hint), _default(k.key), _meanings()[k.path]) for k in _keys_of(path, kind)
    )
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
    if get_origin(hint) is Annotated:
        return None
    if get_origin(hint) in {Union, UnionType, tuple}:
        return next((found for member in get_args(hint) if (found := _block(member))), None)
    return hint if is_dataclass(hint) and isinstance(hint, type) else None


def _value(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        return _FORMS[get_args(hint)[1]]
    if get_origin(hint) is tuple:
        return "list of blocks" if _block(hint) else f"one or a list of: {_value(get_args(hint)[0])}"
    if get_origin(hint) in {Union, UnionType}:
        return " or ".join(_value(member) for member in get_args(hint) if member is not NoneType)
    if get_origin(hint) is Literal:
        return words(str(value) for value in get_args(hint))
    return _plain_value(hint)


def _plain_value(kind: type) -> str:
    if kind is Entity:
        return "[type of personal data](#entity-types)"
    if issubclass(kind, StrEnum):
        return words(kind)
    return "block" if is_dataclass(kind) else _TYPES[kind]


def _default(key: Key) -> str:
    if key.required:
        return "required"
    value = key.field.default
    if value is MISSING or value is None or value in ((), "") or is_dataclass(value):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    return words(value) if isinstance(value, tuple) else code(str(value.value if isinstance(value, Enum) else value))
