"""Rows of the table `rules`: the policy, the table of agents, and the protocols that decide verdicts."""

from __future__ import annotations

import json

from colophon.record.rules import Rule
from colophon.reservations import PROTOCOLS
from colophon.reservations.agents import agents, agents_sha256
from colophon.reservations.policy import Policy
from colophon.reservations.reservation_protocol import ProtocolCarrier, ReservationProtocol
from colophon.vocabulary import RuleKind


def rules(policy: Policy) -> tuple[Rule, ...]:
    """The policy, the table of agents, and its protocols that this version can read, as rows of the table `rules`.

    The policy's parameters are its canonical content; those of a parser name the protocol, its specification, its
    carrier, and the protocol in whose file its lines are if that is another.
    The version of the table of agents is the date of its newest row.
    A protocol without a row of kind *parser* is not evaluated: an observation of it does not make a document *silent*.
    """
    named = (*policy.required, *policy.honoured)
    parsers = tuple(
        Rule(
            name=protocol.name,
            version=protocol.version,
            kind=RuleKind.PARSER,
            parameters=_parameters(protocol),
        )
        for protocol in (PROTOCOLS[name] for name in PROTOCOLS if name in named)
    )
    policy_rule = Rule(
        name=policy.name,
        version=policy.version.isoformat(),
        kind=RuleKind.POLICY,
        parameters=policy.canonical_json,
        model_sha256=policy.sha256,
    )
    agents_rule = Rule(
        name="agents",
        version=max(agent.stated_on for agent in agents()).isoformat(),
        kind=RuleKind.AGENTS,
        model_sha256=agents_sha256(),
    )
    return (policy_rule, agents_rule, *parsers)


#: The view `policy_protocols` contains the carrier of these protocols. Their rows omit it: adding it would change the
#: hashes of existing records.
_CARRIER_NOT_RECORDED = frozenset({"x_robots", "meta_robots", "c2pa", "iptc", "registry", "request"})


def _parameters(protocol: ReservationProtocol) -> str:
    """The parameters of a protocol's row as canonical JSON. The carrier is a host if it is omitted."""
    content: dict[str, str | tuple[str, ...]] = {
        "protocol": protocol.name,
        "specification": protocol.specification,
        "specification_date": protocol.specification_date,
        "page_carriers": protocol.page_carriers,
    }
    if protocol.lines_in is not None:
        content["read_from"] = protocol.lines_in
    if protocol.carrier is not ProtocolCarrier.HOST and protocol.name not in _CARRIER_NOT_RECORDED:
        content["carrier"] = protocol.carrier
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
