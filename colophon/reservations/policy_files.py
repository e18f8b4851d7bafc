"""The policy files of hosts: their addresses, and the outcome of an HTTP response to a request for one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, urljoin

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
    """The protocol whose file has the path of this URL; None if there is none. The path is compared as it is, and a
    query makes another address (RFC 9309, section 2.3)."""
    clean = web_url(url)
    if clean is None:
        return None
    return next((protocol for protocol, known in policy_paths().items() if known == clean.path_and_query), None)


def scheme_of_pages(url: str | None, protocol: str) -> str | None:
    """The scheme of the pages for which a file with a fixed path speaks, by the URL that it was requested from (RFC
    9309, section 2.3: a file speaks for its own scheme, host and port). None if it is not known, and for files that may
    have any address, which name the pages themselves."""
    known, clean = PROTOCOLS.get(protocol), None if url is None else web_url(url)
    if known is None or clean is None or policy_file_at(clean.url) not in {known.host_file, known.pointer_file}:
        return None
    return clean.scheme


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


#: The statuses by which a response names another place of the file (RFC 9110, section 15.4).
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What a conditional request gets for a file that has not changed.
PARTIAL_CONTENT = 206
NOT_MODIFIED = 304
TOO_MANY_REQUESTS = 429
#: The outcomes of classes of statuses (RFC 9110, section 15), and of all others.
_OUTCOMES_OF_CLASSES = {2: Outcome.OK, 4: Outcome.ABSENT, 5: Outcome.SERVER_ERROR}
_NO_CLASS = Outcome.UNREADABLE


#: Signs that stay as they are in an address (RFC 3986, 2.2 and 2.4).
_OF_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)


def redirect_target(url: str, location: str | None) -> str | None:
    """The address to which a response redirects, in the form in which addresses are stored; None if it names none of
    the web."""
    if location is None:
        return None
    try:
        # What clients ask for: a header may hold spaces and letters that no address does.
        target = web_url(_without_dots(urljoin(url, quote(location.strip(), safe=_OF_ADDRESSES))))
    except ValueError:
        return None
    # Equal whatever the case of the digits (RFC 3986, 6.2.2.1).
    return None if target is None else _ESCAPE.sub(lambda escape: escape[0].upper(), target.url)


def _without_dots(url: str) -> str:
    """The address without `.` and `..` in its path, which joining leaves where a location is absolute."""
    address, question, query = url.partition("?")
    begin = address.find("/", address.find("//") + 2)
    path = address[begin:] if begin > 0 else ""
    has_dots = "/." in path and not path.startswith("//")
    return f"{urljoin(address, path)}{question}{query}" if has_dots else url


def look_address(url: str) -> str | None:
    """The address of a look in the form in which redirects name it; None if it is none of the web."""
    return redirect_target(url, url)


def outcome_of_status(status: int, protocol: str) -> Outcome:
    """The outcome for an HTTP status (RFC 9309, section 2.3.1): *absent* for 4xx, a server error for 5xx and for 429,
    which asks the client to retry later. The outcome of 401 and 403 depends on the protocol. Redirects and 304 lead to
    other looks; a part of the file (206), as any other status, is *unreadable*: what is missing may be the rule that
    matters."""
    if status in _REFUSALS:
        return _file_of(protocol).refused
    if status == NOT_MODIFIED:
        return Outcome.UNCHANGED
    if status == PARTIAL_CONTENT:
        return Outcome.UNREADABLE
    if status in REDIRECTS:
        return Outcome.REDIRECTED
    return Outcome.SERVER_ERROR if status == TOO_MANY_REQUESTS else _OUTCOMES_OF_CLASSES.get(status // 100, _NO_CLASS)


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
