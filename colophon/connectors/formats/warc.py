"""Web archives (WARC and WET): responses, resources and conversions become documents, policy files observations.

What a response says on rights itself is looked for in every one, also where it gives no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from fastwarc.warc import WarcRecordType

from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.archived_address import RecordSubject, archived_address
from colophon.connectors.formats.documents import Document, RejectedPage, Row, RowCounter, Skipped
from colophon.connectors.formats.warc_records import DamagedPlace, RecordExtent, WarcRecord, warc_records
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.connectors.times import moment
from colophon.connectors.web.charset import decoded
from colophon.connectors.web.html import read_page
from colophon.connectors.web.http_response import HttpResponse, read_response
from colophon.connectors.web.page_signals import page_of
from colophon.reservations.observation import Observation, SearchedPage
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    headers_kept,
    leads_to_itself,
    outcome_of_body,
    outcome_of_status,
    policy_file_at,
)
from colophon.urls import authority_of, clean_url
from colophon.vocabulary import Grade, Outcome, ReadLoss, RejectReason


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
    losses: tuple[ReadLoss, ...]
    block: bytes | None

    @property
    def was_cut(self) -> bool:
        """Whether more of it was there once."""
        return bool(self.losses)


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """A record of a type that is not wanted."""

    position: int


def archived_records(
    file: StoredFile, wanted: int, counter: RowCounter
) -> Iterator[ArchivedRecord | OtherRecord | Reject]:
    """Every record of a file, in order; `wanted` is a mask of `WarcRecordType`s. A reject stands for bytes that are no
    record, or half of one."""
    for position, record in enumerate(warc_records(file.content(), lambda fields: bool(int(_kind(fields)) & wanted))):
        counter.met()
        if isinstance(record, DamagedPlace):
            yield Reject(file.path, position, record.reason, record.detail)
        elif int(_kind(record.fields)) & wanted:
            yield _archived(record, position)
        else:
            yield OtherRecord(position)


def _kind(fields: Mapping[str, str]) -> WarcRecordType:
    return _KINDS.get(fields.get("warc-type", "").lower(), WarcRecordType.unknown)


_KINDS = {
    "warcinfo": WarcRecordType.warcinfo,
    "response": WarcRecordType.response,
    "resource": WarcRecordType.resource,
    "request": WarcRecordType.request,
    "metadata": WarcRecordType.metadata,
    "revisit": WarcRecordType.revisit,
    "conversion": WarcRecordType.conversion,
    "continuation": WarcRecordType.continuation,
}


def _archived(record: WarcRecord, position: int) -> ArchivedRecord:
    fields = record.fields
    url = fields.get("warc-target-uri")
    return ArchivedRecord(
        position=position,
        kind=_kind(fields),
        # Some writers followed a draft that put URLs in angle brackets.
        url=None if url is None else url.removeprefix("<").removesuffix(">"),
        date=moment(fields.get("warc-date")),
        is_http=_is_http(record),
        content_type=fields.get("content-type"),
        identified_type=fields.get("warc-identified-payload-type"),
        losses=tuple(_losses(record)),
        block=record.block,
    )


def _losses(record: WarcRecord) -> Iterator[ReadLoss]:
    if "warc-truncated" in record.fields or "warc-segment-number" in record.fields:
        yield ReadLoss.TRUNCATED
    if record.extent in {RecordExtent.OVERRUN, RecordExtent.NEXT_RECORD}:
        yield ReadLoss.RECORD_LENGTH


def _is_http(record: WarcRecord) -> bool:
    """Whether the block is a message of HTTP; some writers leave its type out."""
    declared, _ = _media_type(record.fields.get("content-type"))
    return declared == "application/http" or (not declared and (record.block or b"").startswith(b"HTTP/"))


def look_at_policy_file(
    path: str, record: ArchivedRecord, response: HttpResponse, protocol: str
) -> Observation | Reject | Skipped:
    """The observation that an archived response is; a reject where its address has no authority, and nothing where it
    only leads to the same file."""
    authority = None if record.url is None else authority_of(record.url)
    if authority is None or record.url is None:
        return Reject(path, record.position, RejectReason.UNPARSABLE, "authority")
    if leads_to_itself(record.url, response.status, response.headers.get("location"), protocol):
        return Skipped()
    outcome = outcome_of_status(response.status, protocol)
    if outcome is Outcome.OK:
        outcome = _outcome_of_body(response.body, protocol, was_cut=record.was_cut or response.is_cut)
    return Observation(
        protocol=protocol,
        authority=authority,
        path=path,
        position=record.position,
        outcome=outcome,
        grade=Grade.WARC,
        body=None if response.body is None else response.body[:MAX_POLICY_BYTES],
        requested_url=record.url,
        observed_at=record.date,
        http_status=response.status,
        headers_kept=headers_kept(response.headers),
    )


def _outcome_of_body(body: bytes | None, protocol: str, *, was_cut: bool) -> Outcome:
    # What stood behind a cut may be the rule that matters.
    if body is None or (was_cut and len(body) < MAX_POLICY_BYTES):
        return Outcome.UNREADABLE
    return outcome_of_body(body, protocol)


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
class WarcOptions:
    """Web archives take no options."""


@dataclass(frozen=True, slots=True)
class WarcFormat(FileFormat):
    """Positions count all records of the file from 0. The fields of a source do not apply: a record names its own
    address and time."""

    @classmethod
    def of(cls, _fields: Fields, _options: WarcOptions) -> Self:
        return cls()

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        pages = _PagesRead()
        for record in archived_records(file, _DOCUMENT_RECORDS, counter):
            match record:
                case Reject():
                    yield record
                case OtherRecord():
                    yield Skipped()
                case ArchivedRecord():
                    yield _row_of_subject(file.path, record, pages)


class _PagesRead:
    """What became of the pages of a file, for records that show one of them again."""

    def __init__(self) -> None:
        self._settled: set[str] = set()
        self._searched: dict[str, SearchedPage] = {}

    def add(self, url: str, row: Row) -> None:
        match row:
            case Document(text=text) if text and not text.isspace():
                self._settled.add(_spelled(url))
            case Observation() | Reject(reason=RejectReason.HTTP_STATUS):
                self._settled.add(_spelled(url))
            case RejectedPage(page=page) | Document(page=SearchedPage() as page):
                self._searched[_spelled(url)] = page

    def is_settled(self, url: str) -> bool:
        """Whether the page itself is a document, or none for its status."""
        return _spelled(url) in self._settled

    def searched(self, url: str) -> SearchedPage | None:
        """What was found on rights in the page itself."""
        return self._searched.get(_spelled(url))


def _spelled(url: str) -> str:
    clean = clean_url(url)
    return url if clean is None else clean.url


def _row_of_subject(path: str, record: ArchivedRecord, pages: _PagesRead) -> Row:
    address = archived_address(record.url)
    if address.subject is RecordSubject.CRAWLER:
        return Skipped()
    is_rendering = address.subject is RecordSubject.RENDERING or record.kind == WarcRecordType.conversion
    if address.url is None:
        return _row(path, record)
    if not is_rendering:
        row = _row(path, record)
        pages.add(address.url, row)
        return row
    if pages.is_settled(address.url):
        return Skipped()
    row = _row(path, replace(record, url=address.url))
    return replace(row, page=pages.searched(address.url)) if isinstance(row, Document) else row


def _row(path: str, record: ArchivedRecord) -> Row:
    if record.block is None:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "warc_record")
    if not record.is_http:
        return _row_of_content(path, record, _Content(record.content_type, None, None, record.block, record.losses))
    response = read_response(record.block)
    if response is None:
        return Reject(path, record.position, RejectReason.UNPARSABLE, "http")
    if (protocol := policy_file_at(record.url or "")) is not None:
        return look_at_policy_file(path, record, response, protocol)
    if response.status != _OK:
        return Reject(path, record.position, RejectReason.HTTP_STATUS, str(response.status))
    return _with_page(record, response, _row_of_response(path, record, response))


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
    losses: tuple[ReadLoss, ...]


def _row_of_response(path: str, record: ArchivedRecord, response: HttpResponse) -> Document | Reject:
    if response.body is None:
        return Reject(path, record.position, RejectReason.ENCODING, "content_encoding")
    declared_type = response.media_type or record.identified_type
    losses = (*record.losses, ReadLoss.BODY_CUT) if response.is_cut else record.losses
    content = _Content(declared_type, response.charset, response.status, response.body, losses)
    return _row_of_content(path, record, content)


def _row_of_content(path: str, record: ArchivedRecord, content: _Content) -> Document | Reject:
    media_type, parameters = _media_type(content.declared_type)
    if media_type not in _HTML | _PLAIN:
        return Reject(path, record.position, RejectReason.CONTENT_TYPE, _type_code(media_type))
    if len(content.body) > MAX_ROW_BYTES:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "body")
    text = decoded(content.body, content.charset or parameters, may_be_cut=bool(content.losses))
    if text is None:
        return Reject(path, record.position, RejectReason.ENCODING, "charset")
    page = read_page(text.text, record.url) if media_type in _HTML else None
    claim = None if page is None else page.license
    return Document(
        position=record.position,
        text=text.text if page is None else page.text,
        url=record.url,
        fetched_at=record.date,
        http_status=content.http_status,
        license_claim=None if claim is None else claim.claim,
        license_place=None if claim is None else claim.place,
        losses=(*content.losses, ReadLoss.BYTES_REPLACED) if text.replaced else content.losses,
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


WARC = file_connector(
    WarcOptions,
    WarcFormat.of,
    ConnectorSummary("web archives, WARC and WET", "a record", "number of the record"),
    (".warc", ".wet"),
)
