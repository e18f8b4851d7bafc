"""What the record of a web archive stands for, by its address: content, a page shown again, or the crawler itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote


class RecordSubject(Enum):
    """What a record is about."""

    CONTENT = "content"  # what was fetched from its address
    RENDERING = "rendering"  # the text or the mark-up of a page, as the crawler's browser showed it
    CRAWLER = "crawler"  # logs, settings, screenshots, provenance


@dataclass(frozen=True, slots=True)
class ArchivedAddress:
    """`url` is the address of the content or of the page that is shown; None where the record has none."""

    subject: RecordSubject
    url: str | None


# Crawlers name what they write about themselves by schemes that nothing is fetched by: urn, metadata, file, screenshot,
# dns, whois, and more with every tool.
_FETCHED_BY = frozenset({"http", "https", "ftp", "ftps", "sftp", "gopher", "gemini", "spartan", "ipfs", "ipns"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# Browsertrix writes the page's address as it is, wpull percent-encoded.
_TEXT_OF = re.compile(r"urn:text(?:final)?:", re.IGNORECASE)
_SNAPSHOT_OF = re.compile(r"urn:x-wpull:snapshot\?url=", re.IGNORECASE)


def archived_address(target: str | None) -> ArchivedAddress:
    """What a target address (WARC-Target-URI) says on the subject of its record.

    A record without an address, or with one that is no absolute URL, is content of an unknown place.
    """
    if target is None:
        return ArchivedAddress(RecordSubject.CONTENT, None)
    if prefix := _TEXT_OF.match(target):
        return _rendering(target[prefix.end() :])
    if prefix := _SNAPSHOT_OF.match(target):
        return _rendering(unquote(target[prefix.end() :]))
    return ArchivedAddress(RecordSubject.CONTENT if _is_fetched(target) else RecordSubject.CRAWLER, target)


def _rendering(page: str) -> ArchivedAddress:
    is_page = _SCHEME.match(page) is not None and _is_fetched(page)
    return ArchivedAddress(RecordSubject.RENDERING, page) if is_page else ArchivedAddress(RecordSubject.CRAWLER, None)


def _is_fetched(url: str) -> bool:
    scheme = _SCHEME.match(url)
    # Of host:port without a scheme, the host looks like one.
    return scheme is None or "." in scheme[1] or scheme[1].lower() in _FETCHED_BY | {"localhost"}
