"""The dialogue of `colophon answers`: asks the open questions and writes each answer into its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from colophon.forms.answers import Answer, AnswerKind, Answers
from colophon.forms.answers_file import AnswerCell, GivenAnswer, write_answer
from colophon.forms.form import AnswersFile, Mode
from colophon.forms.questions import OpenQuestion, asked_again
from colophon.forms.summary import Boxes, Content, GapKind, Listing, TableContent, Text
from colophon.query.session import Record

#: Rows and items of a long draft that are shown.
_MAX_LINES = 20


class Terminal(Protocol):
    """Where a person reads and writes."""

    def heading(self, text: str) -> None: ...

    def say(self, text: str) -> None: ...

    def ask(self, prompt: str) -> str: ...


@dataclass(frozen=True, slots=True)
class AnswersFiles:
    """The two files of answers, and how they are read anew after each answer."""

    paths: Mapping[AnswersFile, Path]
    read: Callable[[], Answers]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers, and the day (YYYY-MM-DD) that is written beside each answer."""

    by: str
    on: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.on)


def walk(
    record: Record, questions: tuple[OpenQuestion, ...], files: AnswersFiles, signature: Signature, terminal: Terminal
) -> None:
    """Ask each question until it is closed, passed over, or the person stops. Each answer is written at once."""
    for number, question in enumerate(questions, 1):
        while True:
            answers = files.read()
            current = asked_again(record, question, answers, signature.day)
            if not current.is_open:
                break
            _show(current, answers.get(current.field.id), f"{number} of {len(questions)}", terminal)
            action = _chosen(current, answers.get(current.field.id), terminal)
            if action is DialogueAction.QUIT:
                return
            if action is DialogueAction.SKIP:
                break
            given = _given(current, answers.get(current.field.id), action, signature, terminal)
            if given is not None:
                path = files.paths[current.field.file]
                write_answer(path, given)
                terminal.say(f"written to {path}")


class DialogueAction(StrEnum):
    """What a person can do with a question; the value is the letter typed."""

    ANSWER = "a"
    CONFIRM = "c"
    SIGN = "g"
    NOT_APPLICABLE = "n"
    NOT_KNOWN = "k"
    SKIP = "s"
    QUIT = "q"


_LABELS = {
    DialogueAction.ANSWER: "answer",
    DialogueAction.CONFIRM: "confirm the draft",
    DialogueAction.SIGN: "sign the answer as it stands",
    DialogueAction.NOT_APPLICABLE: "not applicable, with a reason",
    DialogueAction.NOT_KNOWN: "not known, with a reason",
    DialogueAction.SKIP: "skip",
    DialogueAction.QUIT: "quit",
}


def _show(question: OpenQuestion, answer: Answer | None, place: str, terminal: Terminal) -> None:
    field, compiled = question.field, question.compiled
    terminal.say("")
    terminal.say(f"{question.form.title} · {question.section.heading} · question {place}")
    terminal.heading(f"{field.id} {field.label}{' (optional)' if field.optional else ''}")
    terminal.say(" ".join(field.help.split()))
    if field.statement is not None:
        terminal.say(f"To be stated beside the computed value: {field.statement.label}")
    if answer is not None:
        answered = "; ".join(answer.texts) or "the draft is confirmed"
        terminal.say(f"Answered so far: {answered}")
    if compiled.evidence:
        terminal.say(f"The record holds: {compiled.evidence}")
    elif compiled.content is not None and field.mode is not Mode.STATED:
        terminal.say(f"From the record: {_shown(compiled.content)}")
    for gap in question.gaps:
        terminal.say(f"Open: {gap.message}")
    for finding in question.findings:
        terminal.say(f"Found: {finding.reason}; {finding.mend} [{finding.rule}]")


def _shown(content: Content) -> str:
    """A draft in lines of plain text, cut where it is long."""
    match content:
        case Text(paragraphs=paragraphs):
            return "\n".join(paragraphs)
        case Boxes(groups=groups):
            lines = [box.label for group in groups for box in group.boxes if box.ticked]
            return ", ".join((*lines, *(group.note for group in groups if group.note))) or "nothing ticked"
        case TableContent(rows=rows, empty=empty):
            lines = [", ".join(row) for row in rows]
        case Listing(items=items, empty=empty):
            lines = list(items)
    cut = [f"… and {len(lines) - _MAX_LINES:,} more"] if len(lines) > _MAX_LINES else []
    return "\n  ".join(("", *lines[:_MAX_LINES], *cut)) if lines else empty


def _chosen(question: OpenQuestion, answer: Answer | None, terminal: Terminal) -> DialogueAction:
    actions = _actions(question, answer)
    choices = ", ".join(f"[{action}] {_LABELS[action]}" for action in actions)
    while True:
        typed = terminal.ask(f"{choices}: ").strip().casefold()
        if typed in actions:
            return DialogueAction(typed)
        terminal.say(f"type one of the letters {', '.join(actions)}")


def _actions(question: OpenQuestion, answer: Answer | None) -> tuple[DialogueAction, ...]:
    if not question.for_a_person:
        return (DialogueAction.SKIP, DialogueAction.QUIT)
    kinds = {gap.kind for gap in question.gaps}
    unsigned = GapKind.UNSIGNED in kinds and not kinds & {GapKind.UNCONFIRMED, GapKind.REWORDED}
    drafted = question.field.mode is Mode.DRAFTED and question.compiled.content is not None
    return (
        DialogueAction.ANSWER,
        *((DialogueAction.CONFIRM,) if drafted else ()),
        *((DialogueAction.SIGN,) if unsigned and answer is not None else ()),
        DialogueAction.NOT_APPLICABLE,
        DialogueAction.NOT_KNOWN,
        DialogueAction.SKIP,
        DialogueAction.QUIT,
    )


def _given(
    question: OpenQuestion, answer: Answer | None, action: DialogueAction, signature: Signature, terminal: Terminal
) -> GivenAnswer | None:
    """What the person answers; None where the person goes back."""
    field, by, on = question.field, signature.by, signature.on
    if action is DialogueAction.CONFIRM:
        return GivenAnswer(field.id, AnswerKind.CONFIRMED, by, on, words=_words(question), evidence=_evidence(terminal))
    if action is DialogueAction.SIGN and answer is not None:
        cells = tuple(_cells(question, row) for row in answer.rows)
        words = _words(question) if answer.kind is AnswerKind.CONFIRMED else ()
        evidence = answer.evidence or _evidence(terminal)
        return GivenAnswer(field.id, answer.kind, by, on, answer.values, cells, words, answer.reason, evidence)
    if action in (DialogueAction.NOT_APPLICABLE, DialogueAction.NOT_KNOWN):
        reason = terminal.ask("Why? The reason is published: ").strip()
        kind = AnswerKind.NOT_APPLICABLE if action is DialogueAction.NOT_APPLICABLE else AnswerKind.NOT_KNOWN
        return GivenAnswer(field.id, kind, by, on, reason=reason, evidence=_evidence(terminal)) if reason else None
    if field.is_stated_table:
        rows = _rows(question, terminal)
        return (
            GivenAnswer(field.id, AnswerKind.VALUE, by, on, rows=rows, evidence=_evidence(terminal)) if rows else None
        )
    values = _option(question, terminal) if field.options else _paragraphs(terminal)
    if not values:
        return None
    return GivenAnswer(field.id, AnswerKind.VALUE, by, on, values, evidence=_evidence(terminal))


def _words(question: OpenQuestion) -> tuple[str, ...]:
    """The words of the draft as they stand before the person."""
    content = question.compiled.content
    return content.lines() if content is not None else ()


def _cells(question: OpenQuestion, row: tuple[str, ...]) -> tuple[AnswerCell, ...]:
    columns = [column.name for column in question.field.columns]
    return tuple(AnswerCell(name, text) for name, text in zip(columns, row, strict=True) if text)


def _option(question: OpenQuestion, terminal: Terminal) -> tuple[str, ...]:
    options = question.field.options
    while typed := terminal.ask(f"{' or '.join(options)}: ").strip().casefold():
        if typed in options:
            return (typed,)
        terminal.say(f"type {' or '.join(options)}, or nothing to go back")
    return ()


def _paragraphs(terminal: Terminal) -> tuple[str, ...]:
    terminal.say("One line for each paragraph; an empty line ends.")
    paragraphs = []
    while typed := terminal.ask("> ").strip():
        paragraphs.append(typed)
    return tuple(paragraphs)


def _rows(question: OpenQuestion, terminal: Terminal) -> tuple[tuple[AnswerCell, ...], ...]:
    first, *others = question.field.columns
    rows = []
    while typed := terminal.ask(f"{first.heading} (nothing ends): ").strip():
        cells = [AnswerCell(column.name, terminal.ask(f"{column.heading}: ").strip()) for column in others]
        rows.append((AnswerCell(first.name, typed), *(cell for cell in cells if cell.text)))
    return tuple(rows)


def _evidence(terminal: Terminal) -> str | None:
    return terminal.ask("Where does the proof lie? Optional, never published: ").strip() or None
