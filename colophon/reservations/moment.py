"""The moment at which reservations are evaluated: one of the clocks of a document, or the end of a given day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from colophon.errors import BadArgumentError
from colophon.reservations.in_force import DAY, UnknownReason
from colophon.reservations.policy import Clock
from colophon.tables import TIME
from colophon.vocabulary import Acquisition

_LAST_INSTANT = time(23, 59, 59, 999_999, UTC)

_IN_WORDS = {
    Clock.AT_FETCH: "the moment of each fetch",
    Clock.AT_OBTAINED: "the day on which each source was obtained",
    Clock.AT_TRAINING: "the start of the last use of each document for training",
}

_MISSING = {
    Clock.AT_FETCH: UnknownReason.NO_FETCH_TIME,
    Clock.AT_OBTAINED: UnknownReason.NO_OBTAINED_TIME,
    Clock.AT_TRAINING: UnknownReason.NO_TRAINING_TIME,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Either a clock, or the end of a day (UTC) for all documents; exactly one of the two is set."""

    clock: Clock | None
    day: date | None = None

    def __str__(self) -> str:
        return str(self.clock) if self.day is None else self.day.isoformat()

    @property
    def in_words(self) -> str:
        """The moment as a phrase for use in a sentence."""
        return f"the end of {self.day} (UTC)" if self.clock is None else _IN_WORDS[self.clock]

    @property
    def missing(self) -> UnknownReason:
        """The reason *unknown* of documents for which the clock gives no moment."""
        return UnknownReason.NOT_OBSERVED if self.clock is None else _MISSING[self.clock]


AT_FETCH = Moment(Clock.AT_FETCH)


def asked_moment(text: str, today: date) -> Moment:
    """Parse a clock or a date. Raises BadArgumentError if the text is neither, or a date in the future."""
    if text in tuple(Clock):
        return Moment(Clock(text))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadArgumentError("clock", text, f"one of {', '.join(Clock)}, or a date (YYYY-MM-DD)") from None
    if day > today:
        raise BadArgumentError(
            "clock", text, f"a date not after today, {today.isoformat()}; nobody has looked there yet"
        )
    return Moment(None, day)


@dataclass(frozen=True, slots=True)
class JudgedSource:
    """The properties of a source that verdicts depend on: the product tokens of the crawler that collected it, and the
    year, month or day (YYYY, YYYY-MM or YYYY-MM-DD) in which it was obtained."""

    source_id: int
    acquisition: Acquisition
    crawler_tokens: tuple[str, ...]
    obtained: str | None


def judged_sources(sources: pa.Table) -> tuple[JudgedSource, ...]:
    """Convert rows of the table `sources` of a record."""
    columns = sources.select(["source_id", "acquisition", "config", "obtained_at"])
    return tuple(
        JudgedSource(
            source_id=row["source_id"],
            acquisition=Acquisition(row["acquisition"]),
            crawler_tokens=tuple((json.loads(row["config"]).get("crawler") or {}).get("user_agents") or ()),
            obtained=row["obtained_at"],
        )
        for row in columns.to_pylist()
    )


#: The moment of each document, with the columns of the view `moments` of a record.
MOMENTS = pa.schema([("doc_id", pa.int64()), ("moment", TIME), ("missing", pa.string())])


def moments_of(moment: Moment, documents: pa.RecordBatch, sources: Iterable[JudgedSource]) -> pa.RecordBatch:
    """The moment of each document in schema `MOMENTS`, null if it is not known.

    `documents` has the columns `doc_id`, `source_id`, `fetched_at` and `fetched_on`, and for the clock at_training
    `last_use_at`, as returned by the query reservations/clocks.
    """
    rows = documents.num_rows
    match moment.clock:
        case None:
            moments = pa.repeat(pa.scalar(moment.day and end_of_day(moment.day), TIME), rows)
        case Clock.AT_FETCH:
            moments = fetch_moments(documents)
        case Clock.AT_OBTAINED:
            obtained = source_moments(sources)
            of_source = pc.index_in(documents.column("source_id"), obtained.column("source_id"))
            moments = obtained.column("moment").take(of_source)
        case Clock.AT_TRAINING:
            moments = documents.column("last_use_at")
    missing = pa.repeat(pa.scalar(moment.missing.value), rows)
    return pa.RecordBatch.from_arrays([documents.column("doc_id"), moments, missing], schema=MOMENTS)


def fetch_moments(documents: pa.RecordBatch) -> pa.Array:
    """When each document was fetched; of a day without a time the last instant, as the view `moments` has it."""
    days = documents.column("fetched_on").cast(pa.timestamp("us")).cast(pa.int64())
    return pc.coalesce(documents.column("fetched_at"), pc.add(days, DAY - 1).cast(TIME))


def pages_at(moment: Moment, documents: pa.RecordBatch, sources: Iterable[JudgedSource]) -> pa.RecordBatch:
    """Documents with their moments in the column `moment`, the input of `judge`."""
    return documents.append_column("moment", moments_of(moment, documents, sources).column("moment"))


def source_moments(sources: Iterable[JudgedSource]) -> pa.RecordBatch:
    """The last instant of the year, month or day in which each source was obtained: (source_id, moment)."""
    rows = [{"source_id": source.source_id, "moment": end_of_period(source.obtained)} for source in sources]
    return pa.RecordBatch.from_pylist(rows, pa.schema([("source_id", pa.int32()), ("moment", TIME)]))


def end_of_day(day: date) -> datetime:
    """The last instant of a day."""
    return datetime.combine(day, _LAST_INSTANT)


def end_of_period(period: str | None) -> datetime | None:
    """The last instant of a year, month or day (YYYY, YYYY-MM or YYYY-MM-DD)."""
    if period is None:
        return None
    year, month, day = (int(part) for part in f"{period}-0-0".split("-")[:3])
    if day:
        return end_of_day(date(year, month, day))
    following = date(year + (month in {0, 12}), month % 12 + 1 if month else 1, 1)
    return end_of_day(following - timedelta(days=1))
