"""TDMRep: every example of the specification that declares a reservation, the rules between carriers, hostile bytes.

The examples are those of sections "TDM File on the Origin Server" to "TDM Metadata in PDF files" of the Final Report of
10 May 2024, with their ellipses filled in. Its examples of policies (ODRL) are none: a policy is kept, not read.
"""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.tdmrep import PROTOCOL
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, PageRule
from colophon.tables import SIGNALS
from colophon.vocabulary import Purpose, VerdictState
from tests.hanging import without_hanging

ALLOWED, RESERVED, SILENT = VerdictState.ALLOWED, VerdictState.RESERVED, VerdictState.SILENT
AGENTS = AgentTokens(("CCBot",), ("OwnBot", "CCBot"))
POLICY = "https://provider.com/policies/policy.json"


def reading(content: object):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return PROTOCOL.reading(body, "provider.com", frozenset())


def state(content: object, path: str) -> VerdictState:
    meanings = reading(content).judge(AGENTS)(path)
    return meanings[0].state if meanings else SILENT


def rule(location: str, value: object, **policy: str) -> dict[str, object]:
    return {"location": location, "tdm-reservation": value, **policy}


def header(value: str, name: str = "tdm-reservation") -> PagePart:
    return PagePart(PagePartKind.HEADER, name, value.encode(), 0)


def meta(value: str, name: str = "tdm-reservation") -> PagePart:
    return PagePart(PagePartKind.MARKUP, "meta", f'<meta name="{name}" content="{value}">'.encode(), 77)


def opf(metadata: str, package: str = 'prefix="tdm: http://www.w3.org/ns/tdmrep#"') -> PagePart:
    text = (
        f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" {package}><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title>{metadata}</metadata></package>'
    )
    return PagePart(PagePartKind.EMBEDDED, "opf", text.encode(), 0)


def xmp(description: str, namespace: str = "http://www.w3.org/ns/tdmrep/") -> PagePart:
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:tdm="{namespace}">{description}</rdf:Description></rdf:RDF>'
    )
    return PagePart(PagePartKind.EMBEDDED, "xmp", text.encode(), 9)


def page(*parts: PagePart):
    return PROTOCOL.page_reading(packed(parts), frozenset())


def page_state(*parts: PagePart) -> VerdictState:
    meanings = page(*parts).judge(AGENTS)("/any")
    return meanings[0].state if meanings else SILENT


def deciding_value(*parts: PagePart) -> str:
    (meaning,) = page(*parts).judge(AGENTS)("")
    return {s.number: s.value for s in page(*parts).statements()}[meaning.statement]


THREE_GROUPS = [
    rule("/directory-a/", 1),
    rule("/directory-b/html/", 1, **{"tdm-policy": POLICY}),
    rule("/directory-b/images/*.jpg", 0),
]


def test_the_example_that_reserves_a_whole_server():
    assert state([rule("/", 1)], "/any/file.html") == RESERVED


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/directory-a/paper.pdf", RESERVED),
        ("/directory-b/html/page.html", RESERVED),
        ("/directory-b/images/x.jpg", ALLOWED),
        ("/directory-b/images/x.png", SILENT),
        ("/Directory-A/paper.pdf", SILENT),
        ("/elsewhere", SILENT),
    ],
)
def test_the_example_of_three_groups(path, expected):
    assert state(THREE_GROUPS, path) == expected


def test_a_rules_policy_stands_beside_its_value():
    values = [statement.value for statement in reading(THREE_GROUPS).statements()]
    assert values == ["1", f"1; policy={POLICY}", "0"]


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/this/path/exactly$", "/this/path/exactly", True),
        ("/this/path/exactly$", "/this/path/exactly/not", False),
        ("/this/*/then", "/this/and/that/then", True),
        ("/this/*/then", "/this/then", False),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/a%62c", "/abc", True),
        ("/a%2Fb", "/a/b", False),
    ],
)
def test_the_examples_of_patterns(location, path, matches):
    assert state([rule(location, 1)], path) == (RESERVED if matches else SILENT)


def test_the_first_rule_that_matches_decides_and_not_the_longest():
    assert state([rule("/", 0), rule("/a/longer/path", 1)], "/a/longer/path") == ALLOWED
    assert state([rule("/a", 1), rule("/a/free", 0)], "/a/free") == RESERVED


@pytest.mark.parametrize("value", [2, -1, True, False, None, "", "yes", 1.5, [1], {"a": 1}])
def test_another_value_is_unset_and_still_the_first_match(value):
    content = [rule("/a", value), rule("/", 1)]
    assert state(content, "/a") == SILENT
    assert state(content, "/b") == RESERVED
    assert reading(content).statements()[0].state == SILENT


def test_a_value_as_text_counts():
    assert state([rule("/a", "1"), rule("/", "0")], "/a") == RESERVED
    assert state([rule("/a", "1"), rule("/", "0")], "/b") == ALLOWED


@pytest.mark.parametrize(
    ("number", "expected"), [("1.0", RESERVED), ("1e0", RESERVED), ("0.0", ALLOWED), ("1e400", SILENT)]
)
def test_a_number_is_the_same_however_it_is_written(number, expected):
    assert state(b'[{"location": "/", "tdm-reservation": %s}]' % number.encode(), "/a") == expected


@pytest.mark.parametrize("values", [(1, 0), (0, 1), (1, True), ("0", "1")])
def test_a_rule_that_says_both_reserves(values):
    first, second = (json.dumps(value) for value in values)
    body = f'[{{"location": "/", "tdm-reservation": {first}, "tdm-reservation": {second}}}]'
    assert state(body.encode(), "/a") == RESERVED


def test_a_rule_without_location_reserves_what_no_other_rule_is_for():
    bare = {"tdm-reservation": 1}
    for content in ([bare], bare, [{"location": None, **bare}]):
        assert state(content, "/a") == RESERVED
        assert state(content, UNKNOWN_PATH) == RESERVED
        (statement,) = reading(content).statements()
        assert (statement.path, statement.state) == (None, RESERVED)
    content = [bare, rule("/free/", 0), rule("/unset/", 2)]
    assert [state(content, path) for path in ("/free/a", "/unset/a", "/a")] == [ALLOWED, SILENT, RESERVED]


def test_a_rule_without_location_permits_nothing():
    assert state([{"tdm-reservation": 0}], "/a") == SILENT
    assert {s.state for s in reading([{"tdm-reservation": 0}]).statements()} == {SILENT}


def test_a_rule_with_a_location_that_is_no_path_matches_nothing():
    content = [rule("", 1), rule("no-slash", 1)]
    assert state(content, "/a") == SILENT
    assert {s.state for s in reading(content).statements()} == {SILENT}


def test_one_rule_without_brackets_is_heard_where_it_reserves():
    assert state(rule("/", 1), "/a") == RESERVED
    assert state(rule("/", 0), "/a") == SILENT


def test_statements_name_their_rule_by_its_place():
    (statement,) = reading(["junk", rule("/x", 1)]).statements()
    assert (statement.number, statement.path, statement.purpose) == (1, "/x", Purpose.TRAIN)
    assert statement.rule == 'rule 2: {"location": "/x", "tdm-reservation": 1}'


def test_a_meaning_is_about_all_training_tokens():
    (meaning,) = reading([rule("/", 1)]).judge(AGENTS)("/")
    assert (meaning.purpose, meaning.agents, meaning.statement) == (Purpose.TRAIN, ("CCBot", "OwnBot"), 0)
    assert reading([rule("/", 1)]).judge(AgentTokens(("CCBot",), ()))("/") == ()


def test_an_unknown_path_is_reserved_if_any_is_and_allowed_only_if_all_are():
    assert state([rule("/a", 0), rule("/b", 1)], UNKNOWN_PATH) == RESERVED
    assert state([rule("/a", 0), rule("/", 0)], UNKNOWN_PATH) == ALLOWED
    assert state([rule("/a", 0), rule("*", 0)], UNKNOWN_PATH) == ALLOWED
    assert state([rule("/a", 0)], UNKNOWN_PATH) == SILENT
    assert state([rule("/a", 2), rule("/", 0)], UNKNOWN_PATH) == SILENT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_in_any_unicode_encoding_is_read(encoding):
    assert state(json.dumps([rule("/ä", 1)], ensure_ascii=False).encode(encoding), "/ä") == RESERVED


def test_half_a_character_can_be_stored():
    body = rb'[{"location": "/\ud800", "tdm-reservation": "\udfff", "tdm-policy": "\ud800"}]'
    (statement,) = reading(body).statements()
    row = {"path": statement.path, "value": statement.value, "rule": statement.rule}
    assert pa.table({name: pa.array([text], SIGNALS.schema.field(name).type) for name, text in row.items()})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"tdm-reservation: 0"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<html><body>tdm-reservation 0</body></html>",
        b'[{"location": "/", "tdm-reservation": 0}',
        b"\xff\xfe\xff",
        b'[{"location": "/", "tdm-reservation": ' + b"1" * 5_000 + b"}]",
        b" " * (500 * 1024) + b'[{"location": "/", "tdm-reservation": 0}]',
    ],
)
def test_what_is_no_file_of_the_protocol_says_nothing(body):
    assert reading(body).statements() == ()
    assert reading(body).judge(AGENTS)("/") == ()


def test_the_examples_of_headers():
    assert page_state(header("1")) == RESERVED
    assert deciding_value(header("1"), header(POLICY, "tdm-policy")) == f"1; policy={POLICY}"
    assert page(header("1")).statements()[0].rule == "header tdm-reservation: 1"


def test_the_example_of_a_page():
    parts = meta("1"), meta(POLICY, "tdm-policy")
    assert page_state(*parts) == RESERVED
    assert deciding_value(*parts) == f"1; policy={POLICY}"
    assert page(*parts).statements()[0].rule == 'meta at 77: name="tdm-reservation" content="1"'


EPUB_2 = f'<meta name="tdm:reservation" content="1" /><meta name="tdm:policy" content="{POLICY}" />'
EPUB_3 = f'<meta property="tdm:reservation">1</meta><meta property="tdm:policy">{POLICY}</meta>'
PDF = f"<tdm:reservation>1</tdm:reservation><tdm:policy>{POLICY}</tdm:policy>"


@pytest.mark.parametrize("part", [opf(EPUB_2, 'version="2.0"'), opf(EPUB_3), opf(EPUB_3, ""), xmp(PDF)])
def test_the_examples_of_embedded_metadata(part):
    assert page_state(part) == RESERVED
    assert deciding_value(part) == f"1; policy={POLICY}"


def test_metadata_cut_out_of_a_package_are_read():
    block = f'<metadata><dc:title>T</dc:title><opf:meta name="tdm:reservation" content="0"/>{EPUB_3}</metadata>'
    assert page_state(PagePart(PagePartKind.EMBEDDED, "opf", block.encode(), 0)) == RESERVED


def test_a_prefix_stands_for_what_the_package_declares():
    other = '<meta property="m:reservation">1</meta>'
    assert page_state(opf(other, 'prefix="m: http://www.w3.org/ns/tdmrep#"')) == RESERVED
    assert page_state(opf(other)) == SILENT
    assert page_state(opf(EPUB_3, 'prefix="tdm: http://ns.example/"')) == SILENT


def test_pdf_properties_may_be_attributes_and_of_either_namespace():
    attribute = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description tdm:reservation="0" '
        'xmlns:tdm="http://www.w3.org/ns/tdmrep/"/></rdf:RDF>'
    )
    assert page_state(PagePart(PagePartKind.EMBEDDED, "xmp", attribute.encode(), 0)) == ALLOWED
    assert page_state(xmp(PDF, "http://www.w3.org/ns/tdmrep#")) == RESERVED
    assert page_state(xmp(PDF, "http://ns.example/")) == SILENT


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((header("1"), meta("0")), ALLOWED),
        ((meta("0"), header("1")), ALLOWED),
        ((header("0"), meta("1")), RESERVED),
        ((meta("1"), xmp("<tdm:reservation>0</tdm:reservation>")), ALLOWED),
        ((header("1"), meta("yes")), RESERVED),
        ((header("1"), meta(POLICY, "tdm-policy")), RESERVED),
        ((header("1"), opf("")), RESERVED),
        ((meta("true"), opf("")), SILENT),
        ((meta(POLICY, "tdm-policy"),), SILENT),
        ((header("0"), header("1")), RESERVED),
        ((header("1, 0"),), RESERVED),
        ((header("0, 0"),), ALLOWED),
        ((meta("0"), meta("1")), RESERVED),
    ],
)
def test_later_carriers_replace_what_they_set_and_nothing_else(parts, expected):
    assert page_state(*parts) == expected


def test_a_policy_stays_when_a_later_carrier_sets_only_the_value():
    parts = header("0"), header("https://a.example/old", "tdm-policy"), meta("1")
    assert deciding_value(*parts) == "1; policy=https://a.example/old"
    assert deciding_value(*parts, meta("https://a.example/new", "tdm-policy")) == "1; policy=https://a.example/new"


def test_a_page_is_heard_before_the_file():
    assert PROTOCOL.page_rule is PageRule.PAGE_WINS


@pytest.mark.parametrize(
    "tag",
    [
        b"<META NAME='TDM-Reservation' CONTENT=1>",
        b'<meta content="1" name="tdm-reservation"/>',
        b"<meta name=tdm-reservation content=' 1 '>",
    ],
)
def test_tags_are_read_as_browsers_do(tag):
    assert page_state(PagePart(PagePartKind.MARKUP, "meta", tag, 0)) == RESERVED


@pytest.mark.parametrize(
    "part",
    [
        PagePart(PagePartKind.HEADER, "x-tdm-reservation", b"1", 0),
        PagePart(PagePartKind.MARKUP, "link", b'<link name="tdm-reservation" content="1">', 0),
        PagePart(PagePartKind.MARKUP, "meta", b'<meta property="tdm-reservation" content="1">', 0),
        PagePart(PagePartKind.MARKUP, "meta", b"", 0),
        PagePart(PagePartKind.EMBEDDED, "c2pa", b"tdm:reservation 1", 0),
        PagePart(PagePartKind.EMBEDDED, "opf", b"not xml", 0),
        PagePart(PagePartKind.EMBEDDED, "opf", b'<!DOCTYPE a [<!ENTITY b "0">]>' + opf(EPUB_2).content[21:], 0),
    ],
)
def test_other_parts_say_nothing(part):
    assert page(part).statements() == ()


def test_long_evidence_is_cut():
    long = "https://a.example/" + "x" * 10_000
    statements = (
        *reading([rule("/" + "y" * 10_000, 1, **{"tdm-policy": long})]).statements(),
        *page(header("1"), header(long, "tdm-policy"), meta(long, "tdm-policy")).statements(),
    )
    assert max(len(s.value) for s in statements) == 2_083
    assert all(len(s.rule) <= 2_100 and len(s.path or "") <= 2_083 for s in statements)


def test_many_rules_full_of_wildcards_are_read_in_time():
    body = json.dumps([rule("/" + "*a" * 40 + "$", 1) for _ in range(4_000)]).encode()
    with without_hanging():
        assert state(body, "/" + "a" * 2_000 + "b") == SILENT


@given(st.binary(max_size=300))
def test_any_octets_are_accepted_and_permit_nothing(octets):
    for path in ("/", UNKNOWN_PATH):
        assert state(octets, path) != ALLOWED or b"0" in octets
    for carrier, name in (
        (PagePartKind.HEADER, "tdm-reservation"),
        (PagePartKind.MARKUP, "meta"),
        (PagePartKind.EMBEDDED, "opf"),
    ):
        assert page_state(PagePart(carrier, name, octets, 0)) != ALLOWED or b"0" in octets


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda c: st.lists(c) | st.dictionaries(st.text(), c),
)


@given(st.lists(json_values | st.fixed_dictionaries({"location": json_values, "tdm-reservation": json_values})))
def test_any_json_is_accepted(content):
    read = reading(content)
    read.judge(AGENTS)("/")
    assert all(s.state is not ALLOWED or s.value == "0" for s in read.statements())
