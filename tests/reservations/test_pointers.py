"""Files that only point to terms count where the terms themselves were not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from colophon.reservations.in_force import HostLooks, ObservedEvidence, UnknownReason
from colophon.reservations.judge import PAGES, judge, unknown_documents
from colophon.reservations.moment import JudgedSource
from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.policy import Clock, Copies, Policy, ProtocolTerms, Standing
from colophon.vocabulary import Acquisition, Outcome, Place, VerdictState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = ProtocolTerms("rsl", Standing.REQUIRED, 30)
POLICY = Policy("p", NOON.date(), Clock.AT_FETCH, (TERMS,), (), ("Bot",), (VerdictState.RESERVED,), Copies.OWN)
POINTER = b"User-agent: *\nAllow: /\nLicense: https://host.example/license.xml\n"


def license_document(element: str, words: str) -> bytes:
    return (
        '<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>'
        f'<{element} type="usage">{words}</{element}></license></content></rsl>'
    ).encode()


CLOSED = license_document("prohibits", "ai-train")
OPEN = license_document("permits", "ai-train")
OTHER = license_document("prohibits", "ai-input")


def seen(identity: str, days_before: float, body: bytes | None, outcome: Outcome = Outcome.OK) -> ObservedEvidence:
    at = NOON - days_before * DAY
    return ObservedEvidence(identity, "rsl", "host.example", at, outcome, body)


def document() -> pa.RecordBatch:
    row = {
        "doc_id": 1,
        "source_id": 0,
        "authority": "host.example",
        "url": "https://host.example/a",
        "fetched_at": NOON,
        "page_carriers": [],
        "moment": NOON,
    }
    return pa.RecordBatch.from_pylist([row], schema=PAGES)


SOURCES = (JudgedSource(0, Acquisition.PUBLIC_DATASET, (), None),)


def verdicts(observations):
    return judge(HostLooks.of(observations), document(), SOURCES, POLICY).to_pylist()


def unknown(observations):
    return unknown_documents(HostLooks.of(observations), document(), SOURCES, POLICY).to_pylist()


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([seen("p", 1, POINTER)], [("unknown", "p")]),
        ([seen("p", 1, POINTER), seen("t", 2, CLOSED)], [("reserved", "t")]),
        ([seen("p", 1, POINTER), seen("t", 2, OPEN)], [("allowed", "t")]),
        ([seen("p", 1, POINTER), seen("t", 2, OTHER)], []),
        ([seen("p", 1, POINTER), seen("t", 2, None, Outcome.SERVER_ERROR)], [("error", "t")]),
        ([seen("p", 1, POINTER), seen("t", 40, CLOSED)], [("unknown", "p")]),
        ([seen("p", 1, POINTER), seen("t", -1, CLOSED)], [("unknown", "p")]),
        ([seen("p", 40, POINTER), seen("t", 1, CLOSED)], [("reserved", "t")]),
    ],
)
def test_terms_come_before_what_points_to_them(observations, expected):
    for order in (observations, observations[::-1]):
        rows = verdicts(order)
        assert [(r["verdict"], r["observation_id"]) for r in rows] == expected


@pytest.mark.parametrize(
    ("observations", "reasons"),
    [
        ([], [UnknownReason.NOT_OBSERVED]),
        ([seen("p", 1, POINTER)], []),
        ([seen("p", 40, POINTER)], [UnknownReason.STALE]),
        ([seen("p", -1, POINTER)], [UnknownReason.AFTER_ONLY]),
        ([seen("p", -1, POINTER), seen("t", 40, CLOSED)], [UnknownReason.STALE]),
        ([seen("p", 40, POINTER), seen("t", -1, CLOSED)], [UnknownReason.STALE]),
        ([seen("p", -1, POINTER), seen("t", -2, CLOSED)], [UnknownReason.AFTER_ONLY]),
    ],
)
def test_the_reason_is_that_of_all_looks_together(observations, reasons):
    rows = unknown(observations)
    assert [r["reason"] for r in rows] == reasons


LICENSE = "https://host.example/license.xml"


def page(*addresses: str, terms: bytes = b"", age: float = 0) -> ObservedEvidence:
    """A page that points to terms by its header, and states terms of its own."""
    links = ", ".join(f'<{address}>; rel="license"; type="application/rsl+xml"' for address in addresses)
    parts = [PagePart(PagePartKind.HEADER, "link", links.encode(), 0)]
    if terms:
        script = b'<script type="application/rsl+xml">' + terms + b"</script>"
        parts.append(PagePart(PagePartKind.MARKUP, "script", script, 0))
    at = NOON - age * DAY
    return ObservedEvidence("page", "rsl", "host.example", at, Outcome.OK, packed(parts), Place.PAGE, doc_id=1)


def read(body: bytes | None, outcome: Outcome = Outcome.OK, url: str = LICENSE) -> ObservedEvidence:
    return replace(seen("t", 1, body, outcome), requested_url=url)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([page(LICENSE)], [("unknown", "page")]),
        ([page(LICENSE), read(CLOSED)], [("reserved", "t")]),
        ([page(LICENSE), read(OPEN)], [("allowed", "t")]),
        ([page(LICENSE), read(OTHER)], []),
        ([page("/license.xml"), read(OPEN)], [("allowed", "t")]),
        ([page("http://HOST.example:80/license.xml#part"), read(OPEN)], [("allowed", "t")]),
        ([page("https://other.example/l.xml"), read(OPEN, url="https://other.example/l.xml")], [("allowed", "t")]),
        # what was read is not, or not all, that the page points to
        ([page("/other.xml"), read(OPEN)], [("unknown", "page")]),
        ([page(LICENSE, "/other.xml"), read(OPEN)], [("unknown", "page")]),
        ([page("mailto:a@host.example"), read(OPEN)], [("unknown", "page")]),
        ([page(LICENSE), read(None, Outcome.ABSENT)], [("unknown", "page")]),
        ([page(LICENSE), read(None, Outcome.SERVER_ERROR)], [("error", "t")]),
        ([page(LICENSE), seen("t", 1, OPEN)], [("unknown", "page")]),
        ([page(LICENSE), replace(seen("t", -1, OPEN), requested_url=LICENSE)], [("unknown", "page")]),
        # what the page says itself counts beside it
        ([page(LICENSE, terms=CLOSED), read(OPEN)], [("reserved", "page")]),
    ],
)
def test_a_page_is_judged_by_the_terms_it_points_to_where_they_count_for_its_host(observations, expected):
    for order in (observations, observations[::-1]):
        rows = verdicts(order)
        assert [(r["verdict"], r["observation_id"]) for r in rows] == expected


FEED = "https://host.example/feed.xml"
IN_FEED = (
    b'<rss xmlns:rsl="https://rslstandard.org/rsl"><item><link>https://host.example/other</link><rsl:content url="">'
    b'<rsl:license><rsl:permits type="usage">all</rsl:permits></rsl:license></rsl:content></item></rss>'
)


def file(identity: str, days_before: float, body: bytes | None, url: str, outcome: Outcome = Outcome.OK):
    return replace(seen(identity, days_before, body, outcome), requested_url=url)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        # another file that was read later is no later word on this one
        ([file("a", 2, CLOSED, LICENSE), file("b", 1, IN_FEED, FEED)], [("reserved", "a")]),
        ([file("a", 2, CLOSED, LICENSE), file("b", 1, OPEN, FEED)], [("reserved", "a")]),
        ([file("a", 2, CLOSED, LICENSE), file("b", 1, None, FEED, Outcome.ABSENT)], [("reserved", "a")]),
        ([file("a", 2, OPEN, LICENSE), file("b", 1, None, FEED, Outcome.SERVER_ERROR)], [("error", "b")]),
        # the same file is
        ([file("a", 2, CLOSED, LICENSE), file("b", 1, OPEN, "http://host.example/license.xml")], [("allowed", "b")]),
        ([file("a", 2, CLOSED, LICENSE), file("b", 1, None, LICENSE, Outcome.ABSENT)], []),
        ([file("a", 40, CLOSED, LICENSE), file("b", 1, OPEN, FEED)], [("allowed", "b")]),
        ([file("a", -1, CLOSED, LICENSE), file("b", 1, OPEN, FEED)], [("allowed", "b")]),
    ],
)
def test_each_file_of_a_host_counts_by_its_own_latest_look(observations, expected):
    for order in (observations, observations[::-1]):
        rows = verdicts(order)
        assert [(r["verdict"], r["observation_id"]) for r in rows] == expected
        assert unknown(order) == []


def test_of_files_that_are_all_unknown_the_nearest_gives_the_reason():
    looks = [file("a", 40, CLOSED, LICENSE), file("b", -1, OPEN, FEED)]
    for order in (looks, looks[::-1]):
        rows = unknown(order)
        assert [r["reason"] for r in rows] == [UnknownReason.STALE]


MOVED = POINTER.replace(b"/license.xml", b"/new.xml")
NEW = "https://host.example/new.xml"


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        # the host names another file now
        (
            [seen("p", 5, POINTER), file("a", 5, CLOSED, LICENSE), seen("q", 1, MOVED), file("b", 1, OPEN, NEW)],
            "allowed b",
        ),
        ([seen("p", 5, POINTER), file("a", 5, CLOSED, LICENSE), seen("q", 1, MOVED)], "unknown q"),
        ([seen("p", 5, POINTER), file("a", 1, CLOSED, LICENSE), seen("q", 1, MOVED)], "reserved a"),
        # or will name it later
        ([seen("p", 5, POINTER), file("a", 5, CLOSED, LICENSE), seen("q", -1, MOVED)], "reserved a"),
        # a file that was found in another way stays
        ([file("a", 5, CLOSED, FEED), seen("q", 1, MOVED), file("b", 1, OPEN, NEW)], "reserved a"),
        ([seen("p", 5, POINTER), file("a", 5, CLOSED, LICENSE), seen("q", 1, POINTER + MOVED)], "reserved a"),
        # or several, not all of which were read
        ([file("a", 1, OPEN, LICENSE), seen("q", 1, POINTER + MOVED)], "unknown q"),
        ([file("a", 1, OPEN, LICENSE), file("b", 40, OPEN, NEW), seen("q", 1, POINTER + MOVED)], "unknown q"),
        ([file("a", 1, OPEN, LICENSE), file("b", 2, CLOSED, NEW), seen("q", 1, POINTER + MOVED)], "reserved b"),
        ([file("a", 1, OPEN, LICENSE), file("b", 2, OPEN, NEW), seen("q", 1, POINTER + MOVED)], "allowed a"),
        ([file("a", 1, OPEN, FEED), seen("q", 1, POINTER)], "unknown q"),
        ([file("a", 1, OPEN, LICENSE), seen("q", 1, POINTER + b"License: MIT\n")], "allowed a"),
        ([seen("q", 1, b"License: MIT\n")], "unknown q"),
        # or one that is not there
        ([file("a", 1, None, LICENSE, Outcome.ABSENT), seen("q", 1, POINTER)], "unknown q"),
        ([file("a", 1, None, LICENSE, Outcome.SERVER_ERROR), seen("q", 1, POINTER)], "error a"),
    ],
)
def test_files_count_that_the_host_points_to_now(observations, expected):
    for order in (observations, observations[::-1]):
        (row,) = verdicts(order)
        assert f"{row['verdict']} {row['observation_id']}" == expected


OF_AGENTS = POINTER + b"\nUser-agent: Other\nLicense: https://host.example/new.xml\n"


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        # the terms for another agent
        ([seen("p", 1, OF_AGENTS), file("a", 1, OPEN, LICENSE), file("b", 1, CLOSED, NEW)], [("allowed", "a")]),
        ([seen("p", 1, OF_AGENTS), file("a", 1, CLOSED, LICENSE), file("b", 1, OPEN, NEW)], [("reserved", "a")]),
        ([seen("p", 1, OF_AGENTS), file("a", 1, OPEN, LICENSE)], [("allowed", "a")]),
        ([seen("p", 1, OF_AGENTS), file("b", 1, OPEN, NEW)], [("unknown", "p")]),
        ([seen("p", 1, OF_AGENTS.partition(b"\n\n")[2]), file("b", 1, OPEN, NEW)], []),
        # terms that were found in another way
        ([seen("p", 1, OF_AGENTS), file("a", 1, OPEN, LICENSE), file("c", 1, CLOSED, FEED)], [("reserved", "c")]),
    ],
)
def test_a_file_that_is_named_for_another_agent_says_nothing(observations, expected):
    for order in (observations, observations[::-1]):
        rows = verdicts(order)
        assert [(r["verdict"], r["observation_id"]) for r in rows] == expected
