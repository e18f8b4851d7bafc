from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from colophon.__main__ import run_command
from colophon.cli.answer_dialogue import AnswersFiles, Signature, walk
from colophon.cli.exit_codes import ExitCode
from colophon.forms.answers import AnswerKind, Answers, join_answers, load_answers
from colophon.forms.attestation import hash_of
from colophon.forms.form import AnswersFile, load_form, load_forms
from colophon.forms.questions import open_questions
from colophon.query.session import open_record

FORM = load_form()
TODAY = "2026-03-01"


class Script:
    """A terminal at which somebody types prepared lines; whoever asks for more ends the test."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        self.said: list[str] = []

    def heading(self, text: str) -> None:
        self.said.append(text)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, prompt: str) -> str:
        self.said.append(prompt)
        return self.lines.pop(0)


class Desk:
    """A record and its two files of answers."""

    def __init__(self, folder: Path, record: str) -> None:
        self.record = record
        self.paths = {file: folder / f"{file}.yaml" for file in AnswersFile}
        for path in self.paths.values():
            path.write_text("{}\n", "utf-8")

    @property
    def answers(self) -> Answers:
        return join_answers(*(load_answers(path, FORM) for path in self.paths.values()))

    def say(self, file: AnswersFile, text: str) -> None:
        self.paths[file].write_text(text, "utf-8")

    def walk(self, *lines: str, only: str | None = None) -> Script:
        """Go through what is open, or through one field."""
        terminal = Script(lines)
        with open_record(self.record) as record:
            asked = open_questions(record, (FORM,), self.answers, SIGNED.day)
            chosen = tuple(q for q in asked if only in (None, q.field.id))
            walk(record, chosen, AnswersFiles(self.paths, lambda: self.answers), SIGNED, terminal)
        assert terminal.lines == []
        return terminal


SIGNED = Signature("Ann Other", TODAY)


@pytest.fixture
def desk(tmp_path: Path, small_record: str) -> Desk:
    return Desk(tmp_path, small_record)


def test_an_answer_is_written_with_name_and_day(desk: Desk) -> None:
    desk.walk("a", "Texts for a model.", "And no more.", "", "memo 7", only="2.3c")
    answer = desk.answers.get("2.3c")
    assert answer is not None
    assert answer.values == ("Texts for a model.", "And no more.")
    assert (answer.by, answer.on, answer.evidence) == ("Ann Other", TODAY, "memo 7")


def test_a_question_shows_what_a_person_needs(desk: Desk) -> None:
    said = "\n".join(desk.walk("q", only="2.3a").said)
    assert "2.3 Data crawled and scraped" in said
    assert "2.3a Were crawlers used" in said
    assert "The record holds: 1 source of this kind" in said
    assert "Open: not answered" in said


def test_a_choice_takes_only_its_options(desk: Desk) -> None:
    terminal = desk.walk("a", "perhaps", "yes", "", only="2.3a")
    assert "type yes or no, or nothing to go back" in terminal.said
    answer = desk.answers.get("2.3a")
    assert answer is not None
    assert answer.values == ("yes",)


def test_a_draft_is_shown_and_confirmed(desk: Desk) -> None:
    terminal = desk.walk("c", "", only="2.1d")
    assert any(line.startswith("From the record: ") for line in terminal.said)
    answer = desk.answers.get("2.1d")
    assert answer is not None
    assert answer.kind is AnswerKind.CONFIRMED
    assert answer.confirmed == hash_of(answer.words)


def test_signing_is_not_offered_for_words_that_changed(desk: Desk) -> None:
    desk.say(AnswersFile.PROVIDER, "2.1d: {confirm: '0123456789abcdef'}")
    terminal = desk.walk("g", "q", only="2.1d")
    assert any(line.startswith("type one of the letters a, c, n") for line in terminal.said)


@pytest.mark.parametrize(("letter", "kind"), [("n", AnswerKind.NOT_APPLICABLE), ("k", AnswerKind.NOT_KNOWN)])
def test_a_reason_can_be_given_instead(desk: Desk, letter: str, kind: AnswerKind) -> None:
    desk.walk(letter, "it was trained from scratch", "", only="1.2b")
    answer = desk.answers.get("1.2b")
    assert answer is not None
    assert (answer.kind, answer.reason) == (kind, "it was trained from scratch")


def test_without_a_reason_the_question_is_asked_again(desk: Desk) -> None:
    desk.walk("n", "", "s", only="1.2b")
    assert desk.answers.by_field == {}


def test_an_unsigned_answer_can_be_signed_as_it_stands(desk: Desk) -> None:
    desk.say(AnswersFile.PROVIDER, "2.3a: {value: yes}")
    desk.walk("g", "memo 7", only="2.3a")
    answer = desk.answers.get("2.3a")
    assert answer is not None
    assert (answer.values, answer.by, answer.on) == (("yes",), "Ann Other", TODAY)


def test_the_lint_speaks_up_after_an_answer(desk: Desk) -> None:
    terminal = desk.walk("a", "TODO", "", "", "a", "Texts.", "", "", only="2.3c")
    assert any("`TODO` stands where an answer belongs" in line for line in terminal.said)
    answer = desk.answers.get("2.3c")
    assert answer is not None
    assert answer.values == ("Texts.",)


def test_a_contradiction_is_said_at_once(desk: Desk) -> None:
    terminal = desk.walk("a", "no", "", "s", only="2.3a")
    assert any("answered no, but the record holds used content" in line for line in terminal.said)


def test_questions_that_fall_away_are_not_asked(desk: Desk) -> None:
    desk.say(AnswersFile.PROVIDER, "2.5a: {value: no, by: A, on: 2026-01-01}")
    with open_record(desk.record) as record:
        fields = [q.field.id for q in open_questions(record, (FORM,), desk.answers, SIGNED.day)]
    assert "2.5d" not in fields


def test_an_answer_makes_the_questions_below_it_fall_away(desk: Desk) -> None:
    terminal = Script(["a", "no", "", "q"])
    with open_record(desk.record) as record:
        asked = open_questions(record, (FORM,), desk.answers, SIGNED.day)
        below = tuple(q for q in asked if q.field.id in {"2.6a", "2.6b", "3.1a"})
        walk(record, below, AnswersFiles(desk.paths, lambda: desk.answers), SIGNED, terminal)
    assert not any("2.6b" in line for line in terminal.said)
    assert any(line.startswith("3.1a ") for line in terminal.said)


def test_an_interruption_loses_nothing_and_the_next_start_goes_on(desk: Desk) -> None:
    class Interrupted(Script):
        def ask(self, prompt: str) -> str:
            if not self.lines:
                raise KeyboardInterrupt
            return super().ask(prompt)

    with open_record(desk.record) as record:
        asked = open_questions(record, (FORM,), desk.answers, SIGNED.day)
        files = AnswersFiles(desk.paths, lambda: desk.answers)
        lines = ["a", "Acme Oy, ann@acme.example", "", ""]
        with pytest.raises(KeyboardInterrupt):
            walk(record, asked, files, SIGNED, Interrupted(lines))
        left = open_questions(record, (FORM,), desk.answers, SIGNED.day)
    assert desk.answers.by_field.keys() == {"1.1a"}
    assert [q.field.id for q in left] == [q.field.id for q in asked if q.field.id != "1.1a"]


# --- as a command --------------------------------------------------------------------------------------------------


def arguments(desk: Desk) -> list[str]:
    provider, model = (str(desk.paths[file]) for file in (AnswersFile.PROVIDER, AnswersFile.MODEL))
    return ["answers", desk.record, "--provider", provider, "--model", model]


def test_without_a_terminal_what_is_open_is_listed(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert run_command([*arguments(desk), "--json"]) is ExitCode.FINDINGS
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert {"form", "field", "label", "kind", "message", "confirm", "file"} == set(rows[0])
    assert ("1.1a", "unanswered", str(desk.paths[AnswersFile.PROVIDER])) in {
        (row["field"], row["kind"], row["file"]) for row in rows
    }
    assert "open questions" in printed.err


def test_with_nothing_open_the_command_succeeds(
    desk: Desk, capsys: pytest.CaptureFixture[str], make_record: Callable[..., str]
) -> None:
    desk.record = make_record()
    signed = "by: Ann Other, on: 2026-03-01"
    special = {"1.1a": "Acme Oy, ann@acme.example", "1.1b": "Bob Agent, bob@agent.example", "1.2c": "01/03/2026"}
    special |= {"MHd": "Ann Other, ann@acme.example", "P1.5a": "Ann Other, rights@acme.example", "M1b": "01/03/2026"}
    special |= {"PHa": "Version 1 of 01/03/2026", "PHd": "01/03/2099"}
    special |= dict.fromkeys(("H1", "MHa"), "Version 1: https://acme.example/1")
    fields = {f.id: f for form in load_forms() for f in form.fields()}
    lines = [
        f"{f.id}: {{value: '{f.options[-1] if f.options else special.get(f.id, 'Said by a person.')}', {signed}}}"
        for f in fields.values()
        if f.takes_answer and not f.is_stated_table
    ]
    desk.say(AnswersFile.PROVIDER, "\n".join((f"profile: {{value: standard, {signed}}}", *lines)))
    assert run_command([*arguments(desk), "--list"]) is ExitCode.DONE
    assert "nothing is open" in capsys.readouterr().err


def test_at_a_terminal_the_command_asks_on_standard_error_and_quits(desk: Desk) -> None:
    keyboard, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "colophon", *arguments(desk), "--by", "Ann Other"],
        stdin=screen,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(keyboard, b"a\nAcme Oy, ann@acme.example\n\n\nq\n")
    out, err = process.communicate(timeout=120)
    os.close(keyboard)
    os.close(screen)
    assert (process.returncode, out) == (ExitCode.FINDINGS, "")
    assert "1.1a Provider name and contact details" in err
    assert desk.answers.by_field.keys() == {"1.1a"}
