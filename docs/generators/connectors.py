"""The connectors that are installed, as each says of itself."""

from __future__ import annotations

from colophon.connectors import CONNECTORS
from docs.generators.tables import code, table_lines


def connectors_part() -> str:
    """A row for each connector: what it reads, what a row is, and what its position counts."""
    summaries = ((name, factory.summary) for name, factory in CONNECTORS.items())
    rows = ((code(name), summary.reads, summary.row, summary.position) for name, summary in summaries)
    return "\n".join(table_lines(("connector", "reads", "a row", "`position` of a row"), rows))
