"""The reservation protocols that this version reads."""

from __future__ import annotations

from colophon.reservations import PROTOCOLS
from colophon.reservations.reservation_protocol import ReservationProtocol
from docs.generators.tables import code, table_lines


def protocols_part() -> str:
    """A table of all protocols a policy may name."""
    return "\n".join(table_lines(("protocol", "evaluated by", "specification"), map(_row, PROTOCOLS.values())))


def _row(protocol: ReservationProtocol) -> tuple[str, str, str]:
    return code(protocol.name), code(f"{protocol.name} {protocol.version}"), protocol.specification
