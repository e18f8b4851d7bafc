"""The body of a response without chunks and encodings (RFC 9112, section 7.1; RFC 9110, section 8.4.1).

What can be read of a body that is cut or damaged is read, as browsers show it. Archives often keep the header of an
encoding that they have undone, so that a body that does not begin as declared is taken as it is.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import zstandard
from fastwarc.stream_io import BrotliReader

from colophon.connectors.rows import MAX_ROW_BYTES
from colophon.connectors.web.charset import controls_in


@dataclass(frozen=True, slots=True)
class UnpackedBody:
    """At most one byte more than MAX_ROW_BYTES; `is_cut` where the bytes end or break before the body does."""

    content: bytes
    is_cut: bool = False


def unpacked_body(body: bytes, headers: Mapping[str, str]) -> UnpackedBody | None:
    """The body, or None where it begins as declared and nothing of it can be unpacked; `headers` have names in lower
    case."""
    unpacked = UnpackedBody(body)
    # The encodings of the transfer were put on last.
    for name in (*reversed(_listed(headers, "transfer-encoding")), *reversed(_listed(headers, "content-encoding"))):
        step = _unchunked(unpacked.content) if name == "chunked" else _decoded(unpacked.content, name)
        if step is None:
            return None
        unpacked = UnpackedBody(step.content, unpacked.is_cut or step.is_cut)
    return unpacked


#: More digits are no length of anything.
_LENGTH = re.compile(r"[0-9]{1,12}\Z")


def is_shorter_than_stated(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a body that was sent as it is ends before its Content-Length; of chunks and of what was encoded the
    header says nothing that can be compared, since archives keep it where they have undone them."""
    stated = headers.get("content-length", "").strip()
    as_it_is = all(_listed(headers, name) in ([], ["identity"]) for name in ("transfer-encoding", "content-encoding"))
    return as_it_is and _LENGTH.match(stated) is not None and len(body) < int(stated)


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    return [value.strip().lower() for value in headers.get(name, "").split(",") if value.strip()]


# Extensions may follow the size, and some servers put white space around it.
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_CHUNK_END = re.compile(rb"\r?\n|\r?\Z")
_LAST_CHUNK = b"\r\n0\r\n\r\n"


def _unchunked(body: bytes) -> UnpackedBody:
    """The chunks put together, up to the first that is cut or has no size. A body that does not begin with a whole
    chunk or a cut one is no chunked one."""
    chunks: list[bytes] = []
    at = 0
    while size := _CHUNK_SIZE.match(body, at):
        begin, end = size.end(), size.end() + int(size[1], 16)
        if end == begin:
            # Trailers say nothing on the page.
            return UnpackedBody(b"".join(chunks))
        separator = _CHUNK_END.match(body, end)
        if separator is None and not chunks and end < len(body) and not body.endswith(_LAST_CHUNK):
            return UnpackedBody(body)
        chunks.append(body[begin:end])
        if separator is None:
            break
        at = separator.end()
    return UnpackedBody(b"".join(chunks), is_cut=True) if chunks else UnpackedBody(body)


@dataclass(frozen=True, slots=True)
class _Encoding:
    """A content encoding; `is_certain` where its first bytes cannot be anything else."""

    begins: Callable[[bytes], bool]
    unpack: Callable[[bytes], UnpackedBody]
    is_certain: bool


def _decoded(body: bytes, name: str) -> UnpackedBody | None:
    encoding = _ENCODINGS.get(name)
    if encoding is None or not encoding.begins(body):
        return UnpackedBody(body)
    unpacked = encoding.unpack(body)
    if not unpacked.is_cut:
        return unpacked
    if not encoding.is_certain and not _looks_packed(body):
        return UnpackedBody(body)
    return unpacked if unpacked.content else None


def _looks_packed(body: bytes) -> bool:
    """Whether there are bytes at the beginning that no text has."""
    return controls_in(body[:_SAMPLE_BYTES]) > 0


_SAMPLE_BYTES = 1024


_PIECE_BYTES = 4 * 2**10


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """One stream of a body, `end` being where it ends in the body."""

    content: bytes
    end: int
    is_cut: bool


def _gunzipped(body: bytes) -> UnpackedBody:
    """All members; what follows the last of them is padding."""
    return _joined(body, _GZIP_MAGIC, lambda begin, most: _inflated(body, begin, 16 + zlib.MAX_WBITS, most))


def _unpacked_zstd(body: bytes) -> UnpackedBody:
    return _joined(body, _ZSTD_MAGIC, lambda begin, most: _of_zstd_frame(body, begin, most))


def _joined(body: bytes, magic: bytes, unpack: Callable[[int, int], _Unpacked]) -> UnpackedBody:
    parts: list[bytes] = []
    at, left = 0, MAX_ROW_BYTES + 1
    while left > 0 and body.startswith(magic, at):
        stream = unpack(at, left)
        parts.append(stream.content)
        if stream.is_cut:
            return UnpackedBody(b"".join(parts), is_cut=True)
        at, left = stream.end, left - len(stream.content)
    return UnpackedBody(b"".join(parts))


def _undeflated(body: bytes) -> UnpackedBody:
    # The standard asks for the zlib format, old servers send the bare stream.
    in_zlib, bare = (_inflated(body, 0, window, MAX_ROW_BYTES + 1) for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS))
    best = bare if in_zlib.is_cut and (not bare.is_cut or not in_zlib.content) else in_zlib
    return UnpackedBody(best.content, best.is_cut)


def _inflated(body: bytes, begin: int, window: int, most: int) -> _Unpacked:
    decoder = zlib.decompressobj(window)
    parts: list[bytes] = []
    left = most
    for at in range(begin, len(body), _PIECE_BYTES):
        piece = body[at : at + _PIECE_BYTES]
        undamaged = decoder.copy()
        try:
            parts.append(decoder.decompress(piece, left))
        except zlib.error:
            parts.append(_before_damage(undamaged, piece, left))
            break
        left -= len(parts[-1])
        if decoder.eof or left <= 0:
            return _Unpacked(b"".join(parts), at + len(piece) - len(decoder.unused_data), is_cut=False)
    return _Unpacked(b"".join(parts), len(body), is_cut=True)


def _before_damage(decoder: zlib._Decompress, piece: bytes, most: int) -> bytes:
    """What comes of the bytes before the first that cannot be unpacked; a wrong checksum takes nothing away."""
    parts: list[bytes] = []
    with suppress(zlib.error):
        for at in range(len(piece)):
            parts.append(decoder.decompress(piece[at : at + 1], most))  # noqa: PERF401  # what came before is kept
    return b"".join(parts)[:most]


def _of_zstd_frame(body: bytes, begin: int, most: int) -> _Unpacked:
    decoder = zstandard.ZstdDecompressor().decompressobj()
    parts: list[bytes] = []
    left = most
    for at in range(begin, len(body), _PIECE_BYTES):
        piece = body[at : at + _PIECE_BYTES]
        try:
            parts.append(decoder.decompress(piece)[:left])
        except zstandard.ZstdError:
            break
        left -= len(parts[-1])
        if decoder.eof or left <= 0:
            return _Unpacked(b"".join(parts), at + len(piece) - len(decoder.unused_data), is_cut=False)
    return _Unpacked(b"".join(parts), len(body), is_cut=True)


def _unpacked_brotli(body: bytes) -> UnpackedBody:
    whole = _brotli_read(body, _LARGE_READ_BYTES)
    # A read that fails gives nothing of what it could unpack.
    return _brotli_read(body, _SMALL_READ_BYTES) if whole.is_cut else whole


_LARGE_READ_BYTES = 2**16
_SMALL_READ_BYTES = 2**6


def _brotli_read(body: bytes, size: int) -> UnpackedBody:
    reader = BrotliReader(io.BytesIO(body))
    parts: list[bytes] = []
    left = MAX_ROW_BYTES + 1
    try:
        while left > 0 and (part := reader.read(min(size, left))):
            parts.append(part)
            left -= len(part)
    except OSError:
        return UnpackedBody(b"".join(parts), is_cut=True)
    return UnpackedBody(b"".join(parts))


_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP = _Encoding(lambda body: body.startswith(_GZIP_MAGIC), _gunzipped, is_certain=True)
_ENCODINGS: Mapping[str, _Encoding] = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "deflate": _Encoding(bool, _undeflated, is_certain=False),
    "br": _Encoding(bool, _unpacked_brotli, is_certain=False),
    "zstd": _Encoding(lambda body: body.startswith(_ZSTD_MAGIC), _unpacked_zstd, is_certain=True),
}
