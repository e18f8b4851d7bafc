"""The hosts whose policy files are collected, and the requests each of them gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colophon.collect.fetcher import web_address
from colophon.collect.looks import FileRequest, KnownVersion, Look
from colophon.query.packaged import packaged_query
from colophon.query.session import Parameter, Record
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy_files import policy_paths
from colophon.reservations.reservation_protocol import ReservationProtocol
from colophon.vocabulary import Outcome, VerdictState

#: Most files of one protocol that a host is asked for; a robots.txt may point to any number of licences.
MAX_POINTED_FILES = 5

_BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class KnownPointer:
    """The address of a protocol's file to which a known version of another file points."""

    protocol: str
    evidence_sha256: str
    url: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the record, with the versions of its policy files that the record holds."""

    authority: str
    schemes: tuple[str, ...]
    known: tuple[tuple[str, KnownVersion], ...]
    pointers: tuple[KnownPointer, ...]

    def questions(self) -> tuple[FileRequest, ...]:
        """One question for each policy file with a path of its own, for each scheme by which documents came, robots.txt
        first."""
        places = [f"{scheme}://{self.authority}" for scheme in self.schemes]
        return tuple(
            self._question(protocol, f"{place}{path}") for protocol, path in policy_paths().items() for place in places
        )

    def questions_from(self, pointing: Look) -> tuple[FileRequest, ...]:
        """One question for each file of another protocol to which a file points as it is today."""
        return tuple(
            self._question(protocol.name, url)
            for protocol in pointed_protocols(pointing.protocol)
            for url in self._addresses(protocol, pointing)[:MAX_POINTED_FILES]
        )

    def _question(self, protocol: str, url: str) -> FileRequest:
        return FileRequest(self.authority, protocol, url, tuple(v for p, v in self.known if p == protocol))

    def _addresses(self, protocol: ReservationProtocol, pointing: Look) -> tuple[str, ...]:
        addresses = (web_address(url) for url in self._pointers(protocol, pointing))
        return tuple(dict.fromkeys(url for url in addresses if url is not None))

    def _pointers(self, protocol: ReservationProtocol, pointing: Look) -> Iterator[str]:
        if pointing.outcome is not Outcome.OK:
            return
        if pointing.body is not None:
            reading = protocol.reading(pointing.body, self.authority, frozenset())
            yield from (each.value for each in reading.statements() if each.state is VerdictState.UNKNOWN)
            return
        for known in self.pointers:
            if (known.protocol, known.evidence_sha256) == (protocol.name, pointing.unchanged):
                yield known.url


def pointed_protocols(protocol: str) -> tuple[ReservationProtocol, ...]:
    """The protocols to whose files the file of a protocol may point."""
    return tuple(known for known in PROTOCOLS.values() if known.pointer_file == protocol)


def hosts_of(record: Record) -> Iterator[Host]:
    """All hosts of a record by their names."""
    pointed = [protocol.name for protocol in PROTOCOLS.values() if protocol.pointer_file in policy_paths()]
    parameters: dict[str, Parameter] = {"asked": " ".join([*policy_paths(), *pointed]), "pointed": " ".join(pointed)}
    for batch in record.batches(packaged_query("collect/hosts").select, _BATCH_ROWS, parameters):
        for row in batch.to_pylist():
            yield Host(
                authority=row["authority"],
                schemes=tuple(row["schemes"]),
                known=tuple(
                    (
                        each["protocol"],
                        KnownVersion(each["url"], each["etag"], each["last_modified"], each["evidence_sha256"]),
                    )
                    for each in row["known"]
                ),
                pointers=tuple(
                    KnownPointer(each["protocol"], each["evidence_sha256"], each["url"]) for each in row["licenses"]
                ),
            )
