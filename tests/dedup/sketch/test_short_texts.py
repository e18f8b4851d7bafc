from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from colophon.dedup.sketch import reference
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.short_texts import (
    MIN_SHINGLES,
    as_compared,
    comparable_sets,
    comparable_sketch,
    exact_sketch,
)
from colophon.dedup.sketch.similarity import jaccard, shingle_sets
from colophon.dedup.sketch.sketches import sketch, sketch_shingles

SCHEME = Scheme()
LONG = " ".join(f"word{number}" for number in range(MIN_SHINGLES + SCHEME.shingle))


def similarity(one: str, other: str) -> float:
    sets = comparable_sets(pa.array([one, other]), SCHEME)
    slots = comparable_sketch(pa.array([one, other]), SCHEME).slots
    assert (slots[0] == slots[1]).all() == (sets.of(0).tolist() == sets.of(1).tolist())
    return jaccard(sets.of(0), sets.of(1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("31 + 47", "31 - 47"),
        ("17", "-17"),
        ("a < b", "a > b"),
        ("Written in C", "Written in C++"),
        ("Pay 5 € now", "Pay 5 $ now"),
        ("Done ✅", "Done ❌"),
        ("☀", "☔"),
        ("x² = 4", "x2 = 4"),
        ("мой", "мои"),
        ("if a:\n    b()\nc()", "if a:\n    b()\n    c()"),
        ("Really?", "Really!"),
        ("US", "us"),
    ],
)
def test_signs_marks_case_and_indentation_keep_short_texts_apart(one, other):
    assert similarity(one, other) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\nb", "a\r\nb"),
        ("a  \nb\t", "a\nb"),
        ("\n\n  a\n", "  a"),
        ("é", unicodedata.normalize("NFD", "é")),
    ],
)
def test_line_ends_white_space_at_ends_and_normal_forms_do_not(one, other):
    assert similarity(one, other) == 1


def test_long_texts_are_compared_by_their_words():
    assert similarity(LONG, LONG.replace("word3 ", "WORD3, ").upper()) == 1
    sets = comparable_sets(pa.array([LONG]), SCHEME)
    assert np.array_equal(sets.of(0), shingle_sets(pa.array([LONG]), SCHEME).of(0))


def test_the_least_number_of_shingles_that_are_compared_by_words():
    shortest = " ".join(LONG.split()[: MIN_SHINGLES + SCHEME.shingle - 1])
    assert len(reference.shingles(shortest.encode(), SCHEME)) == MIN_SHINGLES
    assert similarity(shortest, shortest.upper()) == 1
    shorter = " ".join(shortest.split()[:-1])
    assert similarity(shorter, shorter.upper()) == 0


@given(st.lists(st.text(max_size=30) | st.just(LONG), max_size=6))
def test_sets_and_sketches_say_the_same_in_any_company(texts):
    array = pa.array(texts, pa.large_string())
    together = comparable_sketch(array, SCHEME)
    assert together.shingles.tolist() == sketch(array, SCHEME).shingles.tolist()
    assert np.array_equal(sketch_shingles(comparable_sets(array, SCHEME), SCHEME), together.slots)
    for text, slots in zip(texts, together.slots, strict=True):
        assert np.array_equal(comparable_sketch(pa.array([text]), SCHEME).slots[0], slots)


@given(st.text())
def test_a_text_as_compared_is_compared_as_itself(text):
    assert as_compared(as_compared(text)) == as_compared(text)


def test_a_source_that_takes_part_exactly_resembles_the_very_same_text_alone():
    texts = pa.array([LONG, LONG, LONG + " ", "a", "a"])
    slots = exact_sketch(texts, SCHEME).slots
    assert (slots[0] == slots[1]).all()
    assert (slots[3] == slots[4]).all()
    assert (slots[0] != slots[2]).mean() > 0.9
    assert (slots[0] != comparable_sketch(texts, SCHEME).slots[0]).mean() > 0.9


@pytest.mark.parametrize(
    ("text", "written"),
    [("31 + 47", b"31 + 47"), ("мой", "мой".encode()), ("e\u0301\r\n  b ", "é\n  b".encode()), ("  a", b"  a")],
)
def test_a_short_text_is_the_hash_that_the_definition_names(text, written):
    assert comparable_sets(pa.array([text]), SCHEME).of(0).tolist() == [xxhash.xxh3_64_intdigest(written, 1)]


def test_hashes_of_short_texts_stay_what_they_are():
    texts = pa.array(["31 + 47", "31 - 47", "мой", "✅"])
    assert comparable_sets(texts, SCHEME).values.tolist() == [
        0x9718B38A51D55D1F,
        0xA2BAC94B15EDFA87,
        0x7ED36DDDB9C620C2,
        0xAEE9716B873AA0C6,
    ]
