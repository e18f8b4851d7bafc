from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors.columns import documents_in_columns
from colophon.connectors.documents import Document, measured
from colophon.connectors.parquet import _values
from colophon.connectors.row_fields import Absent, document_of
from colophon.connectors.rows import MAX_BATCH_TEXT_BYTES, ROWS, Reject
from colophon.record.corpus import Fields

FIELDS = Fields(text=("title", "body"), id="id", url="url", fetched_at="at", license="license")

words = st.text(alphabet="ab zé中\n\t\x1c", max_size=5)
moments = st.datetimes(datetime(1960, 1, 1), datetime(2300, 1, 1))  # noqa: DTZ001  # its bounds have no zone
columns = st.fixed_dictionaries(
    {
        "title": st.lists(words, min_size=4, max_size=4),
        "body": st.lists(words | st.none(), min_size=4, max_size=4),
    },
    optional={
        "id": st.lists(words | st.none(), min_size=4, max_size=4)
        | st.lists(st.integers(0, 9) | st.none(), min_size=4, max_size=4),
        "url": st.lists(words | st.none(), min_size=4, max_size=4),
        "at": st.lists(moments | st.none(), min_size=4, max_size=4),
        "license": st.lists(words | st.none(), min_size=4, max_size=4),
    },
)


def row_by_row(arrays):
    """The plain twin: one document, or reject, for each row."""
    values = {name: _values(array) for name, array in arrays.items()}
    made = []
    for row in range(4):
        found = document_of(
            FIELDS, lambda name, row=row: values[name][row] if name in values else Absent.ABSENT, "p", 7 + row
        )
        size = measured("p", found) if isinstance(found, Document) else found
        made.append(size if isinstance(size, Reject) else found)
    return made


@given(columns)
def test_columns_give_what_the_rows_give_one_by_one(given_columns):
    arrays = {
        name: pa.array(values, pa.timestamp("us", "UTC") if name == "at" else None)
        for name, values in given_columns.items()
    }
    plain = row_by_row(arrays)
    whole = documents_in_columns(FIELDS, arrays, 7)
    if whole is None:
        return
    assert not any(isinstance(p, Reject) for p in plain)
    for row, document in zip(whole.columns.to_pylist(), plain, strict=True):
        assert {name: row[name] for name in row} == {name: getattr(document, name) for name in row}


def test_clean_rows_stay_columns():
    arrays = {
        "title": pa.array(["a", "b"]),
        "body": pa.array(["c", "d"]),
        "at": pa.array([datetime(2024, 1, 1, tzinfo=UTC)] * 2),
    }
    whole = documents_in_columns(FIELDS, arrays, 0)
    assert whole is not None
    assert whole.columns.column("text").to_pylist() == ["a\nc", "b\nd"]


@pytest.mark.parametrize(
    "odd",
    [
        pa.array(["a", None]),
        pa.array([b"a", b"\xff"]),
        pa.array([1, 2]),
        pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"], pa.binary()).buffers()),
    ],
    ids=["null", "bytes", "numbers", "broken UTF-8"],
)
def test_odd_rows_are_looked_at_one_by_one(odd):
    fields = Fields(text=("text",))
    assert documents_in_columns(fields, {"text": odd}, 0) is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 5))
def test_batches_keep_every_row_within_their_limits(sizes, max_rows):
    texts = pa.array(["x" * n for n in sizes], pa.large_string())
    whole = documents_in_columns(Fields(text=("text",)), {"text": texts}, 3)
    batches = list(whole.batches(10, "p", max_rows))
    assert all(b.schema == ROWS and b.num_rows <= max_rows for b in batches)
    assert [r for b in batches for r in b.column("row").to_pylist()] == list(range(10, 10 + len(sizes)))
    assert [t for b in batches for t in b.column("text").to_pylist()] == ["x" * n for n in sizes]


def test_a_document_larger_than_a_batch_goes_alone():
    texts = pa.array(["a", "b" * (MAX_BATCH_TEXT_BYTES + 1), "c"], pa.large_string())
    whole = documents_in_columns(Fields(text=("text",)), {"text": texts}, 0)
    assert [b.num_rows for b in whole.batches(0, "p", 100)] == [1, 1, 1]
