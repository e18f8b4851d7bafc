from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.record.row_hash import RowsHash

MIXED = pa.schema([
    ("text", pa.string()),
    ("bytes", pa.binary()),
    ("number", pa.int64()),
    ("share", pa.float32()),
    ("flag", pa.bool_()),
    ("time", pa.timestamp("us", "UTC")),
    ("words", pa.list_(pa.string())),
    ("pair", pa.struct([("a", pa.int32()), ("b", pa.string())])),
    ("pairs", pa.list_(pa.struct([("a", pa.int32()), ("b", pa.string())]))),
])  # fmt: skip

pair = st.fixed_dictionaries({"a": st.none() | st.integers(0, 9), "b": st.none() | st.text(max_size=2)})
row = st.fixed_dictionaries({
    "text": st.none() | st.text(max_size=4),
    "bytes": st.none() | st.binary(max_size=4),
    "number": st.none() | st.integers(-(2**63), 2**63 - 1),
    "share": st.none() | st.integers(0, 8).map(lambda n: n / 8),
    "flag": st.none() | st.booleans(),
    "time": st.none() | st.integers(0, 2**50),
    "words": st.none() | st.lists(st.none() | st.text(max_size=3), max_size=3),
    "pair": st.none() | pair,
    "pairs": st.none() | st.lists(pair, max_size=2),
})  # fmt: skip
rows = st.lists(row, min_size=1, max_size=8)


def hashed(*groups, schema=MIXED):
    digest = RowsHash(schema)
    for group in groups:
        digest.update(group)
    return digest.hexdigest()


def of(values, kind):
    schema = pa.schema([("x", kind)])
    return hashed(pa.Table.from_pydict({"x": values}, schema), schema=schema)


@given(rows, st.integers(0, 8))
def test_chunks_leave_no_mark(values, cut):
    table = pa.Table.from_pylist(values, MIXED)
    assert hashed(pa.concat_tables([table.slice(0, cut), table.slice(cut)])) == hashed(table)


@given(rows, st.integers(0, 7))
def test_rows_before_and_after_a_slice_leave_no_mark(values, begin):
    part = pa.Table.from_pylist(values, MIXED).slice(begin)
    assert hashed(part) == hashed(pa.Table.from_pylist(values[begin:], MIXED))


@given(rows, rows)
def test_other_rows_have_another_hash(one, other):
    assert (hashed(pa.Table.from_pylist(one, MIXED)) == hashed(pa.Table.from_pylist(other, MIXED))) == (one == other)


@given(st.lists(row, min_size=2, max_size=5, unique_by=repr), st.randoms())
def test_the_order_of_rows_counts(values, random):
    other = random.sample(values, len(values))
    same = hashed(pa.Table.from_pylist(values, MIXED)) == hashed(pa.Table.from_pylist(other, MIXED))
    assert same == (values == other)


@pytest.mark.parametrize(
    ("neutral", "kind"),
    [
        (0, pa.int64()),
        (0.0, pa.float64()),
        (False, pa.bool_()),
        ("", pa.string()),
        (b"", pa.binary()),
        ([], pa.list_(pa.string())),
        ({"a": None}, pa.struct([("a", pa.int32())])),
    ],
    ids=str,
)
def test_null_is_not_the_neutral_value(neutral, kind):
    assert of([None], kind) != of([neutral], kind)


def test_texts_that_join_to_the_same_bytes_differ():
    assert len({of(v, pa.string()) for v in (["ab", ""], ["a", "b"], ["", "ab"])}) == 3
    lists = ([["a", "b"], []], [["a"], ["b"]], [["ab"], []])
    assert len({of(v, pa.list_(pa.string())) for v in lists}) == 3


def test_the_name_and_the_type_of_a_column_count():
    def of_column(name, kind):
        schema = pa.schema([(name, kind)])
        return hashed(pa.Table.from_arrays([pa.array([1], kind)], schema=schema), schema=schema)

    assert len({of_column("x", pa.int32()), of_column("y", pa.int32()), of_column("x", pa.int64())}) == 3


def test_a_table_without_rows_has_the_hash_of_nothing_read():
    empty = MIXED.empty_table()
    assert hashed(empty) == hashed(empty.combine_chunks())
    assert hashed(empty) != hashed()


def test_the_encoding_is_the_one_that_is_documented():
    import hashlib
    import struct

    schema = pa.schema([("n", pa.int32()), ("s", pa.string())])
    table = pa.Table.from_pydict({"n": [7, None], "s": [None, "é"]}, schema)
    expected = (
        b"n:int32:2\n" + b"\1\0" + struct.pack("<ii", 7, 0) + b"s:string:2\n" + b"\0\1" + struct.pack("<qq", 0, 2)
    ) + "é".encode()
    assert hashed(table, schema=schema) == hashlib.sha256(expected).hexdigest()
