"""The connectors, analyzers and protocols that are installed, as the reading of a corpus file takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from colophon.analyzers import ANALYZERS
from colophon.config.corpus import AnalyzerSettings
from colophon.config.extensions import Extensions
from colophon.connectors import CONNECTORS, FileContent, RowNames
from colophon.connectors.rows import ROWS
from colophon.errors import PlugInError
from colophon.query.packaged import packaged_views
from colophon.reservations.policy_files import signal_keys
from colophon.tables import DOCUMENTS, TABLES, Table

_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]*")


def installed() -> Extensions:
    """Those of the program and of the packages beside it. Raises PlugInError where one of those cannot be used."""
    return Extensions(
        connectors={name: factory.options for name, factory in CONNECTORS.items()},
        analyzers={name: analyzer.options for name, analyzer in ANALYZERS.items()},
        on_request=ANALYZERS.added,
        signals=tuple(signal_keys()),
        without_paths=frozenset(name for name, factory in CONNECTORS.items() if not factory.needs_paths),
        with_encoding=frozenset(n for n, factory in CONNECTORS.items() if factory.content is FileContent.TEXT),
        without_fields=frozenset(n for n, factory in CONNECTORS.items() if factory.row_names is RowNames.NONE),
    )


def documents_table(analysis: Iterable[AnalyzerSettings]) -> Table:
    """Table `documents` with the columns of the analyzers that run.

    Raises PlugInError where an analyzer gives a column whose name is that of another one: statements over the record
    would not know which is meant.
    """
    table = DOCUMENTS
    for name in (analyzer.name for analyzer in analysis if analyzer.options is not None):
        kind = ANALYZERS[name]
        extended = table.extended(kind.columns)
        if name in ANALYZERS.added:
            taken = _taken_names(table)
            unfit = [c.name for c in kind.columns if c.name in taken or not _COLUMN_NAME.fullmatch(c.name)]
            if unfit:
                problem = f"these names of columns are taken, or are no plain names: {', '.join(unfit)}"
                raise PlugInError("colophon.analyzers", name, f"{kind.__module__}:{kind.__qualname__}", problem)
        table = extended
    return table


def _taken_names(documents: Table) -> set[str]:
    """Names of columns that statements over the record, or the analyzers' batches, know."""
    of_tables = {column.name for table in (documents, *TABLES.values()) for column in table.columns}
    of_views = {column.name for view in packaged_views() for column in view.columns}
    return of_tables | of_views | set(ROWS.names)
