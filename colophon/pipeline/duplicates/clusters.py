"""Clusters: components of candidates, assigned by estimate, checked exactly where that is near the threshold."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colophon.analyzers.sketch.bands import band_keys
from colophon.pipeline.duplicates.assign import (
    MOST_REPRESENTATIVES,
    STEPS,
    Answers,
    Assignment,
    Component,
    assign,
    rows_of,
)
from colophon.pipeline.duplicates.bands import EDGES, slots_of
from colophon.pipeline.duplicates.bands import STEP as EDGES_STEP
from colophon.pipeline.duplicates.components import Forest
from colophon.pipeline.duplicates.dense import SketchNumbers
from colophon.pipeline.duplicates.exact import EXACT_GROUPS
from colophon.pipeline.duplicates.exact import STEP as EXACT_STEP
from colophon.pipeline.duplicates.read_again import HASH_BYTES
from colophon.pipeline.duplicates.verify import NAMED, PAIRS, PairChecks
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.runners import Counter, Engine
from colophon.pipeline.settings import Settings
from colophon.pipeline.work import create_view, read_work, work_database, work_files, write_work
from colophon.record.parts import PartWriter, part_path
from colophon.record.tables import DOCUMENTS, DUPLICATE_PAIRS, DUPLICATES
from colophon.record.vocabulary import DuplicateKind, PairMethod

TRANSFORM = "clusters"

#: Documents of components of two and more, with their sketches; `group_id` is shared by equal texts.
_CANDIDATES = pa.schema([
    ("doc_id", pa.int64()),
    ("component_id", pa.int64()),
    ("group_id", pa.int64()),
    ("shingles", pa.int32()),
    ("scheme", pa.string()),
    ("slots", pa.binary()),
])  # fmt: skip

#: Rows assigned together; a component is never cut.
_BLOCK_ROWS = 250_000

# The order of documents (design §5, Duplicates). `decided` lists documents that another rule drops.
_ORDERED = """
SELECT c.*, d.content_id
FROM candidates c
JOIN documents d USING (doc_id)
JOIN source_order s USING (source_id)
LEFT JOIN (SELECT DISTINCT doc_id FROM decided) x USING (doc_id)
ORDER BY c.component_id, x.doc_id IS NOT NULL, s.position, d.fetched_at NULLS LAST, d.content_id, d.path, d.position
"""


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """What the search for duplicates did. `cut_by_limit` counts documents that more representatives shared a band with
    than are compared, `unverified` those kept because a text could not be read again; `milliseconds_checking` is the
    time of the exact checks."""

    components: int = 0
    candidates: int = 0
    compared: int = 0
    checked: int = 0
    cut_by_limit: int = 0
    unverified: int = 0
    milliseconds_checking: int = 0

    @property
    def counters(self) -> tuple[Counter, ...]:
        """The same as counters."""
        return tuple(Counter(TRANSFORM, name, value) for name, value in asdict(self).items())


@dataclass(frozen=True, slots=True)
class Inputs:
    """What clusters are made from; `decided` are work files of documents that another rule drops."""

    documents: Sequence[str]
    sketches: SketchNumbers
    decided: Sequence[str]
    shards: dict[int, PlannedShard]


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole components in the order of documents: a work file, what is known of its pairs, and its assignment."""

    path: str
    answers: Answers
    assignment: Assignment


def cluster(settings: Settings, engine: Engine, inputs: Inputs) -> tuple[ClusterCounts, tuple[Counter, ...]]:
    """Write `duplicates` and `duplicate_pairs` of the settings' generation; nothing where there are none."""
    components = _write_candidates(settings, inputs.sketches)
    if not components:
        return ClusterCounts(), ClusterCounts().counters
    _write_ordered(settings, inputs)
    blocks = [_assigned(settings, path, Answers.none()) for path in work_files(settings, "ordered")]
    checks, checking = PairChecks(settings, engine, inputs.shards), 0.0
    while any(len(b.assignment.needed) for b in blocks):
        needed = _needed(settings, blocks)
        began = time.monotonic()
        similarity = checks.similarities(*needed)
        checking += time.monotonic() - began
        ends = np.cumsum([len(b.assignment.needed) for b in blocks])
        answers = np.split(similarity, ends[:-1])
        blocks = [_answered(settings, b, a) if len(a) else b for b, a in zip(blocks, answers, strict=True)]
    candidates = _write_tables(settings, blocks)
    made = [b.assignment for b in blocks]
    counts = ClusterCounts(
        components,
        candidates,
        sum(a.compared for a in made),
        checks.checked,
        sum(a.cut for a in made),
        sum(a.unverified for a in made),
        round(checking * 1000),
    )
    return counts, (*counts.counters, *checks.counters)


def _write_candidates(settings: Settings, sketches: SketchNumbers) -> int:
    """Unite equal texts and band neighbours; leaves work files of schema `_CANDIDATES`. Returns the components."""
    forest = Forest(sketches.documents)
    same = read_work(settings, EXACT_STEP, EXACT_GROUPS).sort_by("doc_id")
    doc_ids, group_ids = (same.column(c).to_numpy() for c in ("doc_id", "group_id"))
    if len(doc_ids):
        numbers = sketches.numbers_of(doc_ids)
        forest.unite(numbers, numbers[np.searchsorted(doc_ids, group_ids)])
    for path in work_files(settings, EDGES_STEP):
        edges = pq.read_table(settings.folder.absolute(path), schema=EDGES)
        forest.unite(edges.column("number").to_numpy(), edges.column("other").to_numpy())
    linked, roots = forest.linked()
    if not len(linked):
        return 0
    # A root is a candidate itself, met before the rest of its component: its doc_id is known when theirs are written.
    known = np.empty(len(linked), np.int64)
    begin = 0
    for piece, rows in enumerate(sketches.rows_of(linked)):
        end = begin + rows.num_rows
        ids = rows.column("doc_id").to_numpy()
        known[begin:end] = ids
        components = known[np.searchsorted(linked, roots[begin:end])]
        groups = ids.copy()
        if len(doc_ids):
            at = np.minimum(np.searchsorted(doc_ids, ids), len(doc_ids) - 1)
            groups = np.where(doc_ids[at] == ids, group_ids[at], ids)
        made = pa.Table.from_arrays(
            [
                pa.array(ids),
                pa.array(components),
                pa.array(groups),
                *(rows.column(c) for c in ("shingles", "scheme", "slots")),
            ],
            schema=_CANDIDATES,
        )
        write_work(settings, f"candidates/piece-{piece:06}.parquet", made)
        begin = end
    return len(np.unique(roots))


def _write_ordered(settings: Settings, inputs: Inputs) -> None:
    """Candidates by component and order of documents, in blocks of whole components."""
    with work_database(settings) as database:
        _create_views(database, settings, inputs)
        waiting: list[pa.Table] = []
        number = 0
        for batch in database.sql(_ORDERED).to_arrow_reader(_BLOCK_ROWS):
            waiting.append(pa.Table.from_batches([batch]))
            together = pa.concat_tables(waiting)
            if together.num_rows < _BLOCK_ROWS:
                continue
            components = together.column("component_id").to_numpy()
            whole = int(np.searchsorted(components, components[-1]))
            if whole:
                write_work(settings, f"ordered/block-{number:06}.parquet", together.slice(0, whole))
                number += 1
            waiting = [together.slice(whole)]
        write_work(settings, f"ordered/block-{number:06}.parquet", pa.concat_tables(waiting))
    settings.folder.remove(f"{settings.work}/candidates")


def _create_views(database: duckdb.DuckDBPyConnection, settings: Settings, inputs: Inputs) -> None:
    folder = settings.folder
    create_view(database, folder, "candidates", work_files(settings, "candidates"), _CANDIDATES)
    create_view(database, folder, "documents", inputs.documents, DOCUMENTS.schema)
    create_view(database, folder, "decided", inputs.decided, pa.schema([("doc_id", pa.int64())]))
    order = pa.table({
        "source_id": pa.array([s.source_id for s in settings.sources], pa.int32()),
        "position": pa.array([s.position for s in settings.sources], pa.int32()),
    })  # fmt: skip
    database.register("source_order", order)


def _assigned(settings: Settings, path: str, answers: Answers) -> _Block:
    """A block with its components assigned by what is known."""
    rows = _rows(settings, path, "component_id", "group_id", "scheme", "slots").combine_chunks()
    batch = rows.to_batches()[0]
    slots = slots_of(batch, settings.scheme)
    # A text is compared once, as its first document; inside a component equal groups are equal texts.
    _, first, group = np.unique(batch.column("group_id").to_numpy(), return_index=True, return_inverse=True)
    component = Component(
        batch.column("component_id").to_numpy(), first[group], slots, band_keys(slots, settings.scheme)
    )
    return _Block(path, answers, assign(component, answers, settings.corpus.dedup.threshold))


def _rows(settings: Settings, path: str, *columns: str) -> pa.Table:
    return pq.read_table(settings.folder.absolute(path), columns=list(columns))


def _needed(settings: Settings, blocks: Sequence[_Block]) -> tuple[pa.Table, pa.Table]:
    """All pairs that must be checked, block by block, and their documents, with those that may be named next."""
    pairs: list[pa.Table] = []
    named: list[pa.Table] = []
    for block in blocks:
        if len(needed := block.assignment.needed):
            rows = _rows(settings, block.path, "doc_id", "component_id", "shingles", "content_id")
            doc_ids, components = (rows.column(name).to_numpy() for name in ("doc_id", "component_id"))
            left, right = rows_of(needed)
            pairs.append(pa.Table.from_arrays([pa.array(doc_ids[left]), pa.array(doc_ids[right])], schema=PAIRS))
            chosen = rows.take(pa.array(np.unique(np.concatenate([left, right, _next(block.assignment, components)]))))
            hash_bytes = pc.multiply(chosen.column("shingles").cast(pa.int64()), HASH_BYTES)
            named.append(
                pa.Table.from_arrays([chosen.column("doc_id"), chosen.column("content_id"), hash_bytes], schema=NAMED)
            )
    return pa.concat_tables(pairs), pa.concat_tables(named)


def _next(assignment: Assignment, components: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows that pairs may name once those needed are answered: what stands for others beside them, up to a limit."""
    stands = assignment.representative == np.arange(len(components))
    rows = np.flatnonzero(stands & np.isin(components, components[rows_of(assignment.needed)[0]]))
    _, first, number = np.unique(components[rows], return_index=True, return_inverse=True)
    return rows[np.arange(len(rows)) - first[number] < MOST_REPRESENTATIVES]


def _answered(settings: Settings, block: _Block, similarity: npt.NDArray[np.float64]) -> _Block:
    """The block assigned anew with the similarities of the pairs that it needed."""
    pairs = np.concatenate([block.answers.pair, block.assignment.needed])
    order = np.argsort(pairs)
    known = Answers(pairs[order], np.concatenate([block.answers.similarity, similarity])[order])
    return _assigned(settings, block.path, known)


def _write_tables(settings: Settings, blocks: Sequence[_Block]) -> int:
    """Write both tables, sorted; returns the number of candidates."""
    tables = [_members(settings, block) for block in blocks]
    rows = pa.concat_tables(tables).sort_by("doc_id")
    removed = rows.filter(pc.not_equal(rows.column("doc_id"), rows.column("cluster_id")))
    pairs = removed.append_column("other_id", removed.column("cluster_id")).append_column(
        "scheme", pa.repeat(settings.scheme.id, removed.num_rows)
    )
    for table, written in ((DUPLICATES, rows), (DUPLICATE_PAIRS, pairs)):
        with PartWriter(settings.folder, table, part_path(table, settings.generation, "all")) as part:
            part.write(written.select(table.schema.names).cast(table.schema))
    return sum(len(b.assignment.representative) for b in blocks)


def _members(settings: Settings, block: _Block) -> pa.Table:
    """The members of clusters of two and more, with the columns of both tables."""
    rows, made = _rows(settings, block.path, "doc_id", "component_id", "group_id"), block.assignment
    doc_ids, groups = (rows.column(c).to_numpy() for c in ("doc_id", "group_id"))
    joined = made.representative != np.arange(len(doc_ids))
    clustered = joined.copy()
    clustered[made.representative[joined]] = True
    exact = groups == groups[made.representative]
    similarity = np.where(exact, 1.0, np.floor(made.similarity * STEPS + 1e-9) / STEPS)
    estimated = made.estimated & ~exact
    return pa.table({
        "doc_id": doc_ids,
        "cluster_id": doc_ids[made.representative],
        "component_id": rows.column("component_id"),
        "kind": np.where(exact, DuplicateKind.EXACT.value, DuplicateKind.NEAR.value),
        "similarity": similarity,
        "method": np.where(estimated, PairMethod.ESTIMATE.value, PairMethod.EXACT.value),
    }).filter(pa.array(clustered))  # fmt: skip
