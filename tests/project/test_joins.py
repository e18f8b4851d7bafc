"""The joins of the data dictionary, executed."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from colophon.query.name_list import NAME_LIST
from colophon.query.session import Record, open_record
from docs.generators.joins import JOINS, TableJoin


@pytest.fixture(scope="module")
def listing(small_record: str) -> Iterator[Record]:
    """The small record with a list of names."""
    with open_record(small_record) as record:
        table = pa.table({"name": ["WIKI.org", "unknown.example"], "authority": ["wiki.org", "unknown.example"]})
        record.stand_in(NAME_LIST, table.schema, table.to_batches())
        yield record


@pytest.mark.parametrize("join", JOINS, ids=lambda join: join.meaning)
def test_a_join_of_the_dictionary_can_be_executed_as_it_stands(join: TableJoin, listing: Record) -> None:
    assert listing.sql(f"SELECT count(*) AS rows FROM {join.clause}").num_rows == 1


@pytest.mark.parametrize("join", [join for join in JOINS if join.grain], ids=lambda join: join.meaning)
def test_a_join_with_a_grain_keeps_each_row_once(join: TableJoin, listing: Record) -> None:
    found = listing.sql(f"SELECT (SELECT count(*) FROM {join.clause}) AS joined, count(*) AS rows FROM {join.grain}")
    (row,) = found.to_pylist()
    assert row["joined"] == row["rows"]
