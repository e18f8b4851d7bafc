"""Moments and days as inputs write them.

Read are the forms that crawlers, indexes, data frames and databases write: RFC 3339 and ISO 8601, also in the basic
form and with the zone spelt `UTC` or `GMT`; the timestamps of CDX indexes, Wayback and GDELT (14, 12 or 8 digits); the
dates of HTTP and mail (RFC 9110, section 5.6.7; RFC 5322, section 3.3); and numbers of seconds, milliseconds,
microseconds or nanoseconds since 1970. A time without an offset is read as UTC. What could be read in two ways, or lies
before there was a Web, is not read at all: an unknown moment is reported, a wrong one is believed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from colophon.reservations.moment import end_of_day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Nothing was fetched from the Web before. Earlier times are marks of "no time", such as 0, 1970-01-01 or 0001-01-01.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_EARLIEST_SECONDS = int((EARLIEST - _EPOCH).total_seconds())
#: Seconds of the year 2262, at which nanoseconds no longer fit 64 bits; each unit ends where the next begins.
_MOST_SECONDS = 2**63 // 10**9
_UNITS = (1, 10**3, 10**6, 10**9)

_NUMBER = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,9}))?\Z")
_DIGITS = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)?)?)?\Z", re.ASCII)
_DAY = re.compile(r"(\d{4})([-/]?)(\d\d)\2(\d\d)\Z", re.ASCII)
_DATE_TIME = re.compile(
    r"""(?P<year>\d{4})(?P<dash>[-/]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)
        (?:[Tt_]|[ ]+)
        (?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?
        [ ]?(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d\d:?\d\d)?(?:\[[A-Za-z_/+-]+\])?\Z""",
    re.ASCII | re.VERBOSE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([01]\d|2[0-3]):?([0-5]\d)?\Z", re.ASCII)
_MAIL_DATE = re.compile(
    r"""(?:[A-Z][a-z]{2,8},?[ ])?[ ]?\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4}[ ]\d\d:\d\d(?::\d\d)?[ ]
        (?:GMT|UTC|UT|Z|[+-]\d{4})(?:[ ]\([A-Za-z ]*\))?\Z""",
    re.ASCII | re.VERBOSE,
)
_ASCTIME = re.compile(
    r"""(?:[A-Z][a-z]{2})[ ](?P<month>[A-Z][a-z]{2})[ ]+(?P<day>\d{1,2})[ ](?P<time>\d\d:\d\d:\d\d)
        (?:[ ](?:UTC|GMT))?[ ](?P<year>\d{4})\Z""",
    re.ASCII | re.VERBOSE,
)


class UnreadTime(StrEnum):
    """Why a value that is there is no moment."""

    NOT_A_MOMENT = "not_a_moment"  # of none of the forms, of two at once, or no date of the calendar
    BEFORE_THE_WEB = "before_the_web"


@dataclass(frozen=True, slots=True)
class Time:
    """When something was: a moment in UTC, or, where only the day was written, that day; at most one is set."""

    moment: datetime | None = None
    day: date | None = None

    @property
    def latest(self) -> datetime | None:
        """The moment, or the last instant of the day: the first at which it is certain to have happened."""
        return self.moment if self.day is None else end_of_day(self.day)


def time_of(value: object) -> Time | UnreadTime | None:
    """The time that a value states, why it states none, or None where there is no value: null, or a blank text."""
    if value is None:
        return None
    read = _read(value)
    if read is None and isinstance(value, str) and not value.strip():
        return None
    if read is None:
        return UnreadTime.NOT_A_MOMENT
    earliest = (
        read.moment < EARLIEST if read.moment is not None else read.day is not None and read.day < EARLIEST.date()
    )
    return UnreadTime.BEFORE_THE_WEB if earliest else read


def moment(value: object) -> datetime | None:
    """The moment in UTC that a value states; None where it states none, or only a day."""
    read = time_of(value)
    return read.moment if isinstance(read, Time) else None


def _read(value: object) -> Time | None:
    match value:
        case str():
            return _of_text(value.strip())
        case datetime():
            return _in_utc(value)
        case date():
            return Time(day=value)
        case int() if value >= 0 and not isinstance(value, bool):
            return _of_number(value, 0)
        case float() if math.isfinite(value) and value >= 0:
            whole = int(value)
            return _of_number(whole, round((value - whole) * 10**6) * 10**3)
    return None


def _in_utc(value: datetime) -> Time | None:
    try:
        return Time(value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))
    except OverflowError:
        return None


def _of_text(text: str) -> Time | None:
    if number := _NUMBER.match(text):
        return _of_number(int(number[1]), int((number[2] or "").ljust(9, "0")))
    if written := _DAY.match(text):
        return _of_day(written[1], written[3], written[4])
    if written := _DATE_TIME.match(text):
        return _of_date_time(written)
    if _MAIL_DATE.match(text):
        return _of_mail_date(text)
    if written := _ASCTIME.match(text):
        return _of_mail_date(f"{written['day']} {written['month']} {written['year']} {written['time']} GMT")
    return None


def _of_day(year: str, month: str, day: str) -> Time | None:
    try:
        return Time(day=date(int(year), int(month), int(day)))
    except ValueError:
        return None


def _of_date_time(written: re.Match[str]) -> Time | None:
    offset = _offset(written["zone"])
    if offset is None:
        return None
    second, fraction = int(written["second"] or 0), (written["fraction"] or "").ljust(6, "0")[:6]
    try:
        day = date(int(written["year"]), int(written["month"]), int(written["day"]))
        of_day = time(int(written["hour"]), int(written["minute"]), second, int(fraction), UTC)
        return Time(datetime.combine(day, of_day) - offset)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta | None:
    """The offset from UTC; None for one of a day or more."""
    if zone is None or zone.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    written = _OFFSET.match(zone)
    if written is None:
        return None
    offset = timedelta(hours=int(written[2]), minutes=int(written[3] or 0))
    return -offset if written[1] == "-" else offset


def _of_mail_date(text: str) -> Time | None:
    try:
        # -0000 says that the zone of the writer is not known, and that the time is UTC; it is read as without a zone.
        return _in_utc(parsedate_to_datetime(text.replace("UTC", "GMT")))
    except (ValueError, OverflowError):
        return None


def _of_number(number: int, billionths: int) -> Time | None:
    """The time that a number states: digits of a date, or units since 1970 in the first unit that fits.

    The two do not meet: eight, twelve or fourteen digits of a date are no count of units from 1990 to 2262.
    """
    if not billionths and (written := _DIGITS.match(str(number))):
        year, month, day, hour, minute, second = written.groups()
        if hour is None:
            return _of_day(year, month, day)
        if minute is None and int(year) >= EARLIEST.year and _of_day(year, month, day) is not None:
            # The seconds of a time after 2032, or a day and its hour.
            return None
        if minute is not None:
            return _of_text(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}Z")
    for unit in _UNITS:
        if number < _EARLIEST_SECONDS * unit:
            break
        if number < _MOST_SECONDS * unit:
            microseconds = number * 10**6 // unit + billionths // (1000 * unit)
            return Time(_EPOCH + timedelta(microseconds=microseconds))
    # Too small for every unit that it has enough digits for: none, or a mark of "no time" such as 0.
    return Time(_EPOCH) if number == 0 else None
