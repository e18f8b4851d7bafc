"""Rules as rows of the table `rules`."""

from __future__ import annotations

from colophon.record.rules import Rule, rule_rows
from colophon.tables import RULES
from colophon.vocabulary import RuleKind


def test_a_row_holds_all_that_a_rule_says_of_itself():
    rows = rule_rows([Rule("language", "2", RuleKind.DETECTOR, '{"k":1}', "a" * 64, "99 of 100 right")])
    assert rows.schema.equals(RULES.schema)
    assert rows.to_pylist() == [
        {
            "rule": "language",
            "version": "2",
            "kind": "detector",
            "parameters": '{"k":1}',
            "model_sha256": "a" * 64,
            "quality": "99 of 100 right",
        }
    ]


def test_no_rules_are_a_table_without_rows():
    assert rule_rows([]).schema.equals(RULES.schema)
