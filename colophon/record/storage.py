"""The folder of a record: where its files are, and the one way they are committed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from colophon.errors import OutputUnwritableError

MANIFEST = "manifest.json"
VIEWS = "views.sql"
LOCK = "lock"

#: Folder of what a collection of signals has seen before it is committed.
COLLECTION = "collection"

#: Folder of what an import of training use works on; gone when it ends.
IMPORT = "import"

#: Prefix of files being written; left behind only by a crash, never part of a record.
TEMPORARY = ".tmp-"

_READ_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class RecordFolder:
    """A folder or URL that holds a record. Paths given to its methods are relative to it, with forward slashes."""

    location: str

    def absolute(self, path: str) -> str:
        _, root = self._filesystem()
        return f"{root}/{path}" if path else root

    def exists(self, path: str) -> bool:
        files, _ = self._filesystem()
        return bool(files.exists(self.absolute(path)))

    def read(self, path: str) -> bytes:
        """The whole file. Raises FileNotFoundError."""
        files, _ = self._filesystem()
        with files.open(self.absolute(path), "rb") as file:
            return cast("bytes", file.read())

    def names(self, path: str) -> tuple[str, ...]:
        """Names of the entries directly in a folder, sorted; empty where there is none. Temporary ones are left out."""
        files, _ = self._filesystem()
        files.invalidate_cache()
        try:
            entries = files.ls(self.absolute(path), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        names = (entry.rstrip("/").rsplit("/", 1)[-1] for entry in entries)
        return tuple(sorted(name for name in names if not name.startswith(TEMPORARY)))

    def walk(self) -> tuple[str, ...]:
        """Paths of all files below, sorted, temporary ones included."""
        files, root = self._filesystem()
        files.invalidate_cache()
        return tuple(sorted(found.removeprefix(root).lstrip("/") for found in files.find(root)))

    def size(self, path: str) -> int:
        files, _ = self._filesystem()
        return int(files.size(self.absolute(path)))

    def sha256(self, path: str) -> str:
        files, _ = self._filesystem()
        digest = hashlib.sha256()
        with files.open(self.absolute(path), "rb") as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def remove(self, path: str) -> None:
        """Delete a file or a folder with all in it; nothing happens where there is none."""
        files, _ = self._filesystem()
        if files.exists(self.absolute(path)):
            files.rm(self.absolute(path), recursive=True)

    def write(self, path: str, content: bytes) -> None:
        """Commit a small file. Raises OutputUnwritableError."""
        with self.committing(path) as file:
            file.write(content)

    @contextmanager
    def committing(self, path: str) -> Iterator[IO[bytes]]:
        """A file that appears under its name only when it is whole: by rename, or by the store's own atomic put.

        Raises OutputUnwritableError where the disk is full or a permission is missing.
        """
        files, _ = self._filesystem()
        target = self.absolute(path)
        folder, name = target.rsplit("/", 1)
        try:
            files.makedirs(folder, exist_ok=True)
            if not isinstance(files, LocalFileSystem):
                with files.open(target, "wb") as file:
                    yield file
                return
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
            raise OutputUnwritableError(target, error.strerror or str(error)) from error

    def _filesystem(self) -> tuple[fsspec.AbstractFileSystem, str]:
        files, root = fsspec.core.url_to_fs(self.location)
        return files, str(root).rstrip("/")
