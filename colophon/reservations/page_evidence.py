"""Parts of a response that may be statements on rights (headers, tags, embedded blocks), and their stored form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

#: Prefix of the names of tags in the body of a page.
IN_BODY = "body/"


class PagePartKind(StrEnum):
    """The kind of a part of a response that can state something about that page only."""

    HEADER = "header"
    MARKUP = "markup"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class PagePart:
    """A header, a tag or an embedded block of one response: the evidence of a page's own statement.

    `name` is that of the header in lower case, of the tag (`meta`, `link`, `script`, with `IN_BODY` before it where
    the tag stands in the body) or of the block (`xmp`, `opf`, `c2pa`). `content` is the header's value, the whole tag
    as written, or the block. For a C2PA manifest, which may contain pictures, it is the report of the library as JSON,
    and empty if the manifest could not be read. `offset` is the index of a header among the headers, otherwise the
    number of octets from the start of the body.
    """

    carrier: PagePartKind
    name: str
    content: bytes
    offset: int


def packed(parts: Iterable[PagePart]) -> bytes:
    """Serialise parts: each is preceded by a line with carrier, name, offset and length."""
    return b"".join(f"{p.carrier} {p.name} {p.offset} {len(p.content)}\n".encode() + p.content + b"\n" for p in parts)


#: Pages whose parts are cached: all protocols read the same page one after the other.
_PAGES_HELD = 16


@lru_cache(_PAGES_HELD)
def unpacked(evidence: bytes) -> tuple[PagePart, ...]:
    """Parse the result of `packed`; of malformed input, the parts before the first error."""
    return tuple(_parts(evidence))


def _parts(evidence: bytes) -> Iterator[PagePart]:
    at = 0
    while (end := evidence.find(b"\n", at)) >= 0:
        try:
            carrier, name, offset, length = evidence[at:end].decode().split(" ")
            part = PagePart(PagePartKind(carrier), name, evidence[end + 1 : end + 1 + int(length)], int(offset))
        except ValueError:
            return
        at = end + 2 + int(length)
        if len(part.content) != int(length) or at <= end:
            return
        yield part
