"""Rights reservations: what the policy files of hosts say, and what that means for a document.

A protocol is a module of `protocols` with a `ReservationProtocol` and a line in `PROTOCOLS`, or an entry point of
another package; `policy` says which of them bind, `observation_rows` turns an observation into rows, `judge` judges
documents at a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from colophon.registry import Registry

if TYPE_CHECKING:
    from colophon.reservations.reservation_protocol import ReservationProtocol

#: Accepted requests of rights holders, which bind under every policy.
REQUEST = "request"

_BUILT_IN = (
    "robots",
    "aipref",
    "content_signal",
    "tdmrep",
    "rsl",
    "ai_txt",
    "x_robots",
    "meta_robots",
    "c2pa",
    "iptc",
    "registry",
    REQUEST,
    "terms",
)

#: The protocols that can be read, by their names; a module is imported when its protocol is first asked for.
PROTOCOLS: Registry[ReservationProtocol] = Registry(
    "colophon.protocols", {name: f"{__name__}.protocols.{name}:PROTOCOL" for name in _BUILT_IN}
)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of protocols, each once, in an order that does not depend on which packages are installed."""
    given = set(names)
    return (*(name for name in _BUILT_IN if name in given), *sorted(given.difference(_BUILT_IN)))
