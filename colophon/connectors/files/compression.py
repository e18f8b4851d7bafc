"""Decompression of gzip, zstd and bzip2 as a stream in which damage is told apart from the end.

Members (gzip), frames (zstd) and streams (bzip2) may follow each other in one file. Memory stays bounded whatever
the ratio: compressed bytes are taken in small pieces.
"""

from __future__ import annotations

import bz2
import io
import re
import zlib
from collections.abc import Iterator
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
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


class Compression(Enum):
    """How the bytes of a file are packed."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of such files end; none for plain files."""
        return _SUFFIXES.get(self, ())


_SUFFIXES = {
    Compression.GZIP: (".gz", ".gzip"),
    Compression.ZSTD: (".zst", ".zstd"),
    Compression.BZIP2: (".bz2",),
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
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5):  # noqa: PLR2004  # skippable frames: 0x184D2A5?
        return Compression.ZSTD
    if head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS:
        return Compression.BZIP2
    return Compression.NONE


def compression_by_name(path: str) -> Compression:
    """The compression that a file's name announces."""
    name = path.lower()
    return next((c for c in Compression if name.endswith(c.suffixes)), Compression.NONE)


def name_inside(path: str) -> str:
    """The path without the suffix that announces a compression."""
    suffix = next((s for s in compression_by_name(path).suffixes if path.lower().endswith(s)), "")
    return path[: len(path) - len(suffix)]


def decompressed(source: io.BufferedReader, compression: Compression) -> io.BufferedReader:
    """The content of `source`, buffered. Reading raises StreamDamagedError where the rest of a member cannot be
    unpacked, once all before it was read; reading on begins with the next member that can be found."""
    if compression is Compression.NONE:
        return source
    return io.BufferedReader(_ChunkStream(_unpacked(source, compression)), _MAX_OUTPUT_BYTES)


class _ChunkStream(io.RawIOBase):
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


def _unpacked(source: BinaryIO, compression: Compression) -> Iterator[bytes | StreamDamagedError]:
    packed = source.read(_PIECE_BYTES)
    if not packed:
        yield StreamDamagedError(RejectReason.TRUNCATED, "compressed_stream_empty")
    damages = 0
    while packed and damages < _MAX_DAMAGES:
        decoder = _decoder(compression)
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
            except (zlib.error, zstandard.ZstdError, OSError, EOFError):
                yield StreamDamagedError(RejectReason.UNPARSABLE, "compressed_stream_damaged")
                damages += 1
                packed = _next_member(source, bytes(recent[1:]), compression)
                break
            packed = b""
            if unpacked:
                yield unpacked
        else:
            packed = decoder.unused_data or source.read(_PIECE_BYTES)
            # Tapes and block devices fill the last block of a gzip file with zeros.
            while compression is Compression.GZIP and packed.startswith(b"\0"):
                packed = packed.lstrip(b"\0") or source.read(_PIECE_BYTES)


#: A decoder notices damage late, when it is in the next member already.
_SEARCHED_BYTES = 2 * _PIECE_BYTES
_MAX_DAMAGES = 1_000
_MEMBER_STARTS = {
    Compression.GZIP: re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),
    Compression.ZSTD: re.compile(rb"\x28\xb5\x2f\xfd"),
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


class _Bzip2Decoder:
    """bzip2: forty bytes may give 45 MB, so that output is taken in parts."""

    def __init__(self) -> None:
        self._decoder = bz2.BZ2Decompressor()

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


def _decoder(compression: Compression) -> _WholePieceDecoder | _Bzip2Decoder:
    if compression is Compression.BZIP2:
        return _Bzip2Decoder()
    if compression is Compression.GZIP:
        return _WholePieceDecoder(zlib.decompressobj(_GZIP_WINDOW))
    return _WholePieceDecoder(zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW).decompressobj())
