"""The info record of a web archive (*warcinfo*): who made it, in fields that the standard names (ISO 28500, 6.3)."""

from __future__ import annotations

from colophon.reservations.evidence_keeper import ArchiveInfo

_OPERATORS = frozenset({"operator", "publisher", "creator"})
_IS_PART_OF = "ispartof"
_MAX_BYTES = 2**16
_MAX_VALUE = 1_000


def archive_info(block: bytes) -> ArchiveInfo:
    """What an info record says; lines that are no fields are passed over."""
    operators: list[str] = []
    is_part_of = None
    for line in block[:_MAX_BYTES].decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        field, text = name.strip().lower(), value.strip()[:_MAX_VALUE]
        if not colon or not text:
            continue
        if field in _OPERATORS:
            operators.append(text)
        elif field == _IS_PART_OF:
            is_part_of = text
    return ArchiveInfo(tuple(operators), is_part_of)
