"""Decompression of gzip, zstd, bzip2 and xz as a stream in which damage is told apart from the end.

Members (gzip), frames (zstd) and streams (bzip2, xz) may follow each other in one file. Memory stays bounded whatever
the ratio: compressed bytes are taken in small pieces.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, BinaryIO

import zstandard

from colophon.vocabulary import RejectReason

#: Bytes that `compression_of` wants to see of a file's beginning.
HEAD_BYTES = 10

# At most 1,032 times as much comes out of a piece with gzip, 256 MiB with zstd.
_PIECE_BYTES = 8 * 2**10
_MAX_OUTPUT_BYTES = 2**20
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# Archives of social networks are written with the longest window the format knows.
_ZSTD_MAX_WINDOW = 2**31
_ZSTD_MARK = b"\x28\xb5\x2f\xfd"
_XZ_MARK = b"\xfd7zXZ\x00"
# The most that the largest preset of xz takes is 65 MiB; longer windows are set by hand.
_XZ_MEMORY_BYTES = 2**30
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


#: First bytes of files that are not read, and the code that names them. Text does not begin so.
_OTHER_FILES = (
    (b"PK\x03\x04", "zip_archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z_archive"),
    (b"Rar!\x1a\x07", "rar_archive"),
    (b"\x04\x22\x4d\x18", "lz4_is_not_read"),
    (b"LZIP\x01", "lzip_is_not_read"),
    (b"\x5d\x00\x00", "lzma_is_not_read"),
    (b"\x1f\x9d\x90", "compress_is_not_read"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy_is_not_read"),
    (b"PAR1", "parquet_file"),
    (b"ARROW1\x00", "arrow_file"),
    (b"Obj\x01", "avro_file"),
    (b"SQLite format 3\x00", "sqlite_file"),
    (b"PK\x05\x06", "zip_archive"),
    (b"%PDF-", "pdf_file"),
    (b"{\\rtf", "rtf_file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office_file"),
    (b"version https://git-lfs.github.com/spec/", "git_lfs_pointer"),
)
_TAR_MARK = b"ustar"
_TAR_MARK_AT = 257

#: Bytes that `other_file` wants to see of the beginning of a content.
CONTENT_HEAD_BYTES = 512


class Compression(Enum):
    """How the bytes of a file are packed."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of such files end; none for plain files."""
        return _SUFFIXES.get(self, ())


_SUFFIXES = {
    Compression.GZIP: (".gz", ".gzip"),
    Compression.ZSTD: (".zst", ".zstd"),
    Compression.BZIP2: (".bz2",),
    Compression.XZ: (".xz",),
}


@dataclass(eq=False)
class StreamDamagedError(Exception):
    """The rest of a file cannot be read. Never leaves the connectors: it becomes one reject."""

    reason: RejectReason
    detail: str


def compression_of(path: str, head: bytes) -> Compression:
    """The compression of a file from its first bytes; by its name only where it is empty."""
    if not head:
        return compression_by_name(path)
    if head.startswith(b"\x1f\x8b\x08"):
        return Compression.GZIP
    if head.startswith(_ZSTD_MARK) or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):  # noqa: PLR2004  # skippable frames: 0x184D2A5?
        return Compression.ZSTD
    if head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS:
        return Compression.BZIP2
    if head.startswith(_XZ_MARK):
        return Compression.XZ
    return Compression.NONE


def compression_by_name(path: str) -> Compression:
    """The compression that a file's name announces."""
    name = path.lower()
    return next((c for c in Compression if name.endswith(c.suffixes)), Compression.NONE)


def other_file(head: bytes) -> str | None:
    """The code of an archive, a packing or a kind of file that has no rows to read, from the first bytes of a content;
    None where it is none of those known."""
    if head[_TAR_MARK_AT:].startswith(_TAR_MARK):
        return "tar_archive"
    return next((code for mark, code in _OTHER_FILES if head.startswith(mark)), None)


def name_inside(path: str) -> str:
    """The path without the suffix that announces a compression."""
    suffix = next((s for s in compression_by_name(path).suffixes if path.lower().endswith(s)), "")
    return path[: len(path) - len(suffix)]


def decompressed(source: io.BufferedReader, compression: Compression) -> io.BufferedReader:
    """The content of `source`, buffered. Reading raises StreamDamagedError where the rest of a member cannot be
    unpacked, once all before it was read; reading on begins with the next member that can be found."""
    if compression is Compression.NONE:
        return source
    chunks = _unpacked(source, compression, _decoders(source, compression))
    return io.BufferedReader(ChunkStream(_without_other_files(chunks)), _MAX_OUTPUT_BYTES)


class ChunkStream(io.RawIOBase):
    """Chunks of bytes as a raw stream; damage among them is raised."""

    def __init__(self, chunks: Iterator[bytes | StreamDamagedError]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            chunk = next(self._chunks, b"")
            if isinstance(chunk, StreamDamagedError):
                raise chunk
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _without_other_files(chunks: Iterator[bytes | StreamDamagedError]) -> Iterator[bytes | StreamDamagedError]:
    """The chunks, or one error where what was packed is itself an archive."""
    for chunk in chunks:
        code = None if isinstance(chunk, StreamDamagedError) else _not_read(chunk[:CONTENT_HEAD_BYTES])
        yield chunk if code is None else StreamDamagedError(RejectReason.UNPARSABLE, code)
        if code is None:
            yield from chunks
        return


def _not_read(head: bytes) -> str | None:
    """The code of what was packed and has no rows, as something packed twice has none."""
    is_packed = compression_of("", head) is not Compression.NONE
    return "packed_twice" if is_packed else other_file(head)


def _unpacked(
    source: BinaryIO, compression: Compression, new_decoder: Callable[[], _Decoder]
) -> Iterator[bytes | StreamDamagedError]:
    packed = source.read(_PIECE_BYTES)
    if not packed:
        yield StreamDamagedError(RejectReason.TRUNCATED, "compressed_stream_empty")
    damages = 0
    while packed and damages < _MAX_DAMAGES:
        decoder = new_decoder()
        recent = bytearray()
        while not decoder.eof:
            if not packed and decoder.needs_input:
                packed = source.read(_PIECE_BYTES)
                if not packed:
                    yield StreamDamagedError(RejectReason.TRUNCATED, "compressed_stream_cut")
                    return
            recent += packed
            del recent[:-_SEARCHED_BYTES]
            try:
                unpacked = decoder.decompress(packed)
            except (zlib.error, zstandard.ZstdError, lzma.LZMAError, OSError, EOFError) as error:
                yield StreamDamagedError(RejectReason.UNPARSABLE, _problem(error))
                damages += 1
                packed = _next_member(source, bytes(recent[1:]), compression)
                break
            packed = b""
            if unpacked:
                yield unpacked
        else:
            packed = decoder.unused_data or source.read(_PIECE_BYTES)
            # Tapes and block devices fill the last block of a file with zeros; streams of xz may be padded.
            while compression in _PADDED and packed.startswith(b"\0"):
                packed = packed.lstrip(b"\0") or source.read(_PIECE_BYTES)


#: A decoder notices damage late, when it is in the next member already.
_SEARCHED_BYTES = 2 * _PIECE_BYTES
_MAX_DAMAGES = 1_000
_PADDED = frozenset({Compression.GZIP, Compression.XZ, Compression.BZIP2})
_MEMBER_STARTS = {
    Compression.GZIP: re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),
    Compression.ZSTD: re.compile(rb"\x28\xb5\x2f\xfd"),
    Compression.XZ: re.compile(re.escape(_XZ_MARK)),
    Compression.BZIP2: re.compile(b"BZh[1-9](?:" + b"|".join(map(re.escape, _BZIP2_BLOCKS)) + b")"),
}
_MAX_START_BYTES = 10


def _next_member(source: BinaryIO, ahead: bytes, compression: Compression) -> bytes:
    """The bytes from the next start of a member on, empty where there is none."""
    while (found := _MEMBER_STARTS[compression].search(ahead)) is None:
        piece = source.read(_PIECE_BYTES)
        if not piece:
            return b""
        ahead = ahead[-_MAX_START_BYTES:] + piece
    return ahead[found.start() :]


class _WholePieceDecoder:
    """zlib and zstd: a piece goes in whole, all that it gives comes out."""

    needs_input = True

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self.decompress = decoder.decompress

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data)


class _PartwiseDecoder:
    """bzip2 and xz: forty bytes may give 45 MB, so that output is taken in parts."""

    def __init__(self, decoder: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._decoder = decoder

    @property
    def needs_input(self) -> bool:
        return self._decoder.needs_input

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, packed: bytes) -> bytes:
        return self._decoder.decompress(packed, _MAX_OUTPUT_BYTES)


_Decoder = _WholePieceDecoder | _PartwiseDecoder


def _decoders(source: io.BufferedReader, compression: Compression) -> Callable[[], _Decoder]:
    """What makes the decoder of each member; a dictionary that comes first is read from `source`."""
    match compression:
        case Compression.BZIP2:
            return lambda: _PartwiseDecoder(bz2.BZ2Decompressor())
        case Compression.XZ:
            return lambda: _PartwiseDecoder(lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY_BYTES))
        case Compression.GZIP:
            return lambda: _WholePieceDecoder(zlib.decompressobj(_GZIP_WINDOW))
        case _:
            dictionary = _dictionary(source)
            zstd = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_ZSTD_MAX_WINDOW)
            return lambda: _WholePieceDecoder(zstd.decompressobj())


#: The skippable frame in which a web archive brings the dictionary of its other frames (IIPC, WARC with zstd).
_DICTIONARY_FRAME = b"\x5d\x2a\x4d\x18"
_MAX_DICTIONARY_BYTES = 2**26


def _dictionary(source: io.BufferedReader) -> zstandard.ZstdCompressionDict | None:
    """The dictionary that a file begins with, packed itself or not; None where it has none.

    Raises StreamDamagedError where it cannot be read.
    """
    if source.peek(len(_DICTIONARY_FRAME))[: len(_DICTIONARY_FRAME)] != _DICTIONARY_FRAME:
        return None
    size = int.from_bytes(source.read(8)[4:], "little")
    stored = source.read(min(size, _MAX_DICTIONARY_BYTES))
    if len(stored) < size:
        raise StreamDamagedError(RejectReason.TRUNCATED, "zstd_dictionary")
    try:
        if stored.startswith(_ZSTD_MARK):
            stored = zstandard.ZstdDecompressor().decompressobj().decompress(stored)
        return zstandard.ZstdCompressionDict(stored)
    except zstandard.ZstdError:
        raise StreamDamagedError(RejectReason.UNPARSABLE, "zstd_dictionary") from None


def _problem(error: Exception) -> str:
    """The code of what a decoder says: frames that want another dictionary are not damaged."""
    wants_dictionary = isinstance(error, zstandard.ZstdError) and "ictionary mismatch" in str(error)
    return "zstd_dictionary_missing" if wants_dictionary else "compressed_stream_damaged"
