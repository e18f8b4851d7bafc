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
    Assignment,
    Component,
    ExactSimilarities,
    assign,
    may_be_named,
    rows_of,
)
from colophon.dedup.candidates import EDGES, slots_of
from colophon.dedup.clusters import EXACT_GROUPS, MEMBERS, EqualTexts, cluster_members
from colophon.dedup.components import Forest
from colophon.dedup.sketch.bands import band_keys
from colophon.dedup.sketch.scheme import Scheme
from colophon.pipeline.engines.beam import Counter
from colophon.pipeline.exact_checks import NAMED, PAIRS, PairChecks
from colophon.pipeline.memory import left_bytes
from colophon.pipeline.numbering import SketchNumbers
from colophon.pipeline.reread import HASH_BYTES
from colophon.pipeline.scratch import WorkFolder, read_files
from colophon.pipeline.sources import Sources
from colophon.query.joins import JoinSession
from colophon.record.generations import NewGeneration
from colophon.record.parquet import read_part
from colophon.record.storage import RecordStorage
from colophon.tables import DOCUMENTS, DUPLICATE_PAIRS, DUPLICATES

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
class ClusterInputs:
    """What clusters are made from: parts of `documents`, the sketches, and work files of edges between their numbers,
    of equal texts (`EXACT_GROUPS`) and of documents that another rule drops (`doc_id`)."""

    documents: Sequence[str]
    sketches: SketchNumbers
    edges: Sequence[str]
    equal_texts: Sequence[str]
    decided: Sequence[str]


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """What counts as a near duplicate: the scheme of sketches, and the least similarity."""

    scheme: Scheme
    threshold: float


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole components in the order of documents: a work file, what is known of its pairs, and the assignment of the
    first of each text alone, whose rows are counted without the others."""

    path: str
    answers: ExactSimilarities
    assignment: Assignment


def cluster(
    inputs: ClusterInputs,
    rule: NearDuplicates,
    sources: Sources,
    checks: PairChecks,
    generation: NewGeneration,
    work: WorkFolder,
    workers: int,
) -> ClusterCounts:
    """Write `duplicates` and `duplicate_pairs` of a generation; nothing where there are none.

    The order of documents follows that of their sources. Blocks are assigned by so many threads at most.
    """
    candidates = _write_candidates(inputs, sources, work)
    if not candidates.files:
        return ClusterCounts()
    ordered = _write_ordered(candidates.files, inputs, sources, work)
    checking = 0.0
    with ThreadPoolExecutor(_at_once(workers, work.memory_bytes)) as threads:
        unknown = ExactSimilarities.none()
        blocks = list(threads.map(lambda path: _assigned(work.storage, path, rule, unknown), ordered))
        while any(len(b.assignment.needed) for b in blocks):
            needed = _needed(work.storage, blocks)
            began = time.monotonic()
            similarity = checks.similarities(needed.pairs, needed.named)
            checking += time.monotonic() - began
            ends = np.cumsum([len(b.assignment.needed) for b in blocks])
            answers = np.split(similarity, ends[:-1])
            blocks = list(threads.map(lambda block, of: _answered(work.storage, block, rule, of), blocks, answers))
    _write_tables(blocks, rule.scheme, generation, work)
    assignments = [b.assignment for b in blocks]
    return ClusterCounts(
        candidates.components,
        candidates.documents,
        sum(a.compared for a in assignments),
        checks.checked,
        sum(a.cut for a in assignments),
        sum(a.unverified for a in assignments),
        round(checking * 1000),
    )


def _at_once(workers: int, memory_bytes: int) -> int:
    """Blocks assigned at once, in threads: the kernel, like reading, leaves the interpreter to others."""
    return max(1, min(workers, left_bytes(memory_bytes) // _BLOCK_BYTES))


@dataclass(frozen=True, slots=True)
class _CandidateFiles:
    """Work files of schema `_CANDIDATES`, and how many documents and components they hold."""

    files: tuple[str, ...]
    documents: int
    components: int


def _write_candidates(inputs: ClusterInputs, sources: Sources, work: WorkFolder) -> _CandidateFiles:
    """Unite equal texts and band neighbours; no files where there are neither."""
    sketches, same = inputs.sketches, _equal_texts(inputs, sources, work)
    forest = Forest(sketches.documents)
    if len(same.doc_ids):
        numbers = sketches.numbers_of(same.doc_ids)
        forest.unite(numbers, numbers[np.searchsorted(same.doc_ids, same.group_ids)])
    for path in inputs.edges:
        edges = read_part(work.storage, path, schema=EDGES)
        forest.unite(edges.column("number").to_numpy(), edges.column("other").to_numpy())
    linked, roots = forest.linked()
    if not len(linked):
        return _CandidateFiles((), 0, 0)
    # A root is a candidate itself, met before the rest of its component: its doc_id is known when theirs are written.
    known = np.empty(len(linked), np.int64)
    begin = 0
    folder = work.folder("candidates")
    files = []
    for piece, rows in enumerate(sketches.rows_of(linked)):
        end = begin + rows.num_rows
        ids = rows.column("doc_id").to_numpy()
        known[begin:end] = ids
        components = known[np.searchsorted(linked, roots[begin:end])]
        groups, first = same.of(ids)
        columns = [pa.array(ids), pa.array(components), pa.array(groups)]
        columns += [_only(first, rows.column(c)) for c in ("shingles", "scheme", "slots")]
        files.append(folder.write(f"piece-{piece:06}.parquet", pa.Table.from_arrays(columns, schema=_CANDIDATES)))
        begin = end
    return _CandidateFiles(tuple(files), len(linked), len(np.unique(roots)))


def _equal_texts(inputs: ClusterInputs, sources: Sources, work: WorkFolder) -> EqualTexts:
    """The groups of equal texts, with who is first in the order of documents."""
    same = read_files(work.storage, inputs.equal_texts, EXACT_GROUPS).sort_by("doc_id")
    doc_ids, group_ids = (same.column(c).to_numpy() for c in ("doc_id", "group_id"))
    first = np.zeros(len(doc_ids), np.bool_)
    if not len(doc_ids):
        return EqualTexts(doc_ids, group_ids, first)
    with work.session() as session:
        _create_views(session, inputs, sources)
        session.files("exact_groups", inputs.equal_texts, EXACT_GROUPS)
        session.view("run/ordered_groups")
        last = -1  # doc_ids are counted from 0
        for batch in session.batches("ordered_groups", _READ_ROWS):
            ids, groups = (batch.column(c).to_numpy() for c in ("doc_id", "group_id"))
            if len(ids):
                begins = groups != np.concatenate(([last], groups[:-1]))
                first[np.searchsorted(doc_ids, ids[begins])] = True
                last = groups[-1]
    return EqualTexts(doc_ids, group_ids, first)


def _only(kept: npt.NDArray[np.bool_], column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of a column at some rows, and null at the others."""
    return pc.if_else(pa.array(kept), column, pa.scalar(None, column.type))


def _write_ordered(
    candidates: Sequence[str], inputs: ClusterInputs, sources: Sources, work: WorkFolder
) -> tuple[str, ...]:
    """Candidates by component and order of documents, in blocks of whole components; drops what they came from."""
    folder = work.folder("ordered")
    blocks: list[str] = []
    with work.session() as session:
        _create_views(session, inputs, sources)
        session.files("candidates", candidates, _CANDIDATES)
        session.view("run/ordered_candidates")
        waiting: list[pa.Table] = []
        for batch in session.batches("ordered_candidates", _READ_ROWS):
            waiting.append(pa.Table.from_batches([batch]))
            together = pa.concat_tables(waiting)
            if together.num_rows < _BLOCK_ROWS:
                continue
            components = together.column("component_id").to_numpy()
            whole = int(np.searchsorted(components, components[-1]))
            if whole:
                blocks.append(folder.write(f"block-{len(blocks):06}.parquet", together.slice(0, whole)))
            waiting = [together.slice(whole)]
        blocks.append(folder.write(f"block-{len(blocks):06}.parquet", pa.concat_tables(waiting)))
    for path in candidates:
        work.storage.remove(path)
    return tuple(blocks)


def _create_views(session: JoinSession, inputs: ClusterInputs, sources: Sources) -> None:
    session.parts(DOCUMENTS, inputs.documents)
    session.files("decided", inputs.decided, DECIDED_IDS)
    order = pa.table({
        "source_id": pa.array([s.source_id for s in sources], pa.int32()),
        "position": pa.array([s.position for s in sources], pa.int32()),
    })  # fmt: skip
    session.rows("source_order", order)


def _assigned(storage: RecordStorage, path: str, rule: NearDuplicates, answers: ExactSimilarities) -> _Block:
    """A block with its components assigned by what is known."""
    rows = _first_rows(storage, path, "component_id", "scheme", "slots").combine_chunks()
    batch = rows.to_batches()[0]
    slots = slots_of(batch, rule.scheme)
    # A text is compared once, as its first document; inside a component equal groups are equal texts.
    component = Component(
        batch.column("component_id").to_numpy(), np.arange(len(slots)), slots, band_keys(slots, rule.scheme)
    )
    return _Block(path, answers, assign(component, answers, rule.threshold))


def _first_rows(storage: RecordStorage, path: str, *columns: str) -> pa.Table:
    """The rows of a block that carry a sketch: the first of each text."""
    return read_part(storage, path, columns, filters=pc.field("scheme").is_valid())


@dataclass(frozen=True, slots=True)
class _Needed:
    """Pairs that must be checked (`PAIRS`), and their documents with those that may be named next (`NAMED`)."""

    pairs: pa.Table
    named: pa.Table


def _needed(storage: RecordStorage, blocks: Sequence[_Block]) -> _Needed:
    """What must be checked of all blocks, block by block."""
    pairs: list[pa.Table] = []
    named: list[pa.Table] = []
    for block in blocks:
        if len(needed := block.assignment.needed):
            rows = _first_rows(storage, block.path, "doc_id", "component_id", "shingles", "content_id")
            doc_ids, components = (rows.column(name).to_numpy() for name in ("doc_id", "component_id"))
            left, right = rows_of(needed)
            pairs.append(pa.Table.from_arrays([pa.array(doc_ids[left]), pa.array(doc_ids[right])], schema=PAIRS))
            chosen = rows.take(
                pa.array(np.unique(np.concatenate([left, right, may_be_named(block.assignment, components)])))
            )
            hash_bytes = pc.multiply(chosen.column("shingles").cast(pa.int64()), HASH_BYTES)
            named.append(
                pa.Table.from_arrays([chosen.column("doc_id"), chosen.column("content_id"), hash_bytes], schema=NAMED)
            )
    return _Needed(pa.concat_tables(pairs), pa.concat_tables(named))


def _answered(
    storage: RecordStorage, block: _Block, rule: NearDuplicates, similarity: npt.NDArray[np.float64]
) -> _Block:
    """The block assigned anew with the similarities of the pairs that it needed; as it is where it needed none."""
    if not len(similarity):
        return block
    pairs = np.concatenate([block.answers.pair, block.assignment.needed])
    order = np.argsort(pairs)
    known = ExactSimilarities(pairs[order], np.concatenate([block.answers.similarity, similarity])[order])
    return _assigned(storage, block.path, rule, known)


def _write_tables(blocks: Sequence[_Block], scheme: Scheme, generation: NewGeneration, work: WorkFolder) -> None:
    """Write both tables, sorted."""
    folder = work.folder("members")
    members = []
    for number, block in enumerate(blocks):
        rows = read_part(work.storage, block.path, ("doc_id", "component_id", "group_id", "scheme"))
        members.append(folder.write(f"block-{number:06}.parquet", cluster_members(rows, block.assignment)))
    with work.session() as session:
        session.files("members", members, MEMBERS)
        session.table("run/removed_pairs", {"scheme": scheme.id})
        for table, name in ((DUPLICATES, "members"), (DUPLICATE_PAIRS, "removed_pairs")):
            session.write(table, generation.part(table), name)
