"""`colophon check`: whether a corpus file is valid, and whether there is data where it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from colophon.cli.output import (
    JsonOption,
    Numbers,
    TextOrJson,
    TextOrJsonOption,
    json_text,
    note,
    page_width,
    table_as_text,
    write_text,
)
from colophon.cli.passed_over import passed_over_notes
from colophon.config.corpus import Corpus, Source
from colophon.config.load import load_corpus
from colophon.config.problems import Problems
from colophon.connectors import open_connector
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.first_rows import FirstRows, absent_advice, first_rows, optional_advice, unread_advice
from colophon.errors import BadArgumentError, ConfigurationError
from colophon.extensions import documents_table, installed
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy import Policy, deciding_policy
from colophon.reservations.policy_files import signal_keys


def check(
    corpus: Annotated[str, typer.Argument(metavar="CORPUS.yaml", help="The corpus file.")],
    form: TextOrJsonOption = TextOrJson.TABLE,
    json_: JsonOption = False,
) -> None:
    """Check a corpus file: keys, words, dates, licenses, its policy, that every path leads to a file, and which of its
    fields the first rows have."""
    checked = load_corpus(corpus, installed())
    policy = deciding_policy(checked)
    documents_table(checked.analysis)
    sources = _checked_sources(checked)
    over = list(passed_over_notes(checked))
    warnings = [warning for source in sources for warning in _warnings(source)]
    warnings += _signals_without_effect(checked, policy)
    if json_ or form is TextOrJson.JSON:
        write_text(json_text(_as_json(sources, over, warnings)), None)
    else:
        write_text(table_as_text(_table(sources), numbers=Numbers.GROUPED, width=page_width(None)), None)
        if (fields := _fields_table(sources)).num_rows:
            title = "Fields in the first rows"
            write_text("\n" + table_as_text(fields, title=title, numbers=Numbers.GROUPED, width=page_width(None)), None)
        for line in over:
            write_text(line, None)
    for warning in warnings:
        note(f"warning: {warning}")
    if not (json_ or form is TextOrJson.JSON):
        warned = f", {_counted(len(warnings), 'warning')}" if warnings else ""
        write_text(f"{_counted(len(sources), 'source')}, no errors{warned}", None)


def _signals_without_effect(corpus: Corpus, policy: Policy) -> Iterator[str]:
    """Signal files of protocols that the policy does not take into account."""
    named = [PROTOCOLS[terms.protocol] for terms in policy.protocols if terms.protocol in PROTOCOLS]
    read = {name for protocol in named for name in (protocol.name, protocol.lines_in)}
    for source in corpus.sources:
        for key in dict.fromkeys(files.key for files in source.signals):
            protocol = signal_keys()[key]
            if protocol in read:
                continue
            yield (
                f"source {source.name}: policy `{policy.name}` does not take `{protocol}` into account, so that the "
                f"files under `signals.{key}` drop nothing; what they reserve is in the view reserved_kept. A policy "
                f"of your own with `{protocol}: {{standing: honoured}}` under `protocols` takes it into account"
            )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass(frozen=True, slots=True)
class _CheckedSource:
    """A source with the number of its files, their size in bytes, and its first rows."""

    source: Source
    files: int
    size: int
    first: FirstRows


def _checked_sources(corpus: Corpus) -> list[_CheckedSource]:
    """Raises ConfigurationErrors, one for each source with a pattern that matches no file."""
    problems = Problems()
    base = str(Path(corpus.file).parent)
    checked = []
    for source in corpus.sources:
        try:
            files = open_connector(source, base).files()
            first = first_rows(source, base)
            checked.append(_CheckedSource(source, len(files), sum(f.size for f in files), first))
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


def _fields_table(checked: list[_CheckedSource]) -> pa.Table:
    """What became of the declared fields in the first rows, a row for each field."""
    rows = [(c, outcomes) for c in checked for outcomes in c.first.outcomes()]
    return pa.table({
        "source": [c.source.name for c, _ in rows],
        "field": [o.field for _, o in rows],
        "name": [o.name for _, o in rows],
        "rows": pa.array([c.first.rows for c, _ in rows], pa.int64()),
        "with_value": pa.array([o.used for _, o in rows], pa.int64()),
        "unread": pa.array([", ".join(f"{reason}: {n:,}" for reason, n in o.unread.items()) for _, o in rows]),
    })  # fmt: skip


def _warnings(checked: _CheckedSource) -> Iterator[str]:
    """What is said of fields that the first rows do not have, or whose values cannot be read."""
    first, fields = checked.first, checked.source.fields
    required = {text.name for text in fields.texts if not text.optional}
    subject = f"source {checked.source.name}: "
    if first.files and not first.rows:
        connector = checked.source.connector
        damage = f" ({first.damage})" if first.damage else ""
        yield f"{subject}its first files give no row that connector `{connector}` can read{damage}; see what they are"
    for outcomes in first.outcomes():
        given = f"`{outcomes.name}`, given as `fields.{outcomes.field}`"
        if not outcomes.used and outcomes.unread:
            advice = unread_advice(outcomes.field, outcomes.name, first.names)
            reasons = ", ".join(outcomes.unread)
            yield f"{subject}no value of {given}, can be read in the first {first.rows:,} rows ({reasons}): {advice}"
        elif not outcomes.used and outcomes.absent and not first.has(outcomes.name):
            advice = absent_advice(outcomes.field, outcomes.name, first.names)
            yield f"{subject}none of the first {first.rows:,} rows has {given}: {advice}"
        elif outcomes.field == "text" and len(fields.text) > 1 and outcomes.name in required and outcomes.missing:
            advice = optional_advice(outcomes.name)
            lacking = f"{outcomes.missing:,} of the first {first.rows:,} rows give no document"
            yield f"{subject}{lacking}, for want of `{outcomes.name}`: {advice}"
        elif outcomes.unread:
            counted = ", ".join(f"{reason}: {rows:,}" for reason, rows in outcomes.unread.items())
            yield f"{subject}some values of {given}, cannot be read in the first {first.rows:,} rows ({counted})"


def _as_json(checked: list[_CheckedSource], notes: list[str], warnings: list[str]) -> dict[str, object]:
    return {
        "sources": [
            {
                "source": c.source.name,
                "stage": c.source.stage.value,
                "acquisition": c.source.acquisition.value,
                "files": c.files,
                "bytes": c.size,
                "first_rows": {
                    "rows": c.first.rows,
                    "names": c.first.names,
                    "fields": [
                        {
                            "field": o.field,
                            "name": o.name,
                            "with_value": o.used,
                            "missing": o.missing,
                            "unread": o.unread,
                        }
                        for o in c.first.outcomes()
                    ],
                },
            }
            for c in checked
        ],
        "notes": notes,
        "warnings": warnings,
    }
