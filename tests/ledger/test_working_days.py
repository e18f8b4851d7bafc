from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import BadArgumentError, ConfigurationErrors
from colophon.ledger.deadlines import Calendar, read_calendar

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(1, 60), st.sets(DAYS, max_size=10))
def test_counts_as_by_hand(start: date, days: int, holidays: set[date]) -> None:
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in holidays
    calendar = Calendar(tuple(sorted(holidays)))
    assert calendar.after(start, days) == day
    assert calendar.between(start, day) == days


def test_reads_yaml(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("holidays: [2026-12-25, 2026-05-01]\n")
    assert read_calendar(tmp_path / "c.yaml").holidays == (date(2026, 5, 1), date(2026, 12, 25))


def test_names_the_line_of_what_is_no_day(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("holidays:\n  - 2026-12-25\n  - Easter\n")
    with pytest.raises(ConfigurationErrors, match=r"c\.yaml:3: `Easter` is not a day; expected a day as YYYY-MM-DD"):
        read_calendar(tmp_path / "c.yaml")


def ics(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


def test_reads_icalendar_with_folded_lines_and_several_days(tmp_path: Path) -> None:
    text = ics("SUMMARY:Christ", " mas", "DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261", " 227")
    (tmp_path / "c.ics").write_bytes(text.encode())
    assert read_calendar(tmp_path / "c.ics").holidays == (date(2026, 12, 25), date(2026, 12, 26))


def test_refuses_repeated_events(tmp_path: Path) -> None:
    (tmp_path / "c.ics").write_text(ics("DTSTART:20261225", "RRULE:FREQ=YEARLY"))
    with pytest.raises(BadArgumentError, match="RRULE"):
        read_calendar(tmp_path / "c.ics")
