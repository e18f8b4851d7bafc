"""Finds the tags of a page that may be statements on rights, with their bytes and offsets, without parsing the page.

Tags are recognised as by the tokenizer of the HTML standard (13.2.5), so that text in a comment, a script, a style
sheet or the value of an attribute is not a tag. They are searched in the head and, if their protocol declares it, also
in the body, where they apply to a part of the page.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from resiliparse.parse.html import HTMLTree

from colophon.reservations import PROTOCOLS
from colophon.reservations.page_evidence import IN_BODY, PagePart, PagePartKind
from colophon.reservations.reservation_protocol import PageTags, TagPlace


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its attributes, their names in lower case, and the text behind it (that of a script)."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str

    def attribute(self, name: str) -> str:
        """The value of an attribute without surrounding white space; empty if it is missing."""
        return next((value.strip() for known, value in self.attributes if known == name), "")


#: Parsed tags in the cache: all protocols read the tags of a page one after the other.
_TAGS_HELD = 64


@lru_cache(_TAGS_HELD)
def tag_of(part: PagePart) -> Tag | None:
    """Parse a part that is a tag, as a browser does; None for other parts, and if there is no tag of that name."""
    if part.carrier is not PagePartKind.MARKUP:
        return None
    document = HTMLTree.parse(part.content.decode("utf-8", "replace")).document
    tag = part.name.removeprefix(IN_BODY)
    element = document.query_selector(tag) if document is not None and tag.isalnum() else None
    if element is None:
        return None
    attributes = tuple((name.lower(), element.getattr(name) or "") for name in element.attrs)
    return Tag(tag, attributes, element.text or "")


#: Octets of a page that are searched for tags. Nearly all heads are much shorter.
_MAX_HEAD = 2**20
#: Longest tag, or script with its text, that is stored.
_MAX_TAG = 256 * 2**10
_MAX_TAGS = 1_000
#: Most attributes of a tag that is stored: a parser of HTML compares each with all others.
_MAX_ATTRIBUTES = 1_000

_HEAD_END = re.compile(rb"</head|<body", re.IGNORECASE)
_SPACE = rb"[\t\n\f\r ]*+"
_VALUE = rb"""(?:"[^"]*+"|'[^']*+'|(?!["'])[^\t\n\f\r >]*+)"""
_ATTRIBUTE = (
    rb"(?P<name>=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    rb"(?:" + _SPACE + rb"=" + _SPACE + rb"(?P<value>" + _VALUE + rb")|(?!" + _SPACE + rb"=))"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
#: The rest of a tag after its name; there is no match if the page ends within the tag.
_REST = re.compile(rb"(?:[\t\n\f\r /]++|" + _ATTRIBUTE + rb")*+>")
_NEXT = re.compile(rb"<(?:!--|(?P<end>/)?(?P<name>[A-Za-z][^\t\n\f\r />]*+)|[!?/])")
_COMMENT_END = re.compile(rb"--!?>")
_EMPTY_COMMENT = re.compile(rb"-?>")
_TEXT_ONLY = frozenset({b"script", b"style", b"title", b"textarea", b"noframes", b"iframe", b"xmp", b"noembed"})
_TEXT_ENDS = {name: re.compile(rb"</" + name + rb"(?=[\t\n\f\r />])", re.IGNORECASE) for name in _TEXT_ONLY}
#: What changes how the text of a script is read: a comment in it may hold a script, whose end tag does not end the
#: outer one (script data escaped and double escaped states, 13.2.5.20 and 13.2.5.27).
_IN_SCRIPT = re.compile(rb"<!--|-->|<(?P<end>/)?script(?=[\t\n\f\r />])", re.IGNORECASE)
#: Whatever comes behind it is text, to the end of the page.
_NO_END = b"plaintext"
#: What stands in such an element is no part of the page (4.12.3).
_INERT = b"template"
#: Byte order marks, and the beginning of a page without one.
_WIDE = {
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}


@dataclass(frozen=True, slots=True)
class _TagSearch:
    """The tags that are searched for in one place of a page, under all protocols."""

    tags: tuple[PageTags, ...]
    elements: frozenset[bytes]
    traces: frozenset[bytes]

    def is_promising(self, lower: bytes) -> bool:
        """Whether a page, given in lower case, may contain such a tag."""
        return any(trace in lower for trace in self.traces)

    def speaks(self, name: str, attributes: Mapping[str, str]) -> bool:
        return any(tags.speaks(name, attributes) for tags in self.tags if name in tags.elements)


@cache
def _search(*places: TagPlace) -> _TagSearch:
    """The tags that can be statements in these places."""
    declared = [tags for protocol in PROTOCOLS.values() for tags in protocol.page_tags if tags.place in places]
    elements = frozenset(element.encode() for tags in declared for element in tags.elements)
    return _TagSearch(tuple(declared), elements, frozenset(trace for tags in declared for trace in tags.traces))


def rights_tags(body: bytes) -> tuple[PagePart, ...]:
    """The tags of a page that may be statements on rights under any protocol, in document order.

    A script includes its text; the name of a tag in the body is prefixed with `IN_BODY`. UTF-16 is detected by the
    first octets of a page, and its tags are returned in UTF-8.
    """
    wide = _WIDE.get(body[:2])
    mark = len(codecs.BOM_UTF16) if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else 0
    head = body[:_MAX_HEAD]
    if wide is not None:
        head = head[mark:].decode(wide, "replace").encode("utf-8", "replace")
    lower = head.lower()
    of_head, of_body = _search(*TagPlace), _search(TagPlace.ANYWHERE)
    if not of_head.is_promising(lower):
        return ()
    tags = islice(_tags(head, of_head, of_body if of_body.is_promising(lower) else None), _MAX_TAGS)
    return tuple(
        PagePart(
            PagePartKind.MARKUP,
            f"{IN_BODY}{tag.name}" if tag.in_body else tag.name,
            tag.content,
            tag.offset if wide is None else mark + len(head[: tag.offset].decode().encode(wide, "surrogatepass")),
        )
        for tag in tags
    )


def head_is_read(body: bytes) -> bool:
    """Whether the octets that are searched for tags contain the whole head of a page."""
    return len(body) <= _MAX_HEAD or _HEAD_END.search(body, 0, _MAX_HEAD) is not None


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    content: bytes
    offset: int
    in_body: bool


def _tags(head: bytes, of_head: _TagSearch, of_body: _TagSearch | None) -> Iterator[_Tag]:
    """The tags that may be statements, up to the end of the head if the body is not searched."""
    search = of_head
    templates = 0
    for tag in _page_tags(head):
        if tag.name == (b"head" if tag.is_end_tag else b"body"):
            if of_body is None:
                return
            search = of_body
        if tag.name == _INERT:
            templates = max(0, templates + (-1 if tag.is_end_tag else 1))
        if tag.is_end_tag or templates or tag.name not in search.elements or tag.end - tag.begin > _MAX_TAG:
            continue
        name = tag.name.decode()
        attributes = _attributes(head[tag.name_end : tag.tag_end])
        if len(attributes) <= _MAX_ATTRIBUTES and search.speaks(name, attributes):
            yield _Tag(name, head[tag.begin : tag.end], tag.begin, search is of_body)


@dataclass(frozen=True, slots=True)
class _PageTag:
    """A tag with its name in lower case and the offsets of its parts; `end` is behind the end tag of an element whose
    content is text."""

    name: bytes
    is_end_tag: bool
    begin: int
    name_end: int
    tag_end: int
    end: int


def _page_tags(head: bytes) -> Iterator[_PageTag]:
    """The tags of a page, up to the first tag or comment that is incomplete."""
    at = 0
    while (begin := _NEXT.search(head, at)) is not None:
        name, is_end_tag = (begin["name"] or b"").lower(), begin["end"] is not None
        tag_end = _end(head, begin)
        if tag_end is None or (name == _NO_END and not is_end_tag):
            return
        end = _end_of_text(head, name, tag_end) if name in _TEXT_ONLY and not is_end_tag else tag_end
        if end is None:
            return
        if name:
            yield _PageTag(name, is_end_tag, begin.start(), begin.end(), tag_end, end)
        at = end


def _end_of_text(head: bytes, name: bytes, begin: int) -> int | None:
    """The end offset of the tag that ends an element whose content is text; None if it is missing or incomplete."""
    end_tag = _script_end(head, begin) if name == b"script" else _TEXT_ENDS[name].search(head, begin)
    end = None if end_tag is None else _REST.match(head, end_tag.end())
    return None if end is None else end.end()


def _script_end(head: bytes, begin: int) -> re.Match[bytes] | None:
    """The beginning of the end tag of a script."""
    is_comment = is_script = False
    at = begin
    while (found := _IN_SCRIPT.search(head, at)) is not None:
        at = found.end()
        if found[0] == b"<!--":
            # The dashes may be those of the end of the comment, too.
            at -= len(b"--")
            is_comment = True
        elif found[0] == b"-->":
            is_comment = is_script = False
        elif found["end"] and not is_script:
            return found
        else:
            is_script = is_comment and not found["end"]
    return None


def _end(head: bytes, begin: re.Match[bytes]) -> int | None:
    """The end offset of the tag or comment that begins here; None if it is incomplete."""
    if begin["name"]:
        end = _REST.match(head, begin.end())
    elif begin[0] == b"<!--":
        end = _EMPTY_COMMENT.match(head, begin.end()) or _COMMENT_END.search(head, begin.end())
    else:
        return head.find(b">", begin.end()) + 1 or None
    return None if end is None else end.end()


def _attributes(rest: bytes) -> Mapping[str, str]:
    """Attribute values by lower-case name; of equal names, the first is used."""
    attributes: dict[str, str] = {}
    for written in _ATTRIBUTES.finditer(rest):
        value = written["value"] or b""
        value = value[1:-1] if value[:1] in {b'"', b"'"} else value
        name = written["name"].decode("utf-8", "replace").lower()
        attributes.setdefault(name, html.unescape(value.decode("utf-8", "replace")))
    return attributes
