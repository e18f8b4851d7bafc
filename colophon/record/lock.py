"""One writer at a time: a lock file with host, process and time."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from colophon.errors import OutputUnwritableError, RecordLockedError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes the record."""

    host: str
    process: int
    since: str


@contextmanager
def locked(path: str, record: str) -> Iterator[None]:
    """Hold the lock file of a record; that of a process of this host that is gone is taken over.

    The system's lock on the open file decides among the processes of a host and ends with its process. Between hosts,
    which may not see each other's, what the file says does.

    Raises RecordLockedError, OutputUnwritableError.
    """
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = _open_locked(path)
        if file is None:
            raise _refusal(record, _holder(path))  # no OSError
        try:
            holder = _holder(path)
            if holder is not None and holder.host != socket.gethostname():
                raise _refusal(record, holder)  # noqa: TRY301  # no OSError
            os.ftruncate(file, 0)
            os.pwrite(file, msgspec.json.encode(_this_process()), 0)
        except BaseException:
            os.close(file)
            raise
    except OSError as error:
        raise OutputUnwritableError(record, error.strerror or str(error)) from error
    try:
        yield
    finally:
        # In this order: whoever opened the file before it went finds, once it has the lock, that the name is gone.
        with suppress(OSError):
            os.unlink(path)
        os.close(file)


def _open_locked(path: str) -> int | None:
    """The lock file, open and locked; None where another has it."""
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), os.stat(path)):
                return file
        except BlockingIOError:
            os.close(file)
            return None
        except FileNotFoundError:
            pass
        os.close(file)


def _refusal(record: str, holder: Holder | None) -> RecordLockedError:
    """Without a holder, another took the lock this moment and has not written its name yet."""
    holder = holder or _this_process()
    return RecordLockedError(record, holder.host, holder.process, holder.since)


def _holder(path: str) -> Holder | None:
    """Who wrote the lock; None where it is gone or was cut off while it was written."""
    try:
        with open(path, "rb") as opened:
            return msgspec.json.decode(opened.read(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _this_process() -> Holder:
    return Holder(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))
