"""One module per fact about a document.

An analyzer is a pure function from a batch of rows to a batch of new columns, one row for each row of its input, in
order. It knows neither Beam nor files, is small enough to be pickled, and loads its model on first use.
"""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from colophon.record.rules import Rule


class Analyzer(Protocol):
    """Adds the columns it declares to a batch of schema `connectors.rows.ROWS`."""

    @property
    def rule(self) -> Rule: ...

    @property
    def columns(self) -> pa.Schema: ...

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch: ...
