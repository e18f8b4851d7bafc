"""Records of a stream that is cut, damaged and hostile."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.formats import warc_records as module
from colophon.connectors.formats.warc_records import DamagedPlace, RecordExtent, WarcRecord, warc_records
from colophon.vocabulary import RejectReason


def record(block=b"words", length=None, fields=b"WARC-Type: resource\r\n"):
    length = len(block) if length is None else length
    return b"WARC/1.1\r\n" + fields + b"Content-Length: %d\r\n\r\n" % length + block + b"\r\n\r\n"


def read(stored):
    stream = stored if isinstance(stored, io.BufferedReader) else io.BufferedReader(io.BytesIO(stored))
    return list(warc_records(stream, lambda _: True))


def blocks(stored):
    return [r.block if isinstance(r, WarcRecord) else r for r in read(stored)]


class Failing(io.RawIOBase):
    """Parts of a stream, with damage between them."""

    def __init__(self, *parts):
        self._parts = [io.BytesIO(part) for part in parts]

    def readable(self):
        return True

    def readinto(self, buffer):
        read = self._parts[0].readinto(buffer)
        if not read and len(self._parts) > 1:
            del self._parts[0]
            raise StreamDamagedError(RejectReason.UNPARSABLE, "compressed_stream_damaged")
        return read


DAMAGE = DamagedPlace(RejectReason.UNPARSABLE, "compressed_stream_damaged")


@pytest.mark.parametrize("cut", [0, 3, 20, 54])
def test_behind_damage_of_the_stream_the_next_record_is_read(cut):
    parts = (record(b"one") + record(b"half")[:cut], record(b"two"), record(b"three"))
    assert blocks(io.BufferedReader(Failing(*parts))) == [b"one", DAMAGE, b"two", DAMAGE, b"three"]


def test_damage_behind_the_last_record_is_told():
    assert blocks(io.BufferedReader(Failing(record(b"one"), b""))) == [b"one", DAMAGE]


@pytest.mark.parametrize("head", [b"", b"WARC/1.1\r\n", b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: htt"])
def test_half_a_head_is_one_place_wherever_it_stands(head):
    cut = DamagedPlace(RejectReason.TRUNCATED, "warc_header")
    assert blocks(record() + head) == [b"words", *([cut] if head else [])]


def test_garbage_of_any_length_is_one_place(monkeypatch):
    monkeypatch.setattr(module, "_PIECE_BYTES", 256)
    for size in (1, 100, 255, 256, 257, 1000, 5000):
        garbage = DamagedPlace(RejectReason.UNPARSABLE, "warc_header")
        assert blocks(record(b"1") + b"x" * size + b"\n" + record(b"2")) == [b"1", garbage, b"2"]


def test_an_address_as_long_as_a_picture_is_read():
    fields = b"WARC-Type: resource\r\nWARC-Target-URI: data:image/png;base64," + b"A" * 300_000 + b"\r\n"
    assert blocks(record(fields=fields)) == [b"words"]


def test_fields_may_be_folded_and_repeated_and_hold_any_bytes():
    fields = b"warc-TYPE : resource\r\nX-Long: one\r\n\ttwo\r\nX-Long: three\r\nX-Bytes: caf\xe9\r\n"
    (one,) = read(record(fields=fields))
    assert one.fields == {"warc-type": "resource", "x-long": "one two", "x-bytes": "café", "content-length": "5"}


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\n\n", b"\r\n" * 6])
def test_any_number_of_empty_lines_may_follow_a_record(end):
    stored = record().removesuffix(b"\r\n\r\n") + end
    assert blocks(stored * 3) == [b"words"] * 3


def test_a_block_that_holds_records_is_one_where_its_length_is_right():
    inner = record(b"inner") * 3
    assert [(r.extent, r.block) for r in read(record(inner))] == [(RecordExtent.DECLARED, inner)]


@given(st.binary(max_size=300), st.integers(min_value=-400, max_value=400))
def test_every_stream_comes_to_an_end_with_all_whole_records_in_it(garbage, error):
    block, last = b"a block of words", b"2" * 500  # longer than any error, so that no wrong end is a right one
    stored = record(b"1") + record(block, max(0, len(block) + error)) + garbage + b"\n\n" + record(last)
    found = blocks(stored)
    assert (found[0], found[-1]) == (b"1", last)


@pytest.mark.parametrize("stored", [
    record(b"x" * 10, 200 * 2**20), record(b"x" * 10, 3), b"WARC/1.1\r\nA: b\r\n\r\n", b"WARC/1.1\r\n", b"\nWARC/",
], ids=range(5))  # fmt: skip
def test_hostile_records_take_linear_time(stored):
    seconds = []
    for count in (4_000, 16_000):
        start = time.process_time()
        read(stored * count)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 12 * seconds[0] + 0.5
