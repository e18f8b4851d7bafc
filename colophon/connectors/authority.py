"""The authority of a URL: its host, with the port where that is not the scheme's own."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_MAX_HOST = 253


def authority_of(url: str) -> str | None:
    """The authority of an http or https URL in lower case and A-labels (RFC 5891), or None where it has none."""
    parts = split_url(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
        return None
    try:
        host, port = host_name(parts.hostname), parts.port
    except ValueError:
        return None
    if host is None:
        return None
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL, or None where it is none."""
    try:
        return urlsplit(url.strip().strip("<>"))
    except ValueError:
        return None


def host_name(text: str) -> str | None:
    """A host name or IP address in the one way it is written, or None where `text` is none."""
    host = text.lower().removesuffix(".")
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return None
    valid = 0 < len(host) <= _MAX_HOST and all(_LABEL.match(label) for label in host.split("."))
    return host if valid else None
