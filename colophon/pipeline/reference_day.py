"""Times that an input states and that had not come when the input was planned: they are wrong, so they are not known.

The reference is the day on which a shard was planned first, which a resumed run keeps: otherwise the same input would
give another record tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from colophon.connectors.rows import Item
from colophon.reservations.moment import end_of_day
from colophon.reservations.observation import Observation, PageLook
from colophon.tables import TIME

#: Clocks that run ahead and zones of days: a time of the day after is taken as it stands.
_ALLOWANCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bounded:
    """An item without later times, and how many it had."""

    item: Item
    later: int = 0


def without_later_times(item: Item, reference_day: date | None) -> Bounded:
    """The item with null for each time that lies more than a day after the reference day, which None leaves open."""
    if reference_day is None:
        return Bounded(item)
    last_day = reference_day + _ALLOWANCE
    last = end_of_day(last_day)
    match item:
        case pa.RecordBatch():
            return _columns_until(item, last_day, last)
        case Observation() if item.observed_at is not None and item.observed_at > last:
            return Bounded(replace(item, observed_at=None), 1)
        case PageLook() if item.observed_at is not None and item.observed_at > last:
            # Its document is bounded, and counted, by itself.
            return Bounded(replace(item, observed_at=None))
    return Bounded(item)


def _columns_until(rows: pa.RecordBatch, last_day: date, last: datetime) -> Bounded:
    later = 0
    bounds = {"fetched_at": pa.scalar(last, TIME), "fetched_on": pa.scalar(last_day, pa.date32())}
    for name, bound in bounds.items():
        column = rows.column(name)
        is_later = pc.greater(column, bound)
        if pc.any(is_later).as_py():
            later += pc.sum(is_later).as_py()
            place, field = rows.schema.get_field_index(name), rows.schema.field(name)
            kept = pc.if_else(pc.fill_null(is_later, pa.scalar(value=False)), pa.scalar(None, column.type), column)
            rows = rows.set_column(place, field, kept)
    return Bounded(rows, later)
