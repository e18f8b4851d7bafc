"""Connected components by union-find over arrays."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


def connected_components(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """Edges (left[i], right[i]) → the distinct ids, ascending, and for each the smallest id of its component."""
    ids = np.unique(np.concatenate([left, right]))
    parents = np.arange(len(ids))
    _unite(parents, np.searchsorted(ids, left), np.searchsorted(ids, right))
    return ids, ids[parents]


@numba.njit("void(i8[::1], i8[::1], i8[::1])", cache=True, nogil=True)  # type: ignore[untyped-decorator]  # Numba is untyped
def _unite(parents: Ids, left: Ids, right: Ids) -> None:
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
