"""What is open in the forms of a record, question by question, with what a person needs to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from colophon.forms.answers import Answers
from colophon.forms.compile import compile_summary
from colophon.forms.form import Field, Form, Section
from colophon.forms.lint.check import lint
from colophon.forms.lint.findings import LintFinding
from colophon.forms.summary import Gap, SummaryField
from colophon.query.editions import Edition
from colophon.query.session import Record


def open_questions(record: Record, forms: Iterable[Form], answers: Answers, as_of: date) -> tuple[OpenQuestion, ...]:
    """Every field with a gap or a finding in the forms that the provider owes, in their order, each field once."""
    questions: dict[str, OpenQuestion] = {}
    for form in filter(answers.status.owes, forms):
        for question in _of_form(record, form, answers, as_of):
            questions.setdefault(question.field.id, question)
    return tuple(questions.values())


def asked_again(record: Record, question: OpenQuestion, answers: Answers, as_of: date) -> OpenQuestion:
    """The same question as the answers stand now; nothing is open in it where it was answered or has fallen away."""
    (again,) = (
        q
        for q in _all_of(record, _alone(question.form, question.field), answers, as_of)
        if q.field.id == question.field.id
    )
    return replace(again, form=question.form, section=question.section)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A field with what the record holds on it (`compiled`), what is missing, and what the lint finds."""

    form: Form
    section: Section[Field]
    field: Field
    compiled: SummaryField
    findings: tuple[LintFinding, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.compiled.gaps

    @property
    def is_open(self) -> bool:
        return bool(self.gaps or self.findings)

    @property
    def for_a_person(self) -> bool:
        """Whether an answer can close it; what is computed is mended in the corpus file."""
        return self.field.takes_answer


def _of_form(record: Record, form: Form, answers: Answers, as_of: date) -> Iterator[OpenQuestion]:
    return (question for question in _all_of(record, form, answers, as_of) if question.is_open)


def _all_of(record: Record, form: Form, answers: Answers, as_of: date) -> Iterator[OpenQuestion]:
    compiled = {f.id: f for f in compile_summary(record, form, answers, Edition.INTERNAL).fields()}
    findings = lint(record, form, answers, as_of)
    for section in form.sections:
        for field in section.fields:
            of_field = tuple(f for f in findings if f.field == field.id)
            yield OpenQuestion(form, section, field, compiled[field.id], of_field)


def _alone(form: Form, field: Field) -> Form:
    """The form with one field only, and the questions on which it depends."""
    fields: Sequence[Field] = [f for f in form.fields() if f.id in field.applies_unless_no or f.id == field.id]
    return replace(form, sections=(Section("", "", 2, fields=tuple(fields)),))
