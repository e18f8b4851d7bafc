"""What a rule of the lint looks at and what it gives: a case, the fields a form hands to each rule, and findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
import pyarrow as pa

from colophon.config.problems import InputLocation
from colophon.forms.answers import Answer, AnswerKind, Answers
from colophon.forms.form import Field, Form, form_file
from colophon.forms.versions import PublishedVersions
from colophon.query.session import Parameter, Record
from colophon.templates import template_file, yaml_content

#: Stands for every field of the form that a person answers.
_EVERY_FIELD = "all"


def load_lint_map(form: Form) -> LintMap:
    """What the form's own `lint.yaml` says, with the words of all forms; a form without one is not linted."""
    file = form_file(form.form, "lint.yaml")
    if not file.is_file():
        return LintMap()
    return msgspec.convert({**yaml_content(file), "words": yaml_content(template_file("lint_words.yaml"))}, LintMap)


@dataclass(frozen=True, slots=True)
class LintWords:
    """Words that a rule looks for, in the language of the form and in lower case."""

    placeholders: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    respect: tuple[str, ...] = ()
    robots: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LintMap:
    """Which rules look at which fields of a form (`all`: every field that a person answers), and their words."""

    rules: Mapping[str, tuple[str, ...] | str] = field(default_factory=dict)
    words: LintWords = field(default_factory=LintWords)

    def fields(self, rule: str, form: Form) -> tuple[Field, ...]:
        """The fields that a form hands to a rule, in the order of the form."""
        named = self.rules.get(rule, ())
        return tuple(f for f in form.fields() if (f.takes_answer if named == _EVERY_FIELD else f.id in named))


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at: record, answers, the day as of which dates are judged, what a ledger knows of earlier
    versions."""

    record: Record
    form: Form
    answers: Answers
    as_of: date
    words: LintWords
    published: PublishedVersions | None = None

    def answered(self, fields: Sequence[Field]) -> Iterator[AnsweredField]:
        """Those of the fields that a person answered."""
        for form_field in fields:
            if (answer := self.answers.get(form_field.id)) is not None:
                yield AnsweredField(form_field, answer)

    def valued(self, fields: Sequence[Field]) -> Iterator[AnsweredField]:
        """Those answered with a value, no reason and no confirmation."""
        return (a for a in self.answered(fields) if a.answer.kind is AnswerKind.VALUE)

    def asked(self, query: str, parameters: Mapping[str, Parameter] | None = None) -> pa.Table:
        """The answer to a packaged query of the folder `lint`."""
        return self.record.query(f"lint/{query}", parameters).table


@dataclass(frozen=True, slots=True)
class AnsweredField:
    """A field with its answer."""

    field: Field
    answer: Answer

    @property
    def text(self) -> str:
        """Everything it says that is published, as one text."""
        return "\n".join(self.answer.texts)

    def remark(self, reason: str) -> Remark:
        return Remark(self.field, reason, self.answer.place)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says against a field, and where in the answers files, where it lies there."""

    field: Field
    reason: str
    place: InputLocation | None = None


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that is wrong: rule, field, why, how to mend it, and where, if it lies in an answers file."""

    rule: str
    field: str
    label: str
    reason: str
    mend: str
    place: InputLocation | None = None

    def __str__(self) -> str:
        where = f" ({self.place.file}:{self.place.line})" if self.place and self.place.line else ""
        return f"{self.field} {self.label}: {self.reason}; {self.mend} [{self.rule}]{where}"


def acquisitions_of(form: Form, field: Field) -> tuple[str, ...]:
    """The acquisitions a field speaks of: those of the questions it depends on; none where it speaks of everything."""
    asked = [f for f in form.fields() if f.id in field.applies_unless_no and f.query is not None]
    return tuple(acquisition for f in asked if f.query for acquisition in f.query.acquisitions)


def any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words or phrases as whole words, whatever their case; nothing where there are none."""
    alternatives = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if alternatives else r"(?!)", re.IGNORECASE)


Check = Callable[[Case, Sequence[Field]], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule of the lint: its name, what it finds, how that is mended, and the function that looks for it."""

    name: str
    finds: str
    mend: str
    check: Check
