from __future__ import annotations

import hashlib

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.identity import DIGEST_BYTES
from colophon.dedup.clusters import EXACT_GROUPS, exact_groups

contents = st.lists(st.integers(0, 12), max_size=40)


def rows(named):
    """(doc_id, content) pairs as they arrive behind a shuffle."""
    keys = [hashlib.sha256(bytes([content])).digest() for _, content in named]
    return pa.table(
        {"key": pa.array(keys, pa.binary(DIGEST_BYTES)), "doc_id": pa.array([d for d, _ in named], "int64")}
    )


def groups_of(named):
    """The oracle: members of groups of two and more with the smallest of each."""
    by_content = {}
    for doc_id, content in named:
        by_content.setdefault(content, []).append(doc_id)
    return sorted((d, min(ids)) for ids in by_content.values() if len(ids) > 1 for d in ids)


def found(table):
    return sorted(zip(table.column("doc_id").to_pylist(), table.column("group_id").to_pylist(), strict=True))


@given(contents, st.randoms())
def test_equal_keys_are_grouped_whatever_order_they_arrive_in(made, random):
    named = [(1000 - 7 * n, content) for n, content in enumerate(made)]
    expected = groups_of(named)
    random.shuffle(named)
    assert found(exact_groups(rows(named))) == expected


@given(contents, st.integers(0, 40))
def test_rows_in_several_chunks_are_the_same_rows(made, cut):
    named = list(enumerate(made))
    whole = rows(named)
    chunked = pa.concat_tables([whole.slice(0, cut), whole.slice(cut)])
    assert exact_groups(chunked) == exact_groups(whole)


def test_keys_that_differ_in_their_last_byte_are_not_equal():
    key = bytes(31)
    table = pa.table({"key": pa.array([key + b"\0", key + b"\1"], pa.binary(32)), "doc_id": [1, 2]})
    assert not exact_groups(table).num_rows


def test_no_rows_give_no_groups():
    assert exact_groups(rows([])).schema == EXACT_GROUPS
