"""The queries behind the copyright policy: rules in force, protocols looked at, block lists, requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from colophon.query.session import open_record

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def ask(make_record: Callable[..., str]) -> Callable[..., list[Row]]:
    """Writes a record of the rows given and asks it one query."""

    def ask_(query: str, **tables: Rows) -> list[Row]:
        with open_record(make_record(**tables)) as record:
            rows: list[Row] = record.query(f"copyright_policy/{query}").table.to_pylist()
        return rows

    return ask_


@pytest.fixture
def of_small_record(small_record: str) -> Callable[[str], list[Row]]:
    def of(query: str) -> list[Row]:
        with open_record(small_record) as record:
            rows: list[Row] = record.query(f"copyright_policy/{query}").table.to_pylist()
        return rows

    return of


def test_the_policy_is_named_with_its_protocols_and_the_states_it_drops(ask: Any, rules: Any) -> None:
    agents = {"rule": "agents", "version": "2026-08-22", "kind": "agents", "parameters": "{}", "model_sha256": "b" * 64}
    (row,) = ask("policy", rules=[*rules(), agents])
    assert (row["policy"], row["clock"], row["copies"]) == ("code", "at_fetch", "own")
    assert (row["required"], row["honoured"]) == (["robots"], ["tdmrep"])
    assert row["dropped_states"] == ["error", "reserved"]
    assert (row["agents_version"], row["agents_sha256"]) == ("2026-08-22", "b" * 64)


def test_a_record_without_a_policy_names_none(ask: Any) -> None:
    assert ask("policy") == []


def test_required_protocols_come_first_with_hosts_and_removals(of_small_record: Any) -> None:
    rows = of_small_record("protocols")
    assert [(r["protocol"], r["standing"]) for r in rows] == [
        ("robots", "required"),
        ("tdmrep", "honoured"),
        ("terms", "seen"),
    ]
    robots = rows[0]
    assert (robots["hosts"], robots["failed_hosts"], robots["period"]) == (9, 1, "01/2026 to 02/2026")
    assert (robots["reserved"], robots["reserved_dropped"]) == (1, 1)


def test_nobody_having_looked_is_unknown_and_not_silence(of_small_record: Any) -> None:
    rows = {r["protocol"]: r for r in of_small_record("protocols")}
    looked, failed, unknown = (rows["tdmrep"][k] for k in ("looked_at", "error", "unknown"))
    assert (looked, failed) == (1, 0)
    assert looked + unknown == sum(rows["robots"][k] for k in ("looked_at", "error", "unknown"))


def test_requests_are_named_where_one_was_entered_and_nobody_is_asked_for_them(
    ask: Any, rules: Any, observation: Any
) -> None:
    entered = observation("o", "a.example", "2026-02-09", protocol="request", place="list")
    tables = {"rules": rules(), "observations": [entered]}
    (policy,), protocols = (ask(query, **tables) for query in ("policy", "protocols"))
    assert policy["honoured"] == ["request", "tdmrep"]
    assert [r["unknown"] for r in protocols if r["protocol"] == "request"] == [None]


def test_every_document_for_training_has_one_outcome(of_small_record: Any, small_record: str) -> None:
    rows = of_small_record("outcome")
    with open_record(small_record) as record:
        training = record.sql("SELECT count(*) AS n FROM documents JOIN training_sources USING (source_id)")
    assert sum(r["documents"] for r in rows) == training["n"][0].as_py()
    assert all(r["documents"] == r["dropped"] + r["kept"] for r in rows)
    assert rows[0]["state"] == "reserved"


def test_a_list_of_domains_is_known_by_its_size_digest_and_effect(
    ask: Any, source: Any, document: Any, decision: Any
) -> None:
    parameters = json.dumps({"kind": "domains", "reason": "legal_or_safety", "values": ["b.example", "a.example"]})
    only = document(0, 0, "b.example/x")
    (row,) = ask(
        "block_lists",
        sources=[source(0, "web")],
        documents=[only],
        decisions=[decision(only["doc_id"], "legal_or_safety", rule="infringing sites")],
        rules=[{"rule": "infringing sites", "version": "1", "kind": "filter", "parameters": parameters}],
    )
    assert (row["domains"], row["dropped"], row["reason"]) == (2, 1, "legal_or_safety")
    assert row["list_sha256"] == hashlib.sha256(b"a.example\nb.example").hexdigest()


def test_behaviour_at_barriers_is_told_for_crawled_training_sources_alone(ask: Any, source: Any) -> None:
    config = json.dumps({"access": "open", "crawler": {"name": "ColoBot", "behaviour": {"captcha": "never solved"}}})
    rows = ask(
        "access",
        sources=[
            source(0, "web", config=config),
            source(1, "dump", acquisition="public_dataset", config=config),
            source(2, "undeclared"),
        ],
    )
    assert [(r["crawler"], r["access"], r["captcha"]) for r in rows] == [
        ("ColoBot", "open", "never solved"),
        (None, "unknown", None),
    ]


def test_looks_at_datasets_of_third_parties_are_told_in_whole_percent(of_small_record: Any) -> None:
    (row,) = of_small_record("third_party")
    assert (row["datasets"], row["looked_at_percent"]) == (2, 66)


def test_without_addresses_there_is_no_percentage(ask: Any, source: Any, document: Any, rules: Any) -> None:
    (row,) = ask(
        "third_party",
        sources=[source(0, "dump", acquisition="public_dataset")],
        documents=[document(0, 0)],
        rules=rules(),
    )
    assert (row["datasets"], row["looked_at_percent"]) == (1, None)


def test_requests_are_counted_with_their_effect(
    ask: Any, source: Any, document: Any, observation: Any, verdict: Any, decision: Any, rules: Any
) -> None:
    documents = [document(0, row, "asked.example/x") for row in range(2)]
    (row,) = ask(
        "requests",
        sources=[source(0, "web")],
        documents=documents,
        observations=[observation("q1", "asked.example", "2026-02-01", protocol="request")],
        verdicts=[verdict(d["doc_id"], "reserved", "q1", protocol="request") for d in documents],
        decisions=[decision(documents[0]["doc_id"], "reservation")],
        rules=rules(),
    )
    assert (row["requests"], row["first_month"], row["documents"], row["dropped"]) == (1, "02/2026", 2, 1)


def test_removed_copies_are_counted_for_training_alone(ask: Any, source: Any, document: Any, decision: Any) -> None:
    copies = [document(number, 0) for number in range(2)]
    (row,) = ask(
        "copies",
        sources=[source(0, "web"), source(1, "looked up", used_for_weight_update=False)],
        documents=copies,
        decisions=[decision(c["doc_id"], "duplicate") for c in copies],
    )
    assert row["removed"] == 1
