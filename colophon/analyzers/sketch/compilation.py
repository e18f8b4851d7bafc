"""Compiles a kernel on first use and keeps the machine code on disk for the next process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from numba import njit, types
from numba.core.errors import NumbaError


@cache
def compiled(kernel: Callable[..., Any], result: types.Type, *arguments: types.Type) -> Callable[..., Any]:
    """The kernel as machine code for one signature; it runs without the GIL.

    Numba writes its cache next to the source, or to the user's cache folder where that is read-only, each file under
    a temporary name first, so that two processes may compile at once. Where no cache can be written the code is
    compiled for this process alone.
    """
    signature = result(*arguments)
    try:
        return njit(signature, nogil=True, cache=True)(kernel)  # type: ignore[no-any-return]
    except NumbaError:
        raise
    except (RuntimeError, OSError):  # no folder for the cache, or no room in it
        return njit(signature, nogil=True)(kernel)  # type: ignore[no-any-return]


def reads(item: types.Type, dimensions: int = 1) -> types.Array:
    """The type of a contiguous array that a kernel only reads."""
    return types.Array(item, dimensions, "C", readonly=True)


def writes(item: types.Type, dimensions: int = 1) -> types.Array:
    """The type of a contiguous array that a kernel fills."""
    return types.Array(item, dimensions, "C")
