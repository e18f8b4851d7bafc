"""Properties of XMP packets (ISO 16684-1), in every form that its RDF allows."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

#: Longest XML in octets or characters. Longer documents are not read, as a truncated one is not well-formed.
MAX_XML = 4 * 2**20


def xml_root(document: bytes | str) -> Element | None:
    """The root element; None if the document is not well-formed, declares entities, is too long.

    White space before the document is tolerated. A document of type `str` must not declare an encoding.
    """
    if len(document) > MAX_XML:
        return None
    try:
        root: Element = ElementTree.fromstring(document.lstrip())
    except (ParseError, ValueError, LookupError):
        # defusedxml raises ValueError for entities; an unknown encoding raises LookupError.
        return None
    return root


def nests_deeper(root: Element, levels: int) -> bool:
    """Whether elements nest deeper below the root than this number of levels."""
    level = [root]
    for _ in range(levels + 1):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BYTE_ORDER_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF_32 = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be"}
_ARRAYS = frozenset({f"{_RDF}Bag", f"{_RDF}Seq", f"{_RDF}Alt"})


def xmp_values(packet: bytes, namespace: str, name: str) -> tuple[str, ...]:
    """The values of a property of the resource itself, without surrounding white space, in the order of the packet.

    A property may be an attribute, an element with text, with `rdf:resource`, with `rdf:value` or with an array (7.4
    to 7.9); empty values are left out. Properties within other properties, such as those of ingredients, are ignored.
    Empty if the packet is not well-formed XML.
    """
    root = xmp_root(packet)
    if root is None:
        return ()
    key = f"{{{namespace}}}{name}"
    values = (
        value.strip()
        for graph in root.iter(f"{_RDF}RDF")
        for description in graph
        for value in _of_description(description, key)
    )
    return tuple(filter(None, values))


def xmp_root(packet: bytes) -> Element | None:
    """The root element of a packet; None if it is not well-formed XML."""
    return xml_root(_without_padding(packet))


def _without_padding(packet: bytes) -> bytes | str:
    """A packet without surrounding white space and NUL octets; decoded if it is UTF-32, which Expat cannot read."""
    encoding = "utf-32" if packet.startswith(_BYTE_ORDER_MARKS) else _UTF_32.get(packet[:4])
    if encoding is not None:
        text = packet.decode(encoding, "replace").strip(" \t\r\n\0\ufeff")
        return text.partition("?>")[2] if text.startswith("<?xml ") else text
    is_utf_16 = packet[:2] in {b"<\0", b"\0<", b"\xff\xfe", b"\xfe\xff"}
    return packet if is_utf_16 else packet.strip(b" \t\r\n\0")


def _of_description(description: Element, key: str) -> Iterator[str]:
    if key in description.attrib:
        yield description.attrib[key]
    for written in description.iterfind(key):
        yield from _of_property(written)


def _of_property(written: Element) -> Iterator[str]:
    arrays = [child for child in written if child.tag in _ARRAYS]
    for item in (item for array in arrays for item in array.iterfind(f"{_RDF}li")):
        yield _simple(item)
    if not arrays:
        yield _simple(written)


def _simple(written: Element) -> str:
    """The value of a property or an item: a reference, a value with qualifiers, or plain text."""
    qualified = [written, *written.iterfind(f"{_RDF}Description")]
    for node in qualified:
        for value in (node.get(f"{_RDF}resource"), node.get(f"{_RDF}value"), node.findtext(f"{_RDF}value")):
            if value is not None:
                return value
    return written.text or ""
