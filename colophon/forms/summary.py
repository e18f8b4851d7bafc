"""A summary as it is published: every field of the form in order with its content, its state and its open questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from colophon.forms.content import Content
from colophon.forms.form import AnswersFile, Mode
from colophon.forms.lint.findings import LintFinding
from colophon.query.editions import Edition, Redaction
from colophon.query.session import Parameter


class FieldState(StrEnum):
    """Where the content of a field comes from."""

    COMPUTED = "computed"
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    STATED = "stated"
    NOT_APPLICABLE = "not_applicable"
    NOT_KNOWN = "not_known"
    UNANSWERED = "unanswered"
    LEFT_OUT = "left_out"
    REDACTED = "redacted"


class GapKind(StrEnum):
    """Why a field is not ready to be published."""

    UNANSWERED = "unanswered"
    UNCONFIRMED = "unconfirmed"
    UNSIGNED = "unsigned"
    UNDETERMINED = "undetermined"
    CONTRADICTED = "contradicted"


class Status(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The query that gave a value, its parameters, the hash of its text, and the root of the record it was put to."""

    query: str
    query_sha256: str
    root_hash: str
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Gap:
    """An open question: the field, what is wrong, and the file that mends it where a person answers."""

    field: str
    label: str
    kind: GapKind
    message: str
    file: AnswersFile | None = None


@dataclass(frozen=True, slots=True)
class AddedStatement:
    """What a person adds to a computed value."""

    label: str
    state: FieldState
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryDetail:
    """What a field says beyond the form, in the editions whose readers may see it."""

    label: str
    content: Content
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class SummaryField:
    """A field as published. `evidence` is what the record holds on a question that a person answers.

    A redacted field has its redaction and nothing else. `template` names the official text the field is from.
    `stated_on` is the day of the statement as YYYY-MM-DD; the name of the person stays in the answers file.
    """

    id: str
    label: str
    mode: Mode
    optional: bool
    state: FieldState
    content: Content | None = None
    evidence: str | None = None
    statement: AddedStatement | None = None
    reason: str | None = None
    stated_on: str | None = None
    provenance: Provenance | None = None
    gaps: tuple[Gap, ...] = ()
    details: tuple[SummaryDetail, ...] = ()
    redaction: Redaction | None = None
    template: str = ""


@dataclass(frozen=True, slots=True)
class SummarySection:
    id: str
    heading: str
    level: int
    preamble: str
    fields: tuple[SummaryField, ...]


@dataclass(frozen=True, slots=True)
class WithheldField:
    """A field of the form that is not meant for the readers of an edition."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole form over one record in one edition, ready to be rendered; `created_at`: when the record was completed.

    `stem` is the name of its files. A section none of whose fields is for the edition is left out. `findings` of the
    lint name sources of the record, and stand in the internal edition only.
    """

    form: str
    stem: str
    map_version: int
    template: str
    language: str
    title: str
    subject: str
    edition: Edition
    status: Status
    version: int
    generation: int
    root_hash: str
    created_at: str
    sections: tuple[SummarySection, ...]
    gaps: tuple[Gap, ...] = ()
    withheld: tuple[WithheldField, ...] = ()
    findings: tuple[LintFinding, ...] = ()

    def fields(self) -> Iterator[SummaryField]:
        """Every field in the order of the form."""
        for section in self.sections:
            yield from section.fields
