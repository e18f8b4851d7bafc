"""Training logs and mix files: what entered training, by source, shard or document, from CSV, Parquet or YAML.

Every reader gives Arrow batches of the columns as written; one conversion types them and names the line or row of what
does not fit. No Python object is made per row, so that a list of documents may be of any length.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum, auto

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from colophon.config.problems import expected_word, shown
from colophon.connectors.times import moment
from colophon.errors import InputUnreadableError, TrainingLogError
from colophon.tables import TIME
from colophon.training_use.mix import mix_rows

#: A row of a training log: its line or row in the file, what was used, for which checkpoint and how much.
TRAINING_LOG = pa.schema([
    ("line", pa.int64()),
    ("checkpoint", pa.string()),
    ("source", pa.string()),
    ("shard", pa.string()),
    ("doc_id", pa.int64()),
    ("content_id", pa.string()),
    ("native_id", pa.string()),
    ("epochs", pa.float64()),
    ("tokens", pa.int64()),
    ("first_step", pa.int64()),
    ("last_step", pa.int64()),
    ("started_at", TIME),
    ("finished_at", TIME),
])  # fmt: skip

#: Columns of which a row fills one at least: they say what was used.
SUBJECTS = ("source", "shard", "doc_id", "content_id", "native_id")

_BLOCK_BYTES = 4 * 2**20
_BATCH_ROWS = 2**17
_MAX_PROBLEMS = 20
_COUNTING = re.compile(r"Expected (\d+) columns, got (\d+)")


class Numbering(StrEnum):
    """How rows of a file are counted for people: lines of a text, or rows of a table, both from 1."""

    LINE = "line"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """A training log that can be read: its name, how its rows are counted, and its columns in their order."""

    file: str
    numbering: Numbering
    columns: tuple[str, ...]
    read: Callable[[], Iterator[pa.RecordBatch]]


def read_training_log(log: TrainingLog, checkpoint: str | None) -> Iterator[pa.RecordBatch]:
    """The rows of a log in batches of `TRAINING_LOG`; `checkpoint` is that of rows that name none.

    Raises TrainingLogError, ConfigurationErrors, InputUnreadableError.
    """
    for batch in log.read():
        yield _Conversion(log, batch).converted(checkpoint)


def open_training_log(file: str) -> TrainingLog:
    """A training log by the ending of its name: .csv, .tsv (either compressed or not), .parquet, .yaml or .yml.

    Raises TrainingLogError for a header that cannot be used, InputUnreadableError.
    """
    name = file.lower().removesuffix(".gz").removesuffix(".zst")
    try:
        if name.endswith((".csv", ".tsv")):
            log = _delimited(file, "," if name.endswith(".csv") else "\t")
        elif name.endswith(".parquet"):
            log = _parquet(file)
        elif name.endswith((".yaml", ".yml")):
            log = TrainingLog(file, Numbering.LINE, tuple(TRAINING_LOG.names), lambda: mix_rows(file))
        else:
            raise TrainingLogError(
                file, ("the ending of its name says no form; expected .csv, .tsv, .parquet or .yaml",)
            )
    except OSError as error:
        raise InputUnreadableError(file, error.strerror or type(error).__name__) from error
    _require_columns(log)
    return log


def _require_columns(log: TrainingLog) -> None:
    known = TRAINING_LOG.names[1:]
    problems = [
        f"unknown column {shown(name)}; {expected_word(name, known)}"
        for name in log.columns
        if name not in TRAINING_LOG.names
    ]
    problems += [
        f"column {shown(name)} is there twice" for name in sorted({c for c in log.columns if log.columns.count(c) > 1})
    ]
    if not problems and not set(log.columns) & set(SUBJECTS):
        problems.append(f"no column says what was used; expected one of: {', '.join(SUBJECTS)}")
    if problems:
        raise TrainingLogError(log.file, tuple(problems))


def _delimited(file: str, delimiter: str) -> TrainingLog:
    with pa.input_stream(file, compression="detect") as stream:
        head = b"".join(_first_line(stream)).decode("utf-8-sig", "replace")
    columns = tuple(name.strip() for name in next(csv.reader([head], delimiter=delimiter), ()))
    if "line" in columns:
        raise TrainingLogError(file, (f"unknown column `line`; {expected_word('line', TRAINING_LOG.names[1:])}",))

    def read() -> Iterator[pa.RecordBatch]:
        with pa.input_stream(file, compression="detect") as stream:
            try:
                yield from _delimited_batches(stream, columns, delimiter)
            except pa.ArrowInvalid as error:
                raise TrainingLogError(file, (_csv_problem(str(error)),)) from None

    return TrainingLog(file, Numbering.LINE, columns, read)


def _first_line(stream: pa.NativeFile) -> Iterator[bytes]:
    while block := stream.read(4096):
        line, end, _ = block.partition(b"\n")
        yield line.removesuffix(b"\r") if end else line
        if end:
            return


def _delimited_batches(stream: pa.NativeFile, columns: tuple[str, ...], delimiter: str) -> Iterator[pa.RecordBatch]:
    reader = pacsv.open_csv(
        stream,
        # A line that is empty is a row, so that rows and lines are counted alike.
        parse_options=pacsv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
        read_options=pacsv.ReadOptions(
            block_size=_BLOCK_BYTES, use_threads=False, column_names=list(columns), skip_rows=1
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    )
    line = 2
    for batch in reader:
        yield _numbered(batch, line)
        line += batch.num_rows


def _csv_problem(message: str) -> str:
    """What the parser says of a row, without the row."""
    counted = _COUNTING.search(message)
    if counted is None:
        return "cannot be read as CSV in UTF-8"
    row = re.search(r"Row #(\d+)", message)
    place = f"line {row[1]}: " if row else ""
    return f"{place}has {counted[2]} fields, expected {counted[1]} as in the header"


def _parquet(file: str) -> TrainingLog:
    try:
        with pq.ParquetFile(file) as opened:
            columns = tuple(opened.schema_arrow.names)
    except pa.ArrowInvalid:
        raise TrainingLogError(file, ("is not a Parquet file",)) from None
    if "line" in columns:
        raise TrainingLogError(file, (f"unknown column `line`; {expected_word('line', TRAINING_LOG.names[1:])}",))

    def read() -> Iterator[pa.RecordBatch]:
        row = 1
        with pq.ParquetFile(file, pre_buffer=False) as opened:
            for batch in opened.iter_batches(_BATCH_ROWS):
                yield _numbered(batch, row)
                row += batch.num_rows

    return TrainingLog(file, Numbering.ROW, columns, read)


def _numbered(batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
    return batch.append_column("line", pa.array(np.arange(first, first + batch.num_rows)))


class _Side(Enum):
    """Which end of a day is meant where a time names only the day."""

    BEGINNING = auto()
    END = auto()


class _Conversion:
    """Types the columns of one batch, and collects what does not fit."""

    def __init__(self, log: TrainingLog, batch: pa.RecordBatch) -> None:
        self._log, self._batch = log, batch
        self._problems: list[str] = []

    def converted(self, checkpoint: str | None) -> pa.RecordBatch:
        columns = {field.name: self._column(field) for field in TRAINING_LOG}
        if checkpoint is not None:
            columns["checkpoint"] = columns["checkpoint"].fill_null(checkpoint)
        self._check(columns)
        if self._problems:
            raise TrainingLogError(self._log.file, tuple(self._problems[:_MAX_PROBLEMS]))
        return pa.RecordBatch.from_arrays(list(columns.values()), schema=TRAINING_LOG)

    def _column(self, field: pa.Field) -> pa.Array:
        if field.name not in self._batch.schema.names:
            return pa.nulls(self._batch.num_rows, field.type)
        written = self._batch.column(field.name)
        convert, expected = _CONVERSIONS[field.name] if field.name in _CONVERSIONS else _OF_TYPE[field.type]
        try:
            return convert(written)
        except _MISFITS:
            row = _first_misfit(written, convert)
            # Ids of a source may be personal; numbers and times are not.
            value = (
                "the value" if field.name in SUBJECTS and field.name != "doc_id" else shown(str(written[row].as_py()))
            )
            self._problems.append(f"{self._place(row)}, {field.name}: {value} is not {expected}")
            return pa.nulls(self._batch.num_rows, field.type)

    def _check(self, columns: dict[str, pa.Array]) -> None:
        without = pc.is_null(columns[SUBJECTS[0]])
        for name in SUBJECTS[1:]:
            without = pc.and_(without, pc.is_null(columns[name]))
        self._refuse(without, f"says not what was used; expected one of: {', '.join(SUBJECTS)}")
        named = "give a column `checkpoint`, or --checkpoint NAME"
        self._refuse(pc.is_null(columns["checkpoint"]), f"names no checkpoint; {named}")
        for name in ("epochs", "tokens"):
            unfit = pc.invert(pc.greater(columns[name], 0))
            self._refuse(unfit, f"{name} is not above 0; leave out what was not used")
        for name in ("first_step", "last_step"):
            self._refuse(pc.less(columns[name], 0), f"{name} is below 0")
        for first, last in (("first_step", "last_step"), ("started_at", "finished_at")):
            self._refuse(pc.less(columns[last], columns[first]), f"{last} comes before {first}")

    def _refuse(self, unfit: pa.Array, problem: str) -> None:
        row = pc.index(unfit, value=True).as_py()
        if row >= 0:
            self._problems.append(f"{self._place(row)}: {problem}")

    def _place(self, row: int) -> str:
        return f"{self._log.numbering} {self._batch.column('line')[row].as_py()}"


class _MisfitError(ValueError):
    """A value is none of those that its column takes."""


_MISFITS = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, _MisfitError)


def _first_misfit(written: pa.Array, convert: Callable[[pa.Array], pa.Array]) -> int:
    """The first row that cannot be converted, by halves."""
    begin, rows = 0, len(written)
    while rows > 1:
        half = rows // 2
        try:
            convert(written.slice(begin, half))
            begin, rows = begin + half, rows - half
        except _MISFITS:
            rows = half
    return begin


def _text(written: pa.Array) -> pa.Array:
    text = pc.cast(_plain(written), pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _whole_number(written: pa.Array) -> pa.Array:
    return pc.cast(_trimmed(written), pa.int64())


def _finite_number(written: pa.Array) -> pa.Array:
    numbers = pc.cast(_trimmed(written), pa.float64())
    if pc.any(pc.invert(pc.is_finite(numbers))).as_py():
        raise _MisfitError
    return numbers


def _beginning(written: pa.Array) -> pa.Array:
    return _moments(written, _Side.BEGINNING)


def _end(written: pa.Array) -> pa.Array:
    return _moments(written, _Side.END)


def _moments(written: pa.Array, side: _Side) -> pa.Array:
    """Few different times stand in a log, so each is read once."""
    if pa.types.is_timestamp(written.type):
        return pc.cast(pc.cast(written, pa.timestamp("us", written.type.tz), safe=False), TIME)
    distinct = _trimmed(written).dictionary_encode()
    moments = [None if value is None else _moment(value, side) for value in distinct.dictionary.to_pylist()]
    return pa.array(moments, TIME).take(distinct.indices)


def _moment(value: object, side: _Side) -> datetime:
    """A moment, or an end of the day that is named. Raises _MisfitError."""
    parsed = moment(value)
    if parsed is not None:
        return parsed
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise _MisfitError from None
    begins = datetime.combine(day, time(), UTC)
    return begins if side is _Side.BEGINNING else begins + timedelta(days=1) - timedelta(microseconds=1)


def _trimmed(written: pa.Array) -> pa.Array:
    plain = _plain(written)
    if not pa.types.is_string(plain.type) and not pa.types.is_large_string(plain.type):
        return plain
    text = pc.utf8_trim_whitespace(plain)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def _plain(written: pa.Array) -> pa.Array:
    return written.dictionary_decode() if pa.types.is_dictionary(written.type) else written


_OF_TYPE = {
    pa.string(): (_text, "text"),
    pa.int64(): (_whole_number, "a whole number"),
    pa.float64(): (_finite_number, "a number"),
}
_CONVERSIONS = {
    "started_at": (_beginning, "a time such as 2026-01-31T12:00:00Z, or a day"),
    "finished_at": (_end, "a time such as 2026-01-31T12:00:00Z, or a day"),
}
