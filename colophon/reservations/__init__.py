"""Rights reservations: reads the policy files of hosts and decides what they mean for a document.

A protocol is a module of `protocols` with a `ReservationProtocol` and a line in `PROTOCOLS`, or an entry point of
another package. `policy` determines which protocols bind, `observation_rows` converts an observation to rows, and
`judge` computes the verdicts of documents at a moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from colophon.registry import Registry
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


def _protocol_problem(name: str, added: object) -> str | None:
    """Why an object of an entry point is no protocol of its name; None where it is one."""
    if not isinstance(added, ReservationProtocol):
        return f"it must be an instance of ReservationProtocol, and is {added!r}"
    if added.name != name:
        return f"the name of the protocol is {added.name!r}, and must be that of the entry point"
    if (added.file or added.lines_in or added.pointer_file) and not callable(added.read_host_file):
        return "it has a file of a host and no function `read_host_file`"
    if added.page_carriers and not callable(added.read_page):
        return "it has parts of a page and no function `read_page`"
    return None


#: The protocols that can be read, by their names; a module is imported when its protocol is first looked up.
PROTOCOLS: Registry[ReservationProtocol] = Registry(
    "colophon.protocols", {name: f"{__name__}.protocols.{name}:PROTOCOL" for name in _BUILT_IN}, _protocol_problem
)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The distinct names of protocols, in an order that does not depend on which packages are installed."""
    distinct = set(names)
    return (*(name for name in _BUILT_IN if name in distinct), *sorted(distinct.difference(_BUILT_IN)))
