"""The JSON Schemas of files, drawn from the dataclasses that they are read into.

They serve editors: they offer keys and words and mark most slips. Reading decides.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from colophon.config.extensions import Extensions, corpus_file, source_block

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def corpus_schema(extensions: Extensions) -> str:
    """The schema of a corpus file as JSON text, with the connectors and analyzers of `extensions`."""
    schema = schema_of(corpus_file(extensions)) | {"$schema": DRAFT, "title": "Corpus file of colophon"}
    schema["$defs"] = {"source": _source_schema(extensions)}
    of_a_source = {"$ref": "#/$defs/source"}
    schema["properties"] |= {
        "colophon": {"enum": [1, "1"]},
        "sources": {"type": "array", "minItems": 1, "items": of_a_source | {"required": ["name"]}},
        "defaults": of_a_source,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _source_schema(extensions: Extensions) -> dict[str, Any]:
    # Any key may come from `defaults`, so that none but the name can be demanded of one source.
    schema = {k: v for k, v in schema_of(source_block(extensions)).items() if k != "required"}
    schema["properties"] |= {"connector": {"enum": list(extensions.connectors)}}
    schema["allOf"] = [
        {
            "if": {"properties": {"connector": {"const": name}}, "required": ["connector"]},
            "then": {"properties": {"options": schema_of(options)}},
        }
        for name, options in extensions.connectors.items()
    ]
    return schema


def schema_of(kind: type) -> dict[str, Any]:
    """The schema of a mapping that is read into a `kind` (a dataclass), whole, without references."""
    schema = TypeAdapter(kind).json_schema(schema_generator=_SchemaOfText)
    whole: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return whole


class _SchemaOfText(GenerateJsonSchema):
    """Schemas without titles and defaults, where text may be a number and a list of one that one."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        # A revision, a year.
        return super().str_schema(schema) | {"type": ["string", "number"]}

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        return {"enum": [str(member.value) for member in schema["members"]]}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"enum": list(schema["expected"])}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        many = super().tuple_schema(schema)
        is_block = "$ref" in many["items"]
        return many if is_block else {"anyOf": [many, many["items"]]}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        described = super().dataclass_schema(schema)
        required = {"required": described["required"]} if "required" in described else {}
        shape = {"type": "object", "properties": described.get("properties", {}), "additionalProperties": False}
        return shape | required

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    match schema:
        case {"$ref": str(reference)}:
            return _inlined(definitions[reference.rpartition("/")[2]], definitions)
        case dict():
            return {key: _inlined(value, definitions) for key, value in schema.items()}
        case list():
            return [_inlined(item, definitions) for item in schema]
    return schema
