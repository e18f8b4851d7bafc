"""The tag `<meta name="robots">` with the directives `noai`, `noimageai` and `noml`, and tags named like one agent.

The name and the directives have no case, several tags count together, and a tag named like an agent addresses that
agent. Names that HTML or custom gives to descriptions of a page name no agent: among keywords, `noai` is a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from colophon.reservations.page_evidence import PagePart
from colophon.reservations.parsing.noai import NO_AI_WORDS, Addressed, noai_reading
from colophon.reservations.parsing.page_tags import tag_of
from colophon.reservations.parsing.robots_txt import MAX_TEXT, product_token
from colophon.reservations.reservation_protocol import PageTags, ProtocolCarrier, Reading, ReservationProtocol

_EVERYBODY = "robots"
_DESCRIPTIONS = frozenset({
    "abstract",
    "application-name",
    "author",
    "category",
    "classification",
    "description",
    "generator",
    "keywords",
    "news_keywords",
    "subject",
    "summary",
    "tags",
    "title",
    "topic",
})  # fmt: skip


_DIRECTIVE = re.compile(r"(?<![^\s,;])(?:no(?:image)?ai|noml)(?![^\s,;])", re.IGNORECASE)
#: What is written for an agent is a list of directives, what describes a page may be any text.
_DIRECTIVES = re.compile(r"[\s,;]*+(?:[\w:-]++(?:\s*+[,;]\s*+|\s*+$))++")
_MAX_DIRECTIVES = 1_000


def _speaks(_element: str, attributes: Mapping[str, str]) -> bool:
    name, content = attributes.get("name", "").strip().lower(), attributes.get("content", "")
    if not name or _DIRECTIVE.search(content) is None:
        return False
    return name == _EVERYBODY or (len(content) <= _MAX_DIRECTIVES and _DIRECTIVES.fullmatch(content) is not None)


def _read_page(parts: tuple[PagePart, ...], _training_tokens: frozenset[str]) -> Reading:
    return noai_reading(_directives(parts), parts)


def _directives(parts: tuple[PagePart, ...]) -> Iterator[Addressed]:
    for part in parts:
        tag = tag_of(part) if part.name == "meta" else None
        if tag is None:
            continue
        name, content = product_token(tag.attribute("name")), tag.attribute("content")
        if name and name not in _DESCRIPTIONS and not {":", "."} & set(name):
            rule = f'meta at {part.offset}: name="{name}" content="{content[:MAX_TEXT]}"'
            yield Addressed(None if name == _EVERYBODY else name, content, rule)


PROTOCOL = ReservationProtocol(
    name="meta_robots",
    version="2",
    specification="robots meta tag with the directives noai, noimageai and noml",
    specification_date="2022-11-11",
    label="robots meta tag",
    carrier=ProtocolCarrier.PAGE,
    page_tags=(PageTags(frozenset({"meta"}), tuple(word.encode() for word in NO_AI_WORDS), _speaks),),
    read_page=_read_page,
)
