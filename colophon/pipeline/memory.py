"""Memory of a run: what its programs take themselves, and what `--memory` leaves for their data.

Counted is the proportional set size, which shares the pages of libraries between the processes that map them, so that
the sizes of a tree of processes add up.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from pathlib import Path

import pyarrow as pa

#: The process that drives, and each further process that works, while they hold no data to speak of (measured: Beam,
#: Arrow, DuckDB, Numba and the analyzers, docs/performance.md).
DRIVER_BYTES = 512 * 2**20
WORKER_BYTES = 256 * 2**20

#: Data is given so much however little is left: with less, joins and sorts do not even begin.
MIN_DATA_BYTES = 192 * 2**20

#: What DuckDB counts of the memory that it takes (measured: the rest are its readers' buffers and what it gives out).
_COUNTED = 0.7

#: Parameters of glibc's mallopt (malloc.h), the size from which blocks are held apart, and glibc's own largest.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_BLOCK_BYTES, _LARGE_BYTES = 2**16, 2**25

_SMAPS = Path("/proc/self/smaps_rollup")


def least_bytes(workers: int) -> int:
    """The least that a run with so many workers can stay under."""
    return DRIVER_BYTES + _worker_bytes(workers) + MIN_DATA_BYTES


def most_workers(memory_bytes: int, workers: int) -> int:
    """So many workers, or as many as the memory has room for; one at least."""
    fitting = (memory_bytes - DRIVER_BYTES - MIN_DATA_BYTES) // WORKER_BYTES
    return max(1, min(workers, fitting))


def left_bytes(memory_bytes: int, workers: int = 1) -> int:
    """What the memory of a run leaves for data, now that this process and so many workers are there."""
    return max(MIN_DATA_BYTES, memory_bytes - _own_bytes() - _worker_bytes(workers))


def database_bytes(memory_bytes: int) -> int:
    """The limit of a DuckDB session in this process."""
    return int(left_bytes(memory_bytes) * _COUNTED)


def database_limit(memory_bytes: int) -> str:
    """The same in DuckDB's words."""
    return f"{database_bytes(memory_bytes) // 2**20}MiB"


def collect() -> None:
    """Drop what a pipeline that has ended held, which its objects keep in circles, and give the memory back."""
    gc.collect()
    release()


def release() -> None:
    """Give memory that is free inside this process back to the system, where its libraries can."""
    pa.default_memory_pool().release_unused()
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def free_blocks_at_once() -> None:
    """Take every block of a shuffle from the system on its own, so that it is given back when it is dropped.

    glibc would keep blocks in heaps instead, the more the larger those that were dropped before, where the small
    objects between them hold on to several times the memory in use.
    """
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _BLOCK_BYTES)


def keep_freed_blocks() -> None:
    """Keep memory at hand again, as glibc does where it had large blocks: faster, where nothing is held for long."""
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_M_TRIM_THRESHOLD, 2 * _LARGE_BYTES)


@cache
def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "gnu_get_libc_version") else None


def _worker_bytes(workers: int) -> int:
    """A single worker is the process that drives."""
    return WORKER_BYTES * workers if workers > 1 else 0


def _own_bytes() -> int:
    """What this process takes now, or what it takes at least where the system does not say."""
    if not _SMAPS.exists():
        return DRIVER_BYTES
    sizes = (line.split() for line in _SMAPS.read_text("ascii").splitlines())
    return sum(int(size[1]) * 1024 for size in sizes if size[0] == "Pss:")
