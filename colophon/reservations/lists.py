"""Verdicts from lists of domains, addresses or texts, as SQL queries: entries are joined to documents by several
keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from colophon.query.packaged import PackagedQuery, packaged_query
from colophon.reservations import PROTOCOLS, REQUEST
from colophon.reservations.policy import Policy, ProtocolTerms, Standing
from colophon.reservations.reservation_protocol import ProtocolCarrier

#: Rows of the table `VERDICTS` for the documents named by accepted requests, which bind at every moment.
REQUESTED_VERDICTS = "reservations/requested_verdicts"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A packaged query over list entries, with its parameters. It reads the view `moments`."""

    query: PackagedQuery
    parameters: Mapping[str, str | int | None]


def is_registry(protocol: str) -> bool:
    """Whether the observations of a protocol are entries of dated lists; false for accepted requests."""
    known = PROTOCOLS.get(protocol)
    return known is not None and known.carrier is ProtocolCarrier.LIST and protocol != REQUEST


def listed_verdicts(policy: Policy) -> tuple[ListQuery, ...]:
    """Queries for rows of the table `VERDICTS`: the documents named by requests and by registry entries."""
    named = {terms.protocol: terms for terms in policy.protocols}
    # Of a registry that the policy does not take into account, reservations are told; they decide nothing.
    registries = (
        named.get(protocol, ProtocolTerms(protocol, Standing.HONOURED, None))
        for protocol in PROTOCOLS
        if is_registry(protocol)
    )
    requests = ListQuery(packaged_query(REQUESTED_VERDICTS), {})
    query = packaged_query("reservations/registered_verdicts")
    return (
        requests,
        *(
            ListQuery(query, _limits(terms) | {"reservations_only": terms.protocol not in named})
            for terms in registries
        ),
    )


def unlisted_documents(policy: Policy) -> tuple[ListQuery, ...]:
    """Queries for rows of schema `UNKNOWN_DOCUMENTS`: documents for which, at their moment, no list of a required
    registry was known."""
    required = (t for t in policy.protocols if t.protocol in policy.required and is_registry(t.protocol))
    query = packaged_query("reservations/unlisted_documents")
    return tuple(ListQuery(query, _limits(terms)) for terms in required)


def _limits(terms: ProtocolTerms) -> dict[str, str | int | None]:
    return {"protocol": terms.protocol, "max_age_days": terms.max_age_days}
