"""What the reading of a corpus file must know of connectors, analyzers and protocols, which it does not import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Extensions:
    """The names that a corpus file may use, and the dataclasses that their blocks are read into."""

    #: connector → dataclass of its options
    connectors: Mapping[str, type]
    #: key of the block `analysis` → dataclass of the analyzer's options
    analyzers: Mapping[str, type] = field(default_factory=dict)
    #: analyzers that run only where `analysis` names them; the others run unless it switches them off
    on_request: frozenset[str] = frozenset()
    #: protocols that the block `signals` of a source may name
    signals: tuple[str, ...] = ()
    #: connectors whose sources need no `paths`
    without_paths: frozenset[str] = frozenset()
