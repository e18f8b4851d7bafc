"""From what a connector saw to observations, one for each protocol that could speak there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from colophon.analyzers.reservations import EVALUATORS
from colophon.analyzers.reservations.evaluator import Evaluator
from colophon.analyzers.reservations.policy import Policy
from colophon.analyzers.reservations.rights_metadata import rights_only
from colophon.connectors.rows import Observation, PageLook
from colophon.record.carried import packed
from colophon.record.vocabulary import Grade, Outcome, Place


def observations_of(seen: Observation | PageLook, policy: Policy) -> Iterator[Observation]:
    """A look at a host's file counts for every protocol whose lines stand in that file, and for those whose terms it
    points to; what a page says, for those that find a statement in it. Silence of a page is told by the
    `page_carriers` of its document."""
    if isinstance(seen, PageLook):
        yield from _of_page(seen, policy)
        return
    yield seen
    for evaluator in EVALUATORS.values():
        if evaluator.host_file is seen.protocol is not evaluator.protocol or _points(seen, evaluator, policy):
            yield replace(seen, protocol=evaluator.protocol)


def _points(seen: Observation, evaluator: Evaluator, policy: Policy) -> bool:
    """Whether a file points to a protocol's terms; one that does not says nothing about them."""
    if evaluator.pointer_file is not seen.protocol or seen.outcome is not Outcome.OK or seen.body is None:
        return False
    return bool(evaluator.reading(seen.body, seen.authority or "", frozenset(policy.training_tokens)).statements())


def _of_page(look: PageLook, policy: Policy) -> Iterator[Observation]:
    evidence = packed(rights_only(part) for part in look.page.parts)
    tokens = frozenset(policy.training_tokens)
    for evaluator in EVALUATORS.values():
        if evaluator.page_reading(evidence, tokens).statements():
            yield Observation(
                protocol=evaluator.protocol,
                authority=look.authority,
                path=look.path,
                position=look.position,
                outcome=Outcome.OK,
                grade=Grade.WARC,
                place=Place.PAGE,
                body=evidence,
                row=look.row,
                requested_url=look.requested_url,
                observed_at=look.observed_at,
                http_status=look.http_status,
            )
