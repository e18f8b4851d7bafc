"""A form as it was published in JSON, read back in pieces that can be compared with those of another version."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from colophon.errors import BadArgumentError

#: Ids of fields of the public summary: its version, and the models it covers.
VERSION_FIELD = "H1"
MODELS_FIELD = "1.2a"

#: The content of a file beside the page, None where it is not at hand.
Attached = Callable[[str], bytes | None]

_WITHOUT_CONTENT = ("not_applicable", "not_known")


def read_published(path: Path) -> PublishedSummary:
    """The form in a JSON file, with the lists that lie beside it. Raises BadArgumentError."""

    def beside(name: str) -> bytes | None:
        file = path.parent / Path(name).name
        return file.read_bytes() if file.is_file() else None

    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadArgumentError("file", str(path), f"a file that can be read ({error.strerror})") from None
    return parse_published(content, str(path), beside)


def parse_published(content: bytes, name: str, attached: Attached) -> PublishedSummary:
    """The form in JSON as `colophon summary` writes it; `name` is for the error. Raises BadArgumentError."""
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArgumentError("file", name, f"JSON as `colophon summary --format json` writes it ({error})") from None
    fields = {f.id: f for section in document.sections for f in section.fields}
    return PublishedSummary(
        form=document.form,
        map_version=document.map_version,
        template=document.template,
        edition=document.edition,
        status=document.status,
        generation=document.generation,
        root_hash=document.root_hash,
        version=document.version,
        models=_paragraphs(fields.get(MODELS_FIELD)),
        attachments=tuple(sorted({name for field in fields.values() for name in _attachments(field)})),
        fields=tuple(PublishedField(f.id, f.label, _numbered(_pieces(f, attached))) for f in fields.values()),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing a field says: the item it is about (empty: the field as a whole), and what is said of it."""

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class PublishedField:
    """A field and its pieces; no two are about the same item."""

    id: str
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """A form as published. `attachments` are names of files beside the page."""

    form: str
    map_version: int
    template: str
    edition: str
    status: str
    generation: int
    root_hash: str
    version: int
    models: tuple[str, ...]
    attachments: tuple[str, ...]
    fields: tuple[PublishedField, ...]


class _Field(msgspec.Struct):
    id: str
    label: str
    state: str
    content: dict[str, Any] | None = None
    statement: dict[str, Any] | None = None
    reason: str | None = None
    redaction: dict[str, Any] | None = None
    details: list[dict[str, Any]] = []


class _PublishedSection(msgspec.Struct):
    fields: list[_Field]


class _Document(msgspec.Struct):
    form: str
    map_version: int
    template: str
    edition: str
    status: str
    version: int
    generation: int
    root_hash: str
    sections: list[_PublishedSection]


def _paragraphs(field: _Field | None) -> tuple[str, ...]:
    content = field.content if field else None
    return tuple(content.get("paragraphs", ())) if content else ()


def _attachments(field: _Field) -> Iterator[str]:
    for content in (field.content, *(detail.get("content") for detail in field.details)):
        if content and content.get("attachment"):
            yield content["attachment"]["name"]


def _pieces(field: _Field, attached: Attached) -> Iterator[Piece]:
    if field.redaction:
        yield Piece("", f"blacked out: {field.redaction.get('ground', '')}")
    if field.state in _WITHOUT_CONTENT:
        yield Piece("", f"{field.state.replace('_', ' ')}: {field.reason}")
    elif field.content:
        yield from _content_pieces(field.content, attached)
    if field.statement:
        yield Piece(field.statement["label"], " ".join(field.statement["paragraphs"]))
    for detail in field.details:
        for piece in _content_pieces(detail["content"], attached):
            yield Piece(f"{detail['label']}: {piece.item}" if piece.item else detail["label"], piece.text)


def _content_pieces(content: dict[str, Any], attached: Attached) -> Iterator[Piece]:
    if file := content.get("attachment"):
        yield from _file_pieces(file, attached)
        return
    match content["kind"]:
        case "text":
            yield Piece("", " ".join(content["paragraphs"]))
        case "boxes":
            for group in content["groups"]:
                ticked = [box["label"] for box in group["boxes"] if box["ticked"]]
                yield Piece(group["heading"], " ".join(filter(None, (", ".join(ticked), group["note"]))))
        case "table":
            for first, *rest in content["rows"]:
                headings = content["headings"][1:]
                yield Piece(first, "; ".join(f"{h}: {cell}" for h, cell in zip(headings, rest, strict=True) if cell))
        case "list":
            for item in content["items"]:
                yield Piece(item, "")


def _file_pieces(file: dict[str, Any], attached: Attached) -> Iterator[Piece]:
    content = attached(file["name"])
    if content is None:
        # Without the file its hash still tells whether it changed.
        yield Piece(file["name"], f"{file['entries']} entries, SHA-256 {file['sha256']}")
        return
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    headings = next(rows, [])[1:]
    for first, *rest in rows:
        yield Piece(first, "; ".join(f"{h}: {cell}" for h, cell in zip(headings, rest, strict=True) if cell))


def _numbered(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """Pieces about the same item are told apart by a number from the second on."""
    met: dict[str, int] = {}
    numbered = []
    for piece in pieces:
        met[piece.item] = count = met.get(piece.item, 0) + 1
        numbered.append(piece if count == 1 else Piece(f"{piece.item} ({count})", piece.text))
    return tuple(numbered)
