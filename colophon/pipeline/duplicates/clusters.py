"""Clusters: components of candidates, the second reading of their texts, and the assignment to representatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import duckdb
import numpy as np
import pyarrow as pa

from colophon.analyzers.sketch.bands import band_keys
from colophon.pipeline.duplicates.assign import Assignment, Candidate, assign
from colophon.pipeline.duplicates.bands import EDGES, slots_of
from colophon.pipeline.duplicates.bands import STEP as EDGES_STEP
from colophon.pipeline.duplicates.components import connected_components
from colophon.pipeline.duplicates.exact import EXACT_GROUPS
from colophon.pipeline.duplicates.exact import STEP as EXACT_STEP
from colophon.pipeline.duplicates.verify import SHINGLES, WANTED, read_shingles, wanted_path
from colophon.pipeline.duplicates.verify import STEP as SHINGLES_STEP
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.runners import Counter, Engine
from colophon.pipeline.settings import Settings
from colophon.pipeline.work import create_view, read_work, work_database, work_files, write_work
from colophon.record.parts import PartWriter, part_path
from colophon.record.tables import DOCUMENTS, DUPLICATE_PAIRS, DUPLICATES, ROW_BITS, SKETCHES
from colophon.record.vocabulary import PairMethod

CANDIDATES_STEP = "candidates"

_CANDIDATES = pa.schema([("doc_id", pa.int64()), ("component_id", pa.int64()), ("group_id", pa.int64())])

#: Below so many candidates a further process costs more to start than it reads.
_CANDIDATES_A_WORKER = 5_000

#: Candidates assigned at a time; a component is never cut.
_BLOCK_ROWS = 100_000

# The order of documents (design §5, Duplicates). `decided` lists documents that another rule drops.
_RANKED = """
SELECT c.doc_id, c.component_id, c.group_id, d.content_id,
       row_number() OVER (
           ORDER BY (x.doc_id IS NOT NULL), s.position, d.fetched_at NULLS LAST, d.content_id, d.path, d.position
       ) AS rank
FROM candidates c
JOIN documents d USING (doc_id)
JOIN source_order s USING (source_id)
LEFT JOIN (SELECT DISTINCT doc_id FROM decided) x USING (doc_id)
"""

_BLOCKS = """
SELECT r.component_id, r.doc_id, r.rank, r.group_id, k.scheme, k.slots, h.hashes
FROM ranked r
LEFT JOIN sketches k ON k.doc_id = r.doc_id
LEFT JOIN (SELECT q.group_id, any_value(h.hashes) AS hashes FROM shingles h JOIN ranked q USING (doc_id) GROUP BY 1) h
       ON h.group_id = r.group_id
ORDER BY r.component_id, r.rank
"""


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """What the search for duplicates did."""

    components: int = 0
    candidates: int = 0
    compared: int = 0
    cut_by_limit: int = 0
    unverified: int = 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """The parts and work files that clusters are made from."""

    documents: Sequence[str]
    sketches: Sequence[str]
    #: work files of (doc_id) that another rule drops
    decided: Sequence[str]
    shards: dict[int, PlannedShard]


def cluster(settings: Settings, engine: Engine, inputs: Inputs) -> tuple[ClusterCounts, tuple[Counter, ...]]:
    """Write `duplicates` and `duplicate_pairs` of the settings' generation; nothing where there are none."""
    candidates = _candidates(settings)
    if not candidates.num_rows:
        return ClusterCounts(), ()
    write_work(settings, f"{CANDIDATES_STEP}/all.parquet", candidates)
    with work_database(settings) as database:
        _prepare(database, settings, inputs)
        wanted = _write_wanted(database, settings)
        workers = engine.at_most(-(-candidates.num_rows // _CANDIDATES_A_WORKER))
        counters = read_shingles(settings, workers, tuple(inputs.shards[o] for o in wanted))
        create_view(database, settings.folder, "shingles", work_files(settings, SHINGLES_STEP), SHINGLES)
        counts = _write_clusters(database, settings)
    components = len(candidates.column("component_id").unique())
    return (
        ClusterCounts(components, candidates.num_rows, counts.compared, counts.cut_by_limit, counts.unverified),
        counters,
    )


def _candidates(settings: Settings) -> pa.Table:
    """Documents of components of two and more, with the group of equal texts each belongs to."""
    groups = read_work(settings, EXACT_STEP, EXACT_GROUPS)
    edges = read_work(settings, EDGES_STEP, EDGES)
    same, group_ids = groups.column("doc_id").to_numpy(), groups.column("group_id").to_numpy()
    left = np.concatenate([same, edges.column("doc_id").to_numpy()])
    right = np.concatenate([group_ids, edges.column("other_id").to_numpy()])
    doc_ids, components = connected_components(left, right)
    of_group = doc_ids.copy()
    of_group[np.searchsorted(doc_ids, same)] = group_ids
    return pa.Table.from_arrays([pa.array(doc_ids), pa.array(components), pa.array(of_group)], schema=_CANDIDATES)


def _prepare(database: duckdb.DuckDBPyConnection, settings: Settings, inputs: Inputs) -> None:
    folder = settings.folder
    create_view(database, folder, "candidates", work_files(settings, CANDIDATES_STEP), _CANDIDATES)
    create_view(database, folder, "documents", inputs.documents, DOCUMENTS.schema)
    create_view(database, folder, "sketches", inputs.sketches, SKETCHES.schema)
    create_view(database, folder, "decided", inputs.decided, pa.schema([("doc_id", pa.int64())]))
    order = pa.table({
        "source_id": pa.array([s.source_id for s in settings.sources], pa.int32()),
        "position": pa.array([s.position for s in settings.sources], pa.int32()),
    })  # fmt: skip
    database.register("source_order", order)
    database.execute(f"CREATE TABLE ranked AS {_RANKED}")


def _write_wanted(database: duckdb.DuckDBPyConnection, settings: Settings) -> list[int]:
    """One text of each group, in components with more than one group; returns the shards to read, by ordinal."""
    rows = database.sql("""
        SELECT min(doc_id) AS doc_id, any_value(component_id) AS component_id, arg_min(content_id, doc_id) AS content_id
        FROM ranked
        WHERE component_id IN (SELECT component_id FROM ranked GROUP BY 1 HAVING count(DISTINCT group_id) > 1)
        GROUP BY group_id ORDER BY 1
    """).to_arrow_table()
    ordinals = rows.column("doc_id").to_numpy() >> ROW_BITS
    starts = np.flatnonzero(np.r_[True, ordinals[1:] != ordinals[:-1]]) if len(ordinals) else np.empty(0, np.int64)
    for start, end in zip(starts, np.append(starts[1:], len(ordinals)), strict=False):
        write_work(settings, wanted_path(int(ordinals[start])), rows.slice(start, end - start).cast(WANTED))
    return [int(o) for o in ordinals[starts]]


@dataclass(frozen=True, slots=True)
class _Component:
    component_id: int
    candidates: list[Candidate]


def _write_clusters(database: duckdb.DuckDBPyConnection, settings: Settings) -> ClusterCounts:
    folder, generation = settings.folder, settings.generation
    counts = ClusterCounts()
    members: list[pa.Table] = []
    for component in _components(database, settings):
        made = assign(component.candidates, settings.corpus.dedup.threshold)
        counts = ClusterCounts(
            compared=counts.compared + made.compared,
            cut_by_limit=counts.cut_by_limit + made.cut_by_limit,
            unverified=counts.unverified + made.unverified,
        )
        if made.members:
            members.append(_rows(component.component_id, made))
    if members:
        rows = pa.concat_tables(members).sort_by("doc_id")
        pairs = rows.filter(pa.compute.not_equal(rows.column("doc_id"), rows.column("cluster_id")))
        pairs = pa.table({
            "doc_id": pairs.column("doc_id"),
            "other_id": pairs.column("cluster_id"),
            "similarity": pairs.column("similarity"),
            "method": pa.repeat(PairMethod.EXACT.value, pairs.num_rows),
            "scheme": pa.repeat(settings.scheme.id, pairs.num_rows),
        })  # fmt: skip
        for table, written in ((DUPLICATES, rows), (DUPLICATE_PAIRS, pairs)):
            with PartWriter(folder, table, part_path(table, generation, "all")) as part:
                part.write(written.cast(table.schema))
    return counts


def _components(database: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[_Component]:
    """The components, one at a time, whatever the blocks they are read in."""
    blocks = database.sql(_BLOCKS).to_arrow_reader(_BLOCK_ROWS)
    rows = (row for block in blocks for row in _candidates_of(block, settings))
    for component_id, of_component in groupby(rows, key=itemgetter(0)):
        yield _Component(component_id, [candidate for _, candidate in of_component])


def _candidates_of(batch: pa.RecordBatch, settings: Settings) -> Iterator[tuple[int, Candidate]]:
    sketched = np.asarray(batch.column("slots").is_valid())
    keys = band_keys(slots_of(batch.filter(pa.array(sketched)), settings.scheme), settings.scheme)
    row_of_key = np.cumsum(sketched) - 1
    hashes = batch.column("hashes")
    read = np.asarray(hashes.is_valid())
    columns = [batch.column(n).to_pylist() for n in ("component_id", "doc_id", "rank", "group_id")]
    for row, (component_id, doc_id, rank, group_id) in enumerate(zip(*columns, strict=True)):
        bands = keys[row_of_key[row]] if sketched[row] else None
        shingles = hashes[row].values.to_numpy() if read[row] else None
        yield component_id, Candidate(doc_id, rank, group_id, bands, shingles)


def _rows(component_id: int, made: Assignment) -> pa.Table:
    rows = made.members
    return pa.table({
        "doc_id": pa.array([m.doc_id for m in rows], pa.int64()),
        "cluster_id": pa.array([m.cluster_id for m in rows], pa.int64()),
        "component_id": pa.repeat(pa.scalar(component_id, pa.int64()), len(rows)),
        "kind": pa.array([m.kind.value for m in rows], pa.string()),
        "similarity": pa.array([m.similarity for m in rows], pa.float32()),
    })  # fmt: skip
