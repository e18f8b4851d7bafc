"""The directives `noai`, `noimageai` and `noml` in response headers and in tags of a page.

They were introduced by DeviantArt (announcement of 11 November 2022): `noai` reserves training on any content,
`noimageai` on images, so that it does not apply to text. They do not forbid crawling, and no directive permits
anything. Directives addressed to one agent bind that agent in addition to those for all agents.

`noml` comes from a proposal of some search engines (noml.info) that no published reading of the law names: it asks that
the page is not used for machine learning, and whether that binds anybody is disputed, so that it is *open*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.reservations.parsing.robots_txt import ANY_AGENT, MAX_TEXT, product_token
from colophon.reservations.reservation_protocol import AgentTokens, Judge, Meaning, Statement
from colophon.vocabulary import Purpose, VerdictState

_NO_AI = "noai"
#: Applies to images only.
NO_IMAGE_AI = "noimageai"
_NO_ML = "noml"
NO_AI_WORDS = frozenset({_NO_AI, NO_IMAGE_AI, _NO_ML})


@dataclass(frozen=True, slots=True)
class Addressed:
    """One or several directives, in any case, and the normalised name of the agent they address, None for all.

    `rule` is the text of the header or tag for a statement.
    """

    agent: str | None
    text: str
    rule: str


def noai_reading(directives: Iterable[Addressed], parts: tuple[PagePart, ...]) -> NoAi:
    """The distinct directives of a response, evaluated for its media type."""
    is_image = any(
        part.carrier is PagePartKind.HEADER
        and part.name == "content-type"
        and part.content.lower().startswith(b"image/")
        for part in parts
    )
    states = {_NO_AI: VerdictState.RESERVED, _NO_ML: VerdictState.OPEN}
    if is_image:
        states[NO_IMAGE_AI] = VerdictState.RESERVED
    # A header may occur thousands of times.
    distinct = dict.fromkeys(
        (addressed.agent, word, addressed.rule) for addressed in directives for word in _words(addressed.text)
    )
    return NoAi(
        tuple(
            _Directive(
                agent,
                Statement(
                    number=number,
                    path=None,
                    agents=(ANY_AGENT if agent is None else agent[:MAX_TEXT],),
                    purpose=Purpose.TRAIN,
                    value=word,
                    rule=rule[:MAX_TEXT],
                    state=states.get(word, VerdictState.SILENT),
                ),
            )
            for number, (agent, word, rule) in enumerate(distinct)
        )
    )


@dataclass(frozen=True, slots=True)
class _Directive:
    agent: str | None
    statement: Statement


@dataclass(frozen=True, slots=True)
class NoAi:
    """The directives of a page, in document order."""

    directives: tuple[_Directive, ...]

    def statements(self) -> tuple[Statement, ...]:
        return tuple(d.statement for d in self.directives)

    def judge(self, agents: AgentTokens) -> Judge:
        """The same result for every path: the first directive that reserves and addresses a token applies to it, else
        the first that is *open*."""
        meanings = tuple(self._meanings(agents.train))
        return lambda _path: meanings

    def _meanings(self, tokens: Iterable[str]) -> Iterator[Meaning]:
        left = set(tokens)
        speaking = (d for d in self.directives if d.statement.state is not VerdictState.SILENT)
        for directive in sorted(speaking, key=lambda d: d.statement.state is not VerdictState.RESERVED):
            bound = {token for token in left if directive.agent in {None, product_token(token)}}
            if bound:
                statement = directive.statement
                yield Meaning(Purpose.TRAIN, statement.state, tuple(sorted(bound)), statement.number)
            left -= bound


def _words(text: str) -> Iterator[str]:
    """The directives against AI in a list; lists in use may lack commas or contain semicolons."""
    return (word for word in text.lower().replace(",", " ").replace(";", " ").split() if word in NO_AI_WORDS)
