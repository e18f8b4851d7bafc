from __future__ import annotations

import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.connectors import rereads
from colophon.connectors.files.stored_file import _HashedBytes
from colophon.connectors.rows import WANTED_ROWS


def places(rows):
    return pa.RecordBatch.from_pylist([{n: row[n] for n in WANTED_ROWS.names} for row in rows], WANTED_ROWS)


def texts(rows):
    return [(r["row"], r["path"], r["position"], r["text"]) for r in rows]


def read_twice(reading, connector, paths, choose, batch_rows=8000):
    """The chosen rows of the first reading, and what reading them again gives."""
    opened = reading.connector(connector, paths, batch_rows=batch_rows)
    (shard,) = opened.plan()
    first = [row for b in opened.read(shard) if isinstance(b, pa.RecordBatch) for row in b.to_pylist()]
    chosen = [row for at, row in enumerate(first) if choose(at)]
    again = [row for b in opened.read_again(shard, places(chosen)) for row in b.to_pylist()]
    return texts(chosen), texts(again)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    connector=st.sampled_from(["parquet", "jsonl"]),
    files=st.lists(st.lists(st.sampled_from(["a", "zwei", None, " "]), max_size=12), min_size=1, max_size=3),
    group=st.integers(1, 5),
    batch_rows=st.integers(1, 5),
    chosen=st.sets(st.integers(0, 40)),
)
def test_wanted_rows_come_back_as_they_were_read_first(
    reading_in, tmp_path_factory, connector, files, group, batch_rows, chosen
):
    folder = tmp_path_factory.mktemp("again")
    for number, file in enumerate(files):
        path = folder / f"{number}.{connector}"
        if connector == "parquet":
            pl.DataFrame({"text": file}, {"text": pl.String}).write_parquet(path, row_group_size=group)
        else:
            path.write_text("".join(json.dumps({"text": text}) + "\n" for text in file))
    first, again = read_twice(reading_in(folder), connector, [f"*.{connector}"], chosen.__contains__, batch_rows)
    assert again == first


def test_rows_behind_a_damaged_row_group_are_found_by_their_place_in_the_file(reading, tmp_path):
    table = pa.table({"text": [f"text {n}" for n in range(300)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=100, use_dictionary=False, compression="gzip")
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0)
    stored = bytearray((tmp_path / "a.parquet").read_bytes())
    middle = group.data_page_offset + group.total_compressed_size // 2
    stored[middle : middle + 40] = bytes(40)
    (tmp_path / "a.parquet").write_bytes(bytes(stored))
    first, again = read_twice(reading, "parquet", ["a.parquet"], lambda at: at in (3, 150))
    assert [row for row, *_ in first] == [3, 151]
    assert again == first


def test_a_table_is_read_again_without_being_hashed_again(reading, tmp_path, monkeypatch):
    pl.DataFrame({"text": ["a", "b"]}).write_parquet(tmp_path / "a.parquet")
    opened = reading.connector("parquet", ["a.parquet"])
    (shard,) = opened.plan()
    monkeypatch.delattr(_HashedBytes, "readinto")
    wanted = places([{"row": 1, "path": "a.parquet", "position": 1}])
    assert [r["text"] for b in opened.read_again(shard, wanted) for r in b.to_pylist()] == ["b"]


@pytest.mark.parametrize("changed", [b"no table", None])
def test_a_table_that_has_changed_gives_what_is_left(reading, tmp_path, changed):
    pl.DataFrame({"text": ["a", "b", "c"]}).write_parquet(tmp_path / "a.parquet")
    opened = reading.connector("parquet", ["a.parquet"])
    (shard,) = opened.plan()
    if changed is None:
        pl.DataFrame({"text": ["a", "b"]}).write_parquet(tmp_path / "a.parquet")
    else:
        (tmp_path / "a.parquet").write_bytes(changed)
    wanted = places([{"row": n, "path": "a.parquet", "position": n} for n in (1, 2)])
    found = [r["text"] for b in opened.read_again(shard, wanted) for r in b.to_pylist()]
    assert found == (["b"] if changed is None else [])


def test_rows_of_signal_files_are_not_read_again(reading):
    assert not rereads(reading.signals("example.org", protocol="robots"))
    assert rereads(reading.connector("jsonl", ["a.jsonl"]))
