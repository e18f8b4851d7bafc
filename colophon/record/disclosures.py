"""Who may see each column of a table, view or packaged query.

The class of a table's column stands in `record.tables`. A view or query may declare one in its header
(`--   name [public]: …`); otherwise a column has the strictest class of the columns of its name that the query reads,
and one with a name of its own (a count, a share) the strictest class of all columns that the query mentions, keys by
which tables are joined left out, and never a wider circle than authorities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import pyarrow as pa

from colophon.record.queries import PackagedQuery, packaged_query, packaged_views
from colophon.record.tables import TABLES
from colophon.record.vocabulary import Disclosure

_COMMENT = re.compile(r"--[^\n]*")
_WORD = re.compile(r"[a-z_0-9]+")

#: Names of columns by which rows are joined end so; what is counted over them is not made of them.
_KEY = "_id"


@cache
def disclosures(relation: str) -> Mapping[str, Disclosure]:
    """The class of each column of a table or view, by name, in its order."""
    if relation in TABLES:
        return {column.name: column.disclosure for column in TABLES[relation].columns}
    return query_disclosures(next(view for view in packaged_views() if view.name == relation))


def query_disclosures(query: PackagedQuery) -> Mapping[str, Disclosure]:
    """The class of each column of a view or packaged query, by name, in its order."""
    read = [disclosures(need) for need in query.needs]
    words = set(_WORD.findall(_COMMENT.sub("", query.select)))
    mentioned = [c[name] for c in read for name in c.keys() & words if not name.endswith(_KEY)]
    own = _strictest([*mentioned, Disclosure.AUTHORITY])
    found = {}
    for column in query.columns:
        namesakes = [c[column.name] for c in read if column.name in c]
        found[column.name] = column.disclosure or (_strictest(namesakes) if namesakes else own)
    return found


def seen_columns(classes: Mapping[str, Disclosure], seen_by: Disclosure) -> tuple[str, ...]:
    """The columns that readers of a class may see."""
    return tuple(name for name, disclosure in classes.items() if seen_by.includes(disclosure))


def shows_counts(seen_by: Disclosure) -> bool:
    """Whether readers may count rows: below authorities the number of equal rows would betray exact shares."""
    return seen_by.includes(Disclosure.AUTHORITY)


def seen_rows(table: pa.Table, query_id: str, seen_by: Disclosure) -> pa.Table:
    """The answer to a packaged query as readers of a class may see it: their columns, equal rows once below authorities."""
    classes = query_disclosures(packaged_query(query_id))
    names = [name for name in table.column_names if seen_by.includes(classes.get(name, Disclosure.INTERNAL))]
    seen = table.select(names)
    if shows_counts(seen_by) or not names:
        return seen
    distinct = {tuple(map(str, row.values())): row for row in seen.to_pylist()}
    return pa.Table.from_pylist(list(distinct.values()), seen.schema)


def _strictest(classes: Iterable[Disclosure]) -> Disclosure:
    return max(classes, key=lambda d: d.strictness)
