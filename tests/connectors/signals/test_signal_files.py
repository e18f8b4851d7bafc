from __future__ import annotations

from datetime import UTC, datetime

import pytest

from colophon.connectors.formats.documents import RowCounter
from colophon.connectors.formats.field_values import Absent
from colophon.connectors.rows import FieldCount, FieldValue
from colophon.connectors.signals.signal_files import SignalFiles
from colophon.vocabulary import FieldOutcome

DECLARED = datetime(2024, 5, 1, tzinfo=UTC)
FILES = SignalFiles("robots", "2024-05-01T00:00:00Z")


@pytest.mark.parametrize("written", [None, "", Absent.ABSENT])
def test_a_look_without_a_time_has_the_one_declared_for_its_file(written):
    assert FILES.time_of_look("fetched_at", written, RowCounter()) == DECLARED


def test_a_time_that_cannot_be_read_is_counted_and_not_replaced():
    counter = RowCounter()
    assert FILES.time_of_look("fetched_at", "last week", counter) is None
    value = FieldValue("fetched_at", "fetched_at", FieldOutcome.NOT_A_MOMENT)
    assert counter.fields == (FieldCount(value, 1),)


def test_a_look_on_a_day_counts_from_the_end_of_that_day():
    at = FILES.time_of_look("fetched_at", "2024-06-02", RowCounter())
    assert at == datetime(2024, 6, 2, 23, 59, 59, 999_999, UTC)
