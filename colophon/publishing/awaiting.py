"""What was added to a record since its newest run, and waits for the next one."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.record.database import QueryResult, Record

#: The packaged query behind it.
AWAITING = "report/awaiting"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Looks collected since the newest run, their hosts, and the documents that the next run decides on anew."""

    hosts: int
    looks: int
    documents: int

    @property
    def in_words(self) -> str:
        """A sentence or two; empty where nothing waits."""
        if not self.looks:
            return ""
        collected = f"Looks collected since the newest run: {self.looks:,}, at hosts: {self.hosts:,}."
        if not self.documents:
            return f"{collected} All came after the moment that the policy counts: no decision waits for a run."
        return f"{collected} Documents that the next run decides on anew: {self.documents:,}."


def awaiting_run(record: Record) -> Awaiting:
    """What waits for a run of a record under its own policy. Raises QueryError."""
    return awaiting_in(record.query(AWAITING))


def awaiting_in(answer: QueryResult) -> Awaiting:
    """What waits for a run, by the answer to the query `AWAITING`."""
    rows = answer.table.to_pylist()
    return Awaiting(**rows[0]) if rows else Awaiting(0, 0, 0)
