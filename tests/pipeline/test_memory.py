from __future__ import annotations

import numpy as np
import pytest

from colophon.pipeline.memory import (
    MIN_DATA_BYTES,
    WORKER_BYTES,
    database_bytes,
    least_bytes,
    left_bytes,
    most_workers,
    release,
)


def test_what_is_left_shrinks_by_what_this_process_takes():
    release()
    before = left_bytes(2**36)
    held = np.ones(2**27, np.uint8)
    assert before - left_bytes(2**36) == pytest.approx(held.nbytes, rel=0.25)


def test_each_further_worker_takes_its_share():
    assert left_bytes(2**36, 2) - left_bytes(2**36, 5) == pytest.approx(3 * WORKER_BYTES, abs=2**24)


def test_data_has_a_floor():
    assert left_bytes(1) == MIN_DATA_BYTES
    assert 2**26 < database_bytes(1) < MIN_DATA_BYTES


def test_as_many_workers_as_fit_never_need_more_than_there_is():
    for memory_bytes in (2**30, 3 * 2**30, 2**34):
        for asked in (2, 8, 64):
            workers = most_workers(memory_bytes, asked)
            assert workers == asked or least_bytes(workers + 1) > memory_bytes
            assert least_bytes(workers) <= memory_bytes
    assert most_workers(1, 64) == 1
