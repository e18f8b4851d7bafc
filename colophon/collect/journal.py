"""What an interrupted collection has seen so far: a file of looks in the record's folder, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from colophon.collect.looks import Look
from colophon.errors import RecordUnwritableError
from colophon.record.storage import COLLECTION, RecordStorage


class WorkFile:
    """Looks that are kept until they are committed; used in a `with` block. Raises OutputUnwritableError."""

    def __init__(self, folder: RecordStorage) -> None:
        self._path = _path(folder)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            whole = sum(line.size for line in _whole_lines(self._path))
            self._file = self._path.open("ab")
            self._file.truncate(whole)
        except OSError as error:
            raise RecordUnwritableError(str(self._path), error.strerror or str(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError as failed:
            # What could not be written is tried once more, and has been told by then.
            if kind is None:
                raise RecordUnwritableError(str(self._path), failed.strerror or str(failed)) from failed

    def looks(self) -> Iterator[Look]:
        """All looks kept so far, in the order they were taken."""
        for line in _whole_lines(self._path):
            yield from line.looks

    def keep(self, looks: Sequence[Look]) -> None:
        """Add looks; those given together are kept together or not at all."""
        if self._file is None:
            raise RuntimeError("a work file is used in a `with` block")
        try:
            self._file.write(_ENCODER.encode(list(looks)) + b"\n")
            self._file.flush()
        except OSError as error:
            raise RecordUnwritableError(str(self._path), error.strerror or str(error)) from error


def kept_looks(folder: RecordStorage) -> Iterator[Look]:
    """The looks of a collection that was interrupted; none where there is none. Nothing is changed."""
    return WorkFile(folder).looks()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file: its size in bytes, and its looks."""

    size: int
    looks: list[Look]


def _whole_lines(path: Path) -> Iterator[_Line]:
    """The lines up to the first that was cut off while it was written."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                yield _Line(len(line), _DECODER.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                return


def _path(folder: RecordStorage) -> Path:
    return folder.scratch(COLLECTION) / "looks.jsonl"


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(list[Look])
