from __future__ import annotations

import pytest

from colophon.reservations import PROTOCOLS
from colophon.reservations.observation_rows import rights_only
from colophon.reservations.page_evidence import PagePart, PagePartKind, packed

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
 xmlns:tdm="http://www.w3.org/ns/tdmrep/" tdm:reservation="1" dc:format="image/jpeg">
<dc:creator><rdf:Seq><rdf:li>Ada Writer</rdf:li></rdf:Seq></dc:creator>
<tdm:policy>https://policy.example</tdm:policy>
<plus:Licensor><rdf:Bag><rdf:li><rdf:Description><plus:LicensorName>Ada Writer</plus:LicensorName></rdf:Description>
</rdf:li></rdf:Bag></plus:Licensor>
<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED</plus:DataMining>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
OPF = b"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"
 prefix="t: http://www.w3.org/ns/tdmrep#"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:creator>Ada Writer</dc:creator><meta property="t:reservation">1</meta>
<meta name="cover" content="Ada Writer"/><meta property="t:policy">https://policy.example</meta></metadata>
<manifest><item id="Ada Writer" href="x"/></manifest></package>"""
OPF_2 = b"""<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata>
<dc-metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada Writer</dc:creator></dc-metadata>
<x-metadata><meta name="cover" content="Ada Writer"/><meta name="tdm:reservation" content="1"/></x-metadata>
</metadata></package>"""
RSL = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>
<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>
<prohibits type="usage">ai-train</prohibits></license>
</content></rsl></rdf:Description></rdf:RDF></x:xmpmeta>"""


def embedded(name, content):
    return PagePart(PagePartKind.EMBEDDED, name, content, 7)


def said(part):
    """What every evaluator reads of a part."""
    readings = {p: e.page_reading(packed([part]), frozenset()).statements() for p, e in PROTOCOLS.items()}
    return {protocol: statements for protocol, statements in readings.items() if statements}


@pytest.mark.parametrize(("name", "content", "protocols"), [
    ("xmp", XMP, {"tdmrep", "iptc"}), ("opf", OPF, {"tdmrep"}), ("opf", OPF_2, {"tdmrep"}), ("xmp", RSL, {"rsl"}),
])  # fmt: skip
def test_what_evaluators_read_stays(name, content, protocols):
    whole = embedded(name, content)
    assert set(said(whole)) == protocols
    assert said(rights_only(whole)) == said(whole)


@pytest.mark.parametrize(("name", "content"), [("xmp", XMP), ("opf", OPF), ("opf", OPF_2)])
def test_names_of_people_go(name, content):
    kept = rights_only(embedded(name, content)).content
    assert b"Ada" not in kept
    assert b"image/jpeg" not in kept


@pytest.mark.parametrize(
    "part",
    [
        embedded("c2pa", b'{"state": "Valid"}'),
        embedded("xmp", b"no xml <"),
        PagePart(PagePartKind.HEADER, "x-robots-tag", b"noai", 0),
    ],
)
def test_other_parts_stay_as_they_are(part):
    assert rights_only(part) == part


def test_metadata_that_nest_too_deep_to_be_written_are_kept_as_they_are():
    part = embedded("xmp", b"<a>" * 100_000 + b"</a>" * 100_000)
    assert rights_only(part) == part
