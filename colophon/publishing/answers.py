"""What persons state for a form: answers by field id, from `provider.yaml` and `model.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from colophon.publishing.form import Field, Form, Format, Profile
from colophon.record.problems import Place, Problems, expected_word, shown
from colophon.record.yaml_lines import Entry, Mapping, Node, Scalar, Sequence, read_yaml

_KEYS = ("value", "confirm", "not_applicable", "not_known", "reason", "by", "on", "evidence")
_PROFILE = "profile"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def load_answers(path: Path, form: Form) -> Answers:
    """The answers in one file. An entry without a value is no answer. Raises ConfigurationErrors."""
    problems = Problems()
    root = read_yaml(str(path), problems)
    answers = _Reader(form, problems).answers(root) if root is not None else Answers()
    problems.raise_if_any()
    return answers


def join_answers(first: Answers, second: Answers) -> Answers:
    """Both files' answers. Raises ConfigurationErrors where both answer the same field or name a profile."""
    problems = Problems()
    for id_ in sorted(first.by_field.keys() & second.by_field.keys()):
        place, other = second.by_field[id_].place, first.by_field[id_].place
        problems.add(place, f"field {id_} is already answered in {other.file}:{other.line}", "keep one of the two")
    if first.profile and second.profile and first.profile is not second.profile:
        problems.add(second.profile_place, "another profile than in the other file", "name it once")
    problems.raise_if_any()
    return Answers({**first.by_field, **second.by_field}, first.profile or second.profile)


class AnswerKind(StrEnum):
    VALUE = "value"
    CONFIRMED = "confirm"
    NOT_APPLICABLE = "not_applicable"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says on one field. `on` is a day as YYYY-MM-DD; `by` and `evidence` are never published."""

    kind: AnswerKind
    place: Place
    values: tuple[str, ...] = ()
    reason: str | None = None
    by: str | None = None
    on: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by field id, and the provider's profile where one is named."""

    by_field: MappingOf[str, Answer] = field(default_factory=dict)
    profile: Profile | None = None
    profile_place: Place = Place("")

    def get(self, id_: str) -> Answer | None:
        return self.by_field.get(id_)


class _Reader:
    """Reads the tree of one file and notes what is wrong with it."""

    def __init__(self, form: Form, problems: Problems) -> None:
        self._fields = {f.id: f for f in form.fields()}
        self._problems = problems

    def answers(self, root: Node) -> Answers:
        if not isinstance(root, Mapping):
            if not (isinstance(root, Scalar) and root.value is None):
                self._problems.add(root.place, "is not a mapping", "expected field ids, such as `1.1a`, as keys")
            return Answers()
        found: dict[str, Answer] = {}
        profile: Profile | None = None
        profile_place = Place("")
        for entry in root.entries:
            if entry.key == _PROFILE:
                profile, profile_place = self._profile(entry.node), entry.place
            elif known := self._fields.get(entry.key):
                if answer := self._answer(known, entry):
                    found[known.id] = answer
            else:
                expected = expected_word(entry.key, (*self._fields, _PROFILE))
                self._problems.add(entry.place, f"unknown field {shown(entry.key)}", expected)
        return Answers(found, profile, profile_place)

    def _profile(self, node: Node) -> Profile | None:
        text = node.text if isinstance(node, Scalar) and node.value is not None else ""
        if not text:
            return None
        if text not in tuple(Profile):
            self._problems.add(node.place, f"unknown profile {shown(text)}", expected_word(text, Profile))
            return None
        return Profile(text)

    def _answer(self, known: Field, entry: Entry) -> Answer | None:
        """The answer in one entry, or None where nothing was filled in or something is wrong."""
        parts = self._parts(entry)
        given = [kind for kind in AnswerKind if parts.get(kind)]
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
            values=parts["value"] if kind is AnswerKind.VALUE else (),
            reason=_joined(parts.get("reason")),
            by=_joined(parts.get("by")),
            on=_joined(parts.get("on")),
            evidence=_joined(parts.get("evidence")),
        )
        return self._checked(known, answer, parts[kind])

    def _parts(self, entry: Entry) -> dict[str, tuple[str, ...]]:
        """The keys of an entry that hold something, each with its texts."""
        if not isinstance(entry.node, Mapping):
            if not (isinstance(entry.node, Scalar) and entry.node.value is None):
                expected = "expected a mapping such as {value: …, by: …, on: …}"
                self._problems.add(entry.place, f"field {shown(entry.key)} holds no mapping", expected)
            return {}
        parts: dict[str, tuple[str, ...]] = {}
        for part in entry.node.entries:
            if part.key not in _KEYS:
                self._problems.add(part.place, f"unknown key {shown(part.key)}", expected_word(part.key, _KEYS))
            elif texts := self._texts(part):
                parts[part.key] = texts
        return parts

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
        if answer.kind is AnswerKind.VALUE and known.format is Format.CHOICE:
            answer = self._choice(known, answer)
        elif answer.kind is AnswerKind.CONFIRMED:
            answer = self._confirmation(known, answer, said)
        elif answer.kind is not AnswerKind.VALUE:
            answer = self._reasoned(known, answer, said)
        if answer.on is not None and not _is_day(answer.on):
            self._problems.add(
                answer.place, f"field {known.id}: on is {shown(answer.on)}", "expected a day as YYYY-MM-DD"
            )
        return answer if len(self._problems.found) == before else None

    def _choice(self, known: Field, answer: Answer) -> Answer:
        chosen = tuple(v.casefold() for v in answer.values)
        if len(chosen) != 1 or chosen[0] not in known.options:
            problem = f"field {known.id} has the value {shown(', '.join(answer.values))}"
            self._problems.add(answer.place, problem, f"expected one of: {', '.join(known.options)}")
        return Answer(answer.kind, answer.place, chosen, answer.reason, answer.by, answer.on, answer.evidence)

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
        return Answer(answer.kind, answer.place, (), reason, answer.by, answer.on, answer.evidence)


def _joined(texts: tuple[str, ...] | None) -> str | None:
    return ", ".join(texts) if texts else None


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
