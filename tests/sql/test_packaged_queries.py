"""Every SQL file of the package runs over a small record and gives the columns its header lists."""

from __future__ import annotations

import re

import pytest

from colophon.query.packaged import VIEWS_FOLDER, packaged_queries, packaged_views
from colophon.query.session import open_record
from colophon.tables import TABLES

PARAMETERS = {"authority": "silent.org", "subdomains": True, "path": "", "most": 3}
QUERIES = packaged_queries()


@pytest.mark.parametrize("query_id", sorted(QUERIES))
def test_columns_are_those_of_the_header(query_id: str, small_record: str) -> None:
    query = QUERIES[query_id]
    given = {p.name: PARAMETERS.get(p.name) for p in query.parameters}
    with open_record(small_record) as record:
        if query_id.startswith(f"{VIEWS_FOLDER}/"):
            found = record.table(query.name)
        else:
            found = record.query(query_id, given).table
    assert found.column_names == [column.name for column in query.columns]


@pytest.mark.parametrize("query_id", sorted(QUERIES))
def test_header_names_all_it_needs_and_no_more(query_id: str) -> None:
    query = QUERIES[query_id]
    known = set(TABLES) | {view.name for view in packaged_views()}
    used = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", query.select)) & known
    # A common table expression may share its name with a table; what is left must agree with the header.
    local = set(re.findall(r"\b([a-z_]+)(?: \([a-z_, ]+\))? AS (?:MATERIALIZED )?\(", query.select))
    assert used - local <= set(query.needs)
    assert set(query.needs) <= used | local


@pytest.mark.parametrize("query_id", sorted(q for q in QUERIES if q.startswith("checks/")))
def test_checks_find_nothing_in_a_sound_record(query_id: str, small_record: str) -> None:
    with open_record(small_record) as record:
        assert record.query(query_id).table.to_pylist() == []
