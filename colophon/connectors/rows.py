"""What a connector plans and yields: shards, batches of rows, rejects, observations and the count of what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colophon.reservations.observation import Observation, PageLook
from colophon.tables import TIME
from colophon.vocabulary import FieldOutcome, KeptBy, RejectReason, ShardRole

#: Largest input row that is held; a larger one is a reject (design §4, rule 5).
MAX_ROW_BYTES = 256 * 2**20

#: A batch ends at this many bytes of text, whatever its rows; a larger document goes alone.
MAX_BATCH_TEXT_BYTES = 16 * 2**20

#: Most rows in a batch, and the default.
MAX_BATCH_ROWS = 8_000

#: Size of a range of a large file, and of a bundle of small ones.
SHARD_BYTES = 128 * 2**20

#: Most files in a bundle.
MAX_BUNDLE_FILES = 2_000

#: Batches of rows that gave text. `row` counts all rows of the shard from 0, also those that gave none; `fetched_on`
#: is set instead of `fetched_at` where the input states a day without a time; `page_carriers` are the parts of the
#: response that were looked through for what the page says on rights; `read_losses` are null where nothing was lost.
ROWS = pa.schema([
    pa.field("row", pa.int64(), nullable=False),
    pa.field("path", pa.string(), nullable=False),
    pa.field("position", pa.int64(), nullable=False),
    pa.field("text", pa.large_string(), nullable=False),
    pa.field("native_id", pa.string()),
    pa.field("url", pa.string()),
    pa.field("fetched_at", TIME),
    pa.field("fetched_on", pa.date32()),
    pa.field("http_status", pa.int16()),
    pa.field("license_claim", pa.string()),
    pa.field("license_place", pa.string()),
    pa.field("page_carriers", pa.list_(pa.field("item", pa.string(), nullable=False))),
    pa.field("read_losses", pa.list_(pa.field("item", pa.string(), nullable=False))),
])  # fmt: skip


#: Rows to read again, ascending, each where the first reading of the shard found it.
WANTED_ROWS = pa.schema([ROWS.field(name) for name in ("row", "path", "position")])


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file as listed: path relative to the corpus file (or a URL), size in bytes, and the storage's own mark of its
    version (modification time, ETag), which says cheaply that a file is unchanged but never enters the record.
    `not_read` is a code of why the content is not to be read, where it is not: the file is one reject."""

    path: str
    size: int
    version: str
    not_read: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """A unit of reading: one file, one range of a large file, or a bundle of small files.

    `begin` and `end` bound a range: bytes for files cut by bytes, rows for Parquet; None for whole files.
    `protocol` is set for shards of role *signals*.
    """

    files: tuple[InputFile, ...]
    begin: int | None = None
    end: int | None = None
    role: ShardRole = ShardRole.DOCUMENTS
    protocol: str | None = None
    fetched_at: str | None = None
    kept_by: KeptBy | None = None

    @property
    def path(self) -> str:
        return self.files[0].path

    @property
    def size(self) -> int:
        """Bytes to read; of a range, which may be counted in rows, about as many as ranges are cut to."""
        size = sum(f.size for f in self.files)
        return size if self.begin is None else min(size, SHARD_BYTES)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that gave no document; `detail` is a code, never input."""

    path: str
    position: int
    reason: RejectReason
    detail: str


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A file of which a part could not be read, by how many rows nobody can say: where its first damage was met (a row
    or a byte offset, as of rejects), the rows that were read all the same, and the places at which a part was lost;
    `detail` is a code of the first one, never input."""

    path: str
    position: int
    rows_read: int
    places: int
    detail: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read: its size and SHA-256 (of the bytes of the range, for a range)."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What became of the values of a declared field: `field` is the key under `fields`, `name` what it names."""

    field: str
    name: str
    outcome: FieldOutcome


@dataclass(frozen=True, slots=True)
class FieldCount:
    """In how many rows the value of a field came to something."""

    value: FieldValue
    rows: int


@dataclass(frozen=True, slots=True)
class ShardRead:
    """The last item of every shard: rows met as counted by the reader itself, rows skipped by type, files read, and
    what became of declared fields."""

    rows: int
    skipped: int
    files: tuple[FileRead, ...]
    fields: tuple[FieldCount, ...] = ()


#: What reading a shard gives: `ShardRead` comes last.
Item = pa.RecordBatch | Reject | DamagedFile | Observation | PageLook | ShardRead


def rows_batch(columns: Mapping[str, Sequence[Any] | pa.Array]) -> pa.RecordBatch:
    """A batch of schema `ROWS`; columns that are not given are null."""
    rows = len(columns["row"])
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(rows, f.type) for f in ROWS]
    return pa.RecordBatch.from_arrays(arrays, schema=ROWS)
