from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.errors import OutputUnwritableError
from colophon.record.parquet import PartWriter, read_batches, read_part, write_empty_part, write_part
from colophon.record.storage import LocalFolder, part_path, shard_part
from colophon.tables import DOCUMENTS, PII, ROW_GROUP_ROWS, SHARDS, SKETCHES, TABLES, Growth, Table


def pii(rows, first=0):
    return pa.Table.from_arrays(
        [
            pa.array(np.arange(first, first + rows)),
            pa.array(["EMAIL_ADDRESS"] * rows),
            pa.array(np.ones(rows, np.int32)),
            pa.array(np.full(rows, 0.5, np.float32)),
        ],
        schema=PII.schema,
    )


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, ROW_GROUP_ROWS + 1_000), max_size=5))
def test_the_same_rows_give_the_same_bytes_whatever_batches_they_come_in(tmp_path_factory, cuts):
    folder = LocalFolder(str(tmp_path_factory.mktemp("parts")))
    rows = pii(ROW_GROUP_ROWS + 1_000)
    with PartWriter(folder, PII, "whole.parquet") as part:
        part.write(rows)
    with PartWriter(folder, PII, "cut.parquet") as part:
        for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), rows.num_rows], strict=True):
            part.write(rows.slice(begin, end - begin))
    assert folder.read("whole.parquet") == folder.read("cut.parquet")


def test_row_groups_have_a_fixed_size(tmp_path):
    folder = LocalFolder(str(tmp_path))
    with PartWriter(folder, PII, "p.parquet") as part:
        part.write(pii(2 * ROW_GROUP_ROWS + 5))
    groups = pq.read_metadata(tmp_path / "p.parquet")
    assert [groups.row_group(g).num_rows for g in range(groups.num_row_groups)] == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 5]


def test_rows_in_any_order_are_sorted_by_the_key(tmp_path):
    folder = LocalFolder(str(tmp_path))
    write_part(folder, PII, "p.parquet", pii(10).take(pa.array([3, 1, 9, 0, 2, 8, 7, 6, 5, 4])))
    assert read_part(folder, "p.parquet").column("doc_id").to_pylist() == list(range(10))


def test_a_part_that_fails_leaves_nothing_behind(tmp_path):
    folder = LocalFolder(str(tmp_path))

    def fail():
        with PartWriter(folder, PII, "p.parquet") as part:
            part.write(pii(ROW_GROUP_ROWS))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert folder.walk() == ()


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("rows", [20_000, ROW_GROUP_ROWS], ids=["at its end", "in between"])
def test_a_disk_that_fills_up_under_a_part_is_said_plainly_and_nothing_is_left_behind(tmp_path, rows):
    folder = LocalFolder(str(tmp_path))
    with pytest.raises(OutputUnwritableError, match="File too large"), PartWriter(folder, PII, "p.parquet") as part:
        part.write(pii(rows))
    assert folder.walk() == ()


def test_a_part_without_rows_is_not_written(tmp_path):
    with PartWriter(LocalFolder(str(tmp_path)), PII, "p.parquet"):
        pass
    assert LocalFolder(str(tmp_path)).walk() == ()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_empty_part_keeps_schema_descriptions_and_disclosure(tmp_path, table):
    path = part_path(table, 1, "empty")
    write_empty_part(LocalFolder(str(tmp_path)), table, path)
    found = pq.read_schema(tmp_path / path)
    assert found.equals(table.schema)
    for column in table.columns:
        metadata = found.field(column.name).metadata
        assert metadata[b"description"].decode() == column.description
        assert metadata[b"disclosure"].decode() == column.disclosure


def test_parts_are_read_one_after_the_other(tmp_path):
    folder = LocalFolder(str(tmp_path))
    for n in range(2):
        write_part(folder, PII, f"{n}.parquet", pii(3, 3 * n))
    batches = read_batches(folder, ["0.parquet", "1.parquet"], ["doc_id"])
    assert [i for b in batches for i in b.column("doc_id").to_pylist()] == list(range(6))


def test_values_as_good_as_random_are_stored_as_they_are_and_all_others_packed(tmp_path):
    folder = LocalFolder(str(tmp_path))
    slots = [bytes(range(224)), bytes(224)]
    rows = {"doc_id": [0, 1], "scheme": ["a", "a"], "shingles": [9, 9], "slots": slots}
    write_part(folder, SKETCHES, "p.parquet", pa.table(rows, SKETCHES.schema))
    group = pq.read_metadata(tmp_path / "p.parquet").row_group(0)
    stored = {group.column(c).path_in_schema: group.column(c) for c in range(group.num_columns)}
    assert {name: c.compression for name, c in stored.items()} == {
        "doc_id": "ZSTD", "scheme": "ZSTD", "shingles": "ZSTD", "slots": "UNCOMPRESSED",
    }  # fmt: skip
    assert {name for name, c in stored.items() if "RLE_DICTIONARY" in c.encodings} == {"scheme", "shingles"}
    assert read_part(folder, "p.parquet").column("slots").to_pylist() == slots


def test_every_leaf_of_lists_and_structs_is_packed_too(tmp_path):
    files = next(c for c in SHARDS.columns if c.name == "files")
    table = Table("files", "row", (files,), (), Growth.PARTS)
    with PartWriter(LocalFolder(str(tmp_path)), table, "p.parquet") as part:
        part.write(pa.table({"files": [[{"path": "a", "size": 1, "sha256": "0"}]]}, table.schema))
    group = pq.read_metadata(tmp_path / "p.parquet").row_group(0)
    stored = {group.column(c).path_in_schema: group.column(c).compression for c in range(group.num_columns)}
    assert stored == {f"files.list.element.{name}": "ZSTD" for name in ("path", "size", "sha256")}


def test_a_column_that_an_earlier_version_did_not_write_is_null(tmp_path):
    folder = LocalFolder(str(tmp_path))
    path = shard_part(DOCUMENTS, 1, 0)
    row = {field.name: None if field.nullable else _ANY[field.type] for field in DOCUMENTS.schema}
    rows = pa.Table.from_pylist([row], DOCUMENTS.schema).drop_columns("fetched_on")
    (tmp_path / path).parent.mkdir(parents=True)
    pq.write_table(rows, tmp_path / path)
    (batch,) = read_batches(folder, [path], ("fetched_on", "doc_id"))
    assert batch.to_pylist() == [{"doc_id": 1, "fetched_on": None}]


_ANY = {
    pa.int64(): 1,
    pa.int32(): 1,
    pa.float32(): 1.0,
    pa.float64(): 1.0,
    pa.string(): "x",
    DOCUMENTS.schema.field("page_carriers").type: [],
}
