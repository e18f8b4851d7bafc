"""What a response says on rights itself: in its headers, in the tags of a page, in the metadata of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from colophon.connectors.web.embedded import embedded_parts
from colophon.connectors.web.http_response import HeaderLine
from colophon.reservations import PROTOCOLS
from colophon.reservations.observation import SearchedPage
from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.page_tags import head_is_read, rights_tags
from colophon.reservations.reservation_protocol import PageHeader

_HTML = frozenset({"text/html", "application/xhtml+xml"})
#: Types, beside those of text, whose files hold no metadata in blocks of their own.
_NO_BLOCKS = frozenset({"application/xhtml+xml", "application/json", "application/xml", "application/javascript"})

#: Servers and clients take less; half a header could say something else than the whole.
_MAX_HEADER = 64 * 2**10


def page_of(headers: Sequence[HeaderLine] | None, media_type: str, body: bytes | None) -> SearchedPage:
    """The parts of a response that may speak on rights, and those that were looked through. Never fails.

    `headers` is None for what did not come over HTTP, `media_type` in lower case and without parameters, `body` None
    where its encodings cannot be undone. What cannot carry tags or metadata counts as looked through.
    """
    carriers: list[PagePartKind] = []
    parts: list[PagePart] = []
    if headers is not None:
        if not any(_may_speak(line) and len(line.value) > _MAX_HEADER for line in headers):
            carriers.append(PagePartKind.HEADER)
        parts += _header_parts(headers, media_type)
    if body is not None:
        parts += rights_tags(body) if media_type in _HTML else ()
        if media_type not in _HTML or head_is_read(body):
            carriers.append(PagePartKind.MARKUP)
        embedded = () if _has_no_blocks(media_type) else embedded_parts(body)
        if embedded is not None:
            carriers.append(PagePartKind.EMBEDDED)
            parts += embedded
    return SearchedPage(tuple(carriers), tuple(parts))


def _has_no_blocks(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in _NO_BLOCKS


def _header_parts(headers: Sequence[HeaderLine], media_type: str) -> Iterator[PagePart]:
    kept = {place: line for place, line in enumerate(headers) if _may_speak(line) and len(line.value) <= _MAX_HEADER}
    if media_type.startswith("image/") and any(_is_about_media(line) for line in kept.values()):
        kept |= {place: line for place, line in enumerate(headers) if line.name == "content-type"}
    for place in sorted(kept):
        yield PagePart(PagePartKind.HEADER, kept[place].name, kept[place].value, place)


@cache
def _headers() -> tuple[PageHeader, ...]:
    """The headers in which protocols stand."""
    return tuple(header for protocol in PROTOCOLS.values() for header in protocol.page_headers)


def _may_speak(line: HeaderLine) -> bool:
    known = [header for header in _headers() if header.name == line.name]
    return any(all(trace in line.value.lower() for trace in header.traces) for header in known)


def _is_about_media(line: HeaderLine) -> bool:
    value = line.value.lower()
    return any(trace in value for header in _headers() for trace in header.media_traces)
