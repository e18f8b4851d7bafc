"""Input that breaks searches for duplicates: very many, very hot, very short, very long, very like, and hostile."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from colophon.config.load import load_corpus
from colophon.dedup.assignment import MAX_REPRESENTATIVES
from colophon.dedup.sketch import reference
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.short_texts import as_compared
from colophon.dedup.sketch.sketches import sketch
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record

MILLION = 1_000_000

#: What the large cases are given, and how much more they may take: pages of libraries, which other processes share, are
#: counted in full here, and spilling begins a little late.
GIVEN, TOLERANCE = 2**30, 1.25
SHINGLE, THRESHOLD = 5, 0.8

HEAD = "colophon: 1\ncorpus: hard\nanalysis: {language: false, pii: false, license: false}\n"

REMOVED = """
    SELECT d.path, d.position, e.path AS stays_path, e.position AS stays_position, u.kind, u.similarity, p.method
    FROM duplicates u JOIN documents d USING (doc_id) JOIN documents e ON e.doc_id = u.cluster_id
    LEFT JOIN duplicate_pairs p ON p.doc_id = u.doc_id
    WHERE u.doc_id <> u.cluster_id
"""


@dataclass(frozen=True)
class Removed:
    """A document that another stands for."""

    path: str
    text: str
    stays_path: str
    stays: str
    kind: str
    similarity: float
    method: str


#: Runs a command and prints the peak of its memory. A process of its own: Linux gives a new process the peak of the one
#: that starts it, and tests are large.
MEASURED = (
    "import resource, subprocess, sys; "
    "code = subprocess.call(sys.argv[1:], stdout=sys.stderr); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); "
    "sys.exit(code)"
)


class HardCorpus:
    """Parquet files of texts, each a shard, in one source for each folder; and records of them."""

    def __init__(self, folder):
        self.folder = folder
        self.texts = {}

    def write(self, path, texts):
        """`path` is source/file; sources stand in the configuration in the order in which they were first written."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        pl.DataFrame({"text": texts}).write_parquet(self.folder / path)
        self.texts[path] = texts

    def write_corpus(self, extra=""):
        sources = dict.fromkeys(path.split("/")[0] for path in self.texts)
        blocks = "".join(
            f"  - {{name: {name}, stage: pretraining, acquisition: public_dataset, connector: parquet, "
            f"paths: ['{name}/*.parquet']}}\n"
            for name in sources
        )
        file = self.folder / "corpus.yaml"
        file.write_text(f"{HEAD}{extra}sources:\n{blocks}")
        return file

    def run(self, record="record", extra="", **options):
        corpus = load_corpus(str(self.write_corpus(extra)), installed())
        options.setdefault("engine", Engine(workers=1))
        return run_job(corpus, JobOptions(str(self.folder / record), **options))

    def run_command(self):
        """As it is typed, on its own: returns the peak of its memory in bytes."""
        command = [
            sys.executable,
            "-m",
            "colophon",
            "-q",
            "run",
            self.write_corpus(),
            "--record",
            self.folder / "record",
        ]
        measured = [sys.executable, "-c", MEASURED, *command, "--workers", "1", "--memory", f"{GIVEN}"]
        peak = subprocess.run(measured, check=True, stdout=subprocess.PIPE, text=True).stdout
        return int(peak) * (1 if sys.platform == "darwin" else 1024)

    def rows(self, query, record="record"):
        with open_record(str(self.folder / record)) as opened:
            return opened.sql(query).to_pylist()

    def removed(self, record="record"):
        return [
            Removed(
                r["path"],
                self.texts[r["path"]][r["position"]],
                r["stays_path"],
                self.texts[r["stays_path"]][r["stays_position"]],
                r["kind"],
                r["similarity"],
                r["method"],
            )
            for r in self.rows(REMOVED, record)
        ]

    def search(self):
        """What the report says of the search for duplicates."""
        with open_record(str(self.folder / "record")) as opened:
            (search,) = opened.query("report/duplicate_search").table.to_pylist()
        return search


@pytest.fixture
def hard(tmp_path):
    return HardCorpus(tmp_path)


def words(seed, count):
    """So many words, each of which occurs in no other text."""
    made = random.Random(seed)
    return [f"w{made.getrandbits(48):x}" for _ in range(count)]


def likeness(one, other):
    """Jaccard similarity by the definition."""
    a, b = ({tuple(w[i : i + SHINGLE]) for i in range(len(w) - SHINGLE + 1)} for w in (one.split(), other.split()))
    return len(a & b) / len(a | b)


FOOTER = " ".join(f"footer{n}" for n in range(20))


@pytest.mark.job
def test_one_document_a_million_times_is_one_document_that_stays(hard):
    for half in range(2):
        hard.write(f"web/{half}.parquet", ["a text that stands everywhere"] * (MILLION // 2))
    peak = hard.run_command()
    (kinds,) = hard.rows(
        "SELECT count(*) AS members, count(DISTINCT cluster_id) AS clusters, min(kind) AS kind, max(kind) AS other "
        "FROM duplicates"
    )
    assert kinds == {"members": MILLION, "clusters": 1, "kind": "exact", "other": "exact"}
    assert hard.rows("SELECT count(*) AS kept FROM documents_kept") == [{"kept": 1}]
    search = hard.search()
    assert (search["candidates"], search["compared"], search["checked"]) == (MILLION, 0, 0), "equal texts need no look"
    assert peak < GIVEN * TOLERANCE


@pytest.mark.job
def test_a_million_documents_that_share_a_footer_all_stay_and_their_copies_are_found(hard):
    own = [" ".join(f"{word}{n}" for word in "abcdefghijklmn") for n in range(MILLION)]
    footer = f"{FOOTER} and so on to the end"
    hard.write("web/0.parquet", [f"{text} {footer}" for text in own])
    # 36 shingles, of which the copies share all but one: 35/37.
    copied = range(0, MILLION, 1000)
    hard.write("copies/0.parquet", [f"{own[n].replace('a', 'other', 1)} {footer}" for n in copied])
    peak = hard.run_command()
    removed = hard.removed()
    assert {r.path for r in removed} == {"copies/0.parquet"}
    assert all(r.stays.split()[1:] == r.text.split()[1:] for r in removed)
    assert len(removed) >= 0.998 * len(copied)
    search = hard.search()
    assert search["cut_by_limit"] > MILLION / 20, "documents in buckets that the footer fills"
    assert search["compared"] <= MAX_REPRESENTATIVES * search["candidates"], "linear, never squared"
    assert peak < GIVEN * TOLERANCE


@pytest.mark.job
def test_documents_of_no_word_one_word_and_four_words_are_copies_only_where_they_are_equal(hard):
    texts = ["", "  \n", "!!!", "???", "…", "one", "two", "one two three four", "four three two one", "one two three"]
    hard.write("web/0.parquet", [*texts, "one two three four five", "日", "本", "日本"])
    hard.write("copies/0.parquet", ["!!!", "One!", "one, two, three, four.", "日", ""])
    hard.run()
    assert {(r.text, r.stays, r.kind) for r in hard.removed()} == {
        ("!!!", "!!!", "exact"),
        ("日", "日", "exact"),
    }
    assert hard.rows("SELECT reason, count(*) AS rows FROM rejects GROUP BY ALL") == [{"reason": "empty", "rows": 3}]


@pytest.mark.job
def test_documents_of_50_megabytes_are_compared_exactly(hard):
    numbers = np.random.default_rng(5).integers(0, 2**32, 6_200_000)
    long = " ".join(map(hex, numbers))
    assert len(long) > 50e6
    parts = {share: long[: round(len(long) * share)] for share in (0.85, 0.6)}
    hard.write("web/0.parquet", [long])
    hard.write("copies/0.parquet", [f"{long}.", parts[0.85], parts[0.6]])
    result = hard.run()
    found = sorted((r.kind, r.method, r.similarity) for r in hard.removed())
    assert found == [("near", "estimate", 1.0), ("near", "exact", pytest.approx(0.85, abs=0.002))]
    assert result.clusters.checked >= 1


@pytest.mark.job
def test_texts_searched_to_share_a_band_are_no_copies_and_hide_none(hard):
    # Of many different texts with a long footer, those whose keys of one band are equal.
    made = [f"{' '.join(words(n, 20))} {FOOTER} {FOOTER.replace('footer', 'end')}" for n in range(30_000)]
    keys = band_keys(sketch(pa.array(made), Scheme()).slots, Scheme())
    (band, key), sharing = max(
        ((b, k), n) for b in range(keys.shape[1]) for k, n in Counter(keys[:, b].tolist()).most_common(1)
    )
    texts = [text for text, found in zip(made, keys[:, band].tolist(), strict=True) if found == key]
    assert len(texts) == sharing > 3 * MAX_REPRESENTATIVES
    hard.write("web/0.parquet", texts)
    result = hard.run()
    assert hard.removed() == []
    assert result.clusters.compared == sum(min(n, MAX_REPRESENTATIVES) for n in range(sharing))
    assert result.clusters.cut_by_limit == hard.search()["cut_by_limit"] == sharing - MAX_REPRESENTATIVES - 1
    hard.write("copies/0.parquet", [f"other {' '.join(text.split()[1:])}" for text in texts])
    hard.run("both")
    assert sorted((r.stays, r.text) for r in hard.removed("both")) == sorted(
        zip(texts, hard.texts["copies/0.parquet"], strict=True)
    )


@pytest.mark.job
def test_keys_that_collide_without_a_shingle_in_common_remove_nothing(hard):
    # Bands of a single 16-bit slot: among so many texts thousands of pairs collide by chance.
    hard.write("web/0.parquet", [" ".join(words(n, 40)) for n in range(2_000)])
    result = hard.run(extra="dedup: {bands: 112, rows: 1}\n")
    assert result.clusters.candidates > 1_500
    assert result.clusters.compared > 1_000
    assert hard.removed() == []


def test_every_text_of_one_or_two_bytes_is_like_those_of_the_same_words_and_no_other():
    texts = [bytes([b]) for b in range(256)] + [bytes([a, b]) for a in range(256) for b in range(256)]
    slots = sketch(pa.array(texts, pa.binary()), Scheme()).slots
    by_sketch, by_words = {}, {}
    for text, row in zip(texts, slots, strict=True):
        by_sketch.setdefault(row.tobytes(), set()).add(text)
        # A text without words is compared by its bytes.
        by_words.setdefault((tuple(reference.words(text)) or text), set()).add(text)
    assert sorted(map(sorted, by_sketch.values())) == sorted(map(sorted, by_words.values()))


def test_a_text_of_all_bytes_has_the_sketch_of_the_plain_twin():
    rising = bytes(range(256))
    texts = [rising, rising[::-1], rising * 9, *(rising[n:] + rising[:n] for n in range(0, 256, 37))]
    slots = sketch(pa.array(texts, pa.binary()), Scheme()).slots
    assert slots.tolist() == [reference.sketch(text, Scheme()) for text in texts]


@pytest.mark.job
def test_rows_with_any_byte_are_documents_or_named_and_copies_only_where_they_are_equal(tmp_path):
    end = " stands before the same words"
    (tmp_path / "raw.jsonl").write_bytes(b"".join(b'{"text": "\x25s%s"}\n'.replace(b"\x25s", bytes([b]), 1)
                                                  .replace(b"%s", end.encode()) for b in range(256)))  # fmt: skip
    characters = [f"{chr(b)}{end}" for b in range(256)]
    (tmp_path / "escaped.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in characters))
    blocks = "".join(
        f"  - {{name: {n}, stage: pretraining, acquisition: public_dataset, connector: jsonl, paths: [{n}.jsonl], "
        "max_rejects: 1.0}\n"
        for n in ("escaped", "raw")
    )
    (tmp_path / "corpus.yaml").write_text(f"{HEAD}sources:\n{blocks}")
    corpus = load_corpus(str(tmp_path / "corpus.yaml"), installed())
    run_job(corpus, JobOptions(str(tmp_path / "record"), Engine(workers=1)))
    with open_record(str(tmp_path / "record")) as opened:
        escaped, raw = opened.sql("SELECT rows_read, documents, rejects, documents_kept FROM source_totals").to_pylist()
    assert (escaped["rows_read"], escaped["documents"]) == (256, 256)
    assert escaped["documents_kept"] == len({as_compared(t) for t in characters})
    assert raw["rows_read"] == raw["documents"] + raw["rejects"] == 257, "a line feed makes two rows"
    assert raw["documents"] >= 94, "every printable character of ASCII but the quote and the backslash"


@pytest.mark.job
def test_a_series_of_edits_is_removed_down_to_the_threshold_and_not_below(hard):
    # 90 shingles; with n words replaced at the end (90 - n)/(90 + n) are shared: with 10 exactly the threshold.
    originals = [words(f"series {n}", 94) for n in range(25)]
    hard.write("originals/0.parquet", [" ".join(t) for t in originals])
    edits = {" ".join(t[:-n] + words(f"edit {n} {t[0]}", n)): (" ".join(t), n) for n in range(1, 31) for t in originals}
    hard.write("edits/0.parquet", list(edits))
    hard.run()
    removed = hard.removed()
    assert all(likeness(r.text, r.stays) >= THRESHOLD for r in removed)
    for r in removed:
        exact = likeness(r.text, r.stays)
        if r.method == "exact":
            assert -1e-6 < exact - r.similarity < 0.001 + 1e-6
        else:
            assert exact >= THRESHOLD + 0.05, "near the threshold the texts themselves are compared"
    of_original = Counter(edits[r.text][1] for r in removed if r.stays == edits[r.text][0])
    assert all(of_original[n] == len(originals) for n in range(1, 5)), "from 0.9 on all are found"
    assert of_original[10] >= 0.7 * len(originals), "at exactly the threshold those are removed that share a band"
    assert not any(of_original[n] for n in range(11, 31))


def without_accents(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


RESPELLED = {
    "case": str.swapcase,
    "accents": without_accents,
    "width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "punctuation": lambda text: f"«{text.replace(' ', ' -- ').replace(',', ';')}»!?",
}


@pytest.mark.job
def test_texts_that_differ_only_in_case_accents_width_or_punctuation_are_copies(hard):
    long = "Straße und Café: die naïve Übung zum Thema Ökonomie, Größe und Ähnlichkeit – „ganz ohne“ Überfluß 2024"
    originals = [" ".join(f"{word} {n}{end}" for n in range(4) for word in long.split()) for end in ("", "0", "00")]
    hard.write("web/0.parquet", originals)
    for name, respell in RESPELLED.items():
        hard.write(f"{name}/0.parquet", [respell(text) for text in originals])
    hard.run()
    found = {(r.text, r.stays, r.kind, r.similarity) for r in hard.removed()}
    assert found == {(respell(text), text, "near", 1.0) for respell in RESPELLED.values() for text in originals}


@pytest.mark.job
def test_the_same_corpus_in_another_order_of_shards_loses_the_same_texts(tmp_path):
    originals = [" ".join(words(f"shards {n}", 60)) for n in range(60)]
    near = [f"{t.rsplit(' ', n % 9)[0]} {' '.join(words(t, n % 9))}".strip() for n, t in enumerate(originals)]
    texts = [*originals, *near, *originals[:20]]
    outcomes = set()
    for order in range(3):
        made = random.Random(order)
        made.shuffle(texts)
        corpus = HardCorpus(tmp_path / str(order))
        corpus.folder.mkdir()
        for shard in range(6):
            corpus.write(f"web/{shard}.parquet", texts[shard::6])
        corpus.run(engine=Engine(workers=1 + order % 2))
        outcomes.add(tuple(sorted((r.text, r.stays, r.kind, r.similarity) for r in corpus.removed())))
    assert len(outcomes) == 1
    assert len(next(iter(outcomes))) > 60


ROBOTS = [
    {"url": f"https://{host}/robots.txt", "fetched_at": "2024-01-01T00:00:00Z", "status": 200, "body": body}
    for host, body in (
        ("closed.example", "User-agent: *\nDisallow: /\n"),
        ("open.example", "User-agent: *\nAllow: /\n"),
    )
]


@pytest.mark.job
@pytest.mark.parametrize("copy", ["equal", "near"])
def test_a_reserved_copy_of_an_earlier_run_leaves_an_open_one_of_a_later_run(tmp_path, copy):
    text = " ".join(words("reserved", 60))
    (tmp_path / "robots.jsonl").write_text("".join(json.dumps(r) + "\n" for r in ROBOTS))

    def run(name, *sources):
        host = f"https://{name}.example/a"
        row = {"text": text if name == "closed" or copy == "equal" else f"{text} more", "url": host}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**row, "at": "2024-01-02T00:00:00Z"}) + "\n")
        blocks = "".join(
            f"  - {{name: {n}, stage: pretraining, acquisition: public_dataset, connector: jsonl, paths: [{n}.jsonl], "
            "fields: {text: text, url: url, fetched_at: at}, signals: {robots: [{paths: robots.jsonl}]}}\n"
            for n in sources
        )
        (tmp_path / "corpus.yaml").write_text(f"{HEAD}sources:\n{blocks}")
        corpus = load_corpus(str(tmp_path / "corpus.yaml"), installed())
        run_job(corpus, JobOptions(str(tmp_path / "record"), Engine(workers=1)))
        with open_record(str(tmp_path / "record")) as opened:
            kept = opened.sql("SELECT s.name FROM documents_kept JOIN sources s USING (source_id)").to_pylist()
        return [row["name"] for row in kept]

    assert run("closed", "closed") == []
    assert run("open", "closed", "open") == ["open"]
