from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.corpus import BLOCK, Corpus, Plan, corpus, vocabulary

SIMILARITIES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    plan = Plan(2 * BLOCK, copied=0.1, similarities=SIMILARITIES, least_words=60, most_words=200, file_documents=BLOCK)
    return corpus(plan, tmp_path_factory.mktemp("corpora"))


def shingle_set(text: str) -> set[tuple[str, ...]]:
    words = [word.strip(".,").lower() for word in text.split()]
    return {tuple(words[first : first + 5]) for first in range(len(words) - 4)}


def test_planted_similarities_are_true(made: Corpus) -> None:
    texts = made.texts(made.text_bytes).to_pylist()
    wrong = 0
    for copy in made.truth().to_pylist():
        a, b = shingle_set(texts[copy["number"]]), shingle_set(texts[copy["original"]])
        wrong += abs(len(a & b) / len(a | b) - copy["jaccard"]) > 1e-9
    assert wrong <= made.truth().num_rows / 1000


def test_every_similarity_is_planted_near_what_was_asked(made: Corpus) -> None:
    planted = made.truth().column("jaccard").to_numpy()
    assert len(planted) == pytest.approx(BLOCK / 10, rel=0.2)
    for wanted in SIMILARITIES:
        assert sum(abs(planted - wanted) < 0.04) >= BLOCK / 10 / len(SIMILARITIES) / 2


def test_copies_of_similarity_one_are_the_same_text_and_no_others_are(made: Corpus) -> None:
    texts = made.texts(made.text_bytes).to_pylist()
    same = made.truth().filter(pc.field("jaccard") == 1.0).num_rows
    assert len(set(texts)) == len(texts) - same


def test_the_same_plan_gives_the_same_bytes_and_is_not_written_twice(tmp_path: Path) -> None:
    plan = Plan(BLOCK, least_words=20, most_words=30)
    first, second = corpus(plan, tmp_path / "a"), corpus(plan, tmp_path / "b")
    assert first.files[0].read_bytes() == second.files[0].read_bytes()
    before = first.files[0].stat().st_mtime_ns
    assert corpus(plan, tmp_path / "a").files[0].stat().st_mtime_ns == before


def test_what_an_interrupted_run_left_is_written_again(tmp_path: Path) -> None:
    plan = Plan(1_000, least_words=20, most_words=30)
    whole = corpus(plan, tmp_path)
    (whole.folder / "plan.json").unlink()
    whole.files[0].write_bytes(b"half")
    assert corpus(plan, tmp_path).documents == 1_000


def test_a_larger_corpus_begins_with_the_smaller_one(tmp_path: Path) -> None:
    small = corpus(Plan(BLOCK, least_words=20, most_words=30), tmp_path)
    large = corpus(Plan(2 * BLOCK, least_words=20, most_words=30, file_documents=BLOCK), tmp_path)
    assert large.texts(1).equals(small.texts(1))
    first = large.first_files(1)
    assert (first.documents, first.text_bytes) == (small.documents, small.text_bytes)


def test_sizes_are_those_of_the_files(made: Corpus) -> None:
    tables = [pq.read_table(file) for file in made.files]
    assert made.documents == sum(t.num_rows for t in tables)
    assert made.text_bytes == sum(pc.sum(pc.binary_length(t.column("text"))).as_py() for t in tables)


def test_words_are_distinct_and_plain() -> None:
    words = vocabulary()
    assert len(set(words)) == len(words)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
