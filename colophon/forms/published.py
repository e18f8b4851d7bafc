"""A summary as JSON, in which it is published: written as its schema says, and read back with the files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from colophon.errors import BadArgumentError
from colophon.forms.summary import Boxes, Content, ContentKind, Listing, Summary, TableContent, Text

_SCHEMA = files("colophon").joinpath("summary_templates", "summary.schema.json")

_CONTENTS: dict[str, type[Content]] = {
    ContentKind.TEXT: Text,
    ContentKind.BOXES: Boxes,
    ContentKind.TABLE: TableContent,
    ContentKind.LIST: Listing,
}


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """A summary with those of the files beside the page that are at hand, by name."""

    summary: Summary
    files: Mapping[str, bytes] = field(default_factory=dict)


def summary_schema() -> bytes:
    """The JSON Schema (draft 2020-12) that every summary in JSON meets, whatever its form and edition."""
    return _SCHEMA.read_bytes()


def render_json(summary: Summary) -> bytes:
    """The summary as indented JSON in the order of the form, under the name of its schema."""
    document = {"$schema": msgspec.json.decode(summary_schema())["$id"], **msgspec.to_builtins(summary)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def parse_json(content: bytes, name: str) -> Summary:
    """The summary that `render_json` wrote, in this version or an earlier one; `name` is for the error.

    Raises BadArgumentError.
    """
    try:
        return msgspec.json.decode(content, type=Summary, dec_hook=_content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArgumentError("file", name, f"JSON as `colophon summary --format json` writes it ({error})") from None


def read_published(path: Path) -> PublishedSummary:
    """The summary in a JSON file, with the files that lie beside it. Raises BadArgumentError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadArgumentError("file", str(path), f"a file that can be read ({error.strerror})") from None
    summary = parse_json(content, str(path))
    beside = {name: path.parent / Path(name).name for name in summary.attachments()}
    return PublishedSummary(summary, {name: file.read_bytes() for name, file in beside.items() if file.is_file()})


def _content(_: type[Content], decoded: dict[str, Any]) -> Content:
    """The content of the kind that JSON names."""
    kind = _CONTENTS.get(decoded.get("kind", ""))
    if kind is None:
        raise msgspec.ValidationError(f"Invalid kind of content {decoded.get('kind')!r}")
    return msgspec.convert(decoded, kind)
