"""`colophon check`: whether a corpus file is valid, and whether there is data where it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from colophon.cli.output import Numbers, page_width, table_as_text, write_text
from colophon.cli.passed_over import passed_over_notes
from colophon.config.corpus import Corpus, Source
from colophon.config.load import load_corpus
from colophon.config.problems import Problems
from colophon.connectors import open_connector
from colophon.connectors.files.source_files import SourceFiles
from colophon.errors import BadArgumentError, ConfigurationError
from colophon.extensions import documents_table, installed
from colophon.reservations.policy import deciding_policy


def check(
    corpus: Annotated[str, typer.Argument(metavar="CORPUS.yaml", help="The corpus file.")],
) -> None:
    """Check a corpus file: keys, words, dates, licenses, its policy, and that every path leads to a file."""
    checked = load_corpus(corpus, installed())
    deciding_policy(checked)
    documents_table(checked.analysis)
    write_text(table_as_text(_table(_checked_sources(checked)), numbers=Numbers.GROUPED, width=page_width(None)), None)
    for line in passed_over_notes(checked):
        write_text(line, None)
    count = len(checked.sources)
    write_text(f"{count} {'source' if count == 1 else 'sources'}, no errors", None)


@dataclass(frozen=True, slots=True)
class _CheckedSource:
    """A source with the number of its files and their size in bytes."""

    source: Source
    files: int
    size: int


def _checked_sources(corpus: Corpus) -> list[_CheckedSource]:
    """Raises ConfigurationErrors, one for each source with a pattern that matches no file."""
    problems = Problems()
    base = str(Path(corpus.file).parent)
    checked = []
    for source in corpus.sources:
        try:
            files = open_connector(source, base).files()
            checked.append(_CheckedSource(source, len(files), sum(f.size for f in files)))
        except ConfigurationError as e:
            where = f"`paths` of source `{source.name}`" if source.paths else f"source `{source.name}`"
            problems.add(source.paths_place, f"{where}: {e.problem}", e.expected)
        except BadArgumentError as e:
            problems.add(source.paths_place, str(e))
        _check_signals(source, base, problems)
    problems.raise_if_any()
    return checked


def _check_signals(source: Source, base: str, problems: Problems) -> None:
    for snapshot in source.signals:
        try:
            SourceFiles.under(source.name, base, snapshot.paths).files()
        except ConfigurationError as e:
            where = f"`signals.{snapshot.key}` of source `{source.name}`"
            problems.add(snapshot.place, f"{where}: {e.problem}", e.expected)


def _table(checked: list[_CheckedSource]) -> pa.Table:
    return pa.table({
        "source": [c.source.name for c in checked],
        "stage": [c.source.stage for c in checked],
        "acquisition": [c.source.acquisition for c in checked],
        "files": pa.array([c.files for c in checked], pa.int64()),
        "bytes": pa.array([c.size for c in checked], pa.int64()),
    })  # fmt: skip
