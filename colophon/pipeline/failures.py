"""How an error of this program travels from a worker to the command line, whatever the engine does with exceptions."""

from __future__ import annotations

import base64
import pickle
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

from colophon.errors import ColophonError

P = ParamSpec("P")

#: What Beam appends to the first argument of an exception that it raises again.
_STEP = re.compile(r" \[while running '[^']*'\]")
_MARK = re.compile(r"colophon-error:([A-Za-z0-9+/=]+):")


class WorkerError(RuntimeError):
    """Carries a pickled error of this program in its text, the one thing that every engine hands on."""


def surfaced(process: Callable[P, Iterator[Any]]) -> Callable[P, Iterator[Any]]:
    """Decorate a DoFn's generator so that its ColophonErrors reach `error_behind`."""

    @wraps(process)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Iterator[Any]:
        with surfacing():
            yield from process(*args, **kwargs)

    return wrapped


@contextmanager
def surfacing() -> Iterator[None]:
    """Let a ColophonError reach `error_behind`; decorates functions that are no generators, too."""
    try:
        yield
    except ColophonError as error:
        raise carried(error) from error


def carried(error: ColophonError) -> WorkerError:
    """The error as an engine hands it on."""
    coded = base64.b64encode(pickle.dumps(error)).decode()
    return WorkerError(f"{error} colophon-error:{coded}:")


def with_traceback(failure: Exception) -> Exception:
    """A failure as a worker sends it: its traceback, which pickling drops, is a note of it.

    One that cannot be pickled becomes a WorkerError with the traceback as its text.
    """
    trace = "".join(traceback.format_exception(failure)).rstrip()
    try:
        pickle.loads(pickle.dumps(failure))  # noqa: S301  # written the moment before
    except Exception:  # noqa: BLE001  # classes of other packages fail in any way
        return WorkerError(trace)
    failure.add_note(f"In a worker process:\n{trace}")
    return failure


def error_behind(failure: BaseException) -> ColophonError | None:
    """The error of this program that an engine's failure is or carries in its text, without the engine's words in its
    facts; None for any other failure."""
    if isinstance(failure, ColophonError):
        facts = (_STEP.sub("", fact) if isinstance(fact, str) else fact for fact in failure.args)
        return type(failure)(*facts)
    marked = _MARK.search(str(failure))
    if marked is None:
        return None
    # The text was written by this program's own worker in this run.
    error = pickle.loads(base64.b64decode(marked.group(1)))  # noqa: S301  # see above
    return error if isinstance(error, ColophonError) else None
