"""`colophon answers`: walks a person through what is open in the forms, or lists it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.text import Text

from colophon.cli.answer_dialogue import AnswersFiles, Signature, walk
from colophon.cli.exit_codes import end_with_findings
from colophon.cli.moment import today
from colophon.cli.output import (
    FormatOption,
    JsonOption,
    OutOption,
    OutputFormat,
    RecordArgument,
    note,
    table_as,
    write_text,
)
from colophon.cli.terminal import printable
from colophon.forms.answers import Answers, join_answers, load_answers
from colophon.forms.attestation import hash_of
from colophon.forms.checkpoints import limit_to_checkpoints
from colophon.forms.form import AnswersFile, load_forms
from colophon.forms.questions import OpenQuestion, open_questions
from colophon.forms.summary import FieldState
from colophon.query.session import open_record


def answers(
    record: RecordArgument,
    provider: Annotated[Path, typer.Option(metavar="FILE", help="What the provider states, such as provider.yaml.")],
    model: Annotated[Path, typer.Option(metavar="FILE", help="What is stated on the model, such as model.yaml.")],
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers; asked for where not given.")] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List what is open, and ask nothing.")] = False,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Checkpoint that the forms are about, once for each; else those that the model's file names.",
            show_default="all on record",
        ),
    ] = None,
    form: FormatOption = OutputFormat.TABLE,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Answer what is open in the forms, question by question; each answer is written at once, and a new start goes on.

    Without a terminal, or with --list, what is open is listed; exit 1 while anything is.
    """
    forms = load_forms()
    paths = {AnswersFile.PROVIDER: provider, AnswersFile.MODEL: model}

    def read() -> Answers:
        return join_answers(load_answers(provider, *forms), load_answers(model, *forms))

    day = today()
    with open_record(record) as opened:
        limit_to_checkpoints(opened, checkpoint or (), read().status.checkpoints)
        questions = open_questions(opened, forms, read(), day)
        if only_list or not sys.stdin.isatty():
            write_text(table_as(_listed(questions, paths), OutputFormat.JSON if as_json else form, out), out)
        elif questions:
            terminal = RichTerminal()
            name = by or _asked_name(terminal)
            walk(opened, questions, AnswersFiles(paths, read), Signature(name, day.isoformat()), terminal)
            questions = open_questions(opened, forms, read(), day)
    if questions:
        gaps, findings = sum(len(q.gaps) for q in questions), sum(len(q.findings) for q in questions)
        end_with_findings(
            f"{record}: {gaps} open questions and {findings} findings in the forms; "
            "`colophon answers` in a terminal goes through them"
        )
    note("nothing is open")


class RichTerminal:
    """The terminal of the person, by way of standard error, so that standard output stays data."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def heading(self, text: str) -> None:
        self._console.print(Text(printable(text), style="bold"))

    def say(self, text: str) -> None:
        self._console.print(Text(printable(text)))

    def ask(self, prompt: str) -> str:
        """One line as typed. Raises typer.Abort at the end of the input."""
        try:
            return self._console.input(Text(printable(prompt), style="bold"))
        except EOFError:
            raise typer.Abort from None


def _asked_name(terminal: RichTerminal) -> str:
    while not (name := terminal.ask("Who answers? The name is kept in the files and never published: ").strip()):
        terminal.say("a name is needed: whoever reads an answer later must know whom to ask")
    return name


def _listed(questions: tuple[OpenQuestion, ...], paths: dict[AnswersFile, Path]) -> pa.Table:
    """One row per gap and finding."""
    rows = [
        {
            "form": question.form.form,
            "field": question.field.id,
            "label": question.field.label,
            "kind": kind,
            "message": message,
            "confirm": hash_of(words) if (words := _draft(question)) else None,
            "file": str(paths[question.field.file]) if question.for_a_person else None,
        }
        for question in questions
        for kind, message in (
            *((str(gap.kind), gap.message) for gap in question.gaps),
            *((finding.rule, f"{finding.reason}; {finding.mend}") for finding in question.findings),
        )
    ]
    return pa.Table.from_pylist(rows, schema=_LISTED)


def _draft(question: OpenQuestion) -> tuple[str, ...]:
    """The words of a draft that can be confirmed."""
    content = question.compiled.content
    return content.lines() if question.compiled.state is FieldState.DRAFT and content is not None else ()


_LISTED = pa.schema([(name, pa.string()) for name in ("form", "field", "label", "kind", "message", "confirm", "file")])
