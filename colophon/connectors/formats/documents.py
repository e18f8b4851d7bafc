"""From the values of a row to a document, by the names that a source's `fields` give."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.corpus import Fields
from colophon.connectors.formats.field_values import (
    Absent,
    address_of,
    fetch_time_of,
    license_of,
    native_id_of,
    partitions_of,
    text_of,
)
from colophon.connectors.rows import (
    MAX_BATCH_TEXT_BYTES,
    MAX_ROW_BYTES,
    ROWS,
    FieldCount,
    FieldValue,
    Reject,
    rows_batch,
)
from colophon.connectors.times import Time
from colophon.reservations.observation import Observation, SearchedPage
from colophon.vocabulary import FieldOutcome, ReadLoss, RejectReason


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
    """Rows as the lowest level of a reader meets them, whatever becomes of them, and what came of their fields."""

    def __init__(self) -> None:
        self.rows = 0
        self._fields: Counter[FieldValue] = Counter()

    def met(self, rows: int = 1) -> None:
        self.rows += rows

    def count(self, field: str, name: str, outcome: FieldOutcome, rows: int = 1) -> None:
        """So many more rows in which the value of a declared field came to this."""
        if rows:
            self._fields[FieldValue(field, name, outcome)] += rows

    @property
    def fields(self) -> tuple[FieldCount, ...]:
        """What was counted of fields, in the order of their keys, names and outcomes."""
        ordered = sorted(self._fields, key=lambda value: (value.field, value.name, value.outcome.value))
        return tuple(FieldCount(value, self._fields[value]) for value in ordered)


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


#: Characters of other categories that show nothing: the blank of Braille, and what Unicode has programs ignore
#: (Default_Ignorable_Code_Point): fillers of Hangul, vowels of Khmer that are not written, selectors of variants, and
#: code points set aside for such characters.
_BLANK = frozenset("\u2800\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u3164\uffa0")
_IGNORED = (("\ufe00", "\ufe0f"), ("\ufff0", "\ufff8"), ("\U000e0000", "\U000e0fff"))
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def has_visible_character(text: str) -> bool:
    """Whether a text shows anything: not if it is empty, or of characters alone that are white space, control or format
    characters, or that programs ignore."""
    return any(
        unicodedata.category(character) not in _UNSEEN
        and character not in _BLANK
        and not any(first <= character <= last for first, last in _IGNORED)
        for character in text
    )


def measured(path: str, document: Document) -> Reject | int:
    """The bytes of the text in UTF-8, or the reject that its text makes of the document."""
    text = document.text
    if not has_visible_character(text):
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


#: `field_values.name` of what no column or key gives, but the format of the file.
STATED_BY_FORMAT = ""

#: `documents.license_place` for a license that a column or key of the input names.
LICENSE_PLACE = "field"


def document_of(
    fields: Fields, value: Callable[[str], object], path: str, position: int, counter: RowCounter
) -> Document | Reject:
    """The document of a row, or the reject that its text fields make of it; `value` gives Absent.ABSENT for a name
    that the row does not have. `counter` hears what became of each field."""
    if partitions := partitions_of(path):
        value = _with_partitions(value, partitions)
    texts: list[str] = []
    missing: FieldOutcome | None = None
    for text_field in fields.texts:
        text = text_of(value(text_field.name))
        counter.count("text", text_field.name, outcome_of(text))
        if isinstance(text, str):
            texts.append(text)
        elif not (text_field.optional and text.is_missing):
            missing = missing or text
    native_id = _read("id", fields.id, value, native_id_of, counter)
    url = _read("url", fields.url, value, address_of, counter)
    fetched = _fetch_time(fields.fetched_at, value, counter)
    license_claim = _read("license", fields.license, value, license_of, counter)
    if missing is FieldOutcome.NOT_UTF8:
        return Reject(path, position, RejectReason.ENCODING, "not_utf8")
    if missing is not None:
        return Reject(path, position, RejectReason.FIELD_MISSING, _MISSING_CODES[missing])
    return Document(
        position=position,
        text=texts[0] if len(texts) == 1 else "\n".join(texts),
        native_id=native_id,
        url=url,
        fetched_at=fetched.moment,
        fetched_on=fetched.day,
        license_claim=license_claim,
        license_place=None if license_claim is None else LICENSE_PLACE,
    )


def _with_partitions(value: Callable[[str], object], partitions: Mapping[str, str | None]) -> Callable[[str], object]:
    def either(name: str) -> object:
        given = value(name)
        return partitions.get(name, given) if given is Absent.ABSENT else given

    return either


#: The details of rejects for a text that is not there.
_MISSING_CODES = {
    FieldOutcome.ABSENT: "missing",
    FieldOutcome.NULL: "null",
    FieldOutcome.WRONG_TYPE: "wrong_type",
}


def _read(
    field: str,
    name: str | None,
    value: Callable[[str], object],
    read: Callable[[object], str | FieldOutcome],
    counter: RowCounter,
) -> str | None:
    if name is None:
        return None
    given = read(value(name))
    counter.count(field, name, outcome_of(given))
    return None if isinstance(given, FieldOutcome) else given


def _fetch_time(name: str | None, value: Callable[[str], object], counter: RowCounter) -> Time:
    if name is None:
        return Time()
    given = fetch_time_of(value(name))
    counter.count("fetched_at", name, outcome_of(given))
    return given if isinstance(given, Time) else Time()


def outcome_of(read: str | Time | FieldOutcome) -> FieldOutcome:
    """What became of the value of a field, from what was read of it."""
    if isinstance(read, FieldOutcome):
        return read
    if isinstance(read, Time):
        return FieldOutcome.DAY_ONLY if read.moment is None else FieldOutcome.USED
    return FieldOutcome.USED if read else FieldOutcome.EMPTY


def needed_names(fields: Fields) -> tuple[str, ...]:
    """Every name that `fields` mention, once."""
    optional = (fields.id, fields.url, fields.fetched_at, fields.license)
    texts = (text.name for text in fields.texts)
    return tuple(dict.fromkeys((*texts, *(name for name in optional if name is not None))))
