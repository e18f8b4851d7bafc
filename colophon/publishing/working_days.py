"""Working days: Monday to Friday without the holidays of a calendar file, which is YAML or iCalendar (RFC 5545)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from colophon.record.errors import BadArgumentError
from colophon.record.problems import Problems
from colophon.record.yaml_lines import Mapping, Node, Scalar, Sequence, read_yaml

_ICS = re.compile(r"^(DTSTART|DTEND|RRULE|RDATE|BEGIN|END)(?:;[^:]*)?:(.*)$", re.IGNORECASE)
_HOLIDAYS = "holidays"


def read_calendar(path: Path) -> Calendar:
    """The holidays in a file: iCalendar where its name ends in .ics, else YAML (`holidays:` and a list of days).

    Raises BadArgumentError, ConfigurationErrors.
    """
    if path.suffix.lower() == ".ics":
        return Calendar(_ics(path))
    problems = Problems()
    root = read_yaml(str(path), problems)
    days = _yaml(root, problems) if root is not None else []
    problems.raise_if_any()
    return Calendar(tuple(sorted(set(days))))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are no working days beside Saturdays and Sundays."""

    holidays: tuple[date, ...] = ()

    def after(self, day: date, working_days: int) -> date:
        """The working day that is so many working days after a day; the day itself is not counted."""
        # From a day without work the count begins at the working day before, so that the next one is the first.
        found = np.busday_offset(day, working_days, roll="backward", holidays=list(self.holidays))
        return date.fromisoformat(str(found))

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative where `last` is the earlier."""
        if last < first:
            return -self.between(last, first)
        one = timedelta(days=1)
        return int(np.busday_count(first + one, last + one, holidays=list(self.holidays)))


def _yaml(root: Node, problems: Problems) -> list[date]:
    entry = root.get(_HOLIDAYS) if isinstance(root, Mapping) else None
    node = entry.node if entry else root
    if not isinstance(node, Sequence):
        problems.add(node.place, "holds no list of holidays", "expected `holidays:` and a list of days as YYYY-MM-DD")
        return []
    days = []
    for item in node.items:
        text = item.text if isinstance(item, Scalar) else ""
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            problems.add(item.place, "is not a day", "expected YYYY-MM-DD")
    return days


def _ics(path: Path) -> tuple[date, ...]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArgumentError("--calendar", str(path), f"a calendar that can be read ({error})") from None
    days: set[date] = set()
    start: date | None = None
    end: date | None = None
    # A line that begins with a space continues the one before (RFC 5545, section 3.1).
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        found = _ICS.match(line)
        if not found:
            continue
        key, value = found[1].upper(), found[2].strip()
        match key:
            case "BEGIN":
                start = end = None
            case "DTSTART":
                start = _ics_day(path, value)
            case "DTEND":
                end = _ics_day(path, value)
            case "RRULE" | "RDATE":
                expected = f"a calendar with each holiday as an event of its own; it repeats one by {key}"
                raise BadArgumentError("--calendar", str(path), expected)
            case "END" if value.upper() == "VEVENT" and start:
                days.update(start + timedelta(days=n) for n in range(max(1, ((end or start) - start).days)))
    if not days:
        raise BadArgumentError("--calendar", str(path), "a calendar with at least one event (VEVENT with DTSTART)")
    return tuple(sorted(days))


def _ics_day(path: Path, value: str) -> date:
    try:
        return date.fromisoformat(value[:8])
    except ValueError:
        raise BadArgumentError("--calendar", str(path), f"days such as 20261225, not {value[:20]!r}") from None
