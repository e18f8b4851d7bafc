"""The rules about the package as it is imported: what it loads, its registries, the headers of its queries."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

from colophon.query.packaged import packaged_queries, packaged_views
from colophon.tables import TABLES
from docs.generators.pages import filled
from lint.rules import IMPURE, PURE
from lint.source import Checkout, Module

#: Libraries that take longer to import than a command may take that only says what it is.
HEAVY = {"aiohttp", "apache_beam", "duckdb", "numba", "numpy", "polars", "presidio_analyzer", "pyarrow", "pydantic"}

_LOADED = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; print(*sys.modules)"


def the_command_line_starts_light(_: Checkout) -> Iterator[str]:
    """`colophon --version` imports no heavy library."""
    program = "import sys; from colophon.__main__ import run_command; run_command(['--version']); print(*sys.modules)"
    for name in sorted(HEAVY & set(_printed(program))):
        yield f"colophon --version: imports {name}"


def algorithms_load_no_files(checkout: Checkout) -> Iterator[str]:
    """Nothing that deduplication and reservations import, however indirectly, loads Beam, DuckDB or Parquet readers."""
    names = [module.name for module in checkout.modules if module.path.startswith(PURE)]
    for impure in sorted(set(IMPURE) & set(_printed(_LOADED, *names))):
        yield f"{', '.join(PURE)}: load {impure} through what they import"


def _printed(program: str, *arguments: str) -> list[str]:
    """The words that a program prints in an interpreter of its own."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def registered_names_are_documented(checkout: Checkout) -> Iterator[str]:
    """Each name of each registry of the package begins a row of a table of the reference, maybe as a key of a block."""
    pages = sorted((checkout.root / "docs" / "reference").glob("*.md"))
    reference = "\n".join(filled(page.read_text("utf-8")) for page in pages)
    documented = set(re.findall(r"(?m)^\| `(?:[^`]+\.)?([^`.]+)`", reference))
    for module in checkout.modules:
        for registry in _registries(module):
            for name in getattr(import_module(module.name), registry):
                if name not in documented:
                    yield f"{module.path}: {name!r} of {registry} begins no row of a table in docs/reference"


def _registries(module: Module) -> Iterator[str]:
    """The names at the top of a module that a registry is assigned to."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if ast.unparse(node.value.func).partition("[")[0] == "Registry":
                yield ast.unparse(target)


def headers_name_what_a_query_needs(_: Checkout) -> Iterator[str]:
    """The header of a packaged query names each table and view that it reads, and no other."""
    known = set(TABLES) | {view.name for view in packaged_views()}
    for query_id, query in packaged_queries().items():
        # A common table expression may share its name with a table; what is left must agree with the header.
        local = set(re.findall(r"\b([a-z_]+)(?: \([a-z_, ]+\))? AS (?:MATERIALIZED )?\(", query.select))
        read = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", query.select)) & known
        for name in sorted(read - local - set(query.needs)):
            yield f"colophon/sql/{query_id}.sql: reads {name}, which its header does not name"
        for name in sorted(set(query.needs) - read - local):
            yield f"colophon/sql/{query_id}.sql: its header names {name}, which it does not read"


RULES = (
    the_command_line_starts_light,
    algorithms_load_no_files,
    registered_names_are_documented,
    headers_name_what_a_query_needs,
)
