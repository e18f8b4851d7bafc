"""The views of the audit for people, each on the smallest record that shows what it is for."""

from __future__ import annotations

import pytest

from colophon.query.packaged import packaged_query
from colophon.query.session import open_record

CLOSED = [{"signal_id": "r:1", "observation_id": "r", "protocol": "robots", "state": "reserved", "rule": "line 2"}]


@pytest.fixture
def rows_of(make_record):
    """The rows of a view over a record of the tables given."""

    def asked(view, **tables):
        with open_record(make_record(**tables)) as record:
            return record.table(view).to_pylist()

    return asked


def test_states_are_split_by_effect(rows_of, source, document, rules, observation) -> None:
    rows = rows_of(
        "optout_by_state",
        sources=[source(0, "a"), source(1, "b", legal_basis="contract"), source(2, "c", stage="evaluation")],
        documents=[document(n, 0, "a.org/x") for n in range(3)],
        observations=[observation("o", "a.org", "2026-02-09", "absent")],
        rules=rules(),
    )
    assert [(r["trains"], r["effect"], r["state"], r["documents"]) for r in rows] == [
        (True, "other_basis", "silent", 1),
        (True, "relied_on_art4", "silent", 1),
        (False, "relied_on_art4", "silent", 1),
    ]


def test_sources_name_their_basis_and_what_decides(rows_of, source, document, rules) -> None:
    rows = rows_of("optout_by_source", sources=[source(0, "a")], documents=[document(0, 0, "a.org/x")], rules=rules())
    assert [(r["source"], r["legal_basis"], r["protocol"], r["unknown_reason"]) for r in rows] == [
        ("a", "tdm_art4", "robots", "not_observed")
    ]


def test_hosts_come_by_all_their_text(rows_of, source, document, observation, rules) -> None:
    rows = rows_of(
        "optout_by_host",
        sources=[source(0, "s")],
        documents=[
            document(0, 0, "small.org/x", text_bytes=150),
            document(0, 1, "large.org/x", text_bytes=100),
            document(0, 2, "large.org/y", text_bytes=100, fetched_at=None),
        ],
        observations=[observation("o", "large.org", "2026-02-09", "absent")],
        rules=rules(),
    )
    assert [(r["authority"], r["state"], r["text_bytes"], r["host_text_bytes"]) for r in rows] == [
        ("large.org", "silent", 100, 200),
        ("large.org", "unknown", 100, 200),
        ("small.org", "unknown", 150, 150),
    ]


def test_unknown_hosts_come_by_volume_with_the_reason(rows_of, source, document, observation, rules) -> None:
    rows = rows_of(
        "unknown_hosts",
        sources=[source(0, "s")],
        documents=[document(0, n, f"{host}.org/x", text_bytes=n + 1) for n, host in enumerate("abc")],
        observations=[observation("o", "a.org", "2026-02-11"), observation("p", "b.org", "2026-02-09", "absent")],
        rules=rules(),
    )
    assert [(r["authority"], r["unknown_reason"], r["text_bytes"]) for r in rows] == [
        ("c.org", "not_observed", 3),
        ("a.org", "after_only", 1),
    ]


@pytest.fixture
def reserved(source, document, observation, verdict, rules):
    """Tables in which one document of a host is reserved by robots.txt; each test adds what it is about."""

    def tables(of_source=None, **of_document):
        one = document(0, 0, "a.org/x", **of_document)
        return {
            "sources": [source(0, "s", **(of_source or {}))],
            "documents": [one],
            "observations": [observation("r", "a.org", "2026-02-09")],
            "signals": CLOSED,
            "verdicts": [verdict(one["doc_id"], "reserved", "r", signal_id="r:1")],
            "rules": rules(),
        }

    return tables


def test_two_protocols_that_contradict_each_other_are_named(rows_of, reserved, observation, verdict) -> None:
    tables = reserved()
    tables["observations"].append(observation("t", "a.org", "2026-02-08", protocol="tdmrep"))
    tables["verdicts"].append(verdict(0, "allowed", "t", protocol="tdmrep"))
    (row,) = rows_of("protocol_conflicts", **tables)
    assert (row["reserving_protocol"], row["reserving_rule"], row["reserving_observation_id"]) == (
        "robots",
        "line 2",
        "r",
    )
    assert (row["allowing_protocol"], row["allowing_observation_id"]) == ("tdmrep", "t")


@pytest.mark.parametrize("state", ["silent", "unknown", "open", "error"])
def test_a_protocol_that_does_not_allow_is_no_conflict(rows_of, reserved, observation, verdict, state) -> None:
    tables = reserved()
    tables["observations"].append(observation("t", "a.org", "2026-02-08", protocol="tdmrep"))
    if state != "silent":
        tables["verdicts"].append(verdict(0, state, "t", protocol="tdmrep"))
    assert rows_of("protocol_conflicts", **tables) == []


@pytest.mark.parametrize(
    ("of_source", "observed", "licenses", "overrides"),
    [
        ({"license_spdx": "CC-BY-4.0"}, None, ("CC-BY-4.0", None), False),
        ({}, "CC0-1.0", (None, "CC0-1.0"), False),
        ({"license_declared": "our own terms"}, "MIT", ("our own terms", "MIT"), False),
        ({"license_content": "MIT", "legal_basis": "license", "grantor": "A House"}, None, ("MIT", None), False),
        (
            {"license_content": "MIT", "legal_basis": "license", "grantor": "A House", "license_evidence": "file 7"},
            None,
            ("MIT", None),
            True,
        ),
    ],
)
def test_a_license_beside_a_reservation_is_named(rows_of, reserved, of_source, observed, licenses, overrides) -> None:
    (row,) = rows_of("license_conflicts", **reserved(of_source, license_observed=observed))
    assert (row["dataset_license"], row["page_license"]) == licenses
    assert row["overrides"] is overrides


@pytest.mark.parametrize("nothing", ["NONE", "NOASSERTION", None])
def test_no_license_is_no_conflict(rows_of, reserved, nothing) -> None:
    assert rows_of("license_conflicts", **reserved({"license_spdx": nothing}, license_observed=nothing)) == []


GRANT = {"legal_basis": "contract", "grantor": "A House", "license_evidence": "file 7"}


@pytest.mark.parametrize(
    ("of_source", "policy", "because"),
    [
        (GRANT, {}, "granted"),
        (GRANT | {"license_evidence": None}, {}, "decided_otherwise"),
        ({}, {"required": [], "honoured": ["tdmrep"]}, "not_honoured"),
        ({}, {"actions": {"reserved": "keep"}}, "policy_keeps"),
        ({}, {}, "decided_otherwise"),
    ],
)
def test_what_is_kept_although_reserved_says_why(rows_of, reserved, rules, of_source, policy, because) -> None:
    whole = {"required": ["robots"], "honoured": [], "max_age_days": {}, "actions": {"reserved": "drop"}}
    tables = reserved(of_source) | {"rules": rules(whole | policy)}
    assert [row["kept_because"] for row in rows_of("reserved_kept", **tables)] == [because]


def test_evaluation_data_is_kept_although_reserved(rows_of, reserved) -> None:
    (row,) = rows_of("reserved_kept", **reserved({"stage": "evaluation"}, stage="evaluation"))
    assert (row["kept_because"], row["trains"]) == ("not_training", False)


def test_what_is_dropped_is_not_kept_although_reserved(rows_of, reserved, decision) -> None:
    assert rows_of("reserved_kept", **reserved(), decisions=[decision(0, "reservation")]) == []


@pytest.fixture
def cluster(reserved, document, decision):
    """Two places of one text: the first reserved and dropped, the second kept."""
    tables = reserved()
    kept = document(0, 1, "b.org/copy")
    tables["documents"].append(kept)
    tables["duplicates"] = [
        {"doc_id": number, "cluster_id": kept["doc_id"], "kind": "exact", "similarity": 1.0}
        for number in (0, kept["doc_id"])
    ]
    tables["decisions"] = [decision(0, "reservation"), decision(0, "duplicate", position=1)]
    return tables


def test_a_kept_text_with_a_reserved_copy_names_both_places(rows_of, cluster) -> None:
    (row,) = rows_of("reserved_copies", **cluster)
    assert (row["url"], row["copy_url"]) == ("https://b.org/copy", "https://a.org/x")
    assert (row["copy_protocol"], row["kind"], row["source"]) == ("robots", "exact", "s")


def test_a_copy_on_a_host_that_reserves_nothing_is_not_named(rows_of, cluster) -> None:
    assert rows_of("reserved_copies", **(cluster | {"verdicts": [], "decisions": []})) == []


def test_a_dropped_text_with_a_reserved_copy_is_not_named(rows_of, cluster, decision) -> None:
    cluster["decisions"].append(decision(1, "quality"))
    assert rows_of("reserved_copies", **cluster) == []


def test_a_document_that_came_back_names_the_one_that_would_have_stood_for_it(rows_of, cluster) -> None:
    (row,) = rows_of("returned_documents", **cluster)
    assert (row["url"], row["dropped_url"]) == ("https://b.org/copy", "https://a.org/x")
    assert (row["dropped_rule"], row["dropped_public_reason"]) == ("reservation", "reservation")


def test_a_document_that_stands_first_anyway_did_not_come_back(rows_of, cluster) -> None:
    # The dropped copy was fetched later, so it would not have stood for the other.
    cluster["documents"][0]["fetched_at"] = None
    assert rows_of("returned_documents", **cluster) == []


def test_the_order_of_sources_goes_before_that_of_fetches(rows_of, cluster, source) -> None:
    cluster["sources"].append(source(1, "first") | {"position": -1})
    cluster["documents"][1]["source_id"] = 1
    assert rows_of("returned_documents", **cluster) == []


def test_coverage_of_each_protocol_adds_up_to_what_it_can_apply_to(rows_of, source, document, observation, rules):
    policy = {"required": ["robots"], "honoured": ["tdmrep", "c2pa"], "max_age_days": {"robots": 30}}
    hosts = ["in.org", "failed.org", "stale.org", "after.org", "never.org", "plain.org", "moved.org", "when.org"]
    documents = [document(0, n, f"{host}/x") for n, host in enumerate(hosts)]
    documents += [document(0, 8, "in.org/undated", fetched_at=None), document(0, 9)]
    documents += [document(1, 0), document(1, 1, modality="image")]
    rows = rows_of(
        "protocol_coverage",
        sources=[source(0, "s"), source(1, "t", acquisition="public_dataset")],
        documents=documents,
        observations=[
            observation("1", "in.org", "2026-02-09"),
            observation("6", "plain.org", "2026-02-09", scheme="http"),
            observation("7", "moved.org", "2026-02-09", "redirected"),
            observation("8", "when.org", None),
            observation("2", "failed.org", "2026-02-09", "unreachable"),
            observation("3", "stale.org", "2026-01-01"),
            observation("4", "after.org", "2026-02-11"),
            observation("5", "in.org", "2026-02-09", protocol="rsl"),
        ],
        rules=rules(policy),
    )
    found = {(r["protocol"], r["coverage"]): (r["documents"], r["text_bytes"]) for r in rows}
    assert found == {
        ("robots", "in_force"): (1, 100),
        ("robots", "failed"): (1, 100),
        ("robots", "stale"): (1, 100),
        ("robots", "after_only"): (1, 100),
        ("robots", "never"): (1, 100),
        ("robots", "no_moment"): (1, 100),
        ("robots", "no_address"): (1, 100),
        ("robots", "other_scheme"): (1, 100),
        ("robots", "not_followed"): (1, 100),
        ("robots", "undated"): (1, 100),
        ("tdmrep", "never"): (10, 1000),
        ("c2pa", "never"): (1, 100),
        ("rsl", "not_readable"): (1, 100),
        ("rsl", "no_moment"): (1, 100),
        ("rsl", "never"): (8, 800),
    }


def test_pages_without_document_are_listed_with_what_they_say(rows_of, source, shard, observation) -> None:
    page = observation(
        "p", "a.org", "2026-02-09", protocol="x_robots", requested_url="https://a.org/i.png", place="page"
    )
    with_document = observation("q", "a.org", "2026-02-09", protocol="x_robots", doc_id=0)
    said = {"signal_id": "p:1", "observation_id": "p", "protocol": "x_robots", "state": "reserved", "value": "noai"}
    rows = rows_of(
        "rejected_signals",
        sources=[source(0, "s")],
        shards=[shard(0)],
        observations=[page, with_document, observation("r", "a.org", "2026-02-09")],
        signals=[said],
    )
    assert [(r["observation_id"], r["source"], r["requested_url"], r["state"], r["value"]) for r in rows] == [
        ("p", "s", "https://a.org/i.png", "reserved", "noai")
    ]


def test_states_then_are_those_of_the_session_unless_an_audit_says_otherwise(small_record) -> None:
    with open_record(small_record) as record:
        assert record.query("audit/changes").table.num_rows == 0
        assert record.table("states_then").num_rows == record.table("documents").num_rows


def test_findings_count_each_document_of_a_list_once(make_record, cluster) -> None:
    with open_record(make_record(**cluster)) as record:
        found = {row["view_name"]: row["documents"] for row in record.query("audit/findings").table.to_pylist()}
    assert found == {
        "protocol_conflicts": 0,
        "license_conflicts": 0,
        "reserved_kept": 0,
        "reserved_copies": 1,
        "returned_documents": 1,
        "used_against_record": 0,
        "rejected_signals": 0,
    }


@pytest.mark.parametrize(
    "view",
    [
        "optout_by_state",
        "optout_by_source",
        "optout_by_host",
        "optout_by_protocol",
        "unknown_hosts",
        "protocol_conflicts",
        "license_conflicts",
        "reserved_kept",
        "reserved_copies",
        "returned_documents",
        "protocol_coverage",
        "used_against_record",
        "rejected_signals",
    ],
)
def test_every_view_for_people_says_how_a_row_is_read(view) -> None:
    assert packaged_query(f"views/{view}").reading.startswith("A row says")
