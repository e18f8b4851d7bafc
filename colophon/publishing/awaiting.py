"""What was added to a record since its newest run, and waits for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colophon.record.database import QueryResult, Record

#: The packaged query behind it.
AWAITING = "report/awaiting"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Looks collected since the newest run, their hosts, and the documents that the next run decides on anew; and the
    requests that were accepted or withdrawn since, with the documents that they concern."""

    hosts: int
    looks: int
    documents: int
    requests: int
    requested_documents: int

    @property
    def in_words(self) -> str:
        """A sentence or more; empty where nothing waits."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.looks:
            yield f"Looks collected since the newest run: {self.looks:,}, at hosts: {self.hosts:,}."
        if self.looks and not self.documents:
            yield "All came after the moment that the policy counts: no decision waits for a run."
        elif self.looks:
            yield f"Documents that the next run decides on anew: {self.documents:,}."
        if self.requested_documents:
            yield (
                f"Accepted or withdrawn requests that wait for a run: {self.requests:,}, "
                f"about documents: {self.requested_documents:,}."
            )


def awaiting_run(record: Record) -> Awaiting:
    """What waits for a run of a record under its own policy. Raises QueryError."""
    return awaiting_in(record.query(AWAITING))


def awaiting_in(answer: QueryResult) -> Awaiting:
    """What waits for a run, by the answer to the query `AWAITING`."""
    rows = answer.table.to_pylist()
    return Awaiting(**rows[0]) if rows else Awaiting(0, 0, 0, 0, 0)
