from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.reservations.in_force import ObservedEvidence, PlaceLooks, Timeline, UnknownReason
from colophon.vocabulary import Outcome

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000


def observed(identity: str, microseconds: int | None) -> ObservedEvidence:
    at = None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)
    return ObservedEvidence(identity, "robots", "host.example", at, Outcome.OK, b"")


def ids(found) -> object:
    return found if isinstance(found, UnknownReason) else [o.observation_id for o in found]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, UnknownReason.NO_FETCH_TIME),
        (10 * DAY - 1, UnknownReason.AFTER_ONLY),
        (10 * DAY, ["a"]),
        (20 * DAY - 1, ["a"]),
        (20 * DAY, ["b", "c"]),
        (50 * DAY, ["b", "c"]),
        (50 * DAY + 1, UnknownReason.STALE),
    ],
)
def test_the_latest_observation_not_after_the_moment_and_not_too_old(moment, expected):
    timeline = Timeline([observed("c", 20 * DAY), observed("a", 10 * DAY), observed("b", 20 * DAY)], 30)
    assert ids(timeline.at(moment)) == expected


def test_without_a_largest_age_nothing_is_too_old():
    assert ids(Timeline([observed("a", 0)], None).at(100_000 * DAY)) == ["a"]


def test_an_observation_without_a_time_has_a_reason_of_its_own():
    assert Timeline([observed("a", None)], 30).at(0) is UnknownReason.NO_LOOK_TIME
    assert Timeline([observed("a", None), observed("b", 1)], 30).at(0) is UnknownReason.AFTER_ONLY
    assert Timeline([], 30).at(0) is UnknownReason.NOT_OBSERVED


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.REDIRECTED, UnknownReason.REDIRECT_NOT_FOLLOWED),
        (Outcome.UNCHANGED, UnknownReason.REVISIT_NOT_RESOLVED),
    ],
)
def test_a_look_that_nobody_answers_takes_the_place_of_earlier_ones_with_its_own_reason(outcome, reason):
    unanswered = replace(observed("b", 2 * DAY), outcome=outcome, body=None)
    timeline = Timeline([observed("a", DAY), unanswered], 30)
    assert timeline.at(2 * DAY) is reason
    assert ids(timeline.at(2 * DAY - 1)) == ["a"]
    assert timeline.at(33 * DAY) is UnknownReason.STALE
    assert ids(Timeline([unanswered, observed("c", 2 * DAY)], 30).at(2 * DAY)) == ["c"]


def test_an_answered_look_is_in_force_from_its_last_step_on_and_ages_from_its_first():
    steps = {"known_at": EPOCH + timedelta(days=12), "oldest_at": EPOCH + timedelta(days=4)}
    timeline = Timeline([replace(observed("a", 10 * DAY), **steps)], 30)
    assert timeline.at(12 * DAY - 1) is UnknownReason.AFTER_ONLY
    assert ids(timeline.at(12 * DAY)) == ["a"]
    assert ids(timeline.at(34 * DAY)) == ["a"]
    assert timeline.at(34 * DAY + 1) is UnknownReason.STALE


def of_scheme(identity: str, scheme: str | None, day: int) -> ObservedEvidence:
    return replace(observed(identity, day * DAY), scheme=scheme)


def test_a_file_speaks_for_pages_of_its_own_scheme():
    looks = [of_scheme("http", "http", 2), of_scheme("https", "https", 1)]
    assert in_force(looks, "https") == ["https"]
    assert in_force(looks, "http") == ["http"]
    assert in_force(looks[:1], "https") is UnknownReason.OTHER_SCHEME
    assert in_force(looks, "ftp") is UnknownReason.OTHER_SCHEME


def test_a_file_whose_scheme_is_not_known_speaks_for_all_and_is_replaced_by_later_ones():
    looks = [of_scheme("any", None, 1), of_scheme("http", "http", 2)]
    assert in_force(looks, "https") == ["any"]
    assert in_force(looks, "http") == ["http"]


def test_for_a_page_whose_scheme_is_not_known_the_files_of_all_schemes_are_in_force():
    looks = [of_scheme("http", "http", 1), of_scheme("https", "https", 2)]
    assert in_force(looks, None) == ["http", "https"]
    assert in_force([of_scheme("any", None, 1)], None) == ["any"]


def in_force(looks: list[ObservedEvidence], scheme: str | None) -> object:
    found = PlaceLooks(looks, 30, scheme).at(3 * DAY)
    return found if isinstance(found, UnknownReason) else ids(found.looks)


def test_an_observation_given_twice_counts_once():
    assert ids(Timeline([observed("a", 0), observed("a", 0)], 30).at(0)) == ["a"]


def test_times_before_1970_and_other_zones_are_understood():
    zone = datetime.fromisoformat("1960-01-01T02:00:00+02:00")
    early = ObservedEvidence("a", "robots", "host.example", zone, Outcome.OK, b"")
    moment = (datetime(1960, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    assert ids(Timeline([early], 1).at(moment)) == ["a"]
    assert Timeline([early], 1).at(moment - 1) is UnknownReason.AFTER_ONLY


@given(st.lists(st.integers(0, 60)), st.integers(0, 60), st.one_of(st.none(), st.integers(1, 40)))
def test_choosing_agrees_with_the_rule_read_word_for_word(days, moment, max_age):
    timeline = Timeline([observed(f"{i:03}", day * DAY) for i, day in enumerate(days)], max_age)
    before = [day for day in days if day <= moment]
    if not days:
        expected = UnknownReason.NOT_OBSERVED
    elif not before:
        expected = UnknownReason.AFTER_ONLY
    elif max_age is not None and moment - max(before) > max_age:
        expected = UnknownReason.STALE
    else:
        expected = [f"{i:03}" for i, day in enumerate(days) if day == max(before)]
    assert ids(timeline.at(moment * DAY)) == expected
