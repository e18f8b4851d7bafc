"""An object that an entry point of another package gives, and that cannot be what its registry holds, is refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from colophon import registry
from colophon.analyzers import ANALYZERS
from colophon.cli.run import run
from colophon.connectors import CONNECTORS, ConnectorFactory, ConnectorSummary
from colophon.errors import PlugInError
from colophon.registry import Registry
from colophon.reservations import PROTOCOLS
from colophon.reservations.reservation_protocol import PolicyFile, ReservationProtocol, meta_tags
from colophon.tables import Column
from colophon.vocabulary import Disclosure

GROUPS: Mapping[str, Registry[Any]] = {"connectors": CONNECTORS, "analyzers": ANALYZERS, "protocols": PROTOCOLS}


@dataclass(frozen=True)
class Options:
    """Options that can be read."""

    letters: int = 2


@dataclass(frozen=True)
class UnresolvableOptions:
    letters: "NoSuchType" = 2  # type: ignore[name-defined]  # noqa: F821, UP037


@dataclass(frozen=True)
class UnreadableOptions:
    letters: pa.DataType | None = None


class NoDataclass:
    letters: int = 2


def factory(**changes: Any) -> ConnectorFactory:
    given: dict[str, Any] = {
        "options": Options,
        "summary": ConnectorSummary("words", "a word", "number"),
        "open": print,
    }
    return ConnectorFactory(**given | changes)


def analyzer(**changes: Any) -> type:
    columns = (Column("toy_words", pa.int32(), "a number", Disclosure.PUBLIC),)
    given = {"options": Options, "columns": columns, "of": print, "rule": None, "analyze": print}
    return type("Toys", (), {k: v for k, v in (given | changes).items() if v is not ...})


def protocol(name: str = "toy", **changes: Any) -> ReservationProtocol:
    return ReservationProtocol(name, "1", "Toy Rights", "1.0", "toy rights", **changes)


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Adds an object to a registry by the entry point `toy = toys:TOY` of an installed package."""

    def given(kind: str, added: object) -> Registry[Any]:
        point = EntryPoint("toy", "toys:TOY", f"colophon.{kind}")
        module = ModuleType("toys")
        module.TOY = added  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "toys", module)
        monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([point]).select(group=group))
        return GROUPS[kind]

    forget()
    yield given
    forget()


def forget() -> None:
    for each in GROUPS.values():
        each.__dict__.pop("_added", None)
        each._loaded.pop("toy", None)


@pytest.mark.parametrize(
    ("kind", "added", "problem"),
    [
        ("connectors", SimpleNamespace(), "must be an instance of ConnectorFactory"),
        ("connectors", factory(summary="words"), "`summary` must be a ConnectorSummary"),
        ("connectors", factory(options=NoDataclass), "`options` must be a dataclass"),
        ("connectors", factory(open=None), "`open` must be a function"),
        ("analyzers", SimpleNamespace(), "must be a class"),
        ("analyzers", analyzer(columns=..., of=...), "Toys has no `columns`, `of`"),
        ("analyzers", analyzer(columns=("toy_words",)), "`columns` must be a tuple of tables.Column"),
        ("analyzers", analyzer(options=NoDataclass), "`options` must be a dataclass"),
        ("analyzers", analyzer(options=UnresolvableOptions), "UnresolvableOptions cannot be read: NameError"),
        ("analyzers", analyzer(options=UnreadableOptions), "cannot be read: PydanticSchemaGenerationError"),
        ("protocols", SimpleNamespace(), "must be an instance of ReservationProtocol"),
        ("protocols", protocol("other"), "the name of the protocol is 'other'"),
        ("protocols", protocol(file=PolicyFile("/toy.txt")), "no function `read_host_file`"),
        ("protocols", protocol(page_tags=(meta_tags("toy"),)), "no function `read_page`"),
    ],
)
def test_an_object_that_cannot_be_used_is_refused(give: Any, kind: str, added: object, problem: str) -> None:
    with pytest.raises(PlugInError, match=f"`toy = toys:TOY` of group colophon.{kind} .*{re.escape(problem)}"):
        give(kind, added)["toy"]


@pytest.mark.parametrize(
    ("kind", "added"), [("connectors", factory()), ("analyzers", analyzer()), ("protocols", protocol())]
)
def test_an_object_that_has_all_is_taken(give: Any, kind: str, added: object) -> None:
    assert give(kind, added)["toy"] is added


@pytest.mark.parametrize(
    "added",
    [analyzer(of=...), analyzer(columns=(Column("language", pa.int32(), "a number", Disclosure.PUBLIC),))],
    ids=["incomplete", "taken_column"],
)
def test_a_run_is_refused_before_anything_is_written(give: Any, tmp_path: Path, added: object) -> None:
    give("analyzers", added)
    (tmp_path / "a.txt").write_text("A text.\n", "utf-8")
    corpus = tmp_path / "corpus.yaml"
    corpus.write_text(
        "colophon: 1\ncorpus: toys\nanalysis: {toy: {letters: 3}}\nsources:\n"
        "  - {name: a, stage: pretraining, acquisition: synthetic_own, connector: text, paths: [a.txt]}\n",
        "utf-8",
    )
    environment = {"COLOPHON_ID_KEY": "a key for this test only"}
    app = typer.Typer()
    app.command()(run)
    arguments = [str(corpus), "--record", str(tmp_path / "record"), "--workers", "1"]
    ended = CliRunner().invoke(app, arguments, env=environment, standalone_mode=False)
    assert isinstance(ended.exception, PlugInError)
    assert not (tmp_path / "record").exists()
