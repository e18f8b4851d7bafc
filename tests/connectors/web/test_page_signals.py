"""Responses written by warcio, from the archive to the evaluators."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders

from colophon.connectors.web.http_response import HeaderLine, read_response
from colophon.connectors.web.page_signals import page_of
from colophon.reservations import PROTOCOLS
from colophon.reservations.observation import SearchedPage
from colophon.reservations.page_evidence import PagePartKind, packed

ALL = (PagePartKind.HEADER, PagePartKind.MARKUP, PagePartKind.EMBEDDED)
HTML = b'<html><head><meta name="robots" content="noai"><meta name="tdm-reservation" content="1"></head></html>'


def page(headers: list[tuple[str, str]], body: bytes, media_type: str = "text/html") -> SearchedPage:
    head = StatusAndHeaders("200 OK", [("Content-Type", media_type), *headers], "HTTP/1.1").to_bytes()
    response = read_response(head + body)
    return page_of(response.header_lines, media_type, response.body)


def test_headers_and_tags_are_kept_in_their_order():
    headers = [("X-Robots-Tag", "noai"), ("Server", "x"), ("X-Robots-Tag", "GPTBot: noai"), ("TDM-Reservation", "1")]
    found = page(headers, HTML)
    assert found.carriers == ALL
    assert [(p.carrier, p.name, p.offset) for p in found.parts] == [
        (PagePartKind.HEADER, "x-robots-tag", 1),
        (PagePartKind.HEADER, "x-robots-tag", 3),
        (PagePartKind.HEADER, "tdm-reservation", 4),
        (PagePartKind.MARKUP, "meta", 12),
        (PagePartKind.MARKUP, "meta", 47),
    ]
    assert found.parts[1].content == b"GPTBot: noai"


@pytest.mark.parametrize("name", ["Content-Usage", "content-signal", "TDM-Policy", "tdm-reservation", "X-ROBOTS-TAG"])
def test_each_header_on_rights_is_kept(name):
    (part,) = page([(name, "some value")], b"").parts
    assert (part.name, part.content) == (name.lower(), b"some value")


def test_of_links_only_those_to_rsl_licenses_are_kept():
    rsl = '<https://e.example/l.xml>; rel="license"; type="application/rsl+xml"'
    found = page([("Link", "</s.css>; rel=preload"), ("Link", '</l>; rel="license"'), ("Link", rsl)], b"")
    assert [p.content for p in found.parts] == [rsl.encode()]


def test_a_page_that_says_nothing_was_looked_through():
    assert page([], b"<html><head></head><body>noai</body></html>") == SearchedPage(ALL)
    assert page([], b"noai", "text/plain") == SearchedPage(ALL)


def test_a_page_whose_head_was_not_read_to_its_end_was_not_looked_through():
    assert page([], b"<html><head><style>" + b"x" * 2**20).carriers == (PagePartKind.HEADER, PagePartKind.EMBEDDED)


def test_what_did_not_come_over_http_has_no_headers_to_look_through():
    assert page_of(None, "text/html", b"") == SearchedPage((PagePartKind.MARKUP, PagePartKind.EMBEDDED))


def test_nobody_looked_into_a_body_that_cannot_be_unpacked_or_is_of_an_unknown_kind():
    assert page_of((), "text/html", None).carriers == (PagePartKind.HEADER,)
    assert page_of((), "video/mp4", b"x").carriers == (PagePartKind.HEADER, PagePartKind.MARKUP)
    assert page_of((), "application/pdf", b"%PDF-1.4 damaged").carriers == (PagePartKind.HEADER, PagePartKind.MARKUP)


def test_the_type_of_an_image_is_kept_beside_a_directive_about_images_alone():
    kept = page([("X-Robots-Tag", "noimageai")], b"", "image/png").parts
    assert [p.name for p in kept] == ["content-type", "x-robots-tag"]
    assert [p.name for p in page([("X-Robots-Tag", "noai")], b"", "image/png").parts] == ["x-robots-tag"]
    assert [p.name for p in page([("X-Robots-Tag", "noimageai")], b"").parts] == ["x-robots-tag"]


def test_a_header_beyond_measure_is_not_kept_and_the_headers_were_not_looked_through():
    lines = HeaderLine("x-robots-tag", b"noai," * 20_000), HeaderLine("x-robots-tag", b"noai")
    found = page_of(lines, "text/html", b"")
    assert [part.content for part in found.parts] == [b"noai"]
    assert found.carriers == (PagePartKind.MARKUP, PagePartKind.EMBEDDED)


def test_evaluators_find_their_statements_in_what_was_kept():
    evidence = packed(page([("X-Robots-Tag", "noai")], HTML).parts)
    speaking = {p for p, e in PROTOCOLS.items() if e.page_reading(evidence, frozenset()).statements()}
    assert speaking == {"x_robots", "meta_robots", "tdmrep"}


@given(
    st.lists(st.builds(HeaderLine, st.sampled_from(["link", "x-robots-tag", "content-type"]), st.binary(max_size=30))),
    st.sampled_from(["text/html", "image/png", "application/pdf", ""]),
    st.binary(max_size=200),
)
def test_any_response_is_looked_through(headers, media_type, body):
    assert PagePartKind.HEADER in page_of(headers, media_type, body).carriers


def test_the_octets_of_a_header_are_kept():
    block = io.BytesIO(b"HTTP/1.1 200 OK\r\nTDM-Policy: https://e.example/\xc3\xa9\xff\r\n\r\n")
    (line,) = read_response(block.getvalue()).header_lines
    assert line == HeaderLine("tdm-policy", b"https://e.example/\xc3\xa9\xff")


TDM_POLICY = "https://provider.com/policies/policy.json"
TDM_PAGE = f"""<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="tdm-reservation" content="1">
    <meta name="tdm-policy" content="{TDM_POLICY}">
    <title>Document title</title>
  </head>
  <body>...</body>
</html>
"""


@pytest.mark.parametrize(
    ("protocol", "headers", "body", "media_type", "value"),
    [
        # TDM Reservation Protocol: "TDM Header Field in HTTP Responses", "TDM Metadata in HTML Content".
        ("tdmrep", [("tdm-reservation", "1")], "", "image/jpg", "1"),
        (
            "tdmrep",
            [("tdm-reservation", "1"), ("tdm-policy", TDM_POLICY)],
            "",
            "text/html",
            f"1; policy={TDM_POLICY}",
        ),
        ("tdmrep", [], TDM_PAGE, "text/html", f"1; policy={TDM_POLICY}"),
        # draft-ietf-aipref-attach-05, section 1.2.
        (
            "aipref",
            [("Date", "Wed, 23 Apr 2025 04:48:02 GMT"), ("Content-Usage", "train-ai=n")],
            "This is some content.",
            "text/plain",
            "train-ai=n",
        ),
        # RSL, "Adding RSL to HTTP Headers".
        (
            "rsl",
            [("Link", '<https://example.com/license.xml>; rel="license"; type="application/rsl+xml"')],
            "",
            "text/html; charset=UTF-8",
            "https://example.com/license.xml",
        ),
    ],
)
def test_responses_that_the_specifications_show_are_read_from_end_to_end(protocol, headers, body, media_type, value):
    evidence = packed(page(headers, body.encode(), media_type).parts)
    statements = PROTOCOLS[protocol].page_reading(evidence, frozenset()).statements()
    assert statements[0].value == value
