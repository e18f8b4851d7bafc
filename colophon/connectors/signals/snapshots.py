"""Signal files of a source (`signals:` in the configuration) as observations.

A file is a web archive (*.warc), a table of looks (*.jsonl, *.parquet with url, fetched_at, status, body, headers), or
anything else: one policy file, named by its host (`example.org`, or `example.org_8080` with a port). Registries are
lists of names instead (CSV, TSV or Parquet).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from fastwarc.warc import WarcRecordType

from colophon.config.corpus import SnapshotFiles, Source
from colophon.connectors import Capability, Connector
from colophon.connectors.files.compression import name_inside
from colophon.connectors.files.connector import FileFormat, read_shard
from colophon.connectors.files.shards import shards_of, uncut
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import FileDamage, Row, RowCounter, Skipped
from colophon.connectors.formats.warc import (
    ArchivedRecord,
    ArchiveFile,
    OtherRecord,
    archived_records,
    look_at_policy_file,
    with_time_counted,
)
from colophon.connectors.rows import InputFile, Item, Reject, Shard
from colophon.connectors.signals.registries import registry_table_rows, registry_text_rows
from colophon.connectors.signals.signal_files import SignalFiles
from colophon.connectors.signals.tables import json_rows, table_rows
from colophon.connectors.times import moment
from colophon.connectors.web.http_response import read_response
from colophon.reservations import PROTOCOLS
from colophon.reservations.observation import Observation
from colophon.reservations.policy_files import (
    MAX_POLICY_BYTES,
    is_policy_file,
    may_be_policy_file,
    outcome_of_body,
    policy_paths,
    signal_keys,
)
from colophon.reservations.reservation_protocol import ProtocolCarrier
from colophon.urls import host_name
from colophon.vocabulary import Grade, RejectReason, ShardRole

_NAME = re.compile(r"(?P<host>.+?)(?:_(?P<port>[0-9]{1,5}))?\Z", re.DOTALL)
_SCHEMES = {80: "http", 443: "https"}
_MAX_PORT = 65_535
_RECORDS = (
    int(WarcRecordType.response)
    | int(WarcRecordType.resource)
    | int(WarcRecordType.revisit)
    | int(WarcRecordType.warcinfo)
)


def host_file_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """The one observation of the file. Nothing in it proves host or time: they are asserted."""
    body = file.content().read(MAX_POLICY_BYTES + 1)
    counter.met()
    named = _NAME.match(posixpath.basename(name_inside(file.path)))
    host = None if named is None else host_name(named["host"])
    port = None if named is None or named["port"] is None else int(named["port"])
    if host is None or (port is not None and port > _MAX_PORT):
        yield Reject(file.path, 0, RejectReason.UNPARSABLE, "host_name")
        return
    scheme = None if port is None else _SCHEMES.get(port)
    path = policy_paths().get(signals.protocol)
    yield Observation(
        protocol=signals.protocol,
        authority=host if port is None or scheme is not None else f"{host}:{port}",
        path=file.path,
        position=0,
        outcome=outcome_of_body(body, signals.protocol),
        grade=Grade.ASSERTED,
        body=body[:MAX_POLICY_BYTES],
        requested_url=None if scheme is None or path is None else f"{scheme}://{host}{path}",
        observed_at=moment(signals.fetched_at),
        kept_by=signals.kept_by,
    )


def warc_rows(file: StoredFile, counter: RowCounter, signals: SignalFiles) -> Iterator[Row]:
    """One observation for each response, *resource* or *revisit* that is a policy file of the protocol, and for each at
    the target of a redirect of one; other records are skipped."""
    archive = ArchiveFile(file.path, signals.kept_by)
    for record in archived_records(file, _RECORDS, counter):
        if isinstance(record, Reject):
            yield record
            yield FileDamage(record.position, record.detail)
        elif isinstance(record, OtherRecord):
            yield Skipped()
        elif record.kind == WarcRecordType.warcinfo:
            archive = archive.with_info(record)
            yield Skipped()
        else:
            yield with_time_counted(_row(archive, record, signals.protocol), record, counter)


def _row(archive: ArchiveFile, record: ArchivedRecord, protocol: str) -> Row:
    url = record.url or ""
    if not is_policy_file(url, protocol) and archive.targets.protocol_at(url) != protocol:
        return Skipped()
    if record.block is None:
        return Reject(archive.path, record.position, RejectReason.TOO_LARGE, "warc_record")
    if not _may_be_policy_file(record, protocol):
        return Skipped()
    return look_at_policy_file(archive, record, protocol)


def _may_be_policy_file(record: ArchivedRecord, protocol: str) -> bool:
    """Whether a record at a possible address is treated as a look. Of a file that may stand anywhere only its type says
    that it is one, which a *revisit* without the head of a response does not have."""
    response = read_response(record.block) if record.is_http and record.block else None
    if response is not None:
        return may_be_policy_file(response.status, response.media_type, protocol)
    bare_type = record.content_type if record.kind == WarcRecordType.resource else None
    return record.kind == WarcRecordType.response or may_be_policy_file(_OK, bare_type, protocol)


_OK = 200

_WARC_SUFFIXES = (".warc",)
_JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_PARQUET_SUFFIXES = (".parquet", ".pq")


def open_signals(source: Source, base: str, protocol: str) -> Connector:
    """The connector of a source's signal files of one protocol; its shards have the role *signals*."""
    groups = _configured(source).get(protocol, ())
    return SignalConnector(source.name, base, protocol, groups)


def signal_protocols(source: Source) -> tuple[str, ...]:
    """The protocols for which a source has files of observations."""
    return tuple(protocol for protocol, groups in _configured(source).items() if groups)


@dataclass(frozen=True, slots=True)
class SignalConnector:
    """Reads signal files. A file that several groups match belongs to the first of them."""

    source: str
    base: str
    protocol: str
    groups: tuple[SnapshotFiles, ...]
    capabilities: ClassVar = frozenset({Capability.EXACT_SIZES})

    def files(self) -> tuple[InputFile, ...]:
        listed = {file.path: file for files in self._files_by_group().values() for file in files}
        return tuple(listed[path] for path in sorted(listed))

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        for group, files in self._files_by_group().items():
            for shard in shards_of((file for file in files if file.path not in planned), uncut):
                yield replace(
                    shard,
                    role=ShardRole.SIGNALS,
                    protocol=self.protocol,
                    fetched_at=group.fetched_at,
                    kept_by=group.kept_by,
                )

    def read(self, shard: Shard) -> Iterator[Item]:
        patterns = tuple(path for group in self.groups for path in group.paths)
        source_files = SourceFiles.under(self.source, self.base, patterns)
        # Observations do not come in batches, so that their size does not matter.
        signals = SignalFiles(self.protocol, shard.fetched_at, shard.kept_by)
        return read_shard(shard, source_files, _SnapshotFormat(signals), batch_rows=1)

    def _files_by_group(self) -> dict[SnapshotFiles, list[InputFile]]:
        seen: set[str] = set()
        grouped: dict[SnapshotFiles, list[InputFile]] = {}
        for group in self.groups:
            files = SourceFiles.under(self.source, self.base, group.paths).files()
            grouped.setdefault(group, []).extend(file for file in files if file.path not in seen)
            seen.update(file.path for file in files)
        return grouped


def _configured(source: Source) -> Mapping[str, tuple[SnapshotFiles, ...]]:
    return {
        protocol: tuple(files for files in source.signals if files.key == key)
        for key, protocol in signal_keys().items()
    }


@dataclass(frozen=True, slots=True)
class _SnapshotFormat(FileFormat):
    signals: SignalFiles

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        name, signals = name_inside(file.path).lower(), self.signals
        if PROTOCOLS[signals.protocol].carrier is ProtocolCarrier.LIST:
            rows = registry_table_rows if name.endswith(_PARQUET_SUFFIXES) else registry_text_rows
            return rows(file, counter, signals)
        if name.endswith(_WARC_SUFFIXES):
            return warc_rows(file, counter, signals)
        if name.endswith(_JSON_SUFFIXES):
            return json_rows(file, counter, signals)
        if name.endswith(_PARQUET_SUFFIXES):
            return table_rows(file, counter, signals)
        return host_file_rows(file, counter, signals)
