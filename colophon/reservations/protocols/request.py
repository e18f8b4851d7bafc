"""Requests of rights holders that were accepted: what they name may not be trained on, whenever it was fetched.

An entry is one line of text, `domain example.org 1`: what it names, the name, and 1 where the request was accepted or 0
where it was withdrawn. A request binds under every policy and at every moment, also one before it was made, until it is
withdrawn; a withdrawal permits nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from colophon.errors import BadArgumentError
from colophon.reservations import REQUEST
from colophon.reservations.protocols.registry import read_entry
from colophon.reservations.reservation_protocol import HostFile, ProtocolCarrier, Reading, ReservationProtocol
from colophon.urls import authority_of, host_name, web_url
from colophon.vocabulary import VerdictState


class Requested(StrEnum):
    """What an entry names: a domain with all hosts below it, one host, addresses by their beginning, or a text."""

    DOMAIN = "domain"
    AUTHORITY = "authority"
    URL_PREFIX = "url_prefix"
    CONTENT = "sha256"


class RequestStanding(StrEnum):
    """Whether a request binds, as entries write it."""

    ACCEPTED = "1"
    WITHDRAWN = "0"


@dataclass(frozen=True, slots=True)
class RequestedName:
    """A name in the one way it is written; of addresses host and path, whatever their scheme."""

    kind: Requested
    name: str

    @property
    def authority(self) -> str | None:
        """The host that is named; None for a text."""
        return None if self.kind is Requested.CONTENT else self.name.partition("/")[0]


_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_STATES: dict[str, VerdictState] = {
    RequestStanding.ACCEPTED: VerdictState.RESERVED,
    RequestStanding.WITHDRAWN: VerdictState.SILENT,
}


def requested_name(kind: Requested, text: str) -> RequestedName:
    """A name as somebody wrote it. `text` of a content id is the one that the record holds, keyed where that is.

    Raises BadArgumentError for what is no such name.
    """
    written = text.strip()
    name: str | None
    if kind is Requested.DOMAIN:
        name, expected = host_name(written.removeprefix("*.")), "a domain such as example.org"
    elif kind is Requested.AUTHORITY:
        # Ports of the web's own schemes are not written.
        scheme = "https" if written.endswith(":443") else "http"
        name = authority_of(f"{scheme}://{written}") if not set("/?#@") & set(written) else None
        expected = "a host such as www.example.org, with its port where it has its own"
    elif kind is Requested.URL_PREFIX:
        clean = web_url(written)
        name = None if clean is None else f"{clean.authority}{clean.path_and_query}"
        expected = "an address such as https://example.org/books/"
    else:
        name = written.lower() if _SHA256.match(written.lower()) else None
        expected = "the SHA-256 of a text, 64 hexadecimal digits"
    if name is None or not name.isprintable() or " " in name:
        raise BadArgumentError(kind, text, expected)
    return RequestedName(kind, name)


def request_entry(name: RequestedName, standing: RequestStanding) -> bytes:
    """The line that stands for a name in the evidence of a record."""
    return f"{name.kind} {name.name} {standing}".encode()


def _read(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_entry(file, Requested, _STATES)


PROTOCOL = ReservationProtocol(
    name=REQUEST,
    version="1",
    specification="accepted requests of rights holders",
    specification_date="2026-11",
    label="requests of rights holders",
    carrier=ProtocolCarrier.LIST,
    read_host_file=_read,
)
