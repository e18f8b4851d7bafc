from __future__ import annotations

from colophon.pipeline.band import BATCH_BYTES_A_ROW, HELD_PER_PARTITION_BYTE, BandingMemory


def test_the_shuffle_and_what_workers_hold_fit_in_the_memory_together():
    for workers in (1, 2, 8):
        memory = BandingMemory.of(2**30, workers)
        held = memory.batch_rows * BATCH_BYTES_A_ROW
        assert workers * (memory.shuffle_bytes + held) <= 2**30
        assert workers * (memory.partition_bytes * HELD_PER_PARTITION_BYTE + memory.shuffle_bytes) <= 2**30
