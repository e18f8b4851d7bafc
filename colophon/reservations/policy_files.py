"""The policy files of hosts: their addresses, and the outcome of an HTTP response to a request for one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import urljoin

from colophon.reservations import PROTOCOLS
from colophon.reservations.reservation_protocol import PolicyFile
from colophon.urls import web_url
from colophon.vocabulary import Outcome

_REFUSALS = frozenset({401, 403})

#: Bytes of a policy file that are read: the minimum that RFC 9309, section 2.5, requires.
MAX_POLICY_BYTES = 500 * 2**10

#: The response headers that determine how a body is read, and whether it has changed.
_HEADERS_OF_ANY_FILE = frozenset({"cache-control", "content-type", "etag", "last-modified", "location"})
_MAX_HEADER = 4_096

_BEGINNING = 1_000
#: Every part takes what it can and gives nothing back, so that the time is linear in the size of the beginning.
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?+\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|title)\b",
    re.IGNORECASE | re.DOTALL,
)


@cache
def policy_paths() -> Mapping[str, str]:
    """The fixed path of the file of each protocol that has one, by protocol name in the order of the registry."""
    files = {name: protocol.file for name, protocol in PROTOCOLS.items()}
    return {name: file.path for name, file in files.items() if file is not None and file.path is not None}


@cache
def signal_keys() -> Mapping[str, str]:
    """The keys of the block `signals` of a source, each with the protocol whose observations its files contain.

    Protocols whose file has its path on every host come first: the order numbers the shards of a record.
    """
    known = sorted(PROTOCOLS.values(), key=lambda protocol: protocol.name not in policy_paths())
    return {protocol.signals_key: protocol.name for protocol in known if protocol.signals_key is not None}


def policy_file_at(url: str) -> str | None:
    """The protocol whose file has the path of this URL; None if there is none."""
    clean = web_url(url)
    if clean is None:
        return None
    path = clean.path_and_query.partition("?")[0]
    return next((protocol for protocol, known in policy_paths().items() if known == path), None)


def is_policy_file(url: str, protocol: str) -> bool:
    """Whether a file of the protocol can be located at a URL."""
    file = _file_of(protocol)
    if file.path is None:
        return web_url(url) is not None
    return policy_file_at(url) == protocol


#: Used for a protocol that this version does not know, or that has no file.
_NO_FILE = PolicyFile("")


def _file_of(protocol: str) -> PolicyFile:
    known = PROTOCOLS.get(protocol)
    return _NO_FILE if known is None or known.file is None else known.file


def leads_to_itself(url: str, status: int, location: str | None, protocol: str) -> bool:
    """Whether a response only redirects to the same file of the same host by another scheme or spelling. The content
    then belongs to the observation of the target."""
    if not 300 <= status < 400 or location is None:  # noqa: PLR2004  # redirection in RFC 9110
        return False
    here = web_url(url)
    try:
        there = web_url(urljoin(url, location))
    except ValueError:
        return False
    if here is None or there is None or here.authority != there.authority or here.url == there.url:
        return False
    return policy_file_at(there.url) == protocol


def outcome_of_status(status: int, protocol: str) -> Outcome:
    """The outcome for an HTTP status (RFC 9309, section 2.3.1): *absent* for 4xx, a server error for 5xx and for 429,
    which asks the client to retry later. The outcome of 401 and 403 depends on the protocol. A redirect whose target is
    not in the input is *unreadable*."""
    if 200 <= status < 300:  # noqa: PLR2004  # classes of RFC 9110
        return Outcome.OK
    if status == 429 or 500 <= status < 600:  # noqa: PLR2004
        return Outcome.SERVER_ERROR
    if status in _REFUSALS:
        return _file_of(protocol).refused
    if 400 <= status < 500:  # noqa: PLR2004
        return Outcome.ABSENT
    return Outcome.UNREADABLE


def outcome_of_body(body: bytes, protocol: str) -> Outcome:
    """*OK*, or the reason why the body of a successful response is not a file of the protocol."""
    file = _file_of(protocol)
    if len(body) > MAX_POLICY_BYTES and file.too_long is not Outcome.OK:
        return file.too_long
    return file.outcome(body)


def is_web_page(body: bytes) -> bool:
    """Whether a body is a web page; some hosts send one with status 200 instead of a missing file."""
    return _WEB_PAGE.match(body[:_BEGINNING]) is not None


def may_be_policy_file(status: int, media_type: str | None, protocol: str) -> bool:
    """Whether a response from a possible address of a file of the protocol is treated as such a file."""
    known = _file_of(protocol).media_types
    return not known or (status == 200 and any(text in (media_type or "").lower() for text in known))  # noqa: PLR2004  # HTTP OK


@cache
def _kept_headers() -> frozenset[str]:
    declared = (header.name for protocol in PROTOCOLS.values() for header in protocol.page_headers)
    return _HEADERS_OF_ANY_FILE.union(declared)


def headers_kept(headers: Mapping[str, str]) -> str | None:
    """The headers that are relevant to a policy file, as JSON, or None if there are none."""
    relevant = {name.lower(): value[:_MAX_HEADER] for name, value in headers.items() if name.lower() in _kept_headers()}
    return json.dumps(relevant, sort_keys=True, separators=(",", ":")) if relevant else None


def headers_updated(earlier: Mapping[str, str], newer: str | None) -> str | None:
    """Headers of an earlier observation, updated by those of a 304 response (RFC 9111, section 3.2)."""
    return headers_kept({**earlier, **({} if newer is None else json.loads(newer))})
