"""A summary as it is published: every field of the form in order with its content, its state and its open questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from colophon.publishing.contents import Content
from colophon.publishing.form import AnswersFile, Mode


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


class Edition(StrEnum):
    """The audience a summary is rendered for."""

    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The query that gave a value, the hash of its text, and the root hash of the record it was put to."""

    query: str
    query_sha256: str
    root_hash: str


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
class SummaryField:
    """A field as published. `evidence` is what the record holds on a question that a person answers.

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


@dataclass(frozen=True, slots=True)
class SummarySection:
    id: str
    heading: str
    level: int
    preamble: str
    fields: tuple[SummaryField, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole summary of one record, ready to be rendered; `created_at` is when the record was completed (RFC 3339)."""

    form: str
    map_version: int
    template: str
    language: str
    title: str
    subject: str
    edition: Edition
    status: Status
    generation: int
    root_hash: str
    created_at: str
    sections: tuple[SummarySection, ...]
    gaps: tuple[Gap, ...] = field(default=())

    def fields(self) -> Iterator[SummaryField]:
        """Every field in the order of the form."""
        for section in self.sections:
            yield from section.fields
