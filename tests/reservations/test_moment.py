"""The moment whose reservations count, and where each clock has it from."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from colophon.errors import BadArgumentError
from colophon.reservations.judge import own_tokens
from colophon.reservations.moment import (
    AT_FETCH,
    MOMENTS,
    JudgedSource,
    Moment,
    asked_moment,
    end_of_period,
    fetch_moments,
    judged_sources,
    moments_of,
    pages_at,
)
from colophon.reservations.policy import Clock
from colophon.tables import TIME
from colophon.vocabulary import Acquisition

FETCHED = datetime(2026, 2, 1, 12, tzinfo=UTC)
USED = datetime(2026, 5, 1, tzinfo=UTC)
SOURCES = (
    JudgedSource(7, Acquisition.CRAWLED_OWN, ("OurBot",), "2026-03"),
    JudgedSource(8, Acquisition.PUBLIC_DATASET, ("CCBot",), None),
)
DOCUMENTS = pa.RecordBatch.from_pydict(
    {
        "doc_id": [1, 2, 3],
        "source_id": [7, 8, 7],
        "fetched_at": [FETCHED, FETCHED, None],
        "fetched_on": [None] * 3,
        "last_use_at": [USED] * 3,
    },
    pa.schema(
        [
            ("doc_id", pa.int64()),
            ("source_id", pa.int32()),
            ("fetched_at", TIME),
            ("fetched_on", pa.date32()),
            ("last_use_at", TIME),
        ]
    ),
)
END_OF_MARCH = datetime(2026, 3, 31, 23, 59, 59, 999_999, UTC)


@pytest.mark.parametrize(
    ("moment", "expected", "missing"),
    [
        (AT_FETCH, [FETCHED, FETCHED, None], "no_fetch_time"),
        (Moment(Clock.AT_OBTAINED), [END_OF_MARCH, None, END_OF_MARCH], "no_obtained_time"),
        (Moment(Clock.AT_TRAINING), [USED] * 3, "no_training_time"),
        (Moment(None, date(2026, 3, 31)), [END_OF_MARCH] * 3, "not_observed"),
    ],
)
def test_each_clock_gives_a_document_the_moment_it_stands_for(moment, expected, missing):
    rows = moments_of(moment, DOCUMENTS, SOURCES)
    assert rows.schema.equals(MOMENTS)
    assert rows.to_pydict() == {"doc_id": [1, 2, 3], "moment": expected, "missing": [missing] * 3}
    assert pages_at(moment, DOCUMENTS, SOURCES).column("moment").to_pylist() == expected


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (None, None),
        ("2024", datetime(2024, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("2024-12", datetime(2024, 12, 31, 23, 59, 59, 999_999, UTC)),
        ("2024-02", datetime(2024, 2, 29, 23, 59, 59, 999_999, UTC)),
        ("2024-02-10", datetime(2024, 2, 10, 23, 59, 59, 999_999, UTC)),
    ],
)
def test_a_period_ends_with_its_last_microsecond(period, end):
    assert end_of_period(period) == end


def test_sources_come_back_from_the_rows_that_a_record_keeps_of_them():
    columns = {
        "source_id": [7, 8],
        "acquisition": ["crawled_own", "public_dataset"],
        "config": ['{"crawler":{"user_agents":["OurBot"]}}', '{"crawler":{"user_agents":["CCBot"]}}'],
        "obtained_at": ["2026-03", None],
    }
    assert judged_sources(pa.table(columns)) == SOURCES


def test_a_source_without_a_crawler_has_no_tokens():
    columns = {
        "source_id": [1, 2],
        "acquisition": ["licensed_commercial"] * 2,
        "config": ["{}", '{"crawler":null}'],
        "obtained_at": ["2026", "2026"],
    }
    sources = judged_sources(pa.table(columns))
    assert [source.crawler_tokens for source in sources] == [(), ()]


def test_own_tokens_are_those_of_sources_that_whoever_trains_crawled():
    assert own_tokens(SOURCES) == ("OurBot",)


def test_a_moment_to_come_is_refused():
    with pytest.raises(BadArgumentError, match="not after today"):
        asked_moment("2026-11-22", date(2026, 11, 21))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "at_fetch "])
def test_what_names_no_moment_is_refused(text):
    with pytest.raises(BadArgumentError, match="at_fetch, at_obtained, at_training, or a date"):
        asked_moment(text, date(2026, 11, 21))


def test_clocks_and_dates_are_told_apart():
    assert asked_moment("at_training", date(2026, 1, 1)) == Moment(Clock.AT_TRAINING)
    assert asked_moment("2026-01-01", date(2026, 1, 1)) == Moment(None, date(2026, 1, 1))


def test_the_moment_of_a_fetch_of_which_only_the_day_is_known_is_its_last_instant():
    documents = pa.RecordBatch.from_pydict(
        {"fetched_at": [FETCHED, None, None], "fetched_on": [None, date(2024, 2, 29), None]},
        pa.schema([("fetched_at", TIME), ("fetched_on", pa.date32())]),
    )
    assert fetch_moments(documents).to_pylist() == [FETCHED, datetime(2024, 2, 29, 23, 59, 59, 999_999, UTC), None]
