"""What a form says of its own history: its version, earlier ones, what changed, corrections, a model it modifies."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import PurePosixPath

from colophon.errors import LedgerBrokenError
from colophon.forms.content import AttachedFiles
from colophon.forms.differences import form_differences
from colophon.forms.form import Form, Mode, Section
from colophon.forms.published import PublishedSummary, parse_json
from colophon.forms.summary import (
    VERSION_FIELD,
    AddedStatement,
    Content,
    FieldState,
    Listing,
    Summary,
    SummaryField,
    TableContent,
    Text,
)
from colophon.ledger.chain import Ledger
from colophon.ledger.entries import Correction, Publication
from colophon.query.differences import Difference, DifferenceKind

#: Ids of the fields of the section on versions.
_EARLIER, _CHANGES, _CORRECTIONS = "V1", "V2", "V3"
#: Fields that differ from version to version by their nature, or have answers elsewhere.
_LEFT_OUT = (VERSION_FIELD, "H2", _EARLIER, _CHANGES, _CORRECTIONS)

#: Ids of the section that begins a form, of the field on dependencies, and of what an original adds to the former.
_HEADER, _DEPENDENCIES, _SCOPE = "header", "1.2b", "H3"

_WORDS = "history"
_MAX_ITEMS_NAMED = 20
_MAX_CHARACTERS_QUOTED = 600
#: Where one sentence ends and the next begins.
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?;:])\s+")
_PUBLIC = "public"


def with_history(summary: Summary, form: Form, ledger: Ledger, files: AttachedFiles) -> Summary:
    """The form with its version and links to all earlier ones in the header, and the section on versions below.

    The change log compares with the latest version published in the same edition. Raises LedgerBrokenError.
    """
    earlier = [p for p in ledger.publications(form.form) if p.edition in (summary.edition, _PUBLIC)]
    sections = tuple(
        replace(s, fields=tuple(_numbered(f, form, ledger, earlier) for f in s.fields)) for s in summary.sections
    )
    fields = tuple(_fields(replace(summary, sections=sections), form, ledger, earlier, files))
    history = Section("history", form.word("heading", _WORDS), 2, "", fields)
    return replace(summary, sections=(*sections, history) if fields else sections)


def with_original(summary: Summary, form: Form, address: str) -> Summary:
    """Say in the header that only the modification of a model is covered, and link the summary of the original.

    The record is that of the modification (Explanatory Notice, paragraphs 28 and 30). Who the original is by name
    remains for a person to state.
    """
    return replace(summary, sections=tuple(_scoped(section, form, address) for section in summary.sections))


def _scoped(section: Section[SummaryField], form: Form, address: str) -> Section[SummaryField]:
    fields = tuple(_linked(field, form, address) for field in section.fields)
    if section.id == _HEADER:
        scope = Text((f"{form.word('scope', _WORDS)}: {address}",))
        label = form.word("scope_label", _WORDS)
        fields += (SummaryField(_SCOPE, label, Mode.STATED, optional=True, state=FieldState.STATED, content=scope),)
    return replace(section, fields=fields)


def _linked(field: SummaryField, form: Form, address: str) -> SummaryField:
    if field.id != _DEPENDENCIES or field.redaction is not None:
        return field
    return replace(field, statement=AddedStatement(form.word("original", _WORDS), FieldState.STATED, (address,)))


def _numbered(field: SummaryField, form: Form, ledger: Ledger, earlier: Iterable[Publication]) -> SummaryField:
    if field.id != VERSION_FIELD:
        return field
    links = [f"{_version(form, p)} ({p.on:%d/%m/%y}): {_links(form, p)}" for p in earlier]
    paragraphs = tuple(links) or (form.word("first", _WORDS),)
    label = field.statement.label if field.statement else form.word("earlier", _WORDS)
    version = f"{form.word('version', _WORDS)} {ledger.next_version(form.form)}"
    return replace(
        field,
        content=Text((version,)),
        statement=AddedStatement(label, FieldState.STATED, paragraphs),
        stated_on=None,
        provenance=None,
    )


def _fields(
    summary: Summary, form: Form, ledger: Ledger, earlier: list[Publication], files: AttachedFiles
) -> Iterator[SummaryField]:
    if earlier:
        headings = tuple(form.word(word, _WORDS) for word in ("version", "day", "models", "links"))
        rows = tuple(
            (str(p.version), f"{p.on:%d/%m/%y}", ", ".join(p.models) or form.word("not_named", _WORDS), _links(form, p))
            for p in earlier
        )
        yield _field(_EARLIER, form.word("earlier", _WORDS), TableContent(headings, rows, ""))
    if latest := ledger.latest(form.form, summary.edition):
        old = _as_published(ledger, latest)
        new = PublishedSummary(summary, files.by_name)
        hidden = {f.id for s in summary.sections for f in s.fields if f.redaction is not None}
        lines = tuple(_change_log(form, form_differences(old, new, _LEFT_OUT), hidden))
        label = f"{form.word('changes', _WORDS)} {latest.version}"
        yield _field(_CHANGES, label, Listing(lines, form.word("no_changes", _WORDS)))
    if corrections := [c for c in ledger.events(Correction) if c.form == form.form]:
        headings = tuple(form.word(word, _WORDS) for word in ("day", "version", "correction"))
        corrected = tuple((f"{c.on:%d/%m/%y}", str(c.version), c.text) for c in corrections)
        yield _field(_CORRECTIONS, form.word("corrections", _WORDS), TableContent(headings, corrected, ""))


def _field(id_: str, label: str, content: Content) -> SummaryField:
    return SummaryField(id_, label, Mode.COMPUTED, optional=True, state=FieldState.COMPUTED, content=content)


def _version(form: Form, publication: Publication) -> str:
    return f"{form.word('version', _WORDS)} {publication.version}"


def _links(form: Form, publication: Publication) -> str:
    return ", ".join(publication.urls) or form.word("not_named", _WORDS)


def _as_published(ledger: Ledger, publication: Publication) -> PublishedSummary:
    kept = {PurePosixPath(file.path).name: file for file in publication.files}
    name = next((name for name in kept if name.endswith(".json")), None)
    if name is None:
        problem = f"version {publication.version} of {publication.form} is kept without its JSON file"
        raise LedgerBrokenError(str(ledger.path), (problem,))
    summary = parse_json(ledger.kept(kept[name]), kept[name].path)
    return PublishedSummary(summary, {n: ledger.kept(kept[n]) for n in summary.attachments() if n in kept})


def _change_log(form: Form, differences: Iterable[Difference], hidden: Container[str]) -> Iterator[str]:
    """One line for each field that differs, in plain words; of one that is blacked out by now, what it said is not
    said again."""
    for part, group in groupby(differences, key=lambda d: d.part):
        of_field = list(group)
        if part in hidden:
            yield f"{part} {of_field[0].label}: {form.word('blacked_out', _WORDS)}"
            continue
        parts = [*_named(form, of_field), *_said(form, [d for d in of_field if not _is_listed(d)])]
        yield f"{part} {of_field[0].label}: {'; '.join(parts)}"


def _is_listed(difference: Difference) -> bool:
    return bool(difference.item) and difference.kind is not DifferenceKind.CHANGED


def _named(form: Form, differences: list[Difference]) -> Iterator[str]:
    for kind in (DifferenceKind.ADDED, DifferenceKind.REMOVED):
        items = [d.item for d in differences if d.kind is kind and _is_listed(d)]
        if items:
            more = len(items) - _MAX_ITEMS_NAMED
            rest = f" … {more:,} {form.word('more', _WORDS)}" if more > 0 else ""
            yield f"{len(items):,} {form.word(kind, _WORDS)} ({', '.join(items[:_MAX_ITEMS_NAMED])}{rest})"


def _said(form: Form, differences: list[Difference]) -> Iterator[str]:
    for difference in differences[:_MAX_ITEMS_NAMED]:
        subject = f"{difference.item}: " if difference.item else ""
        yield subject + ", ".join(_facts(form, difference))
    if (more := len(differences) - _MAX_ITEMS_NAMED) > 0:
        yield f"{more:,} {form.word('more', _WORDS)} {form.word('changed', _WORDS)}"


def _facts(form: Form, difference: Difference) -> Iterator[str]:
    """What was said before and is said now, of a longer text only the sentences that differ."""
    if difference.kind is not DifferenceKind.CHANGED:
        is_new = difference.kind is DifferenceKind.ADDED
        said = _quoted([difference.after if is_new else difference.before])
        yield f"{form.word('now_said' if is_new else 'no_longer_said', _WORDS)}: {said}"
        return
    was, now = form.word("was", _WORDS), form.word("now", _WORDS)
    before, after = (_BETWEEN_SENTENCES.split(text) for text in (difference.before, difference.after))
    for change, from_before, to_before, from_after, to_after in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        old, new = before[from_before:to_before], after[from_after:to_after]
        if change == "insert":
            yield f"{form.word('also_said', _WORDS)} {_quoted(new)}"
        elif change == "delete":
            yield f"{form.word('unsaid', _WORDS)} {_quoted(old)}"
        elif change == "replace":
            yield f"{was} {_quoted(old)}, {now} {_quoted(new)}"


def _quoted(sentences: Sequence[str]) -> str:
    text = " ".join(sentences)
    return f"“{text if len(text) <= _MAX_CHARACTERS_QUOTED else text[:_MAX_CHARACTERS_QUOTED].rstrip() + ' …'}”"
