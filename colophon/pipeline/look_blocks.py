"""Looks on their way to the documents they speak for: packed blocks by authority, with the bytes that came back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from colophon.pipeline.shuffle import Block, Packer, Partitioning
from colophon.record.vocabulary import Place

#: Kind of the blocks.
LOOKS = b"L"

#: Columns of `observations` that they are made from.
LOOK_COLUMNS = (
    "observation_id", "protocol", "authority", "doc_id", "observed_at", "outcome", "evidence_sha256", "requested_url",
    "place",
)  # fmt: skip


class LookBlocks:
    """Packs looks. Those at a host go to every partition over which the pages of a hot host are spread."""

    def __init__(self, partitioning: Partitioning) -> None:
        self._partitioning = partitioning
        self._packer = Packer(LOOKS)

    def add(
        self, seen: pa.RecordBatch, bodies: Callable[[Collection[str]], Mapping[str, bytes]], salt: int
    ) -> Iterator[Block]:
        """Add rows of `LOOK_COLUMNS`; `salt` is that of the pages of the same shard. Yields full blocks."""
        # A page that gave no document speaks for none.
        speaking = pc.or_(pc.equal(seen.column("place"), Place.HOST), pc.is_valid(seen.column("doc_id")))
        observed = seen.filter(speaking).drop_columns(["place"])
        hashes = observed.column("evidence_sha256").to_pylist()
        found = bodies({h for h in hashes if h is not None})
        with_bodies = observed.append_column("body", pa.array([found.get(h) for h in hashes], pa.binary()))
        of_pages = pc.is_valid(with_bodies.column("doc_id"))
        own = with_bodies.filter(of_pages)
        yield from self._packer.add(own, partitions_of_authorities(own, self._partitioning, salt))
        of_hosts = with_bodies.filter(pc.invert(of_pages))
        for every in range(self._partitioning.salts):
            yield from self._packer.add(of_hosts, partitions_of_authorities(of_hosts, self._partitioning, every))

    def rest(self) -> Iterator[Block]:
        """The blocks that are left."""
        return self._packer.rest()


def partitions_of_authorities(rows: pa.RecordBatch, partitioning: Partitioning, salt: int) -> npt.NDArray[np.int64]:
    """The partition of each row by its authority."""
    hashes = [xxhash.xxh3_64_intdigest(a.encode()) for a in rows.column("authority").to_pylist()]
    return partitioning.of_hashes(np.array(hashes, np.uint64), salt)
