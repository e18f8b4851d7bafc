"""RSL: licences, the assets they are for, what points to them, and hostile XML.

The text of the specification could be had in parts only. Its examples among them are tests here: those of section 1.1
(search only; AI use under a custom licence; pay per crawl), 3.1.2 (all permitted but training on articles), 3.5, 3.7,
3.11, the group-scoped `License` lines of 4.4 and the forms of 4.5 to 4.8. The missing ones are those of sections 3.12
to 3.17 and 5 to 7, which speak to reports, law, metadata and the protocols of licence servers, not to use.

Of the guides beside it, written for its drafts, the examples are tests that name their page. Missing are those of
feeds, of pages, of pictures and of Schema.org (whose pointer is none of section 4), and the templates behind the third
of "Getting Started".
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.rsl import PROTOCOL
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens, PageRule
from colophon.vocabulary import Purpose, VerdictState
from tests.hanging import without_hanging

ALLOWED, RESERVED, SILENT, UNKNOWN = (
    VerdictState.ALLOWED,
    VerdictState.RESERVED,
    VerdictState.SILENT,
    VerdictState.UNKNOWN,
)
AGENTS = AgentTokens(("CCBot",), ("OwnBot", "CCBot"))
XMLNS = 'xmlns="https://rslstandard.org/rsl"'


def content(license_: str, url: str = "/", attributes: str = "") -> str:
    return f'<content url="{url}" {attributes}>{license_}</content>'


def licensed(*terms: str, payment: str = "") -> str:
    return f"<license>{''.join(terms)}{payment}</license>"


def permits(words: str, kind: str = "usage") -> str:
    return f'<permits type="{kind}">{words}</permits>'


def prohibits(words: str, kind: str = "usage") -> str:
    return f'<prohibits type="{kind}">{words}</prohibits>'


def document(*contents: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rsl {XMLNS}>{"".join(contents)}</rsl>'


def reading(body: str | bytes, authority: str = "host.example"):
    return PROTOCOL.reading(body.encode() if isinstance(body, str) else body, authority, frozenset())


def state(body: str | bytes, path: str = "/a", authority: str = "host.example") -> VerdictState:
    meanings = reading(body, authority).judge(AGENTS)(path)
    return meanings[0].state if meanings else SILENT


def of_license(license_: str, attributes: str = "") -> VerdictState:
    return state(document(content(license_, attributes=attributes)))


def page(*parts: PagePart):
    return PROTOCOL.page_reading(packed(parts), frozenset())


def page_state(*parts: PagePart) -> VerdictState:
    meanings = page(*parts).judge(AGENTS)("/any")
    return meanings[0].state if meanings else SILENT


def script(text: str, media_type: str = "application/rsl+xml", name: str = "script") -> PagePart:
    return PagePart(PagePartKind.MARKUP, name, f'<script type="{media_type}">{text}</script>'.encode(), 40)


def link_header(value: str) -> PagePart:
    return PagePart(PagePartKind.HEADER, "link", value.encode(), 3)


FREE = '<payment type="free"/>'
PURCHASE = '<payment type="purchase"/>'


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        # 1.1: search only, no use by AI.
        (licensed(prohibits("ai-all")), RESERVED),
        # 1.1: AI use under a licence to be asked for.
        (licensed(permits("ai-all"), payment="<payment><custom>https://h.example/ask</custom></payment>"), RESERVED),
        # 1.1: pay per crawl.
        (licensed(payment='<payment type="crawl"><standard>https://h.example/ppc</standard></payment>'), RESERVED),
        # 3.7: attribution.
        (
            licensed(
                permits("all"),
                payment='<payment type="attribution"><standard>https://h.example/by</standard></payment>',
            ),
            RESERVED,
        ),
        # 3.5: input only, some users, some countries.
        (
            licensed(permits("ai-input"), permits("non-commercial education", "user"), permits("US EU", "geo")),
            RESERVED,
        ),
        # 3.11: payment by a protocol.
        (
            licensed(
                permits("ai-train"),
                payment='<payment type="crawl"><amount currency="USD">0.015</amount>'
                '<accepts type="application/x402+json"><![CDATA[{"a": "</license>"}]]></accepts></payment>',
            ),
            RESERVED,
        ),
    ],
)
def test_examples_of_the_specification(license_, expected):
    assert of_license(license_) == expected


@pytest.mark.parametrize(
    ("license_", "attributes", "expected"),
    [
        # Getting Started: prohibit training; allow it; allow it with reports to a server.
        (licensed(prohibits("train-ai")), "", RESERVED),
        (licensed(permits("train-ai")), "", ALLOWED),
        (licensed(permits("train-ai")), 'server="https://rslcollective.org/api"', RESERVED),
        # RSL and AI Preferences.
        (
            licensed(
                permits("train-ai"),
                payment='<payment type="subscription"><custom>https://h.example/contact-form.html</custom></payment>',
            ),
            "",
            RESERVED,
        ),
    ],
)
def test_examples_of_the_guides(license_, attributes, expected):
    assert of_license(license_, attributes) == expected


@pytest.mark.parametrize(
    "body",
    [
        # Adding RSL to robots.txt; RSL and AI Preferences.
        "License: https://your-website.com/license.xml\n\nUser-agent: Googlebot\nAllow: /\n",
        "User-Agent: *\nAllow: /\n\nContent-Usage: train-ai=n\nLicense: https://your-website.com/license.xml\n",
    ],
)
def test_the_lines_of_the_guides_point_to_terms(body):
    (statement,) = reading(body).statements()
    assert (statement.value, state(body)) == ("https://your-website.com/license.xml", UNKNOWN)


def test_the_example_of_a_book():
    # Adding RSL to Media Files.
    package = (
        '<package version="3.0" xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rsl="https://rslstandard.org/rsl" unique-identifier="BookID"><metadata><dc:title>T</dc:title><rsl:rsl>'
        '<rsl:content url="https://press.example/book.aes" server="https://rslcollective.org/api"><rsl:license>'
        '<rsl:permits type="usage">train-ai</rsl:permits><rsl:payment type="royalty"><rsl:standard>'
        "https://rslcollective.org/license</rsl:standard></rsl:payment></rsl:license></rsl:content></rsl:rsl></metadata>"
        "</package>"
    )
    (statement,) = page(PagePart(PagePartKind.EMBEDDED, "opf", package.encode(), 0)).statements()
    assert statement.state is RESERVED
    assert statement.value == (
        "permits train-ai; server=https://rslcollective.org/api; payment=royalty; "
        "license=https://rslcollective.org/license"
    )


def test_the_example_of_narrower_scope():
    body = document(content(licensed(permits("all"))), content(licensed(prohibits("ai-train")), "/articles/"))
    assert state(body, "/articles/1") == RESERVED
    assert state(body, "/shop") == ALLOWED


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        (licensed(permits("ai-train")), ALLOWED),
        (licensed(permits("ai-train"), payment=FREE), ALLOWED),
        (licensed(permits("ai-train"), payment="<payment/>"), ALLOWED),
        (licensed(permits("search ai-all"), payment=FREE), ALLOWED),
        (licensed(permits("all")), ALLOWED),
        (licensed(permits("search, train-ai")), ALLOWED),
        (
            licensed(permits("ai-train"), payment='<payment type="free"><amount currency="EUR">1</amount></payment>'),
            RESERVED,
        ),
        (
            licensed(permits("ai-train"), payment="<payment><standard>https://h.example/s</standard></payment>"),
            RESERVED,
        ),
        *(
            (licensed(permits("ai-train"), payment=f'<payment type="{kind}"/>'), RESERVED)
            for kind in ("purchase", "subscription", "training", "crawl", "use", "contribution", "attribution", "other")
        ),
        (licensed(permits("ai-train"), prohibits("ai-train")), RESERVED),
        (licensed(permits("ai-train"), prohibits("all")), RESERVED),
        (licensed(prohibits("AI-Train")), RESERVED),
        (licensed(prohibits("train-ai")), RESERVED),
        (licensed(prohibits("search,train-genai")), RESERVED),
        (licensed(prohibits("ai-input ai-index search")), SILENT),
        (licensed(prohibits("ai-input"), payment=PURCHASE), RESERVED),
        (licensed(permits("search")), RESERVED),
        (licensed(permits("ai-training")), RESERVED),
        (licensed(), SILENT),
        (licensed(payment=FREE), SILENT),
        (licensed(permits("ai-train"), permits("non-commercial", "user")), RESERVED),
        (licensed(permits("ai-train"), prohibits("US", "geo")), RESERVED),
        (licensed(permits("ai-train"), '<reporting type="telemetry" profile="https://p.example/"/>'), RESERVED),
        (licensed(permits("ai-train"), '<legal type="warranty">ownership</legal>'), ALLOWED),
        (licensed(permits("ai-train"), '<x:more xmlns:x="urn:x">pay</x:more>'), ALLOWED),
    ],
)
def test_what_a_license_means_for_training(license_, expected):
    assert of_license(license_) == expected


def test_a_license_server_is_a_condition_even_where_the_license_is_free():
    free = licensed(permits("ai-train"), payment=FREE)
    assert of_license(free, 'server="https://l.example/"') == RESERVED
    assert of_license(free, 'encrypted="true"') == RESERVED
    assert of_license(free, 'encrypted="false"') == ALLOWED


def test_conditions_and_addresses_stand_in_the_value():
    payment = '<payment type="training"><custom>https://h.example/ask</custom></payment>'
    body = document(content(licensed(permits("ai-train"), payment=payment), "/a/*", 'server="https://l.example"'))
    (statement,) = reading(body).statements()
    expected = "permits ai-train; server=https://l.example; payment=training; license=https://h.example/ask"
    assert (statement.value, statement.path) == (expected, "/a/*")
    assert statement.rule == f"content 1, license 1: {expected}"
    assert (statement.number, statement.agents, statement.purpose, statement.state) == (
        0,
        ("*",),
        Purpose.TRAIN,
        RESERVED,
    )


@pytest.mark.parametrize("address", ["mailto:jane@h.example", "jane@h.example"])
def test_a_mailbox_is_not_repeated(address):
    license_ = licensed(permits("all"), payment=f"<payment><custom>{address}</custom></payment>")
    (statement,) = reading(document(content(license_))).statements()
    assert "jane" not in statement.rule + statement.value


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        ((licensed(permits("search")), licensed(permits("ai-train"))), ALLOWED),
        ((licensed(permits("ai-train")), licensed(permits("ai-train"), payment=PURCHASE)), RESERVED),
        ((licensed(permits("ai-train")), licensed(prohibits("ai-train"))), RESERVED),
        ((licensed(), licensed(permits("ai-train"))), ALLOWED),
    ],
)
def test_licenses_as_narrow_combine_restrictively_in_any_order(licenses, expected):
    for order in (licenses, licenses[::-1]):
        assert state(document(content("".join(order)))) == expected
        assert state(document(*(content(license_) for license_ in order))) == expected


def test_a_narrower_content_that_says_nothing_on_training_leaves_the_broader():
    body = document(content(licensed(prohibits("ai-train"))), content(licensed(payment=FREE), "/free/"))
    assert state(body, "/free/essay") == RESERVED


def test_the_deciding_license_is_named():
    body = document(content(licensed(permits("all"))), content(licensed() + licensed(prohibits("ai-train")), "/a"))
    (meaning,) = reading(body).judge(AGENTS)("/a")
    assert (meaning.statement, meaning.agents, meaning.purpose) == (2, ("CCBot", "OwnBot"), Purpose.TRAIN)


@pytest.mark.parametrize(
    ("url", "path", "matches"),
    [
        ("/", "/x", True),
        ("", "/x", True),
        ("*", "/x", True),
        ("/images/", "/images/a.png", True),
        ("/images/", "/a.png", False),
        ("/*.pdf$", "/a.pdf", True),
        ("/*.pdf$", "/a.pdf?x", False),
        ("https://host.example", "/x", True),
        ("https://host.example/*", "/x", True),
        ("HTTPS://Host.Example:443/a", "/a/b", True),
        ("//host.example/a", "/a/b", True),
        ("https://host.example/a", "/b", False),
        ("https://host.example?q=1", "/?q=1", True),
        ("https://www.host.example/", "/x", False),
        ("https://host.example:8443/", "/x", False),
        ("https://*/", "/x", False),
        ("urn:isbn:123", "/x", False),
        ("no-slash", "/no-slash", False),
    ],
)
def test_contents_are_for_paths_of_the_host_that_is_judged(url, path, matches):
    assert state(document(content(licensed(prohibits("ai-train")), url)), path) == (RESERVED if matches else SILENT)


def test_a_document_shared_by_hosts_is_read_for_each():
    body = document(
        content(licensed(prohibits("ai-train")), "https://a.example/"),
        content(licensed(permits("ai-train")), "https://b.example/"),
    )
    assert PROTOCOL.rules_name_hosts
    assert state(body, "/x", "a.example") == RESERVED
    assert state(body, "/x", "b.example") == ALLOWED
    assert state(body, "/x", "c.example") == SILENT
    assert len(reading(body, "a.example").statements()) == 2


def test_an_unknown_path_is_reserved_if_any_is_and_allowed_only_if_all_are():
    free, closed = licensed(permits("all")), licensed(prohibits("all"))
    assert state(document(content(free), content(closed, "/b")), UNKNOWN_PATH) == RESERVED
    assert state(document(content(free)), UNKNOWN_PATH) == ALLOWED
    assert state(document(content(free, "/*")), UNKNOWN_PATH) == ALLOWED
    assert state(document(content(free, "/b")), UNKNOWN_PATH) == SILENT
    assert state(document(content(closed, "https://other.example/")), UNKNOWN_PATH) == SILENT


@pytest.mark.parametrize(
    "root",
    ["rsl", 'rsl xmlns="https://rslstandard.org/rsl/2.0/"', 'rsl xmlns="http://www.rslstandard.org/rsl"'],
)
def test_a_document_of_another_namespace_reserves_but_permits_nothing(root):
    for license_, expected in ((licensed(prohibits("ai-train")), RESERVED), (licensed(permits("ai-train")), SILENT)):
        assert state(f"<{root}>{content(license_)}</rsl>") == expected


def test_a_document_with_an_unknown_element_reserves_but_permits_nothing():
    assert of_license(licensed(permits("all"), "<prohibit>ai-train</prohibit>")) == SILENT
    assert of_license(licensed(prohibits("ai-train"), "<permit>all</permit>")) == RESERVED


def test_a_content_that_does_not_say_what_it_is_for_reserves_but_permits_nothing():
    for license_, expected in ((licensed(prohibits("ai-train")), RESERVED), (licensed(permits("ai-train")), SILENT)):
        assert state(document(f"<content>{license_}</content>")) == expected


def test_prefixed_documents_and_feeds_are_read():
    prefixed = (
        '<r:rsl xmlns:r="https://rslstandard.org/rsl"><r:content url="/"><r:license><r:prohibits type="usage">ai-train'
        "</r:prohibits></r:license></r:content></r:rsl>"
    )
    assert state(prefixed) == RESERVED
    feed = (
        '<rss xmlns:rsl="https://rslstandard.org/rsl" version="2.0"><channel><item><link>https://host.example/one</link>'
        '<rsl:content url=""><rsl:license><rsl:prohibits type="usage">ai-train</rsl:prohibits></rsl:license>'
        "</rsl:content></item></channel></rss>"
    )
    assert state(feed, "/one") == RESERVED
    assert state(feed, "/two") == SILENT


@pytest.mark.parametrize(
    "place",
    [
        "<channel>{}</channel>",
        "<channel><item>{}</item></channel>",
        "<channel><item><guid>https://host.example/one</guid>{}</item></channel>",
        '<a:entry xmlns:a="http://www.w3.org/2005/Atom"><a:link href="https://host.example/one"/>{}</a:entry>',
    ],
)
def test_a_content_of_a_feed_without_an_address_reserves_but_permits_nothing(place):
    for element, expected in (("prohibits", RESERVED), ("permits", SILENT)):
        terms = (
            f'<rsl:content url=""><rsl:license><rsl:{element} type="usage">ai-train</rsl:{element}></rsl:license>'
            "</rsl:content>"
        )
        assert state(f'<rss xmlns:rsl="https://rslstandard.org/rsl">{place.format(terms)}</rss>') == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><body>ai-train</body></html>",
        "<!DOCTYPE html><p>License: https://h.example/l.xml",
        '<rsl xmlns="https://ns.example/"><content url="/"><license><permits>all</permits></license></content></rsl>',
        document(content(licensed(permits("all"))))[:-3],
        document(content(licensed(permits("all")))) + "\0",
        (
            '<!DOCTYPE r [<!ENTITY a "all">]><rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>'
            '<permits type="usage">&a;</permits></license></content></rsl>'
        ),
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rsl>&b;</rsl>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rsl>&a;</rsl>',
        document(content(licensed(permits("all")))) + " " * 500 * 1024,
        document(content(licensed(permits("all")))).replace("<rsl", "<!-- " + "-" * 3 + " --><rsl"),
    ],
)
def test_what_is_no_license_document_says_nothing(body):
    assert reading(body).statements() == ()
    assert state(body) == SILENT


ROBOTS = """\
User-agent: ExampleBot
Allow: /
License: https://example.com/examplebot-license.xml

User-agent: *
Allow: /
license : https://example.com/default-license.xml # for all
"""


def test_lines_of_robots_txt_point_to_terms_that_were_not_read():
    read = reading(ROBOTS)
    assert [(s.value, s.rule, s.state) for s in read.statements()] == [
        (
            "https://example.com/examplebot-license.xml",
            "line 3: License: https://example.com/examplebot-license.xml",
            UNKNOWN,
        ),
        (
            "https://example.com/default-license.xml",
            "line 7: license : https://example.com/default-license.xml",
            UNKNOWN,
        ),
    ]
    assert [s.agents for s in read.statements()] == [("examplebot",), ("*",)]
    (meaning,) = read.judge(AGENTS)("/x")
    assert (meaning.state, meaning.statement, meaning.agents) == (UNKNOWN, 1, ("CCBot", "OwnBot"))
    (meaning,) = read.judge(AgentTokens((), ("ExampleBot",)))("/x")
    assert (meaning.statement, meaning.agents) == (0, ("ExampleBot",))
    assert read.judge(AgentTokens(("CCBot",), ()))("/x") == ()


@pytest.mark.parametrize(
    ("robots", "numbers"),
    [
        ("License: https://a.example/\nUser-agent: *\nAllow: /\n", [0]),
        ("License: https://a.example/\nLicense: https://b.example/\n", [0, 1]),
        ("License: https://a.example/\nUser-agent: OwnBot\nLicense: https://b.example/\n", [0, 1]),
        ("License: https://a.example/\nUser-agent: *\nLicense: https://b.example/\n", [1]),
        ("User-agent: Other\nLicense: https://a.example/\n", []),
        ("User-agent: Other\nUser-agent: OwnBot\nAllow: /\nLicense: https://a.example/\n", [0]),
    ],
)
def test_lines_in_the_group_of_an_agent_come_before_those_outside_any(robots, numbers):
    heard = reading(robots).judge(AGENTS)("/x")
    assert [m.statement for m in heard] == numbers
    assert {m.state for m in heard} <= {UNKNOWN}


@pytest.mark.parametrize(
    "body", ["User-agent: *\nDisallow: /\n", "License:\n", "# License: https://a.example/", "Licenses: x"]
)
def test_a_robots_txt_without_such_lines_says_nothing(body):
    assert reading(body).statements() == ()


@pytest.mark.parametrize(
    "value",
    [
        '<https://example.com/license.xml>; rel="license"; type="application/rsl+xml"',
        "<https://example.com/license.xml>;type=application/rsl+xml;rel=license",
        (
            '<https://a.example/>; rel=next, <https://example.com/license.xml>; REL="nofollow License"; '
            'type="application/RSL+xml; charset=utf-8"'
        ),
        '<https://example.com/license.xml>; title="a; rel=x, b"; rel=license; type="application/rsl+xml"',
    ],
)
def test_a_link_header_points_to_terms(value):
    (statement,) = page(link_header(value)).statements()
    assert (statement.value, statement.state) == ("https://example.com/license.xml", UNKNOWN)
    assert statement.rule == "header link: <https://example.com/license.xml>"
    assert page_state(link_header(value)) == UNKNOWN


def test_a_link_tag_points_to_terms():
    tag = b'<link rel="license" type="application/rsl+xml" href="https://example.com/license.xml?a=1&amp;b=2">'
    (statement,) = page(PagePart(PagePartKind.MARKUP, "link", tag, 12)).statements()
    assert (statement.value, statement.state) == ("https://example.com/license.xml?a=1&b=2", UNKNOWN)
    assert statement.rule == "link at 12: https://example.com/license.xml?a=1&b=2"


@pytest.mark.parametrize(
    "part",
    [
        link_header('<https://creativecommons.org/licenses/by/4.0/>; rel="license"'),
        link_header('<https://example.com/license.xml>; rel="alternate"; type="application/rsl+xml"'),
        link_header('<https://example.com/>; title="; rel=license; type=application/rsl+xml"'),
        link_header("https://example.com/license.xml; rel=license; type=application/rsl+xml"),
        PagePart(PagePartKind.MARKUP, "link", b'<link rel="license" href="https://example.com/">', 0),
        script(document(content(licensed(prohibits("all")))), "text/xml"),
        script(" "),
        PagePart(PagePartKind.EMBEDDED, "xmp", b"<a/>", 0),
        PagePart(PagePartKind.EMBEDDED, "c2pa", document(content(licensed(prohibits("all")))).encode(), 0),
    ],
)
def test_other_parts_say_nothing(part):
    assert page(part).statements() == ()


def test_a_script_holds_the_terms_themselves():
    assert page_state(script(document(content(licensed(prohibits("ai-train")), "")))) == RESERVED
    assert page_state(script(document(content(licensed(permits("ai-train")), "")))) == ALLOWED
    assert page_state(script("<![CDATA[" + document(content(licensed(prohibits("all")), "")) + "]]>")) == RESERVED


def test_terms_in_the_body_of_a_page_reserve_but_permit_nothing():
    for terms, expected in ((prohibits("ai-train"), RESERVED), (permits("ai-train"), SILENT)):
        assert page_state(script(document(content(licensed(terms), "")), name="body/script")) == expected
    tag = b'<link rel="license" type="application/rsl+xml" href="https://example.com/license.xml">'
    assert page_state(PagePart(PagePartKind.MARKUP, "body/link", tag, 12)) == UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "not xml",
        document(content(licensed(prohibits("all")), ""))[:-3],
        content(licensed(prohibits("all")), ""),
        "<!DOCTYPE r [<!ENTITY a 'b'>]><rsl>&a;</rsl>",
    ],
)
def test_a_script_that_cannot_be_read_is_an_error(text):
    free = script(document(content(licensed(permits("all")), "")))
    closed = script(document(content(licensed(prohibits("all")), "")))
    (statement,) = page(script(text)).statements()
    assert (statement.state, statement.rule) == (VerdictState.ERROR, "script at 40: unreadable")
    assert page_state(free, script(text)) == VerdictState.ERROR
    assert page_state(script(text), closed) == RESERVED


def test_terms_for_a_named_asset_reserve_but_permit_nothing():
    assert page_state(script(document(content(licensed(prohibits("all")), "https://a.example/x")))) == RESERVED
    assert page_state(script(document(content(licensed(permits("all")), "https://a.example/x")))) == SILENT


def test_terms_embedded_in_a_file_are_read():
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata><rsl:rsl xmlns:rsl="https://rslstandard.org/rsl">'
        '<rsl:content url="https://a.example/book"><rsl:license><rsl:prohibits type="usage">ai-all</rsl:prohibits>'
        "</rsl:license></rsl:content></rsl:rsl></metadata></package>"
    )
    assert page_state(PagePart(PagePartKind.EMBEDDED, "opf", package.encode(), 0)) == RESERVED


def test_of_a_page_the_strictest_counts():
    pointer = link_header('<https://example.com/license.xml>; rel="license"; type="application/rsl+xml"')
    free = script(document(content(licensed(permits("all")), "")))
    closed = script(document(content(licensed(prohibits("all")), "")))
    assert page_state(free, pointer) == UNKNOWN
    assert page_state(pointer, free, closed) == RESERVED
    assert [s.number for s in page(pointer, free, closed).statements()] == [0, 1, 2]
    assert PROTOCOL.page_rule is PageRule.RESTRICTIVE


def test_evidence_is_cut():
    body = document(content(licensed(prohibits("ai-train " + "x" * 9_000)), "/" + "y" * 9_000))
    statements = (
        *reading(body).statements(),
        *reading("License: https://a.example/" + "z" * 9_000).statements(),
        *page(script(body)).statements(),
    )
    assert len(statements) == 3
    assert all(len(s.rule) <= 2_083 and len(s.value) <= 2_083 and len(s.path or "") <= 2_083 for s in statements)


@pytest.mark.parametrize(
    "body",
    [
        document(*(content(licensed(prohibits("ai-train")), "/" + "*a" * 20 + "$") for _ in range(3_000))),
        "<a>" * 120_000,
        document("<license>" * 20_000 + "</license>" * 20_000),
        "license:" * 60_000,
        "license: x\n" * 40_000,
    ],
)
def test_adversarial_documents_are_read_in_time(body):
    with without_hanging():
        state(body, "/" + "a" * 1_000 + "b")
        reading(body).statements()


@pytest.mark.parametrize("value", ['<x>;a="' + '\\"' * 2_000, "<" * 4_000, "<>;" + "; rel=" * 700, '<x>; "' * 700])
def test_adversarial_link_headers_are_read_in_time(value):
    with without_hanging():
        assert page(link_header(value)).statements() == ()


@given(st.binary(max_size=300))
def test_any_octets_are_accepted_and_permit_nothing(octets):
    assert state(octets) != ALLOWED
    for carrier, name in (
        (PagePartKind.HEADER, "link"),
        (PagePartKind.MARKUP, "link"),
        (PagePartKind.MARKUP, "script"),
        (PagePartKind.EMBEDDED, "xmp"),
    ):
        assert page_state(PagePart(carrier, name, octets, 0)) != ALLOWED


@given(st.data())
def test_damaged_documents_are_accepted_and_permit_nothing_more(data):
    whole = bytearray(document(content(licensed(prohibits("ai-train ai-all"), payment=PURCHASE))).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=2))
    assert state(bytes(whole)) != ALLOWED


def test_what_stands_in_an_extension_is_ignored():
    """Errata of 7 August 2026: unrecognised extension elements and their contents."""
    free = licensed(permits("all"))
    body = document(
        f'<e:x xmlns:e="https://e.example/">{content(free)}</e:x>', content(licensed(prohibits("ai-train")))
    )
    assert [s.value for s in reading(body).statements()] == ["prohibits ai-train"]


def test_a_script_with_several_contents_permits_nothing():
    """Section 4.6.2: one content."""
    free = content(licensed(permits("all")), url="")
    assert page_state(script(document(free))) is ALLOWED
    assert page_state(script(document(free, free))) is SILENT


def test_items_within_items_are_walked_once():
    items = 5_000
    contents = '<r:content url=""/>' * items
    body = f'<rss xmlns:r="https://rslstandard.org/rsl">{"<item/>" * items}<item>{contents}</item></rss>'
    nested = f'<rss xmlns:r="https://rslstandard.org/rsl">{"<item>" * 150}{contents}{"</item>" * 150}</rss>'
    with without_hanging():
        reading(body)
        reading(nested)
