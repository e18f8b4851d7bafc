"""Files beside a page: lists and tables that are too long to be read on it, as CSV."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the page: its name, how many entries it has, and the SHA-256 of its bytes."""

    name: str
    entries: int
    sha256: str


@dataclass(slots=True)
class AttachedFiles:
    """The files of one form in one edition, by name."""

    by_name: dict[str, bytes] = field(default_factory=dict)

    def attach(self, name: str, table: pa.Table) -> Attachment:
        """Take a table as a file: RFC 4180 with a header, lines end in a newline, lists are joined with semicolons."""
        content = io.BytesIO()
        csv.write_csv(_flat(table), content, csv.WriteOptions(quoting_style="needed"))
        self.by_name[name] = content.getvalue()
        return Attachment(name, table.num_rows, hashlib.sha256(self.by_name[name]).hexdigest())


def _flat(table: pa.Table) -> pa.Table:
    return pa.table(list(_columns(table)), names=table.column_names)


def _columns(table: pa.Table) -> Iterator[pa.ChunkedArray]:
    for column in table.columns:
        yield pc.binary_join(column, "; ") if pa.types.is_list(column.type) else column
