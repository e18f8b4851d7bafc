from __future__ import annotations

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from colophon.connectors.rows import DamagedFile


def test_a_cut_file_says_how_far_it_was_read(reading, tmp_path):
    content = b"".join(b'{"text": "row %d"}\n' % number for number in range(20_000))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(content)[:-20_000])
    outcome = reading.read("jsonl", "a.jsonl.gz")
    (damaged,) = outcome.damaged_files
    read = len(outcome.texts)
    assert damaged == DamagedFile("a.jsonl.gz", read, read, 1, "compressed_stream_cut")
    assert 1_000 < read < 20_000


def members(content, size, pack):
    """The content in members of so many bytes, each packed for itself, as bgzip and parallel packers write them."""
    return [pack(content[begin : begin + size]) for begin in range(0, len(content), size)]


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.jsonl.gz", gzip.compress), ("a.jsonl.zst", zstandard.ZstdCompressor(write_checksum=True).compress)],
)
@pytest.mark.parametrize("size", [1_900, 1_000], ids=["members_begin_lines", "members_cut_lines"])
def test_json_lines_are_read_on_behind_a_damaged_member(reading, tmp_path, name, pack, size):
    texts = [f"row {number:06d}" for number in range(1_000)]
    content = b"".join(b'{"text":"%s"}\n' % text.encode() for text in texts)
    packed = members(content, size, pack)
    broken = bytearray(packed[2])
    broken[len(broken) // 2] ^= 0xFF
    (tmp_path / name).write_bytes(b"".join([*packed[:2], bytes(broken), *packed[3:]]))
    outcome = reading.read("jsonl", name)
    line = content.index(b"\n") + 1
    behind = -(-3 * size // line)
    assert outcome.texts[-len(texts[behind:]) :] == texts[behind:]
    assert set(outcome.texts) <= set(texts)
    assert outcome.texts[: 2 * size // line] == texts[: 2 * size // line]
    (damaged,) = outcome.damaged_files
    assert (damaged.places, damaged.detail) == (1, "compressed_stream_damaged")


def test_a_file_that_is_whole_is_not_damaged(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "row"}\nno json\n')
    outcome = reading.read("jsonl", "a.jsonl")
    assert (len(outcome.rejects), outcome.damaged_files) == (1, [])


def test_a_page_of_parquet_with_a_wrong_checksum_is_damage(reading, tmp_path):
    texts = [f"text number {number:04d}" for number in range(300)]
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": texts}),
        path,
        row_group_size=100,
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
        write_statistics=False,
    )
    stored = path.read_bytes()
    path.write_bytes(stored.replace(b"text number 0150", b"text number 0151", 1))
    outcome = reading.read("parquet", "a.parquet")
    assert outcome.texts == texts[:100] + texts[200:]
    assert outcome.damaged_files == [DamagedFile("a.parquet", 100, 200, 1, "row_group")]


def test_a_web_archive_that_is_cut_is_damaged(reading, tmp_path):
    record = (
        b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://e.example/\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 5\r\n\r\nhello\r\n\r\n"
    )
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(record) + gzip.compress(record)[:-30])
    outcome = reading.read("warc", "a.warc.gz")
    assert [(d.position, d.rows_read, d.detail) for d in outcome.damaged_files] == [(1, 1, "compressed_stream_cut")]


def test_lines_in_utf16_with_a_mark_are_read(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"text": "gr\u00fcn"}\n{"text": "blau"}\n'.encode("utf-16"))
    (tmp_path / "b.csv").write_bytes("text\ngr\u00fcn\n".encode("utf-16"))
    assert reading.read("jsonl", "a.jsonl").texts == ["gr\u00fcn", "blau"]
    assert reading.read("csv", "b.csv").texts == ["gr\u00fcn"]
