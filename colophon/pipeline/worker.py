"""One worker process of the local engine: quiet, on one core, and gone when the process that started it is.

Started by `runners` as `python -m colophon.pipeline.worker DRIVER`, the number of the process that starts it, with the
engine's addresses in the environment.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from typing import NoReturn

import pyarrow as pa

from colophon.process import begin, leave

#: Argument that lets the engine's own messages through.
VERBOSE = "--verbose"


def main() -> NoReturn:
    """Serve the engine until it says to stop."""
    begin()
    if VERBOSE not in sys.argv:
        # What goes wrong travels to the driver as the failure of a bundle; the log would only repeat it.
        logging.disable(logging.CRITICAL)
    # A person's interrupt reaches the whole process group; the driver answers it, and the workers end with the driver.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with(int(sys.argv[1]))
    # The engine's processes are the parallelism.
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    from apache_beam.runners.worker import sdk_worker_main  # after logging is set, which its imports use

    sdk_worker_main.main([])
    leave(0)


def _end_with(driver: int) -> None:
    """Let no worker write on after a crash of the process that coordinates it."""

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(0.25)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


if __name__ == "__main__":
    main()
