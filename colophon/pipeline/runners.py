"""Engines: the one module that knows which runner executes a pipeline, and how it is told about workers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability import local_job_service
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from colophon.pipeline.failures import error_behind

#: The engine of one machine; named explicitly, because Beam's `DirectRunner` chooses one silently.
LOCAL = "local"

_BEAM_NAMES = {LOCAL: "FnApiRunner"}


@dataclass(frozen=True, slots=True)
class Engine:
    """Which engine runs the pipelines, with how many workers, and Beam options to hand on."""

    runner: str = LOCAL
    workers: int = 1
    options: tuple[str, ...] = ()

    def at_most(self, elements: int) -> Engine:
        """The same engine with no more workers than there are elements to work on."""
        return Engine(self.runner, max(1, min(self.workers, elements)), self.options)

    @property
    def description(self) -> str:
        return f"{_BEAM_NAMES.get(self.runner, self.runner)}, {self.workers} workers"


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a finished pipeline."""

    transform: str
    name: str
    value: int


def run_pipeline(engine: Engine, build: Callable[[beam.Pipeline], None]) -> tuple[Counter, ...]:
    """Build a pipeline, run it to its end and return its counters, sorted.

    Raises the ColophonError that stopped a worker, or the engine's own exception.
    """
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    arguments = [f"--runner={_BEAM_NAMES.get(engine.runner, engine.runner)}", *engine.options]
    if engine.runner == LOCAL:
        mode = "multi_processing" if engine.workers > 1 else "in_memory"
        arguments += [f"--direct_running_mode={mode}", f"--direct_num_workers={engine.workers}"]
    options = PipelineOptions(arguments, save_main_session=False)
    try:
        with _loopback_only():
            pipeline = beam.Pipeline(options=options)
            build(pipeline)
            result = pipeline.run()
            result.wait_until_finish()
    except Exception as failure:
        error = error_behind(failure)
        if error is None:
            raise
        raise error from None
    counters = result.metrics().query()["counters"]
    return tuple(
        sorted(
            (Counter(c.key.metric.namespace, c.key.metric.name, int(c.result)) for c in counters),
            key=lambda c: (c.transform, c.name),
        )
    )


@contextmanager
def _loopback_only() -> Iterator[None]:
    """Keep Beam's local services off other interfaces than loopback: they bind to all of them, without any check."""
    modules = (worker_handlers, local_job_service)
    for module in modules:
        module.grpc = _LoopbackGrpc()
    try:
        yield
    finally:
        for module in modules:
            module.grpc = grpc


class _LoopbackGrpc:
    """The grpc module, but for servers, which listen on loopback where they were told to listen everywhere."""

    def server(self, *args: Any, **kwargs: Any) -> Any:
        made = grpc.server(*args, **kwargs)
        bind = made.add_insecure_port
        made.add_insecure_port = lambda address: bind(address.replace("[::]", "127.0.0.1"))
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(grpc, name)


def end_with_parent(process: int) -> None:
    """End this worker process soon after the process that started it, so that none writes on after a crash."""
    if process == os.getpid():
        return

    def watch() -> None:
        while os.getppid() == process:
            time.sleep(0.5)
        os._exit(1)

    if os.getppid() == process:
        threading.Thread(target=watch, daemon=True, name="end-with-parent").start()
