"""Worker processes for Beam's local engine, forked from a server that has imported all they need."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterable
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any

from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.transforms import environments
from google.protobuf import json_format, text_format

from colophon.pipeline import worker

#: The module that the server of workers imports before any is asked for.
_SERVER = "colophon.pipeline.worker_server"

_URN = "colophon:env:forked:v1"

#: How long a worker that was told to stop may take.
_SECONDS_TO_STOP = 30

_processes = multiprocessing.get_context("forkserver")


def expect_workers() -> None:
    """Start the server of workers, which is ready by the time the first pipeline needs one."""
    _processes.set_forkserver_preload(["__main__", _SERVER])
    ensure_running()


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

    def __init__(self, payload: bytes, state: Any, provision_info: Any, grpc_server: Any) -> None:
        super().__init__(state, provision_info, grpc_server)
        self._messages = worker.Messages(payload.decode())
        self._stopping = threading.Event()

    def start_worker(self) -> None:
        options = json_format.MessageToJson(self.provision_info.provision_info.pipeline_options)
        variables = {
            **os.environ,
            "WORKER_ID": self.worker_id,
            "CONTROL_API_SERVICE_DESCRIPTOR": _address(self.control_api_service_descriptor()),
            "LOGGING_API_SERVICE_DESCRIPTOR": _address(self.logging_api_service_descriptor()),
            "PIPELINE_OPTIONS": options,
        }
        assignment = worker.Assignment(str(Path.cwd()), tuple(variables.items()), self._messages)
        self._process = _processes.Process(target=worker.serve, args=(assignment,), name=self.worker_id, daemon=True)
        self._process.start()
        threading.Thread(target=self._watch, daemon=True, name=f"watch-{self.worker_id}").start()

    def stop_worker(self) -> None:
        self._stopping.set()
        self._process.join(_SECONDS_TO_STOP)
        if self._process.is_alive():
            self._process.kill()

    def _watch(self) -> None:
        self._process.join()
        if not self._stopping.is_set():
            self.control_conn.abort(RuntimeError(f"a worker process ended with code {self._process.exitcode}"))


def _address(descriptor: endpoints_pb2.ApiServiceDescriptor) -> str:
    return str(text_format.MessageToString(descriptor))
