from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.dedup.sketch import reference
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.similarity import jaccard, shingle_sets


def test_sets_are_the_twins_ascending_and_distinct() -> None:
    texts = ["a b c d e f a b c d e", "", "one", None, "漢字かな交じり文です", "x " * 50]
    sets = shingle_sets(pa.array(texts), Scheme())
    assert len(sets) == len(texts)
    for i, text in enumerate(texts):
        expected = sorted(reference.shingles(text.encode(), Scheme())) if text is not None else []
        assert sets.of(i).tolist() == expected


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_jaccard_is_that_of_python_sets(a: set[int], b: set[int]) -> None:
    expected = len(a & b) / len(a | b) if a | b else 0.0
    assert jaccard(np.array(sorted(a), np.uint64), np.array(sorted(b), np.uint64)) == expected


def test_texts_that_differ_in_case_accents_width_or_punctuation_are_equal() -> None:
    sets = shingle_sets(pa.array(["Un café crème, s'il vous plaît!", "UN CAFE CREME (ＳＩＬ) VOUS PLAIT"]), Scheme())
    assert jaccard(sets.of(0), sets.of(1)) == 0.0  # "s'il" is two words
    sets = shingle_sets(pa.array(["Un café crème, s'il vous plaît!", "UN CAFE CREME (Ｓ－ＩＬ) VOUS PLAIT"]), Scheme())
    assert jaccard(sets.of(0), sets.of(1)) == 1.0


def test_one_changed_word_of_a_hundred() -> None:
    words = [f"w{n}" for n in range(100)]
    changed = [*words[:50], "other", *words[51:]]
    sets = shingle_sets(pa.array([" ".join(words), " ".join(changed)]), Scheme())
    assert jaccard(sets.of(0), sets.of(1)) == (96 - 5) / (96 + 5)


def test_no_texts() -> None:
    assert len(shingle_sets(pa.array([], pa.large_string()), Scheme())) == 0
