"""datatrove's first stage of near-duplicate search as its users run it: Parquet in, sorted signature files out.

`python -m benchmarks.entries.datatrove_signatures FOLDER OUT` prints the seconds after its imports. Words come from
datatrove's default tokenizer for English, spaCy's rules without a model, so that nothing is fetched. Its defaults are
14 × 8 hashes of 64 bits over 5 words, the same shape as the program's. Its hash, xxhash, is handed bytes: datatrove
0.10 hands it text, which xxhash 4 no longer takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import xxhash
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import ParquetReader
from datatrove.utils.word_tokenizers import load_word_tokenizer

from benchmarks.measuring import Value, report, timed


def main(folder: str, out: str) -> None:
    """Run the stage in this process, as one task."""
    load_word_tokenizer("eng").word_tokenize("One text to load the tokenizer.")
    stage = MinhashDedupSignature(output_folder=out, config=MinhashConfig(), language="eng")
    stage._hash_func = _hash_shingle  # noqa: SLF001  # there is no parameter for it
    executor = LocalPipelineExecutor(
        pipeline=[ParquetReader(folder, text_key="text", id_key="id"), stage],
        tasks=1,
        workers=1,
        logging_dir=str(Path(out) / "logs"),
    )
    stage_time = timed(executor.run)
    files = sorted(Path(out).glob("bucket_*/*.minhash.sig"))
    record_bytes = 8 * 8 + 4
    report(
        [
            Value("seconds", stage_time.seconds),
            Value("processor_seconds", stage_time.cpu_seconds),
            Value("buckets", len(files)),
            Value("signatures", sum(f.stat().st_size for f in files) / record_bytes),
        ]
    )


def _hash_shingle(shingle: str) -> int:
    return xxhash.xxh64_intdigest(shingle.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
