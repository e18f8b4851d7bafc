"""A hash over rows that does not depend on the Parquet library or its version.

Encoding, column by column and row group by row group: the column's name and type; one validity byte a row; then
the values: fixed width ones little endian with zeros for nulls, strings and bytes as 64-bit lengths and the bytes,
lists as 64-bit lengths and the child, structs as their children.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class RowsHash:
    """Running SHA-256 over row groups of one schema."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._digest = hashlib.sha256()

    def update(self, group: pa.Table) -> None:
        """Add one row group; its rows and their order count, its chunks do not."""
        for field in self._schema:
            self._digest.update(f"{field.name}:{field.type}:{group.num_rows}\n".encode())
            column = group.column(field.name)
            _encode(self._digest, pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], field.type))

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _encode(digest: hashlib._Hash, array: pa.Array) -> None:
    digest.update(np.asarray(array.is_valid()).astype(np.uint8).tobytes())
    kind = array.type
    if pa.types.is_struct(kind):
        for index in range(kind.num_fields):
            _encode(digest, pc.struct_field(array, index))
    elif pa.types.is_list(kind):
        _lengths(digest, pc.list_value_length(array))
        _encode(digest, array.flatten())
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        _lengths(digest, pc.binary_length(array))
        values = array.fill_null(b"" if pa.types.is_binary(kind) else "").cast(pa.large_binary())
        offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
        if len(values) and values.buffers()[2] is not None:
            digest.update(memoryview(values.buffers()[2])[int(offsets[0]) : int(offsets[-1])])
    elif pa.types.is_boolean(kind):
        digest.update(np.asarray(array.fill_null(False)).astype(np.uint8).tobytes())  # noqa: FBT003  # the library's own form
    else:
        plain = array.cast(pa.int64()) if pa.types.is_timestamp(kind) else array
        values = plain.fill_null(0).to_numpy(zero_copy_only=False)
        digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())


def _lengths(digest: hashlib._Hash, lengths: pa.Array) -> None:
    digest.update(lengths.fill_null(0).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
