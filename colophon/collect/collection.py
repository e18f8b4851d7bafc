"""`signals collect` from end to end: hosts of a record in, a generation of observations out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol
from urllib.parse import urlsplit

import xxhash

from colophon.collect.fetcher import Fetcher, FetchOptions
from colophon.collect.generation import are_committed, write_collection
from colophon.collect.hosts import Host, hosts_of, pointed_protocols
from colophon.collect.journal import WorkFile, kept_looks
from colophon.collect.looks import Failure, FileRequest, Look
from colophon.collect.sockets import require_sockets
from colophon.query.session import SessionQueries, open_record
from colophon.record.generations import adding_generation
from colophon.record.manifest import Manifest
from colophon.record.storage import COLLECTION, storage_at
from colophon.urls import authority_of
from colophon.vocabulary import Outcome

#: Hosts under way for each request under way: while one pauses, others are asked.
_HOSTS_A_REQUEST = 8

#: License files of other hosts that are remembered, as many hosts point to the same.
_SHARED_KEPT = 1_000


class Display(Protocol):
    """Is told how far a collection is."""

    def host_done(self, requests: int) -> None: ...


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """What a collection would do: hosts, requests at least (RSL files are known only once robots.txt is read), looks
    that an interrupted collection has kept, and how many seconds its pauses take at least."""

    hosts: int
    requests: int
    kept: int
    least_seconds: float


@dataclass(frozen=True, slots=True)
class CollectionResult:
    """What a collection brought; `manifest` is None where the record has no hosts."""

    manifest: Manifest | None
    hosts: int
    outcomes: Counter[tuple[str, Outcome]]
    failures: Counter[Failure]
    unchanged: int


def plan_collection(record: str, options: FetchOptions) -> CollectionPlan:
    """What `collect_signals` would do; writes nothing and asks nobody. Raises NotARecordError, BadArgumentError."""
    folder = storage_at(record)
    hosts = 0
    requests_by_host: Counter[str] = Counter()
    with open_record(record) as opened:
        taken = _TakenLooks(() if are_committed(kept_looks(folder), opened) else kept_looks(folder))
        for host in hosts_of(opened):
            hosts += 1
            missing = sum(not taken.has(question) for question in host.questions())
            requests_by_host[urlsplit(f"//{host.authority}").hostname or ""] += missing
    pauses = [(requests - 1) * options.pause_seconds for requests in requests_by_host.values() if requests]
    at_once = options.at_once * _HOSTS_A_REQUEST
    return CollectionPlan(
        hosts, requests_by_host.total(), taken.looks, max([*pauses, sum(pauses) / at_once]) if pauses else 0.0
    )


def collect_signals(record: str, options: FetchOptions, command: str, display: Display) -> CollectionResult:
    """Look at today's policy files of the record's hosts and add what came back as one generation.

    Looks are kept as they are taken: after an interruption the same call continues, and asks nothing twice.

    Raises NotARecordError, BadArgumentError, RecordLockedError, RunUnfinishedError, OutputUnwritableError,
    NoSocketsError.
    """
    require_sockets(options.at_once)
    with adding_generation(record, SessionQueries()) as addition:
        folder = addition.storage
        with open_record(record) as opened:
            if are_committed(kept_looks(folder), opened):
                folder.remove(COLLECTION)
        with WorkFile(folder) as work:
            hosts = asyncio.run(_collect(record, options, work, display))
            collected = _summary(work.looks(), hosts)
            if hosts:
                write_collection(addition, work)
                runner = f"{options.at_once} requests at once, {options.pause_seconds:g} s pause at a host"
                manifest = addition.commit(command, runner, _counts(collected))
                collected = replace(collected, manifest=manifest)
        folder.remove(COLLECTION)
    return collected


async def _collect(record: str, options: FetchOptions, work: WorkFile, display: Display) -> int:
    """Take the looks that are missing. Returns how many hosts the record has."""
    with open_record(record) as opened:
        hosts = _Counted(hosts_of(opened))
        async with Fetcher(options) as fetcher:
            collector = _Collector(fetcher, work)

            async def take_hosts() -> None:
                for host in hosts:
                    display.host_done(await collector.ask(host))

            try:
                # Where one fails, all end before the fetcher closes the connections of those that wait for an answer.
                async with asyncio.TaskGroup() as takers:
                    for _ in range(options.at_once * _HOSTS_A_REQUEST):
                        takers.create_task(take_hosts())
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
    return hosts.count


class _Counted:
    """Hosts that several take from, each once."""

    def __init__(self, hosts: Iterator[Host]) -> None:
        self._hosts = hosts
        self.count = 0

    def __iter__(self) -> Iterator[Host]:
        return self

    def __next__(self) -> Host:
        host = next(self._hosts)
        self.count += 1
        return host


class _Collector:
    """Asks hosts for what was not asked before, and keeps what comes back."""

    def __init__(self, fetcher: Fetcher, work: WorkFile) -> None:
        self._fetcher, self._work = fetcher, work
        self._earlier = _TakenLooks(work.looks())
        self._shared: dict[str, asyncio.Task[Look]] = {}

    async def ask(self, host: Host) -> int:
        """Take the missing looks at a host. Returns how many were taken."""
        taken = 0
        pointing = {look.protocol: look for look in self._earlier.pointing.get(host.authority, ())}
        for question in host.questions():
            if self._earlier.has(question):
                continue
            look = await self._fetcher.look(question)
            self._work.keep([look])
            taken += 1
            if pointed_protocols(look.protocol):
                pointing[look.protocol] = look
        for look in pointing.values():
            questions = [question for question in host.questions_from(look) if not self._earlier.has(question)]
            for _, files in groupby(questions, key=attrgetter("protocol")):
                taken += await self._ask_pointed(list(files))
        return taken

    async def _ask_pointed(self, questions: Sequence[FileRequest]) -> int:
        """Take the looks at the files of one protocol to which a file points. Returns how many were taken."""
        looks = [await self._pointed(question) for question in questions]
        # They are one look at the host's terms: none of them is its last word.
        ended = max(look.observed_at for look in looks)
        self._work.keep([replace(look, observed_at=ended) for look in looks])
        return len(looks)

    async def _pointed(self, question: FileRequest) -> Look:
        """A look at a file that another one points to; one of another host is asked for once, whoever points to it."""
        if authority_of(question.url) == question.authority:
            return await self._fetcher.look(question)
        task = self._shared.get(question.url)
        if task is None:
            if len(self._shared) >= _SHARED_KEPT:
                del self._shared[next(iter(self._shared))]
            task = self._shared[question.url] = asyncio.create_task(self._fetcher.look(question))
        return replace(await task, authority=question.authority)


class _TakenLooks:
    """What an interrupted collection has asked before."""

    def __init__(self, looks: Iterable[Look]) -> None:
        self.looks = 0
        #: by host, looks at files that may point to others which were not asked for yet
        self.pointing: dict[str, list[Look]] = {}
        self._taken: set[int] = set()
        for look in looks:
            self.looks += 1
            self._taken.add(_key(look.authority, look.protocol))
            if _points(look):
                self.pointing.setdefault(look.authority, []).append(look)
            elif look.authority in self.pointing:
                waiting = [each for each in self.pointing.pop(look.authority) if not self._is_followed(each)]
                if waiting:
                    self.pointing[look.authority] = waiting

    def has(self, question: FileRequest) -> bool:
        return _key(question.authority, question.protocol) in self._taken

    def _is_followed(self, pointing: Look) -> bool:
        """Whether all was asked for to which a file points."""
        pointed = pointed_protocols(pointing.protocol)
        return all(_key(pointing.authority, protocol.name) in self._taken for protocol in pointed)


def _key(authority: str, protocol: str) -> int:
    """Small, because there may be many millions."""
    return xxhash.xxh3_64_intdigest(f"{protocol} {authority}".encode())


def _points(look: Look) -> bool:
    """Whether a file may point to files of other protocols; of one that is unchanged that is known by the record."""
    body, pointed = look.body, pointed_protocols(look.protocol)
    if body is None:
        return bool(pointed and look.unchanged)
    return any(protocol.reading(body, look.authority, frozenset()).statements() for protocol in pointed)


def _summary(looks: Iterable[Look], hosts: int) -> CollectionResult:
    outcomes: Counter[tuple[str, Outcome]] = Counter()
    failures: Counter[Failure] = Counter()
    unchanged = 0
    for look in looks:
        outcomes[look.protocol, look.outcome] += 1
        failures.update([look.failure] if look.failure else ())
        unchanged += look.unchanged is not None
    return CollectionResult(None, hosts, outcomes, failures, unchanged)


def _counts(collected: CollectionResult) -> dict[str, int]:
    looks = {f"collect.{protocol}_{outcome}": n for (protocol, outcome), n in collected.outcomes.items()}
    failures = {f"collect.failed_by_{failure}": n for failure, n in collected.failures.items()}
    return {"collect.hosts": collected.hosts, "collect.unchanged": collected.unchanged, **looks, **failures}
