"""The memory of this process and of all below it, while something runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 0.2


@dataclass(slots=True)
class Peak:
    """The largest sum seen of proportional set sizes, in which pages that processes share are counted once."""

    size_bytes: int = 0


@contextmanager
def peak_of_tree() -> Iterator[Peak]:
    """Look several times a second until the body ends. Linux alone says what is looked for."""
    peak, stop = Peak(), threading.Event()

    def watch() -> None:
        while not stop.wait(_SECONDS):
            peak.size_bytes = max(peak.size_bytes, sum(map(_size, _tree(os.getpid()))))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join()


def _tree(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):  # it or one of its threads has ended
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text("ascii").split():
                yield from _tree(int(child))


def _size(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
