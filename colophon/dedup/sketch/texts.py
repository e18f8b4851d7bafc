"""The buffers of an Arrow array of texts, as the kernels read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from colophon.errors import BadArgumentError


@dataclass(frozen=True, slots=True)
class TextBuffers:
    """Text i is `data[offsets[i]:offsets[i + 1]]`; `present` is empty where no text is null, else 1 per text."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    present: NDArray[np.uint8]


def text_buffers(texts: pa.Array) -> TextBuffers:
    """Buffers of an array of strings or bytes (any width, sliced or not), without copying the text.

    Raises BadArgumentError for an array of another type.
    """
    wide = _with_offsets(texts)
    width = np.int64 if pa.types.is_large_string(wide.type) or pa.types.is_large_binary(wide.type) else np.int32
    _, offsets, data = wide.buffers()
    return TextBuffers(
        np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8),
        _slice(offsets, wide, width),
        wide.is_valid().to_numpy(zero_copy_only=False).astype(np.uint8) if wide.null_count else np.empty(0, np.uint8),
    )


def _with_offsets(texts: pa.Array) -> pa.Array:
    kind = texts.type
    if pa.types.is_dictionary(kind):
        return _with_offsets(texts.dictionary_decode())
    if pa.types.is_string_view(kind):
        return texts.cast(pa.large_string())
    if pa.types.is_binary_view(kind):
        return texts.cast(pa.large_binary())
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        raise BadArgumentError("texts", str(kind), "an Arrow array of strings or bytes")
    return texts


def _slice(offsets: pa.Buffer | None, texts: pa.Array, width: type[np.int64 | np.int32]) -> NDArray[np.int64]:
    if offsets is None or not offsets.size:
        return np.zeros(1, np.int64)
    every = np.frombuffer(offsets, width)
    return every[texts.offset : texts.offset + len(texts) + 1].astype(np.int64, copy=False)
