"""Looks at policy files that somebody wrote down as rows: url, fetched_at, status, body and, if kept, headers."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping

from colophon.connectors.files.compression import Compression
from colophon.connectors.files.lines import lines
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import Absent, Row, RowCounter, Skipped
from colophon.connectors.formats.jsonl import ObjectParser, Problem
from colophon.connectors.formats.parquet import table_batches
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.connectors.times import moment
from colophon.reservations.observation import Observation
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    headers_kept,
    leads_to_itself,
    outcome_of_body,
    outcome_of_status,
)
from colophon.urls import authority_of
from colophon.vocabulary import Grade, Outcome, RejectReason

_COLUMNS = ("url", "fetched_at", "status", "body", "headers")
_STATUSES = range(100, 1000)


def json_rows(file: StoredFile, counter: RowCounter, protocol: str, fetched_at: str | None) -> Iterator[Row]:
    """One observation for each line; `fetched_at` is the time of those that give none."""
    plain = file.compression is Compression.NONE
    parser = ObjectParser(_COLUMNS)
    for number, line in enumerate(lines(file.content(), MAX_ROW_BYTES)):
        counter.met()
        position = line.offset if plain else number
        if line.content is None:
            yield Reject(file.path, position, RejectReason.TOO_LARGE, "line")
            continue
        content = line.content.removeprefix(codecs.BOM_UTF8) if line.offset == 0 else line.content
        if not content.strip():
            yield Skipped()
            continue
        parsed = parser.parse(content)
        if isinstance(parsed, Problem):
            yield Reject(file.path, position, parsed.reason, parsed.detail)
        else:
            yield _observation(parsed.value, file.path, position, protocol, fetched_at)


def table_rows(file: StoredFile, counter: RowCounter, protocol: str, fetched_at: str | None) -> Iterator[Row]:
    """One observation for each row of a Parquet file; `fetched_at` is the time of those that give none."""
    for batch in table_batches(file, _COLUMNS):
        if isinstance(batch, Reject):
            counter.met()
            yield batch
            continue
        for position, row in enumerate(batch.rows, batch.first_row):
            counter.met()
            yield _observation(row.value, file.path, position, protocol, fetched_at)


def _observation(
    value: Callable[[str], object], path: str, position: int, protocol: str, fetched_at: str | None
) -> Observation | Reject | Skipped:
    url = value("url")
    if not isinstance(url, str):
        return Reject(path, position, RejectReason.FIELD_MISSING, "url")
    authority = authority_of(url)
    if authority is None:
        return Reject(path, position, RejectReason.UNPARSABLE, "authority")
    status = _status(value("status"))
    headers = _headers(value("headers"))
    location = next((text for name, text in headers.items() if name.lower() == "location"), None)
    if status is not None and leads_to_itself(url, status, location, protocol):
        return Skipped()
    try:
        url.encode()
        body = _body(value("body"))
    except UnicodeEncodeError:
        return Reject(path, position, RejectReason.ENCODING, "lone_surrogate")
    return Observation(
        protocol=protocol,
        authority=authority,
        path=path,
        position=position,
        outcome=_outcome(status, body, protocol),
        grade=Grade.THIRD_PARTY,
        body=None if body is None else body[:MAX_POLICY_BYTES],
        requested_url=url,
        observed_at=moment(value("fetched_at")) or moment(fetched_at),
        http_status=status,
        headers_kept=headers_kept(headers),
    )


def _status(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:4])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    usable = isinstance(value, int) and not isinstance(value, bool) and value in _STATUSES
    return value if usable and isinstance(value, int) else None


def _body(value: object) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else None


def _outcome(status: int | None, body: bytes | None, protocol: str) -> Outcome:
    if status is None and body is None:
        return Outcome.UNREACHABLE
    outcome = Outcome.OK if status is None else outcome_of_status(status, protocol)
    if outcome is not Outcome.OK:
        return outcome
    # A success whose body was not kept: nobody knows what it said.
    return Outcome.UNREADABLE if body is None else outcome_of_body(body, protocol)


def _headers(value: object) -> Mapping[str, str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    if value is Absent.ABSENT or not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(name, str) and isinstance(text, str)}
