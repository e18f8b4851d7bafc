"""The hosts whose policy files are collected, and the requests each of them gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colophon.collect.fetcher import web_address
from colophon.collect.looks import FileRequest, KnownVersion, Look
from colophon.query.packaged import packaged_query
from colophon.query.session import Record
from colophon.reservations import PROTOCOLS
from colophon.reservations.policy_files import POLICY_PATHS
from colophon.vocabulary import Outcome, VerdictState

#: Most RSL files of one host that are asked for; a robots.txt may name any number.
MAX_LICENSES = 5

_BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class KnownLicense:
    """The address of an RSL file that a known version of a robots.txt points to."""

    evidence_sha256: str
    url: str


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the record, with the versions of its policy files that the record holds."""

    authority: str
    scheme: str
    known: tuple[tuple[str, KnownVersion], ...]
    licenses: tuple[KnownLicense, ...]

    def questions(self) -> tuple[FileRequest, ...]:
        """One question for each policy file with a place of its own, robots.txt first."""
        place = f"{self.scheme}://{self.authority}"
        return tuple(self._question(protocol, f"{place}{path}") for protocol, path in POLICY_PATHS.items())

    def license_questions(self, robots: Look) -> tuple[FileRequest, ...]:
        """One question for each RSL file that today's robots.txt points to."""
        pointed_to = (web_address(url) for url in self._pointers(robots))
        addresses = tuple(dict.fromkeys(url for url in pointed_to if url is not None))
        return tuple(self._question("rsl", url) for url in addresses[:MAX_LICENSES])

    def _question(self, protocol: str, url: str) -> FileRequest:
        return FileRequest(self.authority, protocol, url, tuple(v for p, v in self.known if p == protocol))

    def _pointers(self, robots: Look) -> Iterator[str]:
        if robots.outcome is not Outcome.OK:
            return
        if robots.body is None:
            yield from (each.url for each in self.licenses if each.evidence_sha256 == robots.unchanged)
            return
        reading = PROTOCOLS["rsl"].reading(robots.body, self.authority, frozenset())
        yield from (each.value for each in reading.statements() if each.state is VerdictState.UNKNOWN)


def hosts_of(record: Record) -> Iterator[Host]:
    """All hosts of a record by their names."""
    for batch in record.batches(packaged_query("collect/hosts").select, _BATCH_ROWS):
        for row in batch.to_pylist():
            yield Host(
                authority=row["authority"],
                scheme=row["scheme"],
                known=tuple(
                    (
                        each["protocol"],
                        KnownVersion(each["url"], each["etag"], each["last_modified"], each["evidence_sha256"]),
                    )
                    for each in row["known"]
                ),
                licenses=tuple(KnownLicense(each["evidence_sha256"], each["url"]) for each in row["licenses"]),
            )
