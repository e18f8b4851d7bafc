"""`colophon init`: the files a person fills in, with everything they may say as comments."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, StrictUndefined

from colophon.cli.output import note
from colophon.cli.source_draft import EXAMPLE, SourceDraft, draft_source, yaml_text
from colophon.config.corpus import FilterReason, PolicyName
from colophon.config.schema import corpus_schema
from colophon.connectors import CONNECTORS
from colophon.errors import BadArgumentError, OutputUnwritableError
from colophon.extensions import installed
from colophon.forms.answers_file import answers_schema, answers_skeleton
from colophon.forms.form import AnswersFile, load_forms
from colophon.vocabulary import Access, Acquisition, LegalBasis, Modality, PersonalDataBasis, Stage

_SCHEMAS = "schemas"


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to write into.")] = Path(),
    data: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Data file, folder or glob to draft a first source from."),
    ] = None,
) -> None:
    """Write a commented corpus.yaml, provider.yaml and model.yaml, and their JSON Schemas."""
    source = EXAMPLE if data is None else draft_source(data, folder)
    new = _new_files(folder, source)
    taken = [str(f.path.relative_to(folder)) for f in new if f.path.exists()]
    if taken:
        expected = f"a folder without {', '.join(taken)}; nothing was written"
        raise BadArgumentError("DIR", str(folder), expected)
    for file in new:
        _write(file)
    note(f"wrote {', '.join(str(f.path) for f in new)}")
    note(f"next: fill in corpus.yaml, then `colophon check {folder / 'corpus.yaml'}`")


@dataclass(frozen=True, slots=True)
class _NewFile:
    path: Path
    text: str


def _new_files(folder: Path, source: SourceDraft) -> tuple[_NewFile, ...]:
    forms = load_forms()
    answers = [
        new
        for file in AnswersFile
        for new in (
            _NewFile(folder / f"{file}.yaml", answers_skeleton(forms, file, _schema_path(file))),
            _NewFile(folder / _schema_path(file), answers_schema(forms, file)),
        )
    ]
    return (
        _NewFile(folder / "corpus.yaml", _corpus_yaml(folder, source)),
        _NewFile(folder / _schema_path("corpus"), corpus_schema(installed())),
        *answers,
    )


def _corpus_yaml(folder: Path, source: SourceDraft) -> str:
    # The result is YAML, in which HTML escapes would be noise.
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
    environment.filters["yaml"] = yaml_text
    template = files("colophon.cli").joinpath("templates", "corpus.yaml.jinja").read_text("utf-8")
    return environment.from_string(template).render(
        schema=_schema_path("corpus"),
        corpus=folder.resolve().name or "my-corpus",
        source=source,
        policies=", ".join(PolicyName),
        stages=", ".join(Stage),
        acquisitions=list(Acquisition),
        connectors=", ".join(CONNECTORS),
        modalities=" ".join(Modality),
        legal_bases=" ".join(LegalBasis),
        personal_data_bases=" ".join(PersonalDataBasis),
        accesses=" ".join(Access),
        filter_reasons=" or ".join(FilterReason),
    )


def _schema_path(name: str) -> str:
    return f"{_SCHEMAS}/{name}.schema.json"


def _write(file: _NewFile) -> None:
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        with file.path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(file.text)
    except OSError as e:
        raise OutputUnwritableError(str(file.path), e.strerror or type(e).__name__) from e
