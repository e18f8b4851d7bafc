"""Which version of a form this is, and when it was last changed: facts of the form, not of the record behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from colophon.forms.answers import Answer, AnswerKind, Answers
from colophon.forms.form import Form
from colophon.ledger.chain import Ledger
from colophon.query.session import Record

#: Parameter of the query that numbers a form.
EARLIER_VERSIONS = "earlier_versions"

_VERSION = re.compile(r"\bversion\s+(\d{1,4})\b(?!\.\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"')]+")


@dataclass(frozen=True, slots=True)
class PublishedVersions:
    """How many versions of a form a ledger knows to be published, and the day of the latest."""

    number: int
    latest_on: date | None = None


@dataclass(frozen=True, slots=True)
class FormHistory:
    """What queries of a form may ask of its history: parameters by the names of the attributes.

    `earlier_versions` is None where persons speak of earlier versions without saying how many. Days are YYYY-MM-DD.
    """

    earlier_versions: int | None
    answered_on: str | None
    published_on: str | None

    @property
    def version(self) -> int:
        """The version that comes next; 1 where nobody knows, which is a gap of the form."""
        return (self.earlier_versions or 0) + 1


def published_versions(form: Form, ledger: Ledger) -> PublishedVersions:
    """What a ledger knows of a form."""
    days = [publication.on for publication in ledger.publications(form.form)]
    return PublishedVersions(ledger.next_version(form.form) - 1, max(days, default=None))


def form_history(form: Form, answers: Answers, published: PublishedVersions | None) -> FormHistory:
    """The history of a form: by the ledger, else by what persons state of earlier versions."""
    numbered = next((f.id for f in form.fields() if f.query and EARLIER_VERSIONS in f.query.history), None)
    days = [answer.on for f in form.fields() if (answer := answers.get(f.id)) and answer.on]
    return FormHistory(
        published.number if published else _stated_versions(answers.get(numbered) if numbered else None),
        max(days, default=None),
        published.latest_on.isoformat() if published and published.latest_on else None,
    )


def last_update(record: Record, form: Form, answers: Answers) -> date:
    """The day on which the record was completed or an answer was given, the later of both."""
    completed = datetime.fromisoformat(record.manifest.created_at).astimezone(UTC).date()
    answered = form_history(form, answers, None).answered_on
    return max(completed, date.fromisoformat(answered)) if answered else completed


def _stated_versions(answer: Answer | None) -> int | None:
    """The highest number of a version that an answer names, else how many addresses of versions."""
    if answer is None or answer.kind is AnswerKind.NOT_APPLICABLE:
        return 0
    if answer.kind is not AnswerKind.VALUE:
        return None
    text = "\n".join(answer.texts)
    numbers = [int(number) for number in _VERSION.findall(text)]
    return max(numbers, default=0) or len(set(_ADDRESS.findall(text))) or None
