"""Files in which a host states its policy, and what a look at one of them says."""

from __future__ import annotations

import json
from collections.abc import Mapping

from colophon.connectors.authority import split_url
from colophon.record.vocabulary import Outcome, ReservationProtocol

#: Where the file of a protocol lies on every host (RFC 9309; TDMRep 5; Spawning ai.txt). RSL has no fixed place.
POLICY_PATHS: Mapping[ReservationProtocol, str] = {
    ReservationProtocol.ROBOTS: "/robots.txt",
    ReservationProtocol.TDMREP: "/.well-known/tdmrep.json",
    ReservationProtocol.AI_TXT: "/ai.txt",
}

_ANYWHERE = frozenset({ReservationProtocol.RSL, ReservationProtocol.TERMS})

#: Bytes of a policy file that are read: what RFC 9309, section 2.5, asks for at least.
MAX_POLICY_BYTES = 500 * 2**10

# The response headers that carry reservations, or decide how the body is read.
_KEPT_HEADERS = frozenset({
    "cache-control",
    "content-signal",
    "content-type",
    "content-usage",
    "last-modified",
    "link",
    "location",
    "tdm-policy",
    "tdm-reservation",
    "x-robots-tag",
})  # fmt: skip
_MAX_HEADER = 4_096


def is_policy_file(url: str, protocol: ReservationProtocol) -> bool:
    """Whether a URL is the place of the protocol's file; for RSL and terms any place may be."""
    parts = split_url(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        return False
    return protocol in _ANYWHERE or parts.path == POLICY_PATHS.get(protocol)


def outcome_of_status(status: int) -> Outcome:
    """What a status says about a policy file (RFC 9309, section 2.3.1): 4xx is absent, 5xx an error of the server, and
    so is 429, which asks to come back later. A redirect that leads out of the input leaves the file unread."""
    if 200 <= status < 300:  # noqa: PLR2004  # classes of RFC 9110
        return Outcome.OK
    if status == 429 or 500 <= status < 600:  # noqa: PLR2004
        return Outcome.SERVER_ERROR
    if 400 <= status < 500:  # noqa: PLR2004
        return Outcome.ABSENT
    return Outcome.UNREADABLE


def outcome_of_body(body: bytes, protocol: ReservationProtocol) -> Outcome:
    """OK, or too large: the beginning of a robots.txt is a robots.txt, that of another file means nothing."""
    too_large = len(body) > MAX_POLICY_BYTES and protocol is not ReservationProtocol.ROBOTS
    return Outcome.TOO_LARGE if too_large else Outcome.OK


def headers_kept(headers: Mapping[str, str]) -> str | None:
    """The headers that matter to a policy, as JSON, or None where there is none."""
    kept = {name.lower(): value[:_MAX_HEADER] for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else None
