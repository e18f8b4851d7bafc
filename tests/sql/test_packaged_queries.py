"""Every SQL file of the package runs over a small record and gives the columns its header lists."""

from __future__ import annotations

import pytest

from colophon.query.packaged import VIEWS_FOLDER, packaged_queries
from colophon.query.session import Record

PARAMETERS = {"places": "[]", "tells_acquisition": True, "most": 3}
QUERIES = packaged_queries()


@pytest.mark.parametrize("query_id", sorted(QUERIES))
def test_columns_are_those_of_the_header(query_id: str, opened_small_record: Record) -> None:
    query = QUERIES[query_id]
    given = {p.name: PARAMETERS.get(p.name) for p in query.parameters}
    if query_id.startswith(f"{VIEWS_FOLDER}/"):
        answer = opened_small_record.table(query.name)
    else:
        answer = opened_small_record.query(query_id, given).table
    assert answer.column_names == [column.name for column in query.columns]


@pytest.mark.parametrize("query_id", sorted(q for q in QUERIES if q.startswith("checks/")))
def test_checks_find_nothing_in_a_sound_record(query_id: str, opened_small_record: Record) -> None:
    assert opened_small_record.query(query_id).table.to_pylist() == []
