from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.dedup import assignment_reference
from colophon.dedup.assignment import (
    GONE,
    MAX_REPRESENTATIVES,
    Assignment,
    Component,
    ExactSimilarities,
    assign,
    pair_of,
    rows_of,
)
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme

SCHEME = Scheme()
THRESHOLD = 0.8


def sketches(rng, originals, copies, differing):
    """`copies` sketches of each of `originals`, each with some slots changed."""
    made = np.repeat(rng.integers(0, 65_536, (originals, SCHEME.slots), dtype=np.uint16), copies, axis=0)
    for row in made:
        at = rng.choice(SCHEME.slots, rng.integers(0, differing + 1), replace=False)
        row[at] = rng.integers(0, 65_536, len(at), dtype=np.uint16)
    return made


def component(slots, of=None, group=None):
    count = len(slots)
    return Component(
        np.zeros(count, np.int64) if of is None else of,
        np.arange(count) if group is None else group,
        slots,
        band_keys(slots, SCHEME),
    )


def answers(known):
    pairs = np.array([pair_of(*pair) for pair in known], np.uint64)
    order = np.argsort(pairs)
    return ExactSimilarities(pairs[order], np.array(list(known.values()), float)[order])


def with_agreeing(slots, agreeing):
    """A sketch that agrees with another in so many slots, from the first on."""
    copy = slots.copy()
    copy[agreeing:] ^= np.uint16(1)
    return copy


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), originals=st.integers(1, 6), copies=st.integers(1, 8), differing=st.integers(0, 40))
def test_kernel_and_plain_twin_agree_in_every_round(seed, originals, copies, differing):
    rng = np.random.default_rng(seed)
    slots = sketches(rng, originals, copies, differing)[rng.permutation(originals * copies)]
    of = np.sort(rng.integers(0, 3, len(slots)))
    group = np.arange(len(slots))
    for row in range(1, len(slots)):
        if of[row] == of[row - 1] and rng.random() < 0.15:
            group[row], slots[row] = group[row - 1], slots[group[row - 1]]
    rows, known = component(slots, of, group), ExactSimilarities.none()
    for _ in range(20):
        fast, plain = assign(rows, known, THRESHOLD), assignment_reference.assign(rows, known, THRESHOLD)
        for field in Assignment.__slots__:
            assert np.array_equal(getattr(fast, field), getattr(plain, field)), field
        if not len(fast.needed):
            return
        more = {
            tuple(int(x) for x in pair): rng.choice([GONE, 0.5, 0.79, 0.8, 1.0])
            for pair in zip(*rows_of(fast.needed), strict=True)
        }
        old = {
            tuple(int(x) for x in pair): s
            for pair, s in zip(zip(*rows_of(known.pair), strict=True), known.similarity, strict=True)
        }
        known = answers(old | more)
    pytest.fail("the questions never end")


def test_far_above_the_threshold_the_estimate_decides():
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    made = assign(component(np.stack([one, with_agreeing(one, 110)])), ExactSimilarities.none(), THRESHOLD)
    assert made.representative.tolist() == [0, 0]
    assert made.estimated.tolist() == [False, True]
    assert not len(made.needed)


def test_near_the_threshold_a_pair_is_asked_for():
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    made = assign(component(np.stack([one, with_agreeing(one, 95)])), ExactSimilarities.none(), THRESHOLD)
    assert made.needed.tolist() == [int(pair_of(1, 0))]


@pytest.mark.parametrize(("exact", "joins"), [(0.8, True), (0.799, False)])
def test_the_exact_similarity_decides_where_it_was_asked_for(exact, joins):
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    made = assign(component(np.stack([one, with_agreeing(one, 95)])), answers({(1, 0): exact}), THRESHOLD)
    assert (made.representative[1] == 0) is np.bool_(joins)
    assert not made.estimated[1]
    assert not len(made.needed)


@pytest.mark.parametrize(("agreeing", "joins"), [(103, True), (98, False)])
def test_a_text_that_is_gone_is_removed_only_well_above_the_threshold(agreeing, joins):
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    made = assign(component(np.stack([one, with_agreeing(one, agreeing)])), answers({(1, 0): GONE}), THRESHOLD)
    assert (made.representative[1] == 0) is np.bool_(joins)
    assert made.unverified == (not joins)


def test_unlike_documents_are_never_chained_together():
    # The second is similar to the first, the third to the second alone.
    first = np.arange(SCHEME.slots, dtype=np.uint16)
    second = with_agreeing(first, 110)
    third = second.copy()
    third[:40] ^= np.uint16(2)
    made = assign(component(np.stack([first, second, third])), answers({(2, 0): 0.5}), THRESHOLD)
    assert made.representative.tolist() == [0, 0, 2]


def test_components_do_not_meet():
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    made = assign(component(np.stack([one, one]), of=np.array([0, 1])), ExactSimilarities.none(), THRESHOLD)
    assert made.representative.tolist() == [0, 1]


def test_equal_texts_share_their_representative_and_are_compared_once():
    one = np.arange(SCHEME.slots, dtype=np.uint16)
    near = with_agreeing(one, 110)
    made = assign(
        component(np.stack([one, near, near]), group=np.array([0, 1, 1])), ExactSimilarities.none(), THRESHOLD
    )
    assert made.representative.tolist() == [0, 0, 0]
    assert made.compared == 1


def strangers(count, bands=1):
    """Sketches with so many bands in common, and nothing else."""
    slots = np.random.default_rng(1).integers(0, 65_536, (count, SCHEME.slots), dtype=np.uint16)
    slots[:, : bands * SCHEME.rows] = 7
    return slots


def test_a_document_is_compared_with_so_many_representatives_and_no_more():
    made = assign(component(strangers(MAX_REPRESENTATIVES + 10)), ExactSimilarities.none(), THRESHOLD)
    assert made.compared == sum(min(row, MAX_REPRESENTATIVES) for row in range(MAX_REPRESENTATIVES + 10))
    assert made.cut == 9


def test_a_copy_meets_its_original_behind_more_strangers_than_the_limit():
    slots = strangers(MAX_REPRESENTATIVES + 10, bands=3)
    slots[-1] = slots[-2]
    made = assign(component(slots), ExactSimilarities.none(), THRESHOLD)
    assert made.representative[-1] == len(slots) - 2
    assert made.cut == 8, "strangers alone: the copy joined"


def test_a_copy_that_shares_only_what_all_share_is_cut_and_counted():
    slots = strangers(MAX_REPRESENTATIVES + 10)
    slots[-1] = with_agreeing(slots[-2], SCHEME.rows)
    made = assign(component(slots), ExactSimilarities.none(), THRESHOLD)
    assert made.representative[-1] == len(slots) - 1
    assert made.cut == 9


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(60, 160), values=st.integers(2, 4))
def test_kernel_and_plain_twin_take_the_same_representatives_beyond_the_limit(seed, rows, values):
    rng = np.random.default_rng(seed)
    slots = rng.integers(0, 65_536, (rows, SCHEME.slots), dtype=np.uint16)
    # Each band is one of few, some taken more often than others.
    kinds = rng.integers(0, 65_536, (values, SCHEME.slots), dtype=np.uint16)
    for band in range(4):
        of = slice(band * SCHEME.rows, (band + 1) * SCHEME.rows)
        taken = rng.integers(0, 3 + band * 20, rows)
        slots[taken < values, of] = kinds[taken[taken < values], of]
    copies = rng.integers(1, rows, rows // 5)
    slots[copies] = slots[copies - 1]
    fast, plain = (
        of(component(slots), ExactSimilarities.none(), THRESHOLD) for of in (assign, assignment_reference.assign)
    )
    for field in Assignment.__slots__:
        assert np.array_equal(getattr(fast, field), getattr(plain, field)), field


def test_a_hot_bucket_takes_linear_time_not_squared():
    def comparisons(rows):
        rng = np.random.default_rng(2)
        slots = rng.integers(0, 65_536, (rows, SCHEME.slots), dtype=np.uint16)
        slots[:, : SCHEME.rows] = 7
        return assign(component(slots), ExactSimilarities.none(), THRESHOLD).compared

    assert comparisons(8_000) <= 8_000 * MAX_REPRESENTATIVES
