"""Verdicts from lists of domains, addresses or texts, as SQL queries: entries are joined to documents by several
keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from colophon.query.packaged import PackagedQuery, packaged_query
from colophon.reservations import PROTOCOLS, REQUEST
from colophon.reservations.policy import Policy, ProtocolTerms
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
    registries = (terms for terms in policy.protocols if is_registry(terms.protocol))
    requests = ListQuery(packaged_query(REQUESTED_VERDICTS), {})
    return (requests, *(_about("reservations/registered_verdicts", terms) for terms in registries))


def unlisted_documents(policy: Policy) -> tuple[ListQuery, ...]:
    """Queries for rows of schema `UNKNOWN_DOCUMENTS`: documents for which, at their moment, no list of a required
    registry was known."""
    required = (t for t in policy.protocols if t.protocol in policy.required and is_registry(t.protocol))
    return tuple(_about("reservations/unlisted_documents", terms) for terms in required)


def _about(query_id: str, terms: ProtocolTerms) -> ListQuery:
    parameters = {"protocol": terms.protocol, "max_age_days": terms.max_age_days}
    return ListQuery(packaged_query(query_id), parameters)
