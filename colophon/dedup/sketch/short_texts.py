"""Short texts are compared by what is written, not by their words: near-duplicate search must not take `31 + 47` for
`31 - 47`, or one line of code for another that is indented otherwise.

A text of fewer than `MIN_SHINGLES` distinct shingles has one member in its set, a hash of the text as it stands. So it
is similar to equal texts alone, and to none of more shingles. Equal are texts with the same characters in Unicode's
normal form C, but for the kind of line ends and white space at the ends of lines and around the whole, indentation of
the first line excepted.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.similarity import ShingleSets, shingle_sets
from colophon.dedup.sketch.sketches import SketchBlock, sketch, sketch_shingles

#: A text of fewer distinct shingles is compared as it is written: with five words a shingle, one of fewer than 36,
#: or as many characters of a script without spaces. In a longer one a sign is seldom all that tells it from another.
MIN_SHINGLES = 32

#: So that a text compared in one way never equals one that is compared in another.
_SHORT_SEED, _EXACT_SEED = 1, 2

_LINE_ENDS = re.compile(r"[^\S\n]*(?:\r\n?|\n)")
_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")


def comparable_sketch(texts: pa.Array, scheme: Scheme) -> SketchBlock:
    """The sketch of every text by which it is compared; `shingles` counts those of words, also of short texts."""
    block = sketch(texts, scheme)
    short = np.flatnonzero(block.shingles < MIN_SHINGLES)
    if len(short):
        block.slots[short] = sketch_shingles(_one_each(_hashes(texts, short)), scheme)
    return block


def exact_sketch(texts: pa.Array, scheme: Scheme) -> SketchBlock:
    """A sketch of every text that only that of the very same text resembles, whatever its length."""
    block = sketch(texts, scheme)
    written = texts.cast(pa.large_binary()).to_pylist()
    hashes = np.array([xxhash.xxh3_64_intdigest(text or b"", _EXACT_SEED) for text in written], np.uint64)
    return SketchBlock(sketch_shingles(_one_each(hashes), scheme), block.shingles)


def comparable_sets(texts: pa.Array, scheme: Scheme) -> ShingleSets:
    """The set of every text by which it is compared."""
    sets = shingle_sets(texts, scheme)
    sizes = np.diff(sets.offsets)
    short = np.flatnonzero(sizes < MIN_SHINGLES)
    if not len(short):
        return sets
    is_short = np.zeros(len(sizes), np.bool_)
    is_short[short] = True
    kept = np.repeat(~is_short, sizes)
    offsets = np.concatenate([[0], np.cumsum(np.where(is_short, 1, sizes))])
    values = np.empty(offsets[-1], np.uint64)
    is_hash = np.zeros(offsets[-1], np.bool_)
    is_hash[offsets[:-1][short]] = True
    values[is_hash] = _hashes(texts, short)
    values[~is_hash] = sets.values[kept]
    return ShingleSets(values, offsets)


def as_compared(text: str) -> str:
    """A short text as it is compared with others."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text)
    if "\n" not in plain and "\r" not in plain:
        return plain.rstrip()
    return _BLANK_LINES.sub("", _LINE_ENDS.sub("\n", plain)).rstrip()


def _hashes(texts: pa.Array, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    written = texts.take(pa.array(rows)).cast(pa.large_binary()).to_pylist()
    # Bytes that are no UTF-8 stay what they are.
    plain = (as_compared((text or b"").decode("utf-8", "surrogateescape")) for text in written)
    encoded = (text.encode("utf-8", "surrogateescape") for text in plain)
    return np.array([xxhash.xxh3_64_intdigest(text, _SHORT_SEED) for text in encoded], np.uint64)


def _one_each(values: NDArray[np.uint64]) -> ShingleSets:
    return ShingleSets(values, np.arange(len(values) + 1, dtype=np.int64))
