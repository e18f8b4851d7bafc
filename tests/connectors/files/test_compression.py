from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile

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
    Compression.XZ: lzma.compress,
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
    parts = [b"no archive", *parts]
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


def with_dictionary(frame, dictionary, *texts):
    compressor = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
    return b"\x5d\x2a\x4d\x18" + len(frame).to_bytes(4, "little") + frame + b"".join(map(compressor.compress, texts))


DICTIONARY = zstandard.train_dictionary(
    2_000, [f"record {number} of a web archive, {number * 7}".encode() * 3 for number in range(500)]
).as_bytes()


@pytest.mark.parametrize("packed", [DICTIONARY, zstandard.compress(DICTIONARY)], ids=["plain", "packed"])
def test_frames_are_read_with_the_dictionary_that_comes_first(packed):
    stored = with_dictionary(packed, DICTIONARY, b"record 3 of a web archive", b", and more")
    assert compression_of("x", stored[:10]) is Compression.ZSTD
    assert unpack_until_damage(stored, Compression.ZSTD) == (b"record 3 of a web archive, and more", None)


def test_a_missing_dictionary_is_named_as_that():
    stored = with_dictionary(b"", DICTIONARY, b"record 3 of a web archive")[8:]
    assert unpack_until_damage(stored, Compression.ZSTD) == (b"", "zstd_dictionary_missing")


def tar_of_lines():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(member := tarfile.TarInfo("a.jsonl"), io.BytesIO())
        member.size = 2
        archive.addfile(member, io.BytesIO(b"{}"))
    return packed.getvalue()


def zip_of_lines():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jsonl", "{}")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (tar_of_lines(), "tar_archive"),
        (gzip.compress(tar_of_lines()), "tar_archive"),
        (zstandard.compress(tar_of_lines()), "tar_archive"),
        (lzma.compress(tar_of_lines()), "tar_archive"),
        (zip_of_lines(), "zip_archive"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04rest", "7z_archive"),
        (b"\x04\x22\x4d\x18rest", "lz4_is_not_read"),
        (lzma.compress(b"{}", lzma.FORMAT_ALONE), "lzma_is_not_read"),
        (b"PAR1rest", "parquet_file"),
    ],
)
def test_an_archive_is_one_reject_that_names_it(reading, tmp_path, content, code):
    (tmp_path / "a.jsonl").write_bytes(content)
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.reasons == [(0, "unparsable", code)]
    assert [d.detail for d in outcome.damaged_files] == [code]
    assert outcome.texts == []


def test_the_bytes_of_a_file_decide_and_not_its_name(reading, tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(b'{"text": "plain"}\n')
    (tmp_path / "b.jsonl").write_bytes(lzma.compress(b'{"text": "xz"}\n'))
    assert reading.read("jsonl", "a.jsonl.gz", "b.jsonl").texts == ["plain", "xz"]
