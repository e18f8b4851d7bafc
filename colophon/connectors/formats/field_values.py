"""What the names under `fields` stand for in a row, and what became of their values.

A name is a key or column, or leads there: a dot goes into an object (also one that is written as JSON text), and `[]`,
which may be left out before a dot, through the elements of a list, as in `messages[].content`. A key or column of just
that name comes first; the last to be looked at are the folders of the file that are named `KEY=VALUE`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import msgspec

from colophon.connectors.times import Time, UnreadTime, time_of
from colophon.urls import clean_url
from colophon.vocabulary import FieldOutcome

#: The detail of the reject of a file in which a declared field has two columns: nothing says which is meant.
COLUMN_TWICE = "column_twice"

#: Longest id in UTF-8; what is longer is a text.
MAX_ID_BYTES = 1_024

#: Keys of an object that names a license, the most exact first.
_LICENSE_KEYS = ("spdx_id", "spdx", "license", "key", "id", "name")

#: A list of texts as pandas and numpy write it into a cell of CSV.
_PYTHON_TEXT = re.compile(r"'([^'\\]*)'")
_PYTHON_LIST = re.compile(rf"\[(?:{_PYTHON_TEXT.pattern},?\s*)*\]")

#: Integers up to which every one has a floating-point number of its own.
_EXACT_FLOAT = 2**53

_THROUGH = "[]"
#: Addresses of the web that `clean_url` takes, as nearly all are written.
PLAIN_ADDRESS = r"^https?://[a-z0-9-]{1,60}(\.[a-z0-9-]{1,60}){1,3}([/?][!-~]*)?$"
_BEGINS_JSON = frozenset({"{", "[", b"{", b"["})
_NOTHING = frozenset({"", "null", b"", b"null"})

#: What is listed of the names in rows: so many, of objects and lists so many inside each other.
_MAX_NAMES, _MAX_STEPS = 200, 4
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"


class Absent(Enum):
    """The row has no such column or key, which is not the same as null."""

    ABSENT = "absent"


def top_name(name: str) -> str:
    """The key or column that a name which leads further begins with."""
    return name.partition(".")[0].removesuffix(_THROUGH)


def value_at(row: Mapping[str, object], name: str) -> object:
    """What a name stands for in a row; a list where it leads through one; Absent.ABSENT where it leads nowhere."""
    return row[name] if name in row else _inner(row, name.split("."))


def _inner(value: object, steps: list[str]) -> object:
    for number, step in enumerate(steps):
        inside = _opened(value)
        if isinstance(inside, list):
            return _of_each(inside, steps[number:])
        rest = ".".join(steps[number:])
        if isinstance(inside, Mapping) and rest in inside:
            # A dot may be part of a key.
            return inside[rest]
        key = step.removesuffix(_THROUGH)
        if not isinstance(inside, Mapping) or key not in inside:
            return None if inside is None and number else Absent.ABSENT
        value = inside[key]
        if step.endswith(_THROUGH):
            value = _opened(value)
    return value


def _of_each(items: list[object], steps: list[str]) -> object:
    """What the rest of a name stands for in each element; Absent.ABSENT where it leads nowhere in all of them."""
    found = list(_flat([_inner(item, steps) for item in items]))
    return found if found or not items else Absent.ABSENT


def _opened(value: object) -> object:
    """The value, or what it holds where it is an object or a list that is written as JSON text, or null or nothing
    instead of one."""
    if isinstance(value, str | bytes):
        if value in _NOTHING:
            return None
        if value[:1] in _BEGINS_JSON:
            try:
                return msgspec.json.decode(value)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return value
    return value


def _flat(values: list[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        elif value is not Absent.ABSENT:
            yield value


def names_in(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The names that lead to values in rows, such as `meta.url` and `messages[].content`, in the order met."""
    names: dict[str, None] = {}
    for row in rows:
        for name in _names_below("", row, _MAX_STEPS):
            names.setdefault(name)
            if len(names) == _MAX_NAMES:
                return tuple(names)
    return tuple(names)


def _names_below(name: str, value: object, steps: int) -> Iterator[str]:
    inside = _opened(value)
    if isinstance(inside, Mapping) and inside and steps:
        for key, inner in inside.items():
            yield from _names_below(f"{name}.{key}" if name else str(key), inner, steps - 1)
    elif isinstance(inside, list) and any(isinstance(item, Mapping) for item in inside):
        for item in inside:
            if isinstance(item, Mapping):
                yield from _names_below(f"{name}{_THROUGH}", item, steps)
    elif name:
        yield name


@lru_cache(maxsize=256)
def partitions_of(path: str) -> Mapping[str, str | None]:
    """The keys and values in the names of a file's folders, as Hive, Spark and Arrow write partitions."""
    pairs = (folder.partition("=") for folder in path.split("/")[:-1])
    return {unquote(key): None if value == _NO_PARTITION else unquote(value) for key, equals, value in pairs if equals}


def text_of(value: object) -> str | FieldOutcome:
    """The text of a field, or why there is none.

    Those of a list are joined by line breaks: texts, and of the parts that a message may consist of those of text.
    """
    match value:
        case str():
            return value
        case bytes():
            # Older writers of Parquet leave texts unmarked.
            try:
                return value.decode()
            except UnicodeDecodeError:
                return FieldOutcome.NOT_UTF8
        case list():
            return _joined(value)
    return _no_text(value)


def _joined(values: list[Any]) -> str | FieldOutcome:
    texts: list[str] = []
    for value in values:
        text = "" if value is None else _text_of_part(value)
        if isinstance(text, FieldOutcome):
            return text
        if text:
            texts.append(text)
    if not texts and None in values:
        return FieldOutcome.NULL
    return "\n".join(texts)


def _text_of_part(value: object) -> str | FieldOutcome:
    """The text of an element of a list; empty for a part of a message that is none, such as a picture."""
    if isinstance(value, dict) and ("type" in value or "text" in value):
        text = value.get("text")
        return text if isinstance(text, str) and value.get("type", "text") == "text" else ""
    return value if isinstance(value, str) else FieldOutcome.WRONG_TYPE


def native_id_of(value: object) -> str | FieldOutcome:
    """An id as text: a text, a whole or decimal number, or a UUID, also as the only one of a list; or why there is
    none."""
    value = _sole(value)
    match value:
        case str():
            is_too_long = len(value) > MAX_ID_BYTES or len(value.encode("utf-8", "replace")) > MAX_ID_BYTES
            return FieldOutcome.TOO_LONG if is_too_long else value or FieldOutcome.NULL
        case int() | Decimal() | UUID() if not isinstance(value, bool):
            return str(value)
        case float() if math.isnan(value):
            return FieldOutcome.NULL
        case float() if value.is_integer() and abs(value) <= _EXACT_FLOAT:
            # What pandas makes of whole numbers beside missing ones.
            return str(int(value))
    return _no_text(value)


def address_of(value: object) -> str | FieldOutcome:
    """An address of a place, with its scheme, as text, also the only one of a list, or why there is none."""
    value = _sole(value)
    if not isinstance(value, str):
        return _no_text(value)
    if not value:
        return FieldOutcome.NULL
    return value if clean_url(value) is not None else FieldOutcome.NOT_AN_ADDRESS


def _sole(value: object) -> object:
    """What a list holds, where that is one value or none."""
    if isinstance(value, list):
        items = [item for item in value if item is not None]
        return value if len(items) > 1 else next(iter(items), None)
    return value


def license_of(value: object) -> str | FieldOutcome:
    """The license that a row claims; of several, which may all apply, each on a line of its own."""
    if isinstance(value, str) and _PYTHON_LIST.fullmatch(value):
        value = _PYTHON_TEXT.findall(value)
    value = _opened(value)
    if isinstance(value, list):
        claims = [_claim(item) for item in value if item is not None]
        if not all(isinstance(claim, str) for claim in claims):
            return FieldOutcome.WRONG_TYPE
        return "\n".join(dict.fromkeys(str(claim) for claim in claims)) or FieldOutcome.NULL
    claim = _claim(value)
    return claim or FieldOutcome.NULL if isinstance(claim, str) else _no_text(value)


def _claim(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in _LICENSE_KEYS if isinstance(value.get(key), str) and value[key]), value)


def fetch_time_of(value: object) -> Time | FieldOutcome:
    """The moment or day of a fetch, or why there is none."""
    read = Absent.ABSENT if value is Absent.ABSENT else time_of(_sole(value))
    match read:
        case Absent():
            return FieldOutcome.ABSENT
        case None:
            return FieldOutcome.NULL
        case UnreadTime():
            return FieldOutcome(read.value)
    return read


def _no_text(value: object) -> FieldOutcome:
    if value is Absent.ABSENT:
        return FieldOutcome.ABSENT
    return FieldOutcome.NULL if value is None else FieldOutcome.WRONG_TYPE
