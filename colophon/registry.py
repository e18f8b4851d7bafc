"""Registries: what is built in, a line each, and what installed packages add by entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from colophon.errors import PlugInError

T = TypeVar("T")


def _no_problem(_name: str, _object: object) -> None:
    """For registries that take any object."""


class Registry(Mapping[str, T], Generic[T]):
    """Objects by name: the built-in ones in their order, then those of entry points, by name.

    An object is given as `module:attribute`, or as a module, and is imported when it is first asked for, so that a name
    costs nothing.
    """

    def __init__(
        self, group: str, built_in: Mapping[str, str], problem: Callable[[str, object], str | None] = _no_problem
    ) -> None:
        """`group` is the group of entry points from which other packages add to the registry.

        `problem` says, of the name of an entry point and its object, why the object cannot be used; None where it can.
        """
        self._group = group
        self._built_in = dict(built_in)
        self._problem = problem
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        """Raises KeyError for an unknown name, PlugInError where an installed package cannot be used."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or name in self._added

    def __iter__(self) -> Iterator[str]:
        yield from self._built_in
        yield from self._added

    def __len__(self) -> int:
        return len(self._built_in) + len(self._added)

    @property
    def added(self) -> frozenset[str]:
        """The names that other packages added."""
        return frozenset(self._added)

    @cached_property
    def _added(self) -> dict[str, EntryPoint]:
        added: dict[str, EntryPoint] = {}
        for point in sorted(entry_points(group=self._group), key=lambda p: (p.name, p.value)):
            # The same package may be found twice on the search path; its entry point is then the same.
            if point.name in self._built_in or added.get(point.name, point).value != point.value:
                raise PlugInError(self._group, point.name, point.value, "the name is taken")
            added[point.name] = point
        return added

    def _load(self, name: str) -> T:
        if name in self._built_in:
            return cast("T", EntryPoint(name, self._built_in[name], self._group).load())
        point = self._added[name]
        try:
            loaded = point.load()
            problem = self._problem(name, loaded)
        # A module that calls `sys.exit` would end the program in the middle of a command.
        except (Exception, SystemExit) as error:
            raise PlugInError(self._group, name, point.value, f"{type(error).__name__}: {error}") from error
        if problem is not None:
            raise PlugInError(self._group, name, point.value, problem)
        return cast("T", loaded)
