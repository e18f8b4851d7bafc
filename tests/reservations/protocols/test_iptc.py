"""PLUS DataMining: every value of the vocabulary, in the forms that XMP allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.iptc import PROTOCOL, data_mining_state
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import VerdictState

VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
ALLOWED, RESERVED, SILENT = VerdictState.ALLOWED, VerdictState.RESERVED, VerdictState.SILENT


def packet(description: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" {description}</rdf:RDF>'
        "</x:xmpmeta>"
    ).encode()


def reading(*packets: bytes, name: str = "xmp"):
    parts = [PagePart(PagePartKind.EMBEDDED, name, content, 20) for content in packets]
    return PROTOCOL.page_reading(packed(parts), frozenset())


def state(*packets: bytes) -> VerdictState:
    meanings = reading(*packets).judge(AgentTokens((), ("CCBot",)))("")
    return meanings[0].state if meanings else SILENT


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("DMI-UNSPECIFIED", SILENT),
        ("DMI-ALLOWED", ALLOWED),
        ("DMI-PROHIBITED-AIMLTRAINING", RESERVED),
        ("DMI-PROHIBITED-GENAIMLTRAINING", RESERVED),
        ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", RESERVED),
        ("DMI-PROHIBITED", RESERVED),
        ("DMI-PROHIBITED-SEECONSTRAINT", RESERVED),
        ("DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR", RESERVED),
        ("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", RESERVED),
        ("DMI-SOMETHING-NEW", SILENT),
    ],
)
def test_values_of_the_vocabulary(term, expected):
    assert data_mining_state(VOCABULARY + term) == expected
    assert data_mining_state(term) == expected
    assert state(packet(f"><plus:DataMining>{VOCABULARY}{term}</plus:DataMining></rdf:Description>")) == expected
    assert state(packet(f'plus:DataMining="{VOCABULARY}{term}"/>')) == expected
    assert state(packet(f'><plus:DataMining rdf:resource="{VOCABULARY}{term}"/></rdf:Description>')) == expected


@pytest.mark.parametrize("value", ["dmi-allowed", "DMI-ALLOWED-NOT", "http://other.example/DMI-ALLOWED", "allowed", ""])
def test_only_the_exact_value_permits(value):
    assert data_mining_state(value) == SILENT


def test_a_prohibition_in_another_case_or_place_still_reserves():
    assert data_mining_state("http://ns.useplus.org/LDF/vocab/dmi-prohibited") == RESERVED


def test_two_packets_that_differ_reserve():
    allowed, prohibited = (packet(f'plus:DataMining="{VOCABULARY}{t}"/>') for t in ("DMI-ALLOWED", "DMI-PROHIBITED"))
    assert state(allowed, prohibited) == state(prohibited, allowed) == RESERVED


def test_a_constraint_is_shown_beside_the_value_that_points_to_it():
    value = VOCABULARY + "DMI-PROHIBITED-SEECONSTRAINT"
    (statement,) = reading(packet(f'plus:DataMining="{value}" plus:OtherConstraints="Ask first"/>')).statements()
    assert statement.value == f"{value}; constraint=Ask first"
    assert statement.rule == f"xmp at 20: plus:DataMining {value}"


def test_other_blocks_say_nothing():
    content = packet(f'plus:DataMining="{VOCABULARY}DMI-PROHIBITED"/>')
    assert reading(content, name="opf").statements() == ()


@given(st.binary(max_size=300))
def test_any_octets_say_nothing(octets):
    assert reading(octets).statements() == ()
