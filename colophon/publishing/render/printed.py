"""A summary as it stands on paper: every line in words and in order, the same for each format that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec
from ruamel.yaml import YAML

from colophon.publishing.contents import Boxes, Content, Listing
from colophon.publishing.summary import AddedStatement, FieldState, GapKind, Summary, SummaryField

#: Where the layouts that all forms share are, as a path within the package.
LAYOUTS = "summary_templates/layouts"

#: Digits of a root hash that tell two records apart at a glance.
_SHORT_HASH = 12

#: What a state does not say by itself, and so is printed beside the field.
_PRINTED_GAPS = {GapKind.UNDETERMINED, GapKind.CONTRADICTED, GapKind.UNSIGNED}


def printed(summary: Summary) -> Printed:
    """The summary in words; `phrases.yaml` of the layouts holds them by language."""
    phrases = _phrases()[summary.language]
    gaps = len(summary.gaps)
    return Printed(
        language=summary.language,
        title=summary.title,
        subject=summary.subject,
        template=summary.template,
        edition=phrases.edition.format(edition=summary.edition.replace("_", " ")),
        draft=phrases.draft if gaps else "",
        draft_note=phrases.draft_note.format(gaps=gaps) if gaps else "",
        version=phrases.version.format(generation=summary.generation),
        root=phrases.root.format(root_hash=summary.root_hash),
        created_at=summary.created_at,
        phrases=phrases,
        sections=tuple(
            PrintedSection(s.id, s.heading, s.level, s.preamble, tuple(_field(f, phrases) for f in s.fields))
            for s in summary.sections
        ),
        annexes=tuple(_annexes(summary, phrases)),
    )


class Tone(StrEnum):
    """How a line is set: as content, as something missing, open or held by the record, or as where it comes from."""

    PLAIN = "plain"
    ABSENT = "absent"
    OPEN = "open"
    EVIDENCE = "evidence"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Line:
    """A line beside the content of a field; `lead` is what it is about, `target` the anchor it leads to."""

    tone: Tone
    text: str
    lead: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A field with the lines above and below its content; `note` follows the label."""

    id: str
    label: str
    note: str
    state: FieldState
    above: tuple[Line, ...]
    content: Content | None
    below: tuple[Line, ...]

    @property
    def anchor(self) -> str:
        return _anchor("field", self.id)


@dataclass(frozen=True, slots=True)
class PrintedSection:
    id: str
    heading: str
    level: int
    preamble: str
    fields: tuple[PrintedField, ...]


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A row about a field: its cells, and the anchors of the row and of the field; the first cell leads there."""

    anchor: str
    target: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """A table after the form."""

    id: str
    heading: str
    preamble: str
    headings: tuple[str, ...]
    rows: tuple[AnnexRow, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the layouts say around the content of the fields, in one language."""

    edition: str
    draft: str
    draft_note: str
    contents: str
    version: str
    page: str
    root: str
    ticked: str
    not_ticked: str
    optional: str
    entries: str
    drafted: str
    unanswered: str
    left_out: str
    not_applicable: str
    not_known: str
    statement: str
    statement_unanswered: str
    statement_not_applicable: str
    statement_not_known: str
    evidence: str
    open: str
    confirmed: str
    confirmed_on: str
    stated_on: str
    computed: str
    open_heading: str
    open_preamble: str
    open_columns: tuple[str, ...]
    corpus_file: str
    origin_heading: str
    origin_preamble: str
    origin_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """What is on paper. `draft` is the mark of every page, empty once nothing is open."""

    language: str
    title: str
    subject: str
    template: str
    edition: str
    draft: str
    draft_note: str
    version: str
    root: str
    created_at: str
    phrases: Phrases
    sections: tuple[PrintedSection, ...]
    annexes: tuple[Annex, ...]


@cache
def _phrases() -> Mapping[str, Phrases]:
    text = files("colophon").joinpath(LAYOUTS, "phrases.yaml").read_text("utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), dict[str, Phrases])


def _field(field: SummaryField, phrases: Phrases) -> PrintedField:
    return PrintedField(
        id=field.id,
        label=field.label,
        note=phrases.optional if field.optional else "",
        state=field.state,
        above=tuple(_above(field, phrases)),
        content=_headed(field.content),
        below=tuple(_below(field, phrases)),
    )


def _above(field: SummaryField, phrases: Phrases) -> Iterator[Line]:
    match field.state:
        case FieldState.DRAFT:
            yield Line(Tone.OPEN, phrases.drafted)
        case FieldState.UNANSWERED:
            yield Line(Tone.OPEN, phrases.unanswered)
        case FieldState.LEFT_OUT:
            yield Line(Tone.ABSENT, phrases.left_out)
        case FieldState.NOT_APPLICABLE:
            yield Line(Tone.PLAIN, phrases.not_applicable.format(reason=field.reason))
        case FieldState.NOT_KNOWN:
            yield Line(Tone.PLAIN, phrases.not_known.format(reason=field.reason))
    if isinstance(field.content, Listing) and field.content.items:
        yield Line(Tone.ABSENT, phrases.entries.format(number=f"{len(field.content.items):,}"))


def _below(field: SummaryField, phrases: Phrases) -> Iterator[Line]:
    if field.statement is not None:
        yield _statement(field.statement, phrases)
    if field.evidence:
        yield Line(Tone.EVIDENCE, phrases.evidence.format(evidence=field.evidence))
    for gap in field.gaps:
        if gap.kind in _PRINTED_GAPS:
            yield Line(Tone.OPEN, phrases.open.format(message=gap.message))
    if field.state is FieldState.CONFIRMED:
        confirmed = phrases.confirmed_on if field.stated_on else phrases.confirmed
        yield Line(Tone.ORIGIN, confirmed.format(day=field.stated_on))
    elif field.stated_on:
        yield Line(Tone.ORIGIN, phrases.stated_on.format(day=field.stated_on))
    if field.provenance is not None:
        origin = field.provenance
        computed = phrases.computed.format(query=origin.query, root=origin.root_hash[:_SHORT_HASH])
        yield Line(Tone.ORIGIN, computed, target=_anchor("origin", field.id))


def _statement(statement: AddedStatement, phrases: Phrases) -> Line:
    said = "; ".join(statement.paragraphs)
    lead = phrases.statement.format(label=statement.label)
    match statement.state:
        case FieldState.UNANSWERED:
            return Line(Tone.OPEN, phrases.statement_unanswered, lead)
        case FieldState.NOT_APPLICABLE:
            return Line(Tone.PLAIN, phrases.statement_not_applicable.format(said=said), lead)
        case FieldState.NOT_KNOWN:
            return Line(Tone.PLAIN, phrases.statement_not_known.format(said=said), lead)
    return Line(Tone.PLAIN, said, lead)


def _headed(content: Content | None) -> Content | None:
    """The content with the headings of its groups of boxes in capitals where they begin."""
    if not isinstance(content, Boxes):
        return content
    return replace(
        content, groups=tuple(replace(g, heading=g.heading[:1].upper() + g.heading[1:]) for g in content.groups)
    )


def _annexes(summary: Summary, phrases: Phrases) -> Iterator[Annex]:
    if summary.gaps:
        mended = tuple(
            AnnexRow(
                "",
                _anchor("field", gap.field),
                (f"{gap.field} {gap.label}", gap.message, f"{gap.file}.yaml" if gap.file else phrases.corpus_file),
            )
            for gap in summary.gaps
        )
        yield Annex("open", phrases.open_heading, phrases.open_preamble, phrases.open_columns, mended)
    origins = tuple(
        AnnexRow(
            _anchor("origin", field.id),
            _anchor("field", field.id),
            (field.id, field.provenance.query, field.provenance.query_sha256),
        )
        for field in summary.fields()
        if field.provenance is not None
    )
    told = phrases.origin_preamble.format(generation=summary.generation, root_hash=summary.root_hash)
    yield Annex("origin", phrases.origin_heading, told, phrases.origin_columns, origins)


def _anchor(kind: str, field: str) -> str:
    return f"{kind}-{field}"
