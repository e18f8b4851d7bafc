"""One module per fact about a document. A new analyzer is one new file and one line in `ANALYZERS`, or an entry point.

An analyzer is a pure function from a batch of rows to a batch of new columns, one row for each row of its input, in
order. It knows neither Beam nor files, is small enough to be pickled, and loads its model on first use.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from colophon.config.corpus import Source
from colophon.config.reader import options_problem
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


def _analyzer_problem(_name: str, added: object) -> str | None:
    """Why an object of an entry point is no analyzer; None where it is one."""
    if not isinstance(added, type):
        return f"it must be a class, and is {added!r}"
    # A field of a dataclass without a default is no attribute of the class.
    present = {*dir(added), *getattr(added, "__dataclass_fields__", ())}
    missing = [name for name in ("options", "columns", "of", "rule", "analyze") if name not in present]
    if missing:
        return f"{added.__qualname__} has no {', '.join(f'`{name}`' for name in missing)}"
    columns = getattr(added, "columns", None)
    if not (isinstance(columns, tuple) and all(isinstance(column, Column) for column in columns)):
        return f"`columns` must be a tuple of tables.Column, and is {columns!r}"
    return options_problem(getattr(added, "options", None))


#: By the keys of the block `analysis`.
ANALYZERS: Registry[type[ConfiguredAnalyzer]] = Registry(
    "colophon.analyzers",
    {
        "language": "colophon.analyzers.language:Language",
        "pii": "colophon.analyzers.pii.personal_data:PersonalData",
        "license": "colophon.analyzers.license:Licenses",
        "tokenizer": "colophon.analyzers.tokens:Tokens",
    },
    _analyzer_problem,
)
