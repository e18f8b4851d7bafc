"""What persons state for forms: answers by field id, from `provider.yaml` and `model.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from colophon.config.problems import InputLocation, Problems, expected_word, shown
from colophon.config.yaml import Entry, Mapping, Node, Scalar, Sequence, read_yaml
from colophon.forms.form import Field, FieldFormat, Form, Owed, Profile
from colophon.query.editions import Edition, Redaction
from colophon.vocabulary import Disclosure

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_status(root: Mapping, problems: Problems) -> ProviderStatus:
    """What one file says of the provider; keys without a value say nothing."""
    for entry in root.entries:
        if entry.key in STATUS_KEYS and not isinstance(entry.node, Scalar):
            problems.add(entry.place, f"{entry.key} is not a text", "expected one value")
    given = {e.key: e for e in root.entries if e.key in STATUS_KEYS and _text(e)}
    return ProviderStatus(
        profile=_profile(given.get("profile"), problems),
        open_source=_truth(given.get("open_source"), problems),
        systemic_risk=_truth(given.get("systemic_risk"), problems),
        research_organisation=_text(given.get("research_organisation")) or None,
        review_by=_day(given.get("review_by"), problems),
        original_summary=_text(given.get("original_summary")) or None,
        places={key: entry.place for key, entry in given.items()},
    )


def joined_status(first: ProviderStatus, second: ProviderStatus, problems: Problems) -> ProviderStatus:
    """Both files' words on the provider; of two days of review, the earlier."""
    for key in ("profile", "open_source", "systemic_risk", "research_organisation", "original_summary"):
        one, other = getattr(first, key), getattr(second, key)
        if one is not None and other is not None and one != other:
            problems.add(second.places[key], f"another {key} than in the other file", "name it once")
    later, sooner = sorted((first, second), key=lambda s: s.review_by or "9999", reverse=True)
    return ProviderStatus(
        profile=first.profile or second.profile,
        open_source=first.open_source if first.open_source is not None else second.open_source,
        systemic_risk=first.systemic_risk if first.systemic_risk is not None else second.systemic_risk,
        research_organisation=first.research_organisation or second.research_organisation,
        review_by=sooner.review_by,
        original_summary=first.original_summary or second.original_summary,
        places={**second.places, **first.places, **later.places, **sooner.places},
    )


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """The provider as a whole; None where nothing is said.

    `open_source`: the model is free and open source in the sense of Article 53(2); `systemic_risk`: it is a model with
    systemic risk. `research_organisation` names the body that Article 3 of Directive (EU) 2019/790 speaks of.
    `review_by` is a day as YYYY-MM-DD. `places` tells where each was said.
    `original_summary` is the address of the summary of the model that this one modifies.
    """

    profile: Profile | None = None
    open_source: bool | None = None
    systemic_risk: bool | None = None
    research_organisation: str | None = None
    review_by: str | None = None
    original_summary: str | None = None
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


#: Keys of an answers file that are no field ids.
STATUS_KEYS = tuple(f.name for f in fields(ProviderStatus) if f.name != "places")


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _profile(entry: Entry | None, problems: Problems) -> Profile | None:
    if entry is None:
        return None
    text = _text(entry)
    if text not in tuple(Profile):
        problems.add(entry.place, f"unknown profile {shown(text)}", expected_word(text, Profile))
        return None
    return Profile(text)


def _truth(entry: Entry | None, problems: Problems) -> bool | None:
    if entry is None:
        return None
    text = _text(entry)
    if text not in _TRUTHS:
        problems.add(entry.place, f"{entry.key} is {shown(text)}", "expected true or false")
        return None
    return _TRUTHS[text]


def _day(entry: Entry | None, problems: Problems) -> str | None:
    if entry is None:
        return None
    text = _text(entry)
    if not is_day(text):
        problems.add(entry.place, f"{entry.key} is {shown(text)}", "expected a day as YYYY-MM-DD")
        return None
    return text


def _text(entry: Entry | None) -> str:
    """What a key holds; nothing where it is no single value."""
    if entry is None or not isinstance(entry.node, Scalar) or entry.node.value is None:
        return ""
    return entry.node.text.strip()


_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


REDACT = "redact"

_REQUIRED = ("ground", "by", "on")
_CLASS = "class"

#: What is public is not redacted.
_CLASSES = tuple(d for d in Disclosure if d is not Disclosure.PUBLIC)


@dataclass(frozen=True, slots=True)
class StatedRedaction:
    """A redaction that a person ordered, and the class of readers who still see what is behind it."""

    redaction: Redaction
    seen_by: Disclosure
    place: InputLocation

    def hides_from(self, edition: Edition) -> bool:
        """Whether readers of an edition see the placeholder."""
        return not edition.sees(self.seen_by)


def read_redaction(entry: Entry, problems: Problems) -> StatedRedaction | None:
    """`{redact: {ground: TEXT, by: ROLE, on: DAY, class: authority}}` in the entry of a field, None where it has none.

    `class` is who still sees the answer; authorities and the house do where it is left out.
    """
    part = entry.node.get(REDACT) if isinstance(entry.node, Mapping) else None
    if part is None or (isinstance(part.node, Scalar) and part.node.value is None):
        return None
    before = len(problems.found)
    texts = _texts(entry.key, part, problems)
    for key in (key for key in _REQUIRED if not texts.get(key)):
        problems.add(
            part.place, f"the redaction of field {entry.key} has no `{key}`", "ground, by (a role) and on (a day)"
        )
    seen_by = texts.get(_CLASS) or Disclosure.AUTHORITY
    if seen_by not in _CLASSES:
        problems.add(part.place, f"unknown class {shown(seen_by)}", expected_word(seen_by, _CLASSES))
    if texts.get("on") and not is_day(texts["on"]):
        problems.add(part.place, f"field {entry.key}: on is {shown(texts['on'])}", "expected a day as YYYY-MM-DD")
    if len(problems.found) > before:
        return None
    return StatedRedaction(Redaction(texts["ground"], texts["by"], texts["on"]), Disclosure(seen_by), part.place)


def _texts(field: str, part: Entry, problems: Problems) -> MappingOf[str, str]:
    """The texts of the block by key."""
    keys = (*_REQUIRED, _CLASS)
    if not isinstance(part.node, Mapping):
        problems.add(part.place, f"the redaction of field {field} is not a mapping", _expected(keys))
        return {}
    texts = {}
    for entry in part.node.entries:
        if entry.key not in keys:
            problems.add(entry.place, f"unknown key {shown(entry.key)}", expected_word(entry.key, keys))
        elif isinstance(entry.node, Scalar) and entry.node.value is not None:
            texts[entry.key] = entry.node.text.strip()
    return texts


def _expected(keys: Iterable[str]) -> str:
    return f"expected a mapping such as {{{', '.join(f'{key}: …' for key in keys)}}}"


_KEYS = ("value", "confirm", "not_applicable", "not_known", "reason", "by", "on", "evidence", "review_by")


def load_answers(path: Path, *forms: Form) -> Answers:
    """The answers in one file to the fields of some forms. An entry without a value is no answer.

    Raises ConfigurationErrors.
    """
    problems = Problems()
    root = read_yaml(str(path), problems)
    answers = _AnswersReader(forms, problems).answers(root) if root is not None else Answers()
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
    cells of a table that a person fills in, in the order of the field's columns.
    """

    kind: AnswerKind
    place: InputLocation
    values: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
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
        return self.status.profile

    def get(self, id_: str) -> Answer | None:
        return self.by_field.get(id_)


class _AnswersReader:
    """Reads the tree of one file and notes what is wrong with it."""

    def __init__(self, forms: Iterable[Form], problems: Problems) -> None:
        self._fields = {f.id: f for form in forms for f in form.fields()}
        self._problems = problems

    def answers(self, root: Node) -> Answers:
        if not isinstance(root, Mapping):
            if not (isinstance(root, Scalar) and root.value is None):
                self._problems.add(root.place, "is not a mapping", "expected field ids, such as `1.1a`, as keys")
            return Answers()
        found: dict[str, Answer] = {}
        redactions: dict[str, StatedRedaction] = {}
        for entry in root.entries:
            if entry.key in STATUS_KEYS:
                continue
            if known := self._fields.get(entry.key):
                if answer := self._answer(known, entry):
                    found[known.id] = answer
                if redaction := read_redaction(entry, self._problems):
                    redactions[known.id] = redaction
            else:
                expected = expected_word(entry.key, (*self._fields, *STATUS_KEYS))
                self._problems.add(entry.place, f"unknown field {shown(entry.key)}", expected)
        return Answers(found, read_status(root, self._problems), redactions)

    def _answer(self, known: Field, entry: Entry) -> Answer | None:
        """The answer in one entry, or None where nothing was filled in or something is wrong."""
        parts = self._parts(known, entry)
        rows = self._rows(known, entry) if known.is_stated_table else ()
        given = [kind for kind in AnswerKind if parts.get(kind) or (kind is AnswerKind.VALUE and rows)]
        if not given:
            return None
        if len(given) > 1:
            self._problems.add(entry.place, f"field {known.id} has both {given[0]} and {given[1]}", "keep one of them")
            return None
        kind = given[0]
        if not known.takes_answer:
            expected = "remove the entry, or mend what it is computed from"
            self._problems.add(entry.place, f"field {known.id} ({known.label}) is computed from the record", expected)
            return None
        answer = Answer(
            kind,
            entry.place,
            values=parts.get("value", ()) if kind is AnswerKind.VALUE else (),
            rows=rows if kind is AnswerKind.VALUE else (),
            reason=_joined(parts.get("reason")),
            by=_joined(parts.get("by")),
            on=_joined(parts.get("on")),
            evidence=_joined(parts.get("evidence")),
            review_by=_joined(parts.get("review_by")),
        )
        return self._checked(known, answer, parts.get(kind, ()))

    def _parts(self, known: Field, entry: Entry) -> dict[str, tuple[str, ...]]:
        """The keys of an entry that hold something, each with its texts; the rows of a table are read apart."""
        if not isinstance(entry.node, Mapping):
            if not (isinstance(entry.node, Scalar) and entry.node.value is None):
                expected = "expected a mapping such as {value: …, by: …, on: …}"
                self._problems.add(entry.place, f"field {shown(entry.key)} holds no mapping", expected)
            return {}
        parts: dict[str, tuple[str, ...]] = {}
        for part in entry.node.entries:
            if part.key == REDACT:
                continue
            if part.key not in _KEYS:
                expected = expected_word(part.key, (*_KEYS, REDACT))
                self._problems.add(part.place, f"unknown key {shown(part.key)}", expected)
            elif part.key == "value" and known.is_stated_table and isinstance(part.node, Sequence):
                continue
            elif texts := self._texts(part):
                parts[part.key] = texts
        return parts

    def _rows(self, known: Field, entry: Entry) -> tuple[tuple[str, ...], ...]:
        """The rows of a table that a person fills in: mappings with the names of its columns as keys."""
        value = entry.node.get("value") if isinstance(entry.node, Mapping) else None
        if value is None or not isinstance(value.node, Sequence):
            return ()
        names = [column.name for column in known.columns]
        rows = []
        for item in value.node.items:
            cells = dict.fromkeys(names, "")
            for part in item.entries if isinstance(item, Mapping) else ():
                if part.key not in cells:
                    self._problems.add(part.place, f"unknown key {shown(part.key)}", expected_word(part.key, names))
                elif isinstance(part.node, Scalar):
                    cells[part.key] = part.node.text.strip() if part.node.value is not None else ""
            if not any(cells.values()):
                expected = f"expected a mapping such as {{{', '.join(f'{name}: …' for name in names)}}}"
                self._problems.add(item.place, f"an entry of field {known.id} holds nothing", expected)
            rows.append(tuple(cells.values()))
        return tuple(rows)

    def _texts(self, part: Entry) -> tuple[str, ...]:
        """The texts of a value or list of values; an empty one says nothing, nor does `false` where `true` would."""
        match part.node:
            case Scalar(value=None):
                return ()
            case Scalar(value=False) if part.key != "value":
                return ()
            case Scalar(text=text):
                return (text.strip(),) if text.strip() else ()
            case Sequence(items=items) if part.key == "value" and all(isinstance(i, Scalar) for i in items):
                return tuple(i.text.strip() for i in items if isinstance(i, Scalar) and i.text.strip())
        expected = "expected a text, or a list of texts" if part.key == "value" else "expected a text"
        self._problems.add(part.place, f"{part.key} is not a text", expected)
        return ()

    def _checked(self, known: Field, answer: Answer, said: tuple[str, ...]) -> Answer | None:
        before = len(self._problems.found)
        if answer.kind is AnswerKind.VALUE and known.format is FieldFormat.CHOICE:
            answer = self._choice(known, answer)
        elif answer.kind is AnswerKind.CONFIRMED:
            answer = self._confirmation(known, answer, said)
        elif answer.kind is not AnswerKind.VALUE:
            answer = self._reasoned(known, answer, said)
        for key, day in (("on", answer.on), ("review_by", answer.review_by)):
            if day is not None and not is_day(day):
                problem = f"field {known.id}: {key} is {shown(day)}"
                self._problems.add(answer.place, problem, "expected a day as YYYY-MM-DD")
        return answer if len(self._problems.found) == before else None

    def _choice(self, known: Field, answer: Answer) -> Answer:
        chosen = tuple(v.casefold() for v in answer.values)
        if len(chosen) != 1 or chosen[0] not in known.options:
            problem = f"field {known.id} has the value {shown(', '.join(answer.values))}"
            self._problems.add(answer.place, problem, f"expected one of: {', '.join(known.options)}")
        return replace(answer, values=chosen)

    def _confirmation(self, known: Field, answer: Answer, said: tuple[str, ...]) -> Answer:
        if said != ("true",):
            self._problems.add(answer.place, f"field {known.id}: confirm is {shown(', '.join(said))}", "expected true")
        if known.mode.value != "drafted":
            expected = "only a drafted field can be confirmed; give a value"
            self._problems.add(answer.place, f"field {known.id} ({known.label}) has no draft", expected)
        return answer

    def _reasoned(self, known: Field, answer: Answer, said: tuple[str, ...]) -> Answer:
        """`{not_known: true, reason: TEXT}`, or in short `{not_known: TEXT}`."""
        reason = answer.reason if said == ("true",) else " ".join(filter(None, (*said, answer.reason)))
        if not reason:
            expected = "expected a reason, which is published"
            self._problems.add(answer.place, f"field {known.id}: {answer.kind} gives no reason", expected)
        return replace(answer, values=(), reason=reason)


def _joined(texts: tuple[str, ...] | None) -> str | None:
    return ", ".join(texts) if texts else None
