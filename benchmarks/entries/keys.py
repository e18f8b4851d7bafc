"""Text in memory → band keys on one core, beside datasketch and rensa, each on the same texts.

Timed for the program: an Arrow array of texts to its band keys, in batches as the connectors give them. Timed for
datasketch: Python shingles, their SHA-1, MinHash with as many slots, and the keys of its own LSH index. Timed for
rensa: Python shingles and its digest matrix; the keys it would still need are left out, to its advantage. What is
ready (shingles as bytes, shingle hashes) is made before the clock starts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datasketch import MinHash
from rensa import RMinHash

from benchmarks.arguments import arguments
from benchmarks.corpus import Plan, corpus
from benchmarks.measuring import Value, alternately, ratio, report, require, timed
from benchmarks.python_shingles import shingles
from colophon.dedup.sketch import reference
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.similarity import shingle_sets
from colophon.dedup.sketch.sketches import sketch, sketch_shingles

_SCHEME = Scheme()
_BATCH = 8_000
_SEED = 42

#: Texts that the plain twin sketches too.
_TWINS = 100

#: A sketch alone is done in milliseconds, so it is timed so many times more often.
_SHORT = 5


def main() -> None:
    """Check, time, report."""
    given = arguments()
    whole = corpus(Plan(100_000), given.data)
    texts = whole.texts(given.megabytes * 1_000_000)
    few = texts.slice(0, len(whole.texts(given.rival_megabytes * 1_000_000)))
    lines = few.to_pylist()
    _check(few, lines)
    ready = [[s.encode() for s in shingles(line)] for line in lines]
    sets = shingle_sets(few, _SCHEME)
    starts = sets.offsets.astype(np.uint64)
    whole_bytes, few_bytes = _bytes(texts), _bytes(few)
    ours, datasketch, datasketch_ready, rensa = alternately(
        given.repeats,
        lambda: timed(lambda: _keys(texts)),
        lambda: timed(lambda: _datasketch_keys([s.encode() for s in shingles(line)] for line in lines)),
        lambda: timed(lambda: _datasketch_keys(ready)),
        lambda: timed(lambda: RMinHash.digest_matrix_from_token_sets(list(map(shingles, lines)), _SCHEME.slots, _SEED)),
    )
    alone, rensa_alone = alternately(
        given.repeats * _SHORT,
        lambda: timed(lambda: sketch_shingles(sets, _SCHEME)),
        lambda: timed(lambda: RMinHash.digest_matrix_from_flat_token_hashes(sets.values, starts, _SCHEME.slots, _SEED)),
    )
    byte = ours.per(whole_bytes)
    report(
        [
            Value("megabytes_per_second", whole_bytes / ours.seconds / 1e6),
            *ratio("datasketch", datasketch.per(few_bytes), byte),
            *ratio("datasketch_ready", datasketch_ready.per(few_bytes), byte),
            *ratio("rensa", rensa.per(few_bytes), byte),
            *ratio("rensa_ready", rensa_alone, alone),
            Value("sketch_megabytes_per_second", few_bytes / alone.seconds / 1e6),
            Value("datasketch_megabytes_per_second", few_bytes / datasketch.seconds / 1e6),
            Value("rensa_megabytes_per_second", few_bytes / rensa.seconds / 1e6),
            Value("rensa_ready_megabytes_per_second", few_bytes / rensa_alone.seconds / 1e6),
        ]
    )


def _keys(texts: pa.Array) -> None:
    for first in range(0, len(texts), _BATCH):
        band_keys(sketch(texts.slice(first, _BATCH), _SCHEME).slots, _SCHEME)


def _datasketch_keys(documents: object) -> list[list[bytes]]:
    """The keys as datasketch's LSH index makes them: the bytes of each band, most significant first."""
    rows = _SCHEME.rows
    return [
        [bytes(m.hashvalues[first : first + rows].byteswap().data) for first in range(0, _SCHEME.slots, rows)]
        for m in MinHash.generator(documents, num_perm=_SCHEME.slots)
    ]


def _check(texts: pa.Array, lines: list[str]) -> None:
    """The kernel agrees with its twin, with itself on ready shingles, and sees as many shingles as plain Python."""
    block = sketch(texts, _SCHEME)
    for place, line in enumerate(lines[:_TWINS]):
        slots = reference.sketch(line.encode(), _SCHEME)
        require(block.slots[place].tolist() == slots, f"text {place}: the kernel's sketch is not the twin's")
        keys = band_keys(block.slots[place : place + 1], _SCHEME)[0].tolist()
        require(keys == reference.band_keys(slots, _SCHEME), f"text {place}: the kernel's band keys are not the twin's")
    counted = [len(set(shingles(line))) for line in lines]
    require(block.shingles.tolist() == counted, "the kernel counts other shingles than plain Python")
    sets = shingle_sets(texts, _SCHEME)
    require(np.array_equal(sketch_shingles(sets, _SCHEME), block.slots), "ready shingles give another sketch")
    _check_rivals(lines)


def _check_rivals(lines: list[str]) -> None:
    """The rivals do sketch: equal texts get equal sketches, others do not."""
    twice = [shingles(line) for line in (lines[0], lines[0], lines[1])]
    a, b, c = (m.hashvalues for m in MinHash.generator([[s.encode() for s in d] for d in twice], num_perm=112))
    require(np.array_equal(a, b) and not np.array_equal(a, c), "datasketch did not sketch")
    x, y, z = RMinHash.digest_matrix_from_token_sets(twice, _SCHEME.slots, _SEED).to_rows()
    require(x == y != z, "rensa did not sketch")


def _bytes(texts: pa.Array) -> int:
    return int(pc.sum(pc.binary_length(texts)).as_py())


if __name__ == "__main__":
    main()
