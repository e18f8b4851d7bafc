"""Web archives (WARC and WET): responses, resources and conversions become documents, policy files observations.

What a response says on rights itself is looked for in every one, also where it gives no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from fastwarc.warc import WarcRecordType

from colophon.connectors.charset import text_of_bytes
from colophon.connectors.documents import Document, RejectedPage, Row, RowCounter, Skipped
from colophon.connectors.html import read_page
from colophon.connectors.http_response import HttpResponse, read_response
from colophon.connectors.page_signals import page_of
from colophon.connectors.policy_files import POLICY_PATHS, is_policy_file
from colophon.connectors.rows import MAX_ROW_BYTES, InputFile, Reject
from colophon.connectors.storage import Storage
from colophon.connectors.stored_file import StoredFile
from colophon.connectors.warc_observations import look_at_policy_file
from colophon.connectors.warc_records import ArchivedRecord, OtherRecord, archived_records
from colophon.record.corpus import Fields
from colophon.record.vocabulary import RejectReason, ReservationProtocol

_DOCUMENT_RECORDS = int(WarcRecordType.response) | int(WarcRecordType.resource) | int(WarcRecordType.conversion)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_PLAIN = frozenset({"text/plain"})
_OK = 200
# Details of rejects are codes: of the types that pages declare, only those are repeated.
_TOP_LEVEL_TYPES = frozenset(
    {"application", "audio", "font", "image", "message", "model", "multipart", "text", "video"}
)
_KNOWN_TYPES = frozenset({
    "application/javascript",
    "application/json",
    "application/pdf",
    "application/rss+xml",
    "application/xml",
    "text/css",
    "text/csv",
    "text/dns",
    "text/javascript",
    "text/xml",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """Web archives take no options."""


@dataclass(frozen=True, slots=True)
class WarcFormat:
    """Positions count all records of the file from 0. The fields of a source do not apply: a record names its own
    address and time."""

    @classmethod
    def of(cls, _fields: Fields, _options: Options) -> Self:
        return cls()

    def ranges(self, _storage: Storage, _file: InputFile) -> Sequence[tuple[int, int]]:
        return ()

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        for record in archived_records(file, _DOCUMENT_RECORDS, counter):
            yield Skipped() if isinstance(record, OtherRecord) else _row(file.path, record)


def _row(path: str, record: ArchivedRecord) -> Row:
    if record.block is None:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "warc_record")
    if not record.is_http:
        return _row_of_content(path, record, _Content(record.content_type, None, None, record.block))
    response = read_response(record.block)
    if response is None:
        return Reject(path, record.position, RejectReason.UNPARSABLE, "http")
    if (protocol := _policy_file(record)) is not None:
        return look_at_policy_file(path, record, response, protocol)
    if response.status != _OK:
        return Reject(path, record.position, RejectReason.HTTP_STATUS, str(response.status))
    return _with_page(record, response, _row_of_response(path, record, response))


def _policy_file(record: ArchivedRecord) -> ReservationProtocol | None:
    """The protocol whose file lies at the address of a record."""
    if record.url is None:
        return None
    return next((protocol for protocol in POLICY_PATHS if is_policy_file(record.url, protocol)), None)


def _with_page(record: ArchivedRecord, response: HttpResponse, row: Document | Reject) -> Row:
    media_type, _ = _media_type(response.media_type or record.identified_type)
    page = page_of(response.header_lines, media_type, response.body)
    if isinstance(row, Document):
        return replace(row, page=page)
    return RejectedPage(row, page, record.url, record.date, response.status) if page.parts else row


@dataclass(frozen=True, slots=True)
class _Content:
    """The bytes of a page and what is declared about them."""

    declared_type: str | None
    charset: str | None
    http_status: int | None
    body: bytes


def _row_of_response(path: str, record: ArchivedRecord, response: HttpResponse) -> Document | Reject:
    if response.body is None:
        return Reject(path, record.position, RejectReason.ENCODING, "content_encoding")
    content = _Content(response.media_type or record.identified_type, response.charset, response.status, response.body)
    return _row_of_content(path, record, content)


def _row_of_content(path: str, record: ArchivedRecord, content: _Content) -> Document | Reject:
    media_type, parameters = _media_type(content.declared_type)
    if media_type not in _HTML | _PLAIN:
        return Reject(path, record.position, RejectReason.CONTENT_TYPE, _type_code(media_type))
    if len(content.body) > MAX_ROW_BYTES:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "body")
    text = text_of_bytes(content.body, content.charset or parameters, may_be_cut=record.was_cut)
    if text is None:
        return Reject(path, record.position, RejectReason.ENCODING, "charset")
    page = read_page(text, record.url) if media_type in _HTML else None
    claim = None if page is None else page.license
    return Document(
        position=record.position,
        text=text if page is None else page.text,
        url=record.url,
        fetched_at=record.date,
        http_status=content.http_status,
        license_claim=None if claim is None else claim.claim,
        license_place=None if claim is None else claim.place,
    )


def _media_type(declared: str | None) -> tuple[str, str | None]:  # the type in lower case, and its charset
    if declared is None:
        return "", None
    media_type, *parameters = (part.strip() for part in declared.split(";"))
    charsets = (p.partition("=")[2].strip("\"' ") for p in parameters if p.lower().startswith("charset="))
    return media_type.lower(), next(charsets, None)


def _type_code(media_type: str) -> str:
    if media_type in _KNOWN_TYPES:
        return media_type
    top = media_type.partition("/")[0]
    return top if top in _TOP_LEVEL_TYPES else "other" if media_type else "missing"
