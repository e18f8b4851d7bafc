"""Files that the steps of one run hand to each other, and the session that joins them; deleted at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from colophon.pipeline.memory import database_bytes, release
from colophon.query.joins import JoinSession, join_session
from colophon.record.parquet import read_part
from colophon.record.storage import WORK, RecordStorage


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """A folder of work files within the memory of a run. Whoever writes a file hands its path on; nobody looks for it.

    Paths are relative to the record.
    """

    storage: RecordStorage
    memory_bytes: int
    path: str = WORK

    def folder(self, name: str) -> WorkFolder:
        """A folder below, for the files of one step."""
        return replace(self, path=f"{self.path}/{name}")

    def file(self, name: str) -> str:
        """The path of a file in this folder."""
        return f"{self.path}/{name}"

    def write(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> str:
        """Write a Parquet file and return its path."""
        path = self.file(name)
        with (
            self.storage.committing(path) as file,
            pq.ParquetWriter(file, rows.schema, compression="zstd", compression_level=1) as writer,
        ):
            for batch in rows if isinstance(rows, pa.RecordBatchReader) else [rows]:
                writer.write(batch)
        return path

    def written(self) -> tuple[str, ...]:
        """Paths of the files in this folder, sorted: what workers wrote in it."""
        return self.storage.paths(self.path)

    def remove(self) -> None:
        """Delete the folder with all in it."""
        self.storage.remove(self.path)

    def scratch(self) -> Path:
        """The folder on a disk of this machine, for files that no other machine reads; it may not be there yet."""
        return self.storage.scratch(self.path)

    @contextmanager
    def session(self) -> Iterator[JoinSession]:
        """A session of joins within what the memory of the run leaves, which spills into this folder."""
        release()
        with join_session(self.storage, self.folder("spill").scratch(), database_bytes(self.memory_bytes)) as session:
            yield session
        release()


def read_files(storage: RecordStorage, paths: Iterable[str], schema: pa.Schema) -> pa.Table:
    """All rows of work files of a schema."""
    tables = [read_part(storage, path, schema=schema) for path in paths]
    return pa.concat_tables(tables) if tables else schema.empty_table()
