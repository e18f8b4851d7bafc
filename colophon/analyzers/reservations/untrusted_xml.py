"""XML from strangers: parsed without entities, without anything fetched, and up to a size."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

#: Octets of XML that are read; what is longer is not XML any more once it is cut, so it is not read at all.
MAX_XML = 4 * 2**20

_BYTE_ORDER_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_WIDE = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be"}


def xml_root(octets: bytes) -> Element | None:
    """The root element; None for what is no well-formed XML, declares entities or is too long.

    White space and NUL octets around the document are tolerated, as is a declaration of another encoding than the one
    that a UTF-32 text shows.
    """
    if len(octets) > MAX_XML:
        return None
    try:
        root: Element = ElementTree.fromstring(_narrowed(octets))
    except (ParseError, ValueError, LookupError):
        # defusedxml refuses with a ValueError, an unknown encoding is a LookupError.
        return None
    return root


def _narrowed(octets: bytes) -> bytes | str:
    """UTF-32 as text, since Expat cannot read it; anything else without what surrounds it."""
    if octets.startswith(_BYTE_ORDER_MARKS):
        return _without_declaration(octets.decode("utf-32"))
    wide = _WIDE.get(octets[:4])
    if wide is not None:
        return _without_declaration(octets.decode(wide))
    if octets[:2] in {b"<\0", b"\0<", b"\xff\xfe", b"\xfe\xff"}:
        return octets
    return octets.strip(b" \t\r\n\0")


def _without_declaration(text: str) -> str:
    text = text.strip(" \t\r\n\0\ufeff")
    return text.partition("?>")[2] if text.startswith("<?xml ") else text
