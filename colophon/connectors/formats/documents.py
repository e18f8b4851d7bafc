"""From the values of a row to a document, by the names that a source's `fields` give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.corpus import Fields
from colophon.connectors.rows import MAX_BATCH_TEXT_BYTES, MAX_ROW_BYTES, ROWS, Reject, rows_batch
from colophon.connectors.times import Time, time_of
from colophon.reservations.observation import Observation, SearchedPage
from colophon.vocabulary import ReadLoss, RejectReason


@dataclass(frozen=True, slots=True)
class Document:
    """A row that gave text, `position` being its row or byte offset in the file."""

    position: int
    text: str
    native_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    #: the day of a fetch without a time of day
    fetched_on: date | None = None
    http_status: int | None = None
    license_claim: str | None = None
    license_place: str | None = None
    page: SearchedPage | None = None
    losses: tuple[ReadLoss, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """A response that gave no document, though it may speak on rights."""

    reject: Reject
    page: SearchedPage
    url: str | None
    fetched_at: datetime | None
    http_status: int | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that never carries a document, by its type."""


@dataclass(frozen=True, slots=True)
class FileDamage:
    """A place at which a part of the file was lost, by how many rows nobody can say. It is no row: the row that could
    not be read is a reject besides; `detail` is a code, never input."""

    position: int
    detail: str


@dataclass(frozen=True, slots=True)
class Documents:
    """Several rows at once, `rows` in number: those that gave text as columns, the others as rejects.

    `columns` have the schema `ROWS` without `path`, `page_carriers` and `read_losses`; their `row` counts all of these
    rows from 0.
    """

    rows: int
    columns: pa.RecordBatch
    rejects: tuple[Reject, ...]

    def batches(self, first_row: int, path: str, max_rows: int) -> Iterator[pa.RecordBatch]:
        """Batches of schema `ROWS` of at most `max_rows` rows and MAX_BATCH_TEXT_BYTES; a larger document goes alone.

        `first_row` is the row of the shard with which these rows begin.
        """
        arrays = dict(zip(self.columns.schema.names, self.columns.columns, strict=True))
        arrays["row"] = pc.add(arrays["row"], first_row)
        arrays["path"] = pa.repeat(pa.scalar(path, pa.string()), self.columns.num_rows)
        for name in ("page_carriers", "read_losses"):
            arrays[name] = pa.nulls(self.columns.num_rows, ROWS.field(name).type)
        documents = pa.RecordBatch.from_arrays([arrays[field.name] for field in ROWS], schema=ROWS)
        texts = arrays["text"]
        ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
        begin = 0
        while begin < len(texts):
            fitting = int(np.searchsorted(ends, ends[begin] + MAX_BATCH_TEXT_BYTES, side="right")) - 1
            end = min(max(fitting, begin + 1), begin + max_rows, len(texts))
            yield documents.slice(begin, end - begin)
            begin = end


#: What one row, or several, turned out to be.
RowItem = Document | Documents | Reject | RejectedPage | Observation | Skipped

#: What a format finds in a file: rows, and damage between them.
Row = RowItem | FileDamage


class RowCounter:
    """Rows as the lowest level of a reader meets them, whatever becomes of them."""

    def __init__(self) -> None:
        self.rows = 0

    def met(self, rows: int = 1) -> None:
        self.rows += rows


class Batch:
    """Rows gathered up to `max_rows` or MAX_BATCH_TEXT_BYTES; a larger document goes alone."""

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._clear()

    def __len__(self) -> int:
        return self._held_rows

    def add(self, row: int, path: str, document: Document) -> Iterator[pa.RecordBatch | Reject]:
        """Adds a document; yields the batch that had no room for it, or the reject that its text makes of it."""
        text_bytes = measured(path, document)
        if isinstance(text_bytes, Reject):
            yield text_bytes
            return
        yield from self._make_room(1, text_bytes)
        self._rows.append(row)
        self._paths.append(path)
        self._documents.append(document)

    def add_columns(self, columns: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Adds rows of schema `ROWS`, as `Documents.batches` cuts them; yields the batch that had no room for them."""
        yield from self._make_room(columns.num_rows, pc.sum(pc.binary_length(columns.column("text"))).as_py())
        self._columns += [*self._of_documents(), columns]
        self._clear_documents()

    def _make_room(self, rows: int, text_bytes: int) -> Iterator[pa.RecordBatch]:
        fits = self._held_rows + rows <= self._max_rows and self._text_bytes + text_bytes <= MAX_BATCH_TEXT_BYTES
        if self._held_rows and not fits:
            yield self.take()
        self._held_rows += rows
        self._text_bytes += text_bytes

    def take(self) -> pa.RecordBatch:
        """What was gathered, as a batch of schema `ROWS`; the gathering starts anew."""
        gathered = [*self._columns, *self._of_documents()]
        self._clear()
        return gathered[0] if len(gathered) == 1 else pa.concat_batches(gathered)

    def _of_documents(self) -> list[pa.RecordBatch]:
        documents = self._documents
        if not documents:
            return []
        columns = {
            "row": self._rows,
            "path": self._paths,
            "position": [d.position for d in documents],
            "text": [d.text for d in documents],
            "native_id": [_encodable(d.native_id) for d in documents],
            "url": [_encodable(d.url) for d in documents],
            "fetched_at": [d.fetched_at for d in documents],
            "fetched_on": [d.fetched_on for d in documents],
            "http_status": [d.http_status for d in documents],
            "license_claim": [_encodable(d.license_claim) for d in documents],
            "license_place": [d.license_place for d in documents],
            "page_carriers": [None if d.page is None else d.page.carriers for d in documents],
            "read_losses": [d.losses or None for d in documents],
        }
        return [rows_batch(columns)]

    def _clear(self) -> None:
        self._columns: list[pa.RecordBatch] = []
        self._held_rows = self._text_bytes = 0
        self._clear_documents()

    def _clear_documents(self) -> None:
        self._rows: list[int] = []
        self._paths: list[str] = []
        self._documents: list[Document] = []


def measured(path: str, document: Document) -> Reject | int:
    """The bytes of the text in UTF-8, or the reject that its text makes of the document."""
    text = document.text
    if not text or text.isspace():
        return Reject(path, document.position, RejectReason.EMPTY, "no_text")
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        return Reject(path, document.position, RejectReason.ENCODING, "lone_surrogate")
    if size > MAX_ROW_BYTES:
        return Reject(path, document.position, RejectReason.TOO_LARGE, "text")
    return size


def _encodable(value: str | None) -> str | None:
    """The value, or None where it holds half a surrogate pair and so is no text."""
    if value is None or value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


#: `documents.license_place` for a license that a column or key of the input names.
LICENSE_PLACE = "field"


class Absent(Enum):
    """The row has no such column or key, which is not the same as null."""

    ABSENT = "absent"


def document_of(fields: Fields, value: Callable[[str], object], path: str, position: int) -> Document | Reject:
    """The document of a row, or the reject that its text fields make of it; `value` gives Absent.ABSENT for a name
    that the row does not have."""
    texts: list[str] = []
    for name in fields.text:
        text = value(name)
        if isinstance(text, bytes):
            # Older writers of Parquet leave texts unmarked.
            try:
                text = text.decode()
            except UnicodeDecodeError:
                return Reject(path, position, RejectReason.ENCODING, "not_utf8")
        if not isinstance(text, str):
            return Reject(path, position, RejectReason.FIELD_MISSING, _missing_code(text))
        texts.append(text)
    license_claim = _text(fields.license, value)
    fetched = None if fields.fetched_at is None else time_of(value(fields.fetched_at))
    return Document(
        position=position,
        text=texts[0] if len(texts) == 1 else "\n".join(texts),
        native_id=_native_id(fields.id, value),
        url=_text(fields.url, value),
        fetched_at=fetched.moment if isinstance(fetched, Time) else None,
        fetched_on=fetched.day if isinstance(fetched, Time) else None,
        license_claim=license_claim,
        license_place=None if license_claim is None else LICENSE_PLACE,
    )


def needed_names(fields: Fields) -> tuple[str, ...]:
    """Every name that `fields` mention, once."""
    optional = (fields.id, fields.url, fields.fetched_at, fields.license)
    return tuple(dict.fromkeys((*fields.text, *(name for name in optional if name is not None))))


def _missing_code(given: object) -> str:
    if given is Absent.ABSENT:
        return "missing"
    return "null" if given is None else "wrong_type"


def _text(name: str | None, value: Callable[[str], object]) -> str | None:
    given = None if name is None else value(name)
    return given if isinstance(given, str) and given else None


def _native_id(name: str | None, value: Callable[[str], object]) -> str | None:
    given = None if name is None else value(name)
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return given if isinstance(given, str) and given else None
