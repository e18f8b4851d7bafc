"""X-Robots-Tag: the forms that Google's description of the header shows, with the directives that DeviantArt added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.x_robots import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import Purpose, VerdictState
from tests.hanging import without_hanging

AGENTS = AgentTokens(("CCBot",), ("CCBot", "GPTBot"))


def reading(*values: str | bytes, media_type: bytes | None = None):
    lines = [value if isinstance(value, bytes) else value.encode() for value in values]
    parts = [PagePart(PagePartKind.HEADER, "x-robots-tag", line, place) for place, line in enumerate(lines)]
    if media_type is not None:
        parts.append(PagePart(PagePartKind.HEADER, "content-type", media_type, len(parts)))
    return PROTOCOL.page_reading(packed(parts), frozenset())


def bound(*values: str | bytes, media_type: bytes | None = None) -> set[str]:
    meanings = reading(*values, media_type=media_type).judge(AGENTS)("/any")
    assert all((m.purpose, m.state) == (Purpose.TRAIN, VerdictState.RESERVED) for m in meanings)
    return {token for m in meanings for token in m.agents}


EVERYBODY = {"CCBot", "GPTBot"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["noai"], EVERYBODY),
        (["NoAI, NoImageAI"], EVERYBODY),
        (["noindex, noai"], EVERYBODY),
        (["noindex", "noai"], EVERYBODY),
        (["noai noimageai"], EVERYBODY),
        (["*: noai"], EVERYBODY),
        (["GPTBot: noai"], {"GPTBot"}),
        (["gptbot: nofollow, NOAI"], {"GPTBot"}),
        (["googlebot: nofollow", "otherbot: noai"], set()),
        (["otherbot: noindex, ccbot: noai"], {"CCBot"}),
        (["ccbot: noai, gptbot: noai"], EVERYBODY),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST, noai"], EVERYBODY),
        (["unavailable_after: Saturday, 25-Jun-10 15:00:00 PST, noai"], EVERYBODY),
        (["unavailable_after: June 25, 2010 15:00:00, noai"], EVERYBODY),
        (["GPTBot: unavailable_after: Sat, 25 Jun 2010 15:00:00 GMT, noai"], {"GPTBot"}),
        (["max-snippet: 20, max-image-preview:large, noai"], EVERYBODY),
        (["noindex, nofollow"], set()),
        (["noaix, xnoai, no-ai, no ai"], set()),
        (["all"], set()),
        ([""], set()),
    ],
)
def test_directives_bind_whom_they_address(values, expected):
    assert bound(*values) == expected


def test_a_directive_about_images_is_silent_on_texts_and_still_a_statement():
    assert bound("noimageai") == set()
    (statement,) = reading("noimageai").statements()
    assert (statement.value, statement.state) == ("noimageai", VerdictState.SILENT)


def test_a_directive_about_images_binds_where_the_response_is_one():
    assert bound("noimageai", media_type=b"Image/PNG") == EVERYBODY


def test_a_statement_shows_the_header_the_agent_and_its_place():
    first, second = reading("noindex", "GPTBot: noai", "noai").statements()
    assert (first.number, first.agents, first.value, first.path) == (0, ("gptbot",), "noai", None)
    assert first.rule == "header x-robots-tag: GPTBot: noai"
    assert (second.number, second.agents) == (1, ("*",))


def test_each_token_falls_under_one_statement():
    meanings = reading("GPTBot: noai", "noai").judge(AGENTS)("/")
    assert [(m.agents, m.statement) for m in meanings] == [(("GPTBot",), 0), (("CCBot",), 1)]


def test_other_headers_say_nothing_here():
    parts = [PagePart(PagePartKind.HEADER, "link", b"noai", 0), PagePart(PagePartKind.MARKUP, "meta", b"noai", 0)]
    assert PROTOCOL.page_reading(packed(parts), frozenset()).statements() == ()


def test_crawling_stays_open():
    assert all(m.purpose is Purpose.TRAIN for m in reading("noai").judge(AGENTS)("/"))
    assert reading("noai").judge(AgentTokens(("CCBot",), ()))("/") == ()


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_any_octets_give_statements_that_permit_nothing(values):
    assert all(s.state is not VerdictState.ALLOWED for s in reading(*values).statements())


def test_a_header_that_repeats_itself_is_one_statement_soon():
    with without_hanging():
        assert len(reading("a:" * 10_000 + "noai," * 10_000).statements()) <= 2
