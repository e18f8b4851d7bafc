"""Signal files of a source (`signals:` in the configuration) as observations.

A file is a web archive (*.warc), a table of looks (*.jsonl, *.parquet with url, fetched_at, status, body, headers), or
anything else: one policy file, named by its host (`example.org`, or `example.org_8080` with a port). Registries are
lists of names instead (CSV, TSV or Parquet).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from colophon.connectors import Connector
from colophon.connectors.compression import name_inside
from colophon.connectors.documents import Row, RowCounter
from colophon.connectors.rows import InputFile, Item, Shard
from colophon.connectors.shard_reader import read_shard
from colophon.connectors.shards import shards_of, uncut
from colophon.connectors.signals.host_files import host_file_rows
from colophon.connectors.signals.registries import registry_table_rows, registry_text_rows
from colophon.connectors.signals.tables import json_rows, table_rows
from colophon.connectors.signals.warcs import warc_rows
from colophon.connectors.storage import Storage
from colophon.connectors.stored_file import StoredFile
from colophon.record.corpus import SignalFiles, SnapshotFiles, Source
from colophon.record.vocabulary import ReservationProtocol, ShardRole

_WARC_SUFFIXES = (".warc",)
_JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_PARQUET_SUFFIXES = (".parquet", ".pq")


def open_signals(source: Source, base: str, protocol: ReservationProtocol) -> Connector:
    """The connector of a source's signal files of one protocol; its shards have the role *signals*."""
    groups = _configured(source.signals).get(protocol, ())
    return SignalConnector(source.name, base, protocol, groups)


def signal_protocols(source: Source) -> tuple[ReservationProtocol, ...]:
    """The protocols for which a source has files of observations."""
    return tuple(protocol for protocol, groups in _configured(source.signals).items() if groups)


@dataclass(frozen=True, slots=True)
class SignalConnector:
    """Reads signal files. A file that several groups match belongs to the first of them."""

    source: str
    base: str
    protocol: ReservationProtocol
    groups: tuple[SnapshotFiles, ...]

    def files(self) -> tuple[InputFile, ...]:
        listed = {file.path: file for files in self._files_by_group().values() for file in files}
        return tuple(listed[path] for path in sorted(listed))

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        for group, files in self._files_by_group().items():
            for shard in shards_of((file for file in files if file.path not in planned), uncut):
                yield replace(shard, role=ShardRole.SIGNALS, protocol=self.protocol, fetched_at=group.fetched_at)

    def read(self, shard: Shard) -> Iterator[Item]:
        patterns = tuple(path for group in self.groups for path in group.paths)
        storage = Storage.under(self.source, self.base, patterns)
        # Observations do not come in batches, so that their size does not matter.
        return read_shard(shard, storage, _SnapshotFormat(self.protocol, shard.fetched_at), batch_rows=1)

    def read_again(self, _shard: Shard, _wanted: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        return iter(())  # signal files give no text

    def _files_by_group(self) -> dict[SnapshotFiles, list[InputFile]]:
        seen: set[str] = set()
        grouped: dict[SnapshotFiles, list[InputFile]] = {}
        for group in self.groups:
            files = Storage.under(self.source, self.base, group.paths).files()
            grouped.setdefault(group, []).extend(file for file in files if file.path not in seen)
            seen.update(file.path for file in files)
        return grouped


def _configured(signals: SignalFiles) -> Mapping[ReservationProtocol, tuple[SnapshotFiles, ...]]:
    return {
        ReservationProtocol.ROBOTS: signals.robots,
        ReservationProtocol.TDMREP: signals.tdmrep,
        ReservationProtocol.AI_TXT: signals.ai_txt,
        ReservationProtocol.RSL: signals.rsl,
        ReservationProtocol.REGISTRY: signals.registries,
        ReservationProtocol.TERMS: signals.terms,
    }


@dataclass(frozen=True, slots=True)
class _SnapshotFormat:
    protocol: ReservationProtocol
    fetched_at: str | None

    def ranges(self, _storage: Storage, file: InputFile) -> tuple[tuple[int, int], ...]:
        return tuple(uncut(file))

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        name = name_inside(file.path).lower()
        if self.protocol is ReservationProtocol.REGISTRY:
            rows = registry_table_rows if name.endswith(_PARQUET_SUFFIXES) else registry_text_rows
            return rows(file, counter, self.fetched_at)
        if name.endswith(_WARC_SUFFIXES):
            return warc_rows(file, counter, self.protocol)
        if name.endswith(_JSON_SUFFIXES):
            return json_rows(file, counter, self.protocol, self.fetched_at)
        if name.endswith(_PARQUET_SUFFIXES):
            return table_rows(file, counter, self.protocol, self.fetched_at)
        return host_file_rows(file, counter, self.protocol, self.fetched_at)
