"""The headline for each state and each reason of an unknown one, on the smallest record that shows it."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from colophon.audit.audit import audit_record
from colophon.query.session import open_record
from colophon.reservations.moment import AT_FETCH, Moment
from colophon.reservations.policy import Clock

CLOSED = b"User-agent: *\nDisallow: /\n"
BOTH = {"required": ["robots", "tdmrep"], "honoured": ["terms"], "max_age_days": {"robots": 30, "tdmrep": 30}}


@pytest.fixture
def headline(make_record, source, document, observation, verdict, rules):
    """The headline over one document of a host, for looks and verdicts given; with the reasons of what is unknown."""

    def found(looks, verdicts=(), policy=BOTH, asked=AT_FETCH, obtained=None, acquisition="crawled_own", **of_document):
        address = of_document.pop("address", "a.org/x")
        one = document(0, 0, address, **of_document)
        written = make_record(
            sources=[source(0, "s", obtained_at=obtained, acquisition=acquisition)],
            documents=[one],
            observations=[observation(f"o{n}", "a.org", *look, **more) for n, (look, more) in enumerate(looks)],
            verdicts=[verdict(one["doc_id"], state, f"o{n}", **more) for n, state, more in verdicts],
            evidence=[{"evidence_sha256": hashlib.sha256(CLOSED).hexdigest(), "size_bytes": 1, "bytes": CLOSED}],
            rules=rules(policy),
        )
        with open_record(written) as record:
            audit = audit_record(record, asked)
        ((state, documents),) = ((row["state"], row["documents"]) for row in audit.headline.to_pylist())
        assert documents == 1
        return state, [(row["protocol"], row["unknown_reason"]) for row in audit.reasons.to_pylist()]

    return found


ABSENT = (("2026-02-09", "absent"), {})
READ = (("2026-02-09",), {})
TDMREP = (("2026-02-09", "absent"), {"protocol": "tdmrep"})


def test_silent_for_robots_and_never_asked_for_tdmrep_is_unknown_in_the_headline(headline) -> None:
    assert headline([ABSENT]) == ("unknown", [("tdmrep", "not_observed")])


def test_silent_for_robots_where_nothing_else_is_required_is_silent_in_the_headline(headline) -> None:
    assert headline([ABSENT], policy=BOTH | {"required": ["robots"]}) == ("silent", [])


def test_silent_for_both_is_silent_in_the_headline(headline) -> None:
    assert headline([ABSENT, TDMREP]) == ("silent", [])


@pytest.mark.parametrize("state", ["reserved", "error", "open", "allowed"])
def test_a_state_of_one_protocol_goes_before_the_silence_of_another(headline, state) -> None:
    assert headline([READ, TDMREP], [(1, state, {"protocol": "tdmrep"})]) == (state, [])


@pytest.mark.parametrize("state", ["reserved", "error"])
def test_what_drops_goes_before_what_is_unknown(headline, state) -> None:
    assert headline([READ], [(0, state, {})]) == (state, [])


@pytest.mark.parametrize("state", ["open", "allowed"])
def test_what_is_unknown_goes_before_a_permission(headline, state) -> None:
    assert headline([READ], [(0, state, {})]) == ("unknown", [("tdmrep", "not_observed")])


def test_a_document_without_address_is_not_applicable_in_the_headline(headline) -> None:
    assert headline([ABSENT], address=None, acquisition="public_dataset") == ("not_applicable", [])


@pytest.mark.parametrize("acquisition", ["crawled_own", "crawled_on_behalf"])
def test_a_crawled_document_without_address_is_unknown_in_the_headline(headline, acquisition) -> None:
    found = headline([ABSENT], address=None, acquisition=acquisition, policy=ROBOTS)
    assert found == ("unknown", [("robots", "no_address")])


def test_a_failed_look_at_a_protocol_that_is_not_required_is_no_error_in_the_headline(headline) -> None:
    failed = (("2026-02-09", "unreachable"), {"protocol": "tdmrep"})
    looks, verdicts = [ABSENT, failed], [(1, "error", {"protocol": "tdmrep"})]
    assert headline(looks, verdicts, policy=BOTH | {"required": ["robots"], "honoured": ["tdmrep"]}) == ("silent", [])
    assert headline(looks, verdicts, policy=BOTH) == ("error", [])
    honoured = BOTH | {"required": [], "honoured": ["tdmrep"]}
    assert headline([failed], [(0, "error", {"protocol": "tdmrep"})], policy=honoured) == (
        "unknown", [("tdmrep", "look_failed")],
    )  # fmt: skip


ROBOTS = BOTH | {"required": ["robots"]}


@pytest.mark.parametrize(
    ("looks", "of_document", "reason"),
    [
        ([], {}, "not_observed"),
        ([(("2026-02-11", "absent"), {})], {}, "after_only"),
        ([(("2026-01-01", "absent"), {})], {}, "stale"),
        ([ABSENT], {"fetched_at": None}, "no_fetch_time"),
        ([((None, "absent"), {})], {}, "no_look_time"),
        ([(("2026-02-09", "absent"), {"scheme": "http"})], {}, "other_scheme"),
        ([(("2026-02-09", "redirected"), {})], {}, "redirect_not_followed"),
        ([(("2026-02-09", "unchanged"), {})], {}, "revisit_not_resolved"),
    ],
)
def test_each_reason_of_an_unknown_state_reaches_the_headline(headline, looks, of_document, reason) -> None:
    assert headline(looks, policy=ROBOTS, **of_document) == ("unknown", [("robots", reason)])


def test_what_cannot_be_read_is_unknown_in_the_headline(headline) -> None:
    look = (("2026-02-09",), {"protocol": "c2pa"})
    policy = BOTH | {"required": ["c2pa"]}
    assert headline([look], policy=policy, modality="image") == ("unknown", [("c2pa", "not_evaluated")])


def test_terms_that_were_not_read_are_unknown_in_the_headline(headline) -> None:
    found = headline([READ], [(0, "unknown", {})], policy=ROBOTS)
    assert found == ("unknown", [("robots", "terms_not_read")])


@pytest.mark.parametrize(
    ("clock", "reason"), [(Clock.AT_OBTAINED, "no_obtained_time"), (Clock.AT_TRAINING, "no_training_time")]
)
def test_a_clock_without_its_time_is_unknown_in_the_headline(headline, clock, reason) -> None:
    assert headline([ABSENT], policy=_whole(ROBOTS), asked=Moment(clock)) == ("unknown", [("robots", reason)])


def test_a_reservation_of_a_later_day_is_of_that_day_alone(headline) -> None:
    later = (("2026-02-20",), {"evidence_sha256": hashlib.sha256(CLOSED).hexdigest()})
    looks, policy = [ABSENT, later], _whole(ROBOTS)
    assert headline(looks, policy=policy) == ("silent", [])
    assert headline(looks, policy=policy, asked=Moment(None, date(2026, 2, 21))) == ("reserved", [])


def _whole(policy):
    """A policy with all that judging anew needs."""
    rest = {"policy": "code", "version": "2026-11-20", "clock": "at_fetch", "training_roles": [], "training_tokens": []}
    return rest | {"actions": {"reserved": "drop"}, "copies": "own"} | policy
