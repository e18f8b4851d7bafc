"""Looks on their way to the documents they speak for: packed blocks by authority, and the bytes that came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from colophon.pipeline.shuffle import Block, Packer, Partitioning
from colophon.vocabulary import Place

#: Kinds of the blocks.
LOOKS, BODIES = b"L", b"B"

#: Columns of `observations` that they are made from.
LOOK_COLUMNS = (
    "observation_id", "protocol", "authority", "doc_id", "observed_at", "outcome", "evidence_sha256", "requested_url",
    "place",
)  # fmt: skip


class LookBlocks:
    """Packs looks, and once for each partition the bytes that came back, however many looks brought the same. Those at
    a host go to every partition over which the pages of a hot host are spread."""

    def __init__(self, partitioning: Partitioning) -> None:
        self._partitioning = partitioning
        self._looks, self._bodies = Packer(LOOKS), Packer(BODIES)
        self._wanted: dict[str, set[int]] = {}

    def add(self, seen: pa.RecordBatch, salt: int) -> Iterator[Block]:
        """Add rows of `LOOK_COLUMNS`; `salt` is that of the pages of the same shard. Yields full blocks."""
        # A page that gave no document speaks for none.
        speaking = pc.or_(pc.equal(seen.column("place"), Place.HOST), pc.is_valid(seen.column("doc_id")))
        observed = seen.filter(speaking).drop_columns(["place"])
        of_pages = pc.is_valid(observed.column("doc_id"))
        yield from self._add(observed.filter(of_pages), salt)
        of_hosts = observed.filter(pc.invert(of_pages))
        for every in range(self._partitioning.salts):
            yield from self._add(of_hosts, every)

    def _add(self, looks: pa.RecordBatch, salt: int) -> Iterator[Block]:
        partitions = partitions_of_authorities(looks, self._partitioning, salt)
        for digest, partition in zip(looks.column("evidence_sha256").to_pylist(), partitions.tolist(), strict=True):
            if digest is not None:
                self._wanted.setdefault(digest, set()).add(partition)
        yield from self._looks.add(looks, partitions)

    @property
    def wanted(self) -> Collection[str]:
        """The hashes of the bytes that belong to the looks added so far."""
        return self._wanted.keys()

    def add_bodies(self, evidence: Iterable[pa.RecordBatch]) -> Iterator[Block]:
        """Add rows (evidence_sha256, bytes), after all looks. Yields full blocks."""
        for batch in evidence:
            to = [sorted(self._wanted.get(digest, ())) for digest in batch.column("evidence_sha256").to_pylist()]
            rows = np.repeat(np.arange(len(to)), [len(partitions) for partitions in to])
            partitions = np.fromiter((p for each in to for p in each), np.int64, len(rows))
            yield from self._bodies.add(batch.take(pa.array(rows)), partitions)

    def rest(self) -> Iterator[Block]:
        """The blocks that are left."""
        yield from self._looks.rest()
        yield from self._bodies.rest()


def partitions_of_authorities(rows: pa.RecordBatch, partitioning: Partitioning, salt: int) -> npt.NDArray[np.int64]:
    """The partition of each row by its authority."""
    hashes = [xxhash.xxh3_64_intdigest(a.encode()) for a in rows.column("authority").to_pylist()]
    return partitioning.of_hashes(np.array(hashes, np.uint64), salt)
