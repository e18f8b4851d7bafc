from __future__ import annotations

import bz2
import gzip
import hashlib
import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import zstandard
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from colophon.config.corpus import Fields
from colophon.connectors import rows
from colophon.connectors.files import shards
from colophon.connectors.formats import json_values, jsonl
from colophon.connectors.formats.json_values import is_json_lines

FIELDS = Fields(text=("q", "a"), id="id", url="meta.url", fetched_at="when", license="license")


def test_fields_are_found_joined_and_typed(reading, tmp_path):
    row = {"q": "Q?", "a": "A.", "id": 7, "meta": {"url": "https://e.org/"}, "when": 1597200000, "license": "MIT"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (found,) = reading.read("jsonl", "a.jsonl", fields=FIELDS).rows
    assert found["text"] == "Q?\nA."
    assert (found["native_id"], found["url"]) == ("7", "https://e.org/")
    assert found["fetched_at"] == datetime(2020, 8, 12, 2, 40, tzinfo=UTC)
    assert (found["license_claim"], found["license_place"]) == ("MIT", "field")


def test_a_key_that_is_spelled_with_a_dot_wins(reading, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"m.t": "flat", "m": {"t": "deep"}}\n{"m": {"t": "deep"}}\n{"m": 3}')
    outcome = reading.read("jsonl", "a.jsonl", fields=Fields(text=("m.t",)))
    assert outcome.texts == ["flat", "deep"]
    assert [detail for _, _, detail in outcome.reasons] == ["missing"]


BAD_LINES = [
    (b'{"text": "x"', "unparsable", "json"),
    (b"not json", "unparsable", "json"),
    (b"[1, 2]", "unparsable", "not_an_object"),
    (b'{"text": "\xff"}', "encoding", "not_utf8"),
    (b'{"text": "\\ud800"}', "encoding", "lone_surrogate"),
    (b'{"other": 1}', "field_missing", "missing"),
    (b'{"text": 1}', "field_missing", "wrong_type"),
    (b'{"text": null}', "field_missing", "null"),
    (b'{"text": " "}', "empty", "no_text"),
    (b"[" * 100_000, "unparsable", "json"),
]


@pytest.mark.parametrize(("line", "reason", "detail"), BAD_LINES)
def test_a_bad_line_is_one_reject_and_the_rest_is_read(reading, tmp_path, line, reason, detail):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "before"}\n' + line + b'\n{"text": "after"}\n')
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.texts == ["before", "after"]
    assert outcome.reasons == [(19, reason, detail)]


@pytest.mark.parametrize("other", [b"NaN", b'"\\ud800"', b"1e999", b"123456789012345678901234567890"])
def test_what_is_odd_in_other_keys_does_not_matter(reading, tmp_path, other):
    (tmp_path / "a.jsonl").write_bytes(b'{"id": ' + other + b', "text": "kept"}')
    assert reading.read("jsonl", "a.jsonl", fields=Fields(id="id")).texts == ["kept"]


def test_bom_crlf_blank_lines_and_a_last_line_without_end(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "1"}\r\n\r\n   \n{"text": "2"}')
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.texts == ["1", "2"]
    assert (outcome.read.rows, outcome.read.skipped) == (4, 2)
    assert [r["position"] for r in outcome.rows] == [0, 24]
    assert [r["row"] for r in outcome.rows] == [0, 3]


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress), (".bz2", bz2.compress)]
)
def test_positions_of_compressed_files_are_row_numbers(reading, tmp_path, suffix, pack):
    stored = pack(b'{"text": "1"}\n{"te') + pack(b'xt": "2"}\n')
    (tmp_path / f"a.jsonl{suffix}").write_bytes(stored)
    outcome = reading.read("jsonl", "a.jsonl*")
    assert [(r["position"], r["text"]) for r in outcome.rows] == [(0, "1"), (1, "2")]
    assert outcome.read.files[0].sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_of_a_cut_file_all_whole_lines_are_read_and_the_rest_is_one_reject(reading, tmp_path, suffix, pack):
    whole = pack(b'{"text": "1"}\n{"text": "2"}\n')
    cut = pack(b'{"text": "3"}\n' * 1000)[:-5]
    (tmp_path / f"a.jsonl{suffix}").write_bytes(whole + cut)
    outcome = reading.read("jsonl", "a.jsonl*")
    assert outcome.texts[:2] == ["1", "2"]
    assert [(str(r.reason), r.detail) for r in outcome.rejects] == [("truncated", "compressed_stream_cut")]
    assert outcome.rejects[0].position == len(outcome.texts)
    assert outcome.read.files[0].sha256 == hashlib.sha256(whole + cut).hexdigest()


def test_a_line_above_the_limit_is_passed_over(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_ROW_BYTES", 1000)
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + b"x" * 3_000_000 + b'"}\n{"text": "after"}\n')
    outcome = reading.read("jsonl", "a.jsonl")
    assert outcome.texts == ["after"]
    assert outcome.reasons == [(0, "too_large", "line")]


LINES = st.one_of(
    st.builds(lambda t: json.dumps({"text": t}, ensure_ascii=False).encode(errors="replace"), st.text(max_size=20)),
    st.sampled_from([b"", b"   ", b"{", b"[1]", b'{"text": 3}', b'{"text": "\xff"}', b'{"text": "\\udc00"}']),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(LINES, max_size=12),
    end=st.sampled_from([b"\n", b"\r\n"]),
    closed=st.booleans(),
    data=st.data(),
)
def test_any_cut_into_ranges_gives_the_same_rows(reading_in, tmp_path_factory, contents, end, closed, data):
    folder = tmp_path_factory.mktemp("ranges")
    content = end.join(contents) + (end if closed else b"")
    assume(is_json_lines(content))
    (folder / "a.jsonl").write_bytes(content)
    reading = reading_in(folder)
    whole = reading.read("jsonl", "a.jsonl")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(content)), max_size=4)) | {0, len(content)})
    parts = [reading.read_range("jsonl", "a.jsonl", b, e) for b, e in pairwise(cuts)]
    found = [(r["position"], r["text"]) for part in parts for r in part.rows]
    assert found == [(r["position"], r["text"]) for r in whole.rows]
    assert [r for part in parts for r in part.rejects] == whole.rejects
    assert sum(part.read.rows for part in parts) == whole.read.rows
    for part, (begin, stop) in zip(parts, pairwise(cuts), strict=True):
        assert part.read.files[0].sha256 == hashlib.sha256(content[begin:stop]).hexdigest()
        assert part.read.files[0].size == stop - begin


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 7, 100])
def test_batches_of_any_size_hold_the_same_rows(reading, tmp_path, batch_rows):
    (tmp_path / "a.jsonl").write_bytes(b"".join(b'{"text": "%d"}\n' % n for n in range(20)))
    outcome = reading.read("jsonl", "a.jsonl", batch_rows=batch_rows)
    assert outcome.texts == [str(n) for n in range(20)]
    assert max(batch.num_rows for batch in outcome.batches) == min(batch_rows, 20)


def test_a_large_plain_file_is_cut_and_a_compressed_one_is_not(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", 100)
    content = b"".join(b'{"text": "%d"}\n' % n for n in range(50))
    (tmp_path / "plain.jsonl").write_bytes(content)
    (tmp_path / "named.jsonl.gz").write_bytes(content)
    (tmp_path / "unnamed.jsonl").write_bytes(gzip.compress(bytes(hashlib.sha256(content).digest() * 9), 0))
    planned = list(reading.connector("jsonl", ["*"]).plan())
    assert [s.path for s in planned if s.begin is None] == ["named.jsonl.gz", "unnamed.jsonl"]
    ranges = [(s.begin, s.end) for s in planned if s.begin is not None]
    assert ranges[0] == (0, 100)
    assert all(a[1] == b[0] for a, b in pairwise(ranges))
    assert ranges[-1][1] == len(content)


def test_the_size_of_ranges_is_part_of_the_design():
    assert rows.SHARD_BYTES == 128 * 2**20


OBJECTS = [{"text": "a [ b"}, {"text": 'c "} d'}, {"text": "é"}]


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=2),
        "\ufeff\n [" + ",\n".join(map(json.dumps, OBJECTS)) + "]\n",
        "\n".join(json.dumps(value, indent=1) for value in OBJECTS),
    ],
    ids=["one line", "indented", "with mark", "objects over lines"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_array_and_objects_over_several_lines_are_read_one_by_one(reading, tmp_path, written, pack):
    (tmp_path / "a.json").write_bytes(pack(written.encode()))
    outcome = reading.read("jsonl", "a.json")
    assert [(row["position"], row["text"]) for row in outcome.rows] == [
        (0, "a [ b"),
        (1, 'c "} d'),
        (2, "é"),
    ]
    assert not outcome.rejects


def test_values_are_read_whatever_pieces_a_file_comes_in(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(json_values, "_READ_BYTES", 3)
    (tmp_path / "a.json").write_text(json.dumps([*OBJECTS, 12345678901234567890, "x", None], indent=1))
    outcome = reading.read("jsonl", "a.json")
    assert [row["text"] for row in outcome.rows] == [value["text"] for value in OBJECTS]
    assert outcome.reasons == [(n, "unparsable", "not_an_object") for n in (3, 4, 5)]


@pytest.mark.parametrize(
    ("end", "reason", "detail"),
    [("", "truncated", "json_array"), (', {"te', "truncated", "json"), (", {]", "unparsable", "json")],
)
def test_of_a_damaged_array_what_comes_before_is_read_and_the_rest_is_one_reject(
    reading, tmp_path, end, reason, detail
):
    (tmp_path / "a.json").write_text(json.dumps(OBJECTS)[:-1] + end)
    outcome = reading.read("jsonl", "a.json")
    assert len(outcome.rows) == 3
    assert outcome.reasons == [(3, reason, detail)]


@pytest.mark.parametrize("damaged", [b"{", b'{"text": "a', b"[", b'[{"text": "x"'])
def test_a_damaged_first_line_leaves_the_lines_below(reading, tmp_path, damaged):
    (tmp_path / "a.jsonl").write_bytes(damaged + b'\n{"text": "b"}\n{"text": "c"}\n')
    outcome = reading.read("jsonl", "a.jsonl")
    assert [row["text"] for row in outcome.rows] == ["b", "c"]


@pytest.mark.parametrize(
    "written",
    [
        '[{"text": "a"}, {"text": "b"},]',
        '[{"text": "a"}\n{"text": "b"}]',
        '{"text": "a"}{"text": "b"}',
        '{"text": "a"},\n{"text": "b"},\n',
    ],
)
def test_commas_that_are_missing_or_too_much_between_objects_cost_nothing(reading, tmp_path, written):
    (tmp_path / "a.json").write_text(written)
    outcome = reading.read("jsonl", "a.json")
    assert [row["text"] for row in outcome.rows] == ["a", "b"]
    assert not outcome.rejects


@pytest.mark.parametrize(
    "written",
    [
        '[\n{"text": "a"},\n{"text": oops},\n{"text": "b"}\n]',
        '{\n "text": "a"\n}\n{\n "text": oops\n}\n',
    ],
)
def test_of_values_over_several_lines_a_broken_one_is_one_reject_and_not_one_a_line(reading, tmp_path, written):
    (tmp_path / "a.json").write_text(written)
    outcome = reading.read("jsonl", "a.json")
    assert [row["text"] for row in outcome.rows] == ["a"]
    assert outcome.reasons == [(1, "unparsable", "json")]


@pytest.mark.parametrize("written", ["[]", "[\n]\n"])
def test_an_empty_array_has_no_rows(reading, tmp_path, written):
    (tmp_path / "a.json").write_text(written)
    assert reading.read("jsonl", "a.json").rejects == []


def test_lines_that_are_arrays_are_no_array_of_objects(reading, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'[{"text": "a"}]\n[{"text": "b"}]\n')
    assert reading.read("jsonl", "a.jsonl").reasons == [
        (0, "unparsable", "not_an_object"),
        (16, "unparsable", "not_an_object"),
    ]


def test_a_large_array_is_not_cut(reading, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", 40)
    (tmp_path / "a.json").write_text(json.dumps(OBJECTS * 9))
    assert [(shard.begin, shard.end) for shard in reading.connector("jsonl", ["a.json"]).plan()] == [(None, None)]


def test_a_name_leads_through_lists_and_parts_of_messages(reading, tmp_path):
    turns = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {}}],
        },
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "assistant", "content": "A boat."},
    ]
    rows = [{"messages": turns}, {"messages": []}, {"messages": None}, {"answers": 1}, {"messages": [{"content": 3}]}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    outcome = reading.read("jsonl", "a.jsonl", fields=Fields(text=("messages[].content",)))
    assert [row["text"] for row in outcome.rows] == ["What is this?\nA boat."]
    details = [detail for _, _, detail in outcome.reasons]
    assert details == ["no_text", "null", "missing", "wrong_type"]


def test_an_optional_part_of_the_text_may_be_absent_or_null(reading, tmp_path):
    rows = [{"q": "a", "i": None, "o": "b"}, {"q": "a", "o": "b"}, {"q": "a", "i": "x", "o": "b"}, {"i": "x", "o": "b"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    outcome = reading.read("jsonl", "a.jsonl", fields=Fields(text=("q", "i?", "o")))
    assert [row["text"] for row in outcome.rows] == ["a\nb", "a\nb", "a\nx\nb"]
    assert [detail for _, _, detail in outcome.reasons] == ["missing"]


def test_a_name_leads_into_json_that_is_written_as_text(reading, tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "a", "meta": json.dumps({"url": "https://a.example/"})}))
    (row,) = reading.read("jsonl", "a.jsonl", fields=Fields(url="meta.url")).rows
    assert row["url"] == "https://a.example/"


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\x1e"], ids=["byte_order_mark", "record_separator"])
def test_marks_at_the_beginning_of_lines_are_no_part_of_them(reading, tmp_path, mark):
    (tmp_path / "a.jsonl").write_bytes(b"".join(mark + b'{"text": "row %d"}\n' % number for number in range(3)))
    outcome = reading.read("jsonl", "a.jsonl")
    assert (outcome.texts, outcome.rejects) == (["row 0", "row 1", "row 2"], [])


def test_several_arrays_in_a_file_are_read_one_after_the_other(reading, tmp_path):
    (tmp_path / "a.json").write_bytes(b'[{"text": "a"}, {"text": "b"}][][{"text": "c"}]')
    outcome = reading.read("jsonl", "a.json")
    assert (outcome.texts, outcome.damaged_files) == (["a", "b", "c"], [])
