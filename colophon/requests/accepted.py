"""Accepted requests of rights holders: as one generation of the record, and what of them waits for a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from colophon.errors import BadArgumentError
from colophon.query.session import Record, SessionQueries
from colophon.record.generations import adding_generation
from colophon.record.manifest import Manifest
from colophon.record.parquet import held_evidence, write_part
from colophon.record.storage import RecordStorage, evidence_path, part_path
from colophon.reservations import REQUEST
from colophon.reservations.observation import Observation
from colophon.reservations.observation_rows import ObservedRows, observation_id
from colophon.reservations.policy import policy_of_json
from colophon.reservations.protocols.request import RequestedName, RequestStanding, request_entry
from colophon.tables import EVIDENCE, OBSERVATIONS, SIGNALS
from colophon.vocabulary import Grade, Outcome, Place

#: What `observations.origin` says of an entry, before the request's own id.
ORIGIN = "accepted request"

_PART = "requests"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DecidedRequest:
    """A rights holder's request that was accepted, or withdrawn after that, at a time with its zone.

    `request_id` leads back to the request as it was filed, which stays outside the record; it names no person.
    """

    request_id: str
    standing: RequestStanding
    decided_at: datetime
    names: tuple[RequestedName, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """The record after requests were added: entries that it did not hold before, and documents that await a run."""

    manifest: Manifest
    entries: int
    awaiting: int


def commit_requests(record: str, requests: Sequence[DecidedRequest], command: str) -> Committed:
    """Add requests to a record as one generation; none is made where it holds them all.

    Raises NotARecordError, BadArgumentError, RecordLockedError, RunUnfinishedError, OutputUnwritableError.
    """
    now = datetime.now(UTC)
    for request in requests:
        _require_valid(request, now)
    with adding_generation(record, SessionQueries()) as addition:
        folder, parent = addition.storage, addition.parent
        rows = _new_rows(folder, parent, requests)
        manifest = parent
        if len(rows):
            generation = addition.generation
            addition.drop_uncommitted()
            write_part(folder, OBSERVATIONS, part_path(OBSERVATIONS, generation, _PART), rows.observations)
            write_part(folder, SIGNALS, part_path(SIGNALS, generation, _PART), rows.signals)
            _write_evidence(folder, generation, rows)
            manifest = addition.commit(command, "", {"requests.entries": len(rows)})
    return Committed(manifest, len(rows), _awaiting(folder, manifest))


def requests_wait(folder: RecordStorage, parent: Manifest) -> bool:
    """Whether requests were accepted or withdrawn that no decision of the newest generation knows of."""
    generations = range(1, parent.generation + 1)
    if not any(folder.exists(part_path(OBSERVATIONS, g, _PART)) for g in generations):
        return False
    return _awaiting(folder, parent) > 0


def _require_valid(request: DecidedRequest, now: datetime) -> None:
    if not _ID.match(request.request_id):
        raise BadArgumentError(
            "request_id", request.request_id, "up to 64 letters, digits, dots, hyphens and underscores"
        )
    if request.decided_at.tzinfo is None or request.decided_at > now:
        expected = f"a time with its zone, not after now, {now.isoformat(timespec='seconds')}"
        raise BadArgumentError("decided_at", request.decided_at.isoformat(), expected)
    if not request.names:
        raise BadArgumentError("names", "", "at least one domain, host, address or text that the request is about")


def _new_rows(folder: RecordStorage, parent: Manifest, requests: Sequence[DecidedRequest]) -> ObservedRows:
    with Record(folder.location, parent) as opened:
        (written,) = opened.sql("SELECT parameters FROM rules WHERE kind = 'policy'").to_pylist()
        known = opened.sql("SELECT observation_id FROM observations WHERE protocol = $protocol", {"protocol": REQUEST})
    held = set(known["observation_id"].to_pylist())
    rows = ObservedRows(policy_of_json(written["parameters"]), None)
    for request in requests:
        origin = f"{ORIGIN} {request.request_id}"
        for entry in _entries(request):
            identity = observation_id(origin, entry.path, entry.position, entry.protocol)
            if identity not in held:
                held.add(identity)
                rows.add(entry, origin, origin)
    return rows


def _entries(request: DecidedRequest) -> Iterator[Observation]:
    """One observation for each name; what it says and the time of the decision name it."""
    for name in request.names:
        entry = request_entry(name, request.standing)
        yield Observation(
            protocol=REQUEST,
            authority=name.authority,
            path=entry.decode(),
            position=(request.decided_at - _EPOCH) // _MICROSECOND,
            outcome=Outcome.OK,
            grade=Grade.ASSERTED,
            place=Place.LIST,
            body=entry,
            observed_at=request.decided_at,
        )


def _write_evidence(folder: RecordStorage, generation: int, rows: ObservedRows) -> None:
    evidence = rows.evidence
    wanted = evidence["evidence_sha256"].to_pylist()
    batches = held_evidence(folder, generation, wanted)
    in_record = {digest for batch in batches for digest in batch.column("evidence_sha256").to_pylist()}
    new = [digest not in in_record for digest in wanted]
    if any(new):
        write_part(folder, EVIDENCE, evidence_path(generation), evidence.filter(new))


def _awaiting(folder: RecordStorage, manifest: Manifest) -> int:
    with Record(folder.location, manifest) as opened:
        (counted,) = opened.sql("SELECT count(*) AS documents FROM awaiting_requests").to_pylist()
    return int(counted["documents"])
