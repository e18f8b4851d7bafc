"""Web archives (WARC and WET): responses, resources and conversions become documents, policy files observations.

What a response says on rights itself is looked for in every one, also where it gives no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Self

from fastwarc.warc import WarcRecordType

from colophon.config.constraints import KeyMeaning
from colophon.config.corpus import Fields
from colophon.connectors import ConnectorSummary, RowNames
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.archived_address import RecordSubject, archived_address
from colophon.connectors.formats.documents import (
    STATED_BY_FORMAT,
    Document,
    FileDamage,
    RejectedPage,
    Row,
    RowCounter,
    Skipped,
    outcome_of,
)
from colophon.connectors.formats.field_values import Absent, fetch_time_of
from colophon.connectors.formats.warc_records import DamagedPlace, RecordExtent, WarcRecord, warc_records
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.connectors.times import Time, moment
from colophon.connectors.web.archive_info import archive_info
from colophon.connectors.web.charset import decoded
from colophon.connectors.web.html import read_page
from colophon.connectors.web.http_response import HttpResponse, read_response
from colophon.connectors.web.page_signals import page_of
from colophon.connectors.web.redirect_targets import RedirectTargets
from colophon.reservations.evidence_keeper import ArchiveInfo
from colophon.reservations.observation import LookReference, Observation, SearchedPage
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    NOT_MODIFIED,
    headers_kept,
    is_policy_file,
    look_address,
    outcome_of_body,
    outcome_of_status,
    policy_file_at,
    redirect_target,
)
from colophon.urls import clean_url, web_url
from colophon.vocabulary import FieldOutcome, Grade, KeptBy, Outcome, ReadLoss, RejectReason


@dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """A record of a wanted type; `block` is None where it is larger than MAX_ROW_BYTES."""

    position: int
    kind: WarcRecordType
    url: str | None
    #: of its capture, or why it is not known
    date: Time | FieldOutcome
    is_http: bool
    content_type: str | None
    identified_type: str | None
    losses: tuple[ReadLoss, ...]
    block: bytes | None
    payload_digest: str | None = None
    #: of a *revisit* record the address and time of the record whose payload it repeats, as far as it names them
    repeats: LookReference | None = None

    @property
    def was_cut(self) -> bool:
        """Whether more of it was there once."""
        return bool(self.losses)

    @property
    def time(self) -> Time:
        """When it was captured, as far as it says so."""
        return self.date if isinstance(self.date, Time) else Time()


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
        date=fetch_time_of(fields.get("warc-date", Absent.ABSENT)),
        is_http=_is_http(record),
        content_type=fields.get("content-type"),
        identified_type=fields.get("warc-identified-payload-type"),
        losses=tuple(_losses(record)),
        block=record.block,
        payload_digest=fields.get("warc-payload-digest"),
        repeats=_repeated(fields) if _kind(fields) == WarcRecordType.revisit else None,
    )


def _losses(record: WarcRecord) -> Iterator[ReadLoss]:
    if "warc-truncated" in record.fields or "warc-segment-number" in record.fields:
        yield ReadLoss.TRUNCATED
    if record.extent in {RecordExtent.OVERRUN, RecordExtent.NEXT_RECORD}:
        yield ReadLoss.RECORD_LENGTH


def _repeated(fields: Mapping[str, str]) -> LookReference | None:
    """The record that a *revisit* repeats (ISO 28500, 6.7): without an address of its own, one at the same address."""
    url = fields.get("warc-refers-to-target-uri") or fields.get("warc-target-uri")
    address = None if url is None else look_address(url)
    return None if address is None else LookReference(address, moment(fields.get("warc-refers-to-date")))


def _is_http(record: WarcRecord) -> bool:
    """Whether the block is a message of HTTP; some writers leave its type out."""
    declared, _ = _media_type(record.fields.get("content-type"))
    return declared == "application/http" or (not declared and (record.block or b"").startswith(b"HTTP/"))


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A web archive as it is read: its path, who kept it as declared or as its info record says, and where the policy
    files in it led so far."""

    path: str
    kept_by: KeptBy | None
    info: ArchiveInfo | None = None
    targets: RedirectTargets = field(default_factory=RedirectTargets)

    def with_info(self, record: ArchivedRecord) -> ArchiveFile:
        """The archive from a *warcinfo* record on."""
        return replace(self, info=archive_info(record.block or b""))


def with_time_counted(row: Row, record: ArchivedRecord, counter: RowCounter) -> Row:
    """The row; `counter` hears what became of the time that its record states."""
    if isinstance(row, Document | Observation | RejectedPage):
        counter.count("fetched_at", STATED_BY_FORMAT, outcome_of(record.date))
    return row


def _bare_content(record: ArchivedRecord) -> bytes | None:
    """The content of a record that holds a file without the response that brought it."""
    return record.block if record.kind == WarcRecordType.resource and not record.is_http else None


def look_at_policy_file(archive: ArchiveFile, record: ArchivedRecord, protocol: str) -> Observation | Reject:
    """The observation that an archived response, *resource* or *revisit* of a policy file is; a reject where its
    address has no authority or its content is no response."""
    clean = None if record.url is None else web_url(record.url)
    if clean is None or clean.authority is None:
        return Reject(archive.path, record.position, RejectReason.UNPARSABLE, "authority")
    response = read_response(record.block) if record.block and record.is_http else None
    if response is None and record.kind != WarcRecordType.revisit and _bare_content(record) is None:
        return Reject(archive.path, record.position, RejectReason.UNPARSABLE, "http")
    address = look_address(clean.url) or clean.url
    outcome, refers_to = _answer(address, record, response, protocol)
    body = None
    content = _bare_content(record) if response is None else response.body
    if content is not None and not outcome.leads_elsewhere:
        body = content[:MAX_POLICY_BYTES]
    look = Observation(
        protocol=protocol,
        # What stands at the target of a redirect speaks for the host that led there.
        authority=clean.authority if is_policy_file(clean.url, protocol) else None,
        path=archive.path,
        position=record.position,
        outcome=outcome,
        grade=Grade.WARC,
        body=body,
        requested_url=address,
        # Before the last instant of a day nobody can say that it had been made.
        observed_at=record.time.latest,
        http_status=None if response is None else response.status,
        headers_kept=None if response is None else headers_kept(response.headers),
        kept_by=archive.kept_by,
        archive=archive.info,
        refers_to=refers_to,
        # That of a response 304 is of its own empty body.
        payload_digest=None if response is not None and response.status == NOT_MODIFIED else record.payload_digest,
    )
    archive.targets.add(look)
    return look


def _answer(
    url: str, record: ArchivedRecord, response: HttpResponse | None, protocol: str
) -> tuple[Outcome, LookReference | None]:
    """The outcome, and the look that has the content where this one has none."""
    if response is None and (content := _bare_content(record)) is not None:
        return _outcome_of_body(content, protocol, was_cut=record.was_cut), None
    outcome = Outcome.OK if response is None else outcome_of_status(response.status, protocol)
    if outcome is Outcome.REDIRECTED and response is not None:
        target = redirect_target(url, response.headers.get("location"))
        return (Outcome.UNREADABLE, None) if target is None else (outcome, LookReference(target))
    if outcome is Outcome.UNCHANGED or (outcome is Outcome.OK and record.kind == WarcRecordType.revisit):
        return Outcome.UNCHANGED, record.repeats or LookReference(url)
    if outcome is Outcome.OK and response is not None:
        return _outcome_of_body(response.body, protocol, was_cut=record.was_cut or response.is_cut), None
    return outcome, None


def _outcome_of_body(body: bytes | None, protocol: str, *, was_cut: bool) -> Outcome:
    # What stood behind a cut may be the rule that matters.
    if body is None or (was_cut and len(body) < MAX_POLICY_BYTES):
        return Outcome.UNREADABLE
    return outcome_of_body(body, protocol)


_DOCUMENT_RECORDS = int(WarcRecordType.response) | int(WarcRecordType.resource) | int(WarcRecordType.conversion)
#: Records that are read beside those that can be documents: who made the archive, and policy files seen again.
_OTHER_RECORDS = int(WarcRecordType.warcinfo) | int(WarcRecordType.revisit)
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
    kept_by: Annotated[
        KeptBy | None, KeyMeaning("Who kept the archives. Without it, their own info records say it, or nobody.")
    ] = None


@dataclass(frozen=True, slots=True)
class WarcFormat(FileFormat):
    """Positions count all records of the file from 0. The fields of a source do not apply: a record names its own
    address and time."""

    kept_by: KeptBy | None = None

    @classmethod
    def of(cls, _fields: Fields, options: WarcOptions) -> Self:
        return cls(options.kept_by)

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        pages = _PagesRead()
        archive = ArchiveFile(file.path, self.kept_by)
        for record in archived_records(file, _DOCUMENT_RECORDS | _OTHER_RECORDS, counter):
            match record:
                case Reject(position=position, detail=detail):
                    yield record
                    yield FileDamage(position, detail)
                case OtherRecord():
                    yield Skipped()
                case ArchivedRecord(kind=WarcRecordType.warcinfo):
                    archive = archive.with_info(record)
                    yield Skipped()
                case ArchivedRecord():
                    yield with_time_counted(_row_of_subject(archive, record, pages), record, counter)


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


def _row_of_subject(archive: ArchiveFile, record: ArchivedRecord, pages: _PagesRead) -> Row:
    address = archived_address(record.url)
    if address.subject is RecordSubject.CRAWLER:
        return Skipped()
    is_rendering = address.subject is RecordSubject.RENDERING or record.kind == WarcRecordType.conversion
    if address.url is None:
        return _row(archive, record)
    if not is_rendering:
        row = _row(archive, record)
        pages.add(address.url, row)
        return row
    if pages.is_settled(address.url):
        return Skipped()
    row = _row(archive, replace(record, url=address.url))
    return replace(row, page=pages.searched(address.url)) if isinstance(row, Document) else row


def _row(archive: ArchiveFile, record: ArchivedRecord) -> Row:
    path, url = archive.path, record.url or ""
    protocol = policy_file_at(url)
    if record.kind == WarcRecordType.revisit:
        return Skipped() if protocol is None else look_at_policy_file(archive, record, protocol)
    if record.block is None:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "warc_record")
    if not record.is_http and (protocol is None or record.kind != WarcRecordType.resource):
        return _row_of_content(path, record, _Content(record.content_type, None, None, record.block, record.losses))
    return _row_of_page(archive, record) if protocol is None else look_at_policy_file(archive, record, protocol)


def _row_of_page(archive: ArchiveFile, record: ArchivedRecord) -> Row:
    response = None if record.block is None else read_response(record.block)
    if response is None:
        return Reject(archive.path, record.position, RejectReason.UNPARSABLE, "http")
    protocol = archive.targets.protocol_at(record.url or "")
    # A web page stays a document, also where a policy file redirects to it, as to a front page in its place.
    if protocol is not None and _media_type(response.media_type or record.identified_type)[0] not in _HTML:
        return look_at_policy_file(archive, record, protocol)
    if response.status != _OK:
        return Reject(archive.path, record.position, RejectReason.HTTP_STATUS, str(response.status))
    return _with_page(archive, record, response, _row_of_response(archive.path, record, response))


def _with_page(archive: ArchiveFile, record: ArchivedRecord, response: HttpResponse, row: Document | Reject) -> Row:
    media_type, _ = _media_type(response.media_type or record.identified_type)
    page = page_of(response.header_lines, media_type, response.body)
    page = replace(page, kept_by=archive.kept_by, archive=archive.info)
    if isinstance(row, Document):
        return replace(row, page=page)
    return RejectedPage(row, page, record.url, record.time.latest, response.status) if page.parts else row


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
        fetched_at=record.time.moment,
        fetched_on=record.time.day,
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
    RowNames.NONE,
)
