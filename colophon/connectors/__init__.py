"""The ways data arrives. A new connector is one new file and one line in `CONNECTORS`, or an entry point."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeGuard

import pyarrow as pa

from colophon.config.corpus import Source
from colophon.config.reader import options_problem
from colophon.connectors.rows import MAX_BATCH_ROWS, InputFile, Item, Shard
from colophon.errors import BadArgumentError
from colophon.registry import Registry


class Capability(Enum):
    """What not every connector can do; it is asked for before it is relied on."""

    #: rows can be read again by their place: the connector is a `RereadingConnector`
    REREAD = "reread"
    #: the size listed for an input is the number of bytes it has, so that another size means other content
    EXACT_SIZES = "exact_sizes"


class Connector(Protocol):
    """One way data arrives, for one source."""

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def files(self) -> tuple[InputFile, ...]:
        """Everything there is to read, sorted by path: files, or whatever a connector without files names so.

        Raises ConfigurationError where there is nothing, InputUnreadableError where it cannot be listed.
        """
        ...

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        """Shards over the files whose paths are not among `planned`; the same files always give the same shards."""
        ...

    def read(self, shard: Shard) -> Iterator[Item]:
        """Batches of rows, rejects and observations, and a `ShardRead` at the end. Raises InputUnreadableError."""
        ...


class RereadingConnector(Connector, Protocol):
    """A connector that finds rows again, so that pairs of near duplicates are compared by their texts."""

    def read_again(self, shard: Shard, wanted: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Those of the rows `wanted`, of schema `WANTED_ROWS`, that still give text, in batches; only row, path,
        position and text are sure to be filled. Raises InputUnreadableError."""
        ...


def rereads(connector: Connector) -> TypeGuard[RereadingConnector]:
    """Whether rows of a connector can be read again; where not, pairs are judged by their sketches."""
    return Capability.REREAD in connector.capabilities


@dataclass(frozen=True, slots=True)
class ConnectorSummary:
    """What the documentation says of a connector, in a few words each: what it reads, what a row and its position
    are."""

    reads: str
    row: str
    position: str


class RowNames(Enum):
    """Whether the rows that a connector reads have columns or keys, which `fields` of a source names."""

    FIELDS = "fields"
    NONE = "none"


def no_names(_path: str) -> tuple[str, ...]:
    """For connectors whose rows have no columns or keys."""
    return ()


class FileContent(Enum):
    """What the files of a connector hold."""

    TEXT = "text"  # in an encoding that a source may state
    BINARY = "binary"  # or text that states its encoding itself


@dataclass(frozen=True, slots=True)
class ConnectorFactory:
    """What the registry holds: all that is to be known of a connector before a source is read with it."""

    #: the dataclass that the block `options` of a source is read into
    options: type
    summary: ConnectorSummary
    #: opens it for a source, whose relative paths lie under the folder or URL given; batches have at most so many rows
    open: Callable[[Source, str, int], Connector]
    #: whether a source must name `paths`
    needs_paths: bool = True
    #: how names of the files that it reads end, before the suffix of a compression; none where it reads no files
    suffixes: tuple[str, ...] = ()
    #: names of the columns, or of the keys of the first row, of such a file, as `fields` calls them, with those inside
    names: Callable[[str], tuple[str, ...]] = no_names
    #: whether a source may have the block `fields`
    row_names: RowNames = RowNames.FIELDS
    #: whether a source may state an encoding
    content: FileContent = FileContent.BINARY


def _factory_problem(_name: str, added: object) -> str | None:
    """Why an object of an entry point is no connector; None where it is one."""
    if not isinstance(added, ConnectorFactory):
        return f"it must be an instance of ConnectorFactory, and is {added!r}"
    factory: Any = added  # whose fields may hold other types than they declare
    if not isinstance(factory.summary, ConnectorSummary):
        return f"`summary` must be a ConnectorSummary, and is {factory.summary!r}"
    if not callable(factory.open):
        return f"`open` must be a function, and is {factory.open!r}"
    return options_problem(factory.options)


#: By the names that `connector` of a source may have.
CONNECTORS: Registry[ConnectorFactory] = Registry(
    "colophon.connectors",
    {
        "text": "colophon.connectors.formats.text:TEXT",
        "jsonl": "colophon.connectors.formats.jsonl:JSONL",
        "parquet": "colophon.connectors.formats.parquet:PARQUET",
        "csv": "colophon.connectors.formats.delimited:CSV",
        "warc": "colophon.connectors.formats.warc:WARC",
    },
    _factory_problem,
)


def open_connector(source: Source, base: str, batch_rows: int = MAX_BATCH_ROWS) -> Connector:
    """The connector of a source, whose relative paths lie under `base`, the folder or URL of the corpus file.

    Raises BadArgumentError for a connector that does not exist.
    """
    if source.connector not in CONNECTORS:
        raise BadArgumentError(f"connector of source {source.name}", source.connector, ", ".join(CONNECTORS))
    return CONNECTORS[source.connector].open(source, base, batch_rows)
