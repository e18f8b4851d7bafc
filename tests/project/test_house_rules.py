"""Rules of this project that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "colophon"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 400

#: Names that say nothing about a module's subject.
NO_SUBJECT = {"utils", "util", "helpers", "helper", "common", "base", "core", "manager", "misc"}

#: Modules that may be longer, with the reason.
MAY_BE_LONGER = {
    "errors.py": "every error that ends a command, one after the other, read as a reference",
    "tables.py": "the schema of every table, one after the other, read as a reference",
}


def tracked_texts() -> list[Path]:
    """The files of the checkout under version control, or all where there is no git; binary and lock files left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = (
        listed.stdout.split("\0") if listed.returncode == 0 else [str(p.relative_to(ROOT)) for p in PACKAGE.rglob("*")]
    )
    suffixes = {".py", ".md", ".toml", ".yaml", ".sql", ".j2", ".html", ".css", ".json", ".csv", ""}
    paths = [ROOT / name for name in names if name]
    return [p for p in paths if p.is_file() and p.suffix in suffixes]


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_is_named_after_its_subject(module: Path) -> None:
    assert module.stem not in NO_SUBJECT


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_can_be_read_in_one_go(module: Path) -> None:
    name = module.relative_to(PACKAGE).as_posix()
    lines = len(module.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE or name in MAY_BE_LONGER


def test_modules_that_may_be_longer_still_are() -> None:
    lengths = {name: len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) for name in MAY_BE_LONGER}
    assert [name for name, lines in lengths.items() if lines <= LONGEST_MODULE] == []


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if m.relative_to(PACKAGE).parts[0] in {"record", "analyzers"}],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_public_functions_say_what_they_give(module: Path) -> None:
    body = ast.parse(module.read_text(encoding="utf-8")).body
    functions = [n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name[0] != "_"]
    assert [f.name for f in functions if not ast.get_docstring(f)] == []


@pytest.mark.parametrize("module", [m for m in MODULES if m.name != "__init__.py"], ids=lambda p: p.stem)
def test_module_says_its_subject_first(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_nothing_names_a_path_of_one_machine() -> None:
    of_a_machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/")
    this_file = Path(__file__).resolve()
    naming = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_texts()
        if path.resolve() != this_file
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if of_a_machine.search(line)
    ]
    assert naming == []


def test_queries_and_templates_hold_no_code() -> None:
    data = [p for folder in ("sql", "summary_templates") for p in (PACKAGE / folder).rglob("*.py")]
    assert data == []
