from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from colophon.connectors.rows import Reject, rows_batch
from colophon.pipeline.reference_day import Bounded, without_later_times
from colophon.reservations.observation import Observation
from colophon.vocabulary import Grade, Outcome, RejectReason

REFERENCE = date(2026, 3, 1)
IN_TIME = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 3, 3, tzinfo=UTC)


def rows(*, moments=(None, None), days=(None, None)):
    columns = {"row": [0, 1], "path": ["p"] * 2, "position": [0, 1], "text": ["a", "b"]}
    return rows_batch(columns | {"fetched_at": list(moments), "fetched_on": list(days)})


def look(observed_at):
    return Observation("robots", "site.example", "p", 0, Outcome.OK, Grade.ASSERTED, observed_at=observed_at)


def test_a_moment_more_than_a_day_after_the_reference_day_is_null():
    bounded = without_later_times(rows(moments=(IN_TIME, LATER)), REFERENCE)
    left = bounded.item
    assert bounded.later == 1
    assert left.column("fetched_at").to_pylist() == [IN_TIME, None]
    assert left.schema == rows().schema


def test_a_day_after_the_day_after_the_reference_day_is_null():
    left = without_later_times(rows(days=(date(2026, 3, 2), date(2026, 3, 3))), REFERENCE).item
    assert left.column("fetched_on").to_pylist() == [date(2026, 3, 2), None]


@pytest.mark.parametrize("item", [rows(moments=(IN_TIME, IN_TIME)), look(IN_TIME), look(None)])
def test_what_had_come_stays(item):
    assert without_later_times(item, REFERENCE) == Bounded(item)


def test_a_look_that_had_not_come_has_no_time():
    assert without_later_times(look(LATER), REFERENCE) == Bounded(replace(look(LATER), observed_at=None), 1)


def test_a_plan_of_an_earlier_version_leaves_times_open():
    assert without_later_times(look(LATER), None) == Bounded(look(LATER))


def test_what_has_no_time_passes():
    reject = Reject("p", 0, RejectReason.EMPTY, "no_text")
    assert without_later_times(reject, REFERENCE) == Bounded(reject)
