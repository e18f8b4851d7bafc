"""A summary as JSON: the same fields in the same order, with codes beside the words."""

from __future__ import annotations

import msgspec

from colophon.publishing.summary import Summary


def render_json(summary: Summary) -> str:
    """The summary as indented JSON in the order of the form."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2).decode() + "\n"
