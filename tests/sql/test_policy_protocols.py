"""What the view of a policy's protocols says of each: as the protocol does itself, also of one that nobody reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colophon.query.session import open_record
from colophon.record.rules import rule_rows
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy import ProtocolTerms, Standing, load_policy
from colophon.reservations.rules import rules
from colophon.vocabulary import RuleKind


def carriers(record: str) -> dict[str, str]:
    with open_record(record) as opened:
        rows = opened.sql("SELECT protocol, carrier FROM policy_protocols").to_pylist()
    return {row["protocol"]: row["carrier"] for row in rows}


@pytest.mark.parametrize("kinds", [{RuleKind.POLICY, RuleKind.PARSER}, {RuleKind.POLICY}], ids=["read", "not read"])
def test_what_carries_a_protocol_is_what_it_says_of_itself(make_record, kinds: set[RuleKind]) -> None:
    every = tuple(ProtocolTerms(name, Standing.REQUIRED, None) for name in PROTOCOLS)
    policy = replace(load_policy("strict"), protocols=every)
    written = [rule for rule in rule_rows(rules(policy)).to_pylist() if rule["kind"] in kinds]
    assert carriers(make_record(rules=written)) == {p.name: p.carrier for p in PROTOCOLS.values()}


def test_the_row_of_a_parser_says_what_carries_a_protocol_of_another_package(make_record) -> None:
    parser = {"rule": "toy", "version": "1", "kind": "parser", "parameters": '{"carrier":"media","protocol":"toy"}'}
    policy = {"rule": "p", "version": "1", "kind": "policy", "parameters": '{"required":["toy","other"],"honoured":[]}'}
    assert carriers(make_record(rules=[parser, policy])) == {"toy": "media", "other": "host"}


def test_a_protocol_of_which_there_are_only_entries_of_lists_is_one_of_lists(make_record, observation) -> None:
    seen = [observation("o", "a.org", "2026-02-09", protocol="toy", place="list")]
    assert carriers(make_record(observations=seen)) == {"toy": "list"}
