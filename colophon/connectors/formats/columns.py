"""Documents of a columnar file, without a Python object for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.corpus import Fields
from colophon.connectors.formats.arrow_values import Column, RowValues, is_text, since_epoch, values_of
from colophon.connectors.formats.documents import (
    LICENSE_PLACE,
    Document,
    Documents,
    RowCounter,
    document_of,
    has_visible_character,
    measured,
    needed_names,
    outcome_of,
)
from colophon.connectors.formats.field_values import (
    MAX_ID_BYTES,
    PLAIN_ADDRESS,
    Absent,
    address_of,
    fetch_time_of,
    license_of,
    native_id_of,
    partitions_of,
    text_of,
)
from colophon.connectors.rows import MAX_ROW_BYTES, ROWS, Reject
from colophon.connectors.times import EARLIEST, Time
from colophon.tables import TIME
from colophon.vocabulary import FieldOutcome

#: Microseconds since 1970 up to the year 2200, which Python can hold; a column with others is looked at time by time.
_PLAIN_TIMES = (int(EARLIEST.timestamp()) * 10**6, 7_258_118_400_000_000)

_COLUMNS = pa.schema([field for field in ROWS if field.name not in {"path", "page_carriers", "read_losses"}])


def documents_of_columns(
    fields: Fields,
    columns: Mapping[str, Column],
    path: str,
    positions: npt.NDArray[np.int64],
    counter: RowCounter,
) -> Documents:
    """The documents and rejects of the rows at `positions`; `columns` are by the names that `fields` mention. `counter`
    hears what became of each field.

    Gives what `documents.document_of` gives row by row, but looks only at those rows by themselves that give none, and
    at values that are neither texts, whole numbers nor times.
    """
    rows = len(positions)
    in_folders = {
        name: pa.array([value] * rows, pa.string())
        for name, value in partitions_of(path).items()
        if name not in columns and name in needed_names(fields)
    }
    columns = {**columns, **in_folders}
    texts = _texts(fields, columns, rows, counter)
    gives_none = _gives_none(texts)
    rejects = _rejects(fields, columns, path, positions, np.flatnonzero(gives_none))
    chosen_rows = np.flatnonzero(~gives_none)
    license_claim = _optional(_Field("license", fields.license, license_of), columns, rows, counter)
    fetched = _times(fields.fetched_at, columns, rows, counter)
    arrays = {
        "row": pa.array(np.arange(rows)),
        "position": pa.array(positions),
        "text": texts,
        "native_id": _optional(_Field("id", fields.id, native_id_of), columns, rows, counter),
        "url": _optional(_Field("url", fields.url, address_of), columns, rows, counter),
        "fetched_at": fetched.moments,
        "fetched_on": fetched.days,
        "http_status": pa.nulls(rows, pa.int16()),
        "license_claim": license_claim,
        "license_place": pc.if_else(license_claim.is_valid(), LICENSE_PLACE, pa.scalar(None, pa.string())),
    }
    documents = pa.RecordBatch.from_arrays([arrays[field.name] for field in _COLUMNS], names=_COLUMNS.names)
    chosen = documents.take(pa.array(chosen_rows)) if len(rejects) else documents
    return Documents(rows, chosen.cast(_COLUMNS), rejects)


def _texts(fields: Fields, columns: Mapping[str, Column], rows: int, counter: RowCounter) -> pa.Array:
    """The texts as large_string, joined where there are several; null where a part of one is missing or broken."""
    present: list[pa.Array] = []
    is_lost = np.zeros(rows, np.bool_)
    for field in fields.texts:
        part = _part(field.name, columns.get(field.name), rows, counter)
        is_lost |= part.lost_optional if field.optional else part.lost
        if part.texts is not None:
            present.append(part.texts)
    if not present:
        return pa.nulls(rows, pa.large_string())
    if len(fields.text) == 1:
        return present[0]
    newline = pa.scalar("\n", pa.large_string())
    joined = present[0]
    for part in present[1:]:
        # A part that is left out leaves the others as they are.
        joined = pc.coalesce(pc.binary_join_element_wise(joined, part, newline), joined, part)
    return pc.if_else(pa.array(is_lost), pa.scalar(None, pa.large_string()), pc.fill_null(joined, ""))


@dataclass(frozen=True, slots=True)
class _Part:
    """The texts of one field as large_string, None where no row has any; the rows that have none, and those of them
    that are lost although the part is optional."""

    texts: pa.Array | None
    lost: npt.NDArray[np.bool_]
    lost_optional: npt.NDArray[np.bool_]


def _part(name: str, column: Column | None, rows: int, counter: RowCounter) -> _Part:
    none, every = np.zeros(rows, np.bool_), np.ones(rows, np.bool_)
    if column is None:
        counter.count("text", name, FieldOutcome.ABSENT, rows)
        return _Part(None, every, none)
    # Older writers of Parquet leave texts unmarked.
    if not isinstance(column, RowValues) and _holds_texts(column.type):
        texts = _valid(column)
        is_null, is_lost = _mask(column.is_null()), _mask(texts.is_null())
        counter.count("text", name, FieldOutcome.NULL, int(is_null.sum()))
        counter.count("text", name, FieldOutcome.NOT_UTF8, int((is_lost & ~is_null).sum()))
        empty = pc.sum(pc.equal(pc.binary_length(texts), 0)).as_py() or 0
        counter.count("text", name, FieldOutcome.EMPTY, empty)
        counter.count("text", name, FieldOutcome.USED, int((~is_lost).sum()) - empty)
        return _Part(texts, is_lost, is_lost & ~is_null)
    read = [text_of(value) for value in values_of(column)]
    _count(counter, "text", name, read)
    texts = pa.array([None if isinstance(text, FieldOutcome) else text for text in read], pa.large_string())
    is_broken = np.array([isinstance(text, FieldOutcome) and not text.is_missing for text in read], np.bool_)
    return _Part(texts, _mask(texts.is_null()), is_broken)


def _holds_texts(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _mask(booleans: pa.Array) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = booleans.to_numpy(zero_copy_only=False)
    return mask


def _count(counter: RowCounter, field: str, name: str, read: Iterable[str | Time | FieldOutcome]) -> None:
    for outcome, rows in Counter(map(outcome_of, read)).items():
        counter.count(field, name, outcome, rows)


def _valid(column: pa.Array) -> pa.Array:
    try:
        column.validate(full=True)
        return column.cast(pa.large_string())
    except pa.ArrowInvalid:  # Parquet does not promise valid texts; only the broken one is lost
        return pa.array(map(_decoded, column.cast(pa.large_binary()).to_pylist()), pa.large_string())


def _decoded(text: bytes | None) -> str | None:
    try:
        return None if text is None else text.decode()
    except UnicodeDecodeError:
        return None


def _gives_none(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether a text is missing, blank or too large."""
    # A mark of ASCII says that a text is not blank; the few without one are looked at as Python does.
    is_none = ~_begins_with_mark(texts)
    unsure = np.flatnonzero(is_none)
    others = texts.take(pa.array(unsure))
    is_none[unsure] = ~np.asarray(pc.fill_null(pc.match_substring_regex(others, "[!-~]"), pa.scalar(value=False)))
    unmarked = np.flatnonzero(is_none)
    is_none[unmarked] = [
        text is None or not has_visible_character(text) for text in texts.take(pa.array(unmarked)).to_pylist()
    ]
    too_large = pc.fill_null(pc.greater(pc.binary_length(texts), MAX_ROW_BYTES), pa.scalar(value=False))
    is_none |= np.asarray(too_large)
    return is_none


def _begins_with_mark(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether the first byte of each large string is one of ASCII from `!` to `~`."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    begins = np.asarray(texts.is_valid()) & (ends[1:] > ends[:-1])
    if begins.any():
        first = np.frombuffer(data, np.uint8)[ends[:-1][begins]]
        begins[begins] = (first >= ord("!")) & (first <= ord("~"))
    return begins


def _rejects(
    fields: Fields,
    columns: Mapping[str, Column],
    path: str,
    positions: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
) -> tuple[Reject, ...]:
    if not len(rows):
        return ()
    chosen = pa.array(rows)
    names = (field.name for field in fields.texts)
    values = {name: values_of(columns[name].take(chosen)) for name in names if name in columns}
    rejects = []
    counted_before = RowCounter()
    for at, position in enumerate(positions[rows].tolist()):
        text = _Texts({name: column[at] for name, column in values.items()})
        read = document_of(Fields(text=fields.text), text.value, path, position, counted_before)
        reject = measured(path, read) if isinstance(read, Document) else read
        if isinstance(reject, Reject):  # always; a row that got lost here would not pass the count of the shard
            rejects.append(reject)
    return tuple(rejects)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The values of one row by the names of the text fields."""

    values: Mapping[str, object]

    def value(self, name: str) -> object:
        return self.values.get(name, Absent.ABSENT)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field beside the text: its key, the name it is given in the configuration, and how one value is read."""

    key: str
    name: str | None
    read: Callable[[object], str | FieldOutcome]


def _optional(field: _Field, columns: Mapping[str, Column], rows: int, counter: RowCounter) -> pa.Array:
    if field.name is None:
        return pa.nulls(rows, pa.string())
    column = columns.get(field.name)
    if column is None:
        counter.count(field.key, field.name, FieldOutcome.ABSENT, rows)
        return pa.nulls(rows, pa.string())
    if isinstance(column, RowValues) or not _is_plain(field, column):
        read = [field.read(value) for value in values_of(column)]
        _count(counter, field.key, field.name, read)
        return pa.array([None if isinstance(text, FieldOutcome) else text for text in read], pa.string())
    texts = column.cast(pa.string()) if pa.types.is_integer(column.type) else _valid(column)
    counter.count(field.key, field.name, FieldOutcome.WRONG_TYPE, texts.null_count - column.null_count)
    filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts).cast(pa.string())
    counter.count(field.key, field.name, FieldOutcome.NULL, filled.null_count - texts.null_count + column.null_count)
    counter.count(field.key, field.name, FieldOutcome.USED, rows - filled.null_count)
    return filled


def _is_plain(field: _Field, column: pa.Array) -> bool:
    """Whether the values of a column are taken as they lie there: texts, of ids whole numbers and no long texts, of
    licenses no JSON text, and of addresses those that are seen to be some at once."""
    if field.key == "url" and is_text(column.type):
        # `all` over nothing but nulls is true, as nothing but nulls is plain.
        return bool(pc.all(pc.match_substring_regex(column.cast(pa.large_binary()), PLAIN_ADDRESS)).as_py())
    if field.key == "license" and is_text(column.type):
        return not pc.any(pc.match_substring_regex(column.cast(pa.large_binary()), r"^[\[{]")).as_py()
    if field.key != "id" or not is_text(column.type):
        return is_text(column.type) or (field.key == "id" and pa.types.is_integer(column.type))
    longest = pc.max(pc.binary_length(column)).as_py()
    return longest is None or bool(longest <= MAX_ID_BYTES)


@dataclass(frozen=True, slots=True)
class _Times:
    """Times of rows: of each the moment, or the day where nothing more is known, or neither."""

    moments: pa.Array
    days: pa.Array


def _times(name: str | None, columns: Mapping[str, Column], rows: int, counter: RowCounter) -> _Times:
    column = None if name is None else columns.get(name)
    if name is None or column is None:
        if name is not None:
            counter.count("fetched_at", name, FieldOutcome.ABSENT, rows)
        return _Times(pa.nulls(rows, TIME), pa.nulls(rows, pa.date32()))
    if not isinstance(column, RowValues) and pa.types.is_timestamp(column.type):
        microseconds = since_epoch(column)
        bounds = pc.min_max(microseconds).as_py()
        if bounds["min"] is None or _PLAIN_TIMES[0] <= bounds["min"] <= bounds["max"] <= _PLAIN_TIMES[1]:
            counter.count("fetched_at", name, FieldOutcome.NULL, column.null_count)
            counter.count("fetched_at", name, FieldOutcome.USED, rows - column.null_count)
            return _Times(microseconds.cast(TIME), pa.nulls(rows, pa.date32()))
    given = [fetch_time_of(value) for value in values_of(column)]
    _count(counter, "fetched_at", name, given)
    read = [time if isinstance(time, Time) else Time() for time in given]
    return _Times(pa.array([time.moment for time in read], TIME), pa.array([time.day for time in read], pa.date32()))
