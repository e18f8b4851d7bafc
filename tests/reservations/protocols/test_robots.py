from __future__ import annotations

import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colophon.reservations.parsing.robots_txt import SIZE_LIMIT, product_token
from colophon.reservations.protocols.robots import PROTOCOL, Permission, RobotsDecision, parse_robots
from colophon.reservations.reservation_protocol import AgentTokens, Reading
from colophon.vocabulary import Purpose, VerdictState


def disallows(body: str | bytes, agent: str = "FooBot", path: str = "/x/y") -> bool:
    raw = body.encode() if isinstance(body, str) else body
    return parse_robots(raw).decide(agent, path).permission is Permission.DISALLOWED


def test_a_decision_names_line_rule_and_group():
    body = b"# house rules\n\nUser-agent: FooBot\r\nDisallow: /x # not here\r\nAllow: /x/y\r\n"
    robots = parse_robots(body)
    assert robots.decide("FooBot", "/x/z") == RobotsDecision(Permission.DISALLOWED, 4, "Disallow: /x", "foobot")
    assert robots.decide("FooBot", "/x/y") == RobotsDecision(Permission.ALLOWED, 5, "Allow: /x/y", "foobot")
    assert robots.decide("FooBot", "/") == RobotsDecision(Permission.ALLOWED, None, None, "foobot")
    assert robots.decide("BarBot", "/x/z") == RobotsDecision(Permission.ALLOWED, None, None, None)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_ending_counts_one_line(end):
    body = end.join(["", "User-agent: *", "", "Disallow: /x", "Disallow: /z"]).encode()
    assert parse_robots(body).decide("FooBot", "/z").line == 5


def test_groups_of_one_agent_are_merged():
    body = "User-agent: FooBot\nDisallow: /a\n\nUser-agent: BarBot\nDisallow: /b\n\nUser-agent: foobot\nDisallow: /c\n"
    assert disallows(body, path="/a")
    assert disallows(body, path="/c")
    assert not disallows(body, path="/b")


def test_two_groups_for_all_agents_are_merged():
    body = "User-agent: *\nDisallow: /a\n\nUser-agent: FooBot\nDisallow:\n\nUser-agent: *\nDisallow: /c\n"
    assert disallows(body, "Other", "/a")
    assert disallows(body, "Other", "/c")


def test_an_own_group_without_rules_shuts_out_the_group_for_all():
    assert not disallows("User-agent: *\nDisallow: /\nUser-agent: FooBot\nDisallow:\n")
    assert not disallows("User-agent: *\nDisallow: /\nUser-agent: FooBot\n")


def test_unknown_lines_do_not_end_a_group():
    assert disallows(
        "User-agent: FooBot\nCrawl-delay: 5\nSitemap: https://h.example/s.xml\nUser-agent: Bar\nDisallow: /"
    )


def test_rules_before_any_agent_say_nothing():
    assert not disallows("Disallow: /\nUser-agent: BarBot\nDisallow: /x")


@pytest.mark.parametrize(
    "rules",
    [
        ["Disallow: /x", "Allow: /x/y"],
        ["Allow: /x/y", "Disallow: /x"],
        ["Disallow: /x/y", "Allow: /x/y"],
        ["Disallow: /*/y", "Allow: /x/y"],
    ],
)
def test_the_longest_match_wins_and_allow_a_tie(rules):
    assert not disallows("\n".join(["User-agent: *", *rules]))


def test_octets_decide_not_characters():
    # Nine octets of one character and two slashes against seven ASCII characters.
    body = "User-agent: *\nDisallow: /ツ\nAllow: /*aaaa\n"
    assert disallows(body, path="/ツaaaa")


def test_a_wildcard_at_the_end_counts_as_an_octet():
    assert not disallows("User-agent: *\nDisallow: /xy\nAllow: /x*", path="/xy")
    assert disallows("User-agent: *\nDisallow: /xy\nAllow: /x", path="/xy")


@pytest.mark.parametrize("key", ["useragent", "user agent", "USER-AGENT", "User-Agent ", "user-agents"])
def test_spellings_of_the_agent_key(key):
    assert disallows(f"{key}: foobot\ndisallow: /")


def reading(body: str) -> Reading:
    return PROTOCOL.reading(body.encode(), "", frozenset({"Trainer"}))


TRAINER = AgentTokens(crawl=("FooBot",), train=("Trainer",))
RESERVED_IN_WORDS = "# Training of AI models with this content is prohibited.\nUser-agent: *\n"


def test_a_reservation_in_a_comment_is_open_for_training():
    read = reading(RESERVED_IN_WORDS + "Disallow: /search\n")
    (meaning,) = read.judge(TRAINER)("/page")
    assert (meaning.purpose, meaning.state) == (Purpose.TRAIN, VerdictState.OPEN)
    (statement,) = [s for s in read.statements() if s.number == meaning.statement]
    assert statement.rule == "line 1: Training of AI models with this content is prohibited."


def test_a_rule_that_reserves_training_comes_before_words():
    states = {m.state for m in reading(RESERVED_IN_WORDS + "Disallow: /search\n").judge(TRAINER)("/search?q=1")}
    assert states == {VerdictState.RESERVED}


def test_statements_of_rules_and_words_have_numbers_of_their_own():
    numbers = [s.number for s in reading(RESERVED_IN_WORDS + "Disallow: /a\nAllow: /a/b\n").statements()]
    assert len(numbers) == len(set(numbers))


def test_words_behind_a_rule_are_a_label_of_it():
    body = "User-agent: *\nDisallow: /x # training of AI models is prohibited\n"
    assert reading(body).judge(TRAINER)("/page") == ()


@pytest.mark.parametrize("key", ["DisallowAITraining", "Disallow-AI", "disallowed", "Disallow_All", "disallow (ai)"])
def test_a_longer_word_that_begins_like_disallow_is_another_record(key):
    assert not disallows(f"User-agent: *\n{key}: /\n")


@pytest.mark.parametrize("key", ["AllowAITraining", "Allow-AI", "allowed", "AllowTraining"])
def test_a_longer_word_that_begins_like_allow_lifts_nothing(key):
    assert disallows(f"User-agent: *\nDisallow: /\n{key}: /\n")


@pytest.mark.parametrize("record", ["User-agent-hint: foobot", "DisallowAITraining: /", "Sitemap: /s.xml"])
def test_another_record_neither_ends_nor_begins_a_group(record):
    assert disallows(f"User-agent: foobot\n{record}\nUser-agent: barbot\nDisallow: /\n", agent="foobot")


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("Disallow: /", "Disallow: /"),
        ("  disallow:/private  # why", "disallow:/private"),
        ("DISALLOW : /a", "DISALLOW : /a"),
        ("disalow /b", "disalow /b"),
    ],
)
def test_a_rule_is_quoted_as_it_stands(line, quoted):
    decision = parse_robots(f"User-agent: *\n{line}\n".encode()).decide("x", "/private/a/b")
    rules = [s.rule for s in parse_robots(f"User-agent: *\n{line}\n".encode()).statements(())]
    assert rules[0] == f"line 2: {quoted}"
    assert decision.rule in {quoted, None}


@pytest.mark.parametrize("key", ["DISALLOW", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "disallow "])
def test_spellings_of_the_disallow_key(key):
    assert disallows(f"user-agent: foobot\n{key}: /")


def test_a_colon_may_be_missing_between_two_words():
    assert disallows("user-agent FooBot\ndisallow /")
    assert not disallows("user-agent FooBot\ndisallow / /x")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"])
def test_a_byte_order_mark_is_passed_over(mark):
    assert disallows(mark + b"User-agent: FooBot\nDisallow: /")


@pytest.mark.parametrize("value", ["FooBot/1.1", "foobot (hello)", "FOOBOT", "FooBot*"])
def test_an_agent_line_is_read_up_to_the_end_of_its_token(value):
    assert disallows(f"User-agent: {value}\nDisallow: /")


@pytest.mark.parametrize("value", ["FooBot-News", "Foo", "FooBo", "xFooBot"])
def test_an_agent_line_for_another_token_does_not_match(value):
    assert not disallows(f"User-agent: {value}\nDisallow: /")


def test_a_star_with_more_behind_it_means_all_agents():
    assert disallows("User-agent: * (all of you)\nDisallow: /")
    assert not disallows("User-agent: *Bot\nDisallow: /")


@pytest.mark.parametrize("agent", ["AI2Bot", "ChatGPT Agent", "panscient.com", "Brightbot 1.0"])
def test_names_outside_the_grammar_of_tokens_are_found_in_full(agent):
    body = f"User-agent: *\nDisallow:\n\nUser-agent: {agent}\nDisallow: /\n"
    assert disallows(body, agent)
    assert disallows(body, agent.upper())
    assert disallows(body.replace(agent, f"{agent}/2.1"), agent)
    assert not disallows(body.replace(agent, f"{agent}-Other"), agent)


def test_an_agent_may_be_given_with_its_version():
    assert disallows("User-agent: CCBot\nDisallow: /", "CCBot/2.0")
    assert product_token("CCBot/2.0 (https://commoncrawl.org/faq/)") == "ccbot"


def test_letters_beyond_ascii_never_become_part_of_a_token():
    assert not disallows("User-agent: \N{KELVIN SIGN}agi\nDisallow: /", "kagi")


def test_an_empty_query_is_part_of_the_address():
    assert disallows("User-agent: *\nDisallow: /a?", path="/a?")
    assert not disallows("User-agent: *\nDisallow: /a?", path="/a")
    assert not disallows("User-agent: *\nDisallow: /a$", path="/a?")


def test_robots_txt_itself_may_always_be_fetched():
    assert not disallows("User-agent: *\nDisallow: /", path="/robots.txt")
    assert disallows("User-agent: *\nDisallow: /", path="/robots.txt.bak")


def test_a_rule_cut_by_the_size_limit_is_dropped():
    head = b"User-agent: *\nDisallow: /kept\n"
    cut = b"Disallow: /secret/place"
    padding = b"#" * (SIZE_LIMIT - len(head) - len(cut) + len(b"/place") - 1) + b"\n"
    body = head + padding + cut
    robots = parse_robots(body)
    assert robots.decide("FooBot", "/kept").permission is Permission.DISALLOWED
    assert robots.decide("FooBot", "/secret").permission is Permission.ALLOWED
    # The same bytes are read whether or not whoever fetched them cut them already.
    assert parse_robots(body[:SIZE_LIMIT]) == robots


def test_a_rule_that_ends_at_the_size_limit_is_kept():
    head, last = b"User-agent: *\n", b"\nDisallow: /last\n"
    body = head + b"#" * (SIZE_LIMIT - len(head) - len(last)) + last
    assert len(body) == SIZE_LIMIT
    assert disallows(body + b"Disallow: /beyond\n", path="/last")
    assert not disallows(body + b"Disallow: /beyond\n", path="/beyond")


def test_what_stands_behind_a_nul_octet_is_dropped():
    assert disallows(b"User-agent: *\x00x\nDisallow: /x\x00abc\n", path="/x")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><head><title>Not found</title></head><body>404: nothing here</body></html>",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        "User-agent: *\nDisallow: /\n".encode("utf-16"),
        b"\x00" * 1000,
    ],
)
def test_what_is_no_robots_txt_gives_no_rules(body):
    assert parse_robots(body).groups.all == ()
    assert parse_robots(body).statements(("GPTBot",)) == ()


def test_empty_and_unmatchable_paths_are_rules_that_match_nothing():
    body = b"User-agent: *\nDisallow:\nDisallow: folder\nDisallow: https://h.example/x\n"
    assert not disallows(body)
    statements = parse_robots(body).statements(())
    assert {s.state for s in statements} == {VerdictState.SILENT}
    assert [s.path for s in statements if s.purpose is Purpose.CRAWL] == [None, "folder", "https://h.example/x"]


def test_rules_for_all_and_for_training_agents_speak_to_training_too():
    groups = [
        "User-agent: Search\nUser-agent: GPTBot\nDisallow: /a\n",
        "User-agent: Search\nDisallow: /b\n",
        "User-agent: *\nAllow: /\n",
    ]
    body = "\n".join(groups).encode()
    got = [(s.number, s.purpose, s.agents, s.rule, s.state) for s in parse_robots(body).statements(("gptbot",))]
    assert got == [
        (0, Purpose.CRAWL, ("gptbot", "search"), "line 3: Disallow: /a", VerdictState.RESERVED),
        (1, Purpose.TRAIN, ("gptbot",), "line 3: Disallow: /a", VerdictState.RESERVED),
        (2, Purpose.CRAWL, ("search",), "line 6: Disallow: /b", VerdictState.RESERVED),
        (4, Purpose.CRAWL, ("*",), "line 9: Allow: /", VerdictState.SILENT),
        (5, Purpose.TRAIN, ("*",), "line 9: Allow: /", VerdictState.SILENT),
    ]


def test_a_judge_gathers_the_tokens_of_one_rule_and_keeps_rules_apart():
    body = b"User-agent: A\nDisallow: /\n\nUser-agent: *\nDisallow: /x\n"
    judge = parse_robots(body).judge(AgentTokens(crawl=("A",), train=("C", "B", "A")), ())
    got = sorted((m.purpose, m.agents, m.statement) for m in judge("/x"))
    # Rule 0 names no training token, so its only statement is the one on crawling.
    assert got == [(Purpose.CRAWL, ("A",), 0), (Purpose.TRAIN, ("A",), 0), (Purpose.TRAIN, ("B", "C"), 3)]
    assert [m.agents for m in judge("/y")] == [("A",), ("A",)]


@pytest.mark.parametrize("path", ["/robots.txt", "/robots.txt#x", "/%72obots.txt", "robots.txt"])
def test_a_file_that_disallows_everything_leaves_itself_open(path):
    judge = parse_robots(b"User-agent: *\nDisallow: /\n").judge(AgentTokens(("A",), ("A",)), ())
    assert judge(path) == ()
    assert [(m.purpose, m.statement) for m in judge("/r")] == [(Purpose.CRAWL, 0), (Purpose.TRAIN, 1)]
    assert judge("/robots.txt?x") == judge("/x") == judge("") == judge("/r")


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", "*"]), st.sampled_from(["Allow", "Disallow"]), st.sampled_from("abc/*"))
    ),
    st.sampled_from(["/", "/a", "/b", "/c", "/%61", "/%61b", "c", "/robots.txt", "/r", "/x%2A"]),
)
def test_a_judge_agrees_with_single_decisions_and_names_existing_statements(groups, path):
    body = "\n".join(f"User-agent: {agent}\n{key}: /{value}" for agent, key, value in groups).encode()
    robots = parse_robots(body)
    tokens = ("A", "B", "C")
    meanings = robots.judge(AgentTokens(crawl=tokens, train=("A",)), ("A",))(path)
    numbered = {s.number: s for s in robots.statements(("A",))}
    for purpose, concerned in ((Purpose.CRAWL, tokens), (Purpose.TRAIN, ("A",))):
        expected = {t: robots.decide(t, path).line for t in concerned if disallows(body, t, path)}
        got = {t: numbered[m.statement].rule for m in meanings if m.purpose is purpose for t in m.agents}
        assert set(got) == set(expected)
        assert all(got[t].startswith(f"line {line}: Disallow") for t, line in expected.items())


@given(st.binary(max_size=400))
@example(b"user-agent:*\ndisallow:/\xff")
def test_any_bytes_give_an_answer(body):
    robots = parse_robots(body)
    robots.decide("FooBot", "/x")
    for statement in robots.statements(("GPTBot",)):
        statement.rule.encode()


@given(
    st.lists(st.sampled_from([b"User-agent: *", b"Disallow: /", b"Allow: /", b"\xff\xfe", b"junk", b"", b"x: y"])),
    st.text(),
)
def test_any_path_gives_an_answer(lines, path):
    assert parse_robots(b"\n".join(lines)).decide("FooBot", path).permission in Permission


def test_a_parsed_file_can_be_pickled_after_use():
    robots = parse_robots(b"User-agent: *\nDisallow: /x\n")
    robots.decide("FooBot", "/x")
    assert pickle.loads(pickle.dumps(robots)) == robots
