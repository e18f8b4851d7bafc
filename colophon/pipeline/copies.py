"""Copies of reserved texts, which go with them where the policy says so (`copies: exact` or `near`).

A text granted by its rights holder for this use stays, as it does when the reservation is its own.
"""

from __future__ import annotations

from colophon.analyzers import Rule
from colophon.analyzers.reservations.policy import Copies
from colophon.record.vocabulary import PublicReason


def equal_copies_query(copies: Copies, rule: Rule) -> str | None:
    """Documents with the same text as one that the policy drops as reserved; None where they stay.

    Reads the views `policy_decided` and `exact_groups`. They are dropped before duplicates are sought, so that no
    other document goes because of them.
    """
    if copies is Copies.OWN:
        return None
    return f"""
        SELECT g.doc_id, {_columns(rule, "an equal text is reserved elsewhere")}
        FROM exact_groups g
        JOIN documents d ON d.doc_id = g.doc_id
        JOIN source_rules s ON s.source_id = d.source_id
        WHERE NOT s.evaluates AND NOT s.granted
            AND g.doc_id NOT IN (SELECT doc_id FROM policy_decided)
            AND g.group_id IN (
                SELECT r.group_id FROM exact_groups r JOIN policy_decided p ON p.doc_id = r.doc_id
                WHERE p.public_reason = '{PublicReason.RESERVATION}'
            )
    """


def near_copies_query(copies: Copies, rule: Rule) -> str | None:
    """Documents that stand for a cluster in which the policy drops one as reserved; None where they stay.

    Reads the views `decided` and `duplicates`. The others of the cluster have gone as duplicates.
    """
    if copies is not Copies.NEAR:
        return None
    return f"""
        SELECT DISTINCT m.cluster_id, {_columns(rule, "a similar text is reserved elsewhere")}
        FROM duplicates m
        JOIN decided r ON r.doc_id = m.doc_id AND r.precedence = 0 AND r.public_reason = '{PublicReason.RESERVATION}'
        JOIN documents d ON d.doc_id = m.cluster_id
        JOIN source_rules s ON s.source_id = d.source_id
        WHERE NOT s.evaluates AND NOT s.granted
            AND m.cluster_id NOT IN (SELECT doc_id FROM decided WHERE precedence = 0)
    """


def _columns(rule: Rule, reason: str) -> str:
    name = rule.name.replace("'", "''")
    return f"CAST(0 AS INTEGER), '{name}', '{rule.version}', '{reason}', '{PublicReason.RESERVATION}'"
