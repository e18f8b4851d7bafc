"""Compiles a kernel on first use and keeps the machine code on disk for the next process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from types import FunctionType
from typing import Any

from numba import njit, types
from numba.core.errors import NumbaError


@cache
def compiled(kernel: FunctionType, result: types.Type, *arguments: types.Type) -> Callable[..., Any]:
    """The kernel as machine code for one signature; it runs without the GIL.

    Numba writes its cache next to the source, or to the user's cache folder where that is read-only, each file under
    a temporary name first, so that two processes may compile at once. Where no cache can be written the code is
    compiled for this process alone.
    """
    signature = result(*arguments)
    try:
        return _compile(_named_by_source(kernel), signature, cache=True)
    except NumbaError:
        raise
    except (RuntimeError, OSError):  # no folder for the cache, or no room in it
        return _compile(kernel, signature, cache=False)


def part(function: Callable[..., Any]) -> Any:
    """Decorator of a function that is compiled as part of the kernels that call it."""
    return njit(nogil=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Decorator of a part that is copied into its callers.

    For parts that are called several times for each text: a call takes every field of every array as an argument of
    its own, and, since it may fail, Numba counts the references to all of them.
    """
    return njit(nogil=True, forceinline=True)(function)


def reads(item: types.Type, dimensions: int = 1) -> types.Array:
    """The type of a contiguous array that a kernel only reads."""
    return types.Array(item, dimensions, "C", readonly=True)


def writes(item: types.Type, dimensions: int = 1) -> types.Array:
    """The type of a contiguous array that a kernel fills."""
    return types.Array(item, dimensions, "C")


def _compile(kernel: Callable[..., Any], signature: Any, *, cache: bool) -> Callable[..., Any]:
    machine_code: Callable[..., Any] = njit(signature, nogil=True, cache=cache)(kernel)
    return machine_code


def _named_by_source(kernel: FunctionType) -> FunctionType:
    """A copy whose cache file is named by the source of all parts.

    Numba itself only looks at the file of the outermost function, and would keep machine code of changed parts.
    """
    copy = FunctionType(kernel.__code__, kernel.__globals__, kernel.__name__, kernel.__defaults__, kernel.__closure__)
    copy.__module__, copy.__qualname__ = kernel.__module__, f"{kernel.__qualname__}_{_source_digest()}"
    return copy


@cache
def _source_digest() -> str:
    digest = hashlib.sha256()
    for file in sorted(files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
