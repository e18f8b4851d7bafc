"""Python values of an Arrow column, as far as a field can take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_PLAIN_KINDS = (pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_binary,
                pa.types.is_large_binary)  # fmt: skip


class _Unusable(Enum):
    """Stands for a value that Python cannot hold."""

    VALUE = "value"


@dataclass(frozen=True, slots=True)
class RowValues:
    """A column whose values were looked for row by row, because a name leads to them through lists or texts."""

    values: tuple[object, ...]
    type: ClassVar = pa.null()

    def take(self, rows: pa.Array) -> RowValues:
        return RowValues(tuple(self.values[row] for row in rows.to_pylist()))

    def __len__(self) -> int:
        return len(self.values)


#: A column of a file as it lies there, or as its values.
Column: TypeAlias = "pa.Array | RowValues"


def values_of(column: Column) -> list[Any]:
    """A value for each row: text, bytes for a text that is not UTF-8, number, UTC datetime, date, list, dict for a
    struct or a map, None for null, or a mark that stands for what Python cannot hold."""
    if isinstance(column, RowValues):
        return list(column.values)
    if is_text(column.type):
        return _texts(column)
    if pa.types.is_temporal(column.type):
        return _times(column)
    if any(is_kind(column.type) for is_kind in _PLAIN_KINDS):
        return list(column.to_pylist())
    try:
        # Pairs of a map that give one key twice: the last counts, as in JSON.
        return list(column.to_pylist(maps_as_pydicts="lossy"))
    except (ValueError, OverflowError):  # texts that are no UTF-8, times that Python cannot hold
        return [None if is_null else _Unusable.VALUE for is_null in column.is_null().to_pylist()]


def _times(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        return [None if since is None else _moment(since) for since in since_epoch(column).to_pylist()]
    if pa.types.is_date(column.type):
        return [_day(days) for days in column.cast(pa.date32()).cast(pa.int32()).to_pylist()]
    return [None if is_null else _Unusable.VALUE for is_null in column.is_null().to_pylist()]


def is_text(kind: pa.DataType) -> bool:
    """Whether the values of a type are texts, however they are held."""
    return any(is_kind(kind) for is_kind in _TEXT_KINDS)


def is_number(kind: pa.DataType) -> bool:
    """Whether the values of a type are numbers or truth values, which hold nothing further."""
    return any(is_kind(kind) for is_kind in (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean))


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
