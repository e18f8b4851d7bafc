from __future__ import annotations

import csv
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colophon.config.corpus import Fields, Source
from colophon.connectors.first_rows import first_rows
from colophon.vocabulary import Acquisition, Stage

ROWS = [
    {"text": f"text {number}", "meta": {"url": "https://example.org/"}, "turns": [{"who": "a", "says": "b"}]}
    for number in range(3)
]


def _jsonl(file):
    file.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))


def _array(file):
    file.write_text(json.dumps(ROWS, indent=1))


def _parquet(file):
    pq.write_table(pa.Table.from_pylist(ROWS), file)


def _csv(file):
    with file.open("w") as opened:
        rows = csv.DictWriter(opened, list(ROWS[0]))
        rows.writeheader()
        rows.writerows({k: v if isinstance(v, str) else json.dumps(v) for k, v in row.items()} for row in ROWS)


def _source(connector, path, **fields):
    return Source(
        name="s",
        stage=Stage.PRETRAINING,
        acquisition=Acquisition.OTHER,
        connector=connector,
        paths=(path,),
        fields=Fields(**fields),
    )


@pytest.mark.parametrize(
    ("connector", "write"), [("jsonl", _jsonl), ("jsonl", _array), ("parquet", _parquet), ("csv", _csv)]
)
def test_names_lead_into_objects_lists_and_json_text_in_every_format(tmp_path, connector, write):
    write(tmp_path / "license=MIT")
    source = _source(connector, "license=MIT", text=("text",), url="meta.url")
    read = first_rows(source, str(tmp_path))
    assert read.rows == 3
    assert read.names == ("text", "meta.url", "turns[].who", "turns[].says")
    assert [(o.field, o.used) for o in read.outcomes()] == [("text", 3), ("url", 3)]


def test_keys_of_partitions_are_names(tmp_path):
    (tmp_path / "license=MIT").mkdir()
    _jsonl(tmp_path / "license=MIT" / "a.jsonl")
    read = first_rows(_source("jsonl", "license=MIT/a.jsonl", license="license"), str(tmp_path))
    assert "license" in read.names
    assert {o.field: o.used for o in read.outcomes()} == {"license": 3, "text": 3}


def test_names_are_had_with_and_without_the_mark_of_a_list_and_with_null(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x", "turns": [{"says": null}], "none": null, "empty": []}\n')
    read = first_rows(_source("jsonl", "a.jsonl"), str(tmp_path))
    assert all(map(read.has, ("turns[].says", "turns.says", "none", "empty")))
    assert not any(map(read.has, ("turns", "turns[].said", "nothing", "say")))


def test_no_more_rows_than_a_hundred_are_opened(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n' * 100 + '{"text": "x", "id": 1}\n')
    read = first_rows(_source("jsonl", "a.jsonl", id="id"), str(tmp_path))
    assert (read.rows, read.names) == (100, ("text",))


def test_rows_that_cannot_be_read_are_passed_over_and_damaged_files_too(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(gzip.compress(b"a" * 100)[:-9])
    (tmp_path / "b.jsonl").write_text('nothing\n{"text": "x"}\n[1]\n')
    read = first_rows(_source("jsonl", "*.jsonl"), str(tmp_path))
    assert (read.files, read.rows, read.names) == (2, 1, ("text",))
    assert read.damage == "compressed_stream_cut"


def test_rows_of_a_connector_without_names_are_not_opened(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert first_rows(_source("text", "a.txt"), str(tmp_path)).files == 0
