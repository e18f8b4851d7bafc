"""Connected components by union-find over arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from colophon.analyzers.sketch.compilation import compiled, reads, writes

Ids = npt.NDArray[np.int64]


def connected_components(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """Edges (left[i], right[i]) → the distinct ids, ascending, and for each the smallest id of its component."""
    ids = np.unique(np.concatenate([left, right]))
    parents = np.arange(len(ids))
    unite = compiled(_unite, types.void, writes(types.int64), reads(types.int64), reads(types.int64))
    unite(parents, np.searchsorted(ids, left), np.searchsorted(ids, right))
    return ids, ids[parents]


def _unite(parents: Any, left: Any, right: Any) -> None:
    """Union towards the smaller index with path halving; at the end every parent is a root, the smallest index."""
    for i in range(len(left)):
        a, b = left[i], right[i]
        while parents[a] != a:
            parents[a] = parents[parents[a]]
            a = parents[a]
        while parents[b] != b:
            parents[b] = parents[parents[b]]
            b = parents[b]
        if a < b:
            parents[b] = a
        elif b < a:
            parents[a] = b
    for i in range(len(parents)):
        parents[i] = parents[parents[i]]
