"""An HTTP response as an archive keeps it: its head taken apart, its body unpacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastwarc.warc import WarcRecord, WarcRecordType

from colophon.connectors.web.http_body import is_shorter_than_stated, unpacked_body


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """A header as it was sent, its name in lower case."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`body` is without chunks and content encodings, None where nothing of it can be unpacked, and holds at most one
    byte more than MAX_ROW_BYTES; `is_cut` says that it ends or breaks too early. `headers` have names in lower case,
    and the last value of each; `header_lines` are all."""

    status: int
    headers: Mapping[str, str]
    media_type: str | None
    charset: str | None
    body: bytes | None
    header_lines: tuple[HeaderLine, ...] = ()
    is_cut: bool = False


#: As long as browsers take it.
_MAX_HEAD_BYTES = 256 * 2**10


def read_response(block: bytes) -> HttpResponse | None:
    """The response that a WARC block holds, or None where it is none."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.response, content_length=len(block))
    record.set_bytes_content(block)
    record.is_http = True
    try:
        record.parse_http(auto_decode="none", max_header_len=_MAX_HEAD_BYTES, quirks_mode=True)
        status = record.http_headers.status_code
    except (OSError, ValueError):
        return None
    if status is None:
        return None
    headers = {name.lower(): value.strip() for name, value in record.http_headers.to_tuples()}
    sent = record.reader.read(len(block))
    body = unpacked_body(sent, headers)
    lines = tuple(
        HeaderLine(name.decode("ascii", "replace").lower(), value.strip())
        for name, value in record.http_headers.items_bytes()
    )
    return HttpResponse(
        status,
        headers,
        record.http_content_type,
        record.http_charset,
        None if body is None else body.content,
        lines,
        is_cut=body is not None and (body.is_cut or is_shorter_than_stated(sent, headers)),
    )
