"""What is said of a name in a question that the record does not have, or that the readers of an edition may not see."""

from __future__ import annotations

import re
from collections.abc import Mapping

from colophon.config.problems import nearest
from colophon.vocabulary import Disclosure

#: Tables and views by name, each with its columns and their classes.
Relations = Mapping[str, Mapping[str, Disclosure]]

# How DuckDB names what it did not find.
_COLUMN = re.compile(
    r'Referenced column "([^"]+)" not found|have a column named "([^"]+)"|Column "([^"]+)" (?:in|does not exist)'
)
_TABLE = re.compile(r'Table with name "?([^\s"]+)"? does not exist')
_GUESS = re.compile(r"^(?:Did you mean |Candidate bindings: ).*\n?", re.MULTILINE)
_WORD = re.compile(r"[a-z_][a-z_0-9]*")


def explained(message: str, query: str, relations: Relations, seen_by: Disclosure = Disclosure.INTERNAL) -> str:
    """DuckDB's message on a query with the reason of an edition, or with the nearest name instead of DuckDB's guess."""
    column, table = _COLUMN.search(message), _TABLE.search(message)
    if column is not None:
        said = _of_column(next(filter(None, column.groups())).lower(), query, relations, seen_by)
    elif table is not None:
        said = _of_table(table.group(1).rpartition(".")[2].lower(), relations, seen_by)
    else:
        return message
    if not said:
        return message
    first, _, rest = _GUESS.sub("", message).partition("\n")
    return f"{first}\n{said}\n{rest}".rstrip()


def _of_column(name: str, query: str, relations: Relations, seen_by: Disclosure) -> str:
    words = set(_WORD.findall(query.lower()))
    asked = {relation: columns for relation, columns in relations.items() if relation in words}
    near = name
    if not any(name in columns for columns in asked.values()):
        near = nearest(name, dict.fromkeys(column for columns in asked.values() for column in columns)) or name
    said = "" if near == name else f"the nearest column is {near}"
    classes = {relation: columns[near] for relation, columns in asked.items() if near in columns}
    hidden = [_hidden(f"column {near} of {r}", c, seen_by) for r, c in classes.items() if not seen_by.includes(c)]
    if hidden and len(hidden) == len(classes):
        return f"{said}; {hidden[0]}" if said else hidden[0]
    if said:
        return said
    holders = [r for r, columns in relations.items() if name in columns and seen_by.includes(columns[name])]
    return f"column {name} is in {', '.join(holders[:5])}" if holders and not classes else ""


def _of_table(name: str, relations: Relations, seen_by: Disclosure) -> str:
    if name in relations:
        widest = min(relations[name].values(), key=lambda disclosure: disclosure.strictness)
        if not seen_by.includes(widest):
            return _hidden(f"what {name} holds", widest, seen_by)
    seen = [r for r, columns in relations.items() if any(map(seen_by.includes, columns.values()))]
    near = nearest(name, seen)
    return f"the nearest table or view is {near}" if near else "`.tables` lists the tables and views"


def _hidden(what: str, disclosure: Disclosure, seen_by: Disclosure) -> str:
    return f"{what} is of class {disclosure}; the edition {seen_by} hides it: use --edition {disclosure}"
