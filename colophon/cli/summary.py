"""`colophon summary`: the public summary of training content from a record and what persons state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from colophon.publishing.answers import join_answers, load_answers
from colophon.publishing.compilation import compile_summary
from colophon.publishing.form import load_form
from colophon.publishing.render.docx import render_docx
from colophon.publishing.render.html import render_html
from colophon.publishing.render.json import render_json
from colophon.publishing.render.markdown import render_markdown
from colophon.publishing.render.pdf import render_pdf
from colophon.publishing.summary import Summary
from colophon.record.database import open_record
from colophon.record.errors import BadArgumentError, SummaryGapsError
from colophon.record.folder import RecordFolder
from colophon.record.problems import expected_word


def summary(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Folder of the record.")],
    provider: Annotated[Path, typer.Option(metavar="FILE", help="What the provider states, such as provider.yaml.")],
    model: Annotated[Path, typer.Option(metavar="FILE", help="What is stated on the model, such as model.yaml.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the summary into.")],
    formats: Annotated[
        str, typer.Option("--format", metavar="NAME,…", help="Formats, separated by commas: docx, html, pdf, md, json.")
    ] = "docx,html,pdf,md,json",
    allow_gaps: Annotated[
        bool, typer.Option("--allow-gaps", help="Exit 0 although questions are open; the summary still says DRAFT.")
    ] = False,
) -> None:
    """Write the public summary of training content; open questions are listed, and exit 1 unless allowed."""
    wanted = _formats(formats)
    form = load_form()
    answers = join_answers(load_answers(provider, form), load_answers(model, form))
    with open_record(record) as opened:
        compiled = compile_summary(opened, form, answers)
    folder = RecordFolder(str(out))
    for name in wanted:
        folder.write(f"summary.{name}", _RENDERERS[name](compiled))
        sys.stderr.write(f"{out / f'summary.{name}'}\n")
    if not compiled.gaps:
        sys.stderr.write("public edition, complete\n")
        return
    if not allow_gaps:
        raise SummaryGapsError(str(out), tuple(f"{gap.field} {gap.label}: {gap.message}" for gap in compiled.gaps))
    sys.stderr.write(f"public edition, DRAFT, incomplete: {len(compiled.gaps)} open questions are listed in it\n")


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
            raise BadArgumentError("--format", name, expected_word(name, SummaryFormat))
    return tuple(SummaryFormat(name) for name in dict.fromkeys(names))
