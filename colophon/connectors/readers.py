"""Which connector reads what of a source: its documents, and its signal files protocol by protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colophon.config.corpus import Source
from colophon.connectors import Connector, open_connector
from colophon.connectors.rows import MAX_BATCH_ROWS, Shard
from colophon.connectors.signals.snapshots import open_signals, signal_protocols


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
