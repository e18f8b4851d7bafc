"""Looks at policy files that somebody wrote down as rows: url, fetched_at, status, body and, if kept, headers."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping

from colophon.connectors.files.compression import Compression
from colophon.connectors.files.lines import lines
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import Row, RowCounter, Skipped
from colophon.connectors.formats.field_values import Absent
from colophon.connectors.formats.jsonl import ObjectParser, Problem
from colophon.connectors.formats.parquet import table_batches
from colophon.connectors.rows import MAX_ROW_BYTES, Reject
from colophon.connectors.signals.signal_files import SignalFiles
from colophon.connectors.web.http_body import is_shorter_than_stated
from colophon.connectors.web.redirect_targets import RedirectTargets
from colophon.reservations.observation import LookReference, Observation
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    headers_kept,
    is_policy_file,
    look_address,
    outcome_of_body,
    outcome_of_status,
    redirect_target,
)
from colophon.urls import web_url
from colophon.vocabulary import Grade, Outcome, RejectReason

_COLUMNS = ("url", "fetched_at", "status", "body", "headers")
_STATUSES = range(100, 1000)
#: `404`, `404.0`, `404 Not Found`, `HTTP/1.1 404 Not Found`.
_WRITTEN_STATUS = re.compile(r"\s*(?:HTTP/\d(?:\.\d)?\s+)?(\d{3})(?:\.0+)?(?:\s.*)?", re.IGNORECASE | re.DOTALL)


def json_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """One observation for each line."""
    rows = _LookRows(file.path, signals, counter)
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
            yield rows.look(parsed.value, position)


def table_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """One observation for each row of a Parquet file."""
    rows = _LookRows(file.path, signals, counter)
    for batch in table_batches(file, _COLUMNS):
        if isinstance(batch, Reject):
            counter.met()
            yield batch
            continue
        for position, row in enumerate(batch.rows, batch.first_row):
            counter.met()
            yield rows.look(row.value, position)


class _LookRows:
    """Reads the rows of one file as looks."""

    def __init__(self, path: str, signals: SignalFiles, counter: RowCounter) -> None:
        self._path, self._signals, self._counter = path, signals, counter
        self._targets = RedirectTargets()

    def look(self, value: Callable[[str], object], position: int) -> Observation | Reject:
        """The look that a row describes. An address without a policy file is one only where a row before it redirected
        there: what stands elsewhere does not speak for the host."""
        url, protocol = value("url"), self._signals.protocol
        if not isinstance(url, str):
            return self._reject(position, RejectReason.FIELD_MISSING, "url")
        clean = web_url(url)
        if clean is None or clean.authority is None:
            return self._reject(position, RejectReason.UNPARSABLE, "authority")
        is_policy = is_policy_file(clean.url, protocol)
        if not is_policy and self._targets.protocol_at(clean.url) != protocol:
            return self._reject(position, RejectReason.UNPARSABLE, "policy_address")
        try:
            clean.url.encode()
            body = _body(value("body"))
        except UnicodeEncodeError:
            return self._reject(position, RejectReason.ENCODING, "lone_surrogate")
        status, headers = _status(value("status")), _headers(value("headers"))
        if isinstance(status, Problem):
            return self._reject(position, status.reason, status.detail)
        address = look_address(clean.url) or clean.url
        outcome, refers_to = _answer(address, status, body, headers, protocol)
        look = Observation(
            protocol=protocol,
            authority=clean.authority if is_policy else None,
            path=self._path,
            position=position,
            outcome=outcome,
            grade=Grade.ASSERTED,
            body=None if body is None or outcome.leads_elsewhere else body[:MAX_POLICY_BYTES],
            requested_url=address,
            observed_at=self._signals.time_of_look("fetched_at", value("fetched_at"), self._counter),
            http_status=status,
            headers_kept=headers_kept(headers),
            kept_by=self._signals.kept_by,
            refers_to=refers_to,
        )
        self._targets.add(look)
        return look

    def _reject(self, position: int, reason: RejectReason, detail: str) -> Reject:
        return Reject(self._path, position, reason, detail)


def _status(value: object) -> int | Problem | None:
    """The status of a response, a whole number or as its first line has it; None where nothing is stated. What says
    something else is a problem: the body may be that of an error page."""
    if value is None or value is Absent.ABSENT or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and (found := _WRITTEN_STATUS.fullmatch(value)):
        value = int(found[1])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _STATUSES:
        return Problem(RejectReason.UNPARSABLE, "status")
    return value


def _body(value: object) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else None


def _answer(
    url: str, status: int | None, body: bytes | None, headers: Mapping[str, str], protocol: str
) -> tuple[Outcome, LookReference | None]:
    """The outcome, and the look that has the content where this one has none."""
    if status is None and body is None:
        return Outcome.UNREACHABLE, None
    outcome = Outcome.OK if status is None else outcome_of_status(status, protocol)
    if outcome is Outcome.REDIRECTED:
        location = next((text for name, text in headers.items() if name.lower() == "location"), None)
        target = redirect_target(url, location)
        # Without the headers, nobody knows where it led.
        is_broken = location is not None and target is None
        return Outcome.UNREADABLE if is_broken else outcome, None if target is None else LookReference(target)
    if outcome is Outcome.UNCHANGED:
        return outcome, LookReference(url)
    if outcome is not Outcome.OK:
        return outcome, None
    # A success whose body was not kept, or not all of it: nobody knows what it said.
    return (Outcome.UNREADABLE if body is None or _is_cut(body, headers) else outcome_of_body(body, protocol)), None


def _is_cut(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the body ends before its stated length and before what has to be read of it. Text in a table may have
    lost its carriage returns and its byte order mark."""
    longest = codecs.BOM_UTF8 + body.replace(b"\n", b"\r\n")
    names = {name.lower(): text for name, text in headers.items()}
    return len(body) < MAX_POLICY_BYTES and is_shorter_than_stated(longest, names)


def _headers(value: object) -> Mapping[str, str]:
    """The headers of a response: an object, of texts, numbers or lists of these, a list of names with their values, or
    the lines as they were sent; an object or list may be written as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = [line.partition(":")[::2] for line in str(value).splitlines() if ":" in line]
    pairs = value.items() if isinstance(value, dict) else map(_pair, value) if isinstance(value, list) else ()
    texts = ((name, _header_text(text)) for name, text in pairs)
    return {name.strip(): text.strip() for name, text in texts if isinstance(name, str) and text is not None}


def _pair(written: object) -> tuple[object, object]:
    match written:
        case {"name": name, "value": value}:
            return name, value
        case [name, value]:
            return name, value
    return None, None


def _header_text(value: object) -> str | None:
    # Of a header that was sent several times the last counts, as in archives.
    sent = reversed(value) if isinstance(value, list) else (value,)
    texts = (str(text) for text in sent if isinstance(text, str | int) and not isinstance(text, bool))
    return next(texts, None)
