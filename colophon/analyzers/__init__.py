"""One module per fact about a document. A new analyzer is one new file and one line in `ANALYZERS`, or an entry point.

An analyzer is a pure function from a batch of rows to a batch of new columns, one row for each row of its input, in
order. It knows neither Beam nor files, is small enough to be pickled, and loads its model on first use.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from colophon.config.corpus import Source
from colophon.record.rules import Rule
from colophon.registry import Registry
from colophon.tables import Column


class Analyzer(Protocol):
    """Finds facts about the documents of a batch."""

    #: what it gives to table `documents`; columns that the table does not have stand behind its own
    columns: ClassVar[tuple[Column, ...]]

    @property
    def rule(self) -> Rule: ...

    def analyze(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One row with at least `columns` for each row of a batch of schema `connectors.rows.ROWS`, in its order."""
        ...


class ConfiguredAnalyzer(Analyzer, Protocol):
    """An analyzer that a corpus file switches on, off and sets: what the registry holds."""

    #: the dataclass that its block under `analysis` is read into
    options: ClassVar[type]

    @classmethod
    def of(cls, options: Any, source: Source, folder: str, /) -> Self:
        """The analyzer for the documents of a source; file paths among `options` lie under `folder`."""
        ...


#: By the keys of the block `analysis`.
ANALYZERS: Registry[type[ConfiguredAnalyzer]] = Registry(
    "colophon.analyzers",
    {
        "language": "colophon.analyzers.language:Language",
        "pii": "colophon.analyzers.pii.personal_data:PersonalData",
        "license": "colophon.analyzers.license:Licenses",
        "tokenizer": "colophon.analyzers.tokens:Tokens",
    },
)
