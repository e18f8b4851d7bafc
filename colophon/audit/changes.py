"""What changed between two moments: the record judged as of each, and the states of its documents compared."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from colophon.audit.as_of import judge_as_of
from colophon.audit.totals import sums, with_most_text
from colophon.query.session import QueryResult, Record, open_record
from colophon.reservations.in_force import UnknownReason
from colophon.reservations.moment import Moment
from colophon.reservations.policy import Policy

#: Documents handed over at once.
_BATCH_ROWS = 100_000

_STATES_THEN = pa.schema([
    ("doc_id", pa.int64()),
    ("state", pa.string()),
    ("protocol", pa.string()),
    ("unknown_reason", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotAskedAgain:
    """What is not known now for want of a newer look: documents of so many hosts. It is no change of theirs."""

    hosts: int
    documents: int

    @property
    def in_words(self) -> str:
        """One line; empty where all were asked."""
        if not self.documents:
            return ""
        hosts = "1 host was" if self.hosts == 1 else f"{self.hosts:,} hosts were"
        documents = "1 document" if self.documents == 1 else f"{self.documents:,} documents"
        return f"{hosts} not asked again in time: what holds now for {documents} of theirs is not known."


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents of sources that train the model whose state differs, by pair of states; hosts with the most such text.

    `then` is the moment compared with; `rows` is the whole of it, as the packaged query gave it, with what is not known
    for want of a newer look (`not_asked`), which the tables leave out.
    """

    then: Moment
    not_asked: NotAskedAgain
    states: pa.Table
    hosts: pa.Table
    rows: QueryResult


def changes_since(record: Record, then: Moment, policy: Policy | None = None) -> Changes:
    """Compare the states of a session, whatever moment it answers for, with those as of another moment.

    Both are judged under the same policy: the one given, else that of the record. Raises QueryError.
    """
    _set_states_then(record, then, policy)
    result = record.query("audit/changes")
    of_training = result.table.filter(result.table["trains"])
    is_old = pc.fill_null(pc.equal(of_training["unknown_reason_now"], str(UnknownReason.STALE)), fill_value=False)
    not_asked, training = of_training.filter(is_old), of_training.filter(pc.invert(is_old))
    pair = ("state_then", "unknown_reason_then", "state_now", "unknown_reason_now")
    return Changes(
        then=then,
        not_asked=NotAskedAgain(
            len(not_asked["authority"].drop_null().unique()), pc.sum(not_asked["documents"]).as_py() or 0
        ),
        states=sums(training, pair).sort_by([("documents", "descending"), *((name, "ascending") for name in pair)]),
        hosts=with_most_text(training, pair),
        rows=result,
    )


def _set_states_then(record: Record, then: Moment, policy: Policy | None) -> None:
    # The other moment is judged in a session of its own: one session answers for one moment.
    with open_record(record.path) as other:
        judge_as_of(other, then, policy)
        # In a session that compares with nothing, this view has the states of the session itself.
        record.stand_in("states_then", _STATES_THEN, other.batches("FROM states_then", _BATCH_ROWS))
