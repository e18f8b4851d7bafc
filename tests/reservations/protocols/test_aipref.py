"""AI preferences: the examples of the drafts, and the dictionary cases of the HTTP working group's test suite.

Every example of draft-ietf-aipref-attach-05 (sections 1.2 and 3.4) and of draft-ietf-aipref-vocab (sections 6 to 6.5.2)
as its repository had it on 19 August 2026; the text of version 08, of 13 September 2026, could not be had.
"""

from __future__ import annotations

from pathlib import Path

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.aipref import PROTOCOL, preference_on_training
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens
from colophon.vocabulary import Purpose, VerdictState

ALLOWED, RESERVED, SILENT = VerdictState.ALLOWED, VerdictState.RESERVED, VerdictState.SILENT

DICTIONARY_CASES = http_sf.from_json(
    (Path(__file__).parent / "data/structured_field_dictionary_tests.json").read_text("utf-8")
)


def reading(body: str | bytes):
    return PROTOCOL.reading(body.encode() if isinstance(body, str) else body, "host.example", frozenset())


def state(body: str | bytes, path: str, *tokens: str) -> VerdictState:
    """The first of the states that the body gives for a path."""
    meanings = reading(body).judge(AgentTokens((), tokens or ("FooBot",)))(path)
    return min((m.state for m in meanings), key=list(VerdictState).index, default=SILENT)


def page(*headers: bytes, name: str = "content-usage"):
    parts = tuple(PagePart(PagePartKind.HEADER, name, value, place) for place, value in enumerate(headers))
    return PROTOCOL.page_reading(packed(parts), frozenset())


def page_state(*headers: bytes) -> VerdictState:
    meanings = page(*headers).judge(AgentTokens((), ("FooBot",)))("/any")
    return meanings[0].state if meanings else SILENT


EXAMPLE = """\
User-Agent: *
Allow: /
Disallow: /never/
Content-Usage: train-ai=n
Content-Usage: /ai-ok/ train-ai=y

User-Agent: ExampleBot
Allow: /
Content-Usage: train-ai=y
"""


@pytest.mark.parametrize(("path", "expected"), [("/test", RESERVED), ("/never/test", SILENT), ("/ai-ok/test", ALLOWED)])
def test_the_drafts_example_for_all_agents(path, expected):
    assert state(EXAMPLE, path) == expected


@pytest.mark.parametrize("path", ["/test", "/never/test", "/ai-ok/test"])
def test_the_drafts_example_for_its_own_agent(path):
    assert state(EXAMPLE, path, "ExampleBot") == ALLOWED


def test_the_drafts_short_example_of_a_file():
    assert state("User-Agent: *\nAllow: /\nContent-Usage: train-ai=n\n", "/x") == RESERVED


def test_the_drafts_example_of_a_header():
    (statement,) = page(b"train-ai=n").statements()
    assert (statement.rule, statement.state, statement.path) == ("header content-usage: train-ai=n", RESERVED, None)
    assert page_state(b"train-ai=n") == RESERVED


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (b"train-ai=y, search=n", ALLOWED),
        (b'train-ai=y, train-ai, search=n, search="n"', SILENT),
        (b"train-ai;allow=n, train-ai=y", ALLOWED),
        (b'train-ai;has;parameters="?";', SILENT),
        (b"Train-AI=n", SILENT),
        (b"search=n, Train-ai=y, train-ai=n", SILENT),
    ],
)
def test_examples_of_the_vocabulary(preference, expected):
    assert preference_on_training(preference) == expected


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (b"", SILENT),
        (b"search=n", SILENT),
        (b"train-ai", SILENT),
        (b"train-ai=?0", SILENT),
        (b'train-ai="n"', SILENT),
        (b"train-ai=N", SILENT),
        (b"train-ai=no", SILENT),
        (b"train-ai=(n)", SILENT),
        (b"train-ai=n;exceptions=cc-cr", RESERVED),
        (b"unheard-of=1, train-ai=n", RESERVED),
        (b"train-ai=y, train-ai=n", RESERVED),
        (b"train-ai=n,", SILENT),
        (b"train-ai = n", SILENT),
        # Labels of earlier drafts.
        (b"train-genai=n, ai-use=n, bots=n, tdm=n, ai=n", SILENT),
    ],
)
def test_only_a_token_of_the_label_speaks(preference, expected):
    assert preference_on_training(preference) == expected


@pytest.mark.parametrize("case", DICTIONARY_CASES, ids=lambda case: case["name"])
def test_dictionary_case_of_structured_fields(case):
    raw = ", ".join(case["raw"]).encode()
    if case.get("must_fail"):
        with pytest.raises(http_sf.StructuredFieldError):
            http_sf.parse(raw, tltype="dictionary")
    else:
        assert http_sf.parse(raw, tltype="dictionary") == case["expected"]


@pytest.mark.parametrize("case", DICTIONARY_CASES, ids=lambda case: case["name"])
def test_a_preference_beside_a_dictionary_case_holds_unless_the_whole_fails(case):
    header = [line.encode() for line in case["raw"]]
    assert page_state(*header, b"train-ai=n") == (SILENT if case.get("must_fail") else RESERVED)


def test_several_header_lines_are_one_value():
    assert page_state(b"train-ai=n", b"train-ai=y") == ALLOWED
    assert page_state(b"train-ai=n", b"search=y") == RESERVED
    assert page_state(b"train-ai=n", b"Broken") == SILENT
    assert page_state(b"", b"train-ai=n") == RESERVED
    assert len(page(b"train-ai=n", b"search=y").statements()) == 1


def test_only_the_header_of_that_name_speaks():
    assert page(b"train-ai=n", name="content-signal").statements() == ()
    meta = packed([PagePart(PagePartKind.MARKUP, "content-usage", b"train-ai=n", 0)])
    assert PROTOCOL.page_reading(meta, frozenset()).statements() == ()
    assert page().judge(AgentTokens((), ("FooBot",)))("/") == ()


def test_each_line_is_a_statement_with_its_number_and_text():
    got = [(s.number, s.path, s.agents, s.value, s.rule, s.state) for s in reading(EXAMPLE).statements()]
    assert got == [
        (0, None, ("*",), "train-ai=n", "line 4: Content-Usage: train-ai=n", RESERVED),
        (1, "/ai-ok/", ("*",), "train-ai=y", "line 5: Content-Usage: /ai-ok/ train-ai=y", ALLOWED),
        (2, None, ("examplebot",), "train-ai=y", "line 9: Content-Usage: train-ai=y", ALLOWED),
    ]
    assert {s.purpose for s in reading(EXAMPLE).statements()} == {Purpose.TRAIN}


def test_a_meaning_names_its_statement_and_tokens():
    meanings = reading(EXAMPLE).judge(AgentTokens(("A",), ("ExampleBot", "C", "B")))("/test")
    got = sorted((m.state, m.agents, m.statement, m.purpose) for m in meanings)
    assert got == [(ALLOWED, ("ExampleBot",), 2, Purpose.TRAIN), (RESERVED, ("B", "C"), 0, Purpose.TRAIN)]


@pytest.mark.parametrize("first", ["y", "n"])
def test_equal_paths_combine_restrictively(first):
    second = {"y": "n", "n": "y"}[first]
    body = f"User-agent: *\nContent-Usage: /a train-ai={first}\nContent-Usage: /a train-ai={second}\n"
    assert state(body, "/a/b") == RESERVED
    assert state(body, "/b") == SILENT
    assert state(body.replace("/a", ""), "/b") == RESERVED


def test_the_longest_path_decides_by_its_octets():
    body = "User-agent: *\nContent-Usage: /%C3%A9 train-ai=n\nContent-Usage: /*abc train-ai=y\n"
    assert state(body, "/éabc") == RESERVED
    body = "User-agent: *\nContent-Usage: / train-ai=y\nContent-Usage: train-ai=n\n"
    assert state(body, "/x") == ALLOWED


def test_the_longest_path_decides_even_if_it_is_silent_on_training():
    body = "User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /blog search=y\n"
    assert state(body, "/blog/1") == SILENT
    assert state(body, "/x") == RESERVED


def test_wildcards_and_the_end_anchor_work_as_in_rules_on_crawling():
    body = "User-agent: *\nContent-Usage: /*.pdf$ train-ai=n\n"
    assert state(body, "/x/y.pdf") == RESERVED
    assert state(body, "/x/y.pdf?z") == SILENT


@pytest.mark.parametrize(
    "line",
    [
        "Content-Usage: train-ai=n",
        "content-usage:train-ai=n",
        " CONTENT-USAGE \t:\t train-ai=n \t",
        "Content-Usage: / train-ai=n",
        "Content-Usage: /\ttrain-ai=n",
        "Content-Usage: /  \t train-ai=n",
        "Content-Usage: train-ai=n # a comment",
    ],
)
def test_spellings_of_a_line(line):
    assert state(f"User-agent: *\n{line}\n", "/x") == RESERVED


@pytest.mark.parametrize("line", ["Content-Usage: /x", "Content-Usage: *.pdf train-ai=n", "Content-Usage:", "Usage: n"])
def test_lines_without_a_preference_say_nothing(line):
    assert state(f"User-agent: *\n{line}\n", "/x") == SILENT


def test_a_line_whose_label_goes_on_permits_nothing():
    assert state("User-agent: *\nContent-Usage-Draft: train-ai=y\n", "/x") == SILENT


def test_a_line_before_any_agent_says_nothing():
    assert state("Content-Usage: train-ai=n\nUser-agent: *\nDisallow: /y\n", "/x") == SILENT


def test_an_own_group_shuts_out_the_group_for_all():
    body = "User-agent: *\nContent-Usage: train-ai=n\n\nUser-agent: FooBot\nAllow: /\n"
    assert state(body, "/x", "FooBot") == SILENT
    assert state(body, "/x", "BarBot") == RESERVED
    assert state(body, "/x", "FooBot", "BarBot") == RESERVED


def test_groups_of_one_agent_are_merged():
    body = "User-agent: A\nContent-Usage: train-ai=y\n\nUser-agent: A\nContent-Usage: /x train-ai=n\nDisallow: /no\n"
    assert state(body, "/x", "A") == RESERVED
    assert state(body, "/y", "A") == ALLOWED
    assert state(body, "/no", "A") == SILENT


def test_a_line_is_a_rule_and_ends_the_list_of_agents():
    body = "User-agent: A\nContent-Usage: train-ai=n\nUser-agent: B\nDisallow: /\n"
    assert state(body, "/x", "A") == RESERVED
    assert state(body, "/x", "B") == SILENT


def test_an_unknown_path_is_reserved_where_any_path_is():
    assert state(EXAMPLE, UNKNOWN_PATH) == RESERVED
    assert state("User-agent: *\nContent-Usage: /a train-ai=n\n", UNKNOWN_PATH) == RESERVED
    assert state("User-agent: *\nContent-Usage: train-ai=y\n", UNKNOWN_PATH) == ALLOWED


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Usage: /a train-ai=y",
        "Content-Usage: train-ai=y\nDisallow: /a",
        "Content-Usage: train-ai=y\nContent-Usage: /a search=y",
    ],
)
def test_an_unknown_path_is_allowed_only_where_every_path_is(lines):
    assert state(f"User-agent: *\n{lines}\n", UNKNOWN_PATH) == SILENT


LINES = st.lists(
    st.sampled_from([
        b"User-agent: *", b"User-agent: A", b"Disallow: /a", b"Allow: /a/b", b"Content-Usage: train-ai=n",
        b"Content-Usage: /a train-ai=n", b"Content-Usage: /a/b search=n", b"Content-Usage: /*b train-ai", b"junk",
        b"Content-Usage: \xff", b"Content-Usage: train-ai=@99999999999999", b"Content-Usage: train-ai=:=:",
    ])
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), LINES.map(b"\n".join)), st.text())
def test_any_file_gives_an_answer_and_none_permits_that_does_not_say_so(body, path):
    read = reading(body)
    assert {s.number for s in read.statements()} == set(range(len(read.statements())))
    meanings = read.judge(AgentTokens(("A",), ("A", "B")))(path)
    assert all(m.state is RESERVED or b"train-ai=y" in body for m in meanings)
    assert {m.statement for m in meanings} <= {s.number for s in read.statements()}


@given(st.binary(max_size=200))
def test_any_header_gives_an_answer(value):
    assert page_state(value) in {SILENT, RESERVED, ALLOWED}
    PROTOCOL.page_reading(value, frozenset()).statements()
