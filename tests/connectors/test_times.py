from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.times import moment

NOON = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
OFFSETS = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-1439, 1439))


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01t12:00:00z",
        "2024-05-01 14:00:00+02:00",
        "2024-05-01T12:00:00",
        " 2024-05-01T12:00:00.000000Z ",
        1714564800,
        1714564800000,
        1714564800.0,
        "1714564800",
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=9))),
    ],
)
def test_one_moment_is_written_in_many_ways(value):
    assert moment(value) == NOON
    assert moment(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value", [None, "", "2024-05-01", "yesterday", "2024-13-01T00:00:00Z", True, -1, float("nan"), 10**30, [1], b"1"]
)
def test_what_is_no_moment_is_unknown(value):
    assert moment(value) is None


# Hypothesis adds the offset itself.
FIRST, LAST = NOON.replace(year=2, tzinfo=None), NOON.replace(year=9998, tzinfo=None)


@given(st.datetimes(FIRST, LAST, timezones=OFFSETS))
def test_a_written_moment_comes_back(when):
    assert moment(when.isoformat()) == when


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_no_value_is_an_error(value):
    assert moment(value) is None or moment(value).tzinfo is UTC
