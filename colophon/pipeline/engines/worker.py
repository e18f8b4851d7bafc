"""One worker process: quiet, on one core, and gone when the process that started it is."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from typing import NoReturn

import pyarrow as pa

from colophon.pipeline.failures import with_traceback
from colophon.process import begin, leave


class Messages(StrEnum):
    """Whether the engine's own messages are shown."""

    HIDDEN = "hidden"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class WorkerEnvironment:
    """What a worker shares with its driver as it is now: the folder, the variables by name and value, and whether the
    engine's messages are shown."""

    folder: str
    variables: tuple[tuple[str, str], ...]
    messages: Messages


def serve(place: WorkerEnvironment) -> NoReturn:
    """Serve the engine, whose addresses are among the variables, until it says to stop."""
    _settle(place)
    from apache_beam.runners.worker import sdk_worker_main  # here, so that the driver does without

    sdk_worker_main.main([])
    leave(0)


def perform(place: WorkerEnvironment, task: Callable[[], object], answer: Connection) -> NoReturn:
    """Do one task and send what it returns, or the exception that it raises."""
    _settle(place)
    try:
        answer.send(task())
    except Exception as failure:  # noqa: BLE001  # it is raised again by the driver
        answer.send(with_traceback(failure))
    leave(0)


def _settle(place: WorkerEnvironment) -> None:
    """Become a worker, in a process forked from a server that imported all before."""
    # A person's interrupt reaches the whole process group; the driver answers it, and the workers end with the driver.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin()
    # What goes wrong travels to the driver as the failure of a bundle; the log would only repeat it.
    logging.disable(logging.NOTSET if place.messages is Messages.SHOWN else logging.CRITICAL)
    # What was imported stays for good: nobody need look whether it is garbage, nor write to the pages it is shared in.
    gc.freeze()
    _end_with_driver()
    # The processes are the parallelism.
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    os.chdir(place.folder)
    os.environ.clear()
    os.environ.update(place.variables)


def _end_with_driver() -> None:
    """Let no worker write on after a crash of the process that coordinates it."""
    driver = multiprocessing.parent_process()
    if driver is None:
        return

    def watch() -> None:
        wait([driver.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-driver").start()
