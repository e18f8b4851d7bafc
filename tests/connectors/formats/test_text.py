from __future__ import annotations

import bz2
import gzip
import hashlib

import pytest
import zstandard

from colophon.connectors import rows
from colophon.connectors.formats import text


def test_a_file_is_a_document_at_position_0(reading, tmp_path):
    (tmp_path / "b.txt").write_text("zwei\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("eins — ñ", encoding="utf-8")
    outcome = reading.read("text", "*.txt")
    assert [(r["row"], r["path"], r["position"], r["text"]) for r in outcome.rows] == [
        (0, "a.txt", 0, "eins — ñ"),
        (1, "b.txt", 0, "zwei\n"),
    ]
    assert outcome.read.files[0].sha256 == hashlib.sha256((tmp_path / "a.txt").read_bytes()).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_stated_encodings_are_read_and_their_marks_removed(reading, tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("Grüße 漢字".encode(encoding))
    assert reading.read("text", "a.txt").texts == ["Grüße 漢字"]


@pytest.mark.parametrize("encoding", ["latin-1", "big5"])
def test_other_encodings_are_rejected_and_not_guessed(reading, tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(("漢字漢" if encoding == "big5" else "Grüße").encode(encoding))
    assert reading.read("text", "a.txt").reasons == [(0, "encoding", "not_utf8")]


def test_a_file_of_white_space_is_empty(reading, tmp_path):
    (tmp_path / "a.txt").write_text(" \n\t ", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    assert reading.read("text", "*.txt").reasons == [(0, "empty", "no_text"), (0, "empty", "no_text")]


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.txt.gz", gzip.compress), ("a.txt.zst", zstandard.compress), ("a.txt.bz2", bz2.compress)],
)
def test_compressed_files_are_read_and_hashed_as_stored(reading, tmp_path, name, pack):
    stored = pack(b"one, ") + pack(b"two")
    (tmp_path / name).write_bytes(stored)
    outcome = reading.read("text", name)
    assert outcome.texts == ["one, two"]
    assert outcome.read.files[0].sha256 == hashlib.sha256(stored).hexdigest()
    assert outcome.read.files[0].size == len(stored)


def test_compression_is_known_by_the_first_bytes_where_the_name_says_nothing(reading, tmp_path):
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"hidden"))
    assert reading.read("text", "a.txt").texts == ["hidden"]


def test_a_cut_file_is_one_reject_and_hashed_to_its_end(reading, tmp_path):
    stored = gzip.compress(b"text " * 1000)[:-6]
    (tmp_path / "a.txt.gz").write_bytes(stored)
    outcome = reading.read("text", "a.txt.gz")
    assert outcome.reasons == [(0, "truncated", "compressed_stream_cut")]
    assert outcome.read.files[0].sha256 == hashlib.sha256(stored).hexdigest()


def test_a_file_above_the_limit_is_rejected_and_still_hashed(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(text, "MAX_ROW_BYTES", 1000)
    stored = gzip.compress(b"x" * 10_000_000)
    (tmp_path / "a.txt.gz").write_bytes(stored)
    outcome = reading.read("text", "a.txt.gz")
    assert outcome.reasons == [(0, "too_large", "file")]
    assert outcome.read.files[0].sha256 == hashlib.sha256(stored).hexdigest()


def test_a_batch_ends_at_its_bytes_and_a_larger_document_goes_alone(reading, tmp_path):
    large, small = rows.MAX_BATCH_TEXT_BYTES + 1, rows.MAX_BATCH_TEXT_BYTES // 3
    for name, size in (("a", small), ("b", small), ("c", large), ("d", small)):
        (tmp_path / name).write_bytes(b"x" * size)
    outcome = reading.read("text", "?")
    assert [batch.num_rows for batch in outcome.batches] == [2, 1, 1]
