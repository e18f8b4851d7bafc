from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.record.canonical import RowsHash
from colophon.record.folder import RecordFolder
from colophon.record.manifest import merkle_root
from colophon.record.parts import PartWriter, part_path, read_batches, read_part, write_empty_part, write_part
from colophon.record.tables import PII, ROW_GROUP_ROWS, TABLES


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
    folder = RecordFolder(str(tmp_path_factory.mktemp("parts")))
    rows = pii(ROW_GROUP_ROWS + 1_000)
    with PartWriter(folder, PII, "whole.parquet") as part:
        part.write(rows)
    with PartWriter(folder, PII, "cut.parquet") as part:
        for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), rows.num_rows], strict=True):
            part.write(rows.slice(begin, end - begin))
    assert folder.read("whole.parquet") == folder.read("cut.parquet")


def test_row_groups_have_a_fixed_size(tmp_path):
    folder = RecordFolder(str(tmp_path))
    with PartWriter(folder, PII, "p.parquet") as part:
        part.write(pii(2 * ROW_GROUP_ROWS + 5))
    groups = pq.read_metadata(tmp_path / "p.parquet")
    assert [groups.row_group(g).num_rows for g in range(groups.num_row_groups)] == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 5]


def test_rows_in_any_order_are_sorted_by_the_key(tmp_path):
    folder = RecordFolder(str(tmp_path))
    write_part(folder, PII, "p.parquet", pii(10).take(pa.array([3, 1, 9, 0, 2, 8, 7, 6, 5, 4])))
    assert read_part(folder, "p.parquet").column("doc_id").to_pylist() == list(range(10))


def test_a_part_that_fails_leaves_nothing_behind(tmp_path):
    folder = RecordFolder(str(tmp_path))

    def fail():
        with PartWriter(folder, PII, "p.parquet") as part:
            part.write(pii(ROW_GROUP_ROWS))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert folder.walk() == ()


def test_a_part_without_rows_is_not_written(tmp_path):
    with PartWriter(RecordFolder(str(tmp_path)), PII, "p.parquet"):
        pass
    assert RecordFolder(str(tmp_path)).walk() == ()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_an_empty_part_keeps_schema_descriptions_and_disclosure(tmp_path, table):
    path = part_path(table, 1, "empty")
    write_empty_part(RecordFolder(str(tmp_path)), table, path)
    found = pq.read_schema(tmp_path / path)
    assert found.equals(table.schema)
    for column in table.columns:
        metadata = found.field(column.name).metadata
        assert metadata[b"description"].decode() == column.description
        assert metadata[b"disclosure"].decode() == column.disclosure


def test_parts_are_read_one_after_the_other(tmp_path):
    folder = RecordFolder(str(tmp_path))
    for n in range(2):
        write_part(folder, PII, f"{n}.parquet", pii(3, 3 * n))
    batches = read_batches(folder, ["0.parquet", "1.parquet"], ["doc_id"])
    assert [i for b in batches for i in b.column("doc_id").to_pylist()] == list(range(6))


MIXED = pa.schema([
    ("text", pa.string()),
    ("number", pa.int64()),
    ("flag", pa.bool_()),
    ("time", pa.timestamp("us", "UTC")),
    ("words", pa.list_(pa.string())),
    ("pair", pa.struct([("a", pa.int32()), ("b", pa.string())])),
])  # fmt: skip

row = st.fixed_dictionaries({
    "text": st.none() | st.text(max_size=4),
    "number": st.none() | st.integers(-(2**63), 2**63 - 1),
    "flag": st.none() | st.booleans(),
    "time": st.none() | st.integers(0, 2**50),
    "words": st.none() | st.lists(st.none() | st.text(max_size=3), max_size=3),
    "pair": st.none() | st.fixed_dictionaries({"a": st.integers(0, 9), "b": st.text(max_size=2)}),
})  # fmt: skip


def hashed(*tables):
    digest = RowsHash(MIXED)
    for table in tables:
        digest.update(table)
    return digest.hexdigest()


@given(st.lists(row, min_size=1, max_size=8), st.integers(0, 8))
def test_the_hash_of_rows_does_not_depend_on_chunks(rows, cut):
    table = pa.Table.from_pylist(rows, MIXED)
    chunked = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    assert hashed(chunked) == hashed(table)


@given(st.lists(row, min_size=1, max_size=6), st.lists(row, min_size=1, max_size=6))
def test_other_rows_have_another_hash(one, other):
    assert (hashed(pa.Table.from_pylist(one, MIXED)) == hashed(pa.Table.from_pylist(other, MIXED))) == (one == other)


def split_at_power_of_two(leaves):
    """The definition of RFC 9162, section 2.1.1, word for word."""
    import hashlib

    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + split_at_power_of_two(leaves[:k]) + split_at_power_of_two(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=5), max_size=40))
def test_the_merkle_root_is_that_of_the_standard(leaves):
    assert merkle_root(leaves) == split_at_power_of_two(leaves).hex()
