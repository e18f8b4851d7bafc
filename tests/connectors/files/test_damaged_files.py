from __future__ import annotations

import bz2
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


LINES = [b'{"text": "row %d"}' % number for number in range(6)]
TABLE = b"id,text\n" + b"".join(b"%d,row %d\n" % (number, number) for number in range(6))


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("jsonl", "a.jsonl", b"<!DOCTYPE html><html><body>404 Not found</body></html>"),
        ("jsonl", "a.jsonl", b"".join(b"{'text': 'row %d'}\n" % number for number in range(6))),
        ("jsonl", "a.json", b"window.rows = [" + b", ".join(LINES) + b"];"),
        ("csv", "a.csv", b"<!DOCTYPE html>\n<p>404, not found, try again</p>\n"),
        ("csv", "a.csv", TABLE.replace(b",", b";")),
        ("csv", "a.csv", TABLE.replace(b"text", b"texts")),
    ],
    ids=["page", "python", "script", "page_as_table", "other_delimiter", "other_columns"],
)
def test_a_file_of_which_no_row_can_be_read_is_damaged(reading, tmp_path, kind, name, content):
    (tmp_path / name).write_bytes(content)
    (damaged,) = reading.read(kind, name).damaged_files
    assert damaged == DamagedFile(name, 0, 0, 1, "every_row")


@pytest.mark.parametrize("content", [b'{"text": null}', b'{"other": 1}', b""])
def test_a_file_with_one_row_that_has_no_text_is_whole(reading, tmp_path, content):
    (tmp_path / "a.jsonl").write_bytes(content)
    assert reading.read("jsonl", "a.jsonl").damaged_files == []


def test_a_text_file_that_cannot_be_read_is_a_row_that_was_lost(reading, tmp_path):
    (tmp_path / "a.txt").write_bytes("schöne Grüße".encode("latin-1"))
    outcome = reading.read("text", "a.txt")
    assert (len(outcome.rejects), outcome.damaged_files) == (1, [])


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_last_line_that_is_cut_says_that_rows_may_be_gone(reading, tmp_path, newline):
    (tmp_path / "a.jsonl").write_bytes(newline.join(LINES)[:-5])
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.texts == [f"row {number}" for number in range(5)]
    (damaged,) = outcome.damaged_files
    assert (damaged.rows_read, damaged.detail) == (5, "cut_line")


def test_a_last_line_without_an_end_is_whole(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(LINES))
    (tmp_path / "b.csv").write_bytes(TABLE.rstrip(b"\n"))
    assert reading.read("jsonl", "a.jsonl").damaged_files == []
    assert reading.read("csv", "b.csv").damaged_files == []


def test_a_last_row_of_a_table_that_is_cut_says_that_rows_may_be_gone(reading, tmp_path):
    (tmp_path / "a.csv").write_bytes(TABLE[: TABLE.rindex(b",")])
    (damaged,) = reading.read("csv", "a.csv").damaged_files
    assert (damaged.rows_read, damaged.detail) == (5, "cut_line")


def test_nul_bytes_among_lines_stand_where_rows_may_have_stood(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(LINES[:3]) + b"\n" + bytes(4_096) + b"\n".join(LINES[3:]))
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.texts == ["row 0", "row 1", "row 2", "row 4", "row 5"]
    assert [damaged.detail for damaged in outcome.damaged_files] == ["nul_bytes"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "pdf_file"),
        (b"{\\rtf1\\ansi Hello}", "rtf_file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git_lfs_pointer"),
        (b"PK\x05\x06" + bytes(18), "zip_archive"),
        (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "warc_file"),
        ("Text of two bytes a character".encode("utf-16-le"), "nul_bytes"),
        (bytes(500), "nul_bytes"),
        (gzip.compress(gzip.compress(b"text", mtime=0), mtime=0), "packed_twice"),
        (gzip.compress(b"%PDF-1.7\n", mtime=0), "pdf_file"),
    ],
    ids=["pdf", "rtf", "pointer", "empty_zip", "web_archive", "utf_16", "zeros", "packed_twice", "packed_pdf"],
)
def test_what_is_no_text_is_named(reading, tmp_path, content, code):
    (tmp_path / "a.txt").write_bytes(content)
    outcome = reading.read("text", "a.txt")
    assert (outcome.texts, [reject.detail for reject in outcome.rejects]) == ([], [code])


@pytest.mark.parametrize("number", [1, 5])
def test_a_bzip2_file_may_be_filled_up_with_zeros(reading, tmp_path, number):
    (tmp_path / "a.jsonl.bz2").write_bytes(bz2.compress(b"\n".join(LINES)) + bytes(number * 100))
    outcome = reading.read("jsonl", "a.jsonl.bz2")
    assert (len(outcome.texts), outcome.damaged_files) == (6, [])
