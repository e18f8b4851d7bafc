"""Content Signals, as the policy's examples and deployed files write them. The policy's own page could not be had; the
examples are those that its announcement of 24 September 2025 and the managed robots.txt of its author quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.page_evidence import PagePart, PagePartKind, packed
from colophon.reservations.protocols.content_signal import PROTOCOL, signal_on_training
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens
from colophon.vocabulary import Purpose, VerdictState

ALLOWED, RESERVED, SILENT = VerdictState.ALLOWED, VerdictState.RESERVED, VerdictState.SILENT

MANAGED = """\
# ai-train: training or fine-tuning AI models.
# Content-Signal: ai-train=yes
# BEGIN managed content

User-agent: *
Content-Signal: search=yes,ai-train=no
Allow: /

User-agent: CCBot
Disallow: /

# END managed content
User-agent: *
Disallow: /lp
"""


def reading(body: str | bytes):
    return PROTOCOL.reading(body.encode() if isinstance(body, str) else body, "host.example", frozenset())


def state(body: str | bytes, path: str, *tokens: str) -> VerdictState:
    meanings = reading(body).judge(AgentTokens((), tokens or ("FooBot",)))(path)
    return min((m.state for m in meanings), key=list(VerdictState).index, default=SILENT)


def page(*headers: bytes, name: str = "content-signal"):
    parts = tuple(PagePart(PagePartKind.HEADER, name, value, place) for place, value in enumerate(headers))
    return PROTOCOL.page_reading(packed(parts), frozenset())


def test_a_managed_file_reserves_for_all_who_have_no_group_of_their_own():
    assert state(MANAGED, "/x", "Google-Extended") == RESERVED
    assert state(MANAGED, "/lp", "Google-Extended") == RESERVED
    assert state(MANAGED, "/x", "CCBot") == SILENT


def test_each_line_is_a_statement_with_its_number_and_text():
    (statement,) = reading(MANAGED).statements()
    assert (statement.number, statement.path, statement.agents, statement.purpose) == (0, None, ("*",), Purpose.TRAIN)
    assert statement.value == "search=yes,ai-train=no"
    assert statement.rule == "line 6: Content-Signal: search=yes,ai-train=no"
    assert statement.state is RESERVED


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (b"search=yes, ai-train=no, ai-input=no", RESERVED),
        (b"ai-train=yes, search=yes, ai-input=yes", ALLOWED),
        (b"search=yes,ai-train=no,use=reference", RESERVED),
        (b"search=yes", SILENT),
        (b"ai-input=no", SILENT),
        (b"use=immediate", SILENT),
        (b"", SILENT),
    ],
)
def test_signals_as_the_policy_writes_them(signals, expected):
    assert signal_on_training(signals) == expected


@pytest.mark.parametrize(
    "signals",
    [
        b"search=yes;ai-train=no",
        b"search=yes ai-train=no",
        b"search=yes\tai-train=no",
        b"ai-train = no , search = yes",
        b"ai-train: no",
        b'ai-train="no"',
        b"'ai-train'='no'",
        b"AI-Train=NO",
        b",,ai-train=no,,",
        b"ai-train=disallow, ai-input=allow",
        b"ai-train=n",
        b"ai-train=false",
    ],
)
def test_separators_case_and_words_are_read_leniently_where_they_reserve(signals):
    assert signal_on_training(signals) == RESERVED


@pytest.mark.parametrize(
    "signals",
    [b"ai-train=allow", b"ai-train=y", b"ai-train", b"ai-train=", b"ai-train=maybe", b"no-ai-train=yes",
     b"ai-training=no", b"ai-train=yes, ai-train=maybe", b"yes=ai-train", b"ai-train yes", b"*.pdf ai-train=yes",
     b"https://h.example/x ai-train=yes", b"ai-train=yes=no", b"not ai-train=yes", b"ai-train=yes (images)"],
)  # fmt: skip
def test_only_yes_permits(signals):
    assert signal_on_training(signals) == SILENT


def test_a_signal_given_twice_is_read_restrictively():
    assert signal_on_training(b"ai-train=yes, ai-train=no") == RESERVED
    assert signal_on_training(b"ai-train=no, ai-train=yes") == RESERVED
    assert signal_on_training(b"ai-train=yes, ai-train=yes") == ALLOWED


def test_a_path_limits_a_line():
    body = (
        "User-agent: *\nContent-Signal: /blog/ ai-train=no, search=yes\nContent-Signal: /*.md$ ai-train=yes\nAllow: /\n"
    )
    assert state(body, "/blog/post") == RESERVED
    assert state(body, "/a.md") == ALLOWED
    assert state(body, "/about") == SILENT


def test_the_longest_path_that_speaks_to_training_decides():
    signals = ["ai-train=no", "/docs search=yes", "/docs/a ai-train=yes"]
    body = "User-agent: *\n" + "".join(f"Content-Signal: {signal}\n" for signal in signals)
    assert state(body, "/docs/x") == RESERVED
    assert state(body, "/docs/a") == ALLOWED


def test_equal_paths_combine_restrictively():
    body = "User-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n\nUser-agent: *\nContent-Signal: ai-train=no\n"
    assert state(body, "/x") == RESERVED


def test_where_crawling_is_forbidden_a_permission_says_nothing_and_a_reservation_stays():
    body = "User-agent: *\nDisallow: /no\nContent-Signal: ai-train={}\n"
    assert state(body.format("yes"), "/no/x") == SILENT
    assert state(body.format("yes"), "/x") == ALLOWED
    assert state(body.format("no"), "/no/x") == RESERVED


def test_an_unknown_path_is_reserved_where_any_path_is():
    assert (
        state("User-agent: *\nContent-Signal: /a ai-train=no\nContent-Signal: ai-train=yes", UNKNOWN_PATH) == RESERVED
    )
    assert state("User-agent: *\nContent-Signal: ai-train=yes", UNKNOWN_PATH) == ALLOWED
    assert state("User-agent: *\nContent-Signal: ai-train=yes\nDisallow: /a", UNKNOWN_PATH) == SILENT


@pytest.mark.parametrize(
    "line", ["content-signal:ai-train=no", "CONTENT-SIGNAL : ai-train=no", "Content-Signals: ai-train=no"]
)
def test_spellings_of_the_key(line):
    assert state(f"User-agent: *\n{line}\n", "/x") == RESERVED


OUTSIDE = "Content-Signal: search=yes\nContent-Signal: ai-train={}\n\nUser-agent: *\nDisallow: /y\n"


def test_a_line_before_any_group_reserves_for_all_agents():
    own = OUTSIDE.format("no") + "\nUser-agent: A\nContent-Signal: ai-train=yes\n"
    for body in (OUTSIDE.format("no"), own, "Content-Signal: ai-train=no"):
        for path in ("/x", "/y", UNKNOWN_PATH):
            assert state(body, path, "A", "B") == RESERVED
    first, second = reading(own).statements()
    assert (first.number, first.agents, first.rule) == (0, ("*",), "line 2: Content-Signal: ai-train=no")
    assert (second.number, second.agents) == (1, ("a",))
    (meaning,) = reading(own).judge(AgentTokens((), ("B", "A")))("/x")
    assert (meaning.agents, meaning.statement) == (("A", "B"), 0)
    assert reading(own).judge(AgentTokens(("A",), ()))("/x") == ()


def test_a_line_before_any_group_speaks_for_its_path():
    body = "Content-Signal: /a ai-train=no\nUser-agent: *\nAllow: /\n"
    assert state(body, "/a/b") == RESERVED
    assert state(body, "/b") == SILENT


def test_a_line_before_any_group_permits_nothing():
    assert reading(OUTSIDE.format("yes")).statements() == ()
    assert state(OUTSIDE.format("yes"), "/x") == SILENT


@pytest.mark.parametrize("key", ["Content-Signals", "Content-Signal-Before-2025"])
def test_a_line_whose_key_goes_on_permits_nothing(key):
    assert state(f"User-agent: *\n{key}: ai-train=yes\n", "/x") == SILENT


@pytest.mark.parametrize(
    "signals", ["ai-train=yes", "search=yes;ai-train = yes", ",ai-train=YES,", "use=full ai-train=yes"]
)
def test_signals_alone_permit_however_they_are_separated(signals):
    assert state(f"User-agent: *\nContent-Signal: {signals}\n", "/x") == ALLOWED


def test_a_line_ends_the_list_of_agents():
    body = "User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: B\nDisallow: /\n"
    assert state(body, "/x", "A") == RESERVED
    assert state(body, "/x", "B") == SILENT


def test_the_header_speaks_for_its_page():
    (statement,) = page(b"ai-train=yes, search=yes, ai-input=yes").statements()
    assert statement.rule == "header content-signal: ai-train=yes, search=yes, ai-input=yes"
    (meaning,) = page(b"ai-train=yes").judge(AgentTokens(("C",), ("B", "A")))("/x")
    assert (meaning.purpose, meaning.state, meaning.agents, meaning.statement) == (
        Purpose.TRAIN,
        ALLOWED,
        ("A", "B"),
        0,
    )
    (meaning,) = page(b"ai-train=yes", b"ai-train=no").judge(AgentTokens((), ("A",)))("/x")
    assert meaning.state is RESERVED
    assert page(b"search=yes").judge(AgentTokens((), ("A",)))("/x") == ()


def test_only_the_header_of_that_name_speaks():
    assert page(b"ai-train=no", name="content-usage").statements() == ()


LINES = st.lists(
    st.sampled_from([b"User-agent: *", b"User-agent: A", b"Disallow: /a", b"Content-Signal: ai-train=no", b"junk",
                     b"Content-Signal: /a ai-train=?", b"Content-Signal: \xff=\x00", b"Content-Signal: /a search=no"])
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), LINES.map(b"\n".join)), st.text())
def test_any_file_gives_an_answer_and_none_permits_that_does_not_say_so(body, path):
    read = reading(body)
    meanings = read.judge(AgentTokens(("A",), ("A", "B")))(path)
    assert all(m.state is RESERVED or b"yes" in body.lower() for m in meanings)
    assert {m.statement for m in meanings} <= {s.number for s in read.statements()}


@given(st.binary(max_size=200))
def test_any_header_gives_an_answer(value):
    assert signal_on_training(value) in {SILENT, RESERVED, ALLOWED}
    page(value).judge(AgentTokens((), ("A",)))("/x")


@pytest.mark.parametrize(
    "text", [b"a" * 400_000, b" " * 400_000, b"=" * 400_000, b"ai-train=" * 40_000, b'"' * 400_000]
)
def test_time_grows_with_the_length_alone(text):
    # What grew with the square would take hours.
    assert state(b"User-agent: *\nContent-Signal: x" + text, "/x") == SILENT
