"""An HTTP response as an archive keeps it: its head taken apart, its body unpacked."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, ZstdReader
from fastwarc.warc import WarcRecord, WarcRecordType

from colophon.connectors.rows import MAX_ROW_BYTES


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """A header as it was sent, its name in lower case."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`body` is without chunks and content encodings, None where they cannot be undone, and holds at most one byte
    more than MAX_ROW_BYTES; `headers` have names in lower case, and the last value of each; `header_lines` are all."""

    status: int
    headers: Mapping[str, str]
    media_type: str | None
    charset: str | None
    body: bytes | None
    header_lines: tuple[HeaderLine, ...] = ()


def read_response(block: bytes) -> HttpResponse | None:
    """The response that a WARC block holds, or None where it is none."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.response, content_length=len(block))
    record.set_bytes_content(block)
    record.is_http = True
    try:
        record.parse_http(auto_decode="none", quirks_mode=True)
        status = record.http_headers.status_code
    except (OSError, ValueError):
        return None
    if status is None:
        return None
    headers = {name.lower(): value.strip() for name, value in record.http_headers.to_tuples()}
    body = unpacked_body(record.reader.read(len(block)), headers)
    lines = tuple(
        HeaderLine(name.decode("ascii", "replace").lower(), value.strip())
        for name, value in record.http_headers.items_bytes()
    )
    return HttpResponse(status, headers, record.http_content_type, record.http_charset, body, lines)


def unpacked_body(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The body without transfer and content encodings, or None where its bytes begin as declared and then break.

    Archives often keep the header of an encoding that they have undone (as Common Crawl once did), so that a body that
    does not begin as declared is taken as it is.
    """
    if "chunked" in _listed(headers.get("transfer-encoding", "")):
        body = _read(ChunkedReader(io.BytesIO(body))) or body
    for name in reversed(_listed(headers.get("content-encoding", ""))):
        encoding = _ENCODINGS.get(name)
        if encoding is None or not encoding.begins(body):
            continue
        unpacked = encoding.unpack(body)
        if unpacked is None and encoding.is_certain:
            return None
        body = body if unpacked is None else unpacked
    return body


class _Reader(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Encoding:
    """A content encoding (RFC 9110, section 8.4.1); `is_certain` where its first bytes cannot be anything else."""

    begins: Callable[[bytes], bool]
    unpack: Callable[[bytes], bytes | None]
    is_certain: bool


def _listed(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",") if name.strip()]


def _read(reader: _Reader) -> bytes | None:
    """What a reader gives, beyond MAX_ROW_BYTES cut off; None where it fails."""
    parts: list[bytes] = []
    size = 0
    try:
        while size <= MAX_ROW_BYTES and (part := reader.read(min(2**20, MAX_ROW_BYTES + 1 - size))):
            parts.append(part)
            size += len(part)
    except OSError:
        return None
    return b"".join(parts)


def _inflated(body: bytes) -> bytes | None:
    # The standard asks for the zlib format, old servers send the bare stream.
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(body, MAX_ROW_BYTES + 1)
        except zlib.error:
            continue
    return None


_GZIP = _Encoding(
    lambda body: body.startswith(b"\x1f\x8b"), lambda body: _read(GzipReader(io.BytesIO(body))), is_certain=True
)
_ENCODINGS: Mapping[str, _Encoding] = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "deflate": _Encoding(bool, _inflated, is_certain=False),
    "br": _Encoding(bool, lambda body: _read(BrotliReader(io.BytesIO(body))), is_certain=False),
    "zstd": _Encoding(
        lambda body: body.startswith(b"\x28\xb5\x2f\xfd"),
        lambda body: _read(ZstdReader(io.BytesIO(body))),
        is_certain=True,
    ),
}
