"""What a corpus file may hold, with the connectors, analyzers and protocols that are installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, cast

from colophon.config.constraints import KeyMeaning, Location, written_as
from colophon.config.corpus import AnalyzerSettings, CorpusSettings, SnapshotBlock, SourceBlock
from colophon.config.reader import keys, sole_key


@dataclass(frozen=True, slots=True, eq=False)
class Extensions:
    """The names that a corpus file may use, and the dataclasses that their blocks are read into."""

    #: connector → dataclass of its options
    connectors: Mapping[str, type]
    #: key of the block `analysis` → dataclass of the analyzer's options
    analyzers: Mapping[str, type] = field(default_factory=dict)
    #: analyzers that run only where `analysis` names them; the others run unless it switches them off
    on_request: frozenset[str] = frozenset()
    #: keys that the block `signals` of a source may have
    signals: tuple[str, ...] = ()
    #: connectors whose sources need no `paths`
    without_paths: frozenset[str] = frozenset()
    #: connectors whose rows have no names that `fields` could give
    without_fields: frozenset[str] = frozenset()
    #: connectors of text files, whose encoding a source may state
    with_encoding: frozenset[str] = frozenset()


class Version(StrEnum):
    """Value of the key `colophon`: version of the configuration's form."""

    ONE = "1"


@dataclass(frozen=True, kw_only=True)
class SourceKeys:
    """Keys of a corpus file from which its sources are put together, each block with its defaults, and then read."""

    colophon: Annotated[Version, written_as(Version, str)]
    include: tuple[Location, ...] = ()
    defaults: Any = None
    sources: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFile(CorpusSettings, SourceKeys):
    """A whole corpus file; `corpus_file` adds the keys of `analysis`."""


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """A file that `include` names and that is not simply a list of sources."""

    sources: Any


@cache
def corpus_file(extensions: Extensions) -> type[CorpusFile]:
    """`CorpusFile` with the installed analyzers as keys of `analysis`, each read into its options or None.

    An analyzer whose options all have defaults takes a block, true or false; another one is off unless its block is
    given.
    """
    block = make_dataclass(
        "AnalysisBlock",
        [_analyzer_key(name, kind, extensions) for name, kind in extensions.analyzers.items()],
        frozen=True,
    )
    whole = make_dataclass("CorpusFile", [("analysis", block, block())], bases=(CorpusFile,), frozen=True, kw_only=True)
    return cast("type[CorpusFile]", whole)


@cache
def source_block(extensions: Extensions) -> type[SourceBlock]:
    """`SourceBlock` with a key of `signals` for each protocol whose observations can be read from files."""
    files: list[tuple[str, Any, Any]] = [(key, tuple[SnapshotBlock, ...], ()) for key in extensions.signals]
    signals = make_dataclass("SignalsBlock", files, frozen=True)
    whole = make_dataclass("SourceBlock", [("signals", signals, signals())], bases=(SourceBlock,), frozen=True)
    return cast("type[SourceBlock]", whole)


def _analyzer_key(name: str, kind: type, extensions: Extensions) -> tuple[str, Any, Any]:
    sole = sole_key(kind)
    needs_block = any(key.required for key in keys(kind))
    written = kind | bool if sole is None else sole.hint

    def read(value: Any) -> Any:
        if value is False or value is True:
            return {} if value else None
        return value if sole is None else {sole.name: value}

    default = None if needs_block or name in extensions.on_request else kind()
    meaning = KeyMeaning(" ".join((kind.__doc__ or "").partition("\n\n")[0].split()))
    return name, Annotated[kind | None, written_as(written, read), meaning], field(default=default)


def analyzer_settings(written: Any, extensions: Extensions) -> tuple[AnalyzerSettings, ...]:
    """The analyzers in the order of the registry, of the block `analysis` as read."""
    analyzers = (AnalyzerSettings(name, kind, getattr(written, name)) for name, kind in extensions.analyzers.items())
    return tuple(a for a in analyzers if a.options is not None or a.name not in extensions.on_request)
