"""The reservation protocols, and which of them this version reads."""

from __future__ import annotations

from colophon.reservations import EVALUATORS
from colophon.vocabulary import ReservationProtocol
from docs.generators.tables import code, table_lines


def protocols_part() -> str:
    """A table of all protocols a policy may name."""
    return "\n".join(table_lines(("protocol", "evaluated by", "specification"), map(_row, ReservationProtocol)))


def _row(protocol: ReservationProtocol) -> tuple[str, str, str]:
    if (evaluator := EVALUATORS.get(protocol)) is None:
        return code(protocol), "not evaluated: its state is never *silent*", ""
    return code(protocol), code(f"{evaluator.name} {evaluator.version}"), evaluator.specification
