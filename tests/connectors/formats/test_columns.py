from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.config.corpus import Fields
from colophon.connectors.formats import columns as columns_module
from colophon.connectors.formats import documents as documents_module
from colophon.connectors.formats.arrow_values import values_of
from colophon.connectors.formats.columns import documents_of_columns
from colophon.connectors.formats.documents import Batch, Document, RowCounter, document_of, measured
from colophon.connectors.formats.field_values import Absent
from colophon.connectors.rows import ROWS, Reject
from colophon.tables import TIME
from colophon.vocabulary import RejectReason

ROW_COUNT = 4
FIELDS = Fields(text=("title", "body"), id="id", url="url", fetched_at="at", license="license")


def column(values, kind):
    return st.lists(values | st.none(), min_size=ROW_COUNT, max_size=ROW_COUNT).map(lambda v: pa.array(v, kind))


words = st.text(alphabet="ab zé中\n\t\x1c\u2003", max_size=5)
texts = column(words, pa.string()) | column(words, pa.large_string())
stored = column(words.map(str.encode) | st.binary(max_size=3), pa.binary())
broken = stored.map(lambda column: column.view(pa.string()))
numbers = column(st.integers(0, 2**40), pa.int64())
others = column(st.booleans(), pa.bool_()) | column(st.lists(words, max_size=2), pa.list_(pa.string()))
moments = column(st.integers(-(2**62), 2**62), pa.timestamp("us", "UTC")) | column(
    st.datetimes(datetime(1960, 1, 1), datetime(2300, 1, 1)),  # noqa: DTZ001  # its bounds have no zone
    pa.timestamp("ms"),
)
written = column(st.sampled_from(["2024-05-01T12:00:00Z", "2024-05-01", "1714564800", "", "x:y", "x/y"]), pa.string())
claims = column(st.sampled_from(["MIT", '["MIT", "Apache-2.0"]', '{"key": "mit"}', "[x", ""]), pa.string())
anything = texts | stored | broken | numbers | others | written
tables = st.fixed_dictionaries(
    {"body": texts | stored | broken},
    optional={
        "title": anything,
        "id": anything,
        "url": anything,
        "at": anything | moments,
        "license": anything | claims,
    },
)


def row_by_row(fields, arrays, counter):
    """The plain twin: one document, or reject, for each row."""
    values = {name: values_of(array) for name, array in arrays.items()}
    for row in range(ROW_COUNT):
        found = document_of(
            fields,
            lambda name, row=row: values[name][row] if name in values else Absent.ABSENT,
            "p",
            7 + row,
            counter,
        )
        size = measured("p", found) if isinstance(found, Document) else found
        yield size if isinstance(size, Reject) else found


def compare_with_rows(fields, arrays):
    by_row, by_column = RowCounter(), RowCounter()
    plain = list(row_by_row(fields, arrays, by_row))
    found = documents_of_columns(fields, arrays, "p", np.arange(7, 7 + ROW_COUNT), by_column)
    assert by_column.fields == by_row.fields
    documents = [(row, document) for row, document in enumerate(plain) if isinstance(document, Document)]
    assert found.rows == ROW_COUNT
    assert list(found.rejects) == [p for p in plain if isinstance(p, Reject)]
    assert found.columns.column("row").to_pylist() == [row for row, _ in documents]
    for row, (_, document) in zip(found.columns.drop_columns("row").to_pylist(), documents, strict=True):
        assert row == {name: getattr(document, name) for name in row}


@given(tables)
def test_columns_give_what_the_rows_give_one_by_one(arrays):
    compare_with_rows(FIELDS, arrays)
    compare_with_rows(Fields(text=("title?", "body?"), id="at"), arrays)
    compare_with_rows(Fields(text=("body",), id="id", url="url", fetched_at="at", license="license"), arrays)


def test_a_text_that_is_too_large_costs_only_its_row(monkeypatch):
    for module in (columns_module, documents_module):
        monkeypatch.setattr(module, "MAX_ROW_BYTES", 3)
    arrays = {"text": pa.array(["abc", "abcd", "é", "éé"])}
    compare_with_rows(Fields(), arrays)
    assert len(documents_of_columns(Fields(), arrays, "p", np.arange(ROW_COUNT), RowCounter()).rejects) == 2


def test_times_that_are_written_out_are_read():
    arrays = {"text": pa.array(["a"]), "at": pa.array(["2024-05-01 12:00:00"])}
    (row,) = documents_of_columns(Fields(fetched_at="at"), arrays, "p", np.arange(1), RowCounter()).columns.to_pylist()
    assert row["fetched_at"] == datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, " "])
def test_one_odd_row_leaves_the_others_where_they_are(text):
    arrays = {"text": pa.array(["a", text, "b"])}
    found = documents_of_columns(Fields(), arrays, "p", np.array([10, 11, 15]), RowCounter())
    assert found.columns.select(["row", "position", "text"]).to_pylist() == [
        {"row": 0, "position": 10, "text": "a"},
        {"row": 2, "position": 15, "text": "b"},
    ]
    assert [r.position for r in found.rejects] == [11]


def documents_with(texts):
    return documents_of_columns(Fields(), {"text": pa.array(texts)}, "p", np.arange(len(texts)), RowCounter())


@given(
    pieces=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=8), max_size=4),
    alone=st.lists(st.integers(1, 9), max_size=4),
    max_rows=st.integers(1, 6),
)
def test_batches_hold_every_row_in_order_within_their_limits(pieces, alone, max_rows):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(documents_module, "MAX_BATCH_TEXT_BYTES", 7)
        batch, made, row, expected = Batch(max_rows), [], 0, []
        for piece in pieces:
            found = documents_with(["x" * n for n in piece])
            for columns in found.batches(row, "p", max_rows):
                made += batch.add_columns(columns)
            expected += [(row + at, "x" * n) for at, n in enumerate(piece) if n]
            row += len(piece)
            for n in alone:
                made += batch.add(row, "p", Document(row, "y" * n))
                expected.append((row, "y" * n))
                row += 1
        if len(batch):
            made.append(batch.take())
    assert [(r["row"], r["text"]) for b in made for r in b.to_pylist()] == expected
    for one in made:
        assert one.schema == ROWS
        assert 0 < one.num_rows <= max_rows
        sizes = [len(t) for t in one.column("text").to_pylist()]
        assert sum(sizes) <= 7 or len(sizes) == 1


def test_all_columns_have_the_types_of_the_schema():
    (batch,) = documents_with(["a"]).batches(5, "p", 10)
    batch.validate(full=True)
    assert batch.schema.field("fetched_at").type == TIME
    assert batch.column("row").to_pylist() == [5]


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\ufeff \n",
        "\u2800\u2800",
        "\u3164",
        "\u00ad",
        "\u202e",
        "\ufe0f",
        "\x07",
        "\U000e0100",
        "\U000e01ef",
        "\U000e0041",
        "\u17b4\u17b5",
        "\u2065",
        "\ufff0",
    ],
)
def test_a_text_that_shows_nothing_is_empty(text):
    assert [r.detail for r in documents_with([text, "\u200ba"]).rejects] == ["no_text"]
    assert measured("p", Document(0, text)) == Reject("p", 0, RejectReason.EMPTY, "no_text")


def test_a_mark_by_itself_shows_something():
    assert documents_with(["\u0301", "☀\ufe0f", "\ue000"]).rejects == ()
