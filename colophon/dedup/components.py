"""Connected components by union-find over dense numbers: 4 bytes a document, edges one block after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from colophon.dedup.sketch.compilation import compiled, reads, writes

Numbers = npt.NDArray[np.int64]


class Forest:
    """Components of documents 0 to n - 1; the smallest number stands for its component."""

    def __init__(self, documents: int) -> None:
        """Raises OverflowError for 2^32 documents and more."""
        self._parents = np.arange(documents, dtype=np.uint32)

    def unite(self, left: Numbers, right: Numbers) -> None:
        """Link left[i] with right[i]."""
        kernel = compiled(_unite, types.void, writes(types.uint32), reads(types.int64), reads(types.int64))
        kernel(self._parents, np.ascontiguousarray(left), np.ascontiguousarray(right))

    def linked(self) -> tuple[Numbers, Numbers]:
        """The documents in components of two and more, ascending, and the root of each."""
        compiled(_flatten, types.void, writes(types.uint32))(self._parents)
        roots = self._parents
        members = roots != np.arange(len(roots), dtype=np.uint32)
        members[roots[members]] = True
        documents = np.flatnonzero(members)
        return documents, roots[documents].astype(np.int64)


def _unite(parents: Any, left: Any, right: Any) -> None:
    """Union towards the smaller number with path halving."""
    for i in range(len(left)):
        a, b = left[i], right[i]
        while parents[a] != a:
            parents[a] = parents[parents[a]]
            a = np.int64(parents[a])
        while parents[b] != b:
            parents[b] = parents[parents[b]]
            b = np.int64(parents[b])
        if a < b:
            parents[b] = a
        elif b < a:
            parents[a] = b


def _flatten(parents: Any) -> None:
    """Roots are smaller than all below them, so that one ascending pass leaves every parent a root."""
    for i in range(len(parents)):
        parents[i] = parents[parents[i]]
