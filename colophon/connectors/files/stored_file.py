"""A stored file that is read once, from front to back, and hashed on the way."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from hashlib import sha256
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyarrow as pa

from colophon.connectors.files.compression import (
    CONTENT_HEAD_BYTES,
    HEAD_BYTES,
    ChunkStream,
    Compression,
    StreamDamagedError,
    compression_of,
    decompressed,
    other_file,
)
from colophon.connectors.rows import FileRead
from colophon.errors import InputUnreadableError
from colophon.vocabulary import RejectReason

_BUFFER_BYTES = 256 * 2**10
_HASHED_PIECE_BYTES = 2**20
#: Names of the codec of UTF-8, with which nothing is stated that is not assumed.
_UTF8 = frozenset({None, "utf-8", "utf-8-sig"})
#: Codecs by the byte order mark that says so; the first begins with a later one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of_mark(head: bytes) -> str | None:
    """The codec that a byte order mark at the beginning of a text says; None without one, and for that of UTF-8."""
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


class StoredFile:
    """An open file. Its hash and size are of the bytes as stored, for a range of the bytes `begin` to `end` alone.

    Every failure of the storage becomes InputUnreadableError, so that it is never taken for a damaged file.
    """

    def __init__(
        self,
        path: str,
        handle: BinaryIO,
        begin: int | None = None,
        end: int | None = None,
        encoding: str | None = None,
    ) -> None:
        """`encoding` is the codec of its text, where one is stated."""
        self.path = path
        self.encoding = None if encoding in _UTF8 else encoding
        self.begin = begin
        self.end = end
        self._bytes = _HashedBytes(path, handle, begin or 0, end)
        self._front = _buffered(self._bytes)
        self._read: FileRead | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bytes.handle.close()

    @property
    def compression(self) -> Compression:
        """From the first bytes, so it is asked for before anything is read."""
        return compression_of(self.path, self._front.peek(HEAD_BYTES)[:HEAD_BYTES])

    @property
    def other_file(self) -> str | None:
        """The code of an archive, a packing or a kind of file that is not read, asked for before anything is read."""
        return None if self.begin else other_file(self._front.peek(CONTENT_HEAD_BYTES)[:CONTENT_HEAD_BYTES])

    def stored(self) -> io.BufferedReader:
        """The bytes as stored, from the first one or, for a range, from the one before it."""
        return self._front

    def content(self) -> io.BufferedReader:
        """The bytes without compression; raises StreamDamagedError where the rest cannot be unpacked, and where the
        file is an archive or of a kind that has no rows to read."""
        if (code := self.other_file) is not None:
            raise StreamDamagedError(RejectReason.UNPARSABLE, code)
        return decompressed(self._front, self.compression)

    @property
    def is_utf8(self) -> bool:
        """Whether the text of a plain file is UTF-8, by what is stated and by its byte order mark, asked for before
        anything is read."""
        return self.encoding is None and encoding_of_mark(self._front.peek(HEAD_BYTES)) is None

    def utf8_content(self) -> io.BufferedReader:
        """The content as UTF-8, also of a file that begins with a byte order mark of UTF-16 or UTF-32, and of one in
        the encoding that is stated. What is no text in that is none in UTF-8 either."""
        content = self.content()
        encoding = encoding_of_mark(content.peek(HEAD_BYTES)) or self.encoding
        if encoding is None:
            return content
        return io.BufferedReader(ChunkStream(_as_utf8(content, encoding)), _BUFFER_BYTES)

    def seekable(self) -> io.BufferedReader:
        """The file for readers that jump about; what they read is not hashed."""
        return _buffered(_UnhashedBytes(self.path, self._bytes.handle))

    def in_memory(self, most: int) -> pa.Buffer | None:
        """All bytes of a whole file, hashed on the way; None where there are more than `most`."""
        size = self._bytes.handle.seek(0, io.SEEK_END)
        self._bytes.restart(0, None)
        if size > most:
            return None
        content = pa.allocate_buffer(size)  # from a pool, where memory of the last file is at hand
        writable = memoryview(content)
        while self._bytes.readinto(writable[self._bytes.hashed :][:_HASHED_PIECE_BYTES]):
            pass
        return content.slice(0, self._bytes.hashed)

    def hash_between(self, begin: int, end: int | None) -> None:
        """Hashes these bytes at once, for readers that jump about; `finish` then reads no more."""
        self._bytes.restart(begin, end)
        self._read = self._hash_rest()

    def finish(self) -> FileRead:
        """Reads what is left, also behind damage, and gives size and hash."""
        return self._read or self._hash_rest()

    def _hash_rest(self) -> FileRead:
        piece = memoryview(bytearray(_HASHED_PIECE_BYTES))  # what the buffer in front still holds is hashed already
        while self._bytes.unfinished and self._bytes.readinto(piece):
            pass
        return FileRead(self.path, self._bytes.hashed, self._bytes.digest.hexdigest())


def _as_utf8(content: io.BufferedReader, encoding: str) -> Iterator[bytes]:
    # What cannot be decoded becomes half a surrogate pair, which is no UTF-8, so that its row is a reject.
    is_wide = encoding.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass" if is_wide else "surrogateescape")
    is_over = False
    while not is_over:
        piece = content.read1(_BUFFER_BYTES)
        is_over = not piece
        try:
            text = decoder.decode(piece, final=is_over)
        except UnicodeDecodeError:  # an odd number of bytes, or no character at all
            raise StreamDamagedError(RejectReason.ENCODING, "not_declared_encoding") from None
        if text:
            yield text.encode(errors="surrogatepass")


def _buffered(stream: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(stream, _BUFFER_BYTES)


class _UnhashedBytes(io.RawIOBase):
    def __init__(self, path: str, handle: BinaryIO) -> None:
        self._path = path
        self.handle = handle

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.handle.seek(offset, whence)

    def tell(self) -> int:
        return self.handle.tell()

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self.handle.readinto(buffer))  # type: ignore[attr-defined]  # every binary stream has it
        except OSError as error:
            raise InputUnreadableError(self._path, error.strerror or type(error).__name__) from error


class _HashedBytes(_UnhashedBytes):
    """Reads on from one byte before `begin`, and hashes what lies between `begin` and `end`."""

    def __init__(self, path: str, handle: BinaryIO, begin: int, end: int | None) -> None:
        super().__init__(path, handle)
        self.restart(begin, end)

    def restart(self, begin: int, end: int | None) -> None:
        self._begin = begin
        self._end = end
        self._position = max(begin - 1, 0)
        self.hashed = 0
        self.digest = sha256()
        self.handle.seek(self._position)

    @property
    def unfinished(self) -> bool:
        return self._end is None or self._position < self._end

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer)
        first = max(self._begin - self._position, 0)
        last = size if self._end is None else min(max(self._end - self._position, 0), size)
        if first < last:
            self.digest.update(buffer[first:last])
            self.hashed += last - first
        self._position += size
        return size
