"""What a process of this program does to start and to end without delay."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

#: New objects between two looks for garbage, and the same of older generations.
_SELDOM = (50_000, 20, 50)


def begin() -> None:
    """Look for garbage seldom: libraries make some 250,000 objects that stay, and each look goes over them again."""
    gc.set_threshold(*_SELDOM)


def leave(code: int) -> NoReturn:
    """End with an exit code, after what was registered for the end and what is left to write.

    The interpreter would take itself and all libraries apart first, for as long as half of the start took.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  # what the interpreter itself calls at this point
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it has gone, or it is closed
            stream.flush()
    os._exit(code)
