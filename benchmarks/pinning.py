"""Threads and cores: every engine that is measured gets as many threads as cores, and its process those cores alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence

#: What each engine reads its number of threads from. (DuckDB is told by its own setting, datatrove by its workers.)
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "ARROW_IO_THREADS",
    "TOKENIZERS_PARALLELISM",
)


def environment(threads: int) -> Mapping[str, str]:
    """The environment of a process whose engines use so many threads, and which writes its byte code once."""
    pinned = {name: str(threads) for name in _THREAD_VARIABLES} | {"TOKENIZERS_PARALLELISM": "false"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | pinned | {"HF_HUB_OFFLINE": "1"}


def pinned(command: Sequence[str], cores: int) -> list[str]:
    """The command, bound to the last so many cores this process may use. Raises OSError where they are too few."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < cores:
        raise OSError(f"{cores} cores are wanted and {len(usable)} may be used: run it on a machine with more")
    taskset = shutil.which("taskset")
    if taskset is None:
        raise OSError("taskset is missing: install util-linux")
    return [taskset, "--cpu-list", ",".join(map(str, usable[-cores:])), *command]
