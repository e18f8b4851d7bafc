"""N-grams of evaluation documents inside a run: as rows of the record, and as the index that the scan looks them up in.

The hashes of a generation's evaluation documents are all written before its training shards are read; the index is a
work file that each worker loads once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from colophon.analyzers.contamination import NgramIndex, Ngrams, evaluation_ngrams, find_ngrams
from colophon.pipeline.settings import Settings
from colophon.pipeline.work import create_view, live_parts, work_database
from colophon.record.corpus import LEAST_COMPARED_WORDS
from colophon.record.parts import shard_of_part
from colophon.record.tables import CONTAMINATION_HITS, EVALUATION_NGRAMS, Table

_STEP = "ngrams"


@dataclass(frozen=True, slots=True)
class Unseen:
    """The n-grams that a training shard was not yet compared with: those of generations after `after`, 0 for all."""

    after: int = 0

    @property
    def path(self) -> str:
        return f"{_STEP}/after-{self.after:04}.parquet"


def write_index(settings: Settings, unseen: Unseen) -> None:
    """Leave a work file of the n-grams to look for; none where no evaluation document of these generations has any.

    What earlier evaluation documents share with later ones was looked for already, and is left out.
    """
    parts = {p: part.generation for p in live_parts(settings, EVALUATION_NGRAMS) if (part := shard_of_part(p))}
    later = [p for p, generation in parts.items() if generation > unseen.after]
    if not later:
        return
    target = settings.folder.absolute(f"{settings.work}/{unseen.path}").replace("'", "''")
    with settings.folder.committing(f"{settings.work}/{_STEP}/begun"):
        pass
    with work_database(settings) as database:
        create_view(database, settings.folder, "later", later, EVALUATION_NGRAMS.schema)
        earlier = [p for p, generation in parts.items() if generation <= unseen.after]
        create_view(database, settings.folder, "earlier", earlier, EVALUATION_NGRAMS.schema)
        database.execute(f"""
            COPY (SELECT words, ngram FROM later EXCEPT SELECT words, ngram FROM earlier) TO '{target}' (FORMAT parquet)
        """)


def read_index(settings: Settings, unseen: Unseen) -> NgramIndex | None:
    """The index, or None where there is nothing to compare with."""
    path = f"{settings.work}/{unseen.path}"
    if not settings.folder.exists(path):
        return None
    rows = pq.read_table(settings.folder.absolute(path))
    return NgramIndex.of(rows.column("words").to_numpy(), rows.column("ngram").to_numpy())


def generations_of_shards(settings: Settings, table: Table) -> dict[int, int]:
    """The newest generation in which each shard has a part of a table.

    For `evaluation_ngrams` it is the one that read the shard; for `contamination_hits` the last one whose evaluation
    documents were looked for in it.
    """
    parts = [part for path in live_parts(settings, table) if (part := shard_of_part(path))]
    return {part.ordinal: part.generation for part in sorted(parts, key=lambda p: p.generation)}


def evaluation_rows(texts: pa.Array, doc_ids: pa.Array, settings: Settings) -> pa.RecordBatch:
    """Rows of `evaluation_ngrams` for evaluation documents, in the table's order."""
    found = evaluation_ngrams(texts, settings.corpus.contamination.words, LEAST_COMPARED_WORDS)
    return _rows(found, doc_ids.to_numpy(), EVALUATION_NGRAMS.schema)


def hit_rows(texts: pa.Array, doc_ids: pa.Array, index: NgramIndex) -> pa.RecordBatch:
    """Rows of `contamination_hits` for training documents, in the table's order."""
    return _rows(find_ngrams(texts, index), doc_ids.to_numpy(), CONTAMINATION_HITS.schema)


def _rows(found: Ngrams, doc_ids: npt.NDArray[np.int64], schema: pa.Schema) -> pa.RecordBatch:
    columns = (doc_ids[found.texts], found.words, found.hashes)
    return pa.RecordBatch.from_arrays([pa.array(c) for c in columns], schema=schema)
