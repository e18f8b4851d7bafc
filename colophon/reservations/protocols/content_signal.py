"""Content Signals: lines `Content-Signal` in robots.txt, and the header of that name.

Read as the Content Signals Policy says (https://contentsignals.org, 24 September 2025): `ai-train=no` reserves,
`ai-train=yes` permits, and a signal that is not there does neither. The policy's examples put commas between signals;
deployed files also use semicolons, spaces, colons for the equals sign, quotation marks and any case, and some software
writes `allow` and `disallow`. Those are understood where they reserve; only `yes` permits, in a line of signals alone.

No grammar was published, and none says what comes first. A line belongs to its group; one before any group reserves for
all agents, and permits nothing. Where a line begins with a path it speaks for that path alone. Of the matching lines
that speak to training the longest path decides, equal ones combine restrictively, and so does one signal given twice in
a line. `Allow` and `Disallow` are about crawling: where they forbid it a permission says nothing, while a reservation
stays one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from colophon.reservations.page_evidence import PagePart
from colophon.reservations.parsing.usage import UsageProtocol, UsageRule, read_usage, read_usage_header, strictest
from colophon.reservations.protocols.robots import Permission
from colophon.reservations.reservation_protocol import HostFile, PageHeader, Reading, ReservationProtocol
from colophon.vocabulary import VerdictState

_SIGNAL = b"ai-train"
_RESERVING = frozenset({b"no", b"n", b"false", b"disallow"})
_PERMITTING = frozenset({b"yes"})
_EQUALS = re.compile(rb"[=:]")
_BETWEEN_WORDS = re.compile(rb"[\s,;\"']+")
_SIGNALS = re.compile(rb"(?:[\w-]++\s*+=\s*+[\w-]++(?:[\s,;]++|\Z))++\Z")


def signal_on_training(signals: bytes) -> VerdictState:
    """*Allowed*, *reserved* or *silent*, as the signals of one line or header say."""
    values = set(_values(signals))
    if values & _RESERVING:
        return VerdictState.RESERVED
    permits = values and values <= _PERMITTING and _SIGNALS.match(signals.strip(b" \t,;"))
    return VerdictState.ALLOWED if permits else VerdictState.SILENT


def _values(signals: bytes) -> list[bytes]:
    """All values given to the signal on training, in lower case."""
    sides = [_BETWEEN_WORDS.split(side) for side in _EQUALS.split(signals.lower())]
    return [
        next(filter(None, right), b"")
        for left, right in pairwise(sides)
        if next(filter(None, reversed(left)), b"") == _SIGNAL
    ]


def _deciding(matching: Sequence[UsageRule], permission: Permission) -> UsageRule | None:
    speaking = [rule for rule in matching if rule.state is not VerdictState.SILENT]
    if not speaking:
        return None
    rule = strictest(speaking)
    return rule if permission is Permission.ALLOWED or rule.state is VerdictState.RESERVED else None


_USAGE = UsageProtocol(
    key=b"content-signal",
    state_of=signal_on_training,
    deciding=_deciding,
    outside=frozenset({VerdictState.RESERVED}),
    misspelt_keys=frozenset({b"content-signals"}),
)


def _read_host_file(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_usage(file.body, _USAGE)


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    return read_usage_header(parts, _USAGE)


PROTOCOL = ReservationProtocol(
    name="content_signal",
    version="3",
    specification="Content Signals Policy",
    specification_date="2025-09-24",
    label="Content-Signal",
    lines_in="robots",
    read_host_file=_read_host_file,
    page_headers=(PageHeader("content-signal"),),
    read_page=_read_page,
)
