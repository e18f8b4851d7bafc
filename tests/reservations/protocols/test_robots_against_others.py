"""The evaluator beside Google's matcher and Protego: equal wherever RFC 9309 leaves no doubt, else listed here."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from protego import Protego
from robotstxt import RobotsMatcher

from colophon.reservations.protocols.robots import Permission, parse_robots

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data/google_robots_cases.jsonl").read_text().splitlines()
]

#: Cases decided otherwise, and why.
DIFFERENCES = {
    "correctness/index-page/1.1": "Google only: an allowed /index.html opens its folder",
    "correctness/non-ascii-paths/2.2": "section 2.2.2: both sides are percent-encoded before they are compared",
    "correctness/non-ascii-paths/3.2": "section 2.2.2: both sides are percent-encoded before they are compared",
    "correctness/non-ascii-paths/4.1": "section 2.2.2: a percent-encoded unreserved character is decoded",
    "correctness/user-agent-name/1.2": "a name that is no product token is found in full",
    "stress/327748/1.6": "section 2.2.2: /robots.txt is implicitly allowed",
    "stress/369883/1.6": "section 2.2.2: /robots.txt is implicitly allowed",
    "stress/369883/1.7": "a name that is no product token is found in full",
    "stress/369883/1.8": "a name that is no product token is found in full",
    "stress/369883/1.10": "section 2.2.2: /robots.txt is implicitly allowed",
    "stress/860237/1.10": "section 2.2.2: /robots.txt is implicitly allowed",
}


def decision(case) -> Permission:
    address = urlsplit(case["url"])
    path = address.path + (f"?{address.query}" if address.query else "")
    return parse_robots(case["robots"].encode("latin-1")).decide(case["agent"], path).permission


def test_all_cases_are_there():
    assert len(CASES) == 400
    assert {case["case"] for case in CASES} >= DIFFERENCES.keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_google_case(case):
    assert (decision(case) == case["expected"]) is (case["case"] not in DIFFERENCES)


AGENTS = ("FooBot", "BarBot", "foo-bot", "Other")
LITERALS = st.text("ab/.?=&é-", max_size=5)
PATTERNS = st.lists(st.one_of(LITERALS, st.just("*"), st.just("%C3%A9"), st.just("%c3")), max_size=5).map("".join)
PATHS = st.lists(st.one_of(st.text("ab/.?=&-$", max_size=5), st.just("%C3%A9")), max_size=5).map("".join)
#: The bindings of Google's matcher resolve `.` and `..` in a whole address and drop an empty query, which its source
#: does not: it is asked for the path alone. With two slashes in front, it would take the beginning for a host.
PATHS_FOR_GOOGLE = PATHS.filter(lambda path: not path.startswith("/"))
KEYS = st.sampled_from(["Disallow", "disallow", "Allow", "ALLOW"])
RULES = st.builds(
    "{}: {}{}".format, KEYS, PATTERNS.map(lambda p: p and "/" + p), st.sampled_from(["", "$", "*", " # x"])
)
AGENT_LINES = st.builds("{}: {}".format, st.sampled_from(["User-agent", "USER-AGENT"]), st.sampled_from([*AGENTS, "*"]))
LINES = st.lists(st.one_of(RULES, RULES, AGENT_LINES, st.sampled_from(["", "# x", "Sitemap: /x"])), max_size=25)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])

GOOGLE_ONLY_LINES = st.sampled_from([
    "useragent: FooBot", "user agent: FooBot", "user-agent FooBot", "user-agent: FooBot/2.1 (x)", "user-agent: * x",
    "dissallow: /a", "dissalow: /b", "disalow: /", "diasllow: /a", "disallaw: /b", "disallow /a", "disallow : /a",
    "junk", "a b c", ": /", "disallow: a", "disallow:", "allow:", "\ufeffdisallow: /", "<br>",
])  # fmt: skip


@settings(max_examples=300)
@given(
    st.one_of(LINES, st.lists(st.one_of(RULES, AGENT_LINES, GOOGLE_ONLY_LINES), max_size=25)),
    ENDS,
    PATHS_FOR_GOOGLE,
)
@example(["User-agent: FooBot", "Disallow: /?"], "\n", "?")
@example(["User-agent: FooBot", "Disallow: /."], "\n", ".")
def test_decisions_and_lines_equal_those_of_googles_matcher(lines, end, path):
    body = end.join(lines)
    robots = parse_robots(body.encode())
    with RobotsMatcher() as matcher:
        for agent in AGENTS:
            got = robots.decide(agent, "/" + path)
            allowed = matcher.is_allowed(body, agent, "/" + path)
            assert (got.permission is Permission.ALLOWED) is allowed
            if got.line is not None and got.permission is Permission.DISALLOWED:
                assert matcher.matching_line == got.line


@settings(max_examples=200)
# Protego takes `/$` for the path `/$` too, which Google's matcher does not.
@given(LINES, PATHS.filter(lambda path: "$" not in path))
@example(["User-agent: *", "Disallow: /?"], "?")
@example(["User-agent: *", "Disallow: /a?"], "a")
def test_decisions_equal_those_of_protego(lines, path):
    # Protego decodes and encodes paths as text, so that half a character (%c3) and a whole one never match.
    body = "\n".join(lines).replace("%c3", "").replace("%C3%A9", "é")
    robots = parse_robots(body.encode())
    other = Protego.parse(body)
    for agent in ("FooBot", "BarBot"):
        got = robots.decide(agent, "/" + path)
        assert (got.permission is Permission.ALLOWED) is other.can_fetch(f"https://host.example/{path}", agent)
