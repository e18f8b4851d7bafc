"""Runs that end badly: the error says what to do, nothing half done counts, and the next run continues."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from colophon.errors import InputUnreadableError, OutputUnwritableError, RecordChangedError, RecordLockedError
from colophon.pipeline import job
from colophon.pipeline.engines.beam import Engine
from colophon.query.session import views_sql
from colophon.record import generations as generation
from colophon.record import storage as record_folder
from colophon.record.storage import LOCK, LocalFolder
from colophon.record.verify import verify

pytestmark = pytest.mark.job


def start(small, record):
    """A run as a user starts it, in a process group of its own."""
    command = [
        sys.executable,
        "-m",
        "colophon",
        "-q",
        "run",
        str(small.write()),
        "--record",
        str(record),
        "--workers",
        "2",
    ]
    with (small.folder / "messages").open("wb") as messages:
        return subprocess.Popen(command, start_new_session=True, stderr=messages, preexec_fn=_heed_interrupts)  # noqa: PLW1509  # no threads run here


def _heed_interrupts():
    # A test run in the background may have been told to ignore them, which programs inherit.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def committed(record):
    parts = record / "tables" / "shards" / "gen=0001"
    return len([p for p in parts.iterdir() if not p.name.startswith(".")]) if parts.is_dir() else 0


@pytest.mark.parametrize("shards", [0, 2, 5])
def test_a_killed_run_continues_to_the_same_record(small, record, tmp_path, shards):
    other = tmp_path / "killed"
    run = start(small, other)
    deadline = time.monotonic() + 60
    while committed(other) < shards or not (other / "plans").is_dir():
        assert run.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert not (other / "manifest.json").exists()
    small.run(other)
    assert small.root(other) == small.root(record)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not list the children of a process")
def test_workers_end_when_the_run_is_killed(small, tmp_path):
    run = start(small, tmp_path / "killed")
    deadline = time.monotonic() + 60
    workers = []
    try:
        while len(workers) < 2 and run.poll() is None and time.monotonic() < deadline:
            # Workers are forked from a server, which is a child of the run.
            workers = [worker for child in _children(run.pid) for worker in _children(child.name)]
            time.sleep(0.01)
    finally:
        run.kill()
        run.wait()
    while any(_runs(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(workers) == 2
    assert not [worker for worker in workers if _runs(worker)]


def _children(process):
    """The children of a process, which its threads have; each may end while it is asked."""
    with suppress(OSError):
        for task in list(Path(f"/proc/{process}/task").iterdir()):
            yield from (Path("/proc", child) for child in (task / "children").read_text().split())


def _runs(process):
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_an_interrupt_ends_with_130_and_a_plain_line(small, tmp_path):
    run = start(small, tmp_path / "interrupted")
    while not committed(tmp_path / "interrupted"):
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=60) == 130
    message = (small.folder / "messages").read_text()
    assert "Traceback" not in message
    assert "run the same command again to continue" in message


@pytest.mark.parametrize("write", [1, 4, 11])
def test_a_full_disk_is_said_plainly_and_the_next_run_continues(small, record, tmp_path, monkeypatch, write):
    commit, writes = LocalFolder.committing, 0

    @contextmanager
    def filling_up(self, path):
        nonlocal writes
        writes += 1
        if writes == write:
            raise OutputUnwritableError(path, os.strerror(errno.ENOSPC))
        with commit(self, path) as file:
            yield file

    with monkeypatch.context() as patch:
        patch.setattr(LocalFolder, "committing", filling_up)
        with pytest.raises(OutputUnwritableError, match="No space left"):
            small.run(tmp_path / "full")
    small.run(tmp_path / "full")
    assert small.root(tmp_path / "full") == small.root(record)


def test_a_disk_that_fills_while_a_part_is_written_leaves_no_part(tmp_path, monkeypatch):
    def no_space(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(record_folder.os, "fsync", no_space)
    with pytest.raises(OutputUnwritableError, match="No space left"):
        LocalFolder(str(tmp_path)).write("tables/x", b"content")
    assert LocalFolder(str(tmp_path)).walk() == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_input_that_vanishes_while_it_is_waiting_is_named_and_costs_nothing_else(
    small, record, tmp_path, monkeypatch, workers
):
    file, aside = small.folder / "data" / "books.parquet", small.folder / "aside"
    commit = job.commit_plan

    def commit_then_vanish(*arguments):
        commit(*arguments)
        file.rename(aside)

    with monkeypatch.context() as patch:
        patch.setattr(job, "commit_plan", commit_then_vanish)
        with pytest.raises(InputUnreadableError, match=r"books\.parquet"):
            small.run(tmp_path / "r", engine=Engine(workers=workers))
    aside.rename(file)
    small.run(tmp_path / "r")
    assert small.root(tmp_path / "r") == small.root(record)


def test_shards_that_were_committed_are_not_read_again(small, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(generation, "commit_manifest", _fail)
        with pytest.raises(OutputUnwritableError):
            small.run(tmp_path / "r")
    before = {f: f.stat().st_ino for f in (tmp_path / "r" / "tables").rglob("shard-*.parquet")}
    small.run(tmp_path / "r")
    assert {f: f.stat().st_ino for f in before} == before
    assert not (tmp_path / "r" / "work").exists()


def test_a_file_added_while_a_run_is_unfinished_is_refused_by_name(small, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(generation, "commit_manifest", _fail)
        with pytest.raises(OutputUnwritableError):
            small.run(tmp_path / "r")
    added = small.folder / "data" / "letters" / "9.txt"
    added.write_text("a letter that came later " * 10)
    with pytest.raises(RecordChangedError, match=r"letters/9\.txt: was added while a run was unfinished"):
        small.run(tmp_path / "r")
    added.unlink()
    small.run(tmp_path / "r")


def test_a_run_that_failed_before_its_manifest_leaves_the_old_generation_whole(small, record, monkeypatch):
    (small.folder / "data" / "letters" / "9.txt").write_text("a letter that came later " * 10)
    with monkeypatch.context() as patch:
        patch.setattr(generation, "commit_manifest", _fail)
        with pytest.raises(OutputUnwritableError):
            small.run(record)
    found = verify(str(record), views_sql)
    assert not found.problems
    assert found.unfinished
    small.run(record)
    assert not verify(str(record), views_sql).unfinished


def _fail(*_):
    raise OutputUnwritableError("manifest.json", "for the test")


def test_a_record_is_written_by_one_process_at_a_time(small, tmp_path):
    with LocalFolder(str(tmp_path / "r")).writing(), pytest.raises(RecordLockedError, match=f"process {os.getpid()}"):
        small.run(tmp_path / "r")


def test_the_lock_of_a_process_that_is_gone_is_taken_over(small, tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", "import sys; sys.exit(0)"])
    with LocalFolder(str(tmp_path / "r")).writing():
        held = (tmp_path / "r" / LOCK).read_text()
    gone.wait()
    (tmp_path / "r" / LOCK).write_text(held.replace(str(os.getpid()), str(gone.pid)))
    small.run(tmp_path / "r", "books")


def test_a_lock_that_was_cut_off_while_it_was_written_is_taken_over(small, tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / LOCK).write_text('{"host": "')
    small.run(tmp_path / "r", "books")
