"""A summary as it stands on paper: every line in words and in order, the same for each format that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import msgspec

from colophon.forms.summary import (
    AddedStatement,
    Boxes,
    Content,
    FieldState,
    GapKind,
    Listing,
    Provenance,
    Summary,
    SummaryField,
    TableContent,
)
from colophon.query.editions import Edition
from colophon.templates import template_file, yaml_content

#: Letters that fit side by side on a page, in the usual print and in small print.
_USUAL, _SMALL = 96, 124

#: Letters of the longest word that is not cut, and of the longest line that is worth room.
_LONGEST_WORD, _LONGEST_LINE = 20, 60

#: Letters of room between two columns.
_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """The share of each column in the width of the page; in dense ones words fit only in small print."""

    shares: tuple[int, ...]
    dense: bool


def table_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Room for the longest word of each column first, the rest to those with more text."""
    least, wanted = [], []
    for column in zip(headings, *rows, strict=True):
        word = max((len(word) for text in column for word in text.split()), default=0)
        line = max(len(text) for text in column)
        least.append(min(word, _LONGEST_WORD) + _GUTTER)
        wanted.append(min(max(line, word), _LONGEST_LINE) + _GUTTER)
    dense = sum(least) > _USUAL
    spare = max((_SMALL if dense else _USUAL) - sum(least), 0)
    missing = max(sum(wanted) - sum(least), 1)
    shares = (low + (high - low) * min(spare, missing) // missing for low, high in zip(least, wanted, strict=True))
    return Columns(tuple(shares), dense)


#: Digits of a root hash that tell two records apart at a glance.
_SHORT_HASH = 12

#: What a state does not say by itself, and so is printed beside the field.
_PRINTED_GAPS = {GapKind.UNDETERMINED, GapKind.CONTRADICTED, GapKind.UNSIGNED}


def printed(summary: Summary) -> Printed:
    """The summary in words; `phrases.yaml` of the layouts holds them by language."""
    phrases = _phrases()[summary.language]
    gaps = len(summary.gaps)
    return Printed(
        summary=summary,
        phrases=phrases,
        edition=phrases.editions[summary.edition],
        withheld_note=phrases.withheld_note.format(fields=len(summary.withheld)) if summary.withheld else "",
        draft=phrases.draft if gaps else "",
        draft_note=phrases.draft_note.format(gaps=gaps) if gaps else "",
        version=phrases.version.format(version=summary.version),
        root=phrases.root.format(root_hash=summary.root_hash),
        parts={field.id: tuple(_parts(summary, field, phrases)) for field in summary.fields()},
        annexes=tuple(_annexes(summary, phrases)),
    )


class Tone(StrEnum):
    """How a line is set: as content, as something missing, open blacked out or held by the record, or as its origin."""

    PLAIN = "plain"
    ABSENT = "absent"
    OPEN = "open"
    REDACTED = "redacted"
    EVIDENCE = "evidence"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line beside a content; `lead` is what it is about, `target` the anchor and `file` the file it leads to."""

    tone: Tone
    text: str
    lead: str = ""
    target: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A content with the lines above and below it; `label` is that of a detail, empty for what the form asks."""

    label: str
    above: tuple[PrintedLine, ...]
    content: Content | None
    below: tuple[PrintedLine, ...]
    columns: Columns | None = None


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A row about a field: its cells, its own anchor, and that of the field, to which the first cell leads."""

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
    columns: Columns


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the layouts say around the content of the fields, in one language."""

    editions: Mapping[Edition, str]
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
    attached: str
    template: str
    redacted: str
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
    withheld_note: str
    withheld_heading: str
    withheld_preamble: str
    withheld_columns: tuple[str, ...]
    origin_heading: str
    origin_preamble: str
    origin_checkpoints: str
    origin_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """The words around a summary and those of its fields, by id: first what the form asks, then each detail.

    `draft` is the mark of every page, empty once nothing is open. `withheld_note` says on the face that fields are
    left out for these readers, empty where none is.
    """

    summary: Summary
    phrases: Phrases
    edition: str
    withheld_note: str
    draft: str
    draft_note: str
    version: str
    root: str
    parts: Mapping[str, tuple[Part, ...]]
    annexes: tuple[Annex, ...]


@cache
def _phrases() -> Mapping[str, Phrases]:
    return msgspec.convert(yaml_content(template_file("layouts", "phrases.yaml")), dict[str, Phrases])


def _parts(summary: Summary, field: SummaryField, phrases: Phrases) -> Iterator[Part]:
    is_elsewhere = field.template not in {"", summary.template}
    source = [PrintedLine(Tone.ABSENT, phrases.template.format(template=field.template))] if is_elsewhere else []
    yield _part("", [*source, *_above(field, phrases)], field.content, _below(field, phrases), phrases)
    for number, detail in enumerate(field.details, 1):
        origin = _origin(detail.provenance, _anchor("origin", field.id, number), phrases)
        yield _part(detail.label, (), detail.content, (origin,), phrases)


def _part(
    label: str, above: Iterable[PrintedLine], content: Content | None, below: Iterable[PrintedLine], phrases: Phrases
) -> Part:
    columns = table_columns(content.headings, content.rows) if isinstance(content, TableContent) else None
    return Part(label, (*above, *_extent(content, phrases)), _on_paper(content), tuple(below), columns)


def _above(field: SummaryField, phrases: Phrases) -> Iterator[PrintedLine]:
    if field.redaction is not None:
        hidden = field.redaction
        text = phrases.redacted.format(ground=hidden.ground, role=hidden.role, day=hidden.on)
        yield PrintedLine(Tone.REDACTED, text)
    match field.state:
        case FieldState.DRAFT:
            yield PrintedLine(Tone.OPEN, phrases.drafted)
        case FieldState.UNANSWERED:
            yield PrintedLine(Tone.OPEN, phrases.unanswered)
        case FieldState.LEFT_OUT:
            yield PrintedLine(Tone.ABSENT, phrases.left_out)
        case FieldState.NOT_APPLICABLE:
            yield PrintedLine(Tone.PLAIN, phrases.not_applicable.format(reason=field.reason))
        case FieldState.NOT_KNOWN:
            yield PrintedLine(Tone.PLAIN, phrases.not_known.format(reason=field.reason))


def _extent(content: Content | None, phrases: Phrases) -> Iterator[PrintedLine]:
    """How long a list is, and the file that has what is too long for the page."""
    if isinstance(content, TableContent | Listing) and content.attachment is not None:
        file = content.attachment
        attached = phrases.attached.format(number=f"{file.entries:,}", name=file.name, sha256=file.sha256)
        yield PrintedLine(Tone.PLAIN, attached, file=file.name)
    elif isinstance(content, Listing) and content.items:
        yield PrintedLine(Tone.ABSENT, phrases.entries.format(number=f"{len(content.items):,}"))


def _below(field: SummaryField, phrases: Phrases) -> Iterator[PrintedLine]:
    if field.statement is not None:
        yield _statement(field.statement, phrases)
    if field.evidence:
        yield PrintedLine(Tone.EVIDENCE, phrases.evidence.format(evidence=field.evidence))
    for gap in field.gaps:
        if gap.kind in _PRINTED_GAPS:
            yield PrintedLine(Tone.OPEN, phrases.open.format(message=gap.message))
    if field.state is FieldState.CONFIRMED:
        confirmed = phrases.confirmed_on if field.stated_on else phrases.confirmed
        yield PrintedLine(Tone.ORIGIN, confirmed.format(day=field.stated_on))
    elif field.stated_on:
        yield PrintedLine(Tone.ORIGIN, phrases.stated_on.format(day=field.stated_on))
    if field.provenance is not None:
        yield _origin(field.provenance, _anchor("origin", field.id), phrases)


def _origin(provenance: Provenance, target: str, phrases: Phrases) -> PrintedLine:
    computed = phrases.computed.format(query=provenance.query, root=provenance.root_hash[:_SHORT_HASH])
    return PrintedLine(Tone.ORIGIN, computed, target=target)


def _statement(statement: AddedStatement, phrases: Phrases) -> PrintedLine:
    text = "; ".join(statement.paragraphs)
    lead = phrases.statement.format(label=statement.label)
    match statement.state:
        case FieldState.UNANSWERED:
            return PrintedLine(Tone.OPEN, phrases.statement_unanswered, lead)
        case FieldState.NOT_APPLICABLE:
            return PrintedLine(Tone.PLAIN, phrases.statement_not_applicable.format(said=text), lead)
        case FieldState.NOT_KNOWN:
            return PrintedLine(Tone.PLAIN, phrases.statement_not_known.format(said=text), lead)
    return PrintedLine(Tone.PLAIN, text, lead)


def _on_paper(content: Content | None) -> Content | None:
    """The content as it is set: none where it is in a file, and headings of groups of boxes begin with a capital."""
    if isinstance(content, TableContent | Listing) and content.attachment is not None:
        return None
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
        yield _annex("open", phrases.open_heading, phrases.open_preamble, phrases.open_columns, mended)
    if summary.withheld:
        kept = tuple(AnnexRow("", "", (field.id, field.label)) for field in summary.withheld)
        yield _annex("withheld", phrases.withheld_heading, phrases.withheld_preamble, phrases.withheld_columns, kept)
    origins = tuple(row for field in summary.fields() for row in _origins(field))
    preamble = phrases.origin_preamble.format(generation=summary.generation, root_hash=summary.root_hash)
    if summary.checkpoints:
        preamble += f" {phrases.origin_checkpoints.format(checkpoints=', '.join(summary.checkpoints))}"
    yield _annex("origin", phrases.origin_heading, preamble, phrases.origin_columns, origins)


def _annex(id_: str, heading: str, preamble: str, headings: Sequence[str], rows: Sequence[AnnexRow]) -> Annex:
    columns = table_columns(headings, [row.cells for row in rows])
    return Annex(id_, heading, preamble, tuple(headings), tuple(rows), columns)


def _origins(field: SummaryField) -> Iterator[AnnexRow]:
    target = _anchor("field", field.id)
    if field.provenance is not None:
        origin = field.provenance
        yield AnnexRow(_anchor("origin", field.id), target, (field.id, origin.query, origin.query_sha256))
    for number, detail in enumerate(field.details, 1):
        origin = detail.provenance
        cells = (f"{field.id} {detail.label}", origin.query, origin.query_sha256)
        yield AnnexRow(_anchor("origin", field.id, number), target, cells)


def _anchor(kind: str, field: str, detail: int = 0) -> str:
    return f"{kind}-{field}-{detail}" if detail else f"{kind}-{field}"
