"""Registries: dated lists of domains, addresses and content hashes for which somebody reserved or allowed training.

An entry is one line of text, `domain example.org 1`: what it names, the name, and 1 for a reservation or 0 for a
permission. A domain stands for its subdomains too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from colophon.analyzers.reservations.evaluator import AgentTokens, Evaluator, HostFile, Judge, Reading, Statement
from colophon.record.vocabulary import Purpose, ReservationProtocol, VerdictState


class Named(StrEnum):
    """What an entry of a list names."""

    DOMAIN = "domain"
    URL = "url"
    SHA256 = "sha256"


_STATES = {"1": VerdictState.RESERVED, "0": VerdictState.ALLOWED}


@dataclass(frozen=True, slots=True)
class _Entry:
    statement: Statement | None

    def statements(self) -> tuple[Statement, ...]:
        return () if self.statement is None else (self.statement,)

    def judge(self, _agents: AgentTokens) -> Judge:
        """Entries meet documents by what they name, not by the host that they were read from."""
        return lambda _path: ()


def _read(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    named, _, rest = file.body.decode("utf-8", "replace").strip().partition(" ")
    name, _, said = rest.rpartition(" ")
    state = _STATES.get(said)
    if named not in tuple(Named) or not name or state is None:
        return _Entry(None)
    return _Entry(
        Statement(
            number=0,
            path=None,
            agents=(),
            purpose=Purpose.TRAIN,
            value=f"{named} {name}",
            rule=f"{named} {name} {said}",
            state=state,
        )
    )


EVALUATOR = Evaluator(
    protocol=ReservationProtocol.REGISTRY,
    name="registry",
    version="1",
    specification="dated lists of domains, addresses and content hashes",
    specification_date="2026-11",
    host_file=ReservationProtocol.REGISTRY,
    read_host_file=_read,
)
