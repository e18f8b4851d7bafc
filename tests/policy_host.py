"""A web server on this machine that sends what a test tells it to, and misbehaves on request."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class PolicyHost:
    """Answers each path by its behaviour, else with 404; notes what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.paths: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.most_at_once = 0
        self._at_once = 0
        self._counting = threading.Lock()
        self._server = ThreadingHTTPServer(("", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if tls is None else "https"
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def authority(self, name: str = "127.0.0.1") -> str:
        return f"{name}:{self.port}"

    def url(self, path: str, name: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{self.authority(name)}{path}"

    def forget(self) -> None:
        """Begin anew, at the same port."""
        self.paths.clear()
        for notes in (self.asked, self.headers, self.times):
            notes.clear()
        self.most_at_once = 0

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            is_waiting = False

            def do_GET(self) -> None:  # named by the library
                self.is_waiting = True
                with host._counting:
                    host._at_once += 1
                    host.most_at_once = max(host.most_at_once, host._at_once)
                    host.asked.append(self.path)
                    host.headers.append({k.lower(): v for k, v in self.headers.items()})
                    host.times.append(time.monotonic())
                try:
                    host.paths.get(self.path, sends(b"", 404))(self)
                except OSError:
                    self.close_connection = True
                finally:
                    self.answered()

            def send_response(self, code: int, message: str | None = None) -> None:
                # Whoever reads the answer may ask again before this thread goes on.
                self.answered()
                super().send_response(code, message)

            def answered(self) -> None:
                with host._counting:
                    host._at_once -= self.is_waiting
                self.is_waiting = False

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def redirects(to: str, status: int = 302) -> Behaviour:
    return sends(b"", status, Location=to)


def sends_unless_known(body: bytes, etag: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.end_headers()
        else:
            sends(body, ETag=etag)(handler)

    return behave


def drips(seconds: float) -> Behaviour:
    """Sends a byte now and then, for ever."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while True:
            handler.wfile.write(b"#")
            handler.wfile.flush()
            time.sleep(seconds)

    return behave


def floods(line: bytes) -> Behaviour:
    """Sends a line again and again, until nobody listens."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(line * 1_000)

    return behave


def says(raw: bytes) -> Behaviour:
    """Sends bytes as they are and closes the connection."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return behave


def resets(handler: BaseHTTPRequestHandler) -> None:
    """Breaks the connection off without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    raise ConnectionResetError


def waits(seconds: float, then: Behaviour) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(handler)

    return behave


@pytest.fixture
def policy_host() -> Iterator[PolicyHost]:
    """A web server of its own for one test."""
    host = PolicyHost()
    yield host
    host.stop()
