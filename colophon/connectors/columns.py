"""Documents of a columnar file without a Python object each, where nothing about any row is odd."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colophon.connectors.documents import Documents
from colophon.connectors.row_fields import LICENSE_PLACE
from colophon.connectors.rows import MAX_ROW_BYTES, ROWS
from colophon.record.corpus import Fields
from colophon.record.tables import TIME

#: Microseconds since 1970 between which a time needs no second look: up to the year 2200.
_PLAIN_TIMES = (0, 7_258_118_400_000_000)


def documents_in_columns(fields: Fields, columns: dict[str, pa.Array], first_position: int) -> Documents | None:
    """The documents of rows that follow each other, or None where one of them needs to be looked at by itself.

    Gives what `row_fields.document_of` gives row by row. A row is odd where its text is null, blank, broken UTF-8 or
    too large, or where a column has another type than text (numbers for ids, and times, are plain too).
    """
    texts = _texts(fields, columns)
    if texts is None:
        return None
    rows = len(texts)
    made = {"position": pa.array(np.arange(first_position, first_position + rows)), "text": texts}
    for name, field in (("native_id", fields.id), ("url", fields.url), ("license_claim", fields.license)):
        column = None if field is None else columns.get(field)
        if column is not None:
            found = _optional_text(column, numbers=name == "native_id")
            if found is None:
                return None
            made[name] = found
    if fields.fetched_at in columns:
        times = _times(columns[fields.fetched_at])
        if times is None:
            return None
        made["fetched_at"] = times
    if "license_claim" in made:
        place = pa.scalar(LICENSE_PLACE, pa.string())
        made["license_place"] = pc.if_else(made["license_claim"].is_valid(), place, pa.scalar(None, pa.string()))
    kept = [f for f in ROWS if f.name not in {"row", "path"}]
    arrays = [made[f.name] if f.name in made else pa.nulls(rows, f.type) for f in kept]
    return Documents(pa.RecordBatch.from_arrays(arrays, schema=pa.schema(kept)))


def _texts(fields: Fields, columns: dict[str, pa.Array]) -> pa.Array | None:
    """The texts as large_string, joined where there are several; None where one is odd."""
    parts = [part for name in fields.text if (part := _valid_text(columns.get(name))) is not None]
    if len(parts) < len(fields.text) or any(part.null_count for part in parts):
        return None
    texts: pa.Array = (
        parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, pa.scalar("\n", pa.large_string()))
    )
    if len(texts) and pc.max(pc.binary_length(texts)).as_py() > MAX_ROW_BYTES:
        return None
    # A mark of ASCII says that a text is not blank; the few without one are looked at as Python does.
    unmarked = texts.filter(pc.invert(pc.match_substring_regex(texts, "[!-~]")))
    return None if any(not text or text.isspace() for text in unmarked.to_pylist()) else texts


def _valid_text(column: pa.Array | None) -> pa.Array | None:
    if column is None or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return column.cast(pa.large_string())


def _optional_text(column: pa.Array, *, numbers: bool) -> pa.Array | None:
    if numbers and pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    valid = _valid_text(column)
    if valid is None:
        return None
    return pc.if_else(pc.equal(valid, ""), pa.scalar(None, pa.large_string()), valid).cast(pa.string())


def _times(column: pa.Array) -> pa.Array | None:
    if not pa.types.is_timestamp(column.type):
        return None
    times = pc.cast(pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64())
    found = pc.min_max(times).as_py()
    if found["min"] is not None and not _PLAIN_TIMES[0] <= found["min"] <= found["max"] <= _PLAIN_TIMES[1]:
        return None
    return times.cast(TIME)
