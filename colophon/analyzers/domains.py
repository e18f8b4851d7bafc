"""The address of a document: the URL as it is stored, its authority and its registered domain."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import json
import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote

import idna
import pyarrow as pa
import tldextract

from colophon.analyzers import Rule
from colophon.record.errors import ConfigurationError, InputUnreadableError

#: The Public Suffix List that travels with the program (data/public_suffix_list.ORIGIN.md).
PINNED_LIST = Path(__file__).with_name("data") / "public_suffix_list.dat"

_COLUMNS = pa.schema([
    pa.field("url", pa.string()),
    pa.field("authority", pa.string()),
    pa.field("registered_domain", pa.string()),
    pa.field("site_domain", pa.string()),
])  # fmt: skip

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


@dataclass(frozen=True, slots=True)
class CleanUrl:
    """A URL without userinfo and fragment. `authority` is null where the scheme has none (urn, file).

    `path_and_query` is what a robots.txt rule is matched against: at least "/".
    """

    url: str
    scheme: str
    authority: str | None
    path_and_query: str


@dataclass(frozen=True)
class Domains:
    """Cleans the URL of each row and names its authority, its registered domain and its site.

    `registered_domain` follows the ICANN part of the Public Suffix List, `site_domain` the whole list. Both are null
    for IP addresses, single labels and public suffixes themselves. A last label unknown to the list
    is a suffix.

    `psl` is another list than the pinned one.

    Raises InputUnreadableError for a list that cannot be read, ConfigurationError for a file that is none.
    """

    psl: Path | None = None

    @property
    def rule(self) -> Rule:
        parameters = {"idna": version("idna"), "tldextract": version("tldextract")}
        return Rule(
            "domains",
            "1",
            parameters=json.dumps(parameters, sort_keys=True),
            model_sha256=_digest(self.psl or PINNED_LIST),
        )

    @property
    def columns(self) -> pa.Schema:
        return _COLUMNS

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        urls = batch.column("url")
        if urls.null_count == len(urls):
            return pa.RecordBatch.from_arrays([pa.nulls(len(urls), f.type) for f in _COLUMNS], schema=_COLUMNS)
        addresses = [None if url is None else clean_url(url) for url in urls.to_pylist()]
        authorities = [None if a is None else a.authority for a in addresses]
        columns = (
            [None if a is None else a.url for a in addresses],
            authorities,
            [None if a is None else registered_domain(a, self.psl) for a in authorities],
            [None if a is None else site_domain(a, self.psl) for a in authorities],
        )
        arrays = [pa.array(values, pa.string()) for values in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=_COLUMNS)


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


@lru_cache(maxsize=65_536)
def registered_domain(authority: str, psl: Path | None = None) -> str | None:
    """The domain somebody registered: one label below a suffix of the list's ICANN part, or None."""
    return _below_suffix(_extractor(psl or PINNED_LIST)(_host(authority), include_psl_private_domains=False))


@lru_cache(maxsize=65_536)
def site_domain(authority: str, psl: Path | None = None) -> str | None:
    """The domain of one site: one label below a suffix of the whole list, private suffixes included, or None."""
    return _below_suffix(_extractor(psl or PINNED_LIST)(_host(authority), include_psl_private_domains=True))


def has_listed_suffix(host: str) -> bool:
    """Whether a host name lies under a suffix that the pinned list names, as names in use do."""
    return bool(_extractor(PINNED_LIST)(host, include_psl_private_domains=False).top_domain_under_public_suffix)


def _below_suffix(found: tldextract.ExtractResult) -> str | None:
    if found.suffix or not found.subdomain:
        return found.top_domain_under_public_suffix or None
    # Where no rule matches, the list's algorithm takes the last label for a suffix (rule "*").
    return f"{found.subdomain.rpartition('.')[2]}.{found.domain}"


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


def _host(authority: str) -> str:
    return _PORT.sub("", authority)


@cache
def _extractor(psl: Path) -> tldextract.TLDExtract:
    extract = tldextract.TLDExtract(
        cache_dir=None,
        suffix_list_urls=(psl.resolve().as_uri(),),
        fallback_to_snapshot=False,
    )
    _digest(psl)  # names the file in its error; the library would speak of a failed download
    with warnings.catch_warnings(), contextlib.suppress(ValueError):  # raised for a file without any suffix
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves the file to the garbage collector
        known = "com" in extract.tlds
        gc.collect()  # so that the file is closed here, and not where a warning would show
        if known:
            return extract
    raise ConfigurationError(
        str(psl), 0, "no Public Suffix List", "expected the text of publicsuffix.org/list/public_suffix_list.dat"
    )


@cache
def _digest(psl: Path) -> str:
    try:
        return sha256(psl.read_bytes()).hexdigest()
    except OSError as error:
        raise InputUnreadableError(str(psl), error.strerror or "unreadable") from error
