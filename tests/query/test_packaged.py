from __future__ import annotations

import pytest

from colophon.errors import BadArgumentError, MalformedQueryError
from colophon.query.packaged import ordered, packaged_queries, packaged_query, packaged_views, parse_query
from colophon.tables import TABLES

GOOD = """-- name: kept
-- purpose: what is left
--   after all rules
-- grain: one row per document
-- needs: documents, decisions
-- parameters:
--   most: how many rows
-- columns:
--   doc_id: document
SELECT doc_id -- with a comment of its own
FROM documents
LIMIT $most;
"""


def test_header_is_read() -> None:
    query = parse_query("views/kept", GOOD)
    assert (query.id, query.name, query.grain) == ("views/kept", "kept", "one row per document")
    assert query.purpose == "what is left after all rules"
    assert query.needs == ("documents", "decisions")
    assert [(p.name, p.description) for p in query.parameters] == [("most", "how many rows")]
    assert [(c.name, c.description) for c in query.columns] == [("doc_id", "document")]
    assert query.select.startswith("SELECT doc_id")
    assert query.select.endswith("$most")


def test_hash_changes_with_any_byte_of_the_file() -> None:
    assert parse_query("views/kept", GOOD).sha256 != parse_query("views/kept", GOOD.replace("left", "kept")).sha256


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-- purpose: what is left\n--   after all rules\n", "", "lacks purpose"),
        ("-- purpose: what is left\n--   after all rules\n", "-- purpose:\n", "says nothing for purpose"),
        ("-- name: kept", "-- name: other", "expected 'kept'"),
        ("-- grain:", "-- grains:", "is not one of the keys"),
        ("-- grain: one row per document", "-- grain: a\n-- grain: b", "given twice"),
        ("--   doc_id: document\n", "", "no columns"),
        ("--   doc_id: document", "--   doc_id document", "is not `name: description`"),
        ("--   doc_id: document", "--   doc_id: document\n--   doc_id: again", "listed twice"),
        ("-- name: kept", "--   stray\n-- name: kept", "before the first key"),
        (GOOD[GOOD.index("SELECT") :], "", "nothing follows"),
    ],
)
def test_malformed_header_is_refused_with_the_reason(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(MalformedQueryError, match=said):
        parse_query("views/kept", GOOD.replace(old, new))


def view(name: str, needs: str):
    text = f"-- name: {name}\n-- purpose: p\n-- grain: g\n-- needs: {needs}\n-- columns:\n--   a: b\nSELECT 1 AS a"
    return parse_query(f"views/{name}", text)


def test_views_come_after_those_they_need() -> None:
    found = ordered([view("a", "b documents"), view("b", "c"), view("c", "")])
    assert [v.name for v in found] == ["c", "b", "a"]


def test_views_that_need_each_other_are_refused() -> None:
    with pytest.raises(MalformedQueryError, match="needs itself"):
        ordered([view("a", "b"), view("b", "a")])


def test_a_need_that_nobody_meets_is_refused() -> None:
    with pytest.raises(MalformedQueryError, match="'nowhere', which is neither"):
        ordered([view("a", "nowhere")])


def test_a_view_may_not_take_the_name_of_a_table() -> None:
    with pytest.raises(MalformedQueryError, match="already the name of a table"):
        ordered([view("documents", "")])


def test_unknown_query_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadArgumentError, match="report/sources"):
        packaged_query("report/nothing")


def test_every_packaged_file_is_well_formed_and_needs_what_exists() -> None:
    names = {v.name for v in packaged_views()} | set(TABLES)
    for query in packaged_queries().values():
        assert set(query.needs) <= names, query.id
