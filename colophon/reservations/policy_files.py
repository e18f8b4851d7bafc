"""Files in which a host states its policy, and what a look at one of them says."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import urljoin

from defusedxml import ElementTree

from colophon.urls import web_url
from colophon.vocabulary import Outcome

#: Where the file of a protocol lies on every host (RFC 9309; TDMRep 5; Spawning ai.txt). RSL has no fixed place.
POLICY_PATHS: Mapping[str, str] = {
    "robots": "/robots.txt",
    "tdmrep": "/.well-known/tdmrep.json",
    "ai_txt": "/ai.txt",
}

_ANYWHERE = frozenset({"rsl", "terms"})

_REFUSALS = frozenset({401, 403})

#: Bytes of a policy file that are read: what RFC 9309, section 2.5, asks for at least.
MAX_POLICY_BYTES = 500 * 2**10

# The response headers that carry reservations, or decide how the body is read.
_KEPT_HEADERS = frozenset({
    "cache-control",
    "content-signal",
    "content-type",
    "content-usage",
    "etag",
    "last-modified",
    "link",
    "location",
    "tdm-policy",
    "tdm-reservation",
    "x-robots-tag",
})  # fmt: skip
_MAX_HEADER = 4_096

_BEGINNING = 1_000
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AGENT = re.compile(rb"user.?agent", re.IGNORECASE)
_RESERVATION = "tdm-reservation"


def is_policy_file(url: str, protocol: str) -> bool:
    """Whether a URL is the place of the protocol's file; for RSL and terms any place may be."""
    clean = web_url(url)
    if clean is None:
        return False
    return protocol in _ANYWHERE or clean.path_and_query.partition("?")[0] == POLICY_PATHS.get(protocol)


def leads_to_itself(url: str, status: int, location: str | None, protocol: str) -> bool:
    """Whether an answer only leads to the same file of the same host by another scheme or spelling: what that says
    comes with the look it leads to."""
    if not 300 <= status < 400 or location is None:  # noqa: PLR2004  # redirection in RFC 9110
        return False
    here = web_url(url)
    try:
        there = web_url(urljoin(url, location))
    except ValueError:
        return False
    if here is None or there is None or here.authority != there.authority or here.url == there.url:
        return False
    return is_policy_file(there.url, protocol) and protocol not in _ANYWHERE


def outcome_of_status(status: int, protocol: str) -> Outcome:
    """What a status says about a policy file (RFC 9309, section 2.3.1): 4xx is absent, 5xx an error of the server, and
    so is 429, which asks to come back later. Beside robots.txt, which that standard opens to everybody who is refused
    it, a refusal is no absence. A redirect that leads out of the input leaves the file unread."""
    if 200 <= status < 300:  # noqa: PLR2004  # classes of RFC 9110
        return Outcome.OK
    if status == 429 or 500 <= status < 600:  # noqa: PLR2004
        return Outcome.SERVER_ERROR
    if status in _REFUSALS and protocol != "robots":
        return Outcome.REFUSED
    if 400 <= status < 500:  # noqa: PLR2004
        return Outcome.ABSENT
    return Outcome.UNREADABLE


def outcome_of_body(body: bytes, protocol: str) -> Outcome:
    """OK, or why the bytes of a success are no file of the protocol.

    The beginning of a robots.txt is a robots.txt, that of another file means nothing. A web page in the place of a
    `tdmrep.json` or `ai.txt`, as hosts send it that know no missing file, is none: by TDMRep such a host does not
    implement it. Other bytes that are no JSON, XML or text are a file that went wrong, and so is a robots.txt in
    another encoding than UTF-8, which has no line that can be read, or a `tdmrep.json` with its rules elsewhere than
    in the array.
    """
    if len(body) > MAX_POLICY_BYTES and protocol != "robots":
        return Outcome.TOO_LARGE
    if protocol in {"tdmrep", "ai_txt"} and _WEB_PAGE.match(body[:_BEGINNING]):
        return Outcome.ABSENT
    is_readable = _READABLE.get(protocol)
    return Outcome.OK if is_readable is None or is_readable(body) else Outcome.UNREADABLE


def _is_robots_txt(body: bytes) -> bool:
    """Whether bytes are text with single octets for ASCII; a NUL octet here and there spoils but its line."""
    return not body.startswith(_WIDE) and (b"\0" not in body or _AGENT.search(body) is not None)


def _is_list_of_rules(body: bytes) -> bool:
    """Whether bytes are JSON whose reservations, if there are any, stand where rules have them."""
    try:
        content = json.loads(body)
        is_told = f'"{_RESERVATION}"' in json.dumps(content)
    except (ValueError, RecursionError):
        return False
    entries = content if isinstance(content, list) else [content]
    has_rules = any(isinstance(entry, dict) and _RESERVATION in entry for entry in entries)
    return isinstance(content, list | dict) and (has_rules or not is_told)


def _is_license_document(body: bytes) -> bool:
    """Whether bytes are XML that holds licences, declares no entities and fetches nothing."""
    try:
        root = ElementTree.fromstring(body.lstrip())
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    return root.tag == "rsl" or any("rslstandard.org/rsl" in element.tag for element in root.iter())


def _is_text(body: bytes) -> bool:
    return b"\0" not in body and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{", b"["))


_READABLE: Mapping[str, Callable[[bytes], bool]] = {
    "robots": _is_robots_txt,
    "tdmrep": _is_list_of_rules,
    "rsl": _is_license_document,
    "ai_txt": _is_text,
}


def headers_kept(headers: Mapping[str, str]) -> str | None:
    """The headers that matter to a policy, as JSON, or None where there is none."""
    kept = {name.lower(): value[:_MAX_HEADER] for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else None


def headers_updated(earlier: Mapping[str, str], kept: str | None) -> str | None:
    """Headers of an earlier look, updated by those kept of an answer that the file is unchanged (RFC 9111, 3.2)."""
    return headers_kept({**earlier, **({} if kept is None else json.loads(kept))})
