from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import QueryError, StatementRefusedError
from colophon.query.read_only import reading_statements


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        opened.execute("CREATE VIEW v AS SELECT 1 AS a")
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "FROM v",
        "VALUES (1)",
        "TABLE v",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 3) SELECT * FROM r",
        "SELECT 1 UNION SELECT 2",
        "DESCRIBE v",
        "SHOW TABLES",
        "SUMMARIZE v",
        "PIVOT v ON a IN (1) USING count(*)",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "explain (format json) select 1",
        "EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1",
        "EXPLAIN -- why\n SELECT 1",
        "EXPLAIN /* é( */ ANALYZE SELECT '('",
        "SELECT 'COPY_QUERY_NODE' AS \"type\"",
    ],
)
def test_reading_statement_passes_and_runs(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    assert reading_statements(connection, statement) == (statement,)
    assert connection.execute(statement).fetchall() is not None


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA version",
        "SET threads = 1",
        "RESET threads",
        "CALL pragma_version()",
        "CREATE TABLE t (a INTEGER)",
        "INSERT INTO t VALUES (1)",
        "DELETE FROM t",
        "DROP VIEW v",
        "EXPORT DATABASE 'folder'",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "VACUUM",
        "USE memory",
        "COMMENT ON VIEW v IS 'x'",
        "EXPLAIN COPY (SELECT 1) TO 'out.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'out.csv'",
        "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
        "PIVOT v ON a USING count(*)",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT * FROM force_checkpoint()",
        "SELECT * FROM enable_logging()",
        "SELECT 1; DROP VIEW v",
    ],
)
def test_other_statement_is_refused(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    with pytest.raises(StatementRefusedError):
        reading_statements(connection, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "WITH x AS (COPY (SELECT 1) TO 'out.csv') SELECT 1",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "EXPLAIN ANALYZE WITH x AS (COPY (SELECT 1) TO 'out.csv') SELECT 1",
    ],
)
def test_writing_hidden_in_a_select_is_refused(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    # DuckDB 2 parses these to a SELECT; DuckDB 1.5 to a syntax error.
    with pytest.raises((StatementRefusedError, QueryError)):
        reading_statements(connection, statement)


def test_several_reading_statements_pass_in_order(connection: duckdb.DuckDBPyConnection) -> None:
    found = reading_statements(connection, "SELECT 1; FROM v -- last\n")
    assert [s.rstrip("; ") for s in found] == ["SELECT 1", "FROM v -- last"]


def test_text_that_is_no_sql_is_a_query_error(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match="syntax error"):
        reading_statements(connection, "SELCT 1")


def test_nothing_gives_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    assert reading_statements(connection, " -- only a comment\n") == ()


_HARMLESS = st.sampled_from(["SELECT 1", "FROM v", "EXPLAIN SELECT 1", "DESCRIBE v"])
_HARMFUL = st.sampled_from(["COPY v TO 'x'", "SET threads = 1", "DROP VIEW v", "CALL pragma_version()"])


@given(st.lists(_HARMLESS, max_size=4), _HARMFUL, st.lists(_HARMLESS, max_size=4))
def test_one_refused_statement_among_others_refuses_all(before: list[str], harmful: str, after: list[str]) -> None:
    with duckdb.connect(":memory:") as opened, pytest.raises(StatementRefusedError):
        reading_statements(opened, "; ".join([*before, harmful, *after]))
