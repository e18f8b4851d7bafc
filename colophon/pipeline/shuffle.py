"""Shuffles of packed blocks that notice when something is lost on the way."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from colophon.errors import ShuffleLossError
from colophon.pipeline.failures import surfaced

#: Largest packed value, and largest group in all (design §4, rule 1).
MAX_BLOCK_BYTES = 2**20
MAX_GROUP_BYTES = 64 * 2**20

_MAX_SALTS = 16
_PARTITIONS_A_SALT = 256

TRANSFORM = "shuffle"

_TOTALS = struct.Struct("<QQ")

Block = tuple[int, bytes]
Group = tuple[int, list[bytes]]


@beam.typehints.with_input_types(Block)
@beam.typehints.with_output_types(Group)
class GroupBlocks(beam.PTransform):  # type: ignore[misc]  # Beam is untyped
    """(partition, block) → (partition, blocks), with the count and the 64-bit sum of hashes sent and received compared.

    Raises ShuffleLossError in the worker that sees the difference.
    """

    def __init__(self, shuffle: str) -> None:
        super().__init__()
        self._shuffle = shuffle

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        sent = (
            blocks
            | "Count sent" >> beam.Map(self._count).with_output_types(Block)
            | "Add sent" >> beam.CombinePerKey(add_totals).with_output_types(Block)
        )
        return (
            {"sent": sent, "blocks": blocks}
            | "Group" >> beam.CoGroupByKey()
            | "Compare" >> beam.ParDo(_Compare(self._shuffle)).with_output_types(Group)
        )

    def _count(self, block: Block) -> Block:
        beam.metrics.Metrics.counter(TRANSFORM, f"{self._shuffle}_bytes").inc(len(block[1]))
        return _totals_of_block(block)


class _Compare(beam.DoFn):  # type: ignore[misc]  # Beam is untyped
    def __init__(self, shuffle: str) -> None:
        super().__init__()
        self._shuffle = shuffle

    @surfaced
    def process(self, element: tuple[int, dict[str, Iterable[bytes]]]) -> Iterator[Group]:
        partition, group = element
        blocks = received_blocks(self._shuffle, partition, group["sent"], group["blocks"])
        if sum(map(len, blocks)) > MAX_GROUP_BYTES:
            beam.metrics.Metrics.counter(TRANSFORM, f"{self._shuffle}_large_groups").inc()
        yield partition, blocks


def received_blocks(shuffle: str, partition: int, sent: Iterable[bytes], blocks: Iterable[bytes]) -> list[bytes]:
    """The blocks of a partition in an order of their own; the engine's is not reproducible.

    `sent` are the totals that senders counted. Raises ShuffleLossError where they are not those of the blocks.
    """
    ordered = sorted(blocks)
    counted, received = add_totals(sent), add_totals(_totals_of_block((partition, b))[1] for b in ordered)
    if counted != received:
        raise ShuffleLossError(shuffle, partition, _in_words(counted), _in_words(received))
    return ordered


def totals_of(blocks: Iterable[bytes]) -> bytes:
    """The packed count and sum of hashes of blocks, as senders count them."""
    return add_totals(_totals_of_block((0, block))[1] for block in blocks)


def _totals_of_block(block: Block) -> Block:
    partition, content = block
    return partition, _TOTALS.pack(1, xxhash.xxh3_64_intdigest(content))


def add_totals(totals: Iterable[bytes]) -> bytes:
    """Add packed (count, sum) pairs; sums wrap at 64 bits."""
    count = total = 0
    for each in totals:
        blocks, hashes = _TOTALS.unpack(each)
        count += blocks
        total = (total + hashes) & 0xFFFF_FFFF_FFFF_FFFF
    return _TOTALS.pack(count, total)


def _in_words(totals: bytes) -> str:
    count, total = _TOTALS.unpack(totals)
    return f"{count} blocks, sum {total:016x}"


@dataclass(frozen=True, slots=True)
class Partitioning:
    """How many partitions a shuffle has: a function of the size of the input, never of the workers."""

    partitions: int

    @classmethod
    def for_input(cls, size_bytes: int) -> Partitioning:
        """One partition for each 256 MiB of input, at least 8."""
        return cls(max(8, -(-size_bytes // (256 * 2**20))))

    @property
    def salts(self) -> int:
        """Over how many partitions the rows of one hot key are spread: more than one from 128 GiB of input on."""
        return max(1, min(_MAX_SALTS, self.partitions // _PARTITIONS_A_SALT))

    def of_hashes(self, hashes: npt.NDArray[np.uint64], salt: int = 0) -> npt.NDArray[np.int64]:
        """Partition of each well-mixed 64-bit hash; each salt below `salts` gives another one."""
        places = (hashes % np.uint64(self.partitions)).astype(np.int64)
        return (places + salt * (self.partitions // self.salts)) % self.partitions


class Packer:
    """Collects rows by partition and gives them out as Arrow blocks of bounded size."""

    def __init__(self, kind: bytes) -> None:
        self._kind = kind
        self._waiting: dict[int, list[pa.RecordBatch]] = {}
        self._bytes: dict[int, int] = {}

    def add(self, rows: pa.RecordBatch, partitions: npt.NDArray[np.int64]) -> Iterator[Block]:
        """Add rows with their partitions; yields the blocks that are full."""
        if not rows.num_rows:
            return
        order = np.argsort(partitions, kind="stable")
        ordered = rows.take(pa.array(order))
        present, starts = np.unique(partitions[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        for partition, start, end in zip(present.tolist(), starts.tolist(), ends.tolist(), strict=True):
            for piece in _small(ordered.slice(start, end - start)):
                self._waiting.setdefault(partition, []).append(piece)
                self._bytes[partition] = self._bytes.get(partition, 0) + piece.nbytes
                if self._bytes[partition] >= MAX_BLOCK_BYTES // 2:
                    yield self._block(partition)

    def rest(self) -> Iterator[Block]:
        """The blocks that are left."""
        for partition in sorted(self._waiting):
            yield self._block(partition)

    def _block(self, partition: int) -> Block:
        batches = self._waiting.pop(partition)
        self._bytes.pop(partition)
        return partition, pack(self._kind, pa.Table.from_batches(batches))


def _small(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows in pieces of which two make a block, as far as single rows are no larger."""
    if rows.num_rows == 1 or rows.nbytes <= MAX_BLOCK_BYTES // 2:
        yield rows
        return
    half = rows.num_rows // 2
    yield from _small(rows.slice(0, half))
    yield from _small(rows.slice(half))


def pack(kind: bytes, rows: pa.Table) -> bytes:
    """One kind byte and the rows as an Arrow IPC stream of one batch."""
    sink = pa.BufferOutputStream()
    sink.write(kind)
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    return bytes(sink.getvalue())


def unpack(blocks: Iterable[bytes], kind: bytes) -> pa.Table | None:
    """The rows of all blocks of one kind, or None where there are none."""
    tables = [pa.ipc.open_stream(pa.py_buffer(b)[1:]).read_all() for b in blocks if b[:1] == kind]
    return pa.concat_tables(tables) if tables else None
