"""Engines: the one module that knows which runner executes a pipeline, and how it is told about workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability import local_job_service
from apache_beam.runners.portability.fn_api_runner import FnApiRunner, worker_handlers

from colophon.pipeline.engines.worker import Messages
from colophon.pipeline.engines.workers import Forked, deaths_of_workers, expect_workers, side_by_side
from colophon.pipeline.failures import error_behind
from colophon.pipeline.memory import collect

#: The engine of one machine; named explicitly, because Beam's `DirectRunner` chooses one silently.
LOCAL = "local"


#: How the engine words an interrupt that met one of its steps.
_INTERRUPTED = "KeyboardInterrupt"


@dataclass(frozen=True, slots=True)
class Engine:
    """Which engine runs the pipelines, with how many workers, and Beam options to hand on."""

    runner: str = LOCAL
    workers: int = 1
    options: tuple[str, ...] = ()
    messages: Messages = Messages.HIDDEN

    def at_most(self, elements: int) -> Engine:
        """The same engine with no more workers than there are elements to work on."""
        return replace(self, workers=max(1, min(self.workers, elements)))

    def expect(self) -> None:
        """Prepare for pipelines to come, beside whatever is done before the first."""
        if self.runner == LOCAL and self.workers > 1:
            expect_workers()

    @property
    def description(self) -> str:
        return f"{'FnApiRunner' if self.runner == LOCAL else self.runner}, {self.workers} workers"


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a finished pipeline."""

    transform: str
    name: str
    value: int


def run_pipeline(engine: Engine, build: Callable[[beam.Pipeline], None]) -> tuple[Counter, ...]:
    """Build a pipeline, run it to its end and return its counters, sorted.

    Raises the ColophonError that stopped a worker, KeyboardInterrupt, or the engine's own exception.
    """
    if engine.messages is Messages.HIDDEN:
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    arguments = list(engine.options)
    runner = engine.runner
    if engine.runner == LOCAL:
        runner = FnApiRunner(default_environment=Forked(engine.messages) if engine.workers > 1 else None)
        arguments.append(f"--direct_num_workers={engine.workers}")
    with _safe_services(), deaths_of_workers() as deaths:
        try:
            pipeline = beam.Pipeline(runner=runner, options=PipelineOptions(arguments, save_main_session=False))
            build(pipeline)
            result = pipeline.run()
            result.wait_until_finish()
        except Exception as failure:
            error = error_behind(failure)
            if error is not None:
                raise error from None
            if _INTERRUPTED in str(failure):
                raise KeyboardInterrupt from None
            death = None if engine.workers == 1 else deaths.first()
            if death is not None:
                raise death from None
            raise
    counters = result.metrics().query()["counters"]
    return tuple(
        sorted(
            (Counter(c.key.metric.namespace, c.key.metric.name, int(c.result)) for c in counters),
            key=lambda c: (c.transform, c.name),
        )
    )


def run_pipelines(engine: Engine, builds: Sequence[Callable[[beam.Pipeline], None]]) -> tuple[Counter, ...]:
    """Run pipelines that do not depend on each other; the counters of all. Raises as `run_pipeline`.

    On one machine each runs whole in a process of its own, as many at once as there are workers: what is shuffled stays
    in memory, where workers of one pipeline would send it through the driver, which takes longer than the work.
    """
    if engine.runner != LOCAL or engine.workers == 1:
        counters: list[Counter] = []
        for build in builds:
            counters += run_pipeline(engine, build)
            collect()
        return tuple(counters)
    alone = replace(engine, workers=1)
    tasks = [partial(run_pipeline, alone, build) for build in builds]
    return tuple(c for counters in side_by_side(tasks, engine.workers, engine.messages) for c in counters)


@contextmanager
def _safe_services() -> Iterator[None]:
    """Keep Beam's local services from two harms while a pipeline runs (docs/decisions/local-engine.md).

    They bind to all interfaces without any check. And a timer flushes what the driver sends to its workers while
    another thread writes to the same buffer without a lock, so that what is written in between is lost.
    """
    modules = (worker_handlers, local_job_service)
    limit = worker_handlers.DATA_BUFFER_TIME_LIMIT_MS
    for module in modules:
        module.grpc = _LoopbackGrpc()
    worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = 0
    try:
        yield
    finally:
        for module in modules:
            module.grpc = grpc
        worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = limit


class _LoopbackGrpc:
    """The grpc module, but for servers, which listen on loopback where they were told to listen everywhere."""

    def server(self, *args: Any, **kwargs: Any) -> Any:
        server = grpc.server(*args, **kwargs)
        bind = server.add_insecure_port
        server.add_insecure_port = lambda address: bind(address.replace("[::]", "127.0.0.1"))
        return server

    def __getattr__(self, name: str) -> Any:
        return getattr(grpc, name)
