"""The rules about source text: names, layers that import-linter cannot name, paths and statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import groupby

from lint.source import Checkout, Module

Rule = Callable[[Checkout], Iterator[str]]

#: Names that say nothing about a module's subject.
NO_SUBJECT = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}

#: What the algorithms of these folders may not import. import-linter cannot name a part of another package.
PURE = ("colophon/dedup/", "colophon/reservations/")
IMPURE = ("apache_beam", "duckdb", "pyarrow.dataset", "pyarrow.parquet")

#: The module that knows how a place of a record is spelled out.
STORAGE = "colophon/record/storage.py"

#: Where the names of views and the settings of a session, which cannot be parameters, are put into statements.
QUERYING = "colophon/query/"

_OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/")
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
_IN_A_RECORD = re.compile(r"(?:^|/)(?:tables|plans|manifests|work)/|gen=")
_STATEMENT = re.compile(
    r"\s*(?:ATTACH|COPY|CREATE|DELETE FROM|DROP|FROM|INSERT INTO|JOIN|SELECT|SET|UPDATE|WHERE|WITH)\s"
    r"|.*\bSELECT\b.*\bFROM\b",
    re.DOTALL,
)


def modules_are_named_after_their_subject(checkout: Checkout) -> Iterator[str]:
    """No module is called utils, helpers, common, base, core or manager."""
    for module in checkout.modules:
        name = module.path.rpartition("/")[2].removesuffix(".py")
        if name in NO_SUBJECT:
            yield f"{module.path}: {name!r} says nothing about its subject"


def class_names_are_unique(checkout: Checkout) -> Iterator[str]:
    """No two classes of the package share a name, private classes included."""
    classes = sorted(
        (node.name, f"{module.path}:{node.lineno}")
        for module in checkout.modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    )
    for name, places in groupby(classes, key=lambda c: c[0]):
        first, *others = (place for _, place in places)
        for other in others:
            yield f"{other}: class {name} exists already at {first}"


def algorithms_know_no_files(checkout: Checkout) -> Iterator[str]:
    """Deduplication and reservations import neither Beam nor DuckDB nor a reader of Parquet files."""
    for module in checkout.modules:
        if module.path.startswith(PURE):
            for line, name in module.imported_names:
                if any(name == impure or name.startswith(f"{impure}.") for impure in IMPURE):
                    yield f"{module.path}:{line}: imports {name}"


def only_storage_spells_paths_of_a_record(checkout: Checkout) -> Iterator[str]:
    """Only the storage of records spells out where something of a record lies, or makes an absolute path of that."""
    for module in checkout.modules:
        if module.path != STORAGE:
            docstrings = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                    if _IN_A_RECORD.search(node.value):
                        yield f"{module.path}:{node.lineno}: spells {node.value!r}, which is for {STORAGE} alone"
                elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(".absolute"):
                    yield f"{module.path}:{node.lineno}: asks for an absolute path, which is for {STORAGE} alone"


def statements_take_parameters(checkout: Checkout) -> Iterator[str]:
    """SQL is a packaged file or a literal whose values are parameters, never an f-string."""
    for module in checkout.modules:
        if module.path.startswith(QUERYING):
            continue
        for line, text in _formatted_strings(module):
            if _STATEMENT.match(text):
                yield f"{module.path}:{line}: SQL in an f-string: {' '.join(text.split())[:60]!r}"


def _formatted_strings(module: Module) -> Iterator[tuple[int, str]]:
    """The f-strings that hold a value, with an ellipsis in the place of each."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr) and any(isinstance(v, ast.FormattedValue) for v in node.values):
            yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)


def data_folders_hold_no_code(checkout: Checkout) -> Iterator[str]:
    """The folders of queries and templates hold no Python."""
    for module in checkout.modules:
        if module.path.startswith(("colophon/sql/", "colophon/summary_templates/")):
            yield f"{module.path}: is Python in a folder of data"


def tests_are_no_package(checkout: Checkout) -> Iterator[str]:
    """No folder of tests is a package, so that its modules cannot clash with those of the program."""
    for path in (checkout.root / "tests").rglob("__init__.py"):
        yield f"{path.relative_to(checkout.root)}: makes a package of a folder of tests"


def no_text_names_a_path_of_one_machine(checkout: Checkout) -> Iterator[str]:
    """No file under version control names a home folder or another path of the machine it was written on."""
    for path in checkout.files():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if (match := _OF_ONE_MACHINE.search(line)) and path.parent != checkout.root / "lint":
                yield f"{path.relative_to(checkout.root)}:{number}: names {match[0]}"


def links_lead_somewhere(checkout: Checkout) -> Iterator[str]:
    """Each link of a page to another file of the checkout leads to one that is there."""
    pages = [checkout.root / name for name in ("README.md", "CONTRIBUTING.md")]
    for page in [*pages, *sorted((checkout.root / "docs").rglob("*.md"))]:
        for target in _LINK.findall(page.read_text("utf-8") if page.exists() else ""):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(checkout.root)}: links to {target}, which is not there"


RULES: tuple[Rule, ...] = (
    modules_are_named_after_their_subject,
    class_names_are_unique,
    only_storage_spells_paths_of_a_record,
    algorithms_know_no_files,
    statements_take_parameters,
    data_folders_hold_no_code,
    tests_are_no_package,
    no_text_names_a_path_of_one_machine,
    links_lead_somewhere,
)
