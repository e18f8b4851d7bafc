"""Which SQL statements only read: decided on DuckDB's own parse of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from colophon.errors import QueryError, StatementRefusedError

#: Kinds of query in DuckDB's parse tree that read. A common table expression may hold others: DuckDB 2.0 lets one
#: insert, delete or copy to a file inside a statement whose own type is SELECT.
_READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})

#: Functions that run a statement hidden in a string, or change the session.
_REFUSED_FUNCTIONS = frozenset({
    "query",
    "json_execute_serialized_sql",
    "enable_logging",
    "disable_logging",
    "enable_profiling",
    "disable_profiling",
    "checkpoint",
    "force_checkpoint",
    "write_log",
})  # fmt: skip


def reading_statements(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[str, ...]:
    """The statements of a text, each proven to read only.

    SELECT (with FROM, VALUES, DESCRIBE, SHOW and SUMMARIZE, which DuckDB parses to one) and EXPLAIN of it pass.
    Raises StatementRefusedError for the first that does not, QueryError where the text is no SQL.
    """
    statements = []
    for statement in _extract(connection, text):
        query = statement.query.strip()
        if statement.type == duckdb.StatementType.EXPLAIN:
            _require_select(connection, query, _explained(query))
        elif statement.type == duckdb.StatementType.SELECT:
            _require_reading(connection, query, query)
        else:
            raise StatementRefusedError(query, f"{statement.type.name} is not a reading statement")
        statements.append(query)
    return tuple(statements)


def _extract(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.Statement]:
    try:
        return connection.extract_statements(text)
    except duckdb.Error as error:
        raise QueryError(str(error)) from None


def _explained(query: str) -> str:
    """What follows EXPLAIN, its ANALYZE and its options in brackets. EXPLAIN ANALYZE runs what follows."""
    encoded = query.encode()
    tokens = duckdb.tokenize(query)
    ends = [start for start, _ in tokens[1:]] + [len(encoded)]
    words = [
        (start, encoded[start:end].strip().lower())
        for (start, kind), end in zip(tokens, ends, strict=True)
        if kind != duckdb.token_type.comment
    ]
    del words[0]
    if words and words[0][1] in {b"analyze", b"analyse"}:
        del words[0]
    if words and words[0][1] == b"(":
        close = next((at for at, (_, word) in enumerate(words) if word == b")"), len(words) - 1)
        del words[: close + 1]
    return encoded[words[0][0] :].decode() if words else ""


def _require_select(connection: duckdb.DuckDBPyConnection, query: str, explained: str) -> None:
    inner = _extract(connection, explained)
    if len(inner) != 1 or inner[0].type != duckdb.StatementType.SELECT:
        raise StatementRefusedError(query, "what it explains is not a SELECT")
    _require_reading(connection, query, explained)


def _require_reading(connection: duckdb.DuckDBPyConnection, query: str, select: str) -> None:
    ((serialised,),) = connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [select]).fetchall()
    tree = json.loads(serialised)
    if tree.get("error"):
        raise StatementRefusedError(query, f"DuckDB cannot show it as a SELECT ({tree.get('error_message')})")
    for node in _objects(tree):
        kind = node.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
            raise StatementRefusedError(query, f"it contains a {kind.removesuffix('_QUERY_NODE')}, which may write")
        if str(node.get("function_name", "")).lower() in _REFUSED_FUNCTIONS:
            raise StatementRefusedError(
                query, f"the function {node['function_name']} runs or changes more than it shows"
            )


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield current
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
