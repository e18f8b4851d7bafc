from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.corpus import BLOCK, Plan, corpus
from benchmarks.measuring import WrongAnswerError
from benchmarks.python_shingles import jaccard, shingles
from benchmarks.run import main
from benchmarks.whole_run import Job, check_answers, counters


def test_shingles_are_five_words_in_lower_case_without_marks() -> None:
    assert shingles("One two, THREE four. Five six") == ["one two three four five", "two three four five six"]


def test_similarity_of_sets_of_shingles() -> None:
    assert jaccard("a b c d e f", "a b c d e g") == pytest.approx(1 / 3)


@pytest.mark.job
def test_exact_duplicates_are_measured_beside_duckdb_on_little_data(tmp_path: Path) -> None:
    assert main(["--scale", "tiny", "--work", str(tmp_path), "exact"]) == 0
    line = json.loads((tmp_path / "results.jsonl").read_text())
    assert line["values"]["duckdb"] > 0


@pytest.mark.job
def test_a_run_with_all_that_was_planted_passes_and_one_that_misses_it_is_refused(tmp_path: Path) -> None:
    planted = corpus(Plan(BLOCK + 2_000, least_words=20, most_words=30), tmp_path / "data")
    job = Job(planted, tmp_path / "job", 1)
    job.run()
    check_answers(job)
    assert counters(job.record)["scan.documents"] == planted.documents
    other = corpus(Plan(BLOCK + 2_000, seed=2, least_words=20, most_words=30), tmp_path / "data")
    with pytest.raises(WrongAnswerError):
        check_answers(Job(other, tmp_path / "job", 1))
