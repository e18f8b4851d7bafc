"""Words, shingles and Jaccard similarity in plain Python: what the rivals' users write, and an oracle of its own."""

from __future__ import annotations

import re
from functools import lru_cache

from benchmarks.corpus import SHINGLE

_WORD = re.compile(r"[^\W_]+")


def shingles(text: str) -> list[str]:
    """The shingles of a text in order: lower-case words, five at a time, joined by a space."""
    words = _WORD.findall(text.lower())
    return list(map(" ".join, zip(*(words[first:] for first in range(SHINGLE)), strict=False)))


def jaccard(a: str, b: str) -> float:
    """True similarity of two texts of at least five words each."""
    left, right = _set(a), _set(b)
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


@lru_cache(maxsize=1024)
def _set(text: str) -> frozenset[str]:
    return frozenset(shingles(text))
