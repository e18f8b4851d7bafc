"""From equal texts and assignments to clusters: groups of equal texts, and the members of clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colophon.dedup.assignment import STEPS, Assignment
from colophon.vocabulary import DuplicateKind, PairMethod

#: Members of groups of two and more; `group_id` is the smallest doc_id.
EXACT_GROUPS = pa.schema([("doc_id", pa.int64()), ("group_id", pa.int64())])

#: Members of clusters of two and more, with the columns of both tables.
MEMBERS = pa.schema([
    ("doc_id", pa.int64()),
    ("cluster_id", pa.int64()),
    ("component_id", pa.int64()),
    ("kind", pa.string()),
    ("similarity", pa.float64()),
    ("method", pa.string()),
])  # fmt: skip


def exact_groups(rows: pa.Table) -> pa.Table:
    """Rows of (key: fixed binary, doc_id) in any order → members of groups of two and more, schema `EXACT_GROUPS`."""
    ordered = rows.sort_by([("key", "ascending"), ("doc_id", "ascending")]).combine_chunks()
    doc_ids = ordered.column("doc_id").to_numpy()
    if not len(doc_ids):
        return EXACT_GROUPS.empty_table()
    keys = ordered.column("key").chunk(0)
    width = keys.type.byte_width
    content = np.frombuffer(keys.buffers()[1], np.uint8).reshape(-1, width)[keys.offset : keys.offset + len(keys)]
    starts = np.flatnonzero(np.r_[True, (content[1:] != content[:-1]).any(axis=1)])
    sizes = np.diff(np.append(starts, len(doc_ids)))
    group_ids = np.repeat(doc_ids[starts], sizes)
    several = np.repeat(sizes > 1, sizes)
    return pa.Table.from_arrays([pa.array(doc_ids[several]), pa.array(group_ids[several])], schema=EXACT_GROUPS)


@dataclass(frozen=True, slots=True)
class EqualTexts:
    """Documents whose text stands more than once, ascending, the group of each, and whether it is the first of it."""

    doc_ids: npt.NDArray[np.int64]
    group_ids: npt.NDArray[np.int64]
    first: npt.NDArray[np.bool_]

    def of(self, doc_ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The groups of any documents, and which are the first of theirs; one whose text stands once is its own."""
        if not len(self.doc_ids):
            return doc_ids, np.ones(len(doc_ids), np.bool_)
        at = np.minimum(np.searchsorted(self.doc_ids, doc_ids), len(self.doc_ids) - 1)
        several = self.doc_ids[at] == doc_ids
        return np.where(several, self.group_ids[at], doc_ids), ~several | self.first[at]


def cluster_members(rows: pa.Table, assigned: Assignment) -> pa.Table:
    """The members of clusters of two and more, of schema `MEMBERS`.

    `rows` (doc_id, component_id, group_id, scheme) are whole components in the order of documents; those with a scheme,
    the first of each text, are the ones that were assigned.
    """
    doc_ids, groups = (rows.column(c).to_numpy() for c in ("doc_id", "group_id"))
    # The rows of the block that were assigned, and for every row the one of them with its text.
    first = np.flatnonzero(rows.column("scheme").is_valid().to_numpy())
    by_group = np.argsort(groups[first])
    text = by_group[np.searchsorted(groups[first], groups, sorter=by_group)]
    representative = first[assigned.representative][text]
    joined = representative != np.arange(len(doc_ids))
    clustered = joined.copy()
    clustered[representative[joined]] = True
    exact = groups == groups[representative]
    similarity = np.where(exact, 1.0, np.floor(assigned.similarity[text] * STEPS + 1e-9) / STEPS)
    estimated = assigned.estimated[text] & ~exact
    members = pa.Table.from_arrays([
        pa.array(doc_ids),
        pa.array(doc_ids[representative]),
        rows.column("component_id"),
        pc.if_else(pa.array(exact), DuplicateKind.EXACT.value, DuplicateKind.NEAR.value),
        pa.array(similarity),
        pc.if_else(pa.array(estimated), PairMethod.ESTIMATE.value, PairMethod.EXACT.value),
    ], schema=MEMBERS)  # fmt: skip
    return members.filter(pa.array(clustered))
