"""XML from strangers: parsed without entities, without anything fetched, and up to a size."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

#: Octets or characters of XML that are read. What is longer is not read at all: cut, it would be no XML.
MAX_XML = 4 * 2**20


def xml_root(document: bytes | str) -> Element | None:
    """The root element; None for what is no well-formed XML, declares entities or is too long.

    White space before the document is tolerated. A text must not declare an encoding.
    """
    if len(document) > MAX_XML:
        return None
    try:
        root: Element = ElementTree.fromstring(document.lstrip())
    except (ParseError, ValueError, LookupError):
        # defusedxml refuses with a ValueError, an unknown encoding is a LookupError.
        return None
    return root
