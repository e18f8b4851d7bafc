"""Candidates by band keys: rounds that fit the memory, entries packed for a shuffle, and links inside a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import types

from colophon.dedup.sketch.compilation import compiled, reads, writes
from colophon.dedup.sketch.scheme import Scheme

#: Bytes shuffled for a document and band: the key, and a number of the document.
KEY_BYTES, NUMBER_BYTES = 8, 5
ENTRY_BYTES = KEY_BYTES + NUMBER_BYTES

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


def pack_entries(keys: Keys, numbers: Numbers, partitions: int) -> Iterator[tuple[int, bytes]]:
    """A block for each partition that has entries: its keys, then its numbers, little endian.

    `keys` are those of one band, of the documents with these numbers.
    """
    kernel = compiled(
        _group, types.void, reads(types.uint64), reads(types.int64), writes(types.int64), writes(types.uint64),
        writes(types.uint8, 2),
    )  # fmt: skip
    ends = np.zeros(partitions + 1, np.int64)
    grouped, packed = np.empty(len(keys), np.uint64), np.empty((len(keys), NUMBER_BYTES), np.uint8)
    kernel(keys, numbers, ends, grouped, packed)
    for partition, (begin, end) in enumerate(pairwise(ends.tolist())):
        if begin < end:
            yield partition, grouped[begin:end].astype("<u8", copy=False).tobytes() + packed[begin:end].tobytes()


def unpack_entries(block: bytes) -> tuple[Keys, Numbers]:
    """The keys and numbers of a block."""
    entries = len(block) // ENTRY_BYTES
    keys = np.frombuffer(block, "<u8", count=entries)
    numbers = np.zeros((entries, 8), np.uint8)
    numbers[:, :NUMBER_BYTES] = np.frombuffer(block, np.uint8, offset=entries * KEY_BYTES).reshape(-1, NUMBER_BYTES)
    return keys, numbers.view("<i8").ravel()


def _group(keys: Any, numbers: Any, ends: Any, grouped: Any, packed: Any) -> None:
    """Counts, then puts every entry where its partition stands; `ends` begins with 0. As `Partitioning.of_hashes`."""
    partitions = np.uint64(len(ends) - 1)
    for document in range(len(keys)):
        ends[np.int64(keys[document] % partitions) + 1] += 1
    places = np.empty(len(ends) - 1, np.int64)
    for partition in range(len(places)):
        places[partition] = ends[partition]
        ends[partition + 1] += ends[partition]
    for document in range(len(keys)):
        home = np.int64(keys[document] % partitions)
        place = places[home]
        places[home] += 1
        grouped[place] = keys[document]
        for byte in range(packed.shape[1]):
            packed[place, byte] = numbers[document] >> 8 * byte & 0xFF


#: First bits of a key, by which keys that occur more than once are separated from most others. (The last ones decide on
#: the partition.)
_MARK_BITS = 22
_TO_MARK = np.uint64(64 - _MARK_BITS)

#: A document and the smallest one it shares a band with, by their numbers.
EDGES = pa.schema([("number", pa.int64()), ("other", pa.int64())])

#: What an engine of one machine holds for each byte shuffled (measured).
_HELD_PER_BYTE = 4.1

#: A band is cut into no more shares than this, for each of which all sketches are read.
_MAX_SHARES = 64


@dataclass(frozen=True, slots=True)
class Round:
    """Bands that are grouped together, and which share of their keys where one band alone is too large."""

    number: int
    first_band: int
    end_band: int
    share: int = 0
    shares: int = 1

    def places_of(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The places of those keys that belong to the round, by other bits than those that decide on partitions."""
        return np.flatnonzero((keys >> np.uint64(32)) % np.uint64(self.shares) == np.uint64(self.share))


def rounds(scheme: Scheme, documents: int, shuffle_bytes: int, at_least: int = 1) -> tuple[Round, ...]:
    """As few rounds as fit in so much memory each; a band that does not is cut into shares of its keys."""
    band_bytes = max(1, int(documents * ENTRY_BYTES * _HELD_PER_BYTE))
    together = max(1, min(-(-scheme.bands // at_least), shuffle_bytes // band_bytes))
    shares = min(_MAX_SHARES, -(-band_bytes // shuffle_bytes))
    firsts_and_shares = product(range(0, scheme.bands, together), range(shares))
    return tuple(
        Round(number, first, min(scheme.bands, first + together), share, shares)
        for number, (first, share) in enumerate(firsts_and_shares)
    )


def slots_of(batch: pa.RecordBatch, scheme: Scheme) -> npt.NDArray[np.uint16]:
    """Slots of a batch of `sketches`, shape (rows, slots). Raises SchemeMismatchError."""
    for written in batch.column("scheme").unique().to_pylist():
        scheme.require(written)
    slots = batch.column("slots")
    if not len(slots):
        return np.empty((0, scheme.slots), np.uint16)
    _, offsets, data = slots.buffers()
    begin = int(np.frombuffer(offsets, np.int32)[slots.offset])
    # Every sketch of a scheme has the same length, so that they lie one after the other.
    flat = np.frombuffer(data, "<u2", count=len(slots) * scheme.slots, offset=begin)
    return flat.reshape(len(slots), scheme.slots)


@dataclass(frozen=True, slots=True)
class Links:
    """Entries, by their places, and for each the smallest number of those with the same key, which is another's."""

    places: npt.NDArray[np.int64]
    centres: Numbers

    def edges(self, numbers: Numbers) -> pa.Table:
        """The documents linked, given the numbers of all entries. Schema `EDGES`."""
        return pa.Table.from_arrays([pa.array(numbers[self.places]), pa.array(self.centres)], schema=EDGES)


def links(keys: Keys, numbers: Numbers) -> Links:
    """Link the documents of each bucket to its smallest: linear in the bucket, never squared."""
    chosen = _sharing(keys)
    if not len(chosen):
        return Links(np.empty(0, np.int64), np.empty(0, np.int64))
    order = chosen[np.argsort(keys[chosen])]
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    members = numbers[order]
    centres = np.repeat(np.minimum.reduceat(members, starts), np.diff(np.append(starts, len(members))))
    linked = members != centres
    return Links(order[linked], centres[linked])


def _sharing(keys: Keys) -> npt.NDArray[np.int64]:
    """Places of all keys that stand more than once, and of a few others: most stand once, and need no order."""
    ordered = np.sort(keys)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    marked = np.zeros(1 << _MARK_BITS, np.bool_)
    marked[several >> _TO_MARK] = True
    return np.flatnonzero(marked[keys >> _TO_MARK])
