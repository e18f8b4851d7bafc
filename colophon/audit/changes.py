"""What changed between two moments: the record judged as of each, and the states of its documents compared."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from colophon.audit.as_of import judge_as_of
from colophon.audit.totals import sums, with_most_text
from colophon.query.session import QueryResult, Record, open_record
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
class Changes:
    """Documents of sources that train the model whose state differs, by pair of states; hosts with the most such text.

    `then` is the moment compared with; `rows` is the whole of it, as the packaged query gave it.
    """

    then: Moment
    states: pa.Table
    hosts: pa.Table
    rows: QueryResult


def changes_since(record: Record, then: Moment, policy: Policy | None = None) -> Changes:
    """Compare the states of a session, whatever moment it answers for, with those as of another moment.

    Both are judged under the same policy: the one given, else that of the record. Raises QueryError.
    """
    _set_states_then(record, then, policy)
    result = record.query("audit/changes")
    training = result.table.filter(result.table["trains"])
    pair = ("state_then", "unknown_reason_then", "state_now", "unknown_reason_now")
    return Changes(
        then=then,
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
