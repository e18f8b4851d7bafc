"""Moments that days and longer periods stand for: their last instant in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_LAST_INSTANT = time(23, 59, 59, 999_999, UTC)


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
