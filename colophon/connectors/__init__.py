"""One module per way data arrives. A new connector is one new file and one line in `CONNECTORS`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, Protocol

import pyarrow as pa

from colophon.config.corpus import Source
from colophon.connectors.rows import MAX_BATCH_ROWS, InputFile, Item, Shard
from colophon.errors import BadArgumentError


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


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    """A connector by name of module, format and options; the module is imported when it is needed."""

    module: str
    format: str
    options_name: str

    @property
    def options(self) -> type:
        """The dataclass of its options."""
        found: type = getattr(import_module(self.module), self.options_name)
        return found

    def format_of(self, source: Source) -> Any:
        """Its format, set up with the fields and options of a source."""
        known = {field.name for field in fields(self.options)}
        for option in source.options:
            if option.name not in known:
                expected = ", ".join(sorted(known)) or "no options"
                raise BadArgumentError(f"options of source {source.name}", option.name, expected)
        options = self.options(**{option.name: option.value for option in source.options})
        return getattr(import_module(self.module), self.format).of(source.fields, options)


CONNECTORS: Mapping[str, ConnectorKind] = {
    "text": ConnectorKind("colophon.connectors.formats.text", "TextFormat", "TextOptions"),
    "jsonl": ConnectorKind("colophon.connectors.formats.jsonl", "JsonlFormat", "JsonlOptions"),
    "parquet": ConnectorKind("colophon.connectors.formats.parquet", "ParquetFormat", "ParquetOptions"),
    "csv": ConnectorKind("colophon.connectors.formats.delimited", "DelimitedFormat", "DelimitedOptions"),
    "warc": ConnectorKind("colophon.connectors.formats.warc", "WarcFormat", "WarcOptions"),
}


def connector_options() -> dict[str, type]:
    """The options dataclass of every connector, by the connector's name."""
    return {name: kind.options for name, kind in CONNECTORS.items()}


def open_connector(source: Source, base: str, batch_rows: int = MAX_BATCH_ROWS) -> Connector:
    """The connector of a source, whose relative paths lie under `base`, the folder or URL of the corpus file.

    Raises BadArgumentError for a connector or an option that does not exist.
    """
    from colophon.connectors.files.connector import FileConnector
    from colophon.connectors.files.storage import Storage

    if source.connector not in CONNECTORS:
        raise BadArgumentError(f"connector of source {source.name}", source.connector, ", ".join(CONNECTORS))
    storage = Storage.under(source.name, base, source.paths)
    return FileConnector(storage, CONNECTORS[source.connector].format_of(source), batch_rows)
