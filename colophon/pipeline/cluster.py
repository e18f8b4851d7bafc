"""Clusters: components of candidates, assigned by estimate, checked exactly where that is near the threshold."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colophon.dedup.assignment import (
    MAX_REPRESENTATIVES,
    STEPS,
    Assignment,
    Component,
    ExactSimilarities,
    assign,
    rows_of,
)
from colophon.dedup.components import Forest
from colophon.dedup.sketch.bands import band_keys
from colophon.pipeline.band import EDGES, slots_of
from colophon.pipeline.band import STEP as EDGES_STEP
from colophon.pipeline.engines.beam import Counter, Engine
from colophon.pipeline.equal_texts import EXACT_GROUPS
from colophon.pipeline.equal_texts import STEP as EXACT_STEP
from colophon.pipeline.exact_checks import NAMED, PAIRS, PairChecks
from colophon.pipeline.memory import left_bytes
from colophon.pipeline.numbering import SketchNumbers
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.reread import HASH_BYTES
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import read_work, work_files, work_session, write_work
from colophon.query.joins import JoinSession
from colophon.record.parquet import read_part
from colophon.record.storage import part_path
from colophon.tables import DOCUMENTS, DUPLICATE_PAIRS, DUPLICATES
from colophon.vocabulary import DuplicateKind, PairMethod

TRANSFORM = "clusters"

#: Documents of components of two and more; `group_id` is shared by equal texts, and the first of them in the order of
#: documents alone carries its sketch, so that copies of a text take no memory but for their numbers.
_CANDIDATES = pa.schema([
    ("doc_id", pa.int64()),
    ("component_id", pa.int64()),
    ("group_id", pa.int64()),
    ("shingles", pa.int32()),
    ("scheme", pa.string()),
    ("slots", pa.binary()),
])  # fmt: skip

#: Members of clusters of two and more, with the columns of both tables.
_MEMBERS = pa.schema([
    ("doc_id", pa.int64()),
    ("cluster_id", pa.int64()),
    ("component_id", pa.int64()),
    ("kind", pa.string()),
    ("similarity", pa.float64()),
    ("method", pa.string()),
])  # fmt: skip

#: What is read of documents that another rule drops.
DECIDED_IDS = pa.schema([("doc_id", pa.int64())])

#: Rows assigned together, and the memory that takes; a component is never cut.
_BLOCK_ROWS = 50_000
_BLOCK_BYTES = 96 * 2**20

#: Rows taken from the database at once.
_READ_ROWS = 2**15


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
    """Whole components in the order of documents: a work file, what is known of its pairs, and the assignment of the
    first of each text alone, whose rows are counted without the others."""

    path: str
    answers: ExactSimilarities
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class _EqualTexts:
    """Documents whose text stands more than once, ascending, the group of each, and whether it is the first of it."""

    doc_ids: npt.NDArray[np.int64]
    group_ids: npt.NDArray[np.int64]
    first: npt.NDArray[np.bool_]

    def of(self, doc_ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The groups of any documents, and which are the first of theirs; one whose text stands once is its own."""
        if not len(self.doc_ids):
            return doc_ids, np.ones(len(doc_ids), np.bool_)
        at = np.minimum(np.searchsorted(self.doc_ids, doc_ids), len(self.doc_ids) - 1)
        several = self.doc_ids[at] == doc_ids
        return np.where(several, self.group_ids[at], doc_ids), ~several | self.first[at]


def cluster(settings: RunContext, engine: Engine, inputs: Inputs) -> tuple[ClusterCounts, tuple[Counter, ...]]:
    """Write `duplicates` and `duplicate_pairs` of the settings' generation; nothing where there are none."""
    components = _write_candidates(settings, inputs)
    if not components:
        return ClusterCounts(), ClusterCounts().counters
    _write_ordered(settings, inputs)
    checks, checking = PairChecks(settings, engine, inputs.shards), 0.0
    with ThreadPoolExecutor(_at_once(settings, engine)) as threads:
        ordered = work_files(settings, "ordered")
        blocks = list(threads.map(lambda path: _assigned(settings, path, ExactSimilarities.none()), ordered))
        while any(len(b.assignment.needed) for b in blocks):
            needed = _needed(settings, blocks)
            began = time.monotonic()
            similarity = checks.similarities(*needed)
            checking += time.monotonic() - began
            ends = np.cumsum([len(b.assignment.needed) for b in blocks])
            answers = np.split(similarity, ends[:-1])
            blocks = list(threads.map(lambda block, found: _answered(settings, block, found), blocks, answers))
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


def _write_candidates(settings: RunContext, inputs: Inputs) -> int:
    """Unite equal texts and band neighbours; leaves work files of schema `_CANDIDATES`. Returns the components."""
    sketches, same = inputs.sketches, _equal_texts(settings, inputs)
    forest = Forest(sketches.documents)
    if len(same.doc_ids):
        numbers = sketches.numbers_of(same.doc_ids)
        forest.unite(numbers, numbers[np.searchsorted(same.doc_ids, same.group_ids)])
    for path in work_files(settings, EDGES_STEP):
        edges = read_part(settings.folder, path, schema=EDGES)
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
        groups, first = same.of(ids)
        columns = [pa.array(ids), pa.array(components), pa.array(groups)]
        columns += [_only(first, rows.column(c)) for c in ("shingles", "scheme", "slots")]
        write_work(settings, f"candidates/piece-{piece:06}.parquet", pa.Table.from_arrays(columns, schema=_CANDIDATES))
        begin = end
    return len(np.unique(roots))


def _equal_texts(settings: RunContext, inputs: Inputs) -> _EqualTexts:
    """The groups of equal texts, with who is first in the order of documents."""
    same = read_work(settings, EXACT_STEP, EXACT_GROUPS).sort_by("doc_id")
    doc_ids, group_ids = (same.column(c).to_numpy() for c in ("doc_id", "group_id"))
    first = np.zeros(len(doc_ids), np.bool_)
    if not len(doc_ids):
        return _EqualTexts(doc_ids, group_ids, first)
    with work_session(settings) as session:
        _create_views(session, settings, inputs)
        session.view("run/ordered_groups")
        last = -1  # doc_ids are counted from 0
        for batch in session.batches("ordered_groups", _READ_ROWS):
            ids, groups = (batch.column(c).to_numpy() for c in ("doc_id", "group_id"))
            if len(ids):
                begins = groups != np.concatenate(([last], groups[:-1]))
                first[np.searchsorted(doc_ids, ids[begins])] = True
                last = groups[-1]
    return _EqualTexts(doc_ids, group_ids, first)


def _only(kept: npt.NDArray[np.bool_], column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of a column at some rows, and null at the others."""
    return pc.if_else(pa.array(kept), column, pa.scalar(None, column.type))


def _write_ordered(settings: RunContext, inputs: Inputs) -> None:
    """Candidates by component and order of documents, in blocks of whole components."""
    with work_session(settings) as session:
        _create_views(session, settings, inputs)
        session.view("run/ordered_candidates")
        waiting: list[pa.Table] = []
        number = 0
        for batch in session.batches("ordered_candidates", _READ_ROWS):
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


def _create_views(session: JoinSession, settings: RunContext, inputs: Inputs) -> None:
    session.files("candidates", work_files(settings, "candidates"), _CANDIDATES)
    session.files("exact_groups", work_files(settings, EXACT_STEP), EXACT_GROUPS)
    session.parts(DOCUMENTS, inputs.documents)
    session.files("decided", inputs.decided, DECIDED_IDS)
    order = pa.table({
        "source_id": pa.array([s.source_id for s in settings.sources], pa.int32()),
        "position": pa.array([s.position for s in settings.sources], pa.int32()),
    })  # fmt: skip
    session.rows("source_order", order)


def _at_once(settings: RunContext, engine: Engine) -> int:
    """Blocks assigned at once, in threads: the kernel, like reading, leaves the interpreter to others."""
    return max(1, min(engine.workers, left_bytes(settings.memory_bytes) // _BLOCK_BYTES))


def _assigned(settings: RunContext, path: str, answers: ExactSimilarities) -> _Block:
    """A block with its components assigned by what is known."""
    rows = _first_rows(settings, path, "component_id", "scheme", "slots").combine_chunks()
    batch = rows.to_batches()[0]
    slots = slots_of(batch, settings.scheme)
    # A text is compared once, as its first document; inside a component equal groups are equal texts.
    component = Component(
        batch.column("component_id").to_numpy(), np.arange(len(slots)), slots, band_keys(slots, settings.scheme)
    )
    return _Block(path, answers, assign(component, answers, settings.corpus.dedup.threshold))


def _rows(settings: RunContext, path: str, *columns: str) -> pa.Table:
    return read_part(settings.folder, path, columns)


def _first_rows(settings: RunContext, path: str, *columns: str) -> pa.Table:
    """The rows of a block that carry a sketch: the first of each text."""
    return read_part(settings.folder, path, columns, filters=pc.field("scheme").is_valid())


def _needed(settings: RunContext, blocks: Sequence[_Block]) -> tuple[pa.Table, pa.Table]:
    """All pairs that must be checked, block by block, and their documents, with those that may be named next."""
    pairs: list[pa.Table] = []
    named: list[pa.Table] = []
    for block in blocks:
        if len(needed := block.assignment.needed):
            rows = _first_rows(settings, block.path, "doc_id", "component_id", "shingles", "content_id")
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
    return rows[np.arange(len(rows)) - first[number] < MAX_REPRESENTATIVES]


def _answered(settings: RunContext, block: _Block, similarity: npt.NDArray[np.float64]) -> _Block:
    """The block assigned anew with the similarities of the pairs that it needed; as it is where it needed none."""
    if not len(similarity):
        return block
    pairs = np.concatenate([block.answers.pair, block.assignment.needed])
    order = np.argsort(pairs)
    known = ExactSimilarities(pairs[order], np.concatenate([block.answers.similarity, similarity])[order])
    return _assigned(settings, block.path, known)


def _write_tables(settings: RunContext, blocks: Sequence[_Block]) -> int:
    """Write both tables, sorted; returns the number of candidates."""
    candidates = 0
    for number, block in enumerate(blocks):
        rows = _rows(settings, block.path, "doc_id", "component_id", "group_id", "scheme")
        candidates += rows.num_rows
        write_work(settings, f"members/block-{number:06}.parquet", _members(rows, block.assignment))
    with work_session(settings) as session:
        session.files("members", work_files(settings, "members"), _MEMBERS)
        session.table("run/removed_pairs", {"scheme": settings.scheme.id})
        for table, name in ((DUPLICATES, "members"), (DUPLICATE_PAIRS, "removed_pairs")):
            session.write(table, part_path(table, settings.generation, "all"), name)
    return candidates


def _members(rows: pa.Table, made: Assignment) -> pa.Table:
    """The members of clusters of two and more, of schema `_MEMBERS`."""
    doc_ids, groups = (rows.column(c).to_numpy() for c in ("doc_id", "group_id"))
    # The rows of the block that were assigned, and for every row the one of them with its text.
    first = np.flatnonzero(rows.column("scheme").is_valid().to_numpy())
    by_group = np.argsort(groups[first])
    text = by_group[np.searchsorted(groups[first], groups, sorter=by_group)]
    representative = first[made.representative][text]
    joined = representative != np.arange(len(doc_ids))
    clustered = joined.copy()
    clustered[representative[joined]] = True
    exact = groups == groups[representative]
    similarity = np.where(exact, 1.0, np.floor(made.similarity[text] * STEPS + 1e-9) / STEPS)
    estimated = made.estimated[text] & ~exact
    members = pa.Table.from_arrays([
        pa.array(doc_ids),
        pa.array(doc_ids[representative]),
        rows.column("component_id"),
        pc.if_else(pa.array(exact), DuplicateKind.EXACT.value, DuplicateKind.NEAR.value),
        pa.array(similarity),
        pc.if_else(pa.array(estimated), PairMethod.ESTIMATE.value, PairMethod.EXACT.value),
    ], schema=_MEMBERS)  # fmt: skip
    return members.filter(pa.array(clustered))
