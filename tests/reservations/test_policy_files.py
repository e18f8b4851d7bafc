"""What the bytes of a successful look at a policy file say about the look."""

from __future__ import annotations

import gzip

import pytest

from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    is_web_page,
    outcome_of_body,
    outcome_of_status,
    policy_file_at,
    redirect_target,
    scheme_of_pages,
)
from colophon.vocabulary import Outcome
from tests.hanging import without_hanging

ROBOTS, TDMREP, RSL, AI_TXT = (
    "robots",
    "tdmrep",
    "rsl",
    "ai_txt",
)
PAGE = b"\n<!-- app --><!DOCTYPE html><html><head><title>Not found</title></head></html>"
RSL_FILE = b'<?xml version="1.0"?>\n<rsl xmlns="https://rslstandard.org/rsl"><content url="/"/></rsl>'


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        (ROBOTS, b""),
        (ROBOTS, PAGE),
        (ROBOTS, b"x" * (MAX_POLICY_BYTES + 1)),
        (ROBOTS, b"User-agent: *\0\nDisallow: /\0\n"),
        (ROBOTS, "User-agent: *\nDisallow: /caf\xe9\n".encode("latin-1")),
        (TDMREP, b"[]"),
        (TDMREP, b'\xef\xbb\xbf[{"location": "/", "tdm-reservation": 1}]'),
        (TDMREP, b'{"location": "/", "tdm-reservation": 1}'),
        (TDMREP, b'["junk", {"location": "/", "tdm-reservation": 1}]'),
        (TDMREP, b'{"error": "not found"}'),
        (RSL, RSL_FILE),
        (RSL, b"\n" + RSL_FILE),
        (RSL, RSL_FILE[22:].decode().encode("utf-16")),
        (RSL, b'<rsl><content url="/"/></rsl>'),
        (RSL, b'<rss xmlns:rsl="https://rslstandard.org/rsl"><item><rsl:content url=""/></item></rss>'),
        (AI_TXT, b""),
        (AI_TXT, b"User-Agent: *\nDisallow: /\n"),
        (AI_TXT, b"# A bakery\n"),
        ("terms", PAGE),
    ],
)
def test_a_file_of_its_protocol_is_ok(protocol, body):
    assert outcome_of_body(body, protocol) is Outcome.OK


@pytest.mark.parametrize("protocol", [TDMREP, AI_TXT])
@pytest.mark.parametrize("page", [PAGE, b"\xef\xbb\xbf<HTML>", b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">'])
def test_a_web_page_in_the_place_of_a_file_is_no_file(protocol, page):
    assert outcome_of_body(page, protocol) is Outcome.ABSENT


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        (ROBOTS, "User-agent: *\nDisallow: /\n".encode("utf-16")),
        (ROBOTS, "User-agent: *\nDisallow: /\n".encode("utf-16-le")),
        (ROBOTS, "User-agent: *\nDisallow: /\n".encode("utf-32")),
        (ROBOTS, gzip.compress(b"User-agent: *\nDisallow: /\n", mtime=0)),
        (TDMREP, b""),
        (TDMREP, b'{"rules": [{"location": "/", "tdm-reservation": 1}]}'),
        (TDMREP, b'[[{"location": "/", "tdm-reservation": 1}]]'),
        (TDMREP, b'[{"location": "/", "tdm-reservation": 1},]'),
        (TDMREP, b'"tdm-reservation: 1"'),
        (TDMREP, b"[" * 100_000),
        (TDMREP, b"<error/>"),
        (RSL, b""),
        (RSL, PAGE),
        (RSL, b"<feed/>"),
        (RSL, RSL_FILE[:-2]),
        (RSL, b'<!DOCTYPE r [<!ENTITY a "b">]><rsl>&a;</rsl>'),
        (RSL, b'<?xml version="1.0" encoding="no-such"?><rsl/>'),
        (AI_TXT, b"<Error><Code>AccessDenied</Code></Error>"),
        (AI_TXT, b'{"error": 1}'),
        (AI_TXT, b"GIF89a\0\1"),
    ],
)
def test_other_bytes_are_unreadable(protocol, body):
    assert outcome_of_body(body, protocol) is Outcome.UNREADABLE


@pytest.mark.parametrize("protocol", [TDMREP, RSL, AI_TXT])
def test_what_is_too_large_is_not_looked_into(protocol):
    assert outcome_of_body(b" " * (MAX_POLICY_BYTES + 1), protocol) is Outcome.TOO_LARGE


@pytest.mark.parametrize(
    ("url", "location", "expected"),
    [
        ("http://e.org/robots.txt", "https://e.org/robots.txt", "https://e.org/robots.txt"),
        ("http://e.org:80/robots.txt", "https://E.org:443/robots.txt#top", "https://e.org/robots.txt"),
        ("https://e.org/robots.txt", "/txt/robots?x=1", "https://e.org/txt/robots?x=1"),
        ("https://e.org/robots.txt", "//www.e.org/robots.txt ", "https://www.e.org/robots.txt"),
        ("https://e.org/robots.txt", "robots.txt", "https://e.org/robots.txt"),
        ("https://e.org/robots.txt", "/the robots.txt", "https://e.org/the%20robots.txt"),
        ("https://e.org/robots.txt", "/für%20alle.txt", "https://e.org/f%C3%BCr%20alle.txt"),
        ("https://e.org/robots.txt", "/f%c3%bcr.txt", "https://e.org/f%C3%BCr.txt"),
        ("https://e.org/robots.txt", "http://e.org/a/../b/./c.txt?d=/../e", "http://e.org/b/c.txt?d=/../e"),
        ("https://e.org/robots.txt", "https://e.org//a/../b.txt", "https://e.org//a/../b.txt"),
        ("https://e.org/robots.txt", "https://e.org?a=/.", "https://e.org?a=/."),
        ("http://e.org/robots.txt", "http://[e.org/robots.txt", None),
        ("http://e.org/robots.txt", "ftp://e.org/robots.txt", None),
        ("http://e.org/robots.txt", None, None),
    ],
)
def test_the_target_of_a_redirect_is_an_address_of_the_web(url, location, expected):
    assert redirect_target(url, location) == expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"rules": [{"location": "/", "tdm-reservation": 0}]}',
        b'{"tdm": {"tdm-reservation": "0"}}',
        b'[[{"location": "/", "tdm-reservation": 2}]]',
        b'{"tdm-reservation": null}',
        b"[]",
        b"{}",
    ],
)
def test_json_that_reserves_nothing_leaves_tdmrep_unset(body):
    assert outcome_of_body(body, TDMREP) is Outcome.OK


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
@pytest.mark.parametrize("protocol", [ROBOTS, TDMREP, RSL, AI_TXT])
def test_a_host_that_refuses_a_file_does_not_implement_its_protocol(status, protocol):
    assert outcome_of_status(status, protocol) is Outcome.ABSENT


@pytest.mark.parametrize("piece", [b"<!---->", b"<!-- -- ", b"<?xml ?>", b" ", b"<!-", b"--><!--", b"<!-->"])
def test_a_body_that_may_be_a_web_page_is_looked_at_in_time(piece):
    with without_hanging():
        for body in (piece * 100_000, piece * 30, piece * 140 + b"<html>"):
            is_web_page(body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_and_unchanged_files_lead_to_other_looks(status):
    assert outcome_of_status(status, ROBOTS) is Outcome.REDIRECTED
    assert outcome_of_status(304, ROBOTS) is Outcome.UNCHANGED


@pytest.mark.parametrize("status", [300, 305, 306, 399, 600, 100])
def test_other_statuses_leave_a_file_unread(status):
    assert outcome_of_status(status, ROBOTS) is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "url",
    [
        "https://e.org/robots.txt?x=1",
        "https://e.org/robots.txt?",
        "https://e.org/ROBOTS.TXT",
        "https://e.org/sub/robots.txt",
        "https://e.org//robots.txt",
        "ftp://e.org/robots.txt",
    ],
)
def test_only_the_path_of_the_specification_is_that_of_a_policy_file(url):
    assert policy_file_at(url) is None


@pytest.mark.parametrize(
    ("url", "protocol", "scheme"),
    [
        ("http://e.org/robots.txt", ROBOTS, "http"),
        ("https://e.org:8443/robots.txt", "content_signal", "https"),
        ("https://e.org/.well-known/tdmrep.json", TDMREP, "https"),
        ("http://e.org/robots.txt", RSL, "http"),  # whose lines point to a license
        ("http://e.org/license.xml", RSL, None),
        (None, ROBOTS, None),
    ],
)
def test_a_file_with_a_fixed_path_speaks_for_its_own_scheme(url, protocol, scheme):
    assert scheme_of_pages(url, protocol) == scheme
