from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from colophon.errors import PlugInError
from colophon.registry import Registry

Install = Callable[[str, str], None]

BUILT_IN = {"b": "math:pi", "a": "math:e"}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package that declares one entry point of group `colophon.tests`."""
    monkeypatch.syspath_prepend(tmp_path)

    def installed(entry_point: str, code: str) -> None:
        distribution = tmp_path / f"toys_{len(list(tmp_path.iterdir()))}-1.0.dist-info"
        distribution.mkdir()
        (distribution / "METADATA").write_text(f"Name: {distribution.name.split('-')[0]}\nVersion: 1.0\n")
        (distribution / "entry_points.txt").write_text(f"[colophon.tests]\n{entry_point}\n")
        (tmp_path / "toys.py").write_text(code)
        monkeypatch.delitem(sys.modules, "toys", raising=False)

    return installed


def test_built_in_names_come_in_their_order_and_added_ones_after_them(install: Install) -> None:
    install("z = toys:toy", "toy = 1")
    registry = Registry[float]("colophon.tests", BUILT_IN)
    assert list(registry) == ["b", "a", "z"]
    assert len(registry) == 3


def test_what_an_entry_point_names_is_imported_when_it_is_asked_for(install: Install) -> None:
    install("z = toys:toy", "toy = 1")
    registry = Registry[float]("colophon.tests", BUILT_IN)
    assert "z" in registry
    assert registry["a"] > 2
    assert "toys" not in sys.modules
    assert registry["z"] == 1


def test_an_unknown_name_is_no_key() -> None:
    with pytest.raises(KeyError):
        Registry[float]("colophon.tests", BUILT_IN)["c"]


def test_a_name_that_is_taken_is_refused(install: Install) -> None:
    install("a = toys:toy", "toy = 1")
    with pytest.raises(PlugInError, match=r"`a = toys:toy` of group colophon.tests cannot be used: the name is taken"):
        list(Registry[float]("colophon.tests", BUILT_IN))


def test_a_package_that_fails_when_it_is_imported_is_named(install: Install) -> None:
    install("z = toys:toy", "import nothing_of_this_name")
    with pytest.raises(PlugInError, match="ModuleNotFoundError: No module named 'nothing_of_this_name'"):
        Registry[float]("colophon.tests", BUILT_IN)["z"]


def test_a_package_that_ends_the_program_when_it_is_imported_is_named(install: Install) -> None:
    install("z = toys:toy", "raise SystemExit(0)")
    with pytest.raises(PlugInError, match="cannot be used: SystemExit: 0"):
        Registry[float]("colophon.tests", BUILT_IN)["z"]


def test_an_added_object_that_does_not_fit_is_refused_with_its_problem(install: Install) -> None:
    install("z = toys:toy", "toy = 1")
    registry = Registry[float]("colophon.tests", BUILT_IN, lambda name, added: f"{name} is {added}")
    assert registry["a"] > 2
    with pytest.raises(PlugInError, match=r"`z = toys:toy` of group colophon.tests cannot be used: z is 1;"):
        registry["z"]
