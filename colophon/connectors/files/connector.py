"""The connector of everything that lies in files: lists, plans and reads; what a row is, is up to the format."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.config.corpus import Fields, Source
from colophon.connectors import Capability, ConnectorFactory, ConnectorSummary, FileContent, RowNames
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.files.shards import shards_of
from colophon.connectors.files.source_files import SourceFiles
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.formats.documents import (
    Batch,
    Document,
    Documents,
    FileDamage,
    RejectedPage,
    Row,
    RowCounter,
    RowItem,
    Skipped,
)
from colophon.connectors.formats.field_values import names_in
from colophon.connectors.rows import DamagedFile, FileRead, InputFile, Item, Reject, Shard, ShardRead
from colophon.reservations.moment import end_of_day
from colophon.reservations.observation import PageLook
from colophon.urls import authority_of
from colophon.vocabulary import RejectReason


class FileFormat(Protocol):
    """How the rows of one kind of file are told apart and read. A format that is derived from this class has what it
    does not define: it cannot be cut, its rows have no names, and none is found without those before it."""

    #: whether `documents_at` finds rows without reading those before them
    finds_rows: ClassVar[bool] = False
    #: whether a file is one row, so that what is lost of it is counted as a row
    file_is_row: ClassVar[bool] = False

    def ranges(self, _storage: SourceFiles, _file: InputFile) -> Sequence[tuple[int, int]]:
        """Begin and end of the ranges into which a large file is cut; none where it is read whole."""
        return ()

    def rows(self, file: StoredFile, counter: RowCounter) -> Iterator[Row]:
        """One item for each row, or for several at once, in order; `counter` hears of a row before anything is known
        of it.

        StreamDamagedError may end it: what is left of the file then counts as one more row.
        """
        ...

    def documents_at(self, _file: StoredFile, _positions: npt.NDArray[np.int64]) -> Iterator[Documents]:
        """The texts at ascending positions of a whole file; those at which there is none are left out. It is called
        where `finds_rows` says so.

        Raises StreamDamagedError.
        """
        return iter(())

    def first_rows(self, _file: StoredFile) -> Iterator[Mapping[str, object]]:
        """The rows as `fields` may name what is in them, from the first on; those that cannot be read are left out.
        None where rows have no names.

        Raises StreamDamagedError.
        """
        return iter(())


def read_shard(shard: Shard, source_files: SourceFiles, format_: FileFormat, batch_rows: int) -> Iterator[Item]:
    """The items of a shard, `ShardRead` last. Raises InputUnreadableError."""
    batch = Batch(batch_rows)
    counter = RowCounter()
    reads: list[FileRead] = []
    row = skipped = 0
    for listed in shard.files:
        damages: list[FileDamage] = []
        outcomes = _Outcomes()
        first_row = row
        with source_files.open(listed.path, shard.begin, shard.end) as file:
            for item in _undamaged(format_, file, counter, damages, listed.not_read):
                outcomes.count(item)
                match item:
                    case Documents():
                        yield from item.rejects
                        for columns in item.batches(row, file.path, batch_rows):
                            yield from batch.add_columns(columns)
                    case Document():
                        yield from _added(batch, row, file.path, item)
                    case RejectedPage():
                        yield item.reject
                        yield from _look(file.path, item.reject.position, None, item)
                    case Skipped():
                        skipped += 1
                    case _:
                        yield item
                row += _rows_in(item)
            reads.append(file.finish())
        if not format_.file_is_row:
            damages = outcomes.with_loss_of_all(damages)
        yield from _damaged_files(listed.path, damages, row - first_row if outcomes.any_read else 0)
    if len(batch):
        yield batch.take()
    yield ShardRead(counter.rows, skipped, tuple(reads), counter.fields)


#: The code of a file with rows of which none could be read: it is not what it is taken for.
_EVERY_ROW = "every_row"


@dataclass(slots=True)
class _Outcomes:
    """What became of the rows of one file: whether any could be read, and how many of the others could not be, or had
    not the text."""

    any_read: bool = False
    unreadable: int = 0
    without_field: int = 0

    def with_loss_of_all(self, damages: list[FileDamage]) -> list[FileDamage]:
        """The damages met, or the one damage that no row could be read; a single row without its text may be just
        that."""
        all_lost = not self.any_read and (self.unreadable > 0 or self.without_field > 1)
        return damages if damages or not all_lost else [FileDamage(0, _EVERY_ROW)]

    def count(self, item: RowItem) -> None:
        match item:
            case Documents():
                self.any_read = self.any_read or item.rows > len(item.rejects)
                for reject in item.rejects:
                    self.count(reject)
            case Reject():
                self._count_reject(item)
            case Skipped():
                pass
            case _:
                self.any_read = True

    def _count_reject(self, reject: Reject) -> None:
        if reject.reason in (RejectReason.UNPARSABLE, RejectReason.ENCODING):
            self.unreadable += 1
        elif reject.reason is RejectReason.FIELD_MISSING and reject.detail == "missing":
            self.without_field += 1
        else:
            self.any_read = True


def _added(batch: Batch, row: int, path: str, document: Document) -> Iterator[Item]:
    rejected = False
    for item in batch.add(row, path, document):
        rejected = rejected or isinstance(item, Reject)
        yield item
    yield from _look(path, document.position, None if rejected else row, document)


def _look(path: str, position: int, row: int | None, seen: Document | RejectedPage) -> Iterator[PageLook]:
    """What a page may say on rights, where it has parts that can and an address to say it for."""
    authority = authority_of(seen.url) if seen.page is not None and seen.page.parts and seen.url is not None else None
    if seen.page is not None and seen.url is not None and authority is not None:
        at = seen.fetched_at
        if isinstance(seen, Document) and seen.fetched_on is not None:
            at = end_of_day(seen.fetched_on)
        yield PageLook(seen.page, authority, path, position, row, seen.url, at, seen.http_status)


def _undamaged(
    format_: FileFormat, file: StoredFile, counter: RowCounter, damages: list[FileDamage], not_read: str | None
) -> Iterator[RowItem]:
    """The rows of a file; one reject, at the row that could not be read, stands for what damage took, and the damage
    itself is added to `damages`. A code of why nothing is to be read counts as damage from the beginning."""
    rows = 0
    try:
        if not_read is not None:
            raise StreamDamagedError(RejectReason.UNPARSABLE, not_read)  # noqa: TRY301  # met as any other
        for item in format_.rows(file, counter):
            if isinstance(item, FileDamage):
                damages.append(item)
            else:
                yield item
                rows += _rows_in(item)
    except StreamDamagedError as damage:
        counter.met()
        yield Reject(file.path, rows, damage.reason, damage.detail)
        damages.append(FileDamage(rows, damage.detail))


def _rows_in(item: RowItem) -> int:
    return item.rows if isinstance(item, Documents) else 1


def _damaged_files(path: str, damages: Sequence[FileDamage], rows: int) -> Iterator[DamagedFile]:
    """One for a file with damage: each place at which a part was lost has one reject, which is no row that was read."""
    for first in damages[:1]:
        yield DamagedFile(path, first.position, max(rows - len(damages), 0), len(damages), first.detail)


def read_wanted(
    shard: Shard, wanted: pa.RecordBatch, source_files: SourceFiles, format_: FileFormat, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """Batches of schema `ROWS` with the wanted rows that still give text, in order; only row, path, position and text
    are sure to be filled. `wanted` is of schema `WANTED_ROWS`. Raises InputUnreadableError."""
    if not wanted.num_rows:
        return iter(())
    if format_.finds_rows:
        return _found(wanted, source_files, format_, batch_rows)
    return _filtered(shard, wanted, source_files, format_, batch_rows)


def _found(
    wanted: pa.RecordBatch, source_files: SourceFiles, format_: FileFormat, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    files = wanted.column("path").dictionary_encode()
    # The rows of a file follow each other, and so its number begins and ends once.
    _, begins = np.unique(files.indices.to_numpy(), return_index=True)
    for path, begin, end in zip(files.dictionary.to_pylist(), begins, [*begins[1:], len(files)], strict=True):
        rows, positions = (wanted.column(name).to_numpy()[begin:end] for name in ("row", "position"))
        with source_files.open(path) as file, suppress(StreamDamagedError):
            for documents in format_.documents_at(file, positions):
                at = np.searchsorted(positions, documents.columns.column("position").to_numpy())
                numbered = documents.columns.set_column(0, "row", pa.array(rows[at]))
                yield from Documents(documents.rows, numbered, ()).batches(0, path, batch_rows)


def _filtered(
    shard: Shard, wanted: pa.RecordBatch, source_files: SourceFiles, format_: FileFormat, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    rows = wanted.column("row").to_numpy()
    for item in read_shard(shard, source_files, format_, batch_rows):
        if isinstance(item, pa.RecordBatch):
            met = item.column("row").to_numpy()
            if (here := np.isin(met, rows)).any():
                yield item.filter(pa.array(here))
            if met[-1] >= rows[-1]:
                return


@dataclass(frozen=True, slots=True)
class FileConnector:
    """Reads the files of one source in one format, in batches of at most `batch_rows` rows."""

    source_files: SourceFiles
    format: FileFormat
    batch_rows: int
    capabilities: ClassVar = frozenset({Capability.REREAD, Capability.EXACT_SIZES})

    def files(self) -> tuple[InputFile, ...]:
        return self.source_files.files()

    def passed_over(self) -> tuple[str, ...]:
        """Paths that are no input although a pattern matches them."""
        return self.source_files.passed_over()

    def first_rows(self, path: str) -> Iterator[Mapping[str, object]]:
        """The rows of a file as `fields` may name what is in them. Raises StreamDamagedError, InputUnreadableError."""
        with self.source_files.open(path) as file:
            yield from self.format.first_rows(file)

    def plan(self, planned: Container[str] = frozenset()) -> Iterator[Shard]:
        new = [file for file in self.files() if file.path not in planned]
        return shards_of(new, lambda file: self.format.ranges(self.source_files, file))

    def read(self, shard: Shard) -> Iterator[Item]:
        return read_shard(shard, self.source_files, self.format, self.batch_rows)

    def read_again(self, shard: Shard, wanted: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        return read_wanted(shard, wanted, self.source_files, self.format, self.batch_rows)


OptionsT = TypeVar("OptionsT")


def file_connector(
    options: type[OptionsT],
    format_of: Callable[[Fields, OptionsT], FileFormat],
    summary: ConnectorSummary,
    suffixes: tuple[str, ...],
    names: RowNames = RowNames.FIELDS,
    content: FileContent = FileContent.BINARY,
) -> ConnectorFactory:
    """The factory of a connector for one kind of file; `format_of` sets the format up with the fields and options of a
    source, and names of such files end in one of `suffixes`."""

    def opened(source: Source, base: str, batch_rows: int) -> FileConnector:
        chosen = options() if source.options is None else cast("OptionsT", source.options)
        source_files = SourceFiles.under(source.name, base, source.paths, suffixes, source.encoding)
        return FileConnector(source_files, format_of(source.fields, chosen), batch_rows)

    def first_names(path: str) -> tuple[str, ...]:
        with SourceFiles.under(path, "", (path,)).open(path) as file:
            return names_in(islice(format_of(Fields(), options()).first_rows(file), 1))

    return ConnectorFactory(
        options, summary, opened, suffixes=suffixes, names=first_names, row_names=names, content=content
    )
