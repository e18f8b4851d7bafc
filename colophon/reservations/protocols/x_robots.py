"""The header `X-Robots-Tag` with the directives `noai`, `noimageai` and `noml`.

Read as Google describes the header (Robots meta tag, data-nosnippet, and X-Robots-Tag specifications, a page without
editions): names and values have no case; a response may have several of them, and a value several directives, with
commas between; the name of an agent and a colon before directives address them to that agent, up to the next such name.
A date behind `unavailable_after` holds commas and colons too, and addresses nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.noai import NO_IMAGE_AI, Addressed, noai_reading
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, product_token
from colophon.reservations.reservation_protocol import PageHeader, ProtocolCarrier, Reading, ReservationProtocol

_HEADER = "x-robots-tag"
_AGENT_NAME = re.compile(r"[\w*./ -]*[a-z*][\w*./ -]*", re.ASCII)
#: Directives with a colon of their own.
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_DATE = re.compile(r"\d+(?:[ /-]|$)")


def directives_of(value: str) -> Iterator[Addressed]:
    """The directives of one header, in its order, each with the agent that it addresses."""
    rule = f"header {_HEADER}: {value[:MAX_TEXT]}"
    agent: str | None = None
    for item in value.lower().split(","):
        name, colon, rest = item.partition(":")
        name = name.strip()
        if not colon:
            yield Addressed(agent, item, rule)
        elif name not in _WITH_VALUE and _AGENT_NAME.fullmatch(name) and not _DATE.match(name):
            agent = None if name == ANY_AGENT else product_token(name)
            yield Addressed(agent, rest, rule)


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    headers = (part for part in parts if part.carrier is PagePartKind.HEADER and part.name == _HEADER)
    values = (part.content.decode("utf-8", "replace").strip() for part in headers)
    return noai_reading((addressed for value in values for addressed in directives_of(value)), parts)


PROTOCOL = ReservationProtocol(
    name="x_robots",
    version="2",
    specification="X-Robots-Tag with the directives noai, noimageai and noml",
    specification_date="2022-11-11",
    label="X-Robots-Tag",
    carrier=ProtocolCarrier.PAGE,
    page_headers=(PageHeader(_HEADER, media_traces=(NO_IMAGE_AI.encode(),)),),
    read_page=_read_page,
)
