"""Addresses of places: a URL as it is stored, its authority, and the one way in which a host is written.

The authority joins documents with the looks at their hosts, so whatever names a host is written by this module.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import idna

# RFC 3986, appendix B, with the scheme required and the fragment left out.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(?://([^/?#]*))?([^?#]*)(\?[^#]*)?", re.DOTALL)
_PORT = re.compile(r":([0-9]*)\Z")
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%]")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}

# What such a URL holds is content or a person's address, not the place of a document.
_NOT_A_PLACE = frozenset({"about", "blob", "data", "javascript", "mailto", "sip", "sips", "sms", "tel", "xmpp"})
_NEEDS_HOST = frozenset(_DEFAULT_PORTS)
_MAX_HOST = 253
_MAX_WRITTEN_HOST = 9 * _MAX_HOST  # three bytes a character, each as %XX; longer input is not worth decoding
_MAX_LABEL = 63
_MAX_PORT = 65_535
#: A label of a name that a person wrote, rather than one that was fetched from.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class CleanUrl:
    """A URL without userinfo and fragment. `authority` is null where the scheme has none (urn, file).

    `path_and_query` is what a robots.txt rule is matched against: at least "/".
    """

    url: str
    scheme: str
    authority: str | None
    path_and_query: str


def clean_url(url: str) -> CleanUrl | None:
    """The URL as it may be stored, or None where it is no absolute URL of a place.

    Userinfo, fragment, a final dot of the host, the scheme's own port and white space around the whole are removed;
    scheme and host are lower-cased, and the host is in A-labels (RFC 5891, mapped by UTS 46). Path and query stay as
    they are, byte for byte.
    """
    parts = _URL.match(url.strip())
    if parts is None:
        return None
    scheme, netloc, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    if scheme in _NOT_A_PLACE:
        return None
    path_and_query = (path or "/") + query
    if not netloc:
        if scheme in _NEEDS_HOST:
            return None
        slashes = "" if netloc is None else "//"
        return CleanUrl(f"{scheme}:{slashes}{path}{query}", scheme, None, path_and_query)
    authority = _authority(netloc, scheme)
    if authority is None:
        return None
    return CleanUrl(f"{scheme}://{authority}{path}{query}", scheme, authority, path_and_query)


def web_url(url: str) -> CleanUrl | None:
    """An http or https URL as `clean_url` gives it, or None where it is none.

    Pointed brackets around it, as old web archives write them, are no part of it.
    """
    clean = clean_url(url.strip().strip("<>"))
    return clean if clean is not None and clean.scheme in _WEB else None


def authority_of(url: str) -> str | None:
    """The authority of an http or https URL, or None where it has none."""
    clean = web_url(url)
    return None if clean is None else clean.authority


def host_name(text: str) -> str | None:
    """A host name or an IP address, without brackets, in the one way it is written, or None where `text` is none."""
    if ":" in text:
        return _ip_literal(f"[{text}]")
    name = None if "%" in text else _host_name(text)
    return name if name is not None and all(_LABEL.match(label) for label in name.split(".")) else None


@lru_cache(maxsize=65_536)
def _authority(netloc: str, scheme: str) -> str | None:
    host_and_port = netloc.rpartition("@")[2]
    port = None
    if found := _PORT.search(host_and_port):
        host_and_port = host_and_port[: found.start()]
        port = int(found[1][:8]) if found[1] else None
    host = _ip_literal(host_and_port) if host_and_port.startswith("[") else _host_name(host_and_port)
    if host is None or (port is not None and port > _MAX_PORT):
        return None
    return host if port is None or port == _DEFAULT_PORTS.get(scheme) else f"{host}:{port}"


def _ip_literal(text: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return f"[{address.compressed}]" if text.endswith("]") and address.scope_id is None else None


def _host_name(text: str) -> str | None:
    if len(text) > _MAX_WRITTEN_HOST:
        return None
    try:
        name = unquote(text, errors="strict") if "%" in text else text
        name = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_HOST or not all(0 < len(label) <= _MAX_LABEL for label in labels):
        return None
    return None if _FORBIDDEN_IN_HOST.search(name) else name
