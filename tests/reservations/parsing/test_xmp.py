"""Values of XMP properties in the forms of ISO 16684-1, and refusal of hostile XML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.parsing.xml import MAX_XML, nests_deeper, xml_root, xmp_values

NS = "http://ns.example/rights/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def packet(description: str) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="a toolkit">'
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:r="{NS}" xmlns:o="http://ns.example/other/">{description}</rdf:RDF>'
        '</x:xmpmeta>\n      \n<?xpacket end="w"?>'
    )


def values(description: str) -> tuple[str, ...]:
    return xmp_values(packet(description).encode(), NS, "Use")


@pytest.mark.parametrize(
    "description",
    [
        '<rdf:Description rdf:about="" r:Use="no"/>',
        '<rdf:Description rdf:about=""><r:Use>\n no </r:Use></rdf:Description>',
        '<rdf:Description rdf:about=""><r:Use rdf:resource="no"/></rdf:Description>',
        "<rdf:Description><r:Use><rdf:Bag><rdf:li>no</rdf:li></rdf:Bag></r:Use></rdf:Description>",
        '<rdf:Description><r:Use><rdf:Seq><rdf:li rdf:resource="no"/></rdf:Seq></r:Use></rdf:Description>',
        '<rdf:Description><r:Use><rdf:Alt><rdf:li xml:lang="x-default">no</rdf:li></rdf:Alt></r:Use></rdf:Description>',
        (
            '<rdf:Description><r:Use rdf:parseType="Resource"><rdf:value>no</rdf:value><o:q>1</o:q></r:Use>'
            "</rdf:Description>"
        ),
        (
            "<rdf:Description><r:Use><rdf:Description><rdf:value>no</rdf:value><o:q>1</o:q></rdf:Description></r:Use>"
            "</rdf:Description>"
        ),
        '<rdf:Description><r:Use><rdf:Description rdf:value="no" o:q="1"/></r:Use></rdf:Description>',
        '<rdf:Description><r:Use rdf:value="no" o:q="1"/></rdf:Description>',
        '<rdf:Description o:Use="yes"/><rdf:Description r:Use="no"/>',
    ],
)
def test_a_property_is_found_in_every_form(description):
    assert values(description) == ("no",)


def test_several_values_come_in_order():
    several = '<rdf:Description r:Use="a"><r:Use><rdf:Bag><rdf:li>b</rdf:li><rdf:li>c</rdf:li></rdf:Bag></r:Use>'
    assert values(several + "</rdf:Description>") == ("a", "b", "c")


@pytest.mark.parametrize(
    "description",
    [
        "",
        '<rdf:Description r:use="no" Use="no" o:Use="no"/>',
        "<rdf:Description><r:Use> </r:Use></rdf:Description>",
        (
            '<rdf:Description><o:Pantry><rdf:Bag><rdf:li r:Use="no"/><rdf:li><rdf:Description r:Use="no"/></rdf:li>'
            "</rdf:Bag></o:Pantry></rdf:Description>"
        ),
    ],
)
def test_other_names_empty_values_and_properties_of_ingredients_do_not_count(description):
    assert values(description) == ()


def test_a_graph_needs_no_wrapper():
    bare = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:r="{NS}"><rdf:Description r:Use="no"/></rdf:RDF>'
    assert xmp_values(bare.encode(), NS, "Use") == ("no",)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_read(encoding):
    octets = packet('<rdf:Description r:Use="nö"/>').encode(encoding)
    assert xmp_values(octets, NS, "Use") == ("nö",)


def test_a_declaration_and_padding_do_not_matter():
    text = '\n<?xml version="1.0" encoding="UTF-8"?>' + packet('<rdf:Description r:Use="no"/>') + "  \n\0\0"
    assert xmp_values(text.encode(), NS, "Use") == ("no",)
    wide = '<?xml version="1.0" encoding="UTF-32"?>' + packet('<rdf:Description r:Use="no"/>')
    assert xmp_values(wide.encode("utf-32"), NS, "Use") == ("no",)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "no">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
    ],
)
def test_entities_are_refused(doctype):
    graph = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:r="{NS}"><rdf:Description r:Use="no"/></rdf:RDF>'
    assert xmp_values((doctype + graph).encode(), NS, "Use") == ()


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0",
        b"<",
        b"<?xpacket",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b"\xff\xfe\0\0\xff\xff\xff\xff",
        b"<\0\0\0\xff\xff\xff\xff",
        b"<a>" * 100_000,
        b"<a>" + b" " * MAX_XML + b"</a>",
    ],
)
def test_what_is_no_xml_says_nothing(octets):
    assert xmp_values(octets, NS, "Use") == ()


def test_depth_does_not_matter():
    deep = "<o:p>" * 50_000 + "</o:p>" * 50_000
    assert values(f"<rdf:Description>{deep}<r:Use>no</r:Use></rdf:Description>") == ("no",)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_octets_are_accepted(octets):
    assert xmp_values(octets, NS, "Use") == ()


@given(st.data())
def test_damaged_packets_are_accepted(data):
    whole = bytearray(packet('<rdf:Description r:Use="no"><r:Use rdf:resource="no"/></rdf:Description>').encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    xmp_values(bytes(whole), NS, "Use")


def test_levels_below_the_root_are_counted():
    def nested(levels):
        return xml_root(b"<a>" * levels + b"</a>" * levels)

    assert not nests_deeper(nested(1), 0)
    assert not nests_deeper(nested(201), 200)
    assert nests_deeper(nested(202), 200)
    assert nests_deeper(nested(100_000), 200)
