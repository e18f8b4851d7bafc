from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.dedup.sketch import reference
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.dedup.sketch.similarity import shingle_sets
from colophon.dedup.sketch.sketches import sketch, sketch_shingles
from colophon.errors import BadArgumentError

SCHEMES = (Scheme(), Scheme(1, 3, 5), Scheme(3, 26, 11), Scheme(13, 1, 1))


@dataclass(frozen=True)
class Golden:
    name: str
    text: bytes
    words: list[bytes]
    shingles: int
    slots: bytes
    keys: list[int]


def _golden() -> list[Golden]:
    document = json.loads(Path(__file__).with_name("golden_vectors.json").read_text(encoding="utf-8"))
    assert document["scheme"] == Scheme().id
    return [
        Golden(
            v["name"],
            bytes.fromhex(v["text"]),
            [bytes.fromhex(w) for w in v["words"]],
            v["shingles"],
            bytes.fromhex(v["slots"]),
            [int(k, 16) for k in v["band_keys"]],
        )
        for v in document["vectors"]
    ]


# Pieces that meet every branch: each script, each kind of character, word lengths around 8 and 16, broken UTF-8.
_PIECES = [
    "the ", "Quick", "brown fox ", "...", "“quoted” ", "\n", "-", "_", "0", "10 ", "\0", "word " * 30,
    "漢字", "ひらがな", "ガ", "か\u3099", "ｶﾞ", "ที่ไทย", "한국어 ", "हिन्दी ", "\u093f",
    "Привет ", "مرحبا ", "שלום", "١٢", "ﷺ",
    "🙂", "👍🏽", "e\u0301", "é", "\u0301", "ß", "ﬁ", "½", "a\u00adb", "\u200b", "\u200d",
    "w" * 7, "x" * 8, "y" * 9, "z" * 16, "q" * 17, "p" * 100, "\ue000", "\U000323b0", "\U0010ffff", "\uffff",
]  # fmt: skip
_TEXTS = st.lists(
    st.one_of(
        st.sampled_from(_PIECES).map(str.encode),
        st.text(max_size=12).map(lambda s: s.encode("utf-8", "surrogatepass")),
        st.binary(max_size=6),
    ),
    max_size=60,
).map(b"".join)


@settings(max_examples=120, deadline=None)
@given(st.lists(_TEXTS, max_size=6), st.sampled_from(SCHEMES))
def test_kernel_and_twin_give_the_same_bits(texts: list[bytes], scheme: Scheme) -> None:
    block = sketch(pa.array(texts, pa.large_binary()), scheme)
    assert block.slots.tolist() == [reference.sketch(t, scheme) for t in texts]
    assert block.shingles.tolist() == [len(reference.shingles(t, scheme)) for t in texts]


@pytest.mark.parametrize("case", _golden(), ids=lambda case: case.name)
def test_golden_vectors_hold_for_kernel_and_twin(case: Golden) -> None:
    scheme = Scheme()
    block = sketch(pa.array([case.text], pa.binary()), scheme)
    assert block.slots.astype("<u2").tobytes() == case.slots
    assert block.shingles.tolist() == [case.shingles]
    assert band_keys(block.slots, scheme).tolist() == [case.keys]
    assert reference.words(case.text)[:40] == case.words
    assert reference.sketch(case.text, scheme) == block.slots[0].tolist()


@pytest.mark.parametrize("size", [*range(60, 70), *range(120, 135), 4090, 4096, 4100, 9000])
def test_words_across_block_and_window_borders(size: int) -> None:
    text = (b"Ab " * size)[:size] + b"C" * 40 + "é ".encode() + b"tail end " * 3
    scheme = Scheme(2, 14, 8)
    assert sketch(pa.array([text]), scheme).slots[0].tolist() == reference.sketch(text, scheme)


@pytest.mark.parametrize("slots", [63, 64, 65, 112, 127, 128, 129, 136, 300])
def test_later_rounds_across_the_borders_of_registers_and_chunks(slots: int) -> None:
    rng, scheme = np.random.default_rng(slots), Scheme(1, 1, slots)
    texts = [" ".join(map(str, rng.permutation(10_000)[:words])) for words in (1, 63, 64, 65, 130, 511, 512, 513, 1030)]
    assert sketch(pa.array(texts), scheme).slots.tolist() == [reference.sketch(text.encode(), scheme) for text in texts]


def test_word_longer_than_many_windows() -> None:
    text = b"a" * 50_001 + b" b " + b"c" * 20_000
    assert sketch(pa.array([text]), Scheme(1, 2, 8)).slots[0].tolist() == reference.sketch(text, Scheme(1, 2, 8))


def test_buffers_grow_for_expanding_text() -> None:
    text = "ﷺ".encode() * 9_000
    assert sketch(pa.array([text]), Scheme()).slots[0].tolist() == reference.sketch(text, Scheme())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=80), st.randoms())
def test_order_and_repetition_of_shingles_never_matter(numbers: list[int], random: object) -> None:
    again = numbers + numbers[: len(numbers) // 2]
    random.shuffle(again)  # type: ignore[attr-defined]
    block = sketch(pa.array([" ".join(map(str, numbers)), " ".join(map(str, again))]), Scheme(shingle=1))
    assert np.array_equal(block.slots[0], block.slots[1])
    assert block.shingles.tolist() == [len(set(numbers))] * 2


def test_sketch_does_not_depend_on_the_rest_of_the_batch() -> None:
    texts = [case.text for case in _golden()] * 3
    together = sketch(pa.array(texts, pa.large_binary()), Scheme()).slots
    alone = np.concatenate([sketch(pa.array([t], pa.large_binary()), Scheme()).slots for t in texts])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.string_view()])
def test_every_type_of_text_slices_and_nulls(kind: pa.DataType) -> None:
    texts = ["left out", "One two three four five six", None, "", "größer", "left out too"]
    whole = pa.array(texts, pa.string()).cast(kind)
    block = sketch(whole.slice(1, 4), Scheme())
    assert block.slots[0].tolist() == reference.sketch(b"One two three four five six", Scheme())
    assert block.shingles.tolist() == [2, 0, 1, 1]
    assert not block.slots[1].any()
    assert block.slots[3].tolist() == reference.sketch("größer".encode(), Scheme())


def test_dictionary_of_texts() -> None:
    texts = pa.array(["a b", "c d", "a b"])
    assert np.array_equal(sketch(texts.dictionary_encode(), Scheme()).slots, sketch(texts, Scheme()).slots)


def test_no_texts_give_an_empty_block() -> None:
    for empty in (pa.array([], pa.large_string()), pa.array(["a"])[:0], pa.nulls(2, pa.string())[:0]):
        assert sketch(empty, Scheme()).slots.shape == (0, 112)


def test_an_array_of_numbers_is_refused() -> None:
    with pytest.raises(BadArgumentError, match="an Arrow array of strings or bytes"):
        sketch(pa.array([1]), Scheme())


def test_short_texts_merge_only_where_their_normalised_forms_agree() -> None:
    forms = [b"", b"!", b"?", b"!!", b"\0", b"\0\0", b"a", b"b", b"a a", b"ab", b"a b", b"b a", b"a b c d",
             b"a b c d e", b"a b c d d", "é".encode(), b"\xe9", b"\xe8", "漢".encode(), "字".encode(), "漢字".encode(),
             "👍".encode(), "👎".encode()]  # fmt: skip
    texts = [f for f in forms if f != "é".encode()]
    slots = sketch(pa.array(texts, pa.binary()), Scheme()).slots
    agreeing = (slots[:, None, :] == slots[None, :, :]).sum(axis=2)
    np.fill_diagonal(agreeing, 0)
    assert agreeing.max() <= 2  # by accident, 2**-16 a slot
    same = sketch(pa.array([b"A, b!", b"a b", b"(a) B..."], pa.binary()), Scheme()).slots
    assert np.array_equal(same[0], same[1])
    assert np.array_equal(same[0], same[2])


def _pair(rng: np.random.Generator, union: int, shared: int) -> list[str]:
    """Two texts of one-word shingles with `shared` of `union` words in common."""
    names = [f"{n:x}" for n in rng.choice(2**48, union, replace=False)]
    half = (union - shared) // 2
    return [" ".join(names[: shared + half]), " ".join(names[:shared] + names[shared + half :])]


@pytest.mark.parametrize("union", [10, 40, 200, 1000])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_slots_agree_as_often_as_shingles_are_shared(union: int, part: float) -> None:
    rng, pairs, scheme = np.random.default_rng([union, int(part * 10)]), 400, Scheme(shingle=1)
    shared = round(part * union)
    block = sketch(pa.array([text for _ in range(pairs) for text in _pair(rng, union, shared)]), scheme)
    agreeing = np.mean(block.slots[0::2] == block.slots[1::2])
    # Slots of a sketch repel each other or are independent, so the error is at most that of independent draws.
    error = np.sqrt(part * (1 - part) / (pairs * scheme.slots))
    assert abs(agreeing - (shared / union + 2**-16)) < 4.5 * error


def test_unlike_texts_agree_in_few_slots() -> None:
    rng = np.random.default_rng(7)
    block = sketch(pa.array([text for _ in range(3000) for text in _pair(rng, 40, 0)]), Scheme(shingle=1))
    agreeing = int(np.sum(block.slots[0::2] == block.slots[1::2]))
    expected = 3000 * 112 / 2**16
    assert abs(agreeing - expected) < 5 * np.sqrt(expected)


def test_slots_spread_over_all_values() -> None:
    texts = [f"number {n} of many short texts" for n in range(2000)]
    slots = sketch(pa.array(texts), Scheme()).slots
    high_bits = np.bincount(slots.ravel() >> 8, minlength=256)
    expected = slots.size / 256
    assert np.sum((high_bits - expected) ** 2 / expected) < 255 + 5 * np.sqrt(2 * 255)


def test_large_texts_are_sorted_and_small_ones_hashed_to_the_same_count() -> None:
    words = [f"{n * 2654435761 % 2**32:x}" for n in range(1_100_000)]
    text = pa.array([" ".join(words) + " " + words[0]], pa.large_string())
    scheme = Scheme(shingle=1)
    assert sketch(text, scheme).shingles.tolist() == [len(set(words))]
    assert len(shingle_sets(text, scheme).of(0)) == len(set(words))
    half = pa.array([" ".join(words[:500_000] * 2)], pa.large_string())
    assert sketch(half, scheme).shingles.tolist() == [500_000]


def test_the_interpreter_runs_on_while_a_batch_is_sketched() -> None:
    sketch(pa.array(["warm"]), Scheme())
    texts = pa.array([" ".join(f"w{n}" for n in range(200_000))] * 8, pa.large_string())
    worker = threading.Thread(target=sketch, args=(texts, Scheme()))
    steps = 0
    worker.start()
    while worker.is_alive():
        steps += 1
        time.sleep(0.001)
    assert steps >= 3  # with the GIL held the loop could not turn before the end


@given(st.lists(st.binary(max_size=300), max_size=8), st.sampled_from(SCHEMES))
@settings(max_examples=40, deadline=None)
def test_sets_of_shingles_give_the_sketches_of_their_texts(texts: list[bytes], scheme: Scheme) -> None:
    array = pa.array(texts, pa.large_binary())
    assert np.array_equal(sketch_shingles(shingle_sets(array, scheme), scheme), sketch(array, scheme).slots)


def test_an_empty_set_of_shingles_gives_zeros() -> None:
    sets = shingle_sets(pa.array([None, "a text of a few words"]), Scheme())
    slots = sketch_shingles(sets, Scheme())
    assert not slots[0].any()
    assert slots[1].any()
