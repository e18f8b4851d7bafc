"""Tasks in processes of their own: answers in order, errors as they are, nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from functools import partial
from pathlib import Path

import pytest

from colophon.errors import BadArgumentError, WorkerEndedError
from colophon.pipeline.engines.worker import Messages
from colophon.pipeline.engines.workers import side_by_side
from colophon.pipeline.failures import WorkerError


def run(tasks, at_once=2):
    return side_by_side(tasks, at_once, Messages.HIDDEN)


def test_answers_come_in_the_order_of_the_tasks():
    assert run([partial(pow, number, 2) for number in range(5)]) == (0, 1, 4, 9, 16)


def test_each_task_has_a_process_of_its_own():
    assert len({os.getpid(), *run([os.getpid] * 3)}) == 4


def test_a_task_sees_the_folder_and_the_variables_of_now(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOPHON_TEST_OF_WORKERS", "new")
    assert run([Path.cwd, partial(os.getenv, "COLOPHON_TEST_OF_WORKERS")]) == (tmp_path, "new")


def test_an_error_of_a_task_is_raised_and_the_others_end():
    with pytest.raises(BadArgumentError, match="no number"):
        run([partial(_refuse, "no number"), partial(_wait_for_ever)])
    for process in multiprocessing.active_children():
        process.join(20)
    assert not multiprocessing.active_children()


def test_a_process_that_is_killed_is_said_plainly():
    with pytest.raises(WorkerEndedError, match="signal 9"):
        run([partial(_kill_itself)])


def _refuse(text):
    raise BadArgumentError("--workers", text, "a number")


def _wait_for_ever():
    signal.pause()


def _kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_defect_of_a_task_says_where_in_the_worker_it_was():
    with pytest.raises(KeyError) as raised:
        run([partial(_break, KeyError("key"))])
    assert "in _break" in "".join(traceback.format_exception(raised.value))


def test_a_defect_that_cannot_be_pickled_is_raised_in_words():
    with pytest.raises(WorkerError, match="_UnpicklableError: text"):
        run([partial(_break_unpicklably)])


class _UnpicklableError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one}{two}")


def _break(failure):
    raise failure


def _break_unpicklably():
    raise _UnpicklableError("te", "xt")
