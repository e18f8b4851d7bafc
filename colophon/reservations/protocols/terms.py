"""Terms in natural language, known by the hash of their text and the address they were read at.

Whether such terms can reserve at all is disputed (Art. 4(3) of Directive (EU) 2019/790; OLG Hamburg, 5 U 104/24), and
no program says what they mean: their state is *open*, whatever they hold. The address is that of the observation.
"""

from __future__ import annotations

import hashlib

from colophon.reservations.parsing.robots_txt import ANY_AGENT
from colophon.reservations.reservation_protocol import (
    HostFile,
    PathlessStatements,
    PolicyFile,
    Reading,
    ReservationProtocol,
    Statement,
)
from colophon.vocabulary import Outcome, Purpose, VerdictState


def _read(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    """One statement; none where the page is empty."""
    if not file.body.strip(b" \t\r\n\f\v\0"):
        return PathlessStatements((), None)
    digest = hashlib.sha256(file.body).hexdigest()
    terms = Statement(
        number=0,
        path=None,
        agents=(ANY_AGENT,),
        purpose=Purpose.TRAIN,
        value=f"sha256:{digest}",
        rule=f"terms of {len(file.body)} octets",
        state=VerdictState.OPEN,
    )
    return PathlessStatements((terms,), terms)


PROTOCOL = ReservationProtocol(
    name="terms",
    version="1",
    specification="natural-language terms, by hash and address",
    specification_date="2026-11-20",
    label="terms of use",
    signals_key="terms",
    # A page that is refused may hold terms all the same.
    file=PolicyFile(None, refused=Outcome.REFUSED),
    read_host_file=_read,
)
