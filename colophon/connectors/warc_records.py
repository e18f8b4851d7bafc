"""The records of a WARC file, one after the other, each held whole and none silently lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from colophon.connectors.compression import StreamDamagedError
from colophon.connectors.documents import RowCounter
from colophon.connectors.rows import MAX_ROW_BYTES
from colophon.connectors.stored_file import StoredFile
from colophon.connectors.times import moment
from colophon.record.vocabulary import RejectReason


@dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """A record of a wanted type; `block` is None where it is larger than MAX_ROW_BYTES."""

    position: int
    kind: WarcRecordType
    url: str | None
    date: datetime | None
    is_http: bool
    content_type: str | None
    identified_type: str | None
    was_cut: bool
    block: bytes | None


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record of a type that is not wanted."""

    position: int


def archived_records(file: StoredFile, wanted: int, counter: RowCounter) -> Iterator[ArchivedRecord | OtherRecord]:
    """Every record of a file, in order (ISO 28500); `wanted` is a mask of `WarcRecordType`s.

    Raises StreamDamagedError at a record that is cut or not one; what follows it cannot be trusted.
    """
    # The parser takes the end of a damaged compressed stream for the end of the file; this one raises.
    stream = _Stream(file.content())
    records = iter(ArchiveIterator(stream, parse_http=False, stream_detect=False))
    position = 0
    while (record := _next(records)) is not None:
        archived = _archived(record, position) if int(record.record_type) & wanted else _passed_over(record, position)
        counter.met()
        yield archived
        position += 1


class _Stream:
    """What the parser needs of a stream: to read on, and to know where it is."""

    def __init__(self, content: BufferedReader) -> None:
        self._content = content
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        # Not more than one read below: when it fails, nothing that came before is lost with it.
        read = self._content.read1(size)
        self._position += len(read)
        return read

    def tell(self) -> int:
        return self._position

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._position

    def close(self) -> None:
        """The file is closed by who opened it."""


def _next(records: Iterator[WarcRecord]) -> WarcRecord | None:
    try:
        record = next(records, None)
    except OSError:
        raise StreamDamagedError(RejectReason.UNPARSABLE, "warc_header") from None
    if record is not None and record.headers.get("Content-Length") is None:
        raise StreamDamagedError(RejectReason.TRUNCATED, "warc_header")
    return record


def _archived(record: WarcRecord, position: int) -> ArchivedRecord:
    block = record.reader.read(record.content_length) if record.content_length <= MAX_ROW_BYTES else None
    _check_length(record, record.reader.consume() if block is None else len(block))
    headers = record.headers
    url = headers.get("WARC-Target-URI")
    return ArchivedRecord(
        position=position,
        kind=record.record_type,
        # Some writers followed a draft that put URLs in angle brackets.
        url=None if url is None else url.strip().removeprefix("<").removesuffix(">"),
        date=moment(headers.get("WARC-Date")),
        is_http=record.is_http,
        content_type=headers.get("Content-Type"),
        identified_type=headers.get("WARC-Identified-Payload-Type"),
        was_cut=headers.get("WARC-Truncated") is not None,
        block=block,
    )


def _passed_over(record: WarcRecord, position: int) -> OtherRecord:
    _check_length(record, record.reader.consume())
    return OtherRecord(position)


def _check_length(record: WarcRecord, read: int) -> None:
    if read < record.content_length:
        raise StreamDamagedError(RejectReason.TRUNCATED, "warc_record")
