"""The reservation protocols that are installed, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator

from colophon.reservations import PROTOCOLS
from colophon.reservations.reservation_protocol import ProtocolCarrier, ReservationProtocol
from docs.generators.tables import code, table_lines

_HEADINGS = ("protocol", "called", "evaluated by", "stands in", "specification")


def protocols_part() -> str:
    """A table of all protocols a policy may name."""
    return "\n".join(table_lines(_HEADINGS, map(_row, PROTOCOLS.values())))


def _row(protocol: ReservationProtocol) -> tuple[str, ...]:
    evaluator = code(f"{protocol.name} {protocol.version}")
    places = ", ".join(_places(protocol))
    return code(protocol.name), protocol.label, evaluator, places, protocol.specification


def _places(protocol: ReservationProtocol) -> Iterator[str]:
    """Where a protocol stands, in words."""
    if protocol.carrier is ProtocolCarrier.LIST:
        yield "entries of lists"
    if protocol.file is not None:
        yield "files at any address" if protocol.file.path is None else code(protocol.file.path)
    for other in filter(None, (protocol.lines_in, protocol.pointer_file)):
        yield f"lines of {code(other)}"
    yield from (f"header {code(header.name)}" for header in protocol.page_headers)
    if protocol.page_tags:
        yield "tags of pages"
    if protocol.embedded is not None:
        yield "metadata of files"
