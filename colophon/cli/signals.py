"""`colophon signals`: observes the policy files of a record's hosts."""

from __future__ import annotations

import shlex
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Annotated, Self

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from colophon import __version__
from colophon.audit.audit import awaiting_run
from colophon.cli.output import (
    Numbers,
    RecordArgument,
    message_width,
    note,
    page_width,
    table_as_text,
    verbosity_of,
    write_text,
)
from colophon.collect.collection import CollectionPlan, CollectionResult, collect_signals, plan_collection
from colophon.collect.fetcher import FetchOptions, web_address
from colophon.collect.looks import Failure
from colophon.collect.sockets import Reach
from colophon.errors import BadArgumentError
from colophon.query.session import open_record
from colophon.vocabulary import Verbosity

_LINE_SECONDS = 10.0
#: Why a request brought nothing, in words of people who run hosts.
_WHY_FAILED = {
    Failure.NAME: "name without an address",
    Failure.ADDRESS_NOT_PUBLIC: "address not of the public internet (--allow-private asks there too)",
    Failure.CONNECTION: "connection refused or broken off",
    Failure.CERTIFICATE: "no certificate that holds",
    Failure.TIMEOUT: "no answer in time",
    Failure.RESPONSE: "no HTTP",
    Failure.REDIRECTS: "too many redirects, or to no web address",
}

_SHOWING_PROGRESS = (Verbosity.NORMAL, Verbosity.VERBOSE)


def collect(
    context: typer.Context,
    record: RecordArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how much would be asked, and stop.")] = False,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact",
            metavar="URL",
            help="Page that says who asks; it is sent to every host as part of the user agent.",
            show_default="none",
        ),
    ] = None,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=1_000, help="Requests at once, all hosts.")] = 32,
    pause: Annotated[
        float, typer.Option("--pause", min=0.0, metavar="SECONDS", help="Pause between two requests to a host.")
    ] = 1.0,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Longest time for one request.")
    ] = 30.0,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Ask hosts with private, local or reserved addresses too.")
    ] = False,
) -> None:
    """Observe today's robots.txt, tdmrep.json, ai.txt and RSL files of the hosts in a record.

    What comes back is added to the record as one generation; an audit as of today sees it at once. An interrupted
    collection continues when the same command is given again, and asks nothing twice.
    """
    options = FetchOptions(
        user_agent=_user_agent(contact),
        at_once=at_once,
        pause_seconds=pause,
        timeout_seconds=timeout,
        reach=Reach.ANYWHERE if allow_private else Reach.PUBLIC,
    )
    planned = plan_collection(record, options)
    if dry_run:
        write_text(_planned(planned, options), None)
        return
    speaks = verbosity_of(context) is not Verbosity.QUIET
    if speaks and planned.kept:
        note(f"continues a collection that was interrupted: {planned.kept:,} looks are kept")
    if speaks and contact is None:
        note("hosts are not told who asks: --contact URL names a page that says it")
    shows = verbosity_of(context) in _SHOWING_PROGRESS
    with _Display(Console(stderr=True) if shows else None, planned.hosts) as display:
        collected = collect_signals(record, options, "signals collect", display)
    if speaks:
        _close(record, collected)


def _user_agent(contact: str | None) -> str:
    """Product token and version, and where to read who asks. Raises BadArgumentError."""
    if contact is None:
        return f"colophon/{__version__}"
    address = web_address(contact)
    if address is None or not address.isascii() or set(address) & set("() "):
        raise BadArgumentError("--contact", contact, "an address such as https://example.org/crawler")
    return f"colophon/{__version__} (+{address})"


class _Display:
    """Progress: a bar on a terminal, lines elsewhere, nothing without a console."""

    def __init__(self, console: Console | None, hosts: int) -> None:
        self._console, self._hosts = console, hosts
        self._done = self._requests = 0
        self._last_line = time.monotonic()
        self._bar: Progress | None = None
        if console is not None and console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("hosts"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=console,
            )
            self._task = self._bar.add_task("Look at policy files", total=hosts)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def host_done(self, requests: int) -> None:
        """One more host has been asked all that was missing."""
        self._done += 1
        self._requests += requests
        if self._bar is not None:
            self._bar.advance(self._task)
        elif self._console is not None and time.monotonic() - self._last_line > _LINE_SECONDS:
            self._last_line = time.monotonic()
            line = f"Look at policy files: {self._done:,} of {self._hosts:,} hosts, {self._requests:,} looks"
            self._console.print(line, highlight=False, soft_wrap=True)


def _planned(planned: CollectionPlan, options: FetchOptions) -> str:
    facts = {
        "hosts": f"{planned.hosts:,}",
        "looks kept from an interrupted collection": f"{planned.kept:,}",
        "requests at least": f"{planned.requests:,}",
        "seconds at least, for the pauses": f"{planned.least_seconds:,.0f}",
        "user agent": options.user_agent,
    }
    table = pa.table({"what": list(facts), "how much": list(facts.values())})
    return table_as_text(table, title="A collection would ask", width=page_width(None))


def _close(record: str, collected: CollectionResult) -> None:
    """The closing table, to standard error: a collection has no data to print."""
    if collected.manifest is None:
        note(f"{record} has no documents with an address: nobody was asked")
        return
    rows = sorted(collected.outcomes.items())
    table = pa.table({
        "protocol": pa.array([protocol for (protocol, _), _ in rows], pa.string()),
        "outcome": pa.array([outcome.value for (_, outcome), _ in rows], pa.string()),
        "looks": pa.array([count for _, count in rows], pa.int64()),
    })  # fmt: skip
    note(f"{record}, generation {collected.manifest.generation}, hosts asked: {collected.hosts:,}\n")
    note(table_as_text(table, numbers=Numbers.GROUPED, width=message_width()))
    if collected.unchanged:
        note(f"unchanged since an earlier look: {collected.unchanged:,}")
    if collected.failures:
        reasons = sorted(collected.failures.items())
        failed = pa.table({"why looks failed": [_WHY_FAILED[f] for f, _ in reasons], "looks": [n for _, n in reasons]})
        note(table_as_text(failed, numbers=Numbers.GROUPED, width=message_width()))
    with open_record(record) as opened:
        note(awaiting_run(opened).in_words)
    note(f"as of today: colophon audit {shlex.quote(record)} --clock {datetime.now(UTC).date()}")
    note(f"root hash {collected.manifest.root_hash}")
