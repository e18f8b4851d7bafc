"""Compiles a summary: puts the form's queries to a record and joins what persons state.

Nothing a person has to state is inferred: what the record holds stands beside the open question, and a record that
holds nothing does not answer "no". Drafts stay open questions until a person confirms them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa

from colophon.errors import PartialRecordError
from colophon.forms.answers import Answer, AnswerKind, Answers
from colophon.forms.attestation import hash_of, wording_differences
from colophon.forms.content import AttachedFiles, Presentation, choice_content, computed_content, sentence
from colophon.forms.form import (
    AnswersFile,
    Detail,
    EvidenceUse,
    Field,
    FieldFormat,
    Form,
    FormQuery,
    Mode,
    Profile,
    Section,
)
from colophon.forms.summary import (
    AddedStatement,
    Content,
    FieldState,
    Gap,
    GapKind,
    Provenance,
    Status,
    Summary,
    SummaryDetail,
    SummaryField,
    TableContent,
    Text,
    WithheldField,
)
from colophon.forms.versions import FormHistory, PublishedVersions, form_history
from colophon.query.editions import Edition, Redaction
from colophon.query.session import Parameter, QueryResult, Record

_NO = "no"

#: Columns of a query with a fixed meaning (see the header of the field map).
_GAP = "gap"
_CONTRADICTS_NO = "contradicts_no"

#: The only thing said of open questions in a field that is blacked out.
_OPEN_BEHIND = "blacked out in this edition, with an open question behind it"

#: Words of the rule by which a list of domain names is as long as it is.
_LIST_RULE = "list_rule"
_UNSIGNED_PROFILE = (
    "the profile is stated, but `by` (a name) or `on` (a day) is missing: `{value: …, by: NAME, on: DAY}`"
)

_STATES = {
    AnswerKind.VALUE: FieldState.STATED,
    AnswerKind.CONFIRMED: FieldState.CONFIRMED,
    AnswerKind.NOT_APPLICABLE: FieldState.NOT_APPLICABLE,
    AnswerKind.NOT_KNOWN: FieldState.NOT_KNOWN,
}


def compile_summary(
    record: Record,
    form: Form,
    answers: Answers,
    edition: Edition = Edition.PUBLIC,
    files: AttachedFiles | None = None,
    published: PublishedVersions | None = None,
) -> Summary:
    """A form over a record in one edition; what is too long for the page is put into `files`.

    Its version is the one that follows those published, of which the ledger tells, else an answer.

    Raises PartialRecordError.
    """
    manifest = record.manifest
    if manifest.partial:
        raise PartialRecordError(record.path)
    shown = Presentation(form, edition, AttachedFiles() if files is None else files)
    history = form_history(form, answers, published)
    compiler = _Compiler(record, answers, shown, history)
    sections = tuple(_sections(compiler, form, edition))
    gaps = tuple(gap for section in sections for field in section.fields for gap in field.gaps)
    return Summary(
        form=form.form,
        stem=form.stem,
        map_version=form.map_version,
        template=form.template,
        language=form.language,
        title=form.title,
        subject=form.subject,
        edition=edition,
        status=Status.DRAFT if gaps else Status.COMPLETE,
        version=history.version,
        generation=manifest.generation,
        root_hash=manifest.root_hash,
        created_at=manifest.created_at,
        sections=sections,
        gaps=gaps,
        withheld=tuple(WithheldField(f.id, f.label) for f in form.fields() if not _is_for(f, edition)),
    )


def _sections(compiler: _Compiler, form: Form, edition: Edition) -> Iterator[Section[SummaryField]]:
    """The sections with fields for the edition, and the headings above them."""
    waiting: list[Section[Field]] = []
    for section in form.sections:
        waiting = [heading for heading in waiting if heading.level < section.level]
        fields = tuple(compiler.compiled(f) for f in section.fields if _is_for(f, edition))
        if not fields:
            waiting += [section] if not section.fields else []
            continue
        for heading in waiting:
            yield Section(heading.id, heading.heading, heading.level, heading.preamble)
        waiting = []
        yield Section(section.id, section.heading, section.level, section.preamble, fields)


class _Compiler:
    """Compiles the fields of one form in order; later fields depend on earlier answers."""

    def __init__(self, record: Record, answers: Answers, shown: Presentation, history: FormHistory) -> None:
        self._record, self._answers, self._shown, self._form = record, answers, shown, shown.form
        self._history = history
        self._limits = shown.form.profiles.get(answers.profile or Profile.STANDARD)
        #: fields answered "no" that the record does not contradict
        self._ruled_out: set[str] = set()
        #: what is blacked out, by field
        self._redactions: dict[str, Redaction] = {}

    def compiled(self, field: Field) -> SummaryField:
        opened = replace(self._open(field), template=field.template)
        redaction = self._redaction(field)
        if redaction is None:
            return opened
        self._redactions[field.id] = redaction
        return SummaryField(
            field.id,
            field.label,
            field.mode,
            field.optional,
            FieldState.REDACTED,
            gaps=tuple(replace(gap, message=_OPEN_BEHIND) for gap in opened.gaps[:1]),
            redaction=redaction,
            template=field.template,
        )

    def _redaction(self, field: Field) -> Redaction | None:
        """What a person ordered for the field, what its class demands, or what hides an answer it would betray."""
        edition = self._shown.edition
        stated = self._answers.redactions.get(field.id)
        if stated is not None and stated.hides_from(edition):
            return stated.redaction
        if not edition.sees(field.disclosure):
            day = self._record.manifest.created_at[:10]
            return Redaction(f"for readers of class {field.disclosure} only", "rule of the form", day)
        return next((self._redactions[id_] for id_ in field.applies_unless_no if id_ in self._redactions), None)

    def _open(self, field: Field) -> SummaryField:
        """The field as it stands where nothing is blacked out."""
        answer = self._answers.get(field.id)
        if field.applies_unless_no and answer is None and self._ruled_out.issuperset(field.applies_unless_no):
            return self._fallen_away(field)
        result = self._asked(field.query) if field.query else None
        match field.mode:
            case Mode.COMPUTED:
                compiled = self._computed(field, answer, result)
            case Mode.DRAFTED:
                compiled = self._drafted(field, answer, result)
            case Mode.STATED:
                compiled = self._stated(field, answer, result)
        if result is not None:
            compiled = replace(compiled, provenance=_origin(result) if _shows_computed(compiled) else None)
        signature = tuple(_signature_gaps(field, answer)) if answer else ()
        return replace(
            compiled,
            stated_on=answer.on if answer else None,
            gaps=compiled.gaps + tuple(_row_gaps(field, result)) + signature,
            details=tuple(self._detail(detail) for detail in field.details if _is_seen(detail, self._shown.edition)),
        )

    def _detail(self, detail: Detail) -> SummaryDetail:
        result = self._asked(detail.query)
        return SummaryDetail(detail.label, computed_content(self._shown, detail, result.table), _origin(result))

    def _fallen_away(self, field: Field) -> SummaryField:
        names = " and ".join(field.applies_unless_no)
        reason = f"{names} {'is' if len(field.applies_unless_no) == 1 else 'are'} answered no"
        return replace(_blank(field, FieldState.NOT_APPLICABLE), reason=reason)

    def _computed(self, field: Field, answer: Answer | None, result: QueryResult | None) -> SummaryField:
        content = computed_content(self._shown, field, result.table) if result else None
        statement, gaps = self._added(field, answer)
        if field.format is FieldFormat.LIST and field.query is not None and field.query.profile:
            statement, gaps = self._limits_stated(field)
        return replace(_blank(field, FieldState.COMPUTED), content=content, statement=statement, gaps=gaps)

    def _added(self, field: Field, answer: Answer | None) -> tuple[AddedStatement | None, tuple[Gap, ...]]:
        """A person's addition to a computed value, and the gap where it is required and missing."""
        asked = field.statement
        if asked is None:
            return None, ()
        if answer is not None:
            texts = answer.values or (answer.reason or "",)
            return AddedStatement(asked.label, _STATES[answer.kind], texts), ()
        if not asked.required:
            return AddedStatement(asked.label, FieldState.LEFT_OUT, (asked.absent,)), ()
        missing = _gap(field, GapKind.UNANSWERED, f"not stated: {asked.label}")
        return AddedStatement(asked.label, FieldState.UNANSWERED, ()), (missing,)

    def _limits_stated(self, field: Field) -> tuple[AddedStatement, tuple[Gap, ...]]:
        """By which rule a list is as long as it is, and the gap where nobody signed that it holds."""
        profile, label = self._answers.status.profile, self._form.word("label", _LIST_RULE)
        if profile is None:
            rule = self._form.word(Profile.STANDARD, _LIST_RULE)
            missing = "which rule holds is not stated: `profile: {value: standard or sme, by: NAME, on: DAY}`"
            gap = replace(_gap(field, GapKind.UNANSWERED, missing), file=AnswersFile.PROVIDER)
            return AddedStatement(label, FieldState.LEFT_OUT, (rule,)), (gap,)
        stated = f"{self._form.word('stated_on', _LIST_RULE)} {profile.on}" if profile.on else ""
        rule = f"{self._form.word(profile.value, _LIST_RULE)}{f' ({stated})' if stated else ''}"
        unsigned = () if _is_signed(profile.by, profile.on) else (_gap(field, GapKind.UNSIGNED, _UNSIGNED_PROFILE),)
        return AddedStatement(label, FieldState.STATED, (rule,)), unsigned

    def _drafted(self, field: Field, answer: Answer | None, result: QueryResult | None) -> SummaryField:
        if answer is not None and answer.kind is not AnswerKind.CONFIRMED:
            return replace(self._answered(field, answer), gaps=self._waved_away(field, answer, result))
        draft = computed_content(self._shown, field, result.table) if result else None
        words = self._to_be_confirmed(field, result)
        if answer is None:
            gap = _gap(field, GapKind.UNCONFIRMED, "drafted from the record, to be confirmed or replaced by a person")
        elif answer.confirmed == hash_of(words):
            return replace(_blank(field, FieldState.CONFIRMED), content=draft)
        elif answer.confirmed is None:
            gap = _gap(field, GapKind.UNCONFIRMED, f"`confirm: true` names no words; {_confirming(words)}")
        else:
            changed = f", {wording_differences(answer.words, words)}" if answer.words else ""
            gap = _gap(field, GapKind.REWORDED, f"other words were confirmed{changed}; {_confirming(words)}")
        return replace(_blank(field, FieldState.DRAFT), content=draft, gaps=(gap,))

    def _to_be_confirmed(self, field: Field, result: QueryResult | None) -> tuple[str, ...]:
        """The words of a draft, in full and with exact numbers, whatever the edition shows of them."""
        full = Presentation(self._form, Edition.INTERNAL)
        return computed_content(full, field, result.table).lines() if result else ()

    def _stated(self, field: Field, answer: Answer | None, result: QueryResult | None) -> SummaryField:
        held = sentence(self._shown, field, result.table) if result else None
        if answer is not None:
            contradiction = self._contradiction(field, answer, result) or self._waved_away(field, answer, result)
            answered = replace(self._answered(field, answer), gaps=contradiction)
            shown = bool(contradiction) or field.evidence is EvidenceUse.PUBLISHED
            return replace(answered, evidence=held if shown else None)
        blank = choice_content(self._form, field, ()) if field.format is FieldFormat.CHOICE else None
        if field.optional:
            return _blank(field, FieldState.LEFT_OUT)
        gap = _gap(field, GapKind.UNANSWERED, "not answered; only a person can state this")
        return replace(_blank(field, FieldState.UNANSWERED), content=blank, evidence=held, gaps=(gap,))

    def _answered(self, field: Field, answer: Answer) -> SummaryField:
        if answer.kind is not AnswerKind.VALUE:
            return replace(_blank(field, _STATES[answer.kind]), reason=answer.reason)
        content: Content = Text(answer.values)
        if answer.rows:
            content = TableContent(tuple(c.heading for c in field.columns), answer.rows, field.empty)
        if field.format is FieldFormat.CHOICE:
            content = choice_content(self._form, field, answer.values)
        return replace(_blank(field, FieldState.STATED), content=content)

    def _contradiction(self, field: Field, answer: Answer, result: QueryResult | None) -> tuple[Gap, ...]:
        if field.format is not FieldFormat.CHOICE or answer.values != (_NO,):
            return ()
        if result is not None and any(_column(result.table, _CONTRADICTS_NO)):
            return (_gap(field, GapKind.CONTRADICTED, "answered no, but the record holds used content of this kind"),)
        self._ruled_out.add(field.id)
        return ()

    def _waved_away(self, field: Field, answer: Answer, result: QueryResult | None) -> tuple[Gap, ...]:
        """The gap where there is content to speak of and a person says that there is nothing to be said."""
        if answer.kind not in (AnswerKind.NOT_APPLICABLE, AnswerKind.NOT_KNOWN) or not self._holds_content(
            field, result
        ):
            return ()
        said = answer.kind.value.replace("_", " ")
        message = f"said to be {said}, but the record holds used content of this kind"
        return (_gap(field, GapKind.CONTRADICTED, message),)

    def _holds_content(self, field: Field, result: QueryResult | None) -> bool:
        """Whether there is used content that the field asks about: by its own query, else by the questions above it."""
        if result is not None and _CONTRADICTS_NO in result.table.column_names:
            return any(_column(result.table, _CONTRADICTS_NO))
        above = (f.query for f in self._form.fields() if f.id in field.applies_unless_no and f.query is not None)
        return not field.optional and any(any(_column(self._asked(q).table, _CONTRADICTS_NO)) for q in above)

    def _asked(self, query: FormQuery) -> QueryResult:
        manifest, limits = self._record.manifest, self._limits
        parameters: dict[str, Parameter] = {name: getattr(manifest, name) for name in query.manifest}
        parameters |= {name: getattr(limits, name) for name in query.profile}
        parameters |= {name: getattr(self._history, name) for name in query.history}
        if query.acquisitions:
            parameters["acquisitions"] = ",".join(query.acquisitions)
        return self._record.query(query.name, parameters)


def _is_for(field: Field, edition: Edition) -> bool:
    return edition is Edition.INTERNAL or edition in field.audience


def _is_seen(detail: Detail, edition: Edition) -> bool:
    return edition is Edition.INTERNAL or (edition in detail.audience and edition.sees(detail.disclosure))


def _origin(result: QueryResult) -> Provenance:
    parameters = {n: v.isoformat() if isinstance(v, date) else v for n, v in result.parameters.items()}
    return Provenance(result.query_id, result.query_sha256, result.root_hash, parameters)


def _blank(field: Field, state: FieldState) -> SummaryField:
    return SummaryField(field.id, field.label, field.mode, field.optional, state)


def _gap(field: Field, kind: GapKind, message: str) -> Gap:
    return Gap(field.id, field.label, kind, message, field.file)


def _confirming(words: Sequence[str]) -> str:
    return f"read what the draft says now, and confirm it with `confirm: {hash_of(words)}`"


def _signature_gaps(field: Field, answer: Answer) -> Iterator[Gap]:
    """An attestation or a confirmation needs to say who gave it and when."""
    attests = field.format is FieldFormat.CHOICE or answer.kind is AnswerKind.CONFIRMED
    if attests and not _is_signed(answer.by, answer.on):
        yield _gap(field, GapKind.UNSIGNED, "answered, but `by` (a name) or `on` (a day) is missing")


def _is_signed(by: str | None, on: str | None) -> bool:
    """Whether there is a name and a day; signs without a letter are no name."""
    return bool(on) and any(character.isalpha() for character in by or "")


def _row_gaps(field: Field, result: QueryResult | None) -> Iterator[Gap]:
    for message in _column(result.table, _GAP) if result else ():
        if message:
            yield Gap(field.id, field.label, GapKind.UNDETERMINED, str(message))


def _column(table: pa.Table, name: str) -> list[object]:
    return table.column(name).to_pylist() if name in table.column_names else []


def _shows_computed(field: SummaryField) -> bool:
    computed = {FieldState.COMPUTED, FieldState.DRAFT, FieldState.CONFIRMED}
    return field.state in computed or field.evidence is not None
