"""One module per fact about a document.

An analyzer is a pure function from a batch of rows to a batch of new columns, one row for each row of its input, in
order. It knows neither Beam nor files, is small enough to be pickled, and loads its model on first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from colophon.vocabulary import RuleKind


@dataclass(frozen=True, slots=True)
class Rule:
    """What decided a fact: name, version, parameters as canonical JSON, hash of the model or data file used."""

    name: str
    version: str
    kind: RuleKind = RuleKind.DETECTOR
    parameters: str = "{}"
    model_sha256: str | None = None
    quality: str | None = None


class Analyzer(Protocol):
    """Adds the columns it declares to a batch of schema `connectors.rows.ROWS`."""

    @property
    def rule(self) -> Rule: ...

    @property
    def columns(self) -> pa.Schema: ...

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch: ...
