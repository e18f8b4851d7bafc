"""Looks with what came back in the end: the table `observations` as it is read, with `followed_looks` put in."""

from __future__ import annotations

from colophon.tables import FOLLOWED_LOOKS

_ADDED = tuple(name for name in FOLLOWED_LOOKS.schema.names if name != "observation_id")


def answered(observations: str) -> str:
    """A SELECT of the columns of `observations`, a relation or a SELECT in brackets. A look that leads to another has
    the columns of its row in the relation `followed_looks`."""
    replaced = ", ".join(
        f"CASE WHEN f.observation_id IS NULL THEN o.{name} ELSE f.{name} END AS {name}" for name in _ADDED
    )
    return (
        f"SELECT o.* REPLACE ({replaced})\n"  # names of columns, and a relation of the caller
        f"FROM {observations} AS o\n"
        f"LEFT JOIN {FOLLOWED_LOOKS.name} AS f ON f.observation_id = o.observation_id"
    )
