"""AI preferences of the IETF: the header `Content-Usage` and lines of that name in robots.txt.

Read as draft-ietf-aipref-attach-05 and draft-ietf-aipref-vocab-08 say (August and September 2026), which do not have
consensus yet. A preference is a Dictionary of RFC 9651; of its labels, `train-ai` speaks to training, with the Tokens
`y` and `n`; whatever else it holds, and what does not parse, says nothing (vocab, section 6).

In robots.txt the rules on crawling come first: a path that may not be crawled has no preference. Then the longest path
decides, whether or not its line speaks to training, and equal ones combine restrictively (attach, section 3.1; vocab,
section 5.1). The header speaks for its response, and combines with the file in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

import http_sf

from colophon.reservations.page_evidence import PagePart
from colophon.reservations.parsing.usage import UsageProtocol, UsageRule, read_usage, read_usage_header, strictest
from colophon.reservations.protocols.robots import Permission
from colophon.reservations.reservation_protocol import HostFile, PageHeader, Reading, ReservationProtocol
from colophon.vocabulary import VerdictState

_LABEL = "train-ai"
_STATES = {"y": VerdictState.ALLOWED, "n": VerdictState.RESERVED}


def preference_on_training(preference: bytes) -> VerdictState:
    """*Allowed*, *reserved* or *silent*, as a preference in the exemplary format says (vocab, section 6.5)."""
    try:
        members = http_sf.parse(preference, tltype="dictionary")
    except http_sf.StructuredFieldError:
        return VerdictState.SILENT
    member = members.get(_LABEL) if isinstance(members, dict) else None
    value = member[0] if isinstance(member, tuple) else member
    return _STATES.get(str(value), VerdictState.SILENT) if isinstance(value, http_sf.Token) else VerdictState.SILENT


def _deciding(matching: Sequence[UsageRule], permission: Permission) -> UsageRule | None:
    return strictest(matching) if permission is Permission.ALLOWED else None


_USAGE = UsageProtocol(b"content-usage", preference_on_training, _deciding)


def _read_host_file(file: HostFile, _training_tokens: frozenset[str]) -> Reading:
    return read_usage(file.body, _USAGE)


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    return read_usage_header(parts, _USAGE)


PROTOCOL = ReservationProtocol(
    name="aipref",
    version="3",
    specification="draft-ietf-aipref-attach-05, draft-ietf-aipref-vocab-08",
    specification_date="2026-09-13",
    label="AIPREF",
    lines_in="robots",
    read_host_file=_read_host_file,
    page_headers=(PageHeader("content-usage"),),
    read_page=_read_page,
)
