"""A summary as it is published: every field of the form in order with its content, its state and its open questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from colophon.forms.form import AnswersFile, Mode, Section
from colophon.forms.lint.findings import LintFinding
from colophon.query.editions import Edition, Redaction

#: Ids of fields of the public summary: its version, and the models it covers.
VERSION_FIELD = "H1"
MODELS_FIELD = "1.2a"


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
    REWORDED = "reworded"
    UNSIGNED = "unsigned"
    UNDETERMINED = "undetermined"
    CONTRADICTED = "contradicted"


class Status(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"


class ContentKind(StrEnum):
    TEXT = "text"
    BOXES = "boxes"
    TABLE = "table"
    LIST = "list"


class Content:
    """What stands in a field: text, boxes, a table or a list; `kind` tells them apart in JSON."""

    __slots__ = ()

    def lines(self) -> tuple[str, ...]:
        """Everything it says, line by line: what a person confirms."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the page: its name, how many entries it has, and the SHA-256 of its bytes."""

    name: str
    entries: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Text(Content):
    """One or several paragraphs."""

    paragraphs: tuple[str, ...]
    kind: ContentKind = ContentKind.TEXT

    def lines(self) -> tuple[str, ...]:
        return self.paragraphs


@dataclass(frozen=True, slots=True)
class Box:
    """One thing that can be ticked; `option` is its code, the same in every language."""

    option: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class BoxGroup:
    """Boxes that belong together, under a heading where there are several groups, and a note below them."""

    heading: str
    boxes: tuple[Box, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Boxes(Content):
    """Boxes in their groups."""

    groups: tuple[BoxGroup, ...]
    kind: ContentKind = ContentKind.BOXES

    def lines(self) -> tuple[str, ...]:
        """What is ticked, and the notes."""
        return tuple(
            line
            for group in self.groups
            for line in (group.heading, *(box.label for box in group.boxes if box.ticked), group.note)
            if line
        )


@dataclass(frozen=True, slots=True)
class TableContent(Content):
    """Rows of cells as texts; `empty` is said where there are none. With an attachment the rows stand there alone."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    kind: ContentKind = ContentKind.TABLE
    attachment: Attachment | None = None

    def lines(self) -> tuple[str, ...]:
        rows = tuple(" | ".join(row) for row in self.rows)
        return _beside(self.attachment) or rows or (self.empty,)


@dataclass(frozen=True, slots=True)
class Listing(Content):
    """Short items; `empty` is said where there are none. With an attachment the items stand there alone."""

    items: tuple[str, ...]
    empty: str
    kind: ContentKind = ContentKind.LIST
    attachment: Attachment | None = None

    def lines(self) -> tuple[str, ...]:
        return _beside(self.attachment) or self.items or (self.empty,)


def _beside(attachment: Attachment | None) -> tuple[str, ...]:
    return (f"{attachment.name}, SHA-256 {attachment.sha256}",) if attachment else ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """The query that gave a value, the hash of its text, the root of the record it was put to, and its parameters.

    Dates among the parameters are written as in ISO 8601.
    """

    query: str
    query_sha256: str
    root_hash: str
    parameters: Mapping[str, str | int | float | bool | None]


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
class WithheldField:
    """A field of the form that is not meant for the readers of an edition."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole form over one record in one edition, ready to be rendered; `created_at`: when the record was completed.

    `stem` is the name of its files. A section none of whose fields is for the edition is left out. `findings` of the
    lint name sources of the record, and stand in the internal edition only. `checkpoints` are those to which it is
    limited, in the editions whose readers may see their names.
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
    sections: tuple[Section[SummaryField], ...]
    gaps: tuple[Gap, ...] = ()
    withheld: tuple[WithheldField, ...] = ()
    findings: tuple[LintFinding, ...] = ()
    checkpoints: tuple[str, ...] = ()

    def fields(self) -> Iterator[SummaryField]:
        """Every field in the order of the form."""
        for section in self.sections:
            yield from section.fields

    def attachments(self) -> tuple[str, ...]:
        """Names of the files beside the page, sorted."""
        contents = (c for f in self.fields() for c in (f.content, *(detail.content for detail in f.details)))
        attached = (c.attachment for c in contents if isinstance(c, TableContent | Listing))
        return tuple(sorted({file.name for file in attached if file is not None}))

    def models(self) -> tuple[str, ...]:
        """The models that the summary covers, as it names them."""
        content = next((field.content for field in self.fields() if field.id == MODELS_FIELD), None)
        return content.paragraphs if isinstance(content, Text) else ()
