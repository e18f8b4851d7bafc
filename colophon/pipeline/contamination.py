"""Contamination: which training documents hold evaluation documents, and which shards were not searched for them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from colophon.analyzers.contamination import NgramIndex, Ngrams, evaluation_ngrams, find_ngrams
from colophon.config.corpus import MIN_COMPARED_WORDS
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import Sources
from colophon.query.joins import JoinSession
from colophon.record.generations import NewGeneration
from colophon.record.parquet import read_part
from colophon.record.storage import RecordStorage, shard_of_part
from colophon.tables import CONTAMINATION, CONTAMINATION_HITS, EVALUATION_NGRAMS, SHARDS, UNCOMPARED_SHARDS


@dataclass(frozen=True, slots=True)
class Unseen:
    """The n-grams that a training shard was not yet compared with: those of generations after `after`, 0 for all."""

    after: int = 0


def write_index(generation: NewGeneration, unseen: Unseen, work: WorkFolder) -> str | None:
    """A work file of the n-grams to look for; None where no evaluation document of these generations has any.

    What earlier evaluation documents share with later ones was looked for already, and is left out.
    """
    parts = {p: part.generation for p in generation.live(EVALUATION_NGRAMS) if (part := shard_of_part(p))}
    later = [p for p, number in parts.items() if number > unseen.after]
    if not later:
        return None
    with work.session() as session:
        session.files("later", later, EVALUATION_NGRAMS.schema)
        earlier = [p for p, number in parts.items() if number <= unseen.after]
        session.files("earlier", earlier, EVALUATION_NGRAMS.schema)
        session.view("run/new_ngrams")
        return work.write(f"ngrams-after-{unseen.after:04}.parquet", session.batches("new_ngrams", _BATCH_ROWS))


def read_index(storage: RecordStorage, path: str | None) -> NgramIndex | None:
    """The index in a work file that `write_index` wrote; None where it wrote none."""
    if path is None:
        return None
    rows = read_part(storage, path)
    return NgramIndex.of(rows.column("words").to_numpy(), rows.column("ngram").to_numpy())


def newest_generations(parts: Iterable[str]) -> dict[int, int]:
    """The newest generation in which each shard has one of these parts of a table.

    For `evaluation_ngrams` it is the one that read the shard; for `contamination_hits` the last one whose evaluation
    documents were looked for in it.
    """
    of_shards = [part for path in parts if (part := shard_of_part(path))]
    return {part.ordinal: part.generation for part in sorted(of_shards, key=lambda p: p.generation)}


def evaluation_rows(texts: pa.Array, doc_ids: pa.Array, words: int) -> pa.RecordBatch:
    """Rows of `evaluation_ngrams` for evaluation documents, in the table's order, by n-grams of so many words."""
    return _rows(evaluation_ngrams(texts, words, MIN_COMPARED_WORDS), doc_ids.to_numpy(), EVALUATION_NGRAMS.schema)


def hit_rows(texts: pa.Array, doc_ids: pa.Array, index: NgramIndex) -> pa.RecordBatch:
    """Rows of `contamination_hits` for training documents, in the table's order."""
    return _rows(find_ngrams(texts, index), doc_ids.to_numpy(), CONTAMINATION_HITS.schema)


def _rows(ngrams: Ngrams, doc_ids: npt.NDArray[np.int64], schema: pa.Schema) -> pa.RecordBatch:
    columns = (doc_ids[ngrams.texts], ngrams.words, ngrams.hashes)
    return pa.RecordBatch.from_arrays([pa.array(c) for c in columns], schema=schema)


#: The parts of one: overlaps and their threshold are whole thousandths.
_PARTS = 1_000

_BATCH_ROWS = 2**20


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


def write_contamination(generation: NewGeneration, sources: Sources, threshold: float, work: WorkFolder) -> None:
    """Write `contamination` and `uncompared_shards` of a generation.

    Overlaps are whole thousandths, rounded down, and compared with the threshold as such. Only evaluation documents
    that were looked for in a training shard are paired with its documents.
    """
    required = math.ceil(round(threshold * _PARTS, 6))
    parts = {"parts": _PARTS}
    with work.session() as session:
        _create_views(session, generation, sources)
        # Steps as tables, because a planner that sees them as one may join phrases that all items begin with first.
        session.table("run/rare_hits")
        session.table("run/evaluation_items", {"required": required, **parts})
        session.table("run/telling_items")
        session.table("run/candidate_pairs")
        session.table("run/expected_hits")
        session.table("run/contaminated_pairs", parts)
        for table, name in ((CONTAMINATION, "contaminated_pairs"), (UNCOMPARED_SHARDS, "uncompared")):
            session.write(table, generation.part(table), name)


def uncompared_shards(generation: NewGeneration, sources: Sources, work: WorkFolder) -> tuple[int, ...]:
    """Training shards in which some evaluation documents were not looked for, ascending."""
    with work.session() as session:
        _create_views(session, generation, sources)
        rows = session.read("run/uncompared_ids")
    return tuple(rows.column("shard_id").to_pylist())


def uncompared_sources(generation: NewGeneration, sources: Sources, work: WorkFolder) -> tuple[UncomparedSource, ...]:
    """The evaluation sources that some training shards were not searched for, in the order of the configuration."""
    with work.session() as session:
        _create_views(session, generation, sources)
        rows = session.read("run/uncompared_sources").to_pylist()
    of_source = {r["eval_source_id"]: r for r in rows}
    return tuple(
        UncomparedSource(s.source.name, of_source[s.source_id]["shards"], of_source[s.source_id]["bytes"])
        for s in sources
        if s.source_id in of_source
    )


def _create_views(session: JoinSession, generation: NewGeneration, sources: Sources) -> None:
    """Views over the base tables; `compared` says up to which generation shards were compared, `evaluated_shards` in
    which one those of evaluation sources were read."""
    for table in (SHARDS, EVALUATION_NGRAMS, CONTAMINATION_HITS):
        session.parts(table, generation.live(table))
    roles = {
        "source_id": pa.array([s.source_id for s in sources], pa.int32()),
        "trains": pa.array([s.trains for s in sources], pa.bool_()),
    }
    session.rows("roles", pa.table(roles))
    for view, table, column in (
        ("compared", CONTAMINATION_HITS, "through"),
        ("read_in", EVALUATION_NGRAMS, "generation"),
    ):
        generations = newest_generations(generation.live(table))
        rows = {
            "shard_id": pa.array(generations.keys(), pa.int64()),
            column: pa.array(generations.values(), pa.int32()),
        }
        session.rows(view, pa.table(rows))
    session.view("run/evaluated_shards")
    session.view("views/contamination_common")
    session.view("run/uncompared")
