"""One writer at a time: a lock file with host, process and time."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from colophon.record.errors import OutputUnwritableError, RecordLockedError
from colophon.record.folder import LOCK, RecordFolder


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes the record. `started` tells a process from a later one with the same number, where the system says."""

    host: str
    process: int
    started: str
    since: str


@contextmanager
def writing(folder: RecordFolder) -> Iterator[None]:
    """Hold the record's lock; that of a process of this host that is gone is taken over.

    Raises RecordLockedError, OutputUnwritableError.
    """
    path = folder.absolute(LOCK)
    _take(folder, path)
    try:
        yield
    finally:
        with suppress(OSError):
            os.unlink(path)


def _take(folder: RecordFolder, path: str) -> None:
    me = Holder(
        socket.gethostname(), os.getpid(), _start_of(os.getpid()), datetime.now(UTC).isoformat(timespec="seconds")
    )
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for _ in range(2):
            try:
                file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            except FileExistsError:
                _drop_if_abandoned(folder, path)
            else:
                with os.fdopen(file, "wb") as opened:
                    opened.write(msgspec.json.encode(me))
                return
    except OSError as error:
        raise OutputUnwritableError(path, error.strerror or str(error)) from error
    holder = _holder(path) or me
    raise RecordLockedError(folder.location, holder.host, holder.process, holder.since)


def _drop_if_abandoned(folder: RecordFolder, path: str) -> None:
    holder = _holder(path)
    if holder is not None and (
        holder.host != socket.gethostname() or _start_of(holder.process) == holder.started != ""
    ):
        raise RecordLockedError(folder.location, holder.host, holder.process, holder.since)
    with suppress(FileNotFoundError):
        os.unlink(path)


def _holder(path: str) -> Holder | None:
    """Who wrote the lock; None where it is gone or was cut off while it was written."""
    try:
        with open(path, "rb") as opened:
            return msgspec.json.decode(opened.read(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _start_of(process: int) -> str:
    """When a process of this host started, as far as can be told; empty where it does not run."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stat:
            # The command's name, in parentheses, may hold blanks; field 22 counts from the process number.
            return stat.read().rsplit(b")", 1)[1].split()[19].decode()
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "running"
    return "running"
