"""Requests for policy files of hosts, and what came back.

Policy files are asked for whatever a host's robots.txt says: that file is always open (RFC 9309, section 2.2.2), and
the others are written to be read by programs. No page is ever asked for, no cookie kept, and no proxy of the
environment used: it would resolve the names, and the check of their addresses would say nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from yarl import URL

from colophon.collect.looks import Failure, FileRequest, KnownVersion, Look
from colophon.collect.sockets import AddressNotPublicError, Reach, is_out_of_sockets, public_socket
from colophon.errors import NoSocketsError
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    headers_kept,
    headers_updated,
    outcome_of_body,
    outcome_of_status,
)
from colophon.urls import authority_of
from colophon.vocabulary import Outcome


class RequestPacing:
    """Lets one request at a time go to a host, with a pause after each.

    A host is forgotten when no request waits for it and its pause is over.
    """

    def __init__(self, pause_seconds: float) -> None:
        self._pause = pause_seconds
        self._queues: dict[str, _HostQueue] = {}

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        """Wait until a host may be asked, and keep other requests from it in the `async with` block."""
        queue = self._queues.setdefault(host, _HostQueue())
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
        queue = self._queues.get(host)
        if queue is not None and not queue.waiting and queue.free_at <= asyncio.get_running_loop().time():
            del self._queues[host]


@dataclass(slots=True)
class _HostQueue:
    """Requests that wait for a host, and the time of the event loop from which on it may be asked again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    free_at: float = 0.0


#: Redirects that are followed (RFC 9309, section 2.3.1.2).
MAX_REDIRECTS = 5

# Characters that stay as they are in an address (RFC 3986); all others are percent-encoded.
_ADDRESS_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"

_REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_SUCCESS = range(200, 300)

# Something came back that is no HTTP response; after all other failures nothing came back.
_UNREADABLE = frozenset({Failure.RESPONSE, Failure.REDIRECTS})


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How hosts are asked: user agent, requests at once in all, pause at each host, time limit, and which hosts."""

    user_agent: str
    at_once: int = 32
    pause_seconds: float = 1.0
    timeout_seconds: float = 30.0
    reach: Reach = Reach.PUBLIC


class Fetcher:
    """Asks for policy files; used in an `async with` block, by any number of callers at a time."""

    def __init__(self, options: FetchOptions) -> None:
        self._options = options
        self._pacing = RequestPacing(options.pause_seconds)
        self._requests = asyncio.Semaphore(options.at_once)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        options = self._options
        # Names are resolved in threads of the system's resolver; the loop's own are few.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max(4, options.at_once)))
        connector = aiohttp.TCPConnector(
            limit=options.at_once,
            # A connection is closed after its response: one kept open for each host would exhaust the sockets.
            force_close=True,
            resolver=aiohttp.ThreadedResolver(),
            ssl=ssl.create_default_context(),  # what this machine trusts
            socket_factory=public_socket if options.reach is Reach.PUBLIC else None,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": options.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=options.timeout_seconds),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def look(self, request: FileRequest) -> Look:
        """One look, whatever comes of it; each redirect is a request of its own to its host.

        Raises NoSocketsError where this machine has no socket left: that says nothing about the host.
        """
        url, redirects = request.url, 0
        while True:
            result = await self._response(url, request.known)
            target = result.redirects_to if isinstance(result, _Response) else None
            if target is None:
                break
            following = redirect_target(url, target)
            if following is None or redirects == MAX_REDIRECTS:
                result = Failure.REDIRECTS
                break
            url, redirects = following, redirects + 1
        return self._look(request, url, redirects, result)

    def _look(self, request: FileRequest, url: str, redirects: int, result: _Response | Failure) -> Look:
        look = Look(
            authority=request.authority,
            protocol=request.protocol,
            requested_url=request.url,
            final_url=url,
            redirects=redirects,
            observed_at=datetime.now(UTC),
            outcome=Outcome.UNREACHABLE,
            http_status=None,
            headers_kept=None,
            user_agent=self._options.user_agent,
        )
        if isinstance(result, Failure):
            outcome = Outcome.UNREADABLE if result in _UNREADABLE else Outcome.UNREACHABLE
            return replace(look, final_url=url if redirects else None, outcome=outcome, failure=result)
        headers = {name: _clean(value) for name, value in result.headers.items()}
        look = replace(look, http_status=result.status, headers_kept=headers_kept(headers))
        if result.status == _NOT_MODIFIED:
            return _unchanged(look, request.known)
        outcome = outcome_of_status(result.status, request.protocol)
        if outcome.leads_elsewhere:
            # A redirect that could be followed was: this one names no place.
            outcome = Outcome.UNREADABLE
        if outcome is not Outcome.OK:
            return replace(look, outcome=outcome)
        if result.body is None:
            return replace(look, outcome=Outcome.UNREADABLE)
        outcome = outcome_of_body(result.body, request.protocol)
        return replace(look, outcome=outcome, body=result.body[:MAX_POLICY_BYTES])

    async def _response(self, url: str, known: tuple[KnownVersion, ...]) -> _Response | Failure:
        headers = _conditions(next((version for version in known if version.url == url), None))
        async with self._pacing.slot(urlsplit(url).hostname or ""), self._requests:
            return await self._ask(url, headers)

    async def _ask(self, url: str, headers: Mapping[str, str]) -> _Response | Failure:  # noqa: PLR0911  # one a failure
        if self._session is None:
            raise RuntimeError("a fetcher is used in an `async with` block")
        try:
            # The library tries again where a connection breaks before the response; an idle one may have been closed.
            address = URL(_percent_encoded(url), encoded=True)
            async with self._session.get(address, headers=headers, allow_redirects=False) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                body = await _body(response, received) if response.status in _SUCCESS else None
                return _Response(response.status, received, body)
        except TimeoutError:
            return Failure.TIMEOUT
        except aiohttp.ClientSSLError:  # before ValueError, which the library counts it among
            return Failure.CERTIFICATE
        except (aiohttp.ClientConnectorDNSError, aiohttp.InvalidURL, ValueError):
            return Failure.NAME
        except aiohttp.ClientConnectorError as error:
            if is_out_of_sockets(error.os_error):
                raise NoSocketsError(error.os_error.strerror or str(error)) from error
            private = isinstance(error.os_error, AddressNotPublicError)
            return Failure.ADDRESS_NOT_PUBLIC if private else Failure.CONNECTION
        except aiohttp.ClientResponseError:
            return Failure.RESPONSE
        except (aiohttp.ClientError, OSError):
            return Failure.CONNECTION


@dataclass(frozen=True, slots=True)
class _Response:
    """A response; `headers` have names in lower case, `body` is None where it was not read or cannot be decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def redirects_to(self) -> str | None:
        return self.headers.get("location") if self.status in _REDIRECTS else None


def _conditions(version: KnownVersion | None) -> dict[str, str]:
    """Headers that ask for a file only if it is another than the known one (RFC 9110, section 13.1)."""
    if version is None:
        return {}
    marks = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
    return {name: mark for name, mark in marks.items() if mark is not None and mark.isascii() and mark.isprintable()}


def _unchanged(look: Look, known: tuple[KnownVersion, ...]) -> Look:
    version = next((version for version in known if version.url == look.final_url), None)
    if version is None or not _conditions(version):
        return replace(look, outcome=Outcome.UNREADABLE, failure=Failure.RESPONSE)
    marks = {"etag": version.etag, "last-modified": version.last_modified}
    return replace(
        look,
        outcome=Outcome.OK,
        headers_kept=headers_updated({name: mark for name, mark in marks.items() if mark}, look.headers_kept),
        unchanged=version.evidence_sha256,
    )


def redirect_target(url: str, location: str) -> str | None:
    """Where a redirect leads, or None where that is no address of the web."""
    try:
        return web_address(_percent_encoded(urljoin(url, location)))
    except ValueError:
        return None


def _percent_encoded(url: str) -> str:
    """An address whose other characters are percent-encoded; bytes of headers that are no UTF-8 are lone surrogates."""
    return quote(url, _ADDRESS_CHARACTERS, errors="surrogateescape")


def web_address(url: str) -> str | None:
    """An address without userinfo and fragment, or None where it is none of the web."""
    authority = authority_of(url)
    if authority is None or not url.isprintable():
        return None
    parts = urlsplit(url)
    return parts._replace(netloc=authority, path=parts.path or "/", fragment="").geturl()


async def _body(response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> bytes | None:
    """The beginning of a body, at most one byte more than is kept; None where it cannot be decoded."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_POLICY_BYTES and (part := await response.content.read(MAX_POLICY_BYTES + 1 - size)):
        parts.append(part)
        size += len(part)
    if size > MAX_POLICY_BYTES:
        response.close()  # without reading the rest
    return _decoded(b"".join(parts), headers.get("content-encoding", "identity").strip().lower())


def _decoded(body: bytes, encoding: str) -> bytes | None:
    """A body without its content encoding, cut off at the limit; None for an unknown encoding or a damaged body.

    The header is trusted here, other than in archives, whose makers decode the body and keep the header.
    """
    if encoding in {"", "identity"}:
        return body
    decode = _DECODERS.get(encoding)
    try:
        return None if decode is None or not body else decode(body)
    except (EOFError, OSError, zlib.error):
        return None


def _gunzipped(body: bytes) -> bytes:
    # A body may be several gzip members, one after the other.
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        return file.read(MAX_POLICY_BYTES + 1)


def _inflated(body: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(body, MAX_POLICY_BYTES + 1)
    if not unpacking.eof and len(unpacked) <= MAX_POLICY_BYTES:
        raise EOFError
    return unpacked


# Content encodings that are decoded (RFC 9110, section 8.4.1).
_DECODERS = {"gzip": _gunzipped, "x-gzip": _gunzipped, "deflate": _inflated}


def _clean(value: str) -> str:
    """A header's value that can be written as UTF-8; other bytes come as lone surrogates."""
    return value.encode("utf-8", "replace").decode()
