"""Verdicts from lists that name domains, addresses or texts, as one query: such entries meet documents by many keys."""

from __future__ import annotations

from colophon.query.packaged import packaged_query
from colophon.reservations import PROTOCOLS, REQUEST
from colophon.reservations.in_force import UnknownReason
from colophon.reservations.policy import Policy
from colophon.reservations.reservation_protocol import ProtocolCarrier
from colophon.vocabulary import Purpose, VerdictState


def is_registry(protocol: str) -> bool:
    """Whether the observations of a protocol are entries of dated lists, beside accepted requests."""
    known = PROTOCOLS.get(protocol)
    return known is not None and known.carrier is ProtocolCarrier.LIST and protocol != REQUEST


def listed_verdicts_query(policy: Policy) -> str:
    """Rows of the table `VERDICTS` for the documents that entries of lists name.

    Reads `documents`, `moments`, `signals` and `observations`. Of the entries of registries that name the same thing,
    the latest not after the moment and not too old counts; a name that a later list leaves out stays named until then.
    Accepted requests bind at every moment.
    """
    queries = [requested_verdicts_query()]
    queries += [
        _REGISTRIES.format(
            protocol=t.protocol,
            train=Purpose.TRAIN,
            max_age_days="NULL" if t.max_age_days is None else t.max_age_days,
            listed_url=_with_path("e.name"),
            url=_with_path("d.url"),
        )
        for t in policy.protocols
        if is_registry(t.protocol)
    ]
    return " UNION ALL ".join(f"({query})" for query in queries)


def requested_verdicts_query() -> str:
    """Rows of the table `VERDICTS` for the documents that accepted requests name, at any moment.

    Reads `documents`, `signals` and `observations`.
    """
    return f"""
        SELECT doc_id, '{REQUEST}' AS protocol, '{Purpose.TRAIN}' AS purpose,
               CAST([] AS VARCHAR[]) AS agents, '{VerdictState.RESERVED}' AS verdict, signal_id, observation_id
        FROM ({packaged_query("views/requested_documents").select})
    """  # noqa: S608  # constants of this program


def unlisted_query(policy: Policy) -> str | None:
    """Rows of schema `UNKNOWN_DOCUMENTS`: documents at whose moments no registry was known that the policy requires.

    Reads `moments` and `observations`. None where the policy requires no registry.
    """
    required = [t for t in policy.protocols if t.protocol in policy.required and is_registry(t.protocol)]
    if not required:
        return None
    return " UNION ALL ".join(
        _UNLISTED.format(
            protocol=t.protocol,
            max_age_days="NULL" if t.max_age_days is None else t.max_age_days,
            not_observed=UnknownReason.NOT_OBSERVED,
            no_time=UnknownReason.NO_FETCH_TIME,
            after_only=UnknownReason.AFTER_ONLY,
            stale=UnknownReason.STALE,
        )
        for t in required
    )


def _with_path(url: str) -> str:
    """An address in SQL, so that one without a path is that of the path / (RFC 9110, 4.2.3)."""
    return rf"regexp_replace({url}, '^([a-z]+://[^/?]+)(\?|$)', '\1/\2')"


_UNLISTED = """
(
    WITH lists AS (
        SELECT DISTINCT observed_at FROM observations
        WHERE place = 'list' AND protocol = '{protocol}' AND observed_at IS NOT NULL
    )
    SELECT m.doc_id, '{protocol}' AS protocol,
           CASE WHEN m.moment IS NULL THEN '{no_time}'
                WHEN NOT EXISTS (FROM lists) THEN '{not_observed}'
                WHEN l.observed_at IS NULL THEN '{after_only}'
                ELSE '{stale}' END AS reason
    FROM moments m
    ASOF LEFT JOIN lists l ON m.moment >= l.observed_at
    WHERE l.observed_at IS NULL
        OR epoch_us(m.moment) - epoch_us(l.observed_at) > CAST({max_age_days} AS DOUBLE) * 86400000000
)
"""

_REGISTRIES = """
WITH entries AS (
    SELECT s.signal_id, s.observation_id, s.state, o.observed_at, CAST({max_age_days} AS DOUBLE) AS max_age_days,
           split_part(s.value, ' ', 1) AS named, substr(s.value, strpos(s.value, ' ') + 1) AS name
    FROM signals s
    JOIN observations o USING (observation_id)
    WHERE s.protocol = '{protocol}' AND o.place = 'list' AND o.observed_at IS NOT NULL
), hosts AS (
    SELECT DISTINCT authority, string_split(regexp_replace(authority, ':[0-9]+$', ''), '.') AS labels
    FROM documents WHERE authority IS NOT NULL
), host_names AS (
    SELECT authority, array_to_string(labels[unnest(range(1, len(labels) + 1)):], '.') AS name FROM hosts
), named AS (
    SELECT d.doc_id, e.* FROM documents d
    JOIN host_names h ON h.authority = d.authority
    JOIN entries e ON e.named = 'domain' AND e.name = h.name
    UNION ALL
    SELECT d.doc_id, e.* FROM documents d
    JOIN entries e ON e.named = 'url' AND {listed_url} = {url}
    UNION ALL
    SELECT d.doc_id, e.* FROM documents d JOIN entries e ON e.named = 'sha256' AND e.name = d.content_id
), in_force AS (
    SELECT n.*
    FROM named n
    JOIN moments m ON m.doc_id = n.doc_id
    WHERE n.observed_at <= m.moment
        AND (n.max_age_days IS NULL OR epoch_us(m.moment) - epoch_us(n.observed_at) <= n.max_age_days * 86400000000)
    QUALIFY n.observed_at = max(n.observed_at) OVER (PARTITION BY n.doc_id, n.named, n.name)
)
SELECT doc_id, '{protocol}' AS protocol, '{train}' AS purpose, CAST([] AS VARCHAR[]) AS agents,
       state AS verdict, signal_id, observation_id
FROM in_force
QUALIFY row_number() OVER (PARTITION BY doc_id ORDER BY state <> 'reserved', signal_id) = 1
"""
