"""Entries of the bands as they are shuffled: a band key of 8 bytes and a document's number of 5, by partition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from colophon.analyzers.sketch.compilation import compiled, reads, writes
from colophon.pipeline.shuffle import Block, Partitioning

#: Bytes shuffled for a document and band: the key, and a number of the document.
KEY_BYTES, NUMBER_BYTES = 8, 5
ENTRY_BYTES = KEY_BYTES + NUMBER_BYTES

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


def pack_entries(keys: Keys, numbers: Numbers, partitioning: Partitioning) -> Iterator[Block]:
    """A block for each partition that has entries: its keys, then its numbers, little endian.

    `keys` are those of one band, of the documents with these numbers.
    """
    kernel = compiled(
        _group, types.void, reads(types.uint64), reads(types.int64), writes(types.int64), writes(types.uint64),
        writes(types.uint8, 2),
    )  # fmt: skip
    ends = np.zeros(partitioning.partitions + 1, np.int64)
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
