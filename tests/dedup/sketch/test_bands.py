from __future__ import annotations

import numpy as np
import pytest

from colophon.dedup.sketch import reference
from colophon.dedup.sketch.bands import band_keys, estimate
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import BadArgumentError


@pytest.mark.parametrize("scheme", [Scheme(), Scheme(5, 9, 3), Scheme(5, 5, 5), Scheme(5, 4, 1), Scheme(5, 2, 13)])
def test_kernel_and_twin_give_the_same_keys(scheme: Scheme) -> None:
    slots = np.random.default_rng(1).integers(0, 2**16, (20, scheme.slots), np.uint16)
    assert band_keys(slots, scheme).tolist() == [reference.band_keys(row, scheme) for row in slots.tolist()]


def test_a_key_depends_on_its_band_alone() -> None:
    scheme = Scheme()
    slots = np.random.default_rng(2).integers(0, 2**16, (1, scheme.slots), np.uint16)
    before = band_keys(slots, scheme)
    for slot in range(scheme.slots):
        changed = slots.copy()
        changed[0, slot] ^= 1
        assert np.flatnonzero(band_keys(changed, scheme) != before).tolist() == [slot // scheme.rows]


def test_equal_slots_in_different_bands_give_different_keys() -> None:
    assert len(set(band_keys(np.zeros((1, 112), np.uint16), Scheme())[0].tolist())) == 14


def test_a_view_that_is_not_contiguous() -> None:
    slots = np.random.default_rng(3).integers(0, 2**16, (10, 224), np.uint16)
    assert np.array_equal(band_keys(slots[::2, ::2], Scheme()), band_keys(slots[::2, ::2].copy(), Scheme()))


def test_slots_of_another_width_are_refused() -> None:
    with pytest.raises(BadArgumentError, match="112"):
        band_keys(np.zeros((1, 128), np.uint16), Scheme())


def test_estimate_takes_accidental_agreement_off() -> None:
    a = np.arange(112, dtype=np.uint16)[None, :]
    b = a.copy()
    b[0, 56:] += 1000
    assert estimate(a, a).tolist() == [1.0]
    assert estimate(a, a + np.uint16(1)).tolist() == [0.0]
    assert estimate(a, b)[0] == pytest.approx((0.5 - 2**-16) / (1 - 2**-16))
