"""Python values of an Arrow column, as far as a field can take them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_PLAIN_KINDS = (pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_binary,
                pa.types.is_large_binary)  # fmt: skip


class _Unusable(Enum):
    """Stands for a value of a type that no field can take, which need not be converted."""

    VALUE = "value"


def values_of(column: pa.Array) -> list[Any]:
    """A value for each row: text, bytes for a text that is not UTF-8, number, UTC datetime, date, None for null, or a
    mark that stands for everything else, such as a time that Python cannot hold."""
    if is_text(column.type):
        return _texts(column)
    if pa.types.is_timestamp(column.type):
        return [
            None if microseconds is None else _moment(microseconds) for microseconds in since_epoch(column).to_pylist()
        ]
    if pa.types.is_date(column.type):
        return [_day(days) for days in column.cast(pa.date32()).cast(pa.int32()).to_pylist()]
    if any(is_kind(column.type) for is_kind in _PLAIN_KINDS):
        return list(column.to_pylist())
    return [None if is_null else _Unusable.VALUE for is_null in column.is_null().to_pylist()]


def is_text(kind: pa.DataType) -> bool:
    """Whether the values of a type are texts, however they are held."""
    return any(is_kind(kind) for is_kind in _TEXT_KINDS)


def _texts(column: pa.Array) -> list[str | bytes | None]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:  # Parquet does not promise valid texts; only the broken one is lost
        stored = [text.as_buffer().to_pybytes() if text.is_valid else None for text in column]
        return [_decoded(text) for text in stored]


def _decoded(text: bytes | None) -> str | bytes | None:
    try:
        return None if text is None else text.decode()
    except UnicodeDecodeError:
        return text


def since_epoch(column: pa.Array) -> pa.Array:
    """Microseconds since 1970 of a column of timestamps."""
    return pc.cast(pc.cast(column, pa.timestamp("us", column.type.tz), safe=False), pa.int64())


def _moment(microseconds: int) -> datetime | _Unusable:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _Unusable.VALUE


def _day(days: int | None) -> date | _Unusable | None:
    try:
        return None if days is None else _EPOCH.date() + timedelta(days=days)
    except OverflowError:
        return _Unusable.VALUE
