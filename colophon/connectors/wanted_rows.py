"""Reading some rows of a shard once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.connectors.compression import StreamDamagedError
from colophon.connectors.documents import Documents
from colophon.connectors.rows import Shard
from colophon.connectors.shard_reader import Format, read_shard
from colophon.connectors.storage import Storage
from colophon.connectors.stored_file import StoredFile


@runtime_checkable
class DirectFormat(Protocol):
    """A format that finds a row without reading all that lie before it."""

    def documents_at(self, file: StoredFile, positions: npt.NDArray[np.int64]) -> Iterator[Documents]:
        """The texts at ascending positions of a whole file; those at which there is none are left out.

        Raises StreamDamagedError.
        """
        ...


def read_wanted(
    shard: Shard, wanted: pa.RecordBatch, storage: Storage, format_: Format, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """Batches of schema `ROWS` with the wanted rows that still give text, in order; only row, path, position and text
    are sure to be filled. `wanted` is of schema `WANTED_ROWS`. Raises InputUnreadableError."""
    if not wanted.num_rows:
        return iter(())
    if isinstance(format_, DirectFormat):
        return _found(wanted, storage, format_, batch_rows)
    return _filtered(shard, wanted, storage, format_, batch_rows)


def _found(
    wanted: pa.RecordBatch, storage: Storage, format_: DirectFormat, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    files = wanted.column("path").dictionary_encode()
    # The rows of a file follow each other, and so its number begins and ends once.
    _, begins = np.unique(files.indices.to_numpy(), return_index=True)
    for path, begin, end in zip(files.dictionary.to_pylist(), begins, [*begins[1:], len(files)], strict=True):
        rows, positions = (wanted.column(name).to_numpy()[begin:end] for name in ("row", "position"))
        with storage.open(path) as file, suppress(StreamDamagedError):
            for found in format_.documents_at(file, positions):
                at = np.searchsorted(positions, found.columns.column("position").to_numpy())
                numbered = found.columns.set_column(0, "row", pa.array(rows[at]))
                yield from Documents(found.rows, numbered, ()).batches(0, path, batch_rows)


def _filtered(
    shard: Shard, wanted: pa.RecordBatch, storage: Storage, format_: Format, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    rows = wanted.column("row").to_numpy()
    for item in read_shard(shard, storage, format_, batch_rows):
        if isinstance(item, pa.RecordBatch):
            met = item.column("row").to_numpy()
            if (here := np.isin(met, rows)).any():
                yield item.filter(pa.array(here))
            if met[-1] >= rows[-1]:
                return
