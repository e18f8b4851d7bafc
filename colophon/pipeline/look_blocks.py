"""The shuffle of looks to the pages they are judged with: packed blocks by authority, and the bytes that came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from colophon.pipeline.shuffle import Block, Packer, Partitioning
from colophon.record.parquet import EVIDENCE_COLUMNS
from colophon.reservations.in_force import LOOK_COLUMNS, judging_looks
from colophon.tables import EVIDENCE, OBSERVATIONS
from colophon.vocabulary import Outcome

#: Kinds of the blocks.
LOOKS, BODIES = b"L", b"B"

# Parts and joins differ in what they say of the same columns.
_LOOKS = pa.schema([(name, OBSERVATIONS.schema.field(name).type) for name in LOOK_COLUMNS])
_BODIES = pa.schema([(name, EVIDENCE.schema.field(name).type) for name in EVIDENCE_COLUMNS])

_LEADING = pa.array([outcome.value for outcome in Outcome if outcome.leads_elsewhere])


class LookBlocks:
    """Packs looks, and once for each partition the bytes that came back, however many looks brought the same. Those at
    a host go to every partition over which the pages of a hot host are spread."""

    def __init__(self, partitioning: Partitioning) -> None:
        self._partitioning = partitioning
        self._looks, self._bodies = Packer(LOOKS), Packer(BODIES)
        self._wanted: dict[str, set[int]] = {}

    def add(self, looks: pa.RecordBatch, salt: int) -> Iterator[Block]:
        """Add rows of `LOOK_COLUMNS`; `salt` is that of the pages of the same shard. Looks that lead to others are left
        out until they are answered. Yields full blocks."""
        leading = pc.is_in(looks.column("outcome"), _LEADING)
        yield from self.add_answered(looks.filter(pc.invert(leading)), salt)

    def add_answered(self, looks: pa.RecordBatch, salt: int) -> Iterator[Block]:
        """Add looks, each with what came back in the end. Yields full blocks."""
        judging = judging_looks(looks).select(list(LOOK_COLUMNS)).cast(_LOOKS)
        at_pages = pc.is_valid(judging.column("doc_id"))
        yield from self._add(judging.filter(at_pages), salt)
        at_hosts = judging.filter(pc.invert(at_pages))
        for each_salt in range(self._partitioning.salts):
            yield from self._add(at_hosts, each_salt)

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
            partitions = np.fromiter((p for partitions in to for p in partitions), np.int64, len(rows))
            yield from self._bodies.add(
                batch.select(list(EVIDENCE_COLUMNS)).cast(_BODIES).take(pa.array(rows)), partitions
            )

    def rest(self) -> Iterator[Block]:
        """The blocks that are left."""
        yield from self._looks.rest()
        yield from self._bodies.rest()


def partitions_of_authorities(rows: pa.RecordBatch, partitioning: Partitioning, salt: int) -> npt.NDArray[np.int64]:
    """The partition of each row by its authority."""
    hashes = [xxhash.xxh3_64_intdigest(a.encode()) for a in rows.column("authority").to_pylist()]
    return partitioning.of_hashes(np.array(hashes, np.uint64), salt)
