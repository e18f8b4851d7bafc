"""Contamination: which training documents hold evaluation documents, and which shards were not searched for them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.analyzers.contamination import NgramIndex, Ngrams, evaluation_ngrams, find_ngrams
from colophon.config.corpus import MIN_COMPARED_WORDS
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import live_parts, work_database, write_work
from colophon.query.joins import create_view, write_query
from colophon.query.packaged import packaged_query
from colophon.record.parquet import read_part
from colophon.record.storage import part_path, shard_of_part
from colophon.tables import CONTAMINATION, CONTAMINATION_HITS, EVALUATION_NGRAMS, SHARDS, UNCOMPARED_SHARDS, Table
from colophon.vocabulary import ShardRole

_STEP = "ngrams"


@dataclass(frozen=True, slots=True)
class Unseen:
    """The n-grams that a training shard was not yet compared with: those of generations after `after`, 0 for all."""

    after: int = 0

    @property
    def path(self) -> str:
        return f"{_STEP}/after-{self.after:04}.parquet"


def write_index(settings: RunContext, unseen: Unseen) -> None:
    """Leave a work file of the n-grams to look for; none where no evaluation document of these generations has any.

    What earlier evaluation documents share with later ones was looked for already, and is left out.
    """
    parts = {p: part.generation for p in live_parts(settings, EVALUATION_NGRAMS) if (part := shard_of_part(p))}
    later = [p for p, generation in parts.items() if generation > unseen.after]
    if not later:
        return
    with work_database(settings) as database:
        create_view(database, settings.folder, "later", later, EVALUATION_NGRAMS.schema)
        earlier = [p for p, generation in parts.items() if generation <= unseen.after]
        create_view(database, settings.folder, "earlier", earlier, EVALUATION_NGRAMS.schema)
        rows = database.sql("SELECT words, ngram FROM later EXCEPT SELECT words, ngram FROM earlier")
        write_work(settings, unseen.path, rows.to_arrow_reader())


def read_index(settings: RunContext, unseen: Unseen) -> NgramIndex | None:
    """The index, or None where there is nothing to compare with."""
    path = f"{settings.work}/{unseen.path}"
    if not settings.folder.exists(path):
        return None
    rows = read_part(settings.folder, path)
    return NgramIndex.of(rows.column("words").to_numpy(), rows.column("ngram").to_numpy())


def generations_of_shards(settings: RunContext, table: Table) -> dict[int, int]:
    """The newest generation in which each shard has a part of a table.

    For `evaluation_ngrams` it is the one that read the shard; for `contamination_hits` the last one whose evaluation
    documents were looked for in it.
    """
    parts = [part for path in live_parts(settings, table) if (part := shard_of_part(path))]
    return {part.ordinal: part.generation for part in sorted(parts, key=lambda p: p.generation)}


def evaluation_rows(texts: pa.Array, doc_ids: pa.Array, settings: RunContext) -> pa.RecordBatch:
    """Rows of `evaluation_ngrams` for evaluation documents, in the table's order."""
    found = evaluation_ngrams(texts, settings.corpus.contamination.words, MIN_COMPARED_WORDS)
    return _rows(found, doc_ids.to_numpy(), EVALUATION_NGRAMS.schema)


def hit_rows(texts: pa.Array, doc_ids: pa.Array, index: NgramIndex) -> pa.RecordBatch:
    """Rows of `contamination_hits` for training documents, in the table's order."""
    return _rows(find_ngrams(texts, index), doc_ids.to_numpy(), CONTAMINATION_HITS.schema)


def _rows(found: Ngrams, doc_ids: npt.NDArray[np.int64], schema: pa.Schema) -> pa.RecordBatch:
    columns = (doc_ids[found.texts], found.words, found.hashes)
    return pa.RecordBatch.from_arrays([pa.array(c) for c in columns], schema=schema)


#: The parts of one: overlaps and their threshold are whole thousandths.
_PARTS = 1_000

# Steps of tables, because a planner that sees them as one query may join phrases that all items begin with first.
_PAIRS_STEPS = """
CREATE TEMP TABLE rare AS
SELECT h.doc_id, h.words, h.ngram, c.through
FROM contamination_hits h
JOIN compared c ON c.shard_id = h.doc_id >> 36
ANTI JOIN contamination_common x ON x.words = h.words AND x.ngram = h.ngram;

CREATE TEMP TABLE items AS
SELECT n.doc_id, n.words, n.ngram, e.source_id, e.generation,
       count(*) OVER item AS ngrams, ({required} * count(*) OVER item + {parts} - 1) // {parts} AS required,
       row_number() OVER (PARTITION BY n.doc_id ORDER BY coalesce(f.times, 0), n.ngram) AS place,
       f.times IS NOT NULL AS is_found
FROM evaluation_ngrams n
JOIN evaluated e ON e.shard_id = n.doc_id >> 36
LEFT JOIN (SELECT words, ngram, count(*) AS times FROM rare GROUP BY words, ngram) f
    ON f.words = n.words AND f.ngram = n.ngram
WINDOW item AS (PARTITION BY n.doc_id);

-- A pair shares at least `required` n-grams, so it shares one of all but `required - 1` of the item's: the rarest.
CREATE TEMP TABLE telling AS
SELECT doc_id, words, ngram, generation FROM items WHERE is_found AND place <= ngrams - required + 1;

CREATE TEMP TABLE candidates AS
SELECT DISTINCT r.doc_id, i.doc_id AS eval_doc_id
FROM telling i
JOIN rare r ON r.words = i.words AND r.ngram = i.ngram AND r.through >= i.generation;

CREATE TEMP TABLE expected AS
SELECT c.doc_id, c.eval_doc_id, i.words, i.ngram, i.source_id, i.ngrams, i.required
FROM candidates c JOIN items i ON i.doc_id = c.eval_doc_id
WHERE i.is_found;
"""

_PAIRS_QUERY = """
SELECT x.doc_id, x.eval_doc_id, any_value(x.source_id) AS eval_source_id,
       count(*) AS shared_ngrams, any_value(x.ngrams) AS eval_ngrams,
       {parts} * count(*) // any_value(x.ngrams) / {parts} AS overlap
FROM expected x
JOIN rare r ON r.doc_id = x.doc_id AND r.words = x.words AND r.ngram = x.ngram
GROUP BY x.doc_id, x.eval_doc_id
HAVING count(*) >= any_value(x.required)
"""

_UNCOMPARED_QUERY = """
SELECT t.shard_id, e.source_id AS eval_source_id
FROM shards t
JOIN roles r ON r.source_id = t.source_id AND r.trains
LEFT JOIN compared c ON c.shard_id = t.shard_id
JOIN (SELECT source_id, max(generation) AS generation FROM evaluated GROUP BY source_id) e
    ON e.generation > coalesce(c.through, 0)
WHERE t.role = '{documents}' AND t.documents > 0
"""

_OF_SOURCES_QUERY = """
SELECT u.eval_source_id, count(*) AS shards, CAST(sum(t.size_bytes) AS BIGINT) AS bytes
FROM ({uncompared}) u JOIN shards t ON t.shard_id = u.shard_id
GROUP BY u.eval_source_id
"""


@dataclass(frozen=True, slots=True)
class UncomparedSource:
    """An evaluation source that training shards read before it was added were not searched for."""

    name: str
    shards: int
    bytes: int

    def __str__(self) -> str:
        return (
            f"evaluation source {self.name}: {self.shards:,} training shards were read before its documents were added "
            f"and not searched for them; run with --rescan, which reads {self.bytes:,} bytes again"
        )


def write_contamination(settings: RunContext) -> None:
    """Write `contamination` and `uncompared_shards` of the settings' generation.

    Overlaps are whole thousandths, rounded down, and compared with the threshold as such. Only evaluation documents
    that were looked for in a training shard are paired with its documents.
    """
    required = math.ceil(round(settings.corpus.contamination.threshold * _PARTS, 6))
    with work_database(settings) as database:
        _create_views(database, settings)
        database.execute(_PAIRS_STEPS.format(required=required, parts=_PARTS))
        for table, query in (
            (CONTAMINATION, _PAIRS_QUERY.format(parts=_PARTS)),
            (UNCOMPARED_SHARDS, _UNCOMPARED_QUERY.format(documents=ShardRole.DOCUMENTS)),
        ):
            write_query(database, settings.folder, table, part_path(table, settings.generation, "all"), query)


def uncompared_shards(settings: RunContext) -> tuple[int, ...]:
    """Training shards in which some evaluation documents were not looked for, ascending."""
    with work_database(settings) as database:
        _create_views(database, settings)
        rows = database.sql(f"""
            SELECT DISTINCT shard_id FROM ({_UNCOMPARED_QUERY.format(documents=ShardRole.DOCUMENTS)}) ORDER BY shard_id
        """).to_arrow_table()
    return tuple(rows.column("shard_id").to_pylist())


def uncompared_sources(settings: RunContext) -> tuple[UncomparedSource, ...]:
    """The evaluation sources that some training shards were not searched for, in the order of the configuration."""
    uncompared = _UNCOMPARED_QUERY.format(documents=ShardRole.DOCUMENTS)
    with work_database(settings) as database:
        _create_views(database, settings)
        rows = database.sql(_OF_SOURCES_QUERY.format(uncompared=uncompared)).to_arrow_table().to_pylist()
    found = {r["eval_source_id"]: r for r in rows}
    return tuple(
        UncomparedSource(s.source.name, found[s.source_id]["shards"], found[s.source_id]["bytes"])
        for s in settings.sources
        if s.source_id in found
    )


def _create_views(database: duckdb.DuckDBPyConnection, settings: RunContext) -> None:
    """Views over the base tables; `compared` says up to which generation, `evaluated` in which one a shard was read."""
    for table in (SHARDS, EVALUATION_NGRAMS, CONTAMINATION_HITS):
        create_view(database, settings.folder, table.name, live_parts(settings, table), table.schema)
    roles = {
        "source_id": pa.array([s.source_id for s in settings.sources], pa.int32()),
        "trains": pa.array([s.trains for s in settings.sources], pa.bool_()),
    }
    database.register("roles", pa.table(roles))
    for view, table, column in (
        ("compared", CONTAMINATION_HITS, "through"),
        ("read_in", EVALUATION_NGRAMS, "generation"),
    ):
        generations = generations_of_shards(settings, table)
        rows = {
            "shard_id": pa.array(generations.keys(), pa.int64()),
            column: pa.array(generations.values(), pa.int32()),
        }
        database.register(view, pa.table(rows))
    database.execute(
        "CREATE VIEW evaluated AS SELECT shard_id, generation, source_id FROM read_in JOIN shards USING (shard_id)"
    )
    common = packaged_query("views/contamination_common")
    database.execute(f"CREATE VIEW {common.name} AS {common.select}")
