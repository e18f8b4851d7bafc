"""The records of a web archive (ISO 28500), also behind damage and behind lengths that are wrong.

FastWARC's reader ends at the first record that it cannot read, and knows one spelling of field names, which are
case-insensitive (section 4 of the standard).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from io import BufferedReader

from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.rows import MAX_ROW_BYTES
from colophon.vocabulary import RejectReason


class RecordExtent(Enum):
    """How the end of a record was found."""

    DECLARED = "declared"  # it is where Content-Length says
    OVERRUN = "overrun"  # more bytes follow than Content-Length says; they are not part of the block
    NEXT_RECORD = "next_record"  # Content-Length is missing or too large; the block ends before the next record
    TOO_LARGE = "too_large"  # the block is passed over


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record; `fields` have names in lower case, and the first value of each. `block` is None where the record is
    not wanted or too large."""

    fields: Mapping[str, str]
    extent: RecordExtent
    block: bytes | None


@dataclass(frozen=True, slots=True)
class DamagedPlace:
    """Bytes that are no record, or half of one; what follows is read on."""

    reason: RejectReason
    detail: str


def warc_records(
    content: BufferedReader, is_wanted: Callable[[Mapping[str, str]], bool]
) -> Iterator[WarcRecord | DamagedPlace]:
    """All records in order, and the damaged places between them. Behind damage of the stream, reading goes on as far
    as it gives more."""
    stream = _Stream(content)
    while True:
        stream.skip_blank_lines()
        if stream.available(1):
            yield _record(stream, is_wanted)
        elif stream.damage is not None:
            yield _lost(stream, RejectReason.TRUNCATED, "warc_record")
        else:
            return


_PIECE_BYTES = 2**20
#: Addresses that hold a whole picture (data:) are longer than all other fields.
_MAX_HEAD_BYTES = 4 * 2**20
_MAGIC = b"WARC/"
_HEAD_START = re.compile(rb"WARC/[0-9.]{1,8}[ \t]*\r?\n[A-Za-z][A-Za-z0-9-]*[ \t]*:")
_HEAD_START_BYTES = 128
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
# No record has a terabyte: a number that is longer is as good as none.
_NUMBER = re.compile(r"[0-9]{1,12}\Z")
_RECORD_END = b"\r\n\r\n"
_SEPARATOR_BYTES = 64


class _Stream:
    """The bytes ahead; all distances count from the next of them."""

    def __init__(self, content: BufferedReader) -> None:
        self._content = content
        self._bytes = bytearray()
        self._at = 0
        self._has_ended = False
        #: set once the stream has failed, behind all the bytes that came before
        self.damage: StreamDamagedError | None = None

    def available(self, size: int) -> int:
        """How many bytes are ahead, read until there are `size` or no more come."""
        while len(self._bytes) - self._at < size and not self._has_ended:
            # Not more than one read below: when it fails, nothing that came before is lost with it.
            try:
                piece = self._content.read1(_PIECE_BYTES)
            except StreamDamagedError as damage:
                self.damage = damage
                piece = b""
            self._has_ended = not piece
            self._bytes += piece
        return len(self._bytes) - self._at

    def read_on(self) -> None:
        """Goes on behind the damage."""
        self.damage = None
        self._has_ended = False

    def taken(self, begin: int, end: int) -> bytes:
        with memoryview(self._bytes) as view:
            return bytes(view[self._at + begin : self._at + end])

    def skip(self, size: int) -> None:
        self._at += size
        if self._at >= _PIECE_BYTES:
            del self._bytes[: self._at]
            self._at = 0

    def skip_blank_lines(self) -> None:
        while self.available(1) and self._bytes[self._at] in b"\r\n":
            self.skip(1)

    def has_head(self) -> bool:
        """Whether the bytes ahead begin a record."""
        return _HEAD_START.match(self._bytes, self._at, self._at + _HEAD_START_BYTES) is not None

    def head_end(self, within: int) -> int | None:
        """Where the empty line ends that ends a head."""
        found = _HEAD_END.search(self._bytes, self._at, self._at + within)
        return None if found is None else found.end() - self._at

    def next_head(self, begin: int, end: int) -> int | None:
        """Where a record begins at the start of a line, from `begin` on and before `end`."""
        found = self._at + begin - 1
        magic_end = self._at + end + len(_MAGIC) - 1
        while (found := self._bytes.find(_MAGIC, found + 1, magic_end)) >= 0:
            starts_line = found == self._at or self._bytes[found - 1] == ord("\n")
            if starts_line and _HEAD_START.match(self._bytes, found, found + _HEAD_START_BYTES):
                return found - self._at
        return None

    def may_end_at(self, end: int) -> bool:
        """Whether nothing but another record follows."""
        following = self.taken(end, end + _SEPARATOR_BYTES).lstrip(b"\r\n")[: len(_MAGIC)]
        return _MAGIC.startswith(following)


def _record(stream: _Stream, is_wanted: Callable[[Mapping[str, str]], bool]) -> WarcRecord | DamagedPlace:
    head_end = _head_end(stream)
    if head_end is None:
        return _garbage(stream)
    fields = _fields(stream.taken(0, head_end))
    stream.skip(head_end)
    length = _length(fields)
    if length is not None and length > MAX_ROW_BYTES:
        return _passed_over(stream, fields, length)
    extent, end = _extent_without_length(stream) if length is None else _extent(stream, length)
    if end is None:
        stream.skip(stream.available(1))
        return _lost(stream, RejectReason.TRUNCATED, "warc_record")
    block = stream.taken(0, end) if is_wanted(fields) else None
    stream.skip(end)
    if block is not None and extent is RecordExtent.NEXT_RECORD:
        block = block.removesuffix(_RECORD_END)
    return WarcRecord(fields, extent, block)


def _head_end(stream: _Stream) -> int | None:
    """Where the head ends with an empty line; None where the bytes ahead are none."""
    ahead = stream.available(size := 2**12)
    if not stream.has_head():
        return None
    while (end := stream.head_end(ahead)) is None:
        if ahead < size or size >= _MAX_HEAD_BYTES:
            return None
        ahead = stream.available(size := 4 * size)
    return end


def _fields(head: bytes) -> dict[str, str]:
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    fields: dict[str, str] = {}
    for line in _FOLD.sub(" ", text.rstrip()).split("\n")[1:]:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _length(fields: Mapping[str, str]) -> int | None:
    value = fields.get("content-length", "")
    return int(value) if _NUMBER.match(value) else None


def _extent(stream: _Stream, length: int) -> tuple[RecordExtent, int | None]:  # and the end, if there is one
    ahead = stream.available(length + _SEPARATOR_BYTES)
    if ahead >= length and stream.may_end_at(length):
        return RecordExtent.DECLARED, length
    if (head := stream.next_head(0, min(ahead, length))) is not None:
        return RecordExtent.NEXT_RECORD, head
    return (RecordExtent.OVERRUN, length) if ahead >= length else (RecordExtent.NEXT_RECORD, _file_end(stream))


def _extent_without_length(stream: _Stream) -> tuple[RecordExtent, int | None]:
    size = _PIECE_BYTES
    while (head := stream.next_head(0, ahead := stream.available(size))) is None and ahead >= size:
        if size >= MAX_ROW_BYTES:
            return RecordExtent.NEXT_RECORD, None
        size *= 2
    return RecordExtent.NEXT_RECORD, _file_end(stream) if head is None else head


def _file_end(stream: _Stream) -> int | None:
    """Where all that is ahead ends, if a whole record can end there."""
    ahead = stream.available(1)
    is_whole = stream.damage is None and stream.taken(max(ahead - len(_RECORD_END), 0), ahead) == _RECORD_END
    return ahead if is_whole else None


def _passed_over(stream: _Stream, fields: Mapping[str, str], length: int) -> WarcRecord | DamagedPlace:
    left = length
    while left and (ahead := stream.available(min(left, _PIECE_BYTES))):
        stream.skip(passed := min(left, ahead))
        left -= passed
    if left:
        return _lost(stream, RejectReason.TRUNCATED, "warc_record")
    return WarcRecord(fields, RecordExtent.TOO_LARGE, None)


def _garbage(stream: _Stream) -> DamagedPlace:
    """Passes over what is no record, or the head of one that is cut."""
    reason = RejectReason.TRUNCATED if stream.taken(0, len(_MAGIC)) == _MAGIC else RejectReason.UNPARSABLE
    while True:
        ahead = stream.available(2 * _PIECE_BYTES)
        if (head := stream.next_head(1, ahead)) is not None:
            stream.skip(head)
            return DamagedPlace(RejectReason.UNPARSABLE, "warc_header")
        if ahead < 2 * _PIECE_BYTES:
            stream.skip(ahead)
            return _lost(stream, reason, "warc_header")
        # A head may begin in what is ahead and end behind it.
        stream.skip(ahead - _HEAD_START_BYTES)


def _lost(stream: _Stream, reason: RejectReason, detail: str) -> DamagedPlace:
    """The place where all that was ahead is lost, to the damage of the stream if there is any."""
    damage = stream.damage
    if damage is None:
        return DamagedPlace(reason, detail)
    stream.read_on()
    return DamagedPlace(damage.reason, damage.detail)
