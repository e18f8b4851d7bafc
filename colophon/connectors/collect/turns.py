"""Turns at a host: one request at a time, with a pause after each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class Turns:
    """Gives out turns at hosts; a host is forgotten when nobody waits for it and its pause is over."""

    def __init__(self, pause_seconds: float) -> None:
        self._pause = pause_seconds
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def at(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at a host and hold it in the `async with` block."""
        queue = self._hosts.setdefault(host, _Host())
        queue.waiting += 1
        try:
            async with queue.lock:
                loop = asyncio.get_running_loop()
                await asyncio.sleep(max(0.0, queue.free_at - loop.time()))
                try:
                    yield
                finally:
                    queue.free_at = loop.time() + self._pause
        finally:
            queue.waiting -= 1
            asyncio.get_running_loop().call_later(self._pause, self._forget, host)

    def _forget(self, host: str) -> None:
        queue = self._hosts.get(host)
        if queue is not None and not queue.waiting and queue.free_at <= asyncio.get_running_loop().time():
            del self._hosts[host]


@dataclass(slots=True)
class _Host:
    """Who waits for a host, and from when on it may be asked again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    free_at: float = 0.0
