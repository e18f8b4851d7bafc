"""Policy files in web archives as observations."""

from __future__ import annotations

from colophon.connectors.http_response import HttpResponse
from colophon.connectors.policy_files import MAX_POLICY_BYTES, headers_kept, outcome_of_body, outcome_of_status
from colophon.connectors.rows import Observation
from colophon.connectors.warc_records import ArchivedRecord
from colophon.record.addresses import authority_of
from colophon.record.vocabulary import Grade, Outcome, ReservationProtocol


def observation_of(
    path: str, record: ArchivedRecord, response: HttpResponse, protocol: ReservationProtocol, grade: Grade
) -> Observation | None:
    """The observation that an archived response is, or None where its address has no authority."""
    authority = None if record.url is None else authority_of(record.url)
    if authority is None:
        return None
    outcome = outcome_of_status(response.status, protocol)
    if outcome is Outcome.OK:
        outcome = Outcome.UNREADABLE if response.body is None else outcome_of_body(response.body, protocol)
    return Observation(
        protocol=protocol,
        authority=authority,
        path=path,
        position=record.position,
        outcome=outcome,
        grade=grade,
        body=None if response.body is None else response.body[:MAX_POLICY_BYTES],
        requested_url=record.url,
        observed_at=record.date,
        http_status=response.status,
        headers_kept=headers_kept(response.headers),
    )
