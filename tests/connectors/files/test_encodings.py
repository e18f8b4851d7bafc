"""Texts in another encoding than UTF-8, which a source states."""

from __future__ import annotations

import codecs
import gzip
import json
from dataclasses import replace

import pytest

from colophon.config.corpus import Fields
from colophon.connectors import open_connector
from tests.connectors.conftest import outcome_of, source_of

WORDS = "Größe – naïve €"


def read(folder, connector, path, encoding, **settings):
    source = replace(source_of(connector, [path], **settings), encoding=encoding)
    opened = open_connector(source, str(folder))
    return outcome_of(item for shard in opened.plan() for item in opened.read(shard))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-32-be", "utf-8", "mac-roman", "gb18030"])
def test_text_is_read_in_the_encoding_that_is_stated(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(WORDS.encode(encoding))
    (tmp_path / "a.jsonl").write_bytes(json.dumps({"text": WORDS}, ensure_ascii=False).encode(encoding))
    (tmp_path / "a.csv").write_bytes(f"text;ö\r\n{WORDS};1\r\n".encode(encoding))
    assert read(tmp_path, "text", "a.txt", encoding).texts == [WORDS]
    assert read(tmp_path, "jsonl", "a.jsonl", encoding).texts == [WORDS]
    outcome = read(tmp_path, "csv", "a.csv", encoding, options={"delimiter": ";"}, fields=Fields(id="ö"))
    assert [(row["text"], row["native_id"]) for row in outcome.rows] == [(WORDS, "1")]


def test_packed_files_are_decoded_too(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(
        gzip.compress(json.dumps({"text": "é"}, ensure_ascii=False).encode("latin-1"))
    )
    assert read(tmp_path, "jsonl", "a.jsonl.gz", "latin-1").texts == ["é"]


def test_a_row_that_is_no_text_in_the_stated_encoding_is_a_reject(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "a"}\n{"text": "\x81"}\n{"text": "b"}\n')
    outcome = read(tmp_path, "jsonl", "a.jsonl", "cp1252")
    assert outcome.texts == ["a", "b"]
    assert [(str(r.reason), r.position) for r in outcome.rejects] == [("encoding", 1)]


def test_an_odd_number_of_bytes_is_a_damaged_file(tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"text": "a"}\n'.encode("utf-16-le") + b"x")
    outcome = read(tmp_path, "jsonl", "a.jsonl", "utf-16-le")
    assert outcome.texts == ["a"]
    assert [str(r.reason) for r in outcome.rejects] == ["encoding"]


def test_a_text_file_that_is_none_in_the_stated_encoding_is_a_reject(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\x81")
    (reject,) = read(tmp_path, "text", "a.txt", "cp1252").rejects
    assert (str(reject.reason), reject.detail) == ("encoding", "not_declared_encoding")


def test_a_byte_order_mark_of_utf_16_comes_before_what_is_stated(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(json.dumps({"text": "é"}).encode("utf-16"))
    assert read(tmp_path, "jsonl", "a.jsonl", "cp1252").texts == ["é"]


@pytest.mark.parametrize(
    "encode",
    [lambda text: text.encode("utf-32"), lambda text: codecs.BOM_UTF32_BE + text.encode("utf-32-be")],
    ids=["little_endian", "big_endian"],
)
def test_utf_32_is_told_by_its_mark_from_utf_16(tmp_path, encode):
    (tmp_path / "a.txt").write_bytes(encode(WORDS))
    (tmp_path / "a.jsonl").write_bytes(encode(json.dumps({"text": WORDS}, ensure_ascii=False) + "\n"))
    (tmp_path / "a.csv").write_bytes(encode(f"text\n{WORDS}\n"))
    for connector in ("text", "jsonl", "csv"):
        assert read(tmp_path, connector, f"a.{'txt' if connector == 'text' else connector}", None).texts == [WORDS]
