"""The connector of everything that lies in files: lists, plans and reads; what a row is, is up to the format."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

import pyarrow as pa

from colophon.connectors.rows import InputFile, Item, Shard
from colophon.connectors.shard_reader import Format, read_shard
from colophon.connectors.shards import shards_of
from colophon.connectors.storage import Storage
from colophon.connectors.wanted_rows import read_wanted


@dataclass(frozen=True, slots=True)
class FileConnector:
    """Reads the files of one source in one format, in batches of at most `batch_rows` rows."""

    storage: Storage
    format: Format
    batch_rows: int

    def files(self) -> tuple[InputFile, ...]:
        return self.storage.files()

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        new = [file for file in self.files() if file.path not in planned]
        return shards_of(new, lambda file: self.format.ranges(self.storage, file))

    def read(self, shard: Shard) -> Iterator[Item]:
        return read_shard(shard, self.storage, self.format, self.batch_rows)

    def read_again(self, shard: Shard, wanted: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        return read_wanted(shard, wanted, self.storage, self.format, self.batch_rows)
