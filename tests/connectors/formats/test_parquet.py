from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.config.corpus import Fields
from colophon.connectors.files import shards, stored_file
from colophon.connectors.formats import parquet
from colophon.errors import InputUnreadableError
from colophon.vocabulary import FieldOutcome


def test_fields_are_read_from_a_file_of_another_writer(reading, tmp_path):
    when = datetime(2024, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "text": ["eins", "zwei", None, " "],
            "id": [1, 2, 3, 4],
            "meta": [{"url": "https://e.org/1"}, None, {"url": None}, None],
            "when": [when, None, None, None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    fields = Fields(id="id", url="meta.url", fetched_at="when")
    outcome = reading.read("parquet", "a.parquet", fields=fields)
    assert [(r["position"], r["text"], r["native_id"], r["url"], r["fetched_at"]) for r in outcome.rows] == [
        (0, "eins", "1", "https://e.org/1", when),
        (1, "zwei", "2", None, None),
    ]
    assert outcome.reasons == [(2, "field_missing", "null"), (3, "empty", "no_text")]
    assert outcome.read.files[0].sha256 == hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_every_type_are_texts(reading, tmp_path, kind):
    pq.write_table(pa.table({"text": pa.array(["a", "ü"]).cast(kind)}), tmp_path / "a.parquet")
    assert reading.read("parquet", "a.parquet").texts == ["a", "ü"]


def test_one_broken_text_does_not_take_the_others_along(reading, tmp_path):
    broken = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": broken}), tmp_path / "a.parquet")
    outcome = reading.read("parquet", "a.parquet")
    assert outcome.texts == ["good", "fine"]
    assert outcome.reasons == [(1, "encoding", "not_utf8")]


@pytest.mark.parametrize(
    ("name", "detail"), [("missing", "missing"), ("number", "wrong_type"), ("objects", "wrong_type")]
)
def test_a_column_that_is_absent_or_no_text_rejects_every_row(reading, tmp_path, name, detail):
    pl.DataFrame({"number": [1, 2], "objects": [[{"a": 1}], [{"a": 2}]]}).write_parquet(tmp_path / "a.parquet")
    outcome = reading.read("parquet", "a.parquet", fields=Fields(text=(name,)))
    assert outcome.reasons == [(0, "field_missing", detail), (1, "field_missing", detail)]


def test_times_that_python_cannot_hold_are_unknown(reading, tmp_path):
    table = pa.table({"text": ["a"], "when": pa.array([2**62], pa.timestamp("us", tz="UTC"))})
    pq.write_table(table, tmp_path / "a.parquet")
    (row,) = reading.read("parquet", "a.parquet", fields=Fields(fetched_at="when")).rows
    assert row["fetched_at"] is None


def test_a_file_without_footer_is_truncated(reading, tmp_path):
    pl.DataFrame({"text": ["a"] * 100}).write_parquet(tmp_path / "a.parquet")
    stored = (tmp_path / "a.parquet").read_bytes()[:-20]
    (tmp_path / "a.parquet").write_bytes(stored)
    outcome = reading.read("parquet", "a.parquet")
    assert outcome.reasons == [(0, "truncated", "no_footer")]
    assert outcome.read.files[0].sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("content", [b"", b"no table", b"PAR1" + bytes(40) + b"PAR1"])
def test_what_is_no_parquet_is_one_reject(reading, tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    assert len(reading.read("parquet", "a.parquet").rejects) == 1


def test_a_damaged_row_group_costs_its_rows_and_no_others(reading, tmp_path):
    table = pa.table({"text": [f"text {n}" for n in range(300)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=100, use_dictionary=False, compression="gzip")
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0)
    stored = bytearray((tmp_path / "a.parquet").read_bytes())
    middle = group.data_page_offset + group.total_compressed_size // 2
    stored[middle : middle + 40] = bytes(40)
    (tmp_path / "a.parquet").write_bytes(bytes(stored))
    outcome = reading.read("parquet", "a.parquet")
    assert [r["position"] for r in outcome.rows] == [*range(100), *range(200, 300)]
    assert outcome.reasons == [(100, "unparsable", "row_group")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 60), group=st.integers(1, 20), limit=st.integers(1, 4000), batch_rows=st.integers(1, 70))
def test_any_cut_and_any_batch_size_give_the_same_rows(
    reading_in, tmp_path_factory, monkeypatch, rows, group, limit, batch_rows
):
    folder = tmp_path_factory.mktemp("cuts")
    frame = pl.DataFrame({"text": [None if n % 7 == 3 else f"text {n}" for n in range(rows)]})
    frame.write_parquet(folder / "a.parquet", row_group_size=group)
    reading = reading_in(folder)
    whole = reading.read("parquet", "a.parquet", batch_rows=batch_rows)
    assert len(whole.texts) + len(whole.rejects) == rows
    with monkeypatch.context() as patched:
        patched.setattr(shards, "SHARD_BYTES", 1)
        patched.setattr(parquet, "SHARD_BYTES", limit)
        planned = list(reading.connector("parquet", ["a.parquet"]).plan())
        parts = [reading.read_range("parquet", "a.parquet", s.begin, s.end) for s in planned]
    assert [(r["position"], r["text"]) for p in parts for r in p.rows] == [
        (r["position"], r["text"]) for r in whole.rows
    ]
    assert [r for p in parts for r in p.rejects] == whole.rejects


def test_the_hash_of_a_range_is_over_the_bytes_of_its_row_groups(reading, tmp_path):
    pq.write_table(pa.table({"text": [f"text {n}" for n in range(30)]}), tmp_path / "a.parquet", row_group_size=10)
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0)
    begin = group.dictionary_page_offset
    stored = (tmp_path / "a.parquet").read_bytes()[begin : begin + group.total_compressed_size]
    (read,) = reading.read_range("parquet", "a.parquet", 10, 20).read.files
    assert (read.size, read.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())


def test_a_large_file_that_is_not_cut_is_read_where_it_lies(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "SHARD_BYTES", 10)
    pl.DataFrame({"text": ["a", "b"]}).write_parquet(tmp_path / "a.parquet")
    outcome = reading.read("parquet", "a.parquet")
    assert outcome.texts == ["a", "b"]
    assert outcome.read.files[0].sha256 == hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()


def test_a_storage_that_fails_inside_a_table_is_not_a_damaged_table(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "SHARD_BYTES", 10)
    pl.DataFrame({"text": ["a", "b"]}).write_parquet(tmp_path / "a.parquet")

    read = stored_file._UnhashedBytes.readinto

    def fail_where_the_table_is_read(self, buffer):
        if type(self) is stored_file._UnhashedBytes:
            raise InputUnreadableError("a.parquet", "Stale file handle")
        return read(self, buffer)

    monkeypatch.setattr(stored_file._UnhashedBytes, "readinto", fail_where_the_table_is_read)
    with pytest.raises(InputUnreadableError, match="Stale file handle"):
        reading.read("parquet", "a.parquet")


def test_a_file_whose_column_has_no_readable_name_is_damaged(reading, tmp_path):
    pq.write_table(pa.table({"text": ["a"], "zzzz": [1]}), tmp_path / "a.parquet", store_schema=False)
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content.replace(b"zzzz", b"\xffzzz"))
    assert reading.read("parquet", "a.parquet").reasons == [(0, "unparsable", "footer")]


_EVERY_FOOTER_BYTE = """
import io, struct
import pyarrow as pa, pyarrow.parquet as pq
from colophon.connectors.files.compression import StreamDamagedError
from colophon.connectors.formats import parquet

sink = io.BytesIO()
pq.write_table(pa.table({"text": ["a", "b", None], "n": [1, 2, 3]}), sink, compression="none")
stored = sink.getvalue()
end = len(stored) - 8
for at in range(end - struct.unpack("<I", stored[-8:-4])[0], end):
    for bit in (1, 16):
        damaged = stored[:at] + bytes([stored[at] ^ bit]) + stored[at + 1 :]
        try:
            table = parquet._opened(pa.BufferReader(damaged))
            for group in parquet._row_groups(table):
                list(parquet._group_pieces("a", table, group, parquet._columns(table, ["text"])))
        except StreamDamagedError:
            pass
"""


def test_no_damage_of_a_footer_ends_the_process():
    subprocess.run([sys.executable, "-c", _EVERY_FOOTER_BYTE], check=True, timeout=120)  # our own script


def test_names_lead_through_lists_maps_and_json_text(reading, tmp_path):
    turns = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    table = pa.table({
        "turns": pa.array([[{"role": "user", "content": "a"}, {"role": "bot", "content": "b"}], []], turns),
        "meta": pa.array([[("url", "https://a.example/")], None], pa.map_(pa.string(), pa.string())),
        "about": ['{"id": 7}', "{"],
        "licenses": [["MIT", "Apache-2.0"], None],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    fields = Fields(text=("turns[].content",), id="about.id", url="meta.url", license="licenses")
    outcome = reading.read("parquet", "a.parquet", fields=fields)
    (row,) = outcome.rows
    assert (row["text"], row["native_id"], row["url"]) == ("a\nb", "7", "https://a.example/")
    assert row["license_claim"] == "MIT\nApache-2.0"
    assert outcome.reasons == [(1, "empty", "no_text")]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_folders_named_after_a_key_give_its_value(reading, tmp_path, suffix):
    folder = tmp_path / "license=CC-BY-4.0" / "lang=de%20AT"
    folder.mkdir(parents=True)
    frame = pl.DataFrame({"text": ["a"]})
    frame.write_parquet(folder / "a.parquet") if suffix == "parquet" else frame.write_ndjson(folder / "a.jsonl")
    outcome = reading.read(suffix, f"**/*.{suffix}", fields=Fields(license="license", id="lang"))
    assert [(row["license_claim"], row["native_id"]) for row in outcome.rows] == [("CC-BY-4.0", "de AT")]


def test_ids_are_texts_and_numbers_up_to_a_length(reading, tmp_path):
    frame = pl.DataFrame({"text": ["a", "b", "c"], "id": ["1", "x" * 1_024, "x" * 1_025]})
    frame.write_parquet(tmp_path / "a.parquet")
    outcome = reading.read("parquet", "a.parquet", fields=Fields(id="id"))
    assert [row["native_id"] for row in outcome.rows] == ["1", "x" * 1_024, None]
    counts = {count.value.outcome: count.rows for count in outcome.read.fields if count.value.field == "id"}
    assert counts == {FieldOutcome.USED: 2, FieldOutcome.TOO_LONG: 1}


def test_a_declared_field_that_has_two_columns_is_a_reject_of_the_file(reading, tmp_path):
    columns = [pa.array(["a"]), pa.array(["1"]), pa.array(["2"])]
    pq.write_table(pa.table(columns, names=["text", "n", "n"]), tmp_path / "a.parquet")
    assert [row["text"] for row in reading.read("parquet", "a.parquet").rows] == ["a"]
    outcome = reading.read("parquet", "a.parquet", fields=Fields(id="n"))
    assert outcome.reasons == [(0, "unparsable", "column_twice")]
