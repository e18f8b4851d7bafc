from __future__ import annotations

import pytest
from datasketch.lsh import MinHashLSH

from colophon.config.band_choice import MAX_SLOTS, Bands, best_bands


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97])
def test_the_choice_is_that_of_datasketch(threshold):
    index = MinHashLSH(threshold=threshold, num_perm=MAX_SLOTS)
    assert best_bands(threshold) == Bands(index.b, index.r)


def test_detection_is_the_probability_to_share_a_band():
    assert Bands(14, 8).detection(0.8) == pytest.approx(1 - (1 - 0.8**8) ** 14)
    assert Bands(3, 2).detection(1.0) == 1.0
