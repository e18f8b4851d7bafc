"""Moments as inputs write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds reach this number in the year 5138, milliseconds had it in 1973.
_FIRST_MILLISECOND = 10**11
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,9})?\Z")
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt _][0-9]{2}:[0-9]{2}")


def moment(value: object) -> datetime | None:
    """The moment in UTC, or None where `value` is none.

    Taken are RFC 3339 texts, numbers of seconds or milliseconds since 1970 (also as text), and datetimes. A text or a
    datetime without an offset is read as UTC; a date without a time of day is no moment.
    """
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    return None


def _of_text(text: str) -> datetime | None:
    if _NUMBER.match(text):
        return _of_number(float(text) if "." in text else int(text))
    if not _DATE_AND_TIME.match(text):
        return None
    # The letters may be small, and a space may stand for the T (RFC 3339, section 5.6).
    written = f"{text[:10]}T{text[11:].upper()}"
    try:
        return moment(datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        return None


def _of_number(number: float) -> datetime | None:
    if not math.isfinite(number) or number < 0:
        return None
    unit = timedelta(milliseconds=1) if number >= _FIRST_MILLISECOND else timedelta(seconds=1)
    try:
        return _EPOCH + number * unit
    except OverflowError:
        return None
