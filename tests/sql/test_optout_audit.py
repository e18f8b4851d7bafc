"""The states of the opt-out audit, each on the smallest record that shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.query.session import Record, open_record
from colophon.reservations.in_force import ObservedEvidence, Timeline, UnknownReason
from colophon.vocabulary import Outcome


@pytest.fixture(scope="module")
def record(small_record: str):
    with open_record(small_record) as opened:
        yield opened


def row(record: Record, authority: str, protocol: str = "robots", **more: object) -> dict[str, object]:
    where = "".join(f" AND {name} = '{value}'" for name, value in more.items())
    found = record.sql(
        f"SELECT * FROM optout_audit WHERE authority = '{authority}' AND protocol = '{protocol}'{where}"
    ).to_pylist()
    assert len(found) == 1
    return found[0]


def test_reserved_names_rule_observation_and_decision(record: Record) -> None:
    found = row(record, "reserved.org")
    assert (found["state"], found["purposes"], found["rule"]) == ("reserved", "crawl, train", "2: Disallow: /")
    assert (found["observation_id"], found["observation_age_days"], found["agents"]) == ("r1", 9.0, ["*"])
    assert (found["kept"], found["decision_rule"], found["effect"]) == (False, "reservation", "relied_on_art4")


@pytest.mark.parametrize(
    ("authority", "state", "reason"),
    [
        ("broken.org", "error", None),
        ("absent.org", "silent", None),
        ("late.org", "unknown", "after_only"),
        ("old.org", "unknown", "stale"),
        ("nobody.org", "unknown", "not_observed"),
        ("blog.silent.org", "silent", None),
        ("reserved.org:8080", "unknown", "not_observed"),
    ],
)
def test_state_of_a_host(record: Record, authority: str, state: str, reason: str | None) -> None:
    found = row(record, authority)
    assert (found["state"], found["unknown_reason"]) == (state, reason)


def test_document_without_time_is_unknown_although_its_host_was_looked_at(record: Record) -> None:
    found = row(record, "silent.org", url="https://silent.org/undated")
    assert (found["state"], found["unknown_reason"], found["observation_id"]) == ("unknown", "no_fetch_time", None)


def test_document_without_address_is_not_applicable(record: Record) -> None:
    found = record.sql("SELECT state, protocol FROM optout_audit WHERE authority IS NULL").to_pylist()
    assert found == [{"state": "not_applicable", "protocol": "robots"}] * 2


@pytest.mark.parametrize(
    ("authority", "state", "protocol"), [("allowed.org", "allowed", "tdmrep"), ("open.org", "open", "terms")]
)
def test_protocol_that_is_only_seen_counts_for_what_it_says(
    record: Record, authority: str, state: str, protocol: str
) -> None:
    found = record.sql(f"SELECT state, protocol FROM optout_documents WHERE authority = '{authority}'").to_pylist()
    assert found == [{"state": state, "protocol": protocol}]


def test_every_document_has_one_headline_state(record: Record) -> None:
    assert record.table("optout_documents").num_rows == record.table("documents").num_rows
    ids = record.sql("SELECT count(DISTINCT doc_id) AS documents FROM optout_documents").to_pylist()
    assert ids == [{"documents": 20}]


def test_unknown_of_a_protocol_that_is_not_required_does_not_reach_the_headline(
    make_record, source, document, observation, rules
) -> None:
    looks = [observation("r", "a.org", "2026-02-09"), observation("t", "a.org", "2026-02-11", protocol="tdmrep")]
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules()}
    with open_record(make_record(**rows, observations=looks)) as record:
        assert row(record, "a.org", "tdmrep")["unknown_reason"] == "after_only"
        assert record.table("optout_documents")["state"].to_pylist() == ["silent"]


@pytest.mark.parametrize(
    ("looks", "protocol", "reason"), [([], None, "not_observed"), (["2026-02-11"], "robots", "after_only")]
)
def test_a_document_that_nothing_is_known_about_is_unknown_although_the_policy_requires_no_look(
    make_record, source, document, observation, rules, looks, protocol, reason
) -> None:
    policy = {"required": [], "honoured": ["robots", "request"], "max_age_days": {}}
    sources = [source(0, "s", acquisition="public_dataset"), source(1, "t")]
    rows = {"sources": sources, "documents": [document(0, 0, "a.org/x"), document(0, 1), document(1, 0)]}
    seen = [observation("r", "a.org", day) for day in looks]
    with open_record(make_record(**rows, observations=seen, rules=rules(policy))) as record:
        found = record.sql("SELECT state, protocol, unknown_reason FROM optout_documents ORDER BY doc_id").to_pylist()
    assert found == [
        {"state": "unknown", "protocol": protocol, "unknown_reason": reason},
        {"state": "not_applicable", "protocol": None, "unknown_reason": None},
        {"state": "unknown", "protocol": None, "unknown_reason": "no_address"},
    ]


def test_silent_for_one_protocol_and_unknown_for_a_required_one_is_unknown(
    make_record, source, document, observation, rules
) -> None:
    looks = [observation("r", "a.org", "2026-02-09", "absent")]
    policy = {"required": ["robots", "tdmrep"], "honoured": [], "max_age_days": {"robots": 30}}
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules(policy)}
    with open_record(make_record(**rows, observations=looks)) as record:
        assert row(record, "a.org", "robots")["state"] == "silent"
        assert row(record, "a.org", "tdmrep")["state"] == "unknown"
        found = record.table("optout_documents").to_pylist()[0]
    assert (found["state"], found["protocol"], found["unknown_reason"]) == ("unknown", "tdmrep", "not_observed")


def test_protocol_that_cannot_be_read_is_never_silent(make_record, source, document, observation, rules) -> None:
    looks = [observation("r", "a.org", "2026-02-09", protocol="rsl")]
    policy = {"required": ["rsl"], "honoured": [], "max_age_days": {}}
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules(policy)}
    with open_record(make_record(**rows, observations=looks)) as record:
        found = row(record, "a.org", "rsl")
    assert (found["state"], found["unknown_reason"], found["observation_id"]) == ("unknown", "not_evaluated", "r")


def test_age_of_exactly_the_limit_still_counts(make_record, source, document, observation, rules) -> None:
    day = datetime(2026, 2, 10, tzinfo=UTC)
    looks = [
        observation("edge", "edge.org", None) | {"observed_at": day - timedelta(days=30)},
        observation("over", "over.org", None) | {"observed_at": day - timedelta(days=30, microseconds=1)},
    ]
    documents = [document(0, n, f"{host}/x", fetched_at=day) for n, host in enumerate(("edge.org", "over.org"))]
    rows = {"sources": [source(0, "s")], "documents": documents, "rules": rules()}
    with open_record(make_record(**rows, observations=looks)) as record:
        assert row(record, "edge.org")["state"] == "silent"
        assert row(record, "over.org")["unknown_reason"] == "stale"


def test_failed_look_that_awaits_its_verdict_is_not_silent(make_record, source, document, observation, rules) -> None:
    looks = [observation("r", "a.org", "2026-02-09", "unreachable")]
    rows = {"sources": [source(0, "s")], "documents": [document(0, 0, "a.org/x")], "rules": rules()}
    with open_record(make_record(**rows, observations=looks)) as record:
        assert row(record, "a.org")["state"] == "error"


def test_protocol_of_media_does_not_apply_to_text(make_record, source, document, rules) -> None:
    policy = {"required": ["c2pa"], "honoured": [], "max_age_days": {}}
    documents = [document(0, 0, "a.org/x"), document(0, 1, "b.org/x", modality="image")]
    rows = {"sources": [source(0, "s")], "documents": documents, "rules": rules(policy)}
    with open_record(make_record(**rows)) as record:
        assert row(record, "a.org", "c2pa")["state"] == "not_applicable"
        assert row(record, "b.org", "c2pa")["state"] == "unknown"


def test_states_by_protocol_add_up_to_the_audit(record: Record) -> None:
    counted = record.sql("SELECT sum(documents)::BIGINT AS rows FROM optout_by_protocol").to_pylist()[0]["rows"]
    assert counted == record.table("optout_audit").num_rows


_START = datetime(2026, 1, 1, tzinfo=UTC)
_HOURS = st.integers(0, 60 * 24).map(lambda hours: _START + timedelta(hours=hours))
_FOLDERS = count()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fetches=st.lists(st.none() | _HOURS, min_size=1, max_size=12),
    looks=st.lists(st.tuples(st.none() | _HOURS, st.sampled_from(["ok", "absent"])), max_size=8),
    max_age=st.none() | st.integers(1, 40),
)
def test_unknown_is_derived_as_the_verdicts_derive_it(
    fetches,
    looks,
    max_age,
    tmp_path_factory: pytest.TempPathFactory,
    write_tables,
    source,
    document,
    observation,
    rules,
) -> None:
    seen = [
        observation(f"o{n}", "a.org", None, outcome) | {"observed_at": time} for n, (time, outcome) in enumerate(looks)
    ]
    policy = {"required": ["robots"], "honoured": [], "max_age_days": {} if max_age is None else {"robots": max_age}}
    documents = [document(0, n, f"a.org/{n}", fetched_at=time) for n, time in enumerate(fetches)]
    folder: Path = tmp_path_factory.mktemp(f"audit{next(_FOLDERS)}")
    path = write_tables(
        folder / "record",
        {"sources": [source(0, "s")], "documents": documents, "observations": seen, "rules": rules(policy)},
    )
    timeline = Timeline(
        [ObservedEvidence(o["observation_id"], "robots", "a.org", o["observed_at"], Outcome.OK, b"") for o in seen],
        max_age,
    )
    with open_record(path) as record:
        derived = record.sql("SELECT unknown_reason AS reason FROM optout_audit ORDER BY doc_id")["reason"].to_pylist()
    for time, reason in zip(fetches, derived, strict=True):
        found = timeline.at(None if time is None else int(time.timestamp()) * 1_000_000)
        assert reason == (str(found) if isinstance(found, UnknownReason) else None)
