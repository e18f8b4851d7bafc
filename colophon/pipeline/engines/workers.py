"""Worker processes, forked from a server that has imported all they need: Beam's own, and others for whole tasks."""

from __future__ import annotations

import multiprocessing
import multiprocessing.spawn
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import grpc
from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.transforms import environments
from google.protobuf import json_format, text_format

from colophon.errors import WorkerEndedError
from colophon.pipeline.engines import worker
from colophon.pipeline.failures import carried
from colophon.search_path import safe_search_path

T = TypeVar("T")

#: The module that the server of workers imports before any is asked for.
_SERVER = "colophon.pipeline.engines.preload"

_URN = "colophon:env:forked:v1"

#: How long it may take until the end of a worker is known whose connection is gone.
_SECONDS_TO_NOTICE = 2

#: How long a worker that was told to stop may take.
_SECONDS_TO_STOP = 30

#: What multiprocessing would have each process import of the program that starts it: its main module, by name or path.
_MAIN_MODULE = ("init_main_from_name", "init_main_from_path")

_processes = multiprocessing.get_context("forkserver")
_starting = threading.Lock()


def expect_workers() -> None:
    """Start the server of workers, which is ready by the time the first pipeline needs one."""
    _processes.set_forkserver_preload([_SERVER])
    with _safe_imports():
        ensure_running()


@contextmanager
def _safe_imports() -> Iterator[None]:
    """Let processes that are started meanwhile import from the safe search path only, and not the main module.

    multiprocessing starts its server and its resource tracker with the current folder first on their search path, hands
    them that of this process, and runs the script that called this program again in each of them.
    """
    search_path = safe_search_path()
    environment = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(search_path)}
    with _starting:
        before = {name: os.environ.get(name) for name in environment}
        prepared = multiprocessing.spawn.get_preparation_data

        def safely_prepared(name: str) -> dict[str, Any]:
            facts = {fact: value for fact, value in prepared(name).items() if fact not in _MAIN_MODULE}
            return facts | {"sys_path": search_path}

        os.environ.update(environment)
        multiprocessing.spawn.get_preparation_data = safely_prepared
        try:
            yield
        finally:
            multiprocessing.spawn.get_preparation_data = prepared
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def side_by_side(tasks: Sequence[Callable[[], T]], at_once: int, messages: worker.Messages) -> tuple[T, ...]:
    """What each task returns; so many run at once, each in a process of its own, from which memory goes back whole.

    Tasks and what they return are pickled. Raises what a task raises, after the others were ended; WorkerEndedError.
    """
    done: dict[int, T] = {}
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    waiting = iter(enumerate(tasks))
    try:
        while len(done) < len(tasks):
            for number, task in islice(waiting, at_once - len(running)):
                answer, sent = _processes.Pipe(duplex=False)
                running[answer] = number, _start(worker.perform, _place(messages), task, sent)
                sent.close()
            ready = wait(list(running))
            for answer in [one for one in running if one in ready]:
                number, process = running.pop(answer)
                done[number] = _answered(answer, process)
    finally:
        for _, process in running.values():
            process.kill()
    return tuple(done[number] for number in range(len(tasks)))


def _answered(answer: Connection, process: BaseProcess) -> Any:
    """What a process sent before it ended."""
    try:
        said = answer.recv()
    except EOFError:
        process.join()
        raise WorkerEndedError(process.exitcode or 0) from None
    finally:
        answer.close()
    process.join()
    if isinstance(said, Exception):
        raise said
    return said


class WorkerDeaths:
    """What ended workers of a pipeline that nobody told to end."""

    def __init__(self) -> None:
        self._noted = threading.Event()
        self._first: WorkerEndedError | None = None

    def note(self, error: WorkerEndedError) -> None:
        """Take up the death of a worker."""
        self._first = self._first or error
        self._noted.set()

    def first(self) -> WorkerEndedError | None:
        """The error of the first, None where none died. It is asked for once the pipeline has failed: the engine may
        notice first that a connection is gone, and says only that."""
        self._noted.wait(_SECONDS_TO_NOTICE)
        return self._first


@contextmanager
def deaths_of_workers() -> Iterator[WorkerDeaths]:
    """The deaths of workers in the pipeline that is run meanwhile. Threads of the engine whose connection to a worker
    is gone print nothing."""
    hook = threading.excepthook

    def unless_connection_is_gone(raised: threading.ExceptHookArgs) -> None:
        if not issubclass(raised.exc_type, grpc.RpcError):
            hook(raised)

    threading.excepthook = unless_connection_is_gone
    _ForkedWorker.deaths = WorkerDeaths()
    try:
        yield _ForkedWorker.deaths
    finally:
        threading.excepthook = hook


@environments.Environment.register_urn(_URN, bytes)
class Forked(environments.Environment):  # type: ignore[misc]  # Beam is untyped
    """The environment of workers that are processes of this program."""

    def __init__(self, messages: worker.Messages) -> None:
        super().__init__(capabilities=environments.python_sdk_capabilities(), artifacts=())
        self._messages = messages

    def to_runner_api_parameter(self, _context: object) -> tuple[str, bytes]:
        return _URN, self._messages.encode()

    @staticmethod
    def from_runner_api_parameter(
        payload: bytes, _capabilities: Iterable[str], _artifacts: object, _resource_hints: object, _context: object
    ) -> Forked:
        return Forked(worker.Messages(payload.decode()))


@worker_handlers.WorkerHandler.register_environment(_URN, bytes)
class _ForkedWorker(worker_handlers.GrpcWorkerHandler):  # type: ignore[misc]  # Beam is untyped
    """A worker as the engine handles it. One that ends unasked fails the pipeline at once."""

    #: those of the pipeline under way
    deaths: ClassVar[WorkerDeaths] = WorkerDeaths()

    def __init__(self, payload: bytes, state: Any, provision_info: Any, grpc_server: Any) -> None:
        super().__init__(state, provision_info, grpc_server)
        self._messages = worker.Messages(payload.decode())
        self._stopping = threading.Event()
        self._killed = threading.Event()

    def start_worker(self) -> None:
        options = json_format.MessageToJson(self.provision_info.provision_info.pipeline_options)
        addresses = {
            "WORKER_ID": self.worker_id,
            "CONTROL_API_SERVICE_DESCRIPTOR": _address(self.control_api_service_descriptor()),
            "LOGGING_API_SERVICE_DESCRIPTOR": _address(self.logging_api_service_descriptor()),
            "PIPELINE_OPTIONS": options,
        }
        self._process = _start(worker.serve, _place(self._messages, addresses))
        self._watching = threading.Thread(target=self._watch, daemon=True, name=f"watch-{self.worker_id}")
        self._watching.start()

    def stop_worker(self) -> None:
        self._stopping.set()
        # The thread alone asks for the exit code, which can be read once.
        self._watching.join(_SECONDS_TO_STOP)
        if self._watching.is_alive():
            self._killed.set()
            self._process.kill()

    def _watch(self) -> None:
        self._process.join()
        ended = WorkerEndedError(self._process.exitcode or 0)
        if ended.ended_with < 0 and not self._killed.is_set():
            self.deaths.note(ended)
        if not self._stopping.is_set():
            self.control_conn.abort(carried(ended))


def _place(messages: worker.Messages, more: Mapping[str, str] | None = None) -> worker.WorkerEnvironment:
    return worker.WorkerEnvironment(str(Path.cwd()), tuple({**os.environ, **(more or {})}.items()), messages)


def _start(target: Callable[..., Any], *arguments: object) -> BaseProcess:
    process = _processes.Process(target=target, args=arguments, daemon=True)
    with _safe_imports():
        process.start()
    return process


def _address(descriptor: endpoints_pb2.ApiServiceDescriptor) -> str:
    return str(text_format.MessageToString(descriptor))
