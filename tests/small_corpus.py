"""Small corpora on disk, and runs of the whole job over them."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record
from colophon.record.manifest import read_manifest

WORDS = [
    a + b
    for a in ("gar", "lon", "mir", "tel", "vas", "ker", "pol", "dun", "ost", "lie")
    for b in ("ten", "dor", "us", "am", "ik", "era")
]

SOURCES = {
    "pages": """
  - name: pages
    stage: pretraining
    acquisition: crawled_own
    connector: jsonl
    paths: [data/pages.jsonl]
    fields: {text: text, url: url, fetched_at: at}
    collected: {from: 2024-01, to: 2024-03}
    legal_basis: tdm_art4
    crawler: {name: TestBot, user_agents: [TestBot]}
    signals: {robots: [{paths: data/robots.jsonl}]}
""",
    "books": """
  - name: books
    stage: pretraining
    acquisition: licensed_commercial
    connector: parquet
    paths: [data/books.parquet]
    fields: {text: text, id: id}
    collected: {from: 2023-01, to: 2023-12}
    legal_basis: license
    max_rejects: 0.2
""",
    "letters": """
  - name: letters
    stage: finetuning
    acquisition: offline_digitised
    connector: text
    paths: [data/letters/*.txt]
    collected: {not_known: they are old}
    legal_basis: public_domain
    max_rejects: 0.5
""",
    "chats": """
  - name: chats
    stage: finetuning
    acquisition: user_model_interaction
    connector: jsonl
    paths: [data/chats.jsonl.gz]
    fields: {text: text, id: id}
    collected: {from: 2024-05, to: 2024-05}
    legal_basis: contract
""",
    "exam": """
  - name: exam
    stage: evaluation
    acquisition: public_dataset
    connector: jsonl
    paths: [data/exam.jsonl]
    legal_basis: license
    evaluation: {benchmark: Exam}
""",
}


def text(seed, words=80):
    """A text that follows from its seed and is like no other."""
    made = random.Random(seed)
    return " ".join(made.choice(WORDS) for _ in range(words))


def edited(original, every=40):
    """The same text with one word changed in so many."""
    words = original.split()
    words[::every] = ["changed"] * len(words[::every])
    return " ".join(words)


@dataclass(frozen=True)
class SmallCorpus:
    """A corpus in a folder, and runs over all or some of its sources."""

    folder: Path

    def write(self, *names, extra=""):
        chosen = "".join(SOURCES[n] for n in names or SOURCES)
        file = self.folder / "corpus.yaml"
        file.write_text(f"colophon: 1\ncorpus: small\nid_key: ${{SMALL_KEY}}\n{extra}sources:{chosen}")
        return file

    def run(self, record, *names, extra="", **options):
        options.setdefault("engine", Engine(workers=1))
        corpus = load_corpus(str(self.write(*names, extra=extra)), installed())
        return run_job(corpus, JobOptions(record=str(record), **options))

    def root(self, record):
        return read_manifest(str(record)).root_hash


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Five sources with planted copies: inside one source, across sources, on a host that opted out, in user data."""
    monkeypatch.setenv("SMALL_KEY", "a key for tests")
    write_small(tmp_path / "corpus")
    return SmallCorpus(tmp_path / "corpus")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A corpus and a finished record over all of its sources; tests only copy it."""
    folder = tmp_path_factory.mktemp("finished")
    write_small(folder / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMALL_KEY", "a key for tests")
        SmallCorpus(folder / "corpus").run(folder / "record")
    return folder


@pytest.fixture
def record(finished, tmp_path):
    """A finished record over all sources of `small`, which holds the same corpus."""
    shutil.copytree(finished / "record", tmp_path / "record")
    return tmp_path / "record"


def write_small(folder):
    data = folder / "data"
    (data / "letters").mkdir(parents=True)
    pages = [
        {"text": text(f"page {n}"), "url": f"https://{host}/p{n}", "at": "2024-02-01T00:00:00Z"}
        for n, host in enumerate(["open.example"] * 6 + ["closed.example"] * 3)
    ]
    # The same text on a host that opted out and on an open one; a near copy on the open host.
    pages[6]["text"] = pages[0]["text"]
    pages[1]["text"] = edited(pages[7]["text"])
    lines = [json.dumps(p) for p in pages] + ["{broken"]
    (data / "pages.jsonl").write_text("\n".join(lines) + "\n")
    robots = [
        {"url": f"https://{host}/robots.txt", "fetched_at": "2024-01-20T00:00:00Z", "status": 200, "body": body}
        for host, body in (
            ("open.example", "User-agent: *\nAllow: /\n"),
            ("closed.example", "User-agent: *\nDisallow: /\n"),
        )
    ]
    (data / "robots.jsonl").write_text("".join(json.dumps(r) + "\n" for r in robots))
    books = [text(f"book {n}") for n in range(8)] + [edited(text("book 0")), "   "]
    pq.write_table(pa.table({"text": books, "id": [f"b{n}" for n in range(len(books))]}), data / "books.parquet")
    for n in range(4):
        (data / "letters" / f"{n}.txt").write_text(text(f"letter {n}"))
    (data / "letters" / "4.txt").write_text(text("book 3"))
    (data / "letters" / "5.txt").write_bytes(b"not a text \xff\x80")
    chats = [{"text": text("letter 1") if n == 2 else text(f"chat {n}"), "id": f"u{n}"} for n in range(5)]
    packed = gzip.compress("".join(json.dumps(c) + "\n" for c in chats).encode(), mtime=0)
    (data / "chats.jsonl.gz").write_bytes(packed)
    exam = [{"text": text(f"exam {n}")} for n in range(3)] + [{"text": text("book 5")}]
    (data / "exam.jsonl").write_text("".join(json.dumps(e) + "\n" for e in exam))


#: Queries whose answers must not depend on how a record came about, by source, path and position.
COMPARED = {
    "documents": """SELECT s.name, d.* EXCLUDE (doc_id, shard_id, source_id)
        FROM documents d JOIN sources s USING (source_id)""",
    "pairs": """SELECT s.name, d.path, d.position, t.name, e.path, e.position, p.similarity, p.method
        FROM duplicate_pairs p JOIN documents d USING (doc_id) JOIN sources s USING (source_id)
        JOIN documents e ON e.doc_id = p.other_id JOIN sources t ON t.source_id = e.source_id""",
    "clusters": """SELECT s.name, d.path, d.position, t.name, e.path, e.position, u.kind, u.similarity
        FROM duplicates u JOIN documents d USING (doc_id) JOIN sources s USING (source_id)
        JOIN documents e ON e.doc_id = u.cluster_id JOIN sources t ON t.source_id = e.source_id""",
    "decisions": """SELECT s.name, d.path, d.position, x.position, x.rule, x.reason, x.public_reason
        FROM decisions x JOIN documents d USING (doc_id) JOIN sources s USING (source_id)""",
    "verdicts": """SELECT s.name, d.path, d.position, v.* EXCLUDE (doc_id)
        FROM verdicts v JOIN documents d USING (doc_id) JOIN sources s USING (source_id)""",
    "totals": "SELECT * EXCLUDE (source_id) FROM source_totals",
    "rejects": """SELECT s.name, r.path, r.position, r.reason, r.detail
        FROM rejects r JOIN shards USING (shard_id) JOIN sources s USING (source_id)""",
}


@pytest.fixture
def compared():
    """The answers to `COMPARED` over a record, in an order of their own."""

    def ask(record):
        with open_record(str(record)) as opened:
            return {n: opened.sql(f"SELECT * FROM ({q}) ORDER BY ALL").to_pylist() for n, q in COMPARED.items()}

    return ask
