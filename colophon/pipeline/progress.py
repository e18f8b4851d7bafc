"""Progress of long work: workers note what they did in small files, the driver adds them up and shows them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from colophon.pipeline.scratch import WorkFolder

_WRITE_SECONDS = 0.3
_LINE_SECONDS = 10.0
_BEING_WRITTEN = ".new"


@dataclass(frozen=True, slots=True)
class Done:
    """What one worker has done of one transform."""

    shards: int = 0
    documents: int = 0
    text_bytes: int = 0


class Meter:
    """A worker's side: adds up, and writes a small file now and then; costs nothing else."""

    def __init__(self, notes: WorkFolder, transform: str) -> None:
        self._path = notes.scratch() / f"{transform}.{os.getpid()}.{threading.get_ident()}"
        self._done = Done()
        self._written = 0.0

    def add(self, documents: int, text_bytes: int) -> None:
        done = self._done
        self._done = Done(done.shards, done.documents + documents, done.text_bytes + text_bytes)
        if time.monotonic() - self._written > _WRITE_SECONDS:
            self._write()

    def shard_done(self) -> None:
        done = self._done
        self._done = Done(done.shards + 1, done.documents, done.text_bytes)
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f"{self._path.name}{_BEING_WRITTEN}")
        temporary.write_bytes(msgspec.json.encode(self._done))
        temporary.replace(self._path)


class ProgressDisplay:
    """The driver's side: a bar for each transform on a terminal, plain lines otherwise, nothing where quiet."""

    def __init__(self, notes: WorkFolder, console: Console | None) -> None:
        self._folder = notes.scratch()
        self._console = console
        self._bars: Progress | None = None

    def __enter__(self) -> Self:
        if self._console is not None and self._console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[unit]}  {task.fields[rate]}"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def transform(self, name: str, description: str, shards: int) -> Iterator[None]:
        """Show a transform over so many shards while the body runs."""
        task = None
        if self._bars is not None:
            task = self._bars.add_task(description, total=shards, unit="shards", rate="")
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(name, description, shards, task, stop), daemon=True)
        began = time.monotonic()
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()
        if self._bars is not None and task is not None:
            self._bars.update(task, completed=shards)
        elif self._console is not None:
            self._console.print(
                f"{description}: done in {time.monotonic() - began:.1f} s", highlight=False, soft_wrap=True
            )

    def _watch(self, name: str, description: str, shards: int, task: TaskID | None, stop: threading.Event) -> None:
        began = last_line = time.monotonic()
        while not stop.wait(_WRITE_SECONDS):
            done = self._add_up(name)
            seconds = max(time.monotonic() - began, 1e-3)
            rate = f"{done.documents / seconds:,.0f} documents/s, {done.text_bytes / seconds / 1e6:,.1f} MB/s"
            if self._bars is not None and task is not None:
                self._bars.update(task, completed=done.shards, rate=rate)
            elif self._console is not None and time.monotonic() - last_line > _LINE_SECONDS:
                last_line = time.monotonic()
                left = f", {seconds / done.shards * (shards - done.shards):,.0f} s left" if done.shards else ""
                line = f"{description}: {done.shards} of {shards} shards, {done.documents:,} documents, {rate}{left}"
                self._console.print(line, highlight=False, soft_wrap=True)

    def _add_up(self, name: str) -> Done:
        files = [f for f in self._folder.glob(f"{name}.*") if f.suffix != _BEING_WRITTEN]
        done = [msgspec.json.decode(file.read_bytes(), type=Done) for file in files]
        return Done(
            sum(d.shards for d in done),
            sum(d.documents for d in done),
            sum(d.text_bytes for d in done),
        )
