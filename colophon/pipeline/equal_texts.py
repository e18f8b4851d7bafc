"""Groups of documents with the same text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.dedup.clusters import EXACT_GROUPS, exact_groups
from colophon.pipeline.failures import surfaced
from colophon.pipeline.scan import CONTENT_IDS
from colophon.pipeline.scratch import WorkFolder, read_files
from colophon.pipeline.shuffle import Group, GroupBlocks, unpack
from colophon.record.parquet import read_part
from colophon.tables import ROW_BITS

Ids = npt.NDArray[np.int64]

#: Copies: members of a group but for the first, by which the group is found where texts are compared.
COPIES = pa.schema([("doc_id", pa.int64())])


@dataclass(eq=False)
class FindEqualTexts(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Blocks of (content key, doc_id) → work files of schema `EXACT_GROUPS`, one a partition."""

    groups: WorkFolder

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        return blocks | GroupBlocks("content_ids") | "Write groups" >> beam.ParDo(_WriteGroups(self.groups))


@dataclass(eq=False)
class _WriteGroups(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    groups: WorkFolder

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        rows = unpack(blocks, CONTENT_IDS)
        if rows is not None:
            groups = exact_groups(rows)
            if groups.num_rows:
                self.groups.write(f"part-{partition:06}.parquet", groups)
        yield from ()


@dataclass(frozen=True, slots=True)
class KnownCopies:
    """Which documents are copies: a work file of schema `COPIES` for each shard that has any, and how many in all."""

    files: WorkFolder
    documents: int

    @classmethod
    def of(cls, groups: Iterable[str], files: WorkFolder) -> KnownCopies:
        """The copies in work files of schema `EXACT_GROUPS`; writes their own into a folder."""
        rows = read_files(files.storage, groups, EXACT_GROUPS)
        doc_ids = rows.column("doc_id").to_numpy()
        copies = np.sort(doc_ids[doc_ids != rows.column("group_id").to_numpy()])
        ordinals, starts = np.unique(copies >> ROW_BITS, return_index=True)
        for ordinal, of_shard in zip(ordinals.tolist(), np.split(copies, starts[1:]), strict=False):
            files.write(_of_shard(ordinal), pa.Table.from_arrays([pa.array(of_shard)], schema=COPIES))
        return cls(files, len(copies))

    def among(self, doc_ids: Ids) -> npt.NDArray[np.bool_]:
        """Which documents of one shard are copies; at least one document is given."""
        path = self.files.file(_of_shard(int(doc_ids[0]) >> ROW_BITS))
        if not self.files.storage.exists(path):
            return np.zeros(len(doc_ids), np.bool_)
        return np.isin(doc_ids, read_part(self.files.storage, path, schema=COPIES).column(0))


def _of_shard(ordinal: int) -> str:
    return f"shard-{ordinal:08}.parquet"
