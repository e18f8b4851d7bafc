"""Sums over the rows of the opt-out audit, in the order in which an audit shows them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from colophon.vocabulary import VerdictState

#: A document to which no protocol can apply, for example one without an address.
NOT_APPLICABLE = "not_applicable"

#: The order of the headline; the first state present among a document's protocols is the document's.
STATE_ORDER = (*(str(state) for state in VerdictState), NOT_APPLICABLE)

#: How many hosts an audit names.
TOP_HOSTS = 20

_MEASURES = ("documents", "text_bytes", "documents_kept", "text_bytes_kept")


def sums(rows: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    """Documents and UTF-8 bytes, all and kept, by the columns named."""
    totals = rows.group_by(list(keys)).aggregate([(measure, "sum") for measure in _MEASURES])
    return totals.select([*keys, *(f"{measure}_sum" for measure in _MEASURES)]).rename_columns([*keys, *_MEASURES])


def in_order(table: pa.Table, before: tuple[str, ...]) -> pa.Table:
    """Rows by the columns before the state (training first), then in the order of the headline."""
    place = pc.index_in(table["state"], pa.array(STATE_ORDER))
    direction = {name: "descending" if name == "trains" else "ascending" for name in before}
    keys = [*direction.items(), ("place", "ascending")]
    return table.append_column("place", place).sort_by(keys).drop_columns(["place"])


def with_most_text(rows: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    """Sums by host and the columns named, of the `TOP_HOSTS` hosts with the most text, a host's rows together."""
    with_host = rows.filter(pc.field("authority").is_valid())
    volumes = sums(with_host, ("authority",)).sort_by([("text_bytes", "descending"), ("authority", "ascending")])
    top = volumes.slice(0, TOP_HOSTS)["authority"].combine_chunks()
    totals = sums(with_host.filter(pc.field("authority").isin(top)), ("authority", *keys))
    ranked = totals.append_column("volume", pc.index_in(totals["authority"], top))
    order = [("volume", "ascending")]
    for key in keys:
        if key == "state":
            ranked = ranked.append_column("place", pc.index_in(ranked["state"], pa.array(STATE_ORDER)))
            order.append(("place", "ascending"))
        else:
            order.append((key, "ascending"))
    return ranked.sort_by(order).select(totals.column_names)
