"""Registries: dated lists of domains, addresses and content hashes for which somebody reserved or allowed training.

An entry is one line of text, `domain example.org 1`: what it names, the name, and 1 for a reservation or 0 for a
permission. A domain stands for its subdomains too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from colophon.reservations.reservation_protocol import (
    AgentTokens,
    HostFile,
    Judge,
    ProtocolCarrier,
    Reading,
    ReservationProtocol,
    Statement,
)
from colophon.vocabulary import Purpose, VerdictState


class Named(StrEnum):
    """What an entry of a list names."""

    DOMAIN = "domain"
    URL = "url"
    SHA256 = "sha256"


_STATES = {"1": VerdictState.RESERVED, "0": VerdictState.ALLOWED}


def read_entry(file: HostFile, kinds: type[StrEnum], states: Mapping[str, VerdictState]) -> Reading:
    """The statement of an entry about training; none where it names no such kind, or says nothing that is known."""
    named, _, rest = file.body.decode("utf-8", "replace").strip().partition(" ")
    name, _, flag = rest.rpartition(" ")
    state = states.get(flag)
    if named not in tuple(kinds) or not name or state is None:
        return _Entry(None)
    return _Entry(
        Statement(
            number=0,
            path=None,
            agents=(),
            purpose=Purpose.TRAIN,
            value=f"{named} {name}",
            rule=f"{named} {name} {flag}",
            state=state,
        )
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    statement: Statement | None

    def statements(self) -> tuple[Statement, ...]:
        return () if self.statement is None else (self.statement,)

    def judge(self, _agents: AgentTokens) -> Judge:
        """Entries meet documents by what they name, not by the host that they were read from."""
        return lambda _path: ()


def _read(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_entry(file, Named, _STATES)


PROTOCOL = ReservationProtocol(
    name="registry",
    version="1",
    specification="dated lists of domains, addresses and content hashes",
    specification_date="2026-11",
    label="opt-out registries",
    carrier=ProtocolCarrier.LIST,
    signals_key="registries",
    read_host_file=_read,
)
