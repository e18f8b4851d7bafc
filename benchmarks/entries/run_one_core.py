"""`colophon run` with deduplication only, on one core, beside a plain loop on that core and datatrove's first stage.

Timed for the program and the loop: whole processes, from their start to their end, in turns. Timed for datatrove: its
stage alone, without imports, on a stated prefix of the same bytes; compared by bytes of text per second.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.arguments import arguments
from benchmarks.corpus import Corpus, Plan, corpus
from benchmarks.measuring import Timing, Value, alternately, ratio, report, reported, require, timed_process
from benchmarks.pinning import environment
from benchmarks.whole_run import Job, check_answers, counters
from colophon.analyzers.identity import DIGEST_BYTES

_BANDS = 14
_KEY_BYTES = 8


def main() -> None:
    """Warm up, time in turns, check, report."""
    given = arguments()
    data = corpus(Plan(given.documents), given.data)
    little = corpus(Plan(1_000), given.data)
    scratch = given.scratch("run_one_core")
    warm, job = Job(little, scratch / "warm", 1), Job(data, scratch, 1)
    warm.run()
    loop = [sys.executable, "-m", "benchmarks.entries.plain_loop", *map(str, data.files)]
    _check_loop(loop, data)
    prefix = _prefix(data, given.rival_megabytes * 1_000_000, scratch / "prefix")
    run, plain, start, loop_start, rival = alternately(
        given.repeats,
        job.run,
        lambda: timed_process(loop, environment(1)),
        warm.run,
        lambda: timed_process([*loop[:3], *map(str, little.files)], environment(1)),
        lambda: _datatrove(prefix, scratch / "signatures"),
    )
    check_answers(job)
    report(
        [
            *ratio("loop", plain, run),
            *ratio("loop_without_start", plain.less(loop_start), run.less(start)),
            *ratio("datatrove", rival.per(prefix.text_bytes), run.per(data.text_bytes)),
            Value("megabytes_per_second", data.text_bytes / run.seconds / 1e6),
            Value("loop_megabytes_per_second", data.text_bytes / plain.seconds / 1e6),
            Value("datatrove_megabytes_per_second", prefix.text_bytes / rival.seconds / 1e6),
            Value("text_bytes", data.text_bytes),
            Value("run_seconds", run.seconds),
            Value("run_processor_seconds", run.cpu_seconds),
            Value("start_seconds", start.seconds),
            *_shuffled(job),
        ]
    )


def _check_loop(loop: Sequence[str], data: Corpus) -> None:
    done = subprocess.run(loop, env=dict(environment(1)), capture_output=True, text=True, check=True)
    found = {v.name: v.number for v in reported(done.stdout)}
    require(
        found["documents"] == data.documents and found["text_bytes"] == data.text_bytes,
        f"the plain loop read {found}, the corpus has {data.documents} documents of {data.text_bytes} bytes",
    )


def _prefix(data: Corpus, at_least_bytes: int, folder: Path) -> Corpus:
    """The first texts as a file of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = data.texts(at_least_bytes)
    ids = pa.array([str(number) for number in range(len(texts))])
    pq.write_table(pa.table({"id": ids, "text": texts.cast(pa.string())}), folder / "part-00000.parquet")
    return Corpus(folder, (folder / "part-00000.parquet",), len(texts), int(pc.sum(pc.binary_length(texts)).as_py()))


def _datatrove(prefix: Corpus, out: Path) -> Timing:
    """One execution of datatrove's signature stage."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.entries.datatrove_signatures", str(prefix.folder), str(out)]
    done = subprocess.run(command, env=dict(environment(1)), capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"datatrove failed: {done.stderr[-500:]}")
    found = {v.name: v.number for v in reported(done.stdout)}
    require(
        found["buckets"] == _BANDS and found["signatures"] == _BANDS * prefix.documents,
        f"datatrove wrote {found['signatures']} signatures of {prefix.documents} documents",
    )
    return Timing(found["seconds"], found["processor_seconds"])


def _shuffled(job: Job) -> tuple[Value, ...]:
    """Bytes shuffled per document, as the run counted them: packed bands of all rounds, content ids, addresses."""
    counted = counters(job.record)
    documents = job.corpus.documents
    bands = sum(n for name, n in counted.items() if re.fullmatch(r"shuffle\.bands_\d+_bytes", name)) / documents
    require(bands >= _BANDS * _KEY_BYTES, f"{bands} bytes a document cannot hold {_BANDS} keys: a round is missing")
    content = counted["shuffle.content_ids_bytes"] / documents
    require(content >= DIGEST_BYTES, f"{content} bytes a document cannot hold its content id")
    return (
        Value("band_bytes", bands),
        Value("content_bytes", content),
        Value("authority_bytes", counted.get("shuffle.authorities_bytes", 0) / documents),
    )


if __name__ == "__main__":
    main()
