from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from colophon.errors import OutputUnwritableError, RecordLockedError
from colophon.record import lock
from colophon.record.storage import LOCK, LocalFolder


@pytest.fixture
def folder(tmp_path):
    return LocalFolder(str(tmp_path / "record"))


def held(folder, **changed):
    """A lock file as this process writes it, with some facts changed."""
    with folder.writing():
        content = json.loads(folder.read(LOCK))
    folder.write(LOCK, json.dumps(content | changed).encode())


def locked(folder):
    try:
        with folder.writing():
            return None
    except RecordLockedError as error:
        return error


def test_the_lock_names_host_process_and_time_and_goes_at_the_end(folder):
    with folder.writing():
        content = json.loads(folder.read(LOCK))
        assert (content["host"], content["process"]) == (socket.gethostname(), os.getpid())
        assert content["since"].startswith("20")
    assert folder.walk() == ()


def test_the_lock_goes_when_the_work_fails(folder):
    def fail():
        with folder.writing():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert folder.walk() == ()


def test_a_second_writer_is_refused_and_the_first_keeps_the_lock(folder):
    with folder.writing():
        assert locked(folder).process == os.getpid()
        assert folder.exists(LOCK)


def test_another_process_that_lives_is_named(folder):
    code = (
        "import sys\nfrom colophon.record.storage import LocalFolder\n"
        "with LocalFolder(sys.argv[1]).writing():\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, folder.location], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"held\n"
        error = locked(folder)
        assert error.process == other.pid
        assert "wait for it" in str(error)
    finally:
        other.communicate()
    assert locked(folder) is None


def test_a_process_that_is_gone_holds_nothing(folder):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    held(folder, process=gone.pid)
    assert locked(folder) is None


def test_a_later_process_with_the_same_number_is_another_one(folder):
    held(folder)
    assert locked(folder) is None


def test_a_process_of_another_host_is_never_taken_for_gone(folder):
    held(folder, host="elsewhere.example", process=1)
    assert locked(folder).host == "elsewhere.example"


@pytest.mark.parametrize("content", [b"", b'{"host": "', b"[]", b'{"host": 1}', b"\xff", b'{"host": "\xff"}'])
def test_a_lock_that_was_cut_off_is_taken_over(folder, content):
    folder.write(LOCK, content)
    assert locked(folder) is None


@pytest.mark.parametrize("left", [None, b"", b'{"host": "'])
def test_of_many_at_once_one_writes(folder, left):
    if left is not None:
        folder.write(LOCK, left)
    inside, most, refused = [], [], []
    start, all_tried = threading.Barrier(8), threading.Barrier(8)

    def compete():
        start.wait()
        try:
            with folder.writing():
                inside.append(1)
                most.append(len(inside))
                all_tried.wait()
                inside.pop()
        except RecordLockedError:
            refused.append(1)
            all_tried.wait()

    threads = [threading.Thread(target=compete) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(refused)) == ([1], 7)


def test_writers_that_come_and_go_are_never_two_at_a_time(folder):
    inside, overlaps, writes = [], [], []

    def compete():
        for _ in range(200):
            with contextlib.suppress(RecordLockedError), folder.writing():
                inside.append(1)
                overlaps.append(len(inside) > 1)
                writes.append(1)
                inside.pop()

    threads = [threading.Thread(target=compete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writes
    assert not any(overlaps)


def test_a_folder_that_cannot_be_written_is_named(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lock.os, "open", refuse)
    with pytest.raises(OutputUnwritableError, match="Permission denied"):
        locked(folder)
