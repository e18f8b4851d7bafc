"""The loop that a run is compared with: Parquet decoding, SHA-256 of each text, and the kernel; nothing is kept.

`python -m benchmarks.entries.plain_loop FILE …` prints the seconds after its imports and the loading of the kernel.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measuring import Value, report
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.sketches import sketch

_BATCH = 8_000


def main(files: Sequence[str]) -> None:
    """Read, hash and sketch all of the files."""
    scheme = Scheme()
    band_keys(sketch(pa.array(["one text to load the kernel"]), scheme).slots, scheme)
    began = time.perf_counter()
    documents = text_bytes = 0
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches(_BATCH, columns=["text"], use_threads=False):
            texts = batch.column(0)
            _, offsets, data = texts.buffers()
            ends = memoryview(offsets).cast("i")[texts.offset : texts.offset + len(texts) + 1]
            content = memoryview(data)
            digests = [hashlib.sha256(content[ends[i] : ends[i + 1]]).digest() for i in range(len(texts))]
            band_keys(sketch(texts, scheme).slots, scheme)
            documents += len(digests)
            text_bytes += ends[-1] - ends[0]
    seconds = time.perf_counter() - began
    report([Value("seconds", seconds), Value("documents", documents), Value("text_bytes", text_bytes)])


if __name__ == "__main__":
    main(sys.argv[1:])
