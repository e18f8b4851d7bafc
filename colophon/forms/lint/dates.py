"""Rules of the lint on dates: of placement, of signatures, of updates, of reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from colophon.config.problems import shown
from colophon.forms.answers import AnswerKind
from colophon.forms.form import Field, Mode
from colophon.forms.lint.findings import AnsweredField, Case, Remark, acquisitions_of
from colophon.forms.versions import form_history, last_update
from colophon.ledger.deadlines import UPDATE_MONTHS, months_after

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_LIKE_A_DATE = re.compile(r"(?<![\w.-])(?:\d{1,4}([-/.])\d{1,2}\1\d{1,4})(?![\w-])")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_IN_WORDS = re.compile(rf"(?<![\w.-])(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})(?![\w-])")
#: From this day on a summary is there when a model is placed on the market; older models had until 2 August 2027
#: (Articles 111(3) and 113).
_DUTY_BEGINS = date(2025, 8, 2)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DAY_FIRST = re.compile(r"(\d{2})([/.])(\d{2})\2(\d{4})")


def unreadable_dates(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Dates that are none, or written neither in figures (DD/MM/YYYY, YYYY-MM-DD) nor in words; none at all."""
    for answered in case.valued(fields):
        written = _dates_written(answered)
        if not written:
            yield answered.remark("holds no date")
        for text in written:
            if _day_of(text) is None:
                yield answered.remark(f"{shown(text)} is no day written as DD/MM/YYYY, YYYY-MM-DD or in words")


def placed_before_acquisition(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Models placed on the market before the last of their training content was acquired."""
    last = _last_day(case)
    for answered in case.valued(fields):
        days = [day for text in _dates_written(answered) if (day := _day_of(text))]
        if last is not None and days and max(days) < last:
            reason = f"the placement on {max(days)} lies before the last content was acquired, {last} or later"
            yield answered.remark(reason)


def signed_in_the_future(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Answers given on a day still to come."""
    for answered in case.answered(fields):
        on = answered.answer.on
        if on and date.fromisoformat(on) > case.as_of:
            yield answered.remark(f"signed on {on}, after {case.as_of}")


def answered_before_content(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Descriptions given or confirmed before the last of what they describe was acquired."""
    for answered in case.answered(fields):
        on, described = answered.answer.on, answered.field
        describes = described.mode is Mode.DRAFTED or (described.statement and described.statement.required)
        if not on or not describes or answered.answer.kind is AnswerKind.NOT_APPLICABLE:
            continue
        last = _last_day(case, acquisitions_of(case.form, described))
        if last is not None and date.fromisoformat(on) < last:
            yield answered.remark(f"answered on {on}, but content it describes was acquired on {last} or later")


def confirmed_before_record(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Drafts confirmed before the record began from which they are drafted; the day may be that of another zone."""
    begun = case.asked("record_begun").column("day").to_pylist()[0]
    for answered in case.answered(fields):
        on = answered.answer.on
        if answered.answer.kind is not AnswerKind.CONFIRMED or not on or not begun:
            continue
        if date.fromisoformat(on) + timedelta(days=1) < date.fromisoformat(begun):
            yield answered.remark(f"confirmed on {on}, but the record that it is drafted from was begun on {begun}")


def first_version_after_placement(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """First versions made after the model was placed on the market, from 2 August 2025 on (Articles 53 and 113)."""
    made = last_update(case.record, case.form, case.answers)
    if form_history(case.form, case.answers, case.published).version > 1:
        return
    for answered in case.valued(fields):
        days = [day for text in _dates_written(answered) if (day := _day_of(text))]
        if days and _DUTY_BEGINS <= min(days) < made:
            yield answered.remark(f"placed on the market on {min(days)}, but this first version is of {made}")


def update_due(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Summaries of models that went on being trained, six months after their last update."""
    updated = last_update(case.record, case.form, case.answers)
    due = months_after(updated, UPDATE_MONTHS)
    if case.as_of < due:
        return
    for row in case.asked("training_after", {"day": updated.isoformat()}).to_pylist():
        for field in fields:
            yield Remark(field, f"last updated on {updated}, and due again since {due}: {row['reason']}")


def reviews_overdue(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Answers, and the policy, whose day of review has passed."""
    for answered in case.answered(fields):
        by = answered.answer.review_by
        if by and date.fromisoformat(by) < case.as_of:
            yield answered.remark(f"was to be looked at again by {by}")
    status = case.answers.status
    if fields and status.review_by and date.fromisoformat(status.review_by) < case.as_of:
        reason = f"the answers were to be looked through again by {status.review_by}"
        yield Remark(fields[0], reason, status.places.get("review_by"))


def next_reviews_passed(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Published days of a next review that have passed."""
    for answered in case.valued(fields):
        days = [day for text in _dates_written(answered) if (day := _day_of(text))]
        if days and max(days) < case.as_of:
            yield answered.remark(f"the next review is given as {max(days)}, which has passed")


def policies_overdue(case: Case, fields: Sequence[Field]) -> Iterator[Remark]:
    """Policies on reservations whose day of review has passed."""
    for row in case.asked("policy_reviews").to_pylist():
        if date.fromisoformat(row["review_by"]) < case.as_of:
            for field in fields:
                yield Remark(
                    field, f"the policy {shown(row['policy'])} was to be looked at again by {row['review_by']}"
                )


def _dates_written(answered: AnsweredField) -> list[str]:
    """Everything in an answer that looks like a date; versions in links are left out."""
    texts = [_LINK.sub(" ", text) for text in answered.answer.texts]
    return [m[0] for text in texts for form in (_LIKE_A_DATE, _IN_WORDS) for m in form.finditer(text)]


def _day_of(text: str) -> date | None:
    if iso := _ISO.fullmatch(text):
        year, month, day = iso[1], iso[2], iso[3]
    elif day_first := _DAY_FIRST.fullmatch(text):
        year, month, day = day_first[4], day_first[3], day_first[1]
    elif in_words := _IN_WORDS.fullmatch(text):
        year, month, day = in_words[3], str(_MONTHS.index(in_words[2]) + 1), in_words[1]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _last_day(case: Case, acquisitions: Sequence[str] = ()) -> date | None:
    """The last day known on which used content was acquired; the first of a month or year that is all that is known."""
    rows = case.asked("last_acquired").to_pylist()
    days = [row["day"] for row in rows if row["day"] and (not acquisitions or row["acquisition"] in acquisitions)]
    return max((date.fromisoformat(day) for day in days), default=None)
