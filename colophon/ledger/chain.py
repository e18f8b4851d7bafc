"""The ledger of published versions: JSON Lines, only ever added to, each line chained to the one before by its hash.

The files that were handed out lie beside it in `kept/NUMBER/`, named in the ledger with their hashes. A chain alone
cannot show that its last lines were cut off, nor that all of it was written anew; whoever noted the hash of an earlier
last line can (`verify_ledger`, `noted`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from colophon.errors import BadArgumentError, LedgerBrokenError, LedgerChangedError
from colophon.ledger.entries import (
    KEPT,
    Correction,
    Event,
    InformationRequest,
    KeptFile,
    LedgerEntry,
    Publication,
    RequestAnswer,
)
from colophon.record.storage import LocalFolder

#: What the first line names as the one before it.
_NOTHING_BEFORE = "0" * 64

_E = TypeVar("_E", bound=Event)


def read_ledger(path: Path) -> Ledger:
    """The ledger in a file, proven to be an unbroken chain; an empty one where there is no file yet.

    Raises LedgerBrokenError, BadArgumentError.
    """
    return _read(path, b"" if _is_new(path) else _bytes(path))


def existing_ledger(path: Path) -> Ledger:
    """The ledger in a file that must exist. Raises BadArgumentError, LedgerBrokenError."""
    if _is_new(path):
        raise BadArgumentError("LEDGER", str(path), "an existing file; `colophon ledger publish` begins one")
    return read_ledger(path)


def append(ledger: Ledger, event: Event, files: Iterable[Path] = ()) -> LedgerEntry:
    """Add one event to a ledger as it was read when the event was made; files named with it are copied to where the
    event says they are kept, before the line is written.

    Raises LedgerChangedError, RecordLockedError, LedgerBrokenError, BadArgumentError, OutputUnwritableError.
    """
    path = ledger.path
    folder = LocalFolder(str(path.parent))
    with folder.writing():
        content = b"" if _is_new(path) else _bytes(path)
        if _read(path, content).head != ledger.head:
            raise LedgerChangedError(str(path))
        entry = _chained(ledger, event)
        for source, kept in zip(files, kept_files(event), strict=True):
            folder.write(kept.path, source.read_bytes())
        folder.write(path.name, content + msgspec.json.encode(entry) + b"\n")
    return entry


def keep(ledger: Ledger, files: Iterable[Path]) -> tuple[KeptFile, ...]:
    """How files will be named that go with the next entry. Raises BadArgumentError."""
    folder = f"{KEPT}/{len(ledger.entries) + 1:04}"
    kept: dict[str, KeptFile] = {}
    for file in files:
        path = f"{folder}/{file.name}"
        if path in kept:
            raise BadArgumentError("FILES", str(file), "files with names of their own: another has the same one")
        content = _bytes(file)
        kept[path] = KeptFile(path, len(content), hashlib.sha256(content).hexdigest())
    return tuple(kept.values())


def verify_ledger(path: Path, noted: str | None = None) -> Ledger:
    """The ledger, its chain, its references and every kept file checked; `noted` is the hash of an earlier last line.

    Raises LedgerBrokenError with all that is wrong, BadArgumentError.
    """
    ledger = existing_ledger(path)
    problems = [*_file_problems(ledger)]
    if noted is not None and noted.lower() not in {entry.sha256 for entry in ledger.entries}:
        problems.append(f"no line has the hash {noted}: lines were cut off or written anew since it was noted")
    if problems:
        raise LedgerBrokenError(str(path), tuple(problems))
    return ledger


def kept_files(event: Event) -> tuple[KeptFile, ...]:
    """The files handed out with an event."""
    return event.files if isinstance(event, Publication | RequestAnswer) else ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries of a ledger in order."""

    path: Path
    entries: tuple[LedgerEntry, ...]

    @property
    def head(self) -> str:
        """Hash of the last line, which stands for all of them."""
        return self.entries[-1].sha256 if self.entries else _NOTHING_BEFORE

    def events(self, kind: type[_E]) -> tuple[_E, ...]:
        """The events of one kind in order."""
        return tuple(entry.event for entry in self.entries if isinstance(entry.event, kind))

    def publications(self, form: str) -> tuple[Publication, ...]:
        """What was published of a form, in order, every edition."""
        return tuple(event for event in self.events(Publication) if event.form == form)

    def latest(self, form: str, edition: str) -> Publication | None:
        """The newest version published of a form in an edition."""
        return next((p for p in reversed(self.publications(form)) if p.edition == edition), None)

    def next_version(self, form: str) -> int:
        """Number of the version that follows those published."""
        return max((p.version for p in self.publications(form)), default=0) + 1

    def kept(self, file: KeptFile) -> bytes:
        """A file that was handed out, proven to be as it was. Raises LedgerBrokenError."""
        if problem := _file_problem(self.path, file):
            raise LedgerBrokenError(str(self.path), (problem,))
        return (self.path.parent / file.path).read_bytes()


def _read(path: Path, content: bytes) -> Ledger:
    entries: list[LedgerEntry] = []
    problems: list[str] = []
    previous = _NOTHING_BEFORE
    # Only a newline ends a line: every other break is part of a text.
    lines = content.split(b"\n")
    if lines.pop():
        problems.append("the last line is not ended: it was cut off, or something was added to it")
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            problems.append(f"line {number} is not an entry as this program writes it")
            continue
        if entry.sha256 != _digest(entry) or msgspec.json.encode(entry) != line:
            problems.append(f"line {number} was changed after it was written")
        if (entry.number, entry.previous) != (number, previous):
            problems.append(f"line {number} does not follow the line before it: one was changed, removed or added")
        problems += _reference_problems(number, entry.event, entries)
        previous = entry.sha256
        entries.append(entry)
    if problems:
        raise LedgerBrokenError(str(path), tuple(problems))
    return Ledger(path, tuple(entries))


def _entry(line: bytes) -> LedgerEntry | None:
    try:
        return msgspec.json.decode(line, type=LedgerEntry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _chained(ledger: Ledger, event: Event) -> LedgerEntry:
    unhashed = LedgerEntry(len(ledger.entries) + 1, ledger.head, event, "")
    return msgspec.structs.replace(unhashed, sha256=_digest(unhashed))


def _digest(entry: LedgerEntry) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(entry, sha256=""))).hexdigest()


def _reference_problems(number: int, event: Event, before: list[LedgerEntry]) -> Iterator[str]:
    match event:
        case RequestAnswer(request=request) if not any(
            e.number == request and isinstance(e.event, InformationRequest) for e in before
        ):
            yield f"line {number} answers request {request}, which is not above it"
        case Correction(form=form, version=version) if not any(
            isinstance(e.event, Publication) and (e.event.form, e.event.version) == (form, version) for e in before
        ):
            yield f"line {number} corrects version {version} of {form}, which is not above it"


def _file_problems(ledger: Ledger) -> Iterator[str]:
    for entry in ledger.entries:
        for file in kept_files(entry.event):
            if problem := _file_problem(ledger.path, file):
                yield problem


def _file_problem(ledger: Path, file: KeptFile) -> str | None:
    try:
        content = (ledger.parent / file.path).read_bytes()
    except OSError:
        return f"{file.path} is missing or cannot be read"
    changed = len(content) != file.size or hashlib.sha256(content).hexdigest() != file.sha256
    return f"{file.path} is not the file that was handed out" if changed else None


def _is_new(path: Path) -> bool:
    return not path.exists()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadArgumentError("file", str(path), f"a file that can be read ({error.strerror})") from None
