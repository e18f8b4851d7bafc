"""What is said of files that `paths` match and that are no input."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from colophon.config.corpus import Corpus
from colophon.connectors import open_connector
from colophon.connectors.files.connector import FileConnector
from colophon.connectors.files.source_files import named


def passed_over_notes(corpus: Corpus) -> Iterator[str]:
    """A sentence for each source of which files are passed over. Raises InputUnreadableError."""
    base = str(Path(corpus.file).parent)
    for source in corpus.sources:
        connector = open_connector(source, base)
        over = connector.passed_over() if isinstance(connector, FileConnector) else ()
        if over:
            files = "1 file is" if len(over) == 1 else f"{len(over):,} files are"
            yield (
                f"source {source.name}: {files} passed over, being hidden, of another kind, or no file "
                f"({named(over)}); name a file in `paths` to have it read"
            )
