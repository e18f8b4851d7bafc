from __future__ import annotations

import bz2
import gzip
import io
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.files.compression import (
    Compression,
    StreamDamagedError,
    compression_by_name,
    compression_of,
    decompressed,
    name_inside,
)

PACKERS = {
    Compression.GZIP: gzip.compress,
    Compression.ZSTD: zstandard.compress,
    Compression.BZIP2: bz2.compress,
}


def unpack_until_damage(stored, compression):
    stream = decompressed(io.BufferedReader(io.BytesIO(stored)), compression)
    content = b""
    try:
        while piece := stream.read1(100):
            content += piece
    except StreamDamagedError as damage:
        return content, damage.detail
    return content, None


@pytest.mark.parametrize("compression", PACKERS)
@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_members_follow_each_other(compression, parts):
    stored = b"".join(PACKERS[compression](part) for part in parts)
    assert compression_of("x", stored[:10]) is compression
    assert unpack_until_damage(stored, compression) == (b"".join(parts), None)


@pytest.mark.parametrize("compression", PACKERS)
@given(data=st.data())
def test_every_cut_is_noticed_and_what_came_before_is_given(compression, data):
    content = bytes(range(256)) * 8
    first, second = PACKERS[compression](content), PACKERS[compression](content)
    cut = data.draw(st.integers(len(first) + 1, len(first) + len(second) - 1))
    unpacked, detail = unpack_until_damage((first + second)[:cut], compression)
    assert detail == "compressed_stream_cut"
    assert unpacked.startswith(content)


@pytest.mark.parametrize("compression", PACKERS)
def test_bytes_behind_the_last_member_are_damage(compression):
    unpacked, detail = unpack_until_damage(PACKERS[compression](b"content") + b"no member at all", compression)
    assert (unpacked, detail) == (b"content", "compressed_stream_damaged")


def parts_between_damage(stored, compression):
    stream = decompressed(io.BufferedReader(io.BytesIO(stored)), compression)
    parts = [b""]
    while True:
        try:
            if not (piece := stream.read1(1000)):
                return parts
            parts[-1] += piece
        except StreamDamagedError:
            parts.append(b"")


@pytest.mark.parametrize("compression", PACKERS)
@pytest.mark.parametrize("size", [100, 30_000, 300_000])
def test_behind_a_damaged_member_the_next_one_is_read(compression, size):
    contents = [random.Random(seed).randbytes(size // 2).hex().encode() for seed in range(4)]
    packed = PACKERS | {Compression.ZSTD: zstandard.ZstdCompressor(write_checksum=True).compress}
    members = [bytearray(packed[compression](content)) for content in contents]
    middle = len(members[1]) // 2
    members[1][middle : middle + 30] = b"\xff" * 30
    first, *others = parts_between_damage(b"".join(members), compression)
    assert first.startswith(contents[0])
    assert others[-1].endswith(contents[2] + contents[3])


@pytest.mark.parametrize("compression", PACKERS)
def test_starts_of_members_without_end_are_given_up(compression):
    start = PACKERS[compression](b"content")[:10]
    parts = parts_between_damage(start * 50_000, compression)
    assert len(parts) <= 1_001


@pytest.mark.parametrize("compression", PACKERS)
def test_an_empty_file_that_should_be_compressed_is_cut(compression):
    assert unpack_until_damage(b"", compression) == (b"", "compressed_stream_empty")


def test_zeros_behind_gzip_are_padding():
    assert unpack_until_damage(gzip.compress(b"content") + bytes(20_000), Compression.GZIP) == (b"content", None)


def test_a_skippable_zstd_frame_is_passed_over():
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"abcd"
    stored = skippable + zstandard.compress(b"content")
    assert compression_of("x", stored[:10]) is Compression.ZSTD
    assert unpack_until_damage(stored, Compression.ZSTD) == (b"content", None)


def test_text_that_only_looks_like_a_mark_is_plain():
    assert compression_of("a.txt", b"BZh9 is no") is Compression.NONE
    assert compression_of("a.gz", b"plain text") is Compression.NONE


def test_names_tell_the_compression_and_what_is_inside():
    assert compression_by_name("dir/A.JSONL.GZ") is Compression.GZIP
    assert name_inside("dir/a.tsv.zst") == "dir/a.tsv"
    assert name_inside("dir/a.tsv") == "dir/a.tsv"
