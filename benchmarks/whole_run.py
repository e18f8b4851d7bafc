"""Runs of the program itself, as a user starts it, and the answers in the record they leave."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.corpus import Corpus
from benchmarks.measuring import Timing, require, timed_process
from benchmarks.pinning import environment, pinned
from colophon import Record, open_record

#: Share of the planted copies that banding may overlook even where all of it is right (S-curve at 0.9: 0.0004).
_FOUND = 0.998

_CORPUS_FILE = """\
colophon: 1
corpus: benchmark
analysis: {language: false, pii: false, license: false}
dedup: {shingle: 5, bands: 14, rows: 8, threshold: 0.8}
sources:
  - name: synthetic
    stage: pretraining
    acquisition: synthetic_own
    connector: parquet
    fields: {text: text, id: id}
    license: {declared: null, spdx: CC0-1.0}
    legal_basis: own_content
    personal_data_basis: none
    synthetic: {generators: []}
    paths:
"""


@dataclass(frozen=True, slots=True)
class Job:
    """`colophon run` over the files of a corpus, on so many cores, into a record below `folder`."""

    corpus: Corpus
    folder: Path
    cores: int

    @property
    def record(self) -> Path:
        return self.folder / f"record-{self.cores}"

    @property
    def corpus_file(self) -> Path:
        return self.folder / "corpus.yaml"

    def write_corpus_file(self) -> None:
        """Describe the corpus for the program."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = "".join(f"      - {json.dumps(str(path.resolve()))}\n" for path in self.corpus.files)
        self.corpus_file.write_text(_CORPUS_FILE + paths, encoding="utf-8")

    def run(self) -> Timing:
        """One run from nothing, its start included."""
        shutil.rmtree(self.record, ignore_errors=True)
        self.write_corpus_file()
        command = [sys.executable, "-m", "colophon", "-q", "run", str(self.corpus_file), f"--record={self.record}"]
        return timed_process(pinned([*command, f"--workers={self.cores}"], self.cores), environment(1))


@dataclass(frozen=True, slots=True)
class Found:
    """Documents removed as duplicates, by number, with the one that stays, the similarity and the method."""

    numbers: pa.ChunkedArray
    kept: pa.ChunkedArray
    methods: pa.ChunkedArray


def removals(record: Path) -> Found:
    """The duplicate pairs of a record."""
    with open_record(str(record)) as opened:
        rows = opened.sql("""
            SELECT CAST(a.native_id AS BIGINT) AS number, CAST(b.native_id AS BIGINT) AS kept, p.method
            FROM duplicate_pairs p JOIN documents a USING (doc_id) JOIN documents b ON b.doc_id = p.other_id
        """)
    return Found(rows.column("number"), rows.column("kept"), rows.column("method"))


def share_found(corpus: Corpus, found: Found, least: float) -> float:
    """Of the planted copies at least so similar, the share of which one of the two is removed."""
    truth = corpus.truth().filter(pc.field("jaccard") >= least)
    require(truth.num_rows > 0, f"no copy of similarity {least} and more was planted")
    removed = np.zeros(corpus.documents, bool)
    removed[found.numbers.to_numpy()] = True
    pairs = removed[truth.column("number").to_numpy()] | removed[truth.column("original").to_numpy()]
    return float(pairs.mean())


def check_answers(job: Job) -> None:
    """Raises WrongAnswerError unless every document is counted, one of each text kept, and near copies are found."""
    with open_record(str(job.record)) as opened:
        documents = _number(opened, "SELECT count(*) FROM documents")
        texts = _number(opened, "SELECT count(DISTINCT content_id) FROM documents")
        kept = _number(opened, "SELECT count(*) FROM documents_kept")
        kept_texts = _number(opened, "SELECT count(DISTINCT content_id) FROM documents_kept")
    require(documents == job.corpus.documents, f"{documents} documents recorded of {job.corpus.documents}")
    planted = job.corpus.truth().filter(pc.field("jaccard") == 1.0).num_rows
    require(documents - texts == planted, f"{documents - texts} exact duplicates recorded, {planted} planted")
    require(kept == kept_texts, f"{kept - kept_texts} exact duplicates were kept")
    share = share_found(job.corpus, removals(job.record), 0.9)
    require(share >= _FOUND, f"{share:.4f} of the planted copies of similarity 0.9 and more were found")


def _number(opened: Record, query: str) -> int:
    number: int = opened.sql(query).column(0)[0].as_py()
    return number


def counters(record: Path) -> dict[str, int]:
    """The counters of the newest run of a record."""
    with open_record(str(record)) as opened:
        counts = opened.sql("SELECT counts FROM runs ORDER BY started_at DESC LIMIT 1").column("counts")[0].as_py()
    read: dict[str, int] = json.loads(counts)
    return read
