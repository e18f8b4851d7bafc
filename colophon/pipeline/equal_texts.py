"""Groups of documents with the same text."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.pipeline.failures import surfaced
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scan import CONTENT_IDS
from colophon.pipeline.scratch import work_files, write_work
from colophon.pipeline.shuffle import Group, GroupBlocks, unpack
from colophon.record.parquet import read_part
from colophon.tables import ROW_BITS

STEP = "exact"

Ids = npt.NDArray[np.int64]

#: Members of groups of two and more; `group_id` is the smallest doc_id.
EXACT_GROUPS = pa.schema([("doc_id", pa.int64()), ("group_id", pa.int64())])

#: Copies: members of a group but for the first, by which the group is found where texts are compared.
COPIES = pa.schema([("doc_id", pa.int64())])


class FindExact(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """Blocks of (content key, doc_id) → work files of schema `EXACT_GROUPS`, one a partition."""

    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        return blocks | GroupBlocks("content_ids") | "Write groups" >> beam.ParDo(_WriteGroups(self._settings))


class _WriteGroups(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, settings: RunContext) -> None:
        super().__init__()
        self._settings = settings

    @surfaced
    def process(self, element: Group) -> Iterator[None]:
        partition, blocks = element
        rows = unpack(blocks, CONTENT_IDS)
        if rows is not None:
            groups = exact_groups(rows)
            if groups.num_rows:
                write_work(self._settings, f"{STEP}/part-{partition:06}.parquet", groups)
        yield from ()


def write_copies(settings: RunContext) -> int:
    """Leave a work file of schema `COPIES` for each shard that has copies; returns how many there are in all."""
    found = [np.empty(0, np.int64)]
    for path in work_files(settings, STEP):
        groups = read_part(settings.folder, path, schema=EXACT_GROUPS)
        doc_ids = groups.column("doc_id").to_numpy()
        found.append(doc_ids[doc_ids != groups.column("group_id").to_numpy()])
    copies = np.concatenate(found)
    copies.sort()
    ordinals, starts = np.unique(copies >> ROW_BITS, return_index=True)
    for ordinal, of_shard in zip(ordinals.tolist(), np.split(copies, starts[1:]), strict=False):
        write_work(settings, _copies_path(ordinal), pa.Table.from_arrays([pa.array(of_shard)], schema=COPIES))
    return len(copies)


def is_copy(settings: RunContext, doc_ids: Ids) -> npt.NDArray[np.bool_]:
    """Which documents of one shard are copies, as `write_copies` found them; at least one document is given."""
    path = f"{settings.work}/{_copies_path(int(doc_ids[0]) >> ROW_BITS)}"
    if not settings.folder.exists(path):
        return np.zeros(len(doc_ids), np.bool_)
    return np.isin(doc_ids, read_part(settings.folder, path, schema=COPIES).column(0))


def _copies_path(ordinal: int) -> str:
    return f"copies/shard-{ordinal:08}.parquet"


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
