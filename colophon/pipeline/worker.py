"""One worker process of the local engine: quiet, on one core, and gone when the process that started it is."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import wait
from typing import NoReturn

import pyarrow as pa

from colophon.process import begin, leave


class Messages(StrEnum):
    """Whether the engine's own messages are shown."""

    HIDDEN = "hidden"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker is told: the folder and the variables of the driver as they are now, with the variables that Beam's
    worker reads, name and value; and whether it logs."""

    folder: str
    variables: tuple[tuple[str, str], ...]
    messages: Messages


def serve(assignment: Assignment) -> NoReturn:
    """Serve the engine until it says to stop, in a process forked from a server that imported all before."""
    # A person's interrupt reaches the whole process group; the driver answers it, and the workers end with the driver.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin()
    # What goes wrong travels to the driver as the failure of a bundle; the log would only repeat it.
    logging.disable(logging.NOTSET if assignment.messages is Messages.SHOWN else logging.CRITICAL)
    # What was imported stays for good: nobody need look whether it is garbage, nor write to the pages it is shared in.
    gc.freeze()
    _end_with_driver()
    # The engine's processes are the parallelism.
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    os.chdir(assignment.folder)
    os.environ.clear()
    os.environ.update(assignment.variables)
    from apache_beam.runners.worker import sdk_worker_main  # here, so that the driver does without

    sdk_worker_main.main([])
    leave(0)


def _end_with_driver() -> None:
    """Let no worker write on after a crash of the process that coordinates it."""
    driver = multiprocessing.parent_process()
    if driver is None:
        return

    def watch() -> None:
        wait([driver.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-driver").start()
