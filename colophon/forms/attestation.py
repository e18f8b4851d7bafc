"""Binds a confirmation to the words that were confirmed: their hash, and what differs where they have changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from difflib import SequenceMatcher

#: Hexadecimal digits of the hash. 64 bits are more than enough: nobody gains by finding other words with the same hash,
#: since the words come from the record.
HASH_DIGITS = 16

#: Differences that are quoted, and how much of each.
_MAX_QUOTED = 3
_MAX_CHARACTERS = 160

_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}")


def hash_of(words: Sequence[str]) -> str:
    """The first digits of the SHA-256 of the words, line by line, as UTF-8; space at the ends of lines is no word."""
    text = "\n".join(line.strip() for line in words)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def is_hash(text: str) -> bool:
    """Whether a text has the form of such a hash, in small letters."""
    return _HASH.fullmatch(text) is not None


def wording_differences(before: Sequence[str], after: Sequence[str]) -> str:
    """What was said and what is said now, word for word, as far as it can be quoted."""
    old, new = "\n".join(before).split(), "\n".join(after).split()
    spans = [
        (old[i1:i2], new[j1:j2])
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    quoted = "; ".join(_quoted(*span) for span in spans[:_MAX_QUOTED])
    return f"{quoted}; and {len(spans) - _MAX_QUOTED} more" if len(spans) > _MAX_QUOTED else quoted


def _quoted(old: Sequence[str], new: Sequence[str]) -> str:
    if not old:
        return f"{_cut(new)} was added"
    if not new:
        return f"{_cut(old)} was taken out"
    return f"{_cut(old)} became {_cut(new)}"


def _cut(words: Sequence[str]) -> str:
    text = " ".join(words)
    return f"“{text[:_MAX_CHARACTERS]}…”" if len(text) > _MAX_CHARACTERS else f"“{text}”"
