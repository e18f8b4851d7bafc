"""Web archives that are read for one kind of policy file."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import WarcRecordType

from colophon.connectors.documents import Row, RowCounter, Skipped
from colophon.connectors.http_response import HttpResponse, read_response
from colophon.connectors.policy_files import is_policy_file
from colophon.connectors.rows import Reject
from colophon.connectors.stored_file import StoredFile
from colophon.connectors.warc_observations import look_at_policy_file
from colophon.connectors.warc_records import ArchivedRecord, OtherRecord, archived_records
from colophon.record.vocabulary import RejectReason, ReservationProtocol


def warc_rows(file: StoredFile, counter: RowCounter, protocol: ReservationProtocol) -> Iterator[Row]:
    """One observation for each response that is a policy file of `protocol`; other records are skipped."""
    for record in archived_records(file, int(WarcRecordType.response), counter):
        if isinstance(record, OtherRecord) or record.url is None or not is_policy_file(record.url, protocol):
            yield Skipped()
        else:
            yield _row(file.path, record, protocol)


def _row(path: str, record: ArchivedRecord, protocol: ReservationProtocol) -> Row:
    if record.block is None:
        return Reject(path, record.position, RejectReason.TOO_LARGE, "warc_record")
    response = read_response(record.block) if record.is_http else None
    if response is None:
        return Reject(path, record.position, RejectReason.UNPARSABLE, "http")
    if protocol is ReservationProtocol.RSL and not _may_be_rsl(response):
        return Skipped()
    return look_at_policy_file(path, record, response, protocol)


def _may_be_rsl(response: HttpResponse) -> bool:
    """An RSL file may lie anywhere, so that only a response that came back as XML is taken for one."""
    media_type = (response.media_type or "").lower()
    return response.status == 200 and ("xml" in media_type or "rsl" in media_type)  # noqa: PLR2004  # HTTP OK
