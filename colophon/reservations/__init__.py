"""Rights reservations: what the policy files of hosts say, and what that means for a document.

One module per protocol, listed in `EVALUATORS`; `policy` says which of them bind, `signals` turns an observation into
rows, `verdicts` judges documents at the moment of their fetch.
"""

from __future__ import annotations

import json

from colophon.record.rules import Rule
from colophon.reservations.agents import agents, agents_sha256
from colophon.reservations.evaluator import Evaluator
from colophon.reservations.policy import Policy
from colophon.reservations.protocols import (
    ai_txt,
    aipref,
    c2pa,
    content_signal,
    iptc,
    meta_robots,
    registry,
    request,
    robots,
    rsl,
    tdmrep,
    terms,
    x_robots,
)
from colophon.vocabulary import ReservationProtocol, RuleKind

#: One line per protocol that can be read.
EVALUATORS: dict[ReservationProtocol, Evaluator] = {
    e.protocol: e
    for e in (
        robots.EVALUATOR,
        aipref.EVALUATOR,
        content_signal.EVALUATOR,
        tdmrep.EVALUATOR,
        rsl.EVALUATOR,
        ai_txt.EVALUATOR,
        x_robots.EVALUATOR,
        meta_robots.EVALUATOR,
        c2pa.EVALUATOR,
        iptc.EVALUATOR,
        registry.EVALUATOR,
        request.EVALUATOR,
        terms.EVALUATOR,
    )
}  # fmt: skip


def rules(policy: Policy) -> tuple[Rule, ...]:
    """The policy, the table of agents, and the evaluators that the policy can draw on, for the table `rules`.

    The policy's parameters are its canonical content; a parser's name the protocol and the specification it follows.
    The version of the table of agents is the date of its newest row.
    A protocol without a row of kind *parser* is not evaluated: an observation of it makes nothing *silent*.
    """
    named = (*policy.required, *policy.honoured)
    parsers = tuple(
        Rule(
            name=evaluator.name,
            version=evaluator.version,
            kind=RuleKind.PARSER,
            parameters=_canonical(
                {
                    "protocol": protocol,
                    "specification": evaluator.specification,
                    "specification_date": evaluator.specification_date,
                    "page_carriers": evaluator.page_carriers,
                }
            ),
        )
        for protocol, evaluator in EVALUATORS.items()
        if protocol in named
    )
    written = Rule(
        name=policy.name,
        version=policy.version.isoformat(),
        kind=RuleKind.POLICY,
        parameters=policy.canonical_json,
        model_sha256=policy.sha256,
    )
    tabled = Rule(
        name="agents",
        version=max(agent.stated_on for agent in agents()).isoformat(),
        kind=RuleKind.AGENTS,
        model_sha256=agents_sha256(),
    )
    return (written, tabled, *parsers)


def _canonical(content: dict[str, str | tuple[str, ...]]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
