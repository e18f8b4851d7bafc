"""Reading a shard, file by file, in any format: rows are numbered, put into batches and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from colophon.connectors.compression import StreamDamagedError
from colophon.connectors.documents import Batch, Document, Documents, RejectedPage, Row, RowCounter, Skipped
from colophon.connectors.rows import FileRead, InputFile, Item, PageLook, Reject, Shard, ShardRead
from colophon.connectors.storage import Storage
from colophon.connectors.stored_file import StoredFile
from colophon.record.addresses import authority_of


class Format(Protocol):
    """How the rows of one kind of file are told apart and read."""

    def ranges(self, storage: Storage, file: InputFile) -> Sequence[tuple[int, int]]:
        """Begin and end of the ranges into which a large file is cut; none where it is read whole."""
        ...

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        """One item for each row, or for several at once, in order; `counter` hears of a row before anything is known
        of it.

        StreamDamagedError may end it: what is left of the file then counts as one more row.
        """
        ...


def read_shard(shard: Shard, storage: Storage, format_: Format, batch_rows: int) -> Iterator[Item]:
    """The items of a shard, `ShardRead` last. Raises InputUnreadableError."""
    batch = Batch(batch_rows)
    counter = RowCounter()
    reads: list[FileRead] = []
    row = skipped = 0
    for listed in shard.files:
        with storage.open(listed.path, shard.begin, shard.end) as file:
            for item in _undamaged(format_, file, counter):
                match item:
                    case Documents():
                        yield from item.rejects
                        for columns in item.batches(row, file.path, batch_rows):
                            yield from batch.add_columns(columns)
                    case Document():
                        rejected = False
                        for made in batch.add(row, file.path, item):
                            rejected = rejected or isinstance(made, Reject)
                            yield made
                        yield from _look(file.path, item.position, None if rejected else row, item)
                    case RejectedPage():
                        yield item.reject
                        yield from _look(file.path, item.reject.position, None, item)
                    case Skipped():
                        skipped += 1
                    case _:
                        yield item
                row += _rows_in(item)
            reads.append(file.finish())
    if len(batch):
        yield batch.take()
    yield ShardRead(counter.rows, skipped, tuple(reads))


def _look(path: str, position: int, row: int | None, seen: Document | RejectedPage) -> Iterator[PageLook]:
    """What a page may say on rights, where it has parts that can and an address to say it for."""
    authority = authority_of(seen.url) if seen.page is not None and seen.page.parts and seen.url is not None else None
    if seen.page is not None and seen.url is not None and authority is not None:
        yield PageLook(seen.page, authority, path, position, row, seen.url, seen.fetched_at, seen.http_status)


def _undamaged(format_: Format, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
    """The rows of a file; one reject, at the row that could not be read, stands for what damage took."""
    rows = 0
    try:
        for item in format_.rows(file, counter):
            yield item
            rows += _rows_in(item)
    except StreamDamagedError as damage:
        counter.met()
        yield Reject(file.path, rows, damage.reason, damage.detail)


def _rows_in(item: Row) -> int:
    return item.rows if isinstance(item, Documents) else 1
