"""Documents of a columnar file, without a Python object for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colophon.config.corpus import Fields
from colophon.connectors.formats.arrow_values import is_text, since_epoch, values_of
from colophon.connectors.formats.documents import LICENSE_PLACE, Absent, Document, Documents, document_of, measured
from colophon.connectors.rows import MAX_ROW_BYTES, ROWS, Reject
from colophon.connectors.times import EARLIEST, Time, time_of
from colophon.tables import TIME

#: Microseconds since 1970 up to the year 2200, which Python can hold; a column with others is looked at time by time.
_PLAIN_TIMES = (int(EARLIEST.timestamp()) * 10**6, 7_258_118_400_000_000)

_COLUMNS = pa.schema([field for field in ROWS if field.name not in {"path", "page_carriers", "read_losses"}])


def documents_of_columns(
    fields: Fields, columns: Mapping[str, pa.Array], path: str, positions: npt.NDArray[np.int64]
) -> Documents:
    """The documents and rejects of the rows at `positions`; `columns` are by the names that `fields` mention.

    Gives what `row_fields.document_of` gives row by row, but looks only at those rows by themselves that give none.
    """
    texts = _texts(fields, columns, len(positions))
    gives_none = _gives_none(texts)
    rejects = _rejects(fields, columns, path, positions, np.flatnonzero(gives_none))
    rows = np.flatnonzero(~gives_none)
    license_claim = _optional_text(fields.license, columns, len(positions))
    fetched = _times(fields.fetched_at, columns, len(positions))
    arrays = {
        "row": pa.array(np.arange(len(positions))),
        "position": pa.array(positions),
        "text": texts,
        "native_id": _native_ids(fields.id, columns, len(positions)),
        "url": _optional_text(fields.url, columns, len(positions)),
        "fetched_at": fetched.moments,
        "fetched_on": fetched.days,
        "http_status": pa.nulls(len(positions), pa.int16()),
        "license_claim": license_claim,
        "license_place": pc.if_else(license_claim.is_valid(), LICENSE_PLACE, pa.scalar(None, pa.string())),
    }
    documents = pa.RecordBatch.from_arrays([arrays[field.name] for field in _COLUMNS], names=_COLUMNS.names)
    chosen = documents.take(pa.array(rows)) if len(rejects) else documents
    return Documents(len(positions), chosen.cast(_COLUMNS), rejects)


def _texts(fields: Fields, columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """The texts as large_string, joined where there are several; null where a part of one is missing or broken."""
    parts = [_part(columns.get(name)) for name in fields.text]
    present = [part for part in parts if part is not None]
    if len(present) < len(parts):
        return pa.nulls(rows, pa.large_string())
    return (
        present[0] if len(present) == 1 else pc.binary_join_element_wise(*present, pa.scalar("\n", pa.large_string()))
    )


def _part(column: pa.Array | None) -> pa.Array | None:
    """The texts of a column, null where one is no UTF-8; None where the type of the column is none of a text."""
    if column is None:
        return None
    # Older writers of Parquet leave texts unmarked.
    if is_text(column.type) or pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return _valid(column)
    return None


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
    is_none[unmarked] = [not text or text.isspace() for text in texts.take(pa.array(unmarked)).to_pylist()]
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
    columns: Mapping[str, pa.Array],
    path: str,
    positions: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
) -> tuple[Reject, ...]:
    if not len(rows):
        return ()
    chosen = pa.array(rows)
    values = {name: values_of(columns[name].take(chosen)) for name in fields.text if name in columns}
    rejects = []
    for at, position in enumerate(positions[rows].tolist()):
        text = _Texts({name: column[at] for name, column in values.items()})
        read = document_of(Fields(text=fields.text), text.value, path, position)
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


def _optional_text(name: str | None, columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    column = None if name is None else columns.get(name)
    if column is None or not is_text(column.type):
        return pa.nulls(rows, pa.string())
    texts = _valid(column)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.large_string()), texts).cast(pa.string())


def _native_ids(name: str | None, columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    column = None if name is None else columns.get(name)
    if column is not None and pa.types.is_integer(column.type):
        return column.cast(pa.string())
    return _optional_text(name, columns, rows)


@dataclass(frozen=True, slots=True)
class _Times:
    """Times of rows: of each the moment, or the day where nothing more is known, or neither."""

    moments: pa.Array
    days: pa.Array


def _times(name: str | None, columns: Mapping[str, pa.Array], rows: int) -> _Times:
    column = None if name is None else columns.get(name)
    if column is None:
        return _Times(pa.nulls(rows, TIME), pa.nulls(rows, pa.date32()))
    if pa.types.is_timestamp(column.type):
        microseconds = since_epoch(column)
        bounds = pc.min_max(microseconds).as_py()
        if bounds["min"] is None or _PLAIN_TIMES[0] <= bounds["min"] <= bounds["max"] <= _PLAIN_TIMES[1]:
            return _Times(microseconds.cast(TIME), pa.nulls(rows, pa.date32()))
    read = [time if isinstance(time, Time) else Time() for time in map(time_of, values_of(column))]
    return _Times(pa.array([time.moment for time in read], TIME), pa.array([time.day for time in read], pa.date32()))
