"""Which connector reads what of a source: its documents, and its signal files protocol by protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from colophon.config.corpus import Source
from colophon.connectors import CONNECTORS, Connector, open_connector
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.rows import MAX_BATCH_ROWS, Shard
from colophon.connectors.signals.snapshots import open_signals, signal_protocols
from colophon.errors import InputUnreadableError


@dataclass(frozen=True, slots=True)
class Reader:
    """A connector of a source; `protocol` is set where it reads signal files."""

    connector: Connector
    protocol: str | None = None


def readers_of(source: Source, base: str) -> Iterator[Reader]:
    """All that a source is read by: signal files first, then documents."""
    for protocol in signal_protocols(source):
        yield Reader(open_signals(source, base, protocol), protocol)
    yield Reader(open_connector(source, base))


def reader_of(source: Source, base: str, shard: Shard, batch_rows: int = MAX_BATCH_ROWS) -> Reader:
    """What reads one shard."""
    if shard.protocol is not None:
        return Reader(open_signals(source, base, shard.protocol), shard.protocol)
    return Reader(open_connector(source, base, batch_rows))


def names_of(source: Source, base: str) -> tuple[str, ...]:
    """Names of the columns, or of the keys of the first row, in the first file of a source whose first row can be
    read; none where its rows have none."""
    for file in open_connector(source, base).files()[:_FILES_TRIED]:
        path = file.path if "://" in file.path else f"{base}/{file.path}"
        with suppress(InputUnreadableError, StreamDamagedError, ValueError):
            if names := CONNECTORS[source.connector].names(path):
                return names
    return ()


#: Files of a source in which names are looked for.
_FILES_TRIED = 3
