"""Documents on their way into batches: what one row of a file turns out to be, and the batch it goes into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from colophon.connectors.rows import MAX_BATCH_TEXT_BYTES, MAX_ROW_BYTES, ROWS, Observation, Reject, rows_batch
from colophon.record.vocabulary import RejectReason


@dataclass(frozen=True, slots=True)
class Document:
    """A row that gave text, `position` being its row or byte offset in the file."""

    position: int
    text: str
    native_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    http_status: int | None = None
    license_claim: str | None = None
    license_place: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that never carries a document, by its type."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Rows that follow each other and all gave text, as columns of schema `ROWS`, but for `row` and `path`."""

    columns: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.columns.num_rows)

    def batches(self, first_row: int, path: str, max_rows: int) -> Iterator[pa.RecordBatch]:
        """Batches of schema `ROWS` within the limits of a batch; a larger document goes alone."""
        ends = self.columns.column("text").buffers()[1]
        offset = self.columns.column("text").offset
        ends = np.frombuffer(ends, np.int64)[offset : offset + len(self) + 1]
        begin = 0
        while begin < len(self):
            fitting = int(np.searchsorted(ends, ends[begin] + MAX_BATCH_TEXT_BYTES, side="right")) - 1
            end = min(max(fitting, begin + 1), begin + max_rows, len(self))
            piece = self.columns.slice(begin, end - begin)
            rows = np.arange(first_row + begin, first_row + end)
            given = {"row": pa.array(rows), "path": pa.repeat(pa.scalar(path, pa.string()), end - begin)}
            arrays = [given[f.name] if f.name in given else piece.column(f.name) for f in ROWS]
            yield pa.RecordBatch.from_arrays(arrays, schema=ROWS)
            begin = end


#: What one row, or several, turned out to be.
Row = Document | Documents | Reject | Observation | Skipped


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
        return len(self._documents)

    def has_room(self, text_bytes: int) -> bool:
        fits = len(self) < self._max_rows and self._text_bytes + text_bytes <= MAX_BATCH_TEXT_BYTES
        return fits or not self._documents

    def add(self, row: int, path: str, document: Document, text_bytes: int) -> None:
        self._rows.append(row)
        self._paths.append(path)
        self._documents.append(document)
        self._text_bytes += text_bytes

    def take(self) -> pa.RecordBatch:
        """What was gathered, as a batch of schema `ROWS`; the gathering starts anew."""
        documents = self._documents
        batch = rows_batch(
            {
                "row": self._rows,
                "path": self._paths,
                "position": [d.position for d in documents],
                "text": [d.text for d in documents],
                "native_id": [_encodable(d.native_id) for d in documents],
                "url": [_encodable(d.url) for d in documents],
                "fetched_at": [d.fetched_at for d in documents],
                "http_status": [d.http_status for d in documents],
                "license_claim": [_encodable(d.license_claim) for d in documents],
                "license_place": [d.license_place for d in documents],
            }
        )
        self._clear()
        return batch

    def _clear(self) -> None:
        self._rows: list[int] = []
        self._paths: list[str] = []
        self._documents: list[Document] = []
        self._text_bytes = 0


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
