from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.times import EARLIEST, Time, UnreadTime, moment, time_of

NOON = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
OFFSETS = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-1439, 1439))


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01t12:00:00z",
        "2024-05-01 14:00:00+02:00",
        "2024-05-01 14:00:00 +0200",
        "2024-05-01 14:00:00+02",
        "2024-05-01T12:00:00",
        "2024-05-01T12:00",
        "2024/05/01 12:00:00",
        " 2024-05-01T12:00:00.000000Z ",
        "2024-05-01T12:00:00.000000000Z",
        "2024-05-01T12:00:00,000Z",
        "2024-05-01 12:00:00 UTC",
        "2024-05-01 12:00:00 GMT",
        "2024-05-01 14:00:00 UTC+02:00",
        "2024-05-01T14:00:00+02:00[Europe/Berlin]",
        "20240501T120000Z",
        "20240501T140000+0200",
        "20240501120000",
        "202405011200",
        20240501120000,
        20240501120000.0,
        "Wed, 01 May 2024 12:00:00 GMT",
        "Wed, 1 May 2024 14:00:00 +0200",
        "1 May 2024 12:00:00 -0000",
        "Wed, 01-May-2024 12:00:00 GMT",
        "Wed May  1 12:00:00 2024",
        "Wed May 1 12:00:00 UTC 2024",
        1714564800,
        1714564800000,
        1714564800000000,
        1714564800000000000,
        1714564800.0,
        "1714564800",
        "1714564800.000",
        "1714564800000000000",
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=9))),
    ],
)
def test_one_moment_is_written_in_many_ways(value):
    assert moment(value) == NOON
    assert moment(value).tzinfo is UTC


@pytest.mark.parametrize("value", ["2024-05-01", "20240501", "2024/05/01", 20240501, date(2024, 5, 1)])
def test_a_day_without_a_time_is_a_day_and_no_moment(value):
    assert time_of(value) == Time(day=date(2024, 5, 1))
    assert moment(value) is None


@pytest.mark.parametrize("value", [None, "", "   "])
def test_null_and_blank_texts_are_no_value(value):
    assert time_of(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2024",
        2024,
        "2024-05",
        202405,
        "2024-13-01T00:00:00Z",
        "20241301",
        "20240501250000",
        "2024-05-01T12:00:00 CEST",
        "Wed, 01 May 2024 12:00:00 CEST",
        "01.05.2024 12:00",
        "05/01/2024",
        "2024-05-01T12:00:00+24:00",
        "1.7e9",
        "1714564800,5",
        True,
        -1,
        float("nan"),
        float("inf"),
        10**30,
        [1],
        b"1",
    ],
)
def test_what_is_no_moment_is_said_to_be_none(value):
    assert time_of(value) is UnreadTime.NOT_A_MOMENT


def test_ten_digits_that_are_a_day_and_hour_or_seconds_are_not_guessed():
    assert time_of("2024050112") is UnreadTime.NOT_A_MOMENT


@pytest.mark.parametrize("value", [0, "0", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1900-01-01", "19700101"])
def test_marks_of_no_time_before_there_was_a_web_are_no_moments(value):
    assert time_of(value) is UnreadTime.BEFORE_THE_WEB


def test_what_lies_beyond_microseconds_is_cut():
    assert moment("2024-05-01T12:00:00.123456789Z") == NOON.replace(microsecond=123456)
    assert moment(1714564800123456789) == NOON.replace(microsecond=123456)


FIRST, LAST = EARLIEST.replace(year=1991, tzinfo=None), NOON.replace(year=2200, tzinfo=None)


@given(st.datetimes(FIRST, LAST, timezones=OFFSETS))
def test_a_written_moment_comes_back(when):
    assert moment(when.isoformat()) == when


@given(st.datetimes(FIRST, NOON.replace(year=2031, tzinfo=None)))
def test_digits_of_every_width_give_the_moment_they_state(when):
    second = when.replace(microsecond=0, tzinfo=UTC)
    since = int(second.timestamp())
    forms = [second.strftime("%Y%m%d%H%M%S"), since, since * 10**3, since * 10**6, since * 10**9]
    assert {moment(form) for form in forms} == {second}


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_no_value_is_an_error(value):
    assert moment(value) is None or moment(value).tzinfo is UTC
