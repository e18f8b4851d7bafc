"""Robots tags, as DeviantArt's announcement of November 2022 shows them, and in the forms that pages use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.meta_robots import PROTOCOL
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import VerdictState

AGENTS = AgentTokens(("CCBot",), ("CCBot", "GPTBot"))
EVERYBODY = {"CCBot", "GPTBot"}


def reading(*tags: str | bytes):
    octets = [tag if isinstance(tag, bytes) else tag.encode() for tag in tags]
    parts = [PagePart(PagePartKind.MARKUP, "meta", tag, 100 + place) for place, tag in enumerate(octets)]
    return PROTOCOL.page_reading(packed(parts), frozenset())


def bound(*tags: str) -> set[str]:
    return {token for m in reading(*tags).judge(AGENTS)("") for token in m.agents}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (['<meta name="robots" content="noai, noimageai">'], EVERYBODY),
        (['<meta name="robots" content="noimageai">', '<meta name="robots" content="noai">'], EVERYBODY),
        (["<META CONTENT='NoIndex,NoAI' NAME=Robots />"], EVERYBODY),
        (['<meta name="robots" content="noimageai">'], set()),
        (['<meta name="robots" content="noindex">'], set()),
        (['<meta name="GPTBot" content="noai">'], {"GPTBot"}),
        (['<meta name="ccbot" content="noindex, noai">'], {"CCBot"}),
        (['<meta name="googlebot" content="noai">'], set()),
        (['<meta name="keywords" content="art, noai">'], set()),
        (['<meta property="robots" content="noai">'], set()),
        (['<meta content="noai">'], set()),
        (["<meta name='robots' content='&#110;oai'>"], EVERYBODY),
    ],
)
def test_tags_bind_whom_they_name(tags, expected):
    assert bound(*tags) == expected


def test_a_statement_shows_where_the_tag_stands():
    first, second = reading('<meta name="Robots" content="noai, noimageai">').statements()
    assert (first.value, first.state, first.agents) == ("noai", VerdictState.RESERVED, ("*",))
    assert first.rule == 'meta at 100: name="robots" content="noai, noimageai"'
    assert (second.number, second.value, second.state) == (1, "noimageai", VerdictState.SILENT)


def test_subjects_of_a_page_are_no_statement():
    assert reading('<meta name="keywords" content="noai">', '<meta name="og:tag" content="noai">').statements() == ()


@given(st.binary(max_size=200))
def test_any_octets_permit_nothing(octets):
    assert all(s.state is not VerdictState.ALLOWED for s in reading(octets).statements())


@pytest.mark.parametrize("content", ["noml", "noindex, NOML", "noarchive noml"])
def test_noml_is_open(content):
    read = reading(f'<meta name="robots" content="{content}">')
    (meaning,) = read.judge(AgentTokens(crawl=(), train=("GPTBot", "CCBot")))("/x")
    assert (meaning.state, meaning.agents) == (VerdictState.OPEN, ("CCBot", "GPTBot"))


def test_noai_comes_before_noml():
    read = reading('<meta name="robots" content="noml, noai">')
    (meaning,) = read.judge(AgentTokens(crawl=(), train=("GPTBot",)))("/x")
    assert meaning.state is VerdictState.RESERVED
