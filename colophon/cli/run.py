"""`colophon run`: makes, continues or extends a record."""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.output import Numbers, message_width, note, page_width, table_as_text, verbosity_of, write_text
from colophon.cli.passed_over import passed_over_notes
from colophon.config.load import load_corpus
from colophon.connectors.rows import MAX_BATCH_ROWS
from colophon.errors import BadArgumentError
from colophon.extensions import documents_table, installed
from colophon.pipeline.engines.beam import LOCAL, Engine
from colophon.pipeline.engines.runners import require_usable
from colophon.pipeline.engines.worker import Messages
from colophon.pipeline.job import JobOptions, JobResult, plan_job, run_job, uncompared_in_job
from colophon.pipeline.memory import database_limit, least_bytes, most_workers
from colophon.pipeline.plan import Planned
from colophon.query.session import open_record
from colophon.vocabulary import Rescan, Verbosity

# Taken from the Beam options, because only tests and benchmarks need it: the record does not depend on it.
_BATCH_ROWS = re.compile(r"--batch_rows=(\d+)")

_SHOWING_PROGRESS = (Verbosity.NORMAL, Verbosity.VERBOSE)

_SIZE = re.compile(r"(?i)\s*(\d+(?:\.\d+)?)\s*([KMGT])?(i?)B?\s*")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def run(
    context: typer.Context,
    corpus: Annotated[str, typer.Argument(metavar="CORPUS.yaml", help="The corpus file.")],
    record: Annotated[str, typer.Option(metavar="DIR", help="Folder of the record.")] = "./record",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that work at once.", show_default="all cores")
    ] = None,
    memory: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Memory to stay under, such as 8GiB.", show_default="half")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="ROWS", help="A trial: at most so many rows of each source.")
    ] = None,
    rescan: Annotated[
        bool,
        typer.Option("--rescan", help="Search earlier shards for evaluation documents added later; reads them again."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be read, and stop.")] = False,
    runner: Annotated[
        str, typer.Option(metavar="NAME", help="Engine: local, or a runner of Beam with its options after --.")
    ] = LOCAL,
) -> None:
    """Make, continue or extend a record. Options of Beam may follow after `--`."""
    for extra in context.args:
        if not extra.startswith("--"):
            raise BadArgumentError("run", extra, "one corpus file, and options of Beam after --")
    checked = load_corpus(corpus, installed())
    # Refuses columns of analyzers whose names are taken, before anything is written.
    documents_table(checked.analysis)
    memory_bytes, processes = _resources(memory, workers)
    batch_rows = [int(m.group(1)) for o in context.args if (m := _BATCH_ROWS.fullmatch(o))]
    options = JobOptions(
        record=record,
        engine=Engine(
            runner,
            processes,
            tuple(o for o in context.args if not _BATCH_ROWS.fullmatch(o)),
            Messages.SHOWN if verbosity_of(context) is Verbosity.VERBOSE else Messages.HIDDEN,
        ),
        memory_bytes=memory_bytes,
        limit=limit,
        rescan=Rescan.UNCOMPARED if rescan else Rescan.NONE,
        batch_rows=min([MAX_BATCH_ROWS, *batch_rows]),
        command=f"run {Path(corpus).name}",
        console=Console(stderr=True) if verbosity_of(context) in _SHOWING_PROGRESS else None,
        tell=note,
    )
    require_usable(options.engine)
    if dry_run:
        planned = plan_job(checked, options)
        if planned.replaced is not None:
            note(str(planned.replaced))
        write_text(_planned(planned), None)
        for source in uncompared_in_job(checked, options, planned):
            note(str(source))
        return
    result = run_job(checked, options)
    if verbosity_of(context) is not Verbosity.QUIET:
        for line in passed_over_notes(checked):
            note(line)
        _close(record, result, memory_bytes)
    if result.findings:
        listed = "\n".join(f"  - {message}" for message in result.findings.messages)
        end_with_findings(f"the record is complete, but:\n{listed}")


def _resources(memory: str | None, workers: int | None) -> tuple[int, int]:
    """Bytes of memory and processes: as asked for, else half of the memory, and as many cores as fit into it.

    Raises BadArgumentError where the processes themselves take more.
    """
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    memory_bytes = half if memory is None else _size(memory)
    processes = workers or most_workers(memory_bytes, os.cpu_count() or 1)
    least = least_bytes(processes)
    if memory is None:
        return max(half, least), processes
    if memory_bytes < least:
        raise BadArgumentError("--memory", memory, f"at least {least // 2**20}MiB with --workers {processes}")
    return memory_bytes, processes


def _size(text: str) -> int:
    size = _SIZE.fullmatch(text)
    if size is None:
        raise BadArgumentError("--memory", text, "a size such as 8GiB, 500MB or 1073741824")
    number, prefix, binary = size.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[(prefix or "").lower()])


def _planned(planned: Planned) -> str:
    """A table of what the newest generation would read, by source."""
    header = planned.newest.header
    names = {s.source_id: s.name for s in header.sources}
    shards = [[s.shard for s in planned.newest.shards if s.source_id == source_id] for source_id in names]
    sizes = [{f.path: f.size for shard in of_source for f in shard.files} for of_source in shards]
    counted = {
        "shards": [len(of_source) for of_source in shards],
        "files": [len(files) for files in sizes],
        "bytes": [sum(files.values()) for files in sizes],
    }
    table = pa.table({"source": [*names.values(), "all"], **{k: [*v, sum(v)] for k, v in counted.items()}})
    title = f"Generation {header.generation} would read"
    return table_as_text(table, title=title, numbers=Numbers.GROUPED, width=page_width(None))


def _close(record: str, result: JobResult, memory_bytes: int) -> None:
    """The closing table, to standard error: a run has no data to print."""
    if result.clusters is None:
        note(f"{record} is up to date: generation {result.manifest.generation}, root hash {result.manifest.root_hash}")
        return
    with open_record(record, database_limit(memory_bytes)) as opened:
        rows = opened.query("report/closing").table
        (search,) = opened.query("report/duplicate_search").table.to_pylist()
        losses = opened.query("report/read_losses").table.to_pylist()
        unread = opened.query("report/unread_values").table.to_pylist()
    note(
        table_as_text(
            rows,
            title=f"{record}, generation {result.manifest.generation}",
            numbers=Numbers.GROUPED,
            width=message_width(),
        )
    )
    for source, rows_of_source in groupby(losses, lambda row: str(row["source"])):
        counted = ", ".join(f"{row['loss']}: {row['documents']:,}" for row in rows_of_source)
        note(f"source {source}: of some documents a part was lost in reading ({counted}); see column read_losses")
    for row in unread:
        field = f"`{row['name']}`, given as {row['field']}," if row["name"] else row["field"]
        note(
            f"source {row['source']}: {field} could not be read in {row['rows']:,} rows ({row['outcome']}); it is null"
        )
    note(
        f"duplicates: {search['candidates']:,} candidates in {search['components']:,} components, "
        f"{search['compared']:,} comparisons by sketch, {search['checked']:,} pairs checked exactly "
        f"({search['share_checking']:.1%} of the time), {search['cut_by_limit']:,} documents cut by the limit, "
        f"{search['unverified']:,} kept unverified"
    )
    if result.manifest.partial:
        note("partial record (--limit): nothing may be published from it")
    note(f"root hash {result.manifest.root_hash}")
