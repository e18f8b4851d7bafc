from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.cli.exit_codes import ExitCode, exit_code_of
from colophon.errors import ConfigurationErrors
from colophon.reservations import PROTOCOLS
from colophon.reservations import policy as policy_file
from colophon.reservations.policy import (
    Action,
    Clock,
    Copies,
    OwnGroup,
    TrainingRole,
    WithoutEffect,
    load_policy,
    policy_of_json,
    tokens_each_once,
)
from colophon.reservations.reservation_protocol import AgentTokens
from colophon.vocabulary import VerdictState

CODE = files(policy_file.__package__).joinpath("policies", "code.yaml").read_text("utf-8")
OWN = CODE.replace("policy: code", "policy: ours")


@pytest.fixture
def load(tmp_path):
    def write_and_load(text: str):
        path = tmp_path / "ours.yaml"
        path.write_text(text, "utf-8")
        return load_policy(str(path))

    return write_and_load


def test_code_requires_robots_and_honours_what_is_widely_adopted():
    policy = load_policy("code")
    assert policy.required == ("robots",)
    assert set(policy.honoured) == {
        "aipref",
        "content_signal",
        "tdmrep",
        "request",
    }
    assert policy.clock is Clock.AT_FETCH
    assert policy.copies is Copies.OWN
    assert {s for s in VerdictState if policy.action(s) is Action.DROP} == {VerdictState.RESERVED, VerdictState.ERROR}
    assert next(t.max_age_days for t in policy.protocols if t.protocol == "robots") == 30


def test_strict_takes_every_training_agent_and_drops_what_nobody_looked_at():
    policy = load_policy("strict")
    assert set(policy.required) == {
        "robots",
        "tdmrep",
        "x_robots",
        "meta_robots",
    }
    assert {*policy.required, *policy.honoured} == set(PROTOCOLS)
    assert policy.action(VerdictState.UNKNOWN) is Action.DROP
    assert {"GPTBot", "CCBot", "Google-Extended"} <= set(policy.training_tokens)
    assert "ChatGPT-User" not in policy.training_tokens


def test_training_tokens_are_the_policys_the_own_and_the_collectors():
    tokens = load_policy("code").tokens_for_training(["OurBot"], ["CCBot", "ourbot"])
    assert tokens == ("Applebot-Extended", "CCBot", "Google-Extended", "OurBot")


def test_a_policy_may_leave_out_own_and_collectors_tokens(load):
    policy = load(OWN.replace("roles: [own, collector]", "roles: [own]"))
    assert policy.training_roles == (TrainingRole.OWN,)
    assert "CCBot" not in policy.tokens_for_training(["OurBot"], ["CCBot"])


def test_without_any_token_the_rules_for_all_agents_speak_to_training(load):
    policy = load(OWN.replace("tokens: [Google-Extended, Applebot-Extended]", "tokens: []"))
    assert policy.tokens_for_training([], []) == ("*",)


def test_the_digest_follows_the_content_and_not_the_layout(load):
    policy = load(OWN)
    reordered = OWN.replace("[Google-Extended, Applebot-Extended]", "[Applebot-Extended, Google-Extended]")
    assert load("# a note\n" + reordered).sha256 == policy.sha256
    assert load(OWN.replace("max_age_days: 30", "max_age_days: 31", 1)).sha256 != policy.sha256
    assert load(OWN.replace("unknown: keep", "unknown: drop")).sha256 != policy.sha256
    assert load(OWN.replace("version: 2026-12-01", "version: 2026-11-21")).version == date(2026, 11, 21)


def test_a_policy_may_name_a_day_of_review_which_the_record_keeps(load):
    policy = load(OWN + "review_by: 2027-06-30\n")
    assert policy.review_by == date(2027, 6, 30)
    assert policy_of_json(policy.canonical_json) == policy
    assert "review_by" not in load(OWN).canonical_json


def test_a_policy_may_keep_what_a_reservation_does_not_touch(load):
    assert load_policy("code").without_effect is WithoutEffect.REPORT
    assert load_policy("strict").without_effect is WithoutEffect.DROP
    policy = load(OWN)
    assert policy_of_json(policy.canonical_json) == policy
    left_out = load(OWN.replace("without_effect: report\n", ""))
    assert left_out.without_effect is WithoutEffect.DROP
    assert "without_effect" not in left_out.canonical_json


def test_the_canonical_content_holds_what_queries_need():
    content = json.loads(load_policy("code").canonical_json)
    assert content["required"] == ["robots"]
    assert content["max_age_days"]["robots"] == 30
    assert "request" not in content["max_age_days"]
    assert content["actions"]["unknown"] == "keep"


@pytest.mark.parametrize(
    ("written", "instead", "line", "said"),
    [
        ("copies: own", "copis: own", 30, "`copies`"),
        ("robots: {standing: required", "robot: {standing: required", 10, "`robots`"),
        ("standing: required", "standing: requird", 10, "`required`"),
        ("roles: [own, collector]", "roles: [own, colector]", 17, "`collector`"),
        ("max_age_days: 30", "max_age_days: 0", 10, "1 or more"),
        ("max_age_days: 30", "max_age_days: soon", 10, "a whole number"),
        ("version: 2026-12-01", "version: lately", 4, "YYYY-MM-DD"),
        ("  silent: keep\n", "", 23, "`silent` is missing"),
        ("unknown: keep", "unknown: kepp", 26, "`keep`"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_was_expected(load, written, instead, line, said):
    with pytest.raises(ConfigurationErrors) as raised:
        load(OWN.replace(written, instead, 1))
    errors = raised.value.errors
    assert any(said in str(e) for e in errors)
    assert line in {e.line for e in errors}
    assert exit_code_of(raised.value) is ExitCode.USAGE


@pytest.mark.parametrize("terms", ["{standing: honoured, max_age_days: 30}", "{standing: required}"])
def test_a_policy_cannot_change_what_accepted_requests_mean(load, terms):
    with pytest.raises(ConfigurationErrors, match="accepted requests bind under every policy") as raised:
        load(OWN.replace("request: {standing: honoured}", f"request: {terms}"))
    (error,) = raised.value.errors
    assert error.line == 1 + OWN[: OWN.index("  request:")].count("\n")


def test_a_policy_that_leaves_accepted_requests_out_is_bound_by_them(load):
    policy = load(OWN.replace("  request: {standing: honoured}\n", ""))
    assert policy.protocols == load(OWN).protocols
    assert "request" in policy.honoured
    assert policy_of_json(policy.canonical_json.replace(',"request"', "")).honoured == policy.honoured


def test_all_mistakes_are_named_at_once(load):
    with pytest.raises(ConfigurationErrors) as raised:
        load(OWN.replace("copies: own", "copies: all").replace("clock: at_fetch", "clock: now"))
    assert len(raised.value.errors) == 2


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "policy", "policy: [", "\x00", "policy: &a {b: *a}"])
def test_what_is_no_policy_is_a_configuration_error(load, text):
    with pytest.raises(ConfigurationErrors):
        load(text)


def test_a_policy_nobody_knows_names_the_nearest():
    with pytest.raises(ConfigurationErrors, match="did you mean `strict`"):
        load_policy("strickt")


def test_a_file_may_not_take_the_name_of_a_packaged_policy(load):
    with pytest.raises(ConfigurationErrors, match="name of its own"):
        load(CODE)


@given(st.data())
def test_a_damaged_policy_gives_configuration_errors_or_loads(tmp_path_factory, data):
    lines = OWN.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.one_of(st.just(""), st.text("abc: [{-}]#", max_size=12), st.just(lines[at][:-1])))
    path = tmp_path_factory.mktemp("policy") / "p.yaml"
    path.write_text("\n".join(lines), "utf-8")
    with suppress(ConfigurationErrors):
        # Any other exception fails the test.
        assert len(load_policy(str(path)).sha256) == 64


def test_one_spelling_of_a_token_stays():
    assert tokens_each_once(["b", "GPTBot", "gptbot", "A/1", "", "/1"]) == ("A/1", "b", "GPTBot")


OWN_GROUP_ADMITS = b"User-agent: ExampleBot\nDisallow:\n\nUser-agent: *\nDisallow: /\nContent-Signal: ai-train=no\n"


@pytest.mark.parametrize("protocol", ["robots", "content_signal"])
@pytest.mark.parametrize(
    ("deciding", "states"),
    [((), {VerdictState.RESERVED}), (("ExampleBot",), set()), (("OtherBot",), {VerdictState.RESERVED})],
)
def test_a_group_for_the_crawler_keeps_the_rules_for_everybody_from_unnamed_agents_if_it_decides(
    protocol, deciding, states
):
    reading = PROTOCOLS[protocol].reading(OWN_GROUP_ADMITS, "", frozenset({"Trainer"}))
    meanings = reading.judge(AgentTokens(("ExampleBot",), ("ExampleBot", "Trainer"), deciding))("/a")
    assert {m.state for m in meanings} == states


def test_an_agent_that_the_site_names_keeps_its_own_group():
    body = OWN_GROUP_ADMITS + b"User-agent: Trainer\nDisallow: /\n"
    reading = PROTOCOLS["robots"].reading(body, "", frozenset({"Trainer"}))
    (meaning,) = reading.judge(AgentTokens(("ExampleBot",), ("ExampleBot", "Trainer"), ("ExampleBot",)))("/a")
    assert meaning.agents == ("Trainer",)


def test_whose_group_decides_is_part_of_a_policy():
    code = load_policy("code")
    deciding = replace(code, own_group=OwnGroup.DECIDES)
    assert policy_of_json(deciding.canonical_json) == deciding
    assert "own_group" not in code.canonical_json
    assert code.deciding_tokens(("OwnBot",), ("ExampleBot",)) == ()
    assert deciding.deciding_tokens(("OwnBot",), ("ExampleBot",)) == ("ExampleBot", "OwnBot")
