"""The storage of a record: where each of its files lies, how files are read, and the one way they are committed.

Functions of this module name the files of a record; `RecordStorage` is the seam to where they are kept. A further kind
of storage is one more class beside `LocalFolder`, and its line in `storage_at`.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import pyarrow as pa

from colophon.errors import BadArgumentError, RecordUnwritableError
from colophon.record.lock import locked
from colophon.tables import EVIDENCE, TABLES, Table

MANIFEST = "manifest.json"
VIEWS = "views.sql"
LOCK = "lock"

#: Folder of the manifests of all generations, and of the plans of those that read shards.
MANIFESTS, PLANS = "manifests", "plans"

#: Folder of what the steps of a run hand to each other; gone when it ends.
WORK = "work"

#: Folder of what a collection of signals has seen before it is committed.
COLLECTION = "collection"

#: Folder of what an import of training use works on; gone when it ends.
IMPORT = "import"

#: Prefix of files being written; left behind only by a crash, never part of a record.
TEMPORARY = ".tmp-"

_READ_BYTES = 2**20
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_FILE_URL = re.compile(r"file://(?:localhost(?=/))?", re.IGNORECASE)
_PATTERN = re.compile(r"[*?\[\]{}]")


# --- layout --------------------------------------------------------------------------------------------------------


def manifest_path(generation: int) -> str:
    """Where the manifest of a generation lies in the record."""
    return f"{MANIFESTS}/{generation:04}.json"


def plan_path(generation: int) -> str:
    """Where the plan of a generation lies in the record."""
    return f"{PLANS}/{generation:04}.parquet"


def parts_folder(table: Table, generation: int) -> str:
    """The folder of a table's parts of one generation."""
    return f"tables/{table.name}/gen={generation:04}"


def part_path(table: Table, generation: int, name: str) -> str:
    """Where a part lies in the record, for example `tables/documents/gen=0001/shard-00000007.parquet`."""
    return f"{parts_folder(table, generation)}/{name}.parquet"


def shard_part(table: Table, generation: int, ordinal: int) -> str:
    """Where a shard's part of a table lies."""
    return part_path(table, generation, f"shard-{ordinal:08}")


def collected_part(table: Table, generation: int) -> str:
    """Where the part of a table lies that a collection of signals wrote."""
    return part_path(table, generation, "collected")


def evidence_path(generation: int) -> str:
    """Where the evidence of a generation lies together."""
    return part_path(EVIDENCE, generation, "all")


@dataclass(frozen=True, slots=True)
class PartPlace:
    """What the path of a part says: its table and its generation."""

    table: str
    generation: int


_PART = re.compile(r"tables/([a-z_0-9]+)/gen=(\d{4,})/")
_SHARD_PART = re.compile(r"/gen=(\d+)/shard-(\d+)\.parquet$")


def part_place(path: str) -> PartPlace | None:
    """What `part_path` made a path of; None where it is no file of a table."""
    parsed = _PART.match(path)
    if parsed is None:
        return None
    return PartPlace(parsed.group(1), int(parsed.group(2)))


@dataclass(frozen=True, slots=True)
class ShardPart:
    """Where a shard's part of some table belongs."""

    generation: int
    ordinal: int


def shard_of_part(path: str) -> ShardPart | None:
    """What `shard_part` made a path of, or None where it is the part of no single shard."""
    parsed = _SHARD_PART.search(path)
    return ShardPart(int(parsed.group(1)), int(parsed.group(2))) if parsed else None


# --- access --------------------------------------------------------------------------------------------------------


class RecordStorage(ABC):
    """What holds the files of one record. Paths given to its methods are relative to it, with forward slashes.

    Implementations are small, frozen and picklable: they travel to workers.
    """

    #: as the user named it
    location: str

    @abstractmethod
    def exists(self, path: str) -> bool: ...

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The whole file. Raises FileNotFoundError."""

    @abstractmethod
    def open(self, path: str) -> pa.NativeFile:
        """The file for reading at any place, as readers of Parquet take it. Raises FileNotFoundError."""

    @abstractmethod
    def mapped(self, path: str) -> pa.Buffer:
        """The bytes of a file, which take no memory of the process where they lie on a disk of this machine."""

    @abstractmethod
    def names(self, path: str) -> tuple[str, ...]:
        """Names of the entries directly in a folder, sorted; empty where there is none. Temporary ones are left out."""

    @abstractmethod
    def walk(self) -> tuple[str, ...]:
        """Paths of all files below, sorted, temporary ones included."""

    @abstractmethod
    def size(self, path: str) -> int: ...

    @abstractmethod
    def remove(self, path: str) -> None:
        """Delete a file or a folder with all in it; nothing happens where there is none."""

    @abstractmethod
    def committing(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """A file that appears under its name only when it is whole: by rename, or by the store's own atomic put.

        Raises OutputUnwritableError where the disk is full or a permission is missing.
        """

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """Hold the record's lock. Raises BadArgumentError, RecordLockedError, OutputUnwritableError."""

    @abstractmethod
    def sql_files(self, paths: Iterable[str]) -> list[str]:
        """Files as DuckDB's `read_parquet` takes them."""

    @abstractmethod
    def sql_folder(self) -> str:
        """The folder that a DuckDB session must be allowed to read."""

    @abstractmethod
    def scratch(self, path: str) -> Path:
        """A folder on a disk of this machine for files that are no part of the record; it is not made here.

        `path` is below one of the folders `WORK`, `COLLECTION` and `IMPORT`.
        """

    def write(self, path: str, content: bytes) -> None:
        """Commit a small file. Raises OutputUnwritableError."""
        with self.committing(path) as file:
            file.write(content)

    def sha256(self, path: str) -> str:
        digest = hashlib.sha256()
        with self.open(path) as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def paths(self, folder: str) -> tuple[str, ...]:
        """Paths of the entries directly in a folder, sorted."""
        return tuple(f"{folder}/{name}" for name in self.names(folder))

    def parts(self, table: Table, generation: int) -> tuple[str, ...]:
        """The parts of a table that were written for one generation, sorted."""
        return self.paths(parts_folder(table, generation))

    def remove_parts(self, generation: int, tables: Iterable[Table] = TABLES.values()) -> None:
        """Remove what was written for a generation."""
        for table in tables:
            self.remove(parts_folder(table, generation))


def storage_at(location: str, argument: str = "RECORD") -> RecordStorage:
    """The storage of the record at a location; nothing is written.

    Raises BadArgumentError, which names the argument, where no record can be kept there.
    """
    folder = LocalFolder(location, argument)
    if _PATTERN.search(str(Path(folder.sql_folder()))):
        raise BadArgumentError(
            argument, location, "a path without the characters * ? [ ] { }, which DuckDB takes as patterns"
        )
    return folder


@dataclass(frozen=True, slots=True)
class LocalFolder(RecordStorage):
    """A folder of this machine. Raises BadArgumentError, which names the argument, for a URL of another storage."""

    location: str
    argument: str = "RECORD"

    def __post_init__(self) -> None:
        scheme = _URL.match(self.location)
        if scheme is not None and scheme.group(1).lower() != "file":
            raise BadArgumentError(
                self.argument,
                self.location,
                f"a folder of this machine, storage behind {scheme.group(1)}:// is not served; "
                "copy the record here first, or make it in a folder",
            )

    def exists(self, path: str) -> bool:
        return os.path.exists(self._absolute(path))

    def read(self, path: str) -> bytes:
        with open(self._absolute(path), "rb") as file:
            return file.read()

    def open(self, path: str) -> pa.NativeFile:
        return pa.OSFile(self._absolute(path))

    def mapped(self, path: str) -> pa.Buffer:
        with pa.memory_map(self._absolute(path)) as file:
            return file.read_buffer()

    def names(self, path: str) -> tuple[str, ...]:
        try:
            entries = os.listdir(self._absolute(path))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(name for name in entries if not name.startswith(TEMPORARY)))

    def walk(self) -> tuple[str, ...]:
        root = self._absolute("")
        below = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
        return tuple(sorted(os.path.relpath(file, root) for file in below))

    def size(self, path: str) -> int:
        return os.path.getsize(self._absolute(path))

    def remove(self, path: str) -> None:
        absolute = self._absolute(path)
        if os.path.isdir(absolute) and not os.path.islink(absolute):
            shutil.rmtree(absolute)
        elif os.path.lexists(absolute):
            os.unlink(absolute)

    @contextmanager
    def committing(self, path: str) -> Iterator[IO[bytes]]:
        target = self._absolute(path)
        folder, name = os.path.split(target)
        try:
            os.makedirs(folder, exist_ok=True)
            # Two attempts at the same shard may overlap after a crash, so temporary names are never shared.
            temporary = f"{folder}/{TEMPORARY}{secrets.token_hex(4)}-{name}"
            try:
                with open(temporary, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, target)
            except BaseException:
                if os.path.exists(temporary):
                    os.unlink(temporary)
                raise
        except OSError as error:
            raise RecordUnwritableError(target, error.strerror or str(error)) from error

    def writing(self) -> AbstractContextManager[None]:
        folder = Path(self.sql_folder())
        existing = next(place for place in (folder, *folder.parents) if place.exists())
        if not existing.is_dir():
            raise BadArgumentError(self.argument, self.location, f"a folder, {existing} is none")
        return locked(self._absolute(LOCK), self.location)

    def sql_files(self, paths: Iterable[str]) -> list[str]:
        folder = self.sql_folder()
        return [f"{folder}/{path}" for path in paths]

    def sql_folder(self) -> str:
        return os.path.realpath(self._absolute(""))

    def scratch(self, path: str) -> Path:
        return Path(self._absolute(path))

    def _absolute(self, path: str) -> str:
        # A URL has its characters encoded (RFC 8089), a plain path has not.
        named = _FILE_URL.sub("", self.location, 1) if _FILE_URL.match(self.location) else self.location
        place = named if named == self.location else unquote(named)
        root = os.path.abspath(os.path.expanduser(place))
        return os.path.join(root, path) if path else root
