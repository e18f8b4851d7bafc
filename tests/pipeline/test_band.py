from __future__ import annotations

from colophon.pipeline.band import BATCH_BYTES_A_ROW, HELD_PER_PARTITION_BYTE, Room


def test_the_shuffle_and_what_workers_hold_fit_in_the_memory_together():
    for workers in (1, 2, 8):
        room = Room.of(2**30, workers)
        held = room.batch_rows * BATCH_BYTES_A_ROW
        assert workers * (room.shuffle_bytes + held) <= 2**30
        assert workers * (room.partition_bytes * HELD_PER_PARTITION_BYTE + room.shuffle_bytes) <= 2**30
