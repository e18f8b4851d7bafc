"""What persons state for forms: answers by field id, from `provider.yaml` and `model.yaml`."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import astuple, dataclass, field, fields, make_dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Discriminator, Tag
from pydantic import Field as KeyOptions

from colophon.config.constraints import Day, written_as
from colophon.config.problems import InputLocation, Problems, UnfitError, expected_word, shown
from colophon.config.reader import read_into
from colophon.config.yaml import Entry, Mapping, Node, Scalar, Sequence, is_null, read_yaml
from colophon.forms.attestation import HASH_DIGITS, hash_of, is_hash
from colophon.forms.form import Field, FieldFormat, Form, Mode, Owed, Profile
from colophon.query.editions import Edition, Redaction
from colophon.vocabulary import Disclosure


def _stated_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return value.strip() if isinstance(value, str) else value


def _truth(value: Any) -> Any:
    return {"true": True, "yes": True, "false": False, "no": False}.get(value, value) if value is str(value) else value


#: Text as a person writes it: without space around it, `true` being a word like any other.
StatedText = Annotated[str, written_as(str, _stated_text)]
YesOrNo = Annotated[bool | None, written_as(bool, _truth)]
#: `true` where the reason stands beside it, or in short the reason itself.
Reasoned = Annotated[bool | str | None, written_as(bool | str, _truth)]


def _confirmation(value: Any) -> Any:
    value = _truth(value)
    if isinstance(value, bool) or value is None or is_hash(str(value).strip().lower()):
        return value if isinstance(value, bool) or value is None else str(value).strip().lower()
    expected = f"expected the {HASH_DIGITS} digits that `colophon answers --list` shows beside the draft"
    raise UnfitError(f"{shown(str(value))} is no hash of words", expected)


#: The hash of the words that are confirmed; `true` names no words, and is told what it stands for now.
Confirmation = Annotated[bool | str | None, written_as(bool | str, _confirmation)]
#: YAML 1.1 takes the key `on` for true, and other tools write it so.
_ON = KeyOptions(validation_alias=AliasChoices("on", "true", "True", "TRUE"))


@dataclass(frozen=True, slots=True)
class ProfileBlock:
    """`{value: sme, by: NAME, on: DAY}`: which kind of provider it is, and who says so; the bare word is unsigned."""

    value: Profile
    by: StatedText | None = None
    on: Annotated[Day | None, _ON] = None


def _written_profile(value: Any) -> Any:
    if isinstance(value, str) and value not in tuple(Profile):
        raise UnfitError(f"{shown(value)} is no kind of provider", expected_word(value, Profile))
    return {"value": value} if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """The keys of an answers file that are no field ids: what holds for the provider; None where nothing is said.

    `open_source`: the model is free and open source in the sense of Article 53(2); `systemic_risk`: it is a model with
    systemic risk. `research_organisation` names the body that Article 3 of Directive (EU) 2019/790 speaks of.
    `review_by` is a day as YYYY-MM-DD. `original_summary` is the address of the summary of the model that this one
    modifies. `checkpoints` are those of the models that 1.2a names; without them a summary covers all on record.
    """

    profile: Annotated[ProfileBlock | None, written_as(Profile | ProfileBlock, _written_profile)] = None
    open_source: YesOrNo = None
    systemic_risk: YesOrNo = None
    research_organisation: StatedText | None = None
    review_by: Day | None = None
    original_summary: StatedText | None = None
    checkpoints: tuple[StatedText, ...] = ()


STATUS_KEYS = tuple(f.name for f in fields(StatusBlock))


@dataclass(frozen=True, slots=True)
class ProviderStatus(StatusBlock):
    """The provider as a whole; `places` tells where each key was given."""

    places: MappingOf[str, InputLocation] = field(default_factory=dict)

    @property
    def owes_model_documentation(self) -> bool:
        """Article 53(2): free and open-source models are exempt, those with systemic risk are not.

        The public summary and the copyright policy are owed by all.
        """
        return not self.open_source or bool(self.systemic_risk)

    def owes(self, form: Form) -> bool:
        """Whether this provider owes a form."""
        return form.owed is Owed.ALWAYS or self.owes_model_documentation


def joined_status(first: ProviderStatus, second: ProviderStatus, problems: Problems) -> ProviderStatus:
    """Both files' words on the provider; of two days of review, the earlier."""
    for key in (key for key in STATUS_KEYS if key != "review_by"):
        values = {getattr(first, key), getattr(second, key)} - {None, ()}
        if len(values) > 1:
            problems.add(second.places[key], f"another {key} than in the other file", "name it once")
    later, sooner = sorted((first, second), key=lambda s: s.review_by or "9999", reverse=True)
    return ProviderStatus(
        profile=first.profile or second.profile,
        open_source=first.open_source if first.open_source is not None else second.open_source,
        systemic_risk=first.systemic_risk if first.systemic_risk is not None else second.systemic_risk,
        research_organisation=first.research_organisation or second.research_organisation,
        review_by=sooner.review_by,
        original_summary=first.original_summary or second.original_summary,
        checkpoints=first.checkpoints or second.checkpoints,
        places={**second.places, **first.places, **later.places, **sooner.places},
    )


#: What is public is not redacted.
_CLASSES: Any = Literal.__getitem__(tuple(d for d in Disclosure if d is not Disclosure.PUBLIC))


@dataclass(frozen=True, slots=True)
class RedactionBlock:
    """`{redact: {ground: TEXT, by: ROLE, on: DAY, class: authority}}`; `class` is who still sees the answer."""

    ground: StatedText
    by: StatedText
    on: Annotated[Day, _ON]
    seen_by: Annotated[_CLASSES, KeyOptions(alias="class")] = Disclosure.AUTHORITY


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """The entry of a field in an answers file; `answer_block` gives `value` the type that fits the field.

    `confirm` is the hash of the words of a draft that are confirmed, and `words` are those words.
    """

    value: Any = None
    confirm: Confirmation = None
    words: tuple[StatedText, ...] | None = None
    not_applicable: Reasoned = None
    not_known: Reasoned = None
    reason: StatedText | None = None
    by: StatedText | None = None
    on: Annotated[Day | None, _ON] = None
    evidence: StatedText | None = None
    review_by: Day | None = None
    redact: RedactionBlock | None = None

    def __post_init__(self) -> None:
        """Raises UnfitError where the words are not those of the hash."""
        if self.words and self.confirm != hash_of(self.words):
            expected = f"expected `confirm: {hash_of(self.words)}`, or no `words`"
            raise UnfitError("`words` are not those that `confirm` stands for", expected)


def _chosen(value: Any) -> Any:
    match value:
        case [str(word)] | str(word):
            return word.strip().casefold()
    return value


@cache
def answer_block(known: Field) -> type[AnswerBlock]:
    """`AnswerBlock` of a field: a word of a choice, the rows of a table, or one or several texts."""
    kind: Any = tuple[StatedText, ...]
    if known.format is FieldFormat.CHOICE:
        word: Any = Literal.__getitem__(known.options)
        kind = Annotated[word, written_as(word, _chosen)]
    elif known.is_stated_table:
        text, rows = Annotated[StatedText, Tag("text")], Annotated[tuple[_row(known), ...], Tag("rows")]  # type: ignore[misc]
        kind = Annotated[text | rows, Discriminator(lambda v: "rows" if isinstance(v, list) else "text")]
    return make_dataclass("AnswerBlock", [("value", kind | None, None)], bases=(AnswerBlock,), frozen=True)


def _row(known: Field) -> type:
    def require_cell(row: Any) -> None:
        if not any(astuple(row)):
            expected = f"expected a mapping such as {{{', '.join(f'{c.name}: …' for c in known.columns)}}}"
            raise UnfitError(f"an entry of field {known.id} holds nothing", expected)

    cells: list[tuple[str, Any, Any]] = [
        (f"cell_{n}", Annotated[StatedText, KeyOptions(alias=column.name, description=column.heading)], "")
        for n, column in enumerate(known.columns)
    ]
    return make_dataclass("StatedRow", cells, frozen=True, namespace={"__post_init__": require_cell})


@dataclass(frozen=True, slots=True)
class StatedRedaction:
    """A redaction that a person ordered, and the class of readers who still see what is behind it."""

    redaction: Redaction
    seen_by: Disclosure
    place: InputLocation

    def hides_from(self, edition: Edition) -> bool:
        """Whether readers of an edition see the placeholder."""
        return not edition.sees(self.seen_by)


def load_answers(path: Path, *forms: Form) -> Answers:
    """The answers in one file to the fields of some forms. An entry without a value is no answer.

    Raises ConfigurationErrors.
    """
    problems = Problems()
    root = read_yaml(str(path), problems)
    answers = _answers(root, forms, problems) if root is not None else Answers()
    problems.raise_if_any()
    return answers


def join_answers(first: Answers, second: Answers) -> Answers:
    """Both files' answers. Raises ConfigurationErrors where both answer the same field or differ on the provider."""
    problems = Problems()
    for id_ in sorted(first.by_field.keys() & second.by_field.keys()):
        place, other = second.by_field[id_].place, first.by_field[id_].place
        problems.add(place, f"field {id_} is already answered in {other.file}:{other.line}", "keep one of the two")
    status = joined_status(first.status, second.status, problems)
    problems.raise_if_any()
    redactions = {**first.redactions, **second.redactions}
    return Answers({**first.by_field, **second.by_field}, status, redactions)


class AnswerKind(StrEnum):
    VALUE = "value"
    CONFIRMED = "confirm"
    NOT_APPLICABLE = "not_applicable"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says on one field.

    `on` and `review_by` are days as YYYY-MM-DD; `by`, `evidence` and `review_by` are never published. `rows` are the
    cells of a table that a person fills in, in the order of the field's columns. `confirmed` is the hash of the words
    of a draft that was confirmed, None where a confirmation names none; `words` are those words where they were kept.
    """

    kind: AnswerKind
    place: InputLocation
    values: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    confirmed: str | None = None
    words: tuple[str, ...] = ()
    reason: str | None = None
    by: str | None = None
    on: str | None = None
    evidence: str | None = None
    review_by: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything it says that is published."""
        cells = tuple(cell for row in self.rows for cell in row if cell)
        return (*self.values, *cells, *((self.reason,) if self.reason else ()))


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by field id, and what the files say of the provider as a whole."""

    by_field: MappingOf[str, Answer] = field(default_factory=dict)
    status: ProviderStatus = field(default_factory=ProviderStatus)
    redactions: MappingOf[str, StatedRedaction] = field(default_factory=dict)

    @property
    def profile(self) -> Profile | None:
        """The kind of provider that somebody stated."""
        return self.status.profile.value if self.status.profile else None

    def get(self, id_: str) -> Answer | None:
        return self.by_field.get(id_)


def _answers(root: Node, forms: tuple[Form, ...], problems: Problems) -> Answers:
    if not isinstance(root, Mapping):
        if not is_null(root):
            problems.add(root.place, "is not a mapping", "expected field ids, such as `1.1a`, as keys")
        return Answers()
    known = {f.id: f for form in forms for f in form.fields()}
    answers: dict[str, Answer] = {}
    redactions: dict[str, StatedRedaction] = {}
    status: list[Entry] = []
    for entry in _filled(root.entries):
        if entry.key in STATUS_KEYS:
            status.append(entry)
        elif entry.key not in known:
            expected = expected_word(entry.key, (*known, *STATUS_KEYS))
            problems.add(entry.place, f"unknown field {shown(entry.key)}", expected)
        elif not isinstance(entry.node, Mapping):
            expected = "expected a mapping such as {value: …, by: …, on: …}"
            problems.add(entry.place, f"field {shown(entry.key)} holds no mapping", expected)
        elif (block := _block(known[entry.key], entry, problems)) is not None:
            if answer := _answer(known[entry.key], block, entry.place, problems):
                answers[entry.key] = answer
            if (redact := block.redact) is not None:
                redaction = Redaction(redact.ground, redact.by, redact.on)
                redactions[entry.key] = StatedRedaction(redaction, redact.seen_by, entry.node.place_of("redact"))
    provider = read_into(StatusBlock, replace(root, entries=tuple(status)), problems) or StatusBlock()
    values: dict[str, Any] = {key: getattr(provider, key) for key in STATUS_KEYS}
    return Answers(answers, ProviderStatus(**values, places={e.key: e.place for e in status}), redactions)


def _block(known: Field, entry: Entry, problems: Problems) -> AnswerBlock | None:
    return read_into(answer_block(known), entry.node, problems, subject=f"field {known.id}: ")


def _filled(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries, and those inside them, without keys that hold nothing."""
    return tuple(replace(e, node=_filled_node(e.node)) for e in entries if not _is_empty(e.node))


def _filled_node(node: Node) -> Node:
    match node:
        case Mapping():
            return replace(node, entries=_filled(node.entries))
        case Sequence():
            return replace(node, items=tuple(_filled_node(i) for i in node.items if not _is_empty(i)))
    return node


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and (node.value is None or not node.text.strip())


def _answer(known: Field, block: AnswerBlock, place: InputLocation, problems: Problems) -> Answer | None:
    """The answer in an entry, or None where nothing was filled in or something is wrong."""
    given = [kind for kind in AnswerKind if getattr(block, kind)]
    if not given:
        return None
    kind, *others = given
    field_name, labelled = f"field {known.id}", f"field {known.id} ({known.label})"
    if others:
        problems.add(place, f"{field_name} has both {kind} and {others[0]}", "keep one of them")
        return None
    if not known.takes_answer:
        expected = "remove the entry, or mend what it is computed from"
        problems.add(place, f"{labelled} is computed from the record", expected)
        return None
    if kind is AnswerKind.CONFIRMED and known.mode is not Mode.DRAFTED:
        problems.add(place, f"{labelled} has no draft", "only a drafted field can be confirmed; give a value")
        return None
    reason = block.reason
    if kind in {AnswerKind.NOT_APPLICABLE, AnswerKind.NOT_KNOWN}:
        stated = getattr(block, kind)
        reason = " ".join(filter(None, (None if stated is True else stated, reason)))
        if not reason:
            problems.add(place, f"{field_name}: {kind} gives no reason", "expected a reason, which is published")
            return None
    is_table = known.is_stated_table and isinstance(block.value, tuple)
    values = (block.value,) if isinstance(block.value, str) else block.value
    return Answer(
        kind,
        place,
        values=() if is_table or values is None else tuple(values),
        rows=tuple(astuple(row) for row in block.value) if is_table else (),
        confirmed=block.confirm if isinstance(block.confirm, str) else None,
        words=block.words or (),
        reason=reason,
        by=block.by,
        on=block.on,
        evidence=block.evidence,
        review_by=block.review_by,
    )
