"""Policy files in web archives as observations."""

from __future__ import annotations

from colophon.connectors.documents import Skipped
from colophon.connectors.http_response import HttpResponse
from colophon.connectors.policy_files import (
    MAX_POLICY_BYTES,
    headers_kept,
    leads_to_itself,
    outcome_of_body,
    outcome_of_status,
)
from colophon.connectors.rows import Observation, Reject
from colophon.connectors.warc_records import ArchivedRecord
from colophon.record.addresses import authority_of
from colophon.record.vocabulary import Grade, Outcome, RejectReason, ReservationProtocol


def look_at_policy_file(
    path: str, record: ArchivedRecord, response: HttpResponse, protocol: ReservationProtocol
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
        outcome = _outcome_of_body(response.body, record, protocol)
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


def _outcome_of_body(body: bytes | None, record: ArchivedRecord, protocol: ReservationProtocol) -> Outcome:
    # What stood behind a cut may be the rule that matters.
    if body is None or (record.was_cut and len(body) < MAX_POLICY_BYTES):
        return Outcome.UNREADABLE
    return outcome_of_body(body, protocol)
