from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon import reservations
from colophon.reservations import PROTOCOLS
from colophon.reservations.agents import agents
from colophon.reservations.in_force import ObservedEvidence
from colophon.reservations.observation_rows import observation_id, signal_id, signals_of
from colophon.reservations.parsing import robots_txt
from colophon.reservations.policy import load_policy
from colophon.reservations.rules import rules
from colophon.tables import SIGNALS
from colophon.vocabulary import Outcome, RuleKind

CODE = load_policy("code")
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
BODY = b"User-agent: *\nDisallow: /private\n\nUser-agent: Search\nDisallow: /x\n"


def seen(outcome: Outcome = Outcome.OK, body: bytes | None = BODY, protocol="robots"):
    return ObservedEvidence("0f", protocol, "host.example", WHEN, outcome, body)


def test_each_statement_becomes_a_row_of_the_table():
    batch = signals_of(seen(), CODE)
    assert batch.schema.equals(SIGNALS.schema)
    rows = batch.to_pylist()
    assert [(r["signal_id"], r["purpose"], r["agents"], r["path"], r["rule"], r["state"]) for r in rows] == [
        ("0f:000000", "crawl", ["*"], "/private", "line 2: Disallow: /private", "reserved"),
        ("0f:000001", "train", ["*"], "/private", "line 2: Disallow: /private", "reserved"),
        ("0f:000002", "crawl", ["search"], "/x", "line 5: Disallow: /x", "reserved"),
    ]
    assert {(r["observation_id"], r["authority"], r["parser"], r["parser_version"]) for r in rows} == {
        ("0f", "host.example", "robots", PROTOCOLS["robots"].version)
    }


def test_rows_come_in_the_order_of_the_table():
    ids = signals_of(seen(body=b"User-agent: *\n" + b"Disallow: /a\n" * 2_000), CODE).column("signal_id").to_pylist()
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    "observation",
    [
        seen(Outcome.ABSENT, None),
        seen(Outcome.UNREADABLE),
        seen(Outcome.SERVER_ERROR),
        seen(body=None),
        seen(body=b"<html>"),
    ],
)
def test_a_look_that_gave_nothing_readable_has_no_signals(observation):
    assert signals_of(observation, CODE).num_rows == 0


def test_a_protocol_that_no_installed_package_reads_has_no_signals():
    assert signals_of(seen(), CODE).num_rows > 0
    assert signals_of(seen(protocol="of_no_package"), CODE).num_rows == 0


def test_ids_of_observations_tell_every_part_of_their_place_apart():
    places = [
        ("s", "p", 1, "robots"),
        ("s", "p", 2, "robots"),
        ("s", "q", 1, "robots"),
        ("t", "p", 1, "robots"),
        ("s", "p", 1, "tdmrep"),
        ('s","p', "", 1, "robots"),
    ]
    ids = {observation_id(*place) for place in places}
    assert len(ids) == len(places)
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in ids)


def test_the_id_of_a_place_never_changes():
    got = observation_id("crawl", "a.warc.gz", 7, "robots")
    assert got == "1b559c584f536921e88ab132b8a2da1a"


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_ids_of_signals_sort_like_numbers(one, other):
    assert (signal_id("x", one) < signal_id("x", other)) is (one < other)


def test_rules_name_the_policy_with_its_digest_and_the_parsers_it_uses():
    written, _, *parsers = rules(CODE)
    assert (written.name, written.version, written.kind) == ("code", "2026-12-01", RuleKind.POLICY)
    assert written.model_sha256 == CODE.sha256
    assert json.loads(written.parameters)["required"] == ["robots"]
    assert {p.kind for p in parsers} == {RuleKind.PARSER}
    read = {json.loads(p.parameters)["protocol"]: json.loads(p.parameters)["specification"] for p in parsers}
    assert read["robots"] == "RFC 9309"
    assert read.keys() == {p for p in (*CODE.required, *CODE.honoured) if p in PROTOCOLS}


def test_rules_name_the_table_of_agents_with_its_digest():
    tabled = rules(CODE)[1]
    assert (tabled.name, tabled.kind) == ("agents", RuleKind.AGENTS)
    assert tabled.model_sha256 == sha256(files(reservations).joinpath("agents.csv").read_bytes()).hexdigest()
    assert tabled.version == max(agent.stated_on for agent in agents()).isoformat()


def test_every_evaluator_is_listed_under_its_own_protocol():
    assert all(evaluator.name == protocol for protocol, evaluator in PROTOCOLS.items())


def test_a_file_is_split_into_lines_once_for_all_protocols_that_stand_in_it(monkeypatch):
    split: list[bytes] = []
    lines = robots_txt._lines
    monkeypatch.setattr(robots_txt, "_lines", lambda body: split.append(body) or lines(body))
    body = b"User-agent: *\nDisallow: /once\nContent-Usage: train-ai=n\nContent-Signal: ai-train=no\nLicense: https://a.b/c\n"
    speaking = {
        name for name, protocol in PROTOCOLS.items() if protocol.reading(body, "a.b", frozenset({"x"})).statements()
    }
    assert speaking >= {"robots", "aipref", "content_signal", "rsl"}
    assert split == [body]
