"""JSON Lines: each line an object, of which only the needed keys are decoded. Files of one array, and of objects that
are written over several lines, are read too."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from typing import Any, Self

import msgspec

from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary, FileContent
from colophon.connectors.files.compression import Compression, StreamDamagedError, compression_by_name
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.lines import ByteLine, lines, lines_and_damage
from colophon.connectors.files.shards import byte_ranges
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import FileDamage, Row, RowCounter, Skipped, document_of, needed_names
from colophon.connectors.formats.field_values import top_name, value_at
from colophon.connectors.formats.json_values import LAYOUT_BYTES, is_json_lines, json_values
from colophon.connectors.rows import MAX_ROW_BYTES, InputFile, Reject
from colophon.vocabulary import RejectReason

_RECORD_SEPARATOR = b"\x1e"


@dataclass(frozen=True, slots=True)
class JsonlOptions:
    """JSON Lines take no options."""


@dataclass(frozen=True)
class JsonlFormat(FileFormat):
    """Positions are byte offsets in plain files and row numbers in compressed ones and in those that are no JSON
    Lines, which are read as a whole."""

    fields: Fields

    @classmethod
    def of(cls, fields: Fields, _options: JsonlOptions) -> Self:
        return cls(fields)

    def ranges(self, source_files: SourceFiles, file: InputFile) -> Sequence[tuple[int, int]]:
        if compression_by_name(file.path) is not Compression.NONE:
            return ()
        with source_files.open(file.path) as opened:
            is_plain = opened.compression is Compression.NONE and opened.other_file is None and opened.is_utf8
            return byte_ranges(file) if is_plain and _holds_lines(opened.content()) else ()

    def first_rows(self, file: StoredFile) -> Iterator[Mapping[str, object]]:
        content = file.utf8_content()
        if not _holds_lines(content):
            yield from (value for value in json_values(content) if isinstance(value, dict))
            return
        for line in lines(content, MAX_ROW_BYTES):
            with suppress(ValueError, RecursionError):
                text = "" if line.content is None else _without_mark(line.content).decode()
                value = json.loads(text) if text.strip() else None
                if isinstance(value, dict):
                    yield value

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        plain = file.compression is Compression.NONE and file.is_utf8
        content = file.utf8_content()
        if file.begin is None and not _holds_lines(content):
            yield from self._values(content, file.path, counter)
            return
        for number, line in enumerate(lines_and_damage(content, MAX_ROW_BYTES, file.begin or 0, file.end)):
            counter.met()
            if isinstance(line, StreamDamagedError):
                yield Reject(file.path, number, line.reason, line.detail)
                yield FileDamage(number, line.detail)
                continue
            position = line.offset if plain else number
            if line.content is None:
                yield Reject(file.path, position, RejectReason.TOO_LARGE, "line")
                continue
            row = self._row(_without_mark(line.content), file.path, position, counter)
            yield row
            if isinstance(row, Reject) and (code := _lost_with(line, row.reason)) is not None:
                yield FileDamage(position, code)

    def _values(self, content: BufferedReader, path: str, counter: RowCounter) -> Iterator[Row]:
        for number, value in enumerate(json_values(content)):
            counter.met()
            if isinstance(value, dict):
                yield document_of(self.fields, ParsedObject(value).value, path, number, counter)
            else:
                yield Reject(path, number, RejectReason.UNPARSABLE, "not_an_object")

    def _row(self, content: bytes, path: str, position: int, counter: RowCounter) -> Row:
        if not content.strip():
            return Skipped()
        parsed = self.objects.parse(content)
        if isinstance(parsed, Problem):
            return Reject(path, position, parsed.reason, parsed.detail)
        return document_of(self.fields, parsed.value, path, position, counter)

    @cached_property
    def objects(self) -> ObjectParser:
        return ObjectParser(needed_names(self.fields))


def _without_mark(line: bytes) -> bytes:
    """The line without a byte order mark, which is left where files were put together, and without the separator of
    JSON text sequences (RFC 7464)."""
    return line.removeprefix(codecs.BOM_UTF8).removeprefix(_RECORD_SEPARATOR)


def _lost_with(line: ByteLine, reason: RejectReason) -> str | None:
    """The code of what else may be lost where a line is no JSON: rows may have stood where NUL bytes stand now, or
    behind the end of a file that was cut."""
    if reason is not RejectReason.UNPARSABLE or line.content is None:
        return None
    if b"\0" in line.content:
        return "nul_bytes"
    return "cut_line" if line.offset and not line.content.endswith(b"\n") else None


def _holds_lines(content: BufferedReader) -> bool:
    return is_json_lines(content.peek(LAYOUT_BYTES)[:LAYOUT_BYTES])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is no object."""

    reason: RejectReason
    detail: str


@dataclass(frozen=True, slots=True)
class ParsedObject:
    """The needed part of an object."""

    keys: Mapping[str, object]

    def value(self, name: str) -> object:
        """What `name` stands for, or Absent.ABSENT."""
        return value_at(self.keys, name)


class ObjectParser:
    """Decodes the keys that `names` need and passes over the others."""

    def __init__(self, names: Sequence[str]) -> None:
        keys = dict.fromkeys(key for name in names for key in (name, top_name(name)))
        attributes = {f"key{number}": key for number, key in enumerate(keys)}
        self._attributes = tuple(attributes.items())
        optional = [(attribute, Any, msgspec.UNSET) for attribute in attributes]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Needed", optional, rename=attributes, gc=False))

    def parse(self, content: bytes) -> ParsedObject | Problem:
        try:
            needed = self._decoder.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._parse_leniently(content)
        values = ((key, getattr(needed, attribute)) for attribute, key in self._attributes)
        return ParsedObject({key: value for key, value in values if value is not msgspec.UNSET})

    def _parse_leniently(self, content: bytes) -> ParsedObject | Problem:
        """The standard library takes what Python writes beyond the standard: NaN, numbers out of range, surrogates."""
        try:
            decoded = json.loads(content.decode())
        except UnicodeDecodeError:
            return Problem(RejectReason.ENCODING, "not_utf8")
        except (ValueError, RecursionError):
            return Problem(RejectReason.UNPARSABLE, "json")
        if not isinstance(decoded, dict):
            return Problem(RejectReason.UNPARSABLE, "not_an_object")
        return ParsedObject({key: decoded[key] for _, key in self._attributes if key in decoded})


JSONL = file_connector(
    JsonlOptions,
    JsonlFormat.of,
    ConnectorSummary(
        "a JSON object on each line; one JSON array of objects",
        "an object",
        "byte offset; row number in a compressed file or an array",
    ),
    (".jsonl", ".ndjson", ".json"),
    content=FileContent.TEXT,
)
