"""What a ledger still asks for: requests to answer, and a summary to publish or bring up to date, each with its day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import numpy as np

from colophon.config.constraints import Day
from colophon.config.problems import Problems
from colophon.config.reader import read_into
from colophon.config.yaml import Entry, Mapping, Node, read_yaml
from colophon.errors import BadArgumentError
from colophon.ledger.chain import Ledger
from colophon.ledger.entries import (
    DataChange,
    InformationRequest,
    LedgerEntry,
    ModelVersion,
    Publication,
    RequestAnswer,
    Requester,
)
from colophon.vocabulary import EU_PUBLIC_SUMMARY

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
        last = np.busday_offset(day, working_days, roll="backward", holidays=list(self.holidays))
        return date.fromisoformat(str(last))

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative where `last` is the earlier."""
        if last < first:
            return -self.between(last, first)
        day = timedelta(days=1)
        return int(np.busday_count(first + day, last + day, holidays=list(self.holidays)))


@dataclass(frozen=True, slots=True)
class _Holidays:
    holidays: tuple[Day, ...]


def _yaml(root: Node, problems: Problems) -> list[date]:
    entry = root.get(_HOLIDAYS) if isinstance(root, Mapping) else None
    days = entry or Entry(_HOLIDAYS, root, root.place)
    listed = read_into(_Holidays, Mapping((days,), root.place), problems)
    return [date.fromisoformat(day) for day in listed.holidays] if listed else []


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
        content = _ICS.match(line)
        if not content:
            continue
        key, value = content[1].upper(), content[2].strip()
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


#: Days in which a downstream provider is answered (Code of Practice, measure 1.2).
DOWNSTREAM_DAYS = 14
#: A summary is brought up to date within six months after training on new data (Explanatory Notice, paragraph 29).
UPDATE_MONTHS = 6

_PUBLIC = "public"


def open_deadlines(ledger: Ledger) -> tuple[Deadline, ...]:
    """Everything that is not done yet, the earliest first, what has no day last."""
    deadlines = [*_requests(ledger), *_summary_updates(ledger)]
    return tuple(sorted(deadlines, key=lambda d: (d.due is None, d.due or date.max, d.entry)))


class Duty(StrEnum):
    """What has to be done."""

    ANSWER = "answer_request"
    PUBLISH = "publish_summary"
    UPDATE = "update_summary"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty that is open, the entry that gave rise to it, and the last day; None where no day was named."""

    duty: Duty
    entry: int
    subject: str
    due: date | None
    ground: str

    def is_overdue(self, on: date) -> bool:
        return self.due is not None and self.due < on


@dataclass(frozen=True, slots=True)
class Lateness:
    """By how many days a duty was met after its last day; of several duties, the one that was due first."""

    duty: Duty
    subject: str
    due: date
    days: int


def late_by(ledger: Ledger, entry: LedgerEntry) -> Lateness | None:
    """Whether an answer, or a publication of the public summary, came after its last day, by the entries before it."""
    event = entry.event
    before = Ledger(ledger.path, ledger.entries[: entry.number - 1])
    match event:
        case RequestAnswer(request=request):
            met = [d for d in _requests(before) if d.entry == request]
        case Publication(form=form, edition=edition) if (form, edition) == (EU_PUBLIC_SUMMARY, _PUBLIC):
            met = list(_summary_updates(before))
        case _:
            return None
    missed = [(d.due, d) for d in met if d.due is not None and d.due < event.on]
    if not missed:
        return None
    due, first = min(missed, key=lambda pair: pair[0])
    return Lateness(first.duty, first.subject, due, (event.on - due).days)


def due_of_request(requester: Requester, received_on: date) -> date | None:
    """The day that holds where none is named."""
    return received_on + timedelta(days=DOWNSTREAM_DAYS) if requester is Requester.DOWNSTREAM else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last day of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _requests(ledger: Ledger) -> Iterator[Deadline]:
    answered = {event.request for event in ledger.events(RequestAnswer)}
    for entry in ledger.entries:
        if isinstance(entry.event, InformationRequest) and entry.number not in answered:
            asked = entry.event
            who = f"{asked.requester}, {asked.name}" if asked.name else str(asked.requester)
            yield Deadline(Duty.ANSWER, entry.number, f"{who}: {asked.scope}", asked.due, asked.counted)


def _summary_updates(ledger: Ledger) -> Iterator[Deadline]:
    """One duty for each model version that no later public summary covers."""
    last: Publication | None = None
    waiting: list[tuple[int, ModelVersion]] = []
    for entry in ledger.entries:
        match entry.event:
            case Publication(form=form, edition=edition) if (form, edition) == (EU_PUBLIC_SUMMARY, _PUBLIC):
                last, waiting = entry.event, []
            case ModelVersion() as version:
                waiting.append((entry.number, version))
    for number, version in waiting:
        if last is None:
            ground = "at the latest on placing on the market"
            yield Deadline(Duty.PUBLISH, number, version.model, version.on, ground)
        elif version.change is DataChange.MATERIAL:
            ground = "a materially significant change is published with the model"
            yield Deadline(Duty.UPDATE, number, version.model, version.on, ground)
        elif version.change is DataChange.NEW_DATA:
            due = max(version.on, months_after(last.on, UPDATE_MONTHS))
            ground = f"{UPDATE_MONTHS} months after version {last.version} of {last.on}"
            yield Deadline(Duty.UPDATE, number, version.model, due, ground)
