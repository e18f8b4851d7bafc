"""What every protocol gives: the statements of a policy file or a page, and what they mean for one path.

A protocol is one module with a `ReservationProtocol` and one line in `reservations.PROTOCOLS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from colophon.reservations.page_evidence import PagePart, PagePartKind, unpacked
from colophon.vocabulary import Purpose, VerdictState


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a policy file says. `number` names it inside its file; `state` is what it means taken by itself."""

    number: int
    path: str | None
    agents: tuple[str, ...]
    purpose: Purpose
    value: str
    rule: str
    state: VerdictState


@dataclass(frozen=True, slots=True)
class AgentTokens:
    """The tokens a document is judged for: those of its collector, and those that stand for training."""

    crawl: tuple[str, ...]
    train: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is so for a path, a purpose and some of the tokens, sorted; `statement` is None where the look failed.

    *Unknown* means that the statement points to terms that are not part of what was read.
    """

    purpose: Purpose
    state: VerdictState
    agents: tuple[str, ...]
    statement: int | None


#: Stands for a path that is not kept because its address held personal data. It counts as one that is spoken
#: against, if any is: a restriction too many is mended, one too few is not.
UNKNOWN_PATH = ""

#: From path and query to what was said about it; silence gives nothing.
Judge = Callable[[str], tuple[Meaning, ...]]


class Reading(Protocol):
    """A policy file, or the statements of a page, read once and asked many times."""

    def statements(self) -> tuple[Statement, ...]: ...

    def judge(self, agents: AgentTokens) -> Judge: ...


@dataclass(frozen=True, slots=True)
class HostFile:
    """A policy file as it came back. `authority` is that of its host, empty for protocols whose rules name no hosts."""

    body: bytes
    authority: str


class PageRule(StrEnum):
    """What is so where a host's file and a page speak under one protocol."""

    RESTRICTIVE = "restrictive"
    PAGE_WINS = "page_wins"


@dataclass(frozen=True, slots=True)
class ReservationProtocol:
    """Reads what one protocol says, given the tokens that a policy takes to speak to training. Never fails.

    `host_file` names the protocol whose observations `read_host_file` reads: its own, or that of the file in which its
    lines stand; `pointer_file` that of another file, which it reads too, whose lines only point to terms;
    `files_anywhere` where a host may have several files of the protocol, all of which count. `read_page`
    gets the parts of one response that its protocol may stand in, in the order of the response, and gives a reading
    that is the same for every path; `page_carriers` are what must have been looked through before silence on a page is
    known.
    """

    name: str
    version: str
    specification: str
    specification_date: str
    host_file: str | None = None
    pointer_file: str | None = None
    read_host_file: Callable[[HostFile, frozenset[str]], Reading] | None = None
    read_page: Callable[[tuple[PagePart, ...], frozenset[str]], Reading] | None = None
    page_carriers: tuple[PagePartKind, ...] = ()
    page_rule: PageRule = PageRule.RESTRICTIVE
    rules_name_hosts: bool = False
    files_anywhere: bool = False

    def reading(self, body: bytes, authority: str, training_tokens: frozenset[str]) -> Reading:
        """What a host's file says; nothing for a protocol without one."""
        if self.read_host_file is None:
            return _NOTHING
        return self.read_host_file(HostFile(body, authority if self.rules_name_hosts else ""), training_tokens)

    def page_reading(self, evidence: bytes, training_tokens: frozenset[str]) -> Reading:
        """What a page says, of the packed parts of its response; nothing for a protocol that pages do not carry."""
        return _NOTHING if self.read_page is None else self.read_page(unpacked(evidence), training_tokens)


class _NothingSaid:
    def statements(self) -> tuple[Statement, ...]:
        return ()

    def judge(self, _agents: AgentTokens) -> Judge:
        return lambda _path: ()


_NOTHING = _NothingSaid()


@dataclass(frozen=True, slots=True)
class PathlessStatements:
    """All statements, and the one that decides; None where they are silent on training."""

    made: tuple[Statement, ...]
    deciding: Statement | None

    def statements(self) -> tuple[Statement, ...]:
        return self.made

    def judge(self, agents: AgentTokens) -> Judge:
        """The same for every path."""
        heard: tuple[Meaning, ...] = ()
        if self.deciding is not None and self.deciding.state is not VerdictState.SILENT and agents.train:
            heard = (Meaning(Purpose.TRAIN, self.deciding.state, tuple(sorted(agents.train)), self.deciding.number),)
        return lambda _path: heard
