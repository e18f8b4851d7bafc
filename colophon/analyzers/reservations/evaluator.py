"""What every protocol's evaluator gives: the statements of a policy file, and what they mean for one path.

A protocol is one module with an `Evaluator` and one line in `reservations.EVALUATORS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from colophon.record.vocabulary import Purpose, ReservationProtocol, VerdictState


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
    """What is so for a path, a purpose and some of the tokens, sorted; `statement` is None where the look failed."""

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
    """A policy file, read once and asked many times."""

    def statements(self) -> tuple[Statement, ...]: ...

    def judge(self, agents: AgentTokens) -> Judge: ...


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Reads the bytes of one protocol, given the tokens that a policy takes to speak to training. Never fails."""

    protocol: ReservationProtocol
    name: str
    version: str
    specification: str
    specification_date: str
    read: Callable[[bytes, frozenset[str]], Reading]
