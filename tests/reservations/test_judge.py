from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.in_force import HostLooks, ObservedEvidence, UnknownReason
from colophon.reservations.judge import PAGES, UNKNOWN_DOCUMENTS, judge
from colophon.reservations.judge import unknown_documents as judge_unknown
from colophon.reservations.moment import JudgedSource
from colophon.reservations.observation_rows import signals_of
from colophon.reservations.parsing import robots_txt
from colophon.reservations.policy import ProtocolTerms, Standing, load_policy
from colophon.reservations.protocols import robots
from colophon.tables import VERDICTS
from colophon.vocabulary import Acquisition, Outcome, VerdictState

CODE, STRICT = load_policy("code"), load_policy("strict")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOSED = b"User-agent: *\nDisallow: /private\n"
OPEN = b"User-agent: *\nDisallow:\n"
POLICY_TOKENS = ["Applebot-Extended", "Google-Extended"]


def collected_by(*tokens, acquisition=Acquisition.PUBLIC_DATASET, source_id=0):
    return JudgedSource(source_id, acquisition, tokens, None)


OURS = (collected_by("OurBot"),)


def document(doc_id=1, path="/private/a", fetched_at=NOON, authority="host.example"):
    return {
        "doc_id": doc_id,
        "source_id": 0,
        "authority": authority,
        "url": f"https://{authority}{path}",
        "fetched_at": fetched_at,
        "page_carriers": [],
        "moment": fetched_at,
    }


def batch(*documents) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(documents), schema=PAGES)


def seen(identity="aa", at=NOON, outcome=Outcome.OK, body=CLOSED, authority="host.example"):
    return ObservedEvidence(identity, "robots", authority, at, outcome, body)


def verdicts(documents, observations, policy=CODE, sources=OURS):
    judged = judge(HostLooks.of(observations), documents, sources, policy)
    assert judged.schema.equals(VERDICTS.schema)
    return judged.to_pylist()


def unknown_documents(documents, observations, policy):
    return judge_unknown(HostLooks.of(observations), documents, OURS, policy)


def test_a_disallowed_path_is_reserved_for_crawling_and_training():
    rows = verdicts(batch(document()), [seen()])
    assert [(r["purpose"], r["agents"], r["verdict"], r["signal_id"], r["observation_id"]) for r in rows] == [
        ("crawl", ["OurBot"], "reserved", "aa:000000", "aa"),
        ("train", [*POLICY_TOKENS, "OurBot"], "reserved", "aa:000001", "aa"),
    ]
    assert {(r["doc_id"], r["protocol"]) for r in rows} == {(1, "robots")}


def test_an_allowed_path_has_no_row():
    assert verdicts(batch(document(path="/public")), [seen()]) == []


def test_a_rule_for_a_policy_token_reserves_training_only():
    body = b"User-agent: Google-Extended\nDisallow: /\n"
    rows = verdicts(batch(document()), [seen(body=body)])
    assert [(r["purpose"], r["agents"]) for r in rows] == [("train", ["Google-Extended"])]


def test_tokens_that_fall_under_different_rules_have_rows_of_their_own():
    body = b"User-agent: OurBot\nDisallow: /p\n\nUser-agent: Google-Extended\nDisallow: /private\n"
    rows = verdicts(batch(document()), [seen(body=body)])
    assert [(r["purpose"], r["agents"], r["signal_id"]) for r in rows] == [
        ("crawl", ["OurBot"], "aa:000000"),
        ("train", ["OurBot"], "aa:000000"),
        ("train", ["Google-Extended"], "aa:000003"),
    ]


def test_own_tokens_count_for_training_on_what_others_collected():
    body = b"User-agent: OurBot\nDisallow: /\n"
    sources = (collected_by("CCBot"), collected_by("OurBot", acquisition=Acquisition.CRAWLED_OWN, source_id=1))
    rows = verdicts(batch(document()), [seen(body=body)], sources=sources)
    assert [(r["purpose"], r["agents"]) for r in rows] == [("train", ["OurBot"])]


def test_without_collector_tokens_nothing_is_said_on_crawling():
    for observation in (seen(), seen(outcome=Outcome.SERVER_ERROR, body=None)):
        rows = verdicts(batch(document()), [observation], sources=(collected_by(),))
        assert [r["purpose"] for r in rows] == ["train"]


@pytest.mark.parametrize(
    "outcome", [Outcome.SERVER_ERROR, Outcome.UNREACHABLE, Outcome.UNREADABLE, Outcome.REFUSED, Outcome.TOO_LARGE]
)
def test_a_look_that_failed_is_an_error_and_never_a_reservation(outcome):
    rows = verdicts(batch(document()), [seen(outcome=outcome)])
    assert [(r["purpose"], r["agents"], r["verdict"], r["signal_id"], r["observation_id"]) for r in rows] == [
        ("crawl", ["OurBot"], "error", None, "aa"),
        ("train", [*POLICY_TOKENS, "OurBot"], "error", None, "aa"),
    ]


def test_an_answer_whose_bytes_are_lost_is_an_error():
    assert {r["verdict"] for r in verdicts(batch(document()), [seen(body=None)])} == {"error"}


def test_an_absent_file_is_silent():
    observations = [seen(outcome=Outcome.ABSENT, body=None)]
    assert verdicts(batch(document()), observations) == []
    assert unknown_documents(batch(document()), observations, CODE).num_rows == 0


def test_html_in_place_of_a_robots_txt_is_silent():
    assert verdicts(batch(document()), [seen(body=b"<html><body>Disallow everything</body></html>")]) == []


def test_the_state_at_the_moment_of_the_fetch_counts_not_a_later_one():
    history = [seen("a1", NOON - timedelta(days=2), body=OPEN), seen("a2", NOON, body=CLOSED)]
    rows = verdicts(batch(document(1, fetched_at=NOON - timedelta(seconds=1)), document(2, fetched_at=NOON)), history)
    assert {(r["doc_id"], r["observation_id"]) for r in rows} == {(2, "a2")}


@pytest.mark.parametrize(
    ("documents", "observations", "reason"),
    [
        ([document(fetched_at=None)], [seen()], UnknownReason.NO_FETCH_TIME),
        ([document()], [], UnknownReason.NOT_OBSERVED),
        ([document()], [seen(at=None)], UnknownReason.NO_LOOK_TIME),
        ([document()], [seen(authority="other.example")], UnknownReason.NOT_OBSERVED),
        ([document()], [seen(at=NOON + timedelta(microseconds=1))], UnknownReason.AFTER_ONLY),
        ([document()], [seen(at=NOON - timedelta(days=30, microseconds=1))], UnknownReason.STALE),
    ],
)
def test_without_a_fitting_observation_the_state_is_unknown_with_its_reason(documents, observations, reason):
    assert verdicts(batch(*documents), observations) == []
    unknown = unknown_documents(batch(*documents), observations, CODE)
    assert unknown.schema.equals(UNKNOWN_DOCUMENTS)
    assert unknown.to_pylist() == [{"doc_id": 1, "protocol": "robots", "reason": reason}]


def test_an_observation_of_just_the_largest_age_counts():
    observations = [seen(at=NOON - timedelta(days=30))]
    assert len(verdicts(batch(document()), observations)) == 2
    assert unknown_documents(batch(document()), observations, CODE).num_rows == 0


def test_a_required_protocol_that_no_installed_package_reads_leaves_the_state_unknown():
    observed = replace(seen(), protocol="of_no_package")
    required = ProtocolTerms("of_no_package", Standing.REQUIRED, None)
    policy = replace(STRICT, protocols=(*STRICT.protocols, required))
    reasons = {
        r["protocol"]: r["reason"] for r in unknown_documents(batch(document()), [seen(), observed], policy).to_pylist()
    }
    assert reasons == {
        "of_no_package": UnknownReason.NOT_EVALUATED,
        "tdmrep": UnknownReason.NOT_OBSERVED,
        "x_robots": UnknownReason.NOT_OBSERVED,
        "meta_robots": UnknownReason.NOT_OBSERVED,
    }
    assert {r["protocol"] for r in verdicts(batch(document()), [seen(), observed], policy)} == {"robots"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (seen("a1", body=OPEN), seen("a2", body=CLOSED), ("reserved", "a2")),
        (seen("a1", body=CLOSED), seen("a2", body=CLOSED), ("reserved", "a1")),
        (seen("a1", outcome=Outcome.SERVER_ERROR), seen("a2", body=CLOSED), ("reserved", "a2")),
        (seen("a1", outcome=Outcome.ABSENT), seen("a2", outcome=Outcome.UNREACHABLE), ("error", "a2")),
        (seen("a2", outcome=Outcome.REFUSED), seen("a1", outcome=Outcome.UNREACHABLE), ("error", "a1")),
    ],
)
def test_at_equal_times_the_restrictive_state_wins_then_the_smaller_id(one, other, expected):
    for observations in ([one, other], [other, one]):
        rows = verdicts(batch(document()), observations)
        assert {(r["verdict"], r["observation_id"]) for r in rows} == {expected}


def test_each_authority_is_judged_by_its_own_observations():
    documents = batch(
        document(1), document(2, authority="other.example"), document(3), document(4, authority="third.example")
    )
    rows = verdicts(documents, [seen("a1"), seen("b1", authority="other.example", outcome=Outcome.UNREACHABLE)])
    assert {(r["doc_id"], r["verdict"], r["observation_id"]) for r in rows} == {
        (1, "reserved", "a1"),
        (2, "error", "b1"),
        (3, "reserved", "a1"),
    }


def test_equal_bytes_are_parsed_once(monkeypatch):
    parsed = []
    original = robots.parse_robots
    monkeypatch.setattr(robots, "parse_robots", lambda body: parsed.append(body) or original(body))
    hosts = [f"h{i}.example" for i in range(5)]
    documents = batch(*(document(i, authority=host) for i, host in enumerate(hosts)))
    rows = verdicts(documents, [seen(f"o{i}", authority=host) for i, host in enumerate(hosts)])
    assert len(rows) == 10
    assert parsed == [CLOSED]


def test_the_strict_policy_hears_rules_for_any_training_agent():
    body = b"User-agent: GPTBot\nUser-agent: ChatGPT-User\nDisallow: /\n"
    assert verdicts(batch(document()), [seen(body=body)], CODE) == []
    rows = verdicts(batch(document()), [seen(body=body)], STRICT)
    assert [(r["purpose"], r["agents"]) for r in rows] == [("train", ["GPTBot"])]


def test_rows_come_in_the_order_of_the_table():
    documents = batch(*(document(i) for i in (3, 1, 2)))
    keys = [(r["doc_id"], r["protocol"], r["purpose"], r["signal_id"]) for r in verdicts(documents, [seen()])]
    assert keys == sorted(keys)


def test_no_documents_give_no_rows():
    assert verdicts(batch(), [seen()]) == []


BODIES = st.lists(
    st.sampled_from([
        "User-agent: *", "User-agent: OurBot", "User-agent: Google-Extended", "User-agent: Search",
        "Disallow: /", "Disallow: /private", "Disallow: /*a", "Allow: /private", "Disallow:",
    ]),
    max_size=12,
).map(lambda lines: "\n".join(lines).encode())  # fmt: skip
OBSERVATIONS = st.lists(
    st.tuples(
        st.integers(-40, 5), st.sampled_from([Outcome.OK, Outcome.OK, Outcome.ABSENT, Outcome.UNREACHABLE]), BODIES
    ),
    max_size=5,
)


@given(OBSERVATIONS, st.sampled_from([CODE, STRICT]))
def test_a_reservation_rests_on_a_signal_that_is_stored_and_reserves(looks, policy):
    observations = [seen(f"{i:02}", NOON + timedelta(days=d), o, body) for i, (d, o, body) in enumerate(looks)]
    stored = {s["signal_id"]: s for o in observations for s in signals_of(o, policy).to_pylist()}
    for row in verdicts(batch(document(), document(2, "/")), observations, policy):
        if row["verdict"] == VerdictState.ERROR:
            assert row["signal_id"] is None
            continue
        signal = stored[row["signal_id"]]
        assert signal["state"] == VerdictState.RESERVED
        assert signal["observation_id"] == row["observation_id"]


@given(
    st.permutations([seen("a1", NOON - timedelta(days=1), body=OPEN), seen("a2"), seen("a3", outcome=Outcome.REFUSED)])
)
def test_the_order_of_observations_does_not_matter(observations):
    assert verdicts(batch(document()), observations) == verdicts(batch(document()), sorted(observations, key=str))


def test_a_robots_txt_is_split_into_lines_once_for_all_protocols_that_stand_in_it(monkeypatch):
    split = []
    original = robots_txt.Lines
    monkeypatch.setattr(robots_txt, "Lines", lambda lines: split.append(lines) or original(lines))
    robots_txt.lines_of.cache_clear()
    terms = (ProtocolTerms(name, Standing.REQUIRED, None) for name in ("robots", "aipref", "content_signal"))
    policy = replace(CODE, protocols=tuple(terms))
    observations = [replace(seen(name), protocol=name) for name in ("robots", "aipref", "content_signal")]
    assert verdicts(batch(document(1), document(2)), observations, policy)
    assert len(split) == 1


DAY_BEGINS = NOON.replace(hour=0)
DAY_ENDS = NOON.replace(hour=23, minute=59, second=59, microsecond=999_999)


def of_day(**properties):
    """A document of which only the day of its fetch is known."""
    return document(**properties) | {"fetched_at": None, "fetched_on": NOON.date(), "moment": DAY_ENDS}


def states(documents, observations):
    return {row["verdict"] for row in verdicts(documents, observations)}


def test_the_look_before_the_day_of_a_fetch_is_in_force_all_day():
    before, after = NOON - timedelta(days=1), NOON + timedelta(days=2)
    looks = [seen("aa", at=before), seen("bb", at=after, body=OPEN)]
    assert states(batch(of_day()), looks) == {VerdictState.RESERVED}


@pytest.mark.parametrize("reserving", ["aa", "bb"])
def test_of_a_day_on_which_the_file_changed_the_stricter_one_counts(reserving):
    looks = [
        seen("aa", at=NOON - timedelta(days=1), body=CLOSED if reserving == "aa" else OPEN),
        seen("bb", at=NOON, body=CLOSED if reserving == "bb" else OPEN),
    ]
    assert states(batch(of_day()), looks) == {VerdictState.RESERVED}


def test_looks_before_the_last_one_before_the_day_do_not_count():
    looks = [seen("aa", at=DAY_BEGINS - timedelta(days=2)), seen("bb", at=DAY_BEGINS - timedelta(days=1), body=OPEN)]
    assert states(batch(of_day()), looks) == set()


def test_at_another_moment_a_day_makes_no_difference():
    later = of_day() | {"moment": DAY_ENDS + timedelta(days=3)}
    looks = [seen("aa", at=NOON), seen("bb", at=DAY_ENDS + timedelta(days=1), body=OPEN)]
    assert states(batch(later), looks) == set()


FAILURES = [outcome for outcome in Outcome if not outcome.is_read and not outcome.leads_elsewhere]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.is_read])
def test_a_look_that_nobody_could_read_does_not_lift_what_was_reserved_before(outcome):
    before, after = seen("old", NOON - timedelta(days=2)), seen("new", NOON, outcome, None)
    rows = verdicts(batch(document()), [before, after])
    assert {(row["verdict"], row["observation_id"]) for row in rows} == {("reserved", "old")}


@pytest.mark.parametrize("outcome", FAILURES)
def test_after_a_failure_an_earlier_silence_says_nothing(outcome):
    before, after = seen("old", NOON - timedelta(days=2), body=OPEN), seen("new", NOON, outcome, None)
    rows = verdicts(batch(document()), [before, after])
    assert {(row["verdict"], row["observation_id"]) for row in rows} == {("error", "new")}


@pytest.mark.parametrize("outcome", [Outcome.REDIRECTED, Outcome.UNCHANGED])
def test_an_earlier_silence_does_not_answer_a_look_that_leads_nowhere(outcome):
    before, after = seen("old", NOON - timedelta(days=2), body=OPEN), seen("new", NOON, outcome, None)
    assert verdicts(batch(document()), [before, after]) == []
    assert "robots" in unknown_documents(batch(document()), [before, after], STRICT).column("protocol").to_pylist()


def test_what_was_reserved_before_failures_grows_too_old_and_is_replaced_by_what_was_read_since():
    failed = [seen(f"f{day}", NOON - timedelta(days=day), Outcome.UNREACHABLE, None) for day in (0, 1)]
    old, open_since = seen("old", NOON - timedelta(days=90)), seen("open", NOON - timedelta(days=2), body=OPEN)
    reserved = seen("older", NOON - timedelta(days=3))
    for looks in ([old, *failed], [reserved, open_since, *failed]):
        assert {row["verdict"] for row in verdicts(batch(document()), looks)} == {"error"}


def test_a_failure_after_the_moment_changes_nothing():
    looks = [seen("old", NOON - timedelta(days=2)), seen("new", NOON + timedelta(hours=1), Outcome.SERVER_ERROR, None)]
    assert {row["observation_id"] for row in verdicts(batch(document()), looks)} == {"old"}
