"""The property `DataMining` of PLUS, which IPTC recommends, in the XMP packet of an image or a document.

Read as the PLUS License Data Format says (XMP Reference of PLUS 2.0.1, property "Data Mining"), which the IPTC Photo
Metadata Standard took over in its version 2023.1, approved on 4 October 2023: one value out of a vocabulary. Every
prohibition covers training, also one that only excepts indexing by search engines, and one that points to a constraint,
whose terms were not read; the constraint is kept beside the value. Only the allowance permits; a value that is
unspecified, or unknown, says nothing. One packet that says both reserves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT
from colophon.reservations.parsing.xml import xmp_values
from colophon.reservations.reservation_protocol import (
    EmbeddedMetadata,
    PathlessStatements,
    ProtocolCarrier,
    Reading,
    ReservationProtocol,
    Statement,
)
from colophon.vocabulary import Purpose, VerdictState

_NAMESPACE = "http://ns.useplus.org/ldf/xmp/1.0/"
_PROPERTY = "DataMining"
_CONSTRAINT = "OtherConstraints"

#: The properties that are read, as XML names.
_PROPERTIES = frozenset(f"{{{_NAMESPACE}}}{name}" for name in (_PROPERTY, _CONSTRAINT))
#: Values are addresses; some software writes but their last part, or the address with another scheme.
_TERM = re.compile(r"(?:https?://ns\.useplus\.org/ldf/vocab/)?(DMI-[A-Z-]+)")
_ALLOWED = "DMI-ALLOWED"
_PROHIBITED = "DMI-PROHIBITED"
_CONSTRAINED = "SEECONSTRAINT"
_STRICTEST_FIRST = {state: rank for rank, state in enumerate(VerdictState)}


def data_mining_state(value: str) -> VerdictState:
    """*Allowed*, *reserved* or *silent*, as a value of the property says; in another case than that of the vocabulary
    it can but reserve."""
    known = _TERM.fullmatch(value)
    if known is not None and known[1] == _ALLOWED:
        return VerdictState.ALLOWED
    prohibits = value.rpartition("/")[2].upper().startswith(_PROHIBITED)
    return VerdictState.RESERVED if prohibits else VerdictState.SILENT


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    statements: list[Statement] = []
    for part in parts:
        if part.carrier is PagePartKind.EMBEDDED and part.name == "xmp":
            constraints = xmp_values(part.content, _NAMESPACE, _CONSTRAINT)
            for value in xmp_values(part.content, _NAMESPACE, _PROPERTY):
                rule = f"xmp at {part.offset}: plus:{_PROPERTY} {value}"
                statements.append(_statement(len(statements), value, rule, constraints))
    return PathlessStatements(tuple(statements), min(statements, key=lambda s: _STRICTEST_FIRST[s.state], default=None))


def _statement(number: int, value: str, rule: str, constraints: Sequence[str]) -> Statement:
    beside = f"; constraint={constraints[0]}" if constraints and value.upper().endswith(_CONSTRAINED) else ""
    return Statement(
        number=number,
        path=None,
        agents=(ANY_AGENT,),
        purpose=Purpose.TRAIN,
        value=(value + beside)[:MAX_TEXT],
        rule=rule[:MAX_TEXT],
        state=data_mining_state(value),
    )


PROTOCOL = ReservationProtocol(
    name="iptc",
    version="1",
    specification="PLUS License Data Format, Data Mining; IPTC Photo Metadata Standard 2023.1",
    specification_date="2023-10-04",
    label="IPTC metadata",
    carrier=ProtocolCarrier.MEDIA,
    embedded=EmbeddedMetadata(traces=(b"ns.useplus.org/ldf",), is_property=_PROPERTIES.__contains__),
    read_page=_read_page,
)
