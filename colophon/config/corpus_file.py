"""The blocks of a corpus file that read otherwise than the values made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

from colophon.config.extensions import Extensions
from colophon.config.fields import PLACE, Constraint, Count, FilePath, Location, Name, Positive, Share, keys, sole_key
from colophon.config.problems import InputLocation
from colophon.config.yaml_lines import Node
from colophon.vocabulary import FilterKind, PublicReason

RawNode = Annotated[Node, Constraint.RAW]


class PolicyName(StrEnum):
    """The policies that come with the program; any other value of `policy` is a file."""

    CODE = "code"
    STRICT = "strict"


class Version(StrEnum):
    """Value of the key `colophon`: version of the configuration's form."""

    ONE = "1"


class FilterReason(StrEnum):
    """The reasons a configured filter may give; reservations and duplicates have rules of their own."""

    QUALITY = PublicReason.QUALITY
    LEGAL_OR_SAFETY = PublicReason.LEGAL_OR_SAFETY


@dataclass(frozen=True, slots=True)
class FilterBlock:
    rule: Name
    kind: FilterKind
    reason: FilterReason
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    max_count: Count | None = None
    min_bytes: Count | None = None
    max_bytes: Count | None = None
    place: InputLocation = field(default=InputLocation(""), compare=False, metadata=PLACE)


@dataclass(frozen=True, slots=True)
class DedupBlock:
    """`bands: auto` chooses bands and rows by the threshold."""

    shingle: Positive = 5
    bands: Positive | Literal["auto"] = 14
    rows: Positive | None = None
    threshold: Share = 0.8
    place: InputLocation = field(default=InputLocation(""), compare=False, metadata=PLACE)


@dataclass(frozen=True, slots=True)
class ContaminationBlock:
    words: Positive = 13
    threshold: Share = 0.5
    place: InputLocation = field(default=InputLocation(""), compare=False, metadata=PLACE)


@dataclass(frozen=True, slots=True)
class AnalysisBlock:
    """The analyzers have their keys in the class that `corpus_file` makes of this one."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A whole corpus file; sources and their defaults are read once they are merged."""

    colophon: Version
    corpus: Name
    include: tuple[Location, ...] = ()
    defaults: RawNode | None = None
    policy: str = "code"
    sources: RawNode | None = None
    filters: tuple[FilterBlock, ...] = ()
    dedup: DedupBlock = DedupBlock()
    contamination: ContaminationBlock = ContaminationBlock()
    analysis: AnalysisBlock = AnalysisBlock()
    psl: FilePath | None = None
    id_key: str | None = None
    max_rejects: Share = 0.01


def corpus_file(extensions: Extensions) -> type[CorpusFile]:
    """`CorpusFile` with the installed analyzers as keys of `analysis`.

    An analyzer whose options all have defaults takes a block, true or false; another one is off unless its block is
    given.
    """
    block = make_dataclass(
        "AnalysisBlock",
        [(name, *_analyzer_key(name, kind, extensions)) for name, kind in extensions.analyzers.items()],
        bases=(AnalysisBlock,),
        frozen=True,
        slots=True,
    )
    whole = make_dataclass("CorpusFile", [("analysis", block, block())], bases=(CorpusFile,), frozen=True, slots=True)
    return cast("type[CorpusFile]", whole)


def _analyzer_key(name: str, kind: type, extensions: Extensions) -> tuple[Any, Any]:
    """Type and default of the key of an analyzer."""
    if (sole := sole_key(kind)) is not None:
        return sole.hint | None, None
    if any(key.required for key in keys(kind)):
        return kind | None, None
    return kind | bool, name not in extensions.on_request


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """A file that `include` names and that is not simply a list of sources."""

    sources: RawNode
