"""N-grams of evaluation items and where they occur, against the plain twin of the kernel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.analyzers.contamination import NgramIndex, Ngrams, evaluation_ngrams, find_ngrams
from colophon.dedup.sketch import reference

MOST, LEAST = 13, 5

#: Few words, so that texts share n-grams and repeat their own; some are one word of several characters or bytes.
WORDS = st.sampled_from(["a", "b", "Straße", "ﬁne", "日本", "x" * 20, "ÅNGSTRÖM", "1"])
TEXTS = st.lists(st.lists(WORDS, max_size=40).map(" ".join), max_size=6)


def rows(ngrams: Ngrams) -> list[tuple[int, int, int]]:
    return list(zip(ngrams.texts.tolist(), ngrams.words.tolist(), ngrams.hashes.tolist(), strict=True))


def signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def plain_ngrams(text: str, size: int) -> set[int]:
    hashes = [reference.word_hash(word) for word in reference.words(text.encode())]
    windows = (hashes[i : i + size] for i in range(len(hashes) - size + 1))
    return {signed(reference.scramble(reference.polynomial(window))) for window in windows}


def plain_items(texts: list[str], most: int, least: int) -> list[tuple[int, int, int]]:
    found = []
    for place, text in enumerate(texts):
        size = min(most, len(reference.words(text.encode())))
        if size >= least:
            found += [(place, size, value) for value in plain_ngrams(text, size)]
    return sorted(found)


def index_of(items: list[str], most: int = MOST, least: int = LEAST) -> NgramIndex:
    ngrams = evaluation_ngrams(pa.array(items, pa.string()), most, least)
    return NgramIndex.of(ngrams.words, ngrams.hashes)


def found(texts: list[str | None], index: NgramIndex) -> list[tuple[int, int, int]]:
    return rows(find_ngrams(pa.array(texts, pa.string()), index))


def numbered(count: int, start: int = 0) -> str:
    return " ".join(f"word{n}" for n in range(start, start + count))


class TestItems:
    @given(TEXTS, st.integers(5, 9))
    @settings(max_examples=60, deadline=None)
    def test_are_those_of_the_plain_twin(self, texts, most):
        ngrams = evaluation_ngrams(pa.array(texts, pa.string()), most, LEAST)
        assert rows(ngrams) == plain_items(texts, most, LEAST)

    def test_of_n_words_and_more_have_an_ngram_for_each_place(self):
        ngrams = evaluation_ngrams(pa.array([numbered(13), numbered(20)]), MOST, LEAST)
        assert np.bincount(ngrams.texts).tolist() == [1, 8]
        assert set(ngrams.words.tolist()) == {13}

    def test_of_fewer_words_are_one_ngram_of_all_their_words(self):
        ngrams = evaluation_ngrams(pa.array([numbered(12), numbered(5)]), MOST, LEAST)
        assert ngrams.words.tolist() == [12, 5]

    def test_too_short_to_tell_from_chance_have_none(self):
        assert rows(evaluation_ngrams(pa.array([numbered(4), "", "...", None]), MOST, LEAST)) == []


class TestFinding:
    @given(TEXTS, TEXTS, st.integers(5, 9))
    @settings(max_examples=60, deadline=None)
    def test_gives_what_the_plain_twin_gives(self, items, texts, most):
        known = {(size, value) for _, size, value in plain_items(items, most, LEAST)}
        sizes = {size for size, _ in known}
        expected = sorted(
            (place, size, value)
            for place, text in enumerate(texts)
            for size in sizes
            for value in plain_ngrams(text, size)
            if (size, value) in known
        )
        assert found(texts, index_of(items, most)) == expected

    @given(TEXTS, TEXTS, st.integers(1, 5))
    @settings(max_examples=30, deadline=None)
    def test_does_not_depend_on_how_texts_are_cut_into_batches(self, items, texts, batch):
        index = index_of(items, 7)
        pieces = [
            (first + place, size, value)
            for first in range(0, len(texts), batch)
            for place, size, value in found(texts[first : first + batch], index)
        ]
        assert pieces == found(texts, index)

    @given(TEXTS, st.randoms(use_true_random=False))
    @settings(max_examples=30, deadline=None)
    def test_does_not_depend_on_the_order_of_the_items(self, items, order):
        shuffled = order.sample(items, len(items))
        one, other = index_of(items, 7), index_of(shuffled, 7)
        assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in NgramIndex.__slots__)

    def test_meets_a_whole_item_inside_a_text(self):
        item = numbered(20)
        index = index_of([item])
        assert len(found([f"before {item} after"], index)) == 8

    def test_meets_a_short_item_only_where_all_its_words_follow_each_other(self):
        index = index_of([numbered(6)])
        texts = [f"so {numbered(6)} it is", numbered(6), f"{numbered(3)} and {numbered(3, 3)}", numbered(5)]
        assert [(place, size) for place, size, _ in found(texts, index)] == [(0, 6), (1, 6)]

    def test_takes_case_accents_width_and_punctuation_as_the_sketches_do(self):
        index = index_of(["Das schöne Ｆｅｌｄ, im Mai: gelb!"])
        assert len(found(["das SCHÖNE feld im mai gelb"], index)) == 1

    def test_tells_an_ngram_of_five_words_from_the_first_five_of_six(self):
        index = index_of([numbered(5), numbered(6)])
        assert [size for _, size, _ in found([numbered(6)], index)] == [5, 6]

    def test_of_an_empty_index_finds_nothing(self):
        assert found([numbered(50), None], index_of(["too short"])) == []

    def test_of_a_null_finds_nothing(self):
        assert [place for place, _, _ in found([None, numbered(13)], index_of([numbered(13)]))] == [1]

    def test_of_a_text_of_many_words_finds_the_item_at_its_end(self):
        index = index_of([numbered(30, 1_000_000)])
        assert len(found([f"{numbered(200_000)} {numbered(30, 1_000_000)}"], index)) == 18

    def test_of_an_index_of_many_ngrams_finds_every_one_of_them(self):
        text = numbered(100_000)
        assert len(found([text], index_of([text]))) == 100_000 - MOST + 1
