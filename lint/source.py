"""What the rules look at: the modules of the package as syntax trees, and the texts of the checkout."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_TEXT_SUFFIXES = {"", ".css", ".csv", ".html", ".j2", ".json", ".md", ".py", ".sql", ".toml", ".yaml"}


@dataclass(frozen=True)
class Module:
    """A module by its path below the checkout."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def name(self) -> str:
        """The name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def imported_names(self) -> Iterator[tuple[int, str]]:
        """The dotted name of each module or member that is imported, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project, or a folder that is laid out like one."""

    root: Path

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The modules of the package, by path."""
        paths = sorted((self.root / "colophon").rglob("*.py"))
        return tuple(Module(p.relative_to(self.root).as_posix(), p.read_text("utf-8")) for p in paths)

    def files(self) -> Iterator[Path]:
        """The text files under version control and those that are about to be added."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True).stdout
        for path in sorted(self.root / name for name in listed.split("\0") if name):
            if path.is_file() and path.suffix in _TEXT_SUFFIXES:
                yield path
