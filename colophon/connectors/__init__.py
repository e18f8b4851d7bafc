"""The ways data arrives. A new connector is one new file and one line in `CONNECTORS`, or an entry point."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Protocol

import pyarrow as pa

from colophon.config.corpus import Source
from colophon.connectors.rows import MAX_BATCH_ROWS, InputFile, Item, Shard
from colophon.errors import BadArgumentError
from colophon.registry import Registry


class Connector(Protocol):
    """One way data arrives, for one source."""

    def files(self) -> tuple[InputFile, ...]:
        """Everything there is to read, sorted by path. Raises ConfigurationError where a pattern matches nothing,
        InputUnreadableError where a folder cannot be read."""
        ...

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        """Shards over the files whose paths are not among `planned`; the same files always give the same shards."""
        ...

    def read(self, shard: Shard) -> Iterator[Item]:
        """Batches of rows, rejects and observations, and a `ShardRead` at the end. Raises InputUnreadableError."""
        ...

    def read_again(self, shard: Shard, wanted: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Those of the rows `wanted`, of schema `WANTED_ROWS`, that still give text, in batches; only row, path,
        position and text are sure to be filled. Raises InputUnreadableError."""
        ...


class ConnectorFactory(Protocol):
    """What the registry holds: it says what a source of this connector is configured with, and opens it."""

    @property
    def options(self) -> type:
        """The dataclass that the block `options` of a source is read into."""
        ...

    @property
    def needs_paths(self) -> bool:
        """Whether a source must name `paths`."""
        ...

    def open(self, source: Source, base: str, batch_rows: int) -> Connector:
        """The connector of a source, in batches of at most `batch_rows` rows; relative paths lie under `base`, the
        folder or URL of the corpus file."""
        ...


CONNECTORS: Registry[ConnectorFactory] = Registry(
    "colophon.connectors",
    {
        "text": "colophon.connectors.formats.text:TEXT",
        "jsonl": "colophon.connectors.formats.jsonl:JSONL",
        "parquet": "colophon.connectors.formats.parquet:PARQUET",
        "csv": "colophon.connectors.formats.delimited:CSV",
        "warc": "colophon.connectors.formats.warc:WARC",
    },
)


def open_connector(source: Source, base: str, batch_rows: int = MAX_BATCH_ROWS) -> Connector:
    """The connector of a source, whose relative paths lie under `base`, the folder or URL of the corpus file.

    Raises BadArgumentError for a connector that does not exist.
    """
    if source.connector not in CONNECTORS:
        raise BadArgumentError(f"connector of source {source.name}", source.connector, ", ".join(CONNECTORS))
    return CONNECTORS[source.connector].open(source, base, batch_rows)
