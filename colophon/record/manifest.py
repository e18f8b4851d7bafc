"""The manifest: the live files of a generation with their hashes, and the Merkle root over them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace

import msgspec

from colophon.errors import NotARecordError
from colophon.record.parquet import CONTENT_SHA256, open_part, part_metadata
from colophon.record.storage import MANIFEST, PLANS, RecordStorage, manifest_path, part_place, storage_at
from colophon.tables import DOCUMENTS, RUNS, TABLES, Table

#: Version of the record's layout. From 2 on the root hash covers what a manifest says beside its files.
LAYOUT = 2


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A Parquet file of the record; `sha256` over its bytes, `content_sha256` over its canonical rows.

    `columns` counts the columns of its footer, those inside structs and lists included; None in manifests of versions
    that did not write it. Tables only ever gain columns, so files with as many columns have the same.
    """

    table: str
    path: str
    rows: int
    size: int
    sha256: str
    content_sha256: str
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of a record, as named by its manifest file."""

    layout: int
    generation: int
    parent_root: str | None
    root_hash: str
    content_hash: str
    corpus: str
    #: the corpus' configuration without its sources, as canonical JSON
    configuration: str
    corpus_sha256: str
    policy: str
    policy_sha256: str
    scheme: str
    partial: bool
    created_at: str
    #: SHA-256 of the plan; None for a generation that read no shards
    plan_sha256: str | None
    files: tuple[LiveFile, ...]
    #: SHA-256 of the manifest of the generation before
    parent_sha256: str | None = None

    def paths(self, table: str) -> tuple[str, ...]:
        """Live files of a table, sorted."""
        return tuple(f.path for f in self.files if f.table == table)


_KEYS = frozenset(field.name for field in fields(Manifest))
_KEYS_OF_FILES = frozenset(field.name for field in fields(LiveFile))


def read_manifest(record: str) -> Manifest:
    """The newest manifest of a record. Raises NotARecordError."""
    storage = storage_at(record)
    try:
        manifest = parse_manifest(storage.read(MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        reason = "no run has completed in it yet" if storage.names(PLANS) else f"it has no {MANIFEST}"
        raise NotARecordError(record, reason) from None
    except msgspec.DecodeError as error:
        raise NotARecordError(record, f"its {MANIFEST} cannot be read ({error})") from None
    if manifest.layout > LAYOUT:
        reason = f"a later version of this program wrote it (layout {manifest.layout}; this one reads up to {LAYOUT})"
        raise NotARecordError(record, reason)
    return manifest


def parse_manifest(content: bytes) -> Manifest:
    """Raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode(content, type=Manifest)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from None


def unknown_keys(content: bytes) -> tuple[str, ...]:
    """Keys of a manifest that can be parsed which mean nothing in any version up to this one."""
    # What is unknown may be of bytes that are no text, which reading a manifest passes over.
    decoded = json.loads(content.decode("utf-8", "replace"), strict=False)
    files = (key for file in decoded["files"] for key in file if key not in _KEYS_OF_FILES)
    return tuple(sorted({*(key for key in decoded if key not in _KEYS), *files}))


def commit_manifest(storage: RecordStorage, manifest: Manifest) -> None:
    """Write the manifest of a generation; the generation is committed when `manifest.json` names it."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    storage.write(manifest_path(manifest.generation), content)
    storage.write(MANIFEST, content)


def live_files(storage: RecordStorage, paths: Iterable[str]) -> tuple[LiveFile, ...]:
    """Hash files that were just written, sorted by path."""
    with ThreadPoolExecutor() as threads:
        return tuple(threads.map(lambda path: _live_file(storage, path), sorted(paths)))


def _live_file(storage: RecordStorage, path: str) -> LiveFile:
    metadata = part_metadata(storage, path)
    place = part_place(path)
    if place is None:
        raise ValueError(f"{path} is no file of a table")
    return LiveFile(
        table=place.table,
        path=path,
        rows=metadata.num_rows,
        size=storage.size(path),
        sha256=storage.sha256(path),
        content_sha256=metadata.metadata[CONTENT_SHA256].decode(),
        columns=metadata.num_columns,
    )


def live_tables(storage: RecordStorage, manifest: Manifest) -> Mapping[str, Table]:
    """The tables of a generation by name: those of every record, with the columns that analyzers added to `documents`.

    Its parts, which all have the same columns, describe them, so that a record is read where those analyzers are not
    installed. Raises ValueError where a part describes a column badly, OSError where it cannot be read.
    """
    paths = manifest.paths(DOCUMENTS.name)
    if not paths:
        return TABLES
    with open_part(storage, paths[0]) as part:
        return TABLES | {DOCUMENTS.name: DOCUMENTS.described_by(part.schema_arrow)}


def sealed(manifest: Manifest) -> Manifest:
    """The manifest with the hashes that follow from it."""
    return replace(manifest, root_hash=root_hash(manifest), content_hash=content_hash(manifest.files))


def root_hash(manifest: Manifest) -> str:
    """Merkle root over what the manifest states, and path and hash of every live file except those of `runs` (tree of
    RFC 9162, section 2.1)."""
    leaves = [f"{f.path}\n{f.sha256}".encode() for f in _rooted(manifest.files)]
    return merkle_root(leaves if manifest.layout < LAYOUT else [_stated(manifest), *leaves])


def _stated(manifest: Manifest) -> bytes:
    """What commands rely on beside the files, and is the same whenever and wherever the record is made: the plan, with
    days and versions of input files, and the time of completion are covered by the next manifest alone."""
    rows: Counter[str] = Counter()
    for file in _rooted(manifest.files):
        rows[file.table] += file.rows
    stated = {
        "layout": manifest.layout,
        "corpus": manifest.corpus,
        "configuration": manifest.configuration,
        "corpus_sha256": manifest.corpus_sha256,
        "policy": manifest.policy,
        "policy_sha256": manifest.policy_sha256,
        "scheme": manifest.scheme,
        "partial": manifest.partial,
        "rows": rows,
    }
    return b"manifest\n" + json.dumps(stated, sort_keys=True, separators=(",", ":")).encode()


def corpus_sha256(configuration: str, source_configs: Iterable[str]) -> str:
    """Digest of a corpus: its configuration without its sources, and the block of each source, in canonical JSON."""
    digest = hashlib.sha256()
    for text in (configuration, *source_configs):
        digest.update(f"{len(text.encode())}:{text}\n".encode())
    return digest.hexdigest()


def content_hash(files: Iterable[LiveFile]) -> str:
    """Merkle root over path and canonical rows of every live file except those of `runs`."""
    return merkle_root([f"{f.path}\n{f.content_sha256}".encode() for f in _rooted(files)])


def merkle_root(leaves: Sequence[bytes]) -> str:
    """Root of the Merkle tree over leaves in the order given, in hexadecimal (RFC 9162, section 2.1.1)."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        # Pairing neighbours and carrying an odd last node up gives the same tree as splitting at powers of two.
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def _rooted(files: Iterable[LiveFile]) -> list[LiveFile]:
    return sorted((f for f in files if f.table != RUNS.name), key=lambda f: f.path)
