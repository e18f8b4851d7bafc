"""Files that end the process that reads them (an abort or a memory error in native code): found by reading, alone, what
was being read when a process ended, and marked in the plan, so that each costs one reject and not the run."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from colophon.connectors.rows import InputFile
from colophon.errors import WorkerEndedError
from colophon.pipeline.engines.worker import Messages
from colophon.pipeline.engines.workers import side_by_side
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import ShardReader

#: Why a file is not read that a process ended on twice, the second time with nothing else to do.
READER_DIED = "reader_died"

#: Signals that end a process for what it did itself. Memory that runs out ends it by another one.
_OWN_FAULT = frozenset({-signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL, -signal.SIGSEGV})


@contextmanager
def noted(notes: WorkFolder, planned: PlannedShard) -> Iterator[None]:
    """Note that a shard is being read; the note stays where the process ends meanwhile."""
    note = notes.scratch() / str(planned.ordinal)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def being_read(notes: WorkFolder, shards: Iterable[PlannedShard]) -> tuple[PlannedShard, ...]:
    """Those of the shards that processes which have ended were reading."""
    ordinals = {int(path.rpartition("/")[2]) for path in notes.written()}
    return tuple(planned for planned in shards if planned.ordinal in ordinals)


@dataclass(frozen=True, slots=True)
class TrialReading:
    """How shards are read alone: by which reader, and where it is noted how far that came."""

    reader: ShardReader
    notes: WorkFolder
    messages: Messages

    def marked(self, planned: PlannedShard) -> PlannedShard:
        """The shard with each file marked on which a process ends that reads nothing else. A range of a file is left
        as it is. Raises what reading raises, and WorkerEndedError for a process that ends for another cause."""
        if planned.shard.begin is not None:
            return planned
        files = list(planned.shard.files)
        for number in self._deadly(planned, files):
            files[number] = replace(files[number], not_read=READER_DIED)
        return replace(planned, shard=replace(planned.shard, files=tuple(files)))

    def _deadly(self, planned: PlannedShard, files: list[InputFile]) -> Iterator[int]:
        begin = 0
        while begin < len(files):
            self.notes.remove()
            trial = _Trial(self.reader, planned, begin, self.notes)
            try:
                side_by_side([trial], 1, self.messages)
            except WorkerEndedError as ended:
                deadly = trial.reached()
                if deadly is None or ended.ended_with not in _OWN_FAULT:
                    path = planned.shard.path if deadly is None else files[deadly].path
                    raise WorkerEndedError(ended.ended_with, path) from None
                yield deadly
                begin = deadly + 1
            else:
                return


@dataclass(frozen=True, slots=True)
class _Trial:
    """Reads the files of a shard one by one from a number on, and gives nothing."""

    reader: ShardReader
    planned: PlannedShard
    begin: int
    notes: WorkFolder

    def __call__(self) -> None:
        connector, shard = self.reader.reader(self.planned).connector, self.planned.shard
        note = self.notes.scratch() / "reached"
        note.parent.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(shard.files[self.begin :], self.begin):
            note.write_text(str(number))
            for _ in connector.read(replace(shard, files=(file,))):
                pass

    def reached(self) -> int | None:
        """The number of the file that was read last; None where none was begun."""
        note = self.notes.scratch() / "reached"
        return int(note.read_text()) if note.exists() else None
