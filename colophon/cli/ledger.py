"""`colophon ledger`: what was published, corrected, asked and answered, in a file that is only ever added to."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from colophon.cli.exit_codes import end_with_findings
from colophon.cli.output import FormatOption, JsonOption, OutOption, OutputFormat, note, table_as, write_text
from colophon.errors import BadArgumentError
from colophon.forms.published import PublishedSummary, read_published
from colophon.forms.summary import Summary
from colophon.ledger.chain import Ledger, append, existing_ledger, keep, read_ledger, verify_ledger
from colophon.ledger.deadlines import (
    Calendar,
    Deadline,
    Lateness,
    due_of_request,
    late_by,
    open_deadlines,
    read_calendar,
)
from colophon.ledger.entries import (
    Correction,
    DataChange,
    Event,
    InformationRequest,
    LedgerEntry,
    ModelVersion,
    Publication,
    RequestAnswer,
    Requester,
)
from colophon.vocabulary import EU_PUBLIC_SUMMARY

LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="File of the ledger, such as ledger.jsonl.")]
OnOption = Annotated[str, typer.Option("--on", metavar="DATE", help="Day on which it happened (YYYY-MM-DD).")]
CalendarOption = Annotated[
    Path | None,
    typer.Option("--calendar", metavar="FILE", help="Holidays as YAML or .ics; with it days count as working days."),
]
_FILES = "Files as handed out; copies are kept beside the ledger."


def publish(
    ledger: LedgerArgument,
    files: Annotated[
        builtins.list[Path], typer.Argument(metavar="FILES…", help=f"{_FILES} One is the summary as JSON.")
    ],
    on: OnOption,
    url: Annotated[
        builtins.list[str] | None,
        typer.Option("--url", metavar="URL", help="Address of it; may be given several times."),
    ] = None,
    allow_gaps: Annotated[
        bool, typer.Option("--allow-gaps", help="Note it although it is a draft with open questions.")
    ] = False,
) -> None:
    """Note that a summary was published; version, edition, models and record are read from its JSON."""
    opened, published = read_ledger(ledger), _json_among(files).summary
    if published.status != "complete" and not allow_gaps:
        raise BadArgumentError("FILES", published.status, "a complete summary; --allow-gaps notes a draft all the same")
    if published.edition == "public" and not url:
        raise BadArgumentError("--url", "", "the address at which the public edition can be read")
    if missing := set(published.attachments()) - {file.name for file in files}:
        raise BadArgumentError("FILES", "", f"also the files beside the page: {', '.join(sorted(missing))}")
    newest = opened.next_version(published.form) - 1
    version = published.version
    latest = opened.latest(published.form, published.edition)
    if version < newest or (latest and latest.version == version):
        expected = f"a version after {newest}: `colophon summary --ledger {ledger}` writes the next one"
        raise BadArgumentError("FILES", f"version {version}", expected)
    published_on = _publication_day(on, opened, published)
    event = Publication(
        form=published.form,
        version=version,
        on=published_on,
        edition=published.edition,
        status=published.status,
        urls=tuple(url or ()),
        models=published.models(),
        template=published.template,
        map_version=published.map_version,
        record_root=published.root_hash,
        generation=published.generation,
        files=keep(opened, files),
    )
    entry = append(opened, event, files)
    _confirm(entry, f"{published.edition} edition of {published.form}, version {version}")
    _note_lateness(opened, entry)


def correct(
    ledger: LedgerArgument,
    version: Annotated[int, typer.Option("--version", metavar="N", help="Version that was wrong.")],
    on: OnOption,
    wrong: Annotated[str, typer.Option("--wrong", metavar="TEXT", help="What was wrong; not published.")],
    changed: Annotated[str, typer.Option("--changed", metavar="TEXT", help="What was changed; not published.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="The correction as the public reads it.")],
    form: Annotated[str, typer.Option("--form", metavar="NAME", help="Form that was wrong.")] = EU_PUBLIC_SUMMARY,
) -> None:
    """Note a correction of a published version; the next summary shows its public text."""
    opened = existing_ledger(ledger)
    published = {p.version: p.on for p in reversed(opened.publications(form))}
    if version not in published:
        listed = ", ".join(map(str, sorted(published))) or "none is"
        raise BadArgumentError("--version", str(version), f"a published version of {form}: {listed}")
    day = _day("--on", on)
    if day < published[version]:
        raise BadArgumentError("--on", on, f"a day not before version {version} was published ({published[version]})")
    event = Correction(form, version, day, _text("--wrong", wrong), _text("--changed", changed), _text("--text", text))
    _confirm(append(opened, event), f"correction of version {version} of {form}")


def request(
    ledger: LedgerArgument,
    requester: Annotated[Requester, typer.Option("--from", help="Who asks.")],
    received: Annotated[str, typer.Option("--received", metavar="DATE", help="Day on which it arrived (YYYY-MM-DD).")],
    scope: Annotated[str, typer.Option("--scope", metavar="TEXT", help="What is asked for.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Name of the office or company.")] = "",
    basis: Annotated[str, typer.Option("--basis", metavar="TEXT", help="Legal basis stated in the request.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="Purpose stated in the request.")] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="DATE", help="Last day to answer, as named.")] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, metavar="N", help="Days to answer: working days with --calendar, else all days."),
    ] = None,
    calendar: CalendarOption = None,
) -> None:
    """Note a request; a downstream provider is answered within 14 days unless --due or --days says otherwise."""
    arrived = _day("--received", received)
    if requester is Requester.AUTHORITY and not (basis.strip() and purpose.strip()):
        expected = "the legal basis and the purpose, which a request of an authority states (--basis, --purpose)"
        raise BadArgumentError("--from", requester, expected)
    if due is not None and days is not None:
        raise BadArgumentError("--days", str(days), "either --due or --days")
    if calendar is not None and days is None:
        raise BadArgumentError("--calendar", str(calendar), "--days beside it, the number of working days")
    last: date | None
    if due is not None:
        last, counted = _day("--due", due), "as named"
        if last < arrived:
            raise BadArgumentError("--due", due, f"a day not before the request arrived ({arrived})")
    elif days is not None and calendar is not None:
        last, counted = read_calendar(calendar).after(arrived, days), f"{days} working days after {arrived}"
    elif days is not None:
        last, counted = arrived + timedelta(days=days), f"{days} days after {arrived}"
    else:
        last = due_of_request(requester, arrived)
        counted = f"14 days after {arrived}" if last else "no day named"
    if last is None and requester is Requester.AUTHORITY:
        raise BadArgumentError("--due", "", "the period that the authority set (--due DATE or --days N)")
    event = InformationRequest(
        requester, name.strip(), basis.strip(), purpose.strip(), _text("--scope", scope), arrived, last, counted
    )
    entry = append(read_ledger(ledger), event)
    _confirm(entry, f"request {entry.number}, due {last}" if last else f"request {entry.number}, without a due day")


def answer(
    ledger: LedgerArgument,
    number: Annotated[int, typer.Argument(metavar="REQUEST", help="Number of the request, as `ledger due` shows it.")],
    on: OnOption,
    edition: Annotated[str, typer.Option("--edition", metavar="NAME", help="Edition that was handed over.")] = "",
    file: Annotated[builtins.list[Path] | None, typer.Option("--file", metavar="FILE", help=_FILES)] = None,
    text: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was answered, or why nothing was.")] = "",
) -> None:
    """Note the answer to a request: the edition and the files handed over, or what was said."""
    opened, files = existing_ledger(ledger), file or []
    asked = {entry.number: entry.event for entry in opened.entries if isinstance(entry.event, InformationRequest)}
    waiting = sorted(asked.keys() - {event.request for event in opened.events(RequestAnswer)})
    if number not in asked:
        listed = ", ".join(map(str, waiting)) or "none"
        raise BadArgumentError("REQUEST", str(number), f"the number of a request; open are: {listed}")
    if number not in waiting:
        raise BadArgumentError("REQUEST", str(number), "a request not answered yet; further questions are a new one")
    if not files and not text.strip():
        raise BadArgumentError("--file", "", "the files handed over, or --note with what was answered")
    answered_on = _day("--on", on)
    if answered_on < asked[number].received_on:
        raise BadArgumentError("--on", on, f"a day not before the request arrived ({asked[number].received_on})")
    event = RequestAnswer(number, answered_on, edition, text.strip(), keep(opened, files))
    entry = append(opened, event, files)
    _confirm(entry, f"answer to request {number}")
    _note_lateness(opened, entry)


def model(
    ledger: LedgerArgument,
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Unique name and version of the model.")],
    on: OnOption,
    change: Annotated[DataChange, typer.Option("--change", help="What its training added since the last summary.")],
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What was added or changed.")],
    original: Annotated[
        str, typer.Option("--original", metavar="URL", help="Summary of the model it modifies or varies.")
    ] = "",
) -> None:
    """Note a version of the model placed on the market; `ledger due` says by when the summary has to follow."""
    event = ModelVersion(_text("MODEL", name), _day("--on", on), change, _text("--description", description), original)
    _confirm(append(read_ledger(ledger), event), f"model version {name}")


def list(  # noqa: A001  # the name of the command
    ledger: LedgerArgument, form: FormatOption = OutputFormat.TABLE, json_: JsonOption = False, out: OutOption = None
) -> None:
    """Show every entry."""
    listed = existing_ledger(ledger)
    rows = [_row(entry, late_by(listed, entry)) for entry in listed.entries]
    write_text(table_as(pa.Table.from_pylist(rows, _LIST), OutputFormat.JSON if json_ else form, out), out)


def due(
    ledger: LedgerArgument,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day to ask for (YYYY-MM-DD).", show_default="today")
    ] = None,
    calendar: CalendarOption = None,
    form: FormatOption = OutputFormat.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Show what is open and by when; exit 1 where something is overdue."""
    day = _day("--on", on) if on else datetime.now(UTC).date()
    days = read_calendar(calendar) if calendar else None
    deadlines = open_deadlines(existing_ledger(ledger))
    if deadlines:
        rows = [_due_row(deadline, day, days) for deadline in deadlines]
        write_text(
            table_as(pa.Table.from_pylist(rows, _due_columns(days)), OutputFormat.JSON if json_ else form, out), out
        )
    elif json_ or form is OutputFormat.JSON:
        write_text("[]", out)
    else:
        note("nothing is open")
    if late := tuple(f"{d.duty} ({d.subject}), due {d.due}" for d in deadlines if d.is_overdue(day)):
        listed = "\n".join(f"  - {duty}" for duty in late)
        end_with_findings(f"{ledger}: overdue on {day}:\n{listed}\nanswer or publish, then note it in the ledger")


def verify(
    ledger: LedgerArgument,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="HASH", help="Hash of the last line, noted earlier; it must still be in it."),
    ] = None,
) -> None:
    """Check that no line and no kept file was changed; with --expect also that none was cut off or written anew."""
    verified = verify_ledger(ledger, expect)
    write_text(f"{ledger} is intact: {len(verified.entries):,} entries\nlast line {verified.head}", None)


_LIST = pa.schema([
    ("entry", pa.int64()),
    ("kind", pa.string()),
    ("on", pa.string()),
    ("what", pa.string()),
    ("days_late", pa.int64()),
    ("files", pa.list_(pa.string())),
    ("sha256", pa.string()),
])  # fmt: skip


def _row(entry: LedgerEntry, late: Lateness | None) -> dict[str, object]:
    on, what = _described(entry.event)
    paths = [file.path for file in entry.event.files] if isinstance(entry.event, Publication | RequestAnswer) else []
    kind = type(entry.event).__struct_config__.tag
    return {
        "entry": entry.number,
        "kind": kind,
        "on": str(on),
        "what": what,
        "days_late": late.days if late else None,
        "files": paths,
        "sha256": entry.sha256,
    }


def _described(event: Event) -> tuple[date, str]:
    match event:
        case Publication():
            models, urls = ", ".join(event.models), ", ".join(event.urls)
            what = f"{event.form} version {event.version}, {event.edition} edition, of {models or 'no model named'}"
            return event.on, f"{what}; {urls}" if urls else what
        case Correction():
            return event.on, f"{event.form} version {event.version}: {event.text}"
        case InformationRequest():
            who = f"{event.requester} {event.name}".strip()
            return event.received_on, f"{who}: {event.scope}; due {event.due or 'on no named day'} ({event.counted})"
        case RequestAnswer():
            given = event.note or (f"{event.edition} edition" if event.edition else "files handed over")
            return event.on, f"request {event.request}: {given}"
        case ModelVersion():
            return event.on, f"{event.model}: {event.change}, {event.description}"


def _due_columns(calendar: Calendar | None) -> pa.Schema:
    columns = [("entry", pa.int64()), ("duty", pa.string()), ("due", pa.string()), ("days_left", pa.int64())]
    working = [("working_days_left", pa.int64())] if calendar else []
    texts = [(name, pa.string()) for name in ("state", "subject", "ground")]
    return pa.schema([*columns, *working, *texts])


def _due_row(deadline: Deadline, day: date, calendar: Calendar | None) -> dict[str, object]:
    last = deadline.due
    row: dict[str, object] = {
        "entry": deadline.entry,
        "duty": str(deadline.duty),
        "due": str(last) if last else None,
        "days_left": (last - day).days if last else None,
        "state": "overdue" if deadline.is_overdue(day) else "open",
        "subject": deadline.subject,
        "ground": deadline.ground,
    }
    if calendar:
        row["working_days_left"] = calendar.between(day, last) if last else None
    return row


def _json_among(files: Iterable[Path]) -> PublishedSummary:
    summaries = [file for file in files if file.suffix == ".json"]
    if len(summaries) != 1:
        raise BadArgumentError("FILES", f"{len(summaries)} files named .json", "one: the summary as JSON")
    return read_published(summaries[0])


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else _no_day(option, text)
    except ValueError:
        return _no_day(option, text)


def _no_day(option: str, text: str) -> date:
    raise BadArgumentError(option, text, "a day as YYYY-MM-DD") from None


def _publication_day(on: str, ledger: Ledger, published: Summary) -> date:
    """The day of a publication, which comes after the earlier versions and after the record that it is drawn from."""
    day = _day("--on", on)
    earlier = [p for p in ledger.publications(published.form) if p.version < published.version]
    if earlier and day < (last := max(earlier, key=lambda p: p.on)).on:
        raise BadArgumentError("--on", on, f"a day not before version {last.version} was published ({last.on})")
    completed = datetime.fromisoformat(published.created_at).astimezone(UTC).date()
    # Who publishes at once may stand where the day has another date.
    if day < completed - timedelta(days=1):
        raise BadArgumentError("--on", on, f"a day not before the record was completed ({completed})")
    return day


def _text(option: str, text: str) -> str:
    if not text.strip():
        raise BadArgumentError(option, text, "a text")
    return text.strip()


def _note_lateness(before: Ledger, entry: LedgerEntry) -> None:
    if late := late_by(before, entry):
        days = "1 day" if late.days == 1 else f"{late.days:,} days"
        note(f"this is {days} after it was due: {late.duty} ({late.subject}), {late.due}")


def _confirm(entry: LedgerEntry, what: str) -> None:
    note(f"noted as entry {entry.number}: {what}")
    note(f"last line {entry.sha256}; `colophon ledger verify --expect` takes it")
