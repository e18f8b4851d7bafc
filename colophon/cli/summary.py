"""`colophon summary`: the forms of an edition from a record and what persons state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.moment import today
from colophon.cli.output import EditionOption, note
from colophon.config.constraints import is_day
from colophon.errors import BadArgumentError
from colophon.forms.answers import Answers, join_answers, load_answers
from colophon.forms.checkpoints import limit_to_checkpoints
from colophon.forms.compile import compile_summary
from colophon.forms.content import AttachedFiles
from colophon.forms.form import Form, load_forms
from colophon.forms.history import with_history, with_original
from colophon.forms.lint.check import lint
from colophon.forms.lint.findings import LintFinding
from colophon.forms.published import render_json
from colophon.forms.render.docx import render_docx
from colophon.forms.render.html import render_html
from colophon.forms.render.markdown import render_markdown
from colophon.forms.render.pdf import render_pdf
from colophon.forms.summary import Summary
from colophon.forms.versions import published_versions
from colophon.ledger.chain import Ledger, read_ledger
from colophon.query.editions import Edition
from colophon.query.session import Record, open_record
from colophon.record.storage import LocalFolder
from colophon.vocabulary import Disclosure

#: Above it questions to the record spill to disk: with what setting the pages takes, the command stays below 2 GB.
_MEMORY = "1GB"


def summary(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Folder of the record.")],
    provider: Annotated[Path, typer.Option(metavar="FILE", help="What the provider states, such as provider.yaml.")],
    model: Annotated[Path, typer.Option(metavar="FILE", help="What is stated on the model, such as model.yaml.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into.")],
    formats: Annotated[
        str, typer.Option("--format", metavar="NAME,…", help="Formats, separated by commas: docx, html, pdf, md, json.")
    ] = "docx,html,pdf,md,json",
    edition: EditionOption = Edition.PUBLIC,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ledger of published versions: numbers this one, and tells what changed since.",
            show_default="none",
        ),
    ] = None,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Checkpoint that the summary is about, once for each; else those that the model's file names.",
            show_default="all on record",
        ),
    ] = None,
    allow_gaps: Annotated[
        bool,
        typer.Option(
            "--allow-gaps",
            help="Exit 0 although questions are open or the lint finds something; a DRAFT still says so.",
        ),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Day for which the lint judges dates.", show_default="today"),
    ] = None,
) -> None:
    """Write the public summary of training content and the other forms of an edition.

    Open questions are listed in each form, findings of the lint on standard error; either exits 1 unless allowed. Lists
    too long for a page go to a file beside it.
    """
    wanted, day = _formats(formats), _day(as_of)
    forms = load_forms()
    answers = join_answers(load_answers(provider, *forms), load_answers(model, *forms))
    history = read_ledger(ledger) if ledger else None
    gaps: list[str] = []
    findings: dict[str, None] = {}
    with open_record(record, _MEMORY) as opened:
        checkpoints = limit_to_checkpoints(opened, checkpoint or (), answers.status.checkpoints)
        if checkpoints:
            answers = replace(answers, status=replace(answers.status, checkpoints=checkpoints))
        for form in forms:
            if form.is_for(edition) and answers.status.owes(form):
                published = published_versions(form, history) if history is not None else None
                form_findings = lint(opened, form, answers, day, published)
                findings |= dict.fromkeys(str(finding) for finding in form_findings)
                gaps += _write(out, opened, form, answers, edition, form_findings, wanted, history)
    for finding in findings:
        note(finding)
    if findings and not gaps and not allow_gaps:
        end_with_findings(
            f"the forms in {out} have no open question, but the lint says {len(findings)} things against them; "
            "correct them, or accept them with --allow-gaps"
        )
    if not gaps:
        note(f"{_named(edition)} edition, complete")
    elif allow_gaps:
        note(f"{_named(edition)} edition, DRAFT, incomplete: {len(gaps)} open questions are listed in it")
    else:
        listed = "\n".join(f"  - {gap}" for gap in gaps)
        end_with_findings(
            f"the summary in {out} is a DRAFT with {len(gaps)} open questions:\n{listed}\n"
            "answer them in the provider and model files, or accept the draft with --allow-gaps"
        )


def _write(
    out: Path,
    record: Record,
    form: Form,
    answers: Answers,
    edition: Edition,
    findings: tuple[LintFinding, ...],
    formats: Iterable[SummaryFormat],
    ledger: Ledger | None,
) -> Iterator[str]:
    """Write one form and the files beside it; gives what is open in it."""
    files = AttachedFiles()
    published = published_versions(form, ledger) if ledger is not None else None
    compiled = compile_summary(record, form, answers, edition, files, published)
    if edition.sees(Disclosure.AUTHORITY):
        compiled = replace(compiled, checkpoints=answers.status.checkpoints)
    if answers.status.original_summary:
        compiled = with_original(compiled, form, answers.status.original_summary)
    if ledger is not None:
        compiled = with_history(compiled, form, ledger, files)
    if edition is Edition.INTERNAL:
        # Without the place: the path of a file is no fact of the record, and the same record gives the same bytes.
        compiled = replace(compiled, findings=tuple(replace(finding, place=None) for finding in findings))
    written = {f"{form.stem}.{name}": _RENDERERS[name](compiled) for name in formats}
    folder = LocalFolder(str(out))
    for name, content in {**written, **files.by_name}.items():
        folder.write(name, content)
        note(str(out / name))
    return (f"{form.stem}: {gap.field} {gap.label}: {gap.message}" for gap in compiled.gaps)


def _day(text: str | None) -> date:
    """Raises BadArgumentError."""
    if text is None:
        return today()
    if not is_day(text):
        raise BadArgumentError("--as-of", text, "a day as YYYY-MM-DD")
    return date.fromisoformat(text)


def _named(edition: Edition) -> str:
    return edition.replace("_", " ")


class SummaryFormat(StrEnum):
    """A format a summary can be written in; the value is the file's extension."""

    DOCX = "docx"
    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "md"
    JSON = "json"


_RENDERERS: dict[SummaryFormat, Callable[[Summary], bytes]] = {
    SummaryFormat.DOCX: render_docx,
    SummaryFormat.HTML: render_html,
    SummaryFormat.PDF: render_pdf,
    SummaryFormat.MARKDOWN: render_markdown,
    SummaryFormat.JSON: render_json,
}


def _formats(listed: str) -> tuple[SummaryFormat, ...]:
    """The formats named, each once. Raises BadArgumentError."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names or [""]:
        if name not in tuple(SummaryFormat):
            raise BadArgumentError("--format", name, f"formats of {', '.join(SummaryFormat)}, with commas between them")
    return tuple(SummaryFormat(name) for name in dict.fromkeys(names))
