"""ai.txt: files as Spawning's generator and its users write them, other dialects, hostile bytes.

Spawning published no specification; the files are those that its generator's mirror and two plugins give, shortened.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.protocols.ai_txt import PROTOCOL, Dialect, read_ai_txt
from colophon.reservations.reservation_protocol import UNKNOWN_PATH, AgentTokens
from colophon.vocabulary import Purpose, VerdictState
from tests.hanging import without_hanging

ALLOWED, RESERVED, SILENT, UNKNOWN = (
    VerdictState.ALLOWED,
    VerdictState.RESERVED,
    VerdictState.SILENT,
    VerdictState.UNKNOWN,
)

GENERATED = """\
# Spawning AI
# Prevent datasets from using the following file types

User-Agent: *
Disallow: *.txt
Disallow: *.pdf
Disallow: *.jpg
Disallow: *.c
Allow: *.mp3
Allow: *.PNG
Allow: /
"""
ALL_OUT = (
    "# Spawning AI\n# Prevent datasets from using the following file types\n\nUser-Agent: *\nDisallow: /\nDisallow: *\n"
)


def reading(body: str | bytes):
    return PROTOCOL.reading(body.encode() if isinstance(body, str) else body, "host.example", frozenset())


def states(body: str | bytes, path: str, *tokens: str) -> set[VerdictState]:
    meanings = reading(body).judge(AgentTokens(("CCBot",), tokens or ("OwnBot",)))(path)
    assert {m.purpose for m in meanings} <= {Purpose.TRAIN}
    return {m.state for m in meanings} or {SILENT}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/picture.jpg", RESERVED),
        ("/a/picture.JPG?size=1", RESERVED),
        ("/notes.txt", RESERVED),
        ("/song.mp3", ALLOWED),
        ("/a.png", ALLOWED),
        ("/main.c", RESERVED),
        ("/style.css", ALLOWED),
        ("/index.cfm", ALLOWED),
        ("/find?name=a.jpg", ALLOWED),
        ("/", ALLOWED),
    ],
)
def test_a_generated_file_is_about_file_types(path, expected):
    assert states(GENERATED, path) == {expected}


@pytest.mark.parametrize("path", ["/", "/a.jpg", "/any/where?x", UNKNOWN_PATH])
def test_a_generated_file_may_reserve_everything(path):
    assert states(ALL_OUT, path) == {RESERVED}


def test_agents_and_groups_are_read_as_in_robots_txt():
    body = "User-Agent: GPTBot\nDisallow: /\n\nUser-Agent: ClaudeBot\nDisallow: *.jpg\n"
    assert states(body, "/x", "GPTBot") == {RESERVED}
    assert states(body, "/x", "ClaudeBot") == {SILENT}
    assert states(body, "/x.jpg", "claudebot") == {RESERVED}
    assert states(body, "/x.jpg", "OwnBot") == {SILENT}
    meanings = reading(body).judge(AgentTokens((), ("GPTBot", "ClaudeBot", "OwnBot")))("/x.jpg")
    assert {(m.agents, m.statement) for m in meanings} == {(("GPTBot",), 0), (("ClaudeBot",), 1)}


def test_tokens_of_one_line_come_together():
    (meaning,) = reading(ALL_OUT).judge(AgentTokens((), ("B", "A")))("/x")
    assert (meaning.agents, meaning.statement) == (("A", "B"), 0)


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Disallow: *.jpg\nAllow: /images/", "/images/a.jpg", ALLOWED),
        ("Disallow: *.jpg\nAllow: /", "/a.jpg", RESERVED),
        ("Allow: *.jpg\nDisallow: /", "/a.jpg", ALLOWED),
        ("Allow: *.jpg\nDisallow: *.jpg", "/a.jpg", RESERVED),
        ("Allow: /*.jpg$\nDisallow: /\nDisallow: *.c", "/a.jpg", ALLOWED),
        ("Disallow:\nAllow: *.jpg", "/a.png", SILENT),
    ],
)
def test_the_longest_pattern_decides_and_of_equal_ones_the_one_that_disallows(rules, path, expected):
    assert states(f"User-Agent: *\n{rules}\n", path) == {expected}


def test_a_copy_of_a_robots_txt_permits_nothing():
    body = "User-agent: *\nDisallow: /private/\nAllow: /\n"
    assert read_ai_txt(body.encode()).dialect is Dialect.ROBOTS
    assert states(body, "/page") == {SILENT}
    assert states(body, "/private/page") == {RESERVED}


@pytest.mark.parametrize(
    "body",
    [
        "User-agent: *\nDisallow: /wp-admin/\nAllow: /*.css$\nAllow: /*.js$\nAllow: /\n",
        "User-agent: *\nDisallow: /*.pdf\nAllow: /\n",
        "User-agent: *\nDisallow: *.pdf\nAllow: /\n\nSitemap: https://host.example/s.xml\n",
        "User-agent: *\nCrawl-delay: 10\nAllow: *.css\nAllow: /\n",
    ],
)
def test_file_types_as_a_robots_txt_has_them_show_nothing(body):
    assert read_ai_txt(body.encode()).dialect is Dialect.ROBOTS
    assert ALLOWED not in states(body, "/a.css")
    assert states(body, "/page") == {SILENT}


def test_statements_name_line_and_dialect():
    first, *_, last = reading(GENERATED).statements()
    assert (first.rule, first.path, first.agents, first.value, first.state) == (
        "line 5: Disallow: *.txt",
        "*.txt",
        ("*",),
        "disallow; dialect=spawning",
        RESERVED,
    )
    assert (last.number, last.rule, last.state) == (6, "line 11: Allow: /", ALLOWED)


def test_an_unknown_path_is_reserved_if_any_is_and_allowed_only_if_all_are():
    assert states(GENERATED, UNKNOWN_PATH) == {RESERVED}
    assert states("# spawning\nUser-Agent: *\nAllow: /\n", UNKNOWN_PATH) == {ALLOWED}
    assert states("User-Agent: *\nAllow: *.jpg\n", UNKNOWN_PATH) == {SILENT}


DRAFT = """\
# ai.txt
Spec-Version: 1.0
Site-Name: News Daily
Contact: jane.doe@news.example

Training: conditional
Training-Allow: /articles/free/*
Training-Deny: /articles/premium/*
Training-License: CC-BY-4.0

Agent: ClaudeBot
  Training: allow
"""
DESCRIPTION = """\
# Jane's Bakery

Updated: 2026-01-14
AI-Contact: jane@bakery.example

## Services
- Training: courses in baking bread, by Jane herself
"""


def test_the_draft_of_the_same_name_leaves_its_host_unknown():
    assert states(DRAFT, "/articles/free/1") == {UNKNOWN}
    assert states("Site-Name: X\nTraining: allow\n", "/") == {UNKNOWN}
    assert [(s.value, s.rule, s.state) for s in reading(DRAFT).statements()] == [
        ("conditional; dialect=draft-car-ai-txt-wellknown", "line 6: Training: conditional", UNKNOWN),
        ("/articles/free/*; dialect=draft-car-ai-txt-wellknown", "line 7: Training-Allow: /articles/free/*", UNKNOWN),
        (
            "/articles/premium/*; dialect=draft-car-ai-txt-wellknown",
            "line 8: Training-Deny: /articles/premium/*",
            UNKNOWN,
        ),
        ("allow; dialect=draft-car-ai-txt-wellknown", "line 12: Training: allow", UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        (DESCRIPTION, "aitxt.ing"),
        ("---\nupdated: 2026-01-01\nscope: /\n---\nWe bake.\n", "aitxt.ing"),
        ("A bakery.\nai.txt: 1.0\n", "aitxt.ing"),
        ("Call Jane for bread.\n", "unrecognised"),
        ("User-Agent: *\n", "unrecognised"),
    ],
)
def test_descriptions_say_nothing_on_training_and_none_of_their_words_is_kept(body, dialect):
    (statement,) = reading(body).statements()
    assert (statement.value, statement.state) == (f"dialect={dialect}", SILENT)
    assert statement.rule == "the file as a whole"
    assert states(body, "/") == {SILENT}


@pytest.mark.parametrize(
    "line",
    [
        "Disallow-AI: training",
        "Content-Signal: search=yes, ai-train=no",
        "Content-Usage: /x train-ai=n",
        "ai-train: no # never",
    ],
)
def test_lines_of_other_dialects_beside_groups_leave_what_is_not_reserved_unknown(line):
    body = f"User-Agent: *\nDisallow: *.jpg\nAllow: /\n{line}\n"
    assert states(body, "/a.jpg") == {RESERVED}
    assert states(body, "/a") == {UNKNOWN}


@pytest.mark.parametrize(
    "body",
    [
        "",
        " \r\n",
        "<!DOCTYPE html>\n<!-- spawning\nUser-Agent: *\nAllow: /\n-->",
        '{"training": "allow"}',
        "# spawning\nUser-Agent: *\nAllow: /\n\0",
    ],
)
def test_what_is_no_text_says_nothing(body):
    assert reading(body).statements() == ()
    assert states(body, "/") == {SILENT}


def test_evidence_is_cut():
    body = "User-Agent: *\nDisallow: /" + "x" * 9_000 + "\nTraining: " + "y" * 9_000
    assert all(len(s.rule) <= 2_120 and len(s.value) <= 2_120 for s in reading(body).statements())


@pytest.mark.parametrize(
    "body",
    [
        "User-Agent: *\n" + ("Disallow: /" + "*a" * 40 + "$\n") * 5_000,
        "#" * 500_000,
        " " * 500_000 + "x",
        "content-usage:" + "a=b" * 100_000,
        "content-usage:" + "a=b," * 100_000,
        "training: " * 50_000,
        "\n" * 400_000,
    ],
)
def test_adversarial_files_are_read_in_time(body):
    with without_hanging():
        states(body, "/" + "a" * 1_000 + "b")
        reading(body).statements()


@given(st.binary(max_size=200))
def test_any_octets_are_accepted_and_permit_nothing(octets):
    assert ALLOWED not in states(octets, "/") or b"llow" in octets.lower()


lines = st.sampled_from(
    [
        "User-Agent: *",
        "User-Agent: OwnBot",
        "Disallow: /",
        "Disallow: *.jpg",
        "Allow: /",
        "Training: deny",
        "# x",
        "junk",
        "",
    ]
)


@given(st.lists(lines, max_size=8))
def test_a_permission_needs_a_line_that_allows(written):
    body = "\n".join(written)
    for path in ("/a.jpg", "/a", UNKNOWN_PATH):
        assert ALLOWED not in states(body, path) or "Allow: /" in written


def test_a_file_in_words_that_reserves_training_is_open():
    body = "# ai.txt\n\n## Not allowed\n\n- Training of language models on these texts\n"
    assert states(body, "/x", "GPTBot") == {VerdictState.OPEN}
    (statement,) = reading(body).statements()
    assert statement.rule == "line 5: Training of language models on these texts"


def test_a_file_in_words_that_welcomes_training_is_not():
    assert states("# ai.txt\n\nTraining of AI models is welcome here.\n", "/x", "GPTBot") == {VerdictState.SILENT}
