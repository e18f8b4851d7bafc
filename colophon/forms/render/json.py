"""A summary as JSON: the same fields in the same order, with codes beside the words, as its published schema says."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from colophon.forms.summary import Summary

_SCHEMA = files("colophon").joinpath("summary_templates", "summary.schema.json")


def render_json(summary: Summary) -> bytes:
    """The summary as indented JSON in the order of the form, under the name of its schema."""
    document = {"$schema": msgspec.json.decode(summary_schema())["$id"], **msgspec.to_builtins(summary)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def summary_schema() -> bytes:
    """The JSON Schema (draft 2020-12) that every summary in JSON meets, whatever its form and edition."""
    return _SCHEMA.read_bytes()
