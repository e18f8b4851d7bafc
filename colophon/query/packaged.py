"""The SQL files of the package: each says in its header what it is for, what a row is, what it needs, what it gives.

The header is a block of comments at the top of the file, in this order:

    -- name: documents_kept
    -- purpose: one sentence, continued on indented lines where needed
    -- reading: how a row is read, for people who read little SQL (left out where the columns say it)
    -- grain: one row per …
    -- needs: views or tables it reads, separated by spaces
    -- parameters:            (left out where there are none)
    --   host: what to give
    -- columns:
    --   doc_id: what it holds
    --   share [authority]: what it holds, for a column with another class than what it is made of

The rest of the file is one SELECT. A file in `views/` becomes the view of its name; files of `JOIN_FOLDERS` are what a
command joins while it makes a generation; the others are asked by id, which is the folder and the name, for example
`report/totals`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable

from colophon.errors import BadArgumentError, MalformedQueryError
from colophon.tables import TABLES
from colophon.vocabulary import Disclosure

VIEWS_FOLDER = "views"

#: Folders of joins: they read tables of a generation that is being made, and views made for them alone.
JOIN_FOLDERS = ("run", "training_use")

_KEYS = ("name", "purpose", "reading", "grain", "needs", "parameters", "columns")
_OPTIONAL_KEYS = frozenset({"reading", "parameters"})


@dataclass(frozen=True, slots=True)
class Described:
    """A column or parameter of a query, what it holds, and the class of a column where the header declares it."""

    name: str
    description: str
    disclosure: Disclosure | None = None


@dataclass(frozen=True, slots=True)
class PackagedQuery:
    """One SQL file: its header as read, the SELECT below it, and the SHA-256 of the whole file."""

    id: str
    name: str
    purpose: str
    reading: str
    grain: str
    needs: tuple[str, ...]
    parameters: tuple[Described, ...]
    columns: tuple[Described, ...]
    select: str
    sha256: str


def packaged_query(query_id: str) -> PackagedQuery:
    """The query of this id. Raises BadArgumentError where there is none, MalformedQueryError."""
    queries = packaged_queries()
    if query_id not in queries:
        raise BadArgumentError("query", query_id, f"one of {', '.join(sorted(queries))}")
    return queries[query_id]


@cache
def packaged_queries() -> Mapping[str, PackagedQuery]:
    """All questions to a record by id, views included. Raises MalformedQueryError."""
    return {i: query for i, query in _packaged().items() if i.split("/", 1)[0] not in JOIN_FOLDERS}


@cache
def packaged_joins() -> Mapping[str, PackagedQuery]:
    """All joins of commands that make a generation by id. Raises MalformedQueryError."""
    return {i: query for i, query in _packaged().items() if i.split("/", 1)[0] in JOIN_FOLDERS}


@cache
def _packaged() -> Mapping[str, PackagedQuery]:
    queries = (parse_query(query_id, file.read_text("utf-8")) for query_id, file in _files())
    return {query.id: query for query in queries}


@cache
def packaged_views() -> tuple[PackagedQuery, ...]:
    """The views, each after those it needs. Raises MalformedQueryError."""
    return ordered(query for query in packaged_queries().values() if query.id.startswith(f"{VIEWS_FOLDER}/"))


def parse_query(query_id: str, text: str) -> PackagedQuery:
    """Read the header of an SQL file. Raises MalformedQueryError."""
    header, select = _split(text)
    fields = _fields(query_id, header)
    stem = query_id.rsplit("/", 1)[-1]
    if fields["name"] != [stem]:
        raise MalformedQueryError(
            query_id, f"its name is {' '.join(fields['name'])!r}, expected {stem!r} like the file"
        )
    columns = _described(query_id, "columns", fields["columns"])
    if not columns:
        raise MalformedQueryError(query_id, "no columns are listed")
    if not select:
        raise MalformedQueryError(query_id, "nothing follows the header")
    return PackagedQuery(
        id=query_id,
        name=stem,
        purpose=" ".join(fields["purpose"]),
        reading=" ".join(fields.get("reading", [])),
        grain=" ".join(fields["grain"]),
        needs=tuple(" ".join(fields["needs"]).replace(",", " ").split()),
        parameters=_described(query_id, "parameters", fields.get("parameters", [])),
        columns=columns,
        select=select,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def ordered(views: Iterable[PackagedQuery]) -> tuple[PackagedQuery, ...]:
    """Views so that each follows those it needs, else by name. Raises MalformedQueryError for a cycle or a gap."""
    by_name = {view.name: view for view in sorted(views, key=lambda view: view.name)}
    for view in by_name.values():
        if view.name in TABLES:
            raise MalformedQueryError(view.id, f"{view.name} is already the name of a table")
        for need in view.needs:
            if need not in by_name and need not in TABLES:
                raise MalformedQueryError(view.id, f"it needs {need!r}, which is neither a view nor a table")
    graph = {name: [need for need in view.needs if need in by_name] for name, view in by_name.items()}
    try:
        return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise MalformedQueryError(f"{VIEWS_FOLDER}/{error.args[1][0]}", "it needs itself, by way of others") from None


def _files() -> Iterator[tuple[str, Traversable]]:
    for folder in sorted(files("colophon").joinpath("sql").iterdir(), key=lambda entry: entry.name):
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".sql"):
                yield f"{folder.name}/{file.name.removesuffix('.sql')}", file


def _split(text: str) -> tuple[list[str], str]:
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return lines[:end], "\n".join(lines[end:]).strip().removesuffix(";").rstrip()


def _fields(query_id: str, header: Sequence[str]) -> dict[str, list[str]]:
    """The values of each key, one entry a line. Raises MalformedQueryError."""
    fields: dict[str, list[str]] = {}
    key = ""
    for line in header:
        content = line.removeprefix("--")
        if content.startswith("   ") or not content.strip():
            if not key:
                raise MalformedQueryError(query_id, f"{line!r} comes before the first key")
            fields[key] += [content.strip()] if content.strip() else []
            continue
        key, colon, value = content.strip().partition(":")
        if not colon or key not in _KEYS:
            raise MalformedQueryError(query_id, f"{line!r} is not one of the keys {', '.join(_KEYS)}")
        if key in fields:
            raise MalformedQueryError(query_id, f"{key} is given twice")
        fields[key] = [value.strip()] if value.strip() else []
    missing = [k for k in _KEYS if k not in fields and k not in _OPTIONAL_KEYS]
    if missing:
        raise MalformedQueryError(query_id, f"its header lacks {', '.join(missing)}")
    empty = [k for k in ("name", "purpose", "grain") if not fields[k]]
    if empty:
        raise MalformedQueryError(query_id, f"its header says nothing for {', '.join(empty)}")
    return fields


def _class(query_id: str, declared: str) -> Disclosure | None:
    """The class in brackets behind a name, None where there is none. Raises MalformedQueryError."""
    name = declared.removeprefix("[").removesuffix("]")
    if not declared:
        return None
    if declared != f"[{name}]" or name not in tuple(Disclosure):
        raise MalformedQueryError(query_id, f"{declared!r} is not a class in brackets, such as [public]")
    return Disclosure(name)


def _described(query_id: str, key: str, lines: Sequence[str]) -> tuple[Described, ...]:
    """Lines `name: description` or `name [class]: description`. Raises MalformedQueryError."""
    described = []
    for line in lines:
        declaration, colon, description = line.partition(":")
        name, _, declared = declaration.partition(" ")
        if not colon or not name.isidentifier() or not description.strip():
            raise MalformedQueryError(query_id, f"{line!r} under {key} is not `name: description`")
        described.append(Described(name, description.strip(), _class(query_id, declared)))
    names = [entry.name for entry in described]
    if len(names) != len(set(names)):
        raise MalformedQueryError(query_id, f"a name is listed twice under {key}")
    return tuple(described)
