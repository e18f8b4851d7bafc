"""What differs between two versions of a published form, field by field."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from colophon.forms.published import PublishedSummary
from colophon.forms.summary import (
    Attachment,
    Boxes,
    Content,
    FieldState,
    Listing,
    SummaryField,
    TableContent,
    Text,
)
from colophon.query.differences import Difference, DifferenceKind, Piece, item_differences


def form_differences(old: PublishedSummary, new: PublishedSummary, leave_out: Iterable[str] = ()) -> list[Difference]:
    """The differences between two versions of a form in the order of the new one; fields to leave out by id."""
    left_out = set(leave_out)
    versions = (old, new)
    before, after = ({f.id: f for f in v.summary.fields() if f.id not in left_out} for v in versions)
    differences: list[Difference] = []
    then, now = (f"{v.summary.template}, field map {v.summary.map_version}" for v in versions)
    if then != now:
        differences.append(Difference("template", "Template of the form", "", DifferenceKind.CHANGED, then, now))
    for id_ in dict.fromkeys([*after, *before]):
        label = (after.get(id_) or before[id_]).label
        pieces = (_numbered(_pieces(f.get(id_), v.files)) for f, v in zip((before, after), versions, strict=True))
        differences += item_differences(id_, label, *pieces)
    return differences


def _pieces(field: SummaryField | None, files: Mapping[str, bytes]) -> Iterator[Piece]:
    if field is None:
        return
    if field.redaction is not None:
        yield Piece("", f"blacked out: {field.redaction.ground}")
    if field.state in {FieldState.NOT_APPLICABLE, FieldState.NOT_KNOWN}:
        yield Piece("", f"{field.state.replace('_', ' ')}: {field.reason}")
    elif field.content is not None:
        yield from _content_pieces(field.content, files)
    if field.statement is not None:
        yield Piece(field.statement.label, " ".join(field.statement.paragraphs))
    for detail in field.details:
        for piece in _content_pieces(detail.content, files):
            yield Piece(f"{detail.label}: {piece.item}" if piece.item else detail.label, piece.text)


def _content_pieces(content: Content, files: Mapping[str, bytes]) -> Iterator[Piece]:
    match content:
        case TableContent(attachment=Attachment() as file) | Listing(attachment=Attachment() as file):
            yield from _file_pieces(file, files.get(file.name))
        case Text(paragraphs):
            yield Piece("", " ".join(paragraphs))
        case Boxes(groups):
            for group in groups:
                ticked = ", ".join(box.label for box in group.boxes if box.ticked)
                yield Piece(group.heading, " ".join(filter(None, (ticked, group.note))))
        case TableContent(headings, rows):
            yield from _row_pieces(headings, rows)
        case Listing(items):
            yield from (Piece(item, "") for item in items)


def _file_pieces(file: Attachment, content: bytes | None) -> Iterator[Piece]:
    if content is None:
        # Without the file its hash still tells whether it changed.
        yield Piece(file.name, f"{file.entries} entries, SHA-256 {file.sha256}")
        return
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    yield from _row_pieces(next(rows, []), rows)


def _row_pieces(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[Piece]:
    """A piece for each row, about what stands in its first cell."""
    _, *others = headings
    for first, *rest in rows:
        yield Piece(first, "; ".join(f"{h}: {cell}" for h, cell in zip(others, rest, strict=True) if cell))


def _numbered(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces about the same item are told apart by a number from the second on."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts[piece.item] += 1
        count = counts[piece.item]
        yield piece if count == 1 else Piece(f"{piece.item} ({count})", piece.text)
