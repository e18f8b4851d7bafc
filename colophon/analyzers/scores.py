"""Scores as the record keeps them."""

from __future__ import annotations

import math


def quantised(score: float) -> float:
    """The score rounded half up to 1/1000, so that the last bits of a library's arithmetic never enter the record."""
    return math.floor(score * 1000 + 0.5) / 1000
