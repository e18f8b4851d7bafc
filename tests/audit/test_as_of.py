"""Audits of one record as of several moments, and under several policies."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime

import pytest

from colophon.audit import as_of
from colophon.audit.as_of import judge_as_of
from colophon.audit.audit import audit_record
from colophon.query.session import open_record
from colophon.record.rules import Rule
from colophon.reservations.moment import AT_FETCH, Moment, asked_moment
from colophon.reservations.policy import Clock, load_policy, policy_of_json
from colophon.vocabulary import RuleKind

CLOSED = b"User-agent: *\nDisallow: /\n"
OPEN = b"User-agent: *\nDisallow:\n"
CODE = load_policy("code")


def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def digest(body):
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def record(make_record, source, document, observation, rules):
    """Three hosts, fetched on 10 February 2026: one closed on 1 March, one opened on 1 March, one was never open."""

    def look(name, host, day, body):
        return observation(name, host, day, evidence_sha256=digest(body))

    observations = [
        look("closed1", "closes.org", "2026-02-09", OPEN),
        look("closed2", "closes.org", "2026-03-01", CLOSED),
        look("opened1", "opens.org", "2026-02-09", CLOSED),
        look("opened2", "opens.org", "2026-03-01", OPEN),
        look("shut1", "shut.org", "2026-02-09", CLOSED),
        observation("shut2", "shut.org", "2026-03-01", "unreachable"),
    ]
    used = {"checkpoint": "one", "source_id": 0, "started_at": at("2026-03-05")}
    written = make_record(
        sources=[source(0, "s", obtained_at="2026-02-20"), source(1, "other")],
        documents=[
            document(0, 0, "closes.org/x"),
            document(0, 1, "opens.org/x"),
            document(0, 2, "shut.org/x"),
            document(1, 0, "opens.org/y"),
        ],
        observations=observations,
        evidence=[{"evidence_sha256": digest(b), "size_bytes": len(b), "bytes": b} for b in (OPEN, CLOSED)],
        training_use=[used],
        rules=rules(),
    )
    with open_record(written) as opened:
        yield opened


def states(record, asked, policy=None):
    audit_record(record, asked, policy)
    rows = record.sql(
        "SELECT authority, source_id, coalesce(unknown_reason, state) AS state FROM optout_audit "
        "WHERE protocol = 'robots'"
    ).to_pylist()
    return {(row["authority"].split(".")[0], row["source_id"]): row["state"] for row in rows}


@pytest.mark.parametrize(
    ("asked", "closes", "opens", "shut", "of_other_source"),
    [
        ("at_obtained", "silent", "reserved", "reserved", "no_obtained_time"),
        ("at_training", "reserved", "silent", "reserved", "no_training_time"),
        ("2026-02-08", "after_only", "after_only", "after_only", "after_only"),
        ("2026-02-09", "silent", "reserved", "reserved", "reserved"),
        ("2026-03-01", "reserved", "silent", "reserved", "silent"),
        ("2026-04-01", "stale", "stale", "stale", "stale"),
    ],
)
def test_each_moment_has_its_own_states(record, asked, closes, opens, shut, of_other_source):
    assert states(record, asked_moment(asked, date(2026, 11, 21))) == {
        ("closes", 0): closes,
        ("opens", 0): opens,
        ("shut", 0): shut,
        ("opens", 1): of_other_source,
    }


def test_a_look_that_no_run_counted_yet_but_came_before_the_fetch_is_never_taken_for_silence(
    make_record, source, document, observation, rules
):
    ran = [("run corpus.yaml", "2026-02-01"), ("signals collect", "2026-02-05")]
    body = {"evidence_sha256": digest(CLOSED), "requested_url": "https://a.org/robots.txt", "shard_id": None}
    written = make_record(
        sources=[source(0, "s")],
        documents=[document(0, 0, "a.org/x")],
        observations=[observation("since", "a.org", "2026-02-05", **body)],
        evidence=[{"evidence_sha256": digest(CLOSED), "size_bytes": len(CLOSED), "bytes": CLOSED}],
        runs=[
            {"run_id": day, "generation": n, "command": command, "started_at": at(day), "finished_at": at(day)}
            for n, (command, day) in enumerate(ran, 1)
        ],
        rules=rules(),
    )
    with open_record(written) as record:
        assert states(record, AT_FETCH) == {("a", 0): "reserved"}


def test_a_use_without_a_start_may_be_the_last_one(make_record, source, document, observation, rules):
    uses = [
        {"checkpoint": "one", "source_id": 0, "started_at": at("2026-03-05")},
        {"checkpoint": "two", "source_id": 0},
    ]
    written = make_record(
        sources=[source(0, "s")],
        documents=[document(0, 0, "a.org/x")],
        observations=[observation("o", "a.org", "2026-03-01", "absent")],
        training_use=uses,
        rules=rules(),
    )
    with open_record(written) as record:
        assert states(record, Moment(Clock.AT_TRAINING)) == {("a", 0): "no_training_time"}


HONOURS_LISTS = json.dumps(
    {
        "policy": "lists", "version": "2026-11-20", "clock": "at_fetch", "required": [], "honoured": ["registry"],
        "max_age_days": {"registry": 30}, "training_roles": [], "training_tokens": [], "actions": {}, "copies": "own",
    }
)  # fmt: skip


@pytest.fixture
def listed(make_record, source, document, observation, rules):
    """A document whose domain a list of January reserved; another list, of May, names other domains alone."""
    of_lists = {"protocol": "registry", "place": "list", "grade": "asserted"}
    entry = {"protocol": "registry", "purpose": "train", "state": "reserved"}
    written = make_record(
        sources=[source(0, "s")],
        documents=[document(0, 0, "a.org/x")],
        observations=[
            observation("january", None, "2026-01-20", **of_lists),
            observation("may", None, "2026-05-01", **of_lists),
        ],
        signals=[
            {"signal_id": "january:0", "observation_id": "january", "value": "domain a.org", **entry},
            {"signal_id": "may:0", "observation_id": "may", "value": "domain b.org", **entry},
        ],
        rules=rules(),
    )
    with open_record(written) as opened:
        yield opened


@pytest.mark.parametrize(
    ("day", "state", "reason"),
    [
        ("2026-01-19", "unknown", "after_only"),
        ("2026-01-20", "reserved", None),
        ("2026-04-01", "unknown", "stale"),
        ("2026-05-01", "silent", None),
        ("2026-07-01", "unknown", "stale"),
    ],
)
def test_the_list_known_at_a_moment_is_the_latest_one_not_after_it(listed, day, state, reason):
    judge_as_of(listed, asked_moment(day, date(2026, 11, 21)), policy_of_json(HONOURS_LISTS))
    found = listed.sql("SELECT state, unknown_reason FROM optout_audit WHERE protocol = 'registry'").to_pylist()
    assert found == [{"state": state, "unknown_reason": reason}]


@pytest.mark.parametrize(
    ("day", "state", "reason", "kept"),
    [
        ("2026-01-20", "reserved", None, [{"kept_because": "not_honoured"}]),
        ("2025-01-01", "unknown", "after_only", []),
    ],
)
def test_a_list_that_the_policy_does_not_take_into_account_is_told(listed, day, state, reason, kept):
    judge_as_of(listed, asked_moment(day, date(2026, 11, 21)), CODE)
    found = listed.sql("SELECT state, unknown_reason FROM optout_audit WHERE protocol = 'registry'").to_pylist()
    assert found == [{"state": state, "unknown_reason": reason}]
    assert listed.sql("SELECT kept_because FROM reserved_kept WHERE protocol = 'registry'").to_pylist() == kept


def test_the_greatest_age_that_can_be_written_is_never_exceeded(listed):
    policy = policy_of_json(HONOURS_LISTS.replace("30}", "999999999999}"))
    judge_as_of(listed, asked_moment("2026-07-01", date(2026, 11, 21)), policy)
    assert listed.sql("SELECT state FROM optout_documents").to_pylist() == [{"state": "reserved"}]


def test_what_a_page_reserved_is_marked_as_carried_forward_although_its_fetch_has_no_time(
    make_record, source, document, observation, rules
):
    tag = b'<meta name="tdm-reservation" content="1">'
    body = b"markup meta 0 %d\n%s\n" % (len(tag), tag)
    page = document(0, 0, "a.org/x", fetched_at=None, page_carriers=["header", "markup", "embedded"])
    seen = observation("p", "a.org", None, protocol="tdmrep", doc_id=page["doc_id"], evidence_sha256=digest(body))
    written = make_record(
        sources=[source(0, "s")],
        documents=[page],
        observations=[seen],
        evidence=[{"evidence_sha256": digest(body), "size_bytes": len(body), "bytes": body}],
        rules=rules(),
    )
    with open_record(written) as record:
        judge_as_of(record, asked_moment("2026-03-01", date(2026, 11, 21)), None)
        found = record.sql("SELECT state, carried_forward FROM optout_audit WHERE protocol = 'tdmrep'").to_pylist()
    assert found == [{"state": "reserved", "carried_forward": True}]


def test_a_state_names_the_look_and_its_age_at_the_moment(record):
    audit_record(record, asked_moment("2026-03-03", date(2026, 11, 21)))
    found = record.sql("SELECT * FROM optout_audit WHERE authority = 'closes.org'").to_pylist()[0]
    assert (found["observation_id"], found["rule"] is None, found["carried_forward"]) == ("closed2", True, False)
    assert 2.99 < found["observation_age_days"] < 3


def test_another_policy_is_compared_and_changes_no_decision(record):
    audit = audit_record(record, AT_FETCH, load_policy("strict"))
    assert (audit.basis.policy, audit.basis.is_policy_of_record) == ("strict", False)
    assert record.sql("SELECT count(*) AS n FROM optout_audit WHERE protocol = 'tdmrep' AND required")["n"][0].as_py()
    assert record.table("decisions").num_rows == 0


def test_a_parser_keeps_its_measured_quality_when_a_record_is_judged_again(record, monkeypatch):
    measured = (Rule("robots", "9", RuleKind.PARSER, '{"protocol":"robots"}', quality="99 of 100 right"),)
    monkeypatch.setattr(as_of, "rules", lambda _policy: measured)
    judge_as_of(record, AT_FETCH, CODE)
    found = record.sql("SELECT rule, quality FROM rules WHERE kind = 'parser'").to_pylist()
    assert found == [{"rule": "robots", "quality": "99 of 100 right"}]


@pytest.mark.parametrize("name", ["code", "strict"])
def test_a_policy_comes_back_from_what_a_record_keeps_of_it(name):
    policy = load_policy(name)
    again = policy_of_json(policy.canonical_json)
    assert again == policy
    assert again.sha256 == policy.sha256


@pytest.mark.parametrize(
    ("obtained", "look", "state"),
    [
        ("2026-02", "2026-02-28", "silent"),
        ("2026-02", "2026-03-01", "after_only"),
        ("2026-12", "2026-12-31", "silent"),
        ("2026", "2026-12-31", "silent"),
        ("2026", "2027-01-01", "after_only"),
    ],
)
def test_a_month_or_year_of_obtaining_ends_with_its_last_day(
    make_record, source, document, observation, rules, obtained, look, state
):
    written = make_record(
        sources=[source(0, "s", obtained_at=obtained)],
        documents=[document(0, 0, "a.org/x")],
        observations=[observation("o", "a.org", look, "absent")],
        rules=rules(),
    )
    with open_record(written) as record:
        assert states(record, Moment(Clock.AT_OBTAINED)) == {("a", 0): state}
