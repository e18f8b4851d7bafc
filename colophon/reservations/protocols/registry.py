"""Registries: dated lists of domains, addresses and content hashes for which somebody reserved or allowed training.

An entry is one line of text, `domain example.org 1`: what it names, the name, and 1 for a reservation or 0 for a
permission. A domain stands for its subdomains too.
"""

from __future__ import annotations

from enum import StrEnum

from colophon.reservations.parsing.list_entry import read_entry
from colophon.reservations.reservation_protocol import HostFile, ProtocolCarrier, Reading, ReservationProtocol
from colophon.vocabulary import VerdictState


class Named(StrEnum):
    """What an entry of a list names."""

    DOMAIN = "domain"
    URL = "url"
    SHA256 = "sha256"


_STATES = {"1": VerdictState.RESERVED, "0": VerdictState.ALLOWED}


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
