"""The JSON Schema of the corpus file, drawn from the dataclasses that it is read into.

It serves editors: it offers keys and words and marks most slips. `load_corpus` decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from colophon.config.corpus import Source
from colophon.config.corpus_file import corpus_file
from colophon.config.extensions import Extensions
from colophon.config.fields import Constraint, Key, keys

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Mapping[Any, str] = {bool: "boolean", int: "integer", float: "number", NoneType: "null"}
#: Text may be written as a number (a revision, a year).
_TEXT: dict[str, Any] = {"type": ["string", "number"]}
_FORMS: Mapping[Constraint, dict[str, Any]] = {
    Constraint.NAME: {"minLength": 1},
    Constraint.PRODUCT_TOKEN: {"pattern": "^[^();,]+$"},
    Constraint.PARTIAL_DATE: {"pattern": r"^\d{4}(-\d{2}){0,2}$"},
    Constraint.DATE: {"pattern": r"^\d{4}-\d{2}-\d{2}$"},
    Constraint.URL: {"pattern": "^(https?|ftp)://"},
    Constraint.SHA256: {"pattern": "^[0-9a-fA-F]{64}$"},
    Constraint.SHARE: {"minimum": 0, "maximum": 1},
    Constraint.COUNT: {"minimum": 0},
    Constraint.POSITIVE: {"minimum": 1},
}


def corpus_schema(extensions: Extensions) -> str:
    """The schema as JSON text, with the connectors and analyzers of `extensions`."""
    source = _source_schema(extensions.connectors)
    schema = _object(corpus_file(extensions)) | {
        "$schema": DRAFT,
        "title": "Corpus file of colophon",
        "$defs": {"source": source},
    }
    of_a_source = {"$ref": "#/$defs/source"}
    schema["properties"] |= {
        "colophon": {"enum": [1, "1"]},
        "sources": {"type": "array", "minItems": 1, "items": of_a_source | {"required": ["name"]}},
        "defaults": of_a_source,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _source_schema(connectors: Mapping[str, type]) -> dict[str, Any]:
    # Any key may come from `defaults`, so that none but the name can be demanded of one source.
    schema = {k: v for k, v in _object(Source).items() if k != "required"}
    schema["properties"] |= {"connector": {"enum": list(connectors)}, "options": {"type": "object"}}
    schema["allOf"] = [
        {
            "if": {"properties": {"connector": {"const": name}}, "required": ["connector"]},
            "then": {"properties": {"options": _object(options)}},
        }
        for name, options in connectors.items()
    ]
    return schema


def _object(kind: type) -> dict[str, Any]:
    known = keys(kind)
    required = [k.name for k in known if k.required]
    schema = {
        "type": "object",
        "properties": {k.name: _property(k) for k in known},
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _property(key: Key) -> dict[str, Any]:
    value = _value(key.hint)
    if key.inside is None:
        return value
    return {"type": "object", "properties": {key.inside: value}, "additionalProperties": False}


def _value(hint: Any) -> dict[str, Any]:
    form: Constraint | None = None
    if get_origin(hint) is Annotated:
        hint, form = get_args(hint)
    if form is Constraint.RAW:
        return {}
    if get_origin(hint) in {Union, UnionType}:
        return {"anyOf": [_value(m) for m in get_args(hint)]}
    if get_origin(hint) is tuple:
        return _list(get_args(hint)[0])
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint)
    return _word_or_number(hint) | (_FORMS.get(form, {}) if form else {})


def _word_or_number(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [*hint]}
    return {"type": _TYPES[hint]} if hint in _TYPES else dict(_TEXT)


def _list(hint: Any) -> dict[str, Any]:
    item = _value(hint)
    many = {"type": "array", "items": item}
    is_block = item.get("type") == "object"
    return many if is_block else {"anyOf": [many, item]}
