"""What a ledger still asks for: requests to answer, and a summary to publish or bring up to date, each with its day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from colophon.publishing.form import EU_PUBLIC_SUMMARY
from colophon.publishing.ledger import Ledger
from colophon.publishing.ledger_entries import Answered, DataChange, ModelVersion, Publication, Request, Requester

#: Days in which a downstream provider is answered (Code of Practice, measure 1.2).
DOWNSTREAM_DAYS = 14
#: A summary is brought up to date within six months after training on new data (Explanatory Notice, paragraph 29).
UPDATE_MONTHS = 6

_PUBLIC = "public"


def open_deadlines(ledger: Ledger) -> tuple[Deadline, ...]:
    """Everything that is not done yet, the earliest first, what has no day last."""
    found = [*_requests(ledger), *_summary_updates(ledger)]
    return tuple(sorted(found, key=lambda d: (d.due is None, d.due or date.max, d.entry)))


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


def due_of_request(requester: Requester, received_on: date) -> date | None:
    """The day that holds where none is named."""
    return received_on + timedelta(days=DOWNSTREAM_DAYS) if requester is Requester.DOWNSTREAM else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last day of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _requests(ledger: Ledger) -> Iterator[Deadline]:
    answered = {event.request for event in ledger.events(Answered)}
    for entry in ledger.entries:
        if isinstance(entry.event, Request) and entry.number not in answered:
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
