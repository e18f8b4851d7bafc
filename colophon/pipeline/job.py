"""The job from end to end: declared corpora in, a committed generation of the record out."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import apache_beam as beam
from rich.console import Console

from colophon.config.changes import changes, corpus_config
from colophon.config.corpus import Corpus
from colophon.connectors.rows import MAX_BATCH_ROWS
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import ShardLostError
from colophon.pipeline import band as bands
from colophon.pipeline import reread as read_again
from colophon.pipeline import rescan, scan, verdicts
from colophon.pipeline.band import find_candidates
from colophon.pipeline.cluster import ClusterCounts, Inputs, cluster
from colophon.pipeline.collected_looks import collected_looks, collected_looks_decide
from colophon.pipeline.contamination import (
    UncomparedSource,
    Unseen,
    uncompared_sources,
    write_contamination,
    write_index,
)
from colophon.pipeline.decide import Parts, decide, decided_files, write_decisions
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.equal_texts import FindExact
from colophon.pipeline.evidence import gather_evidence
from colophon.pipeline.finish import commit, write_facts
from colophon.pipeline.list_verdicts import judge_listed
from colophon.pipeline.numbering import number_sketches
from colophon.pipeline.plan import Planned, PlannedShard, PlanRequest, commit_plan, plan
from colophon.pipeline.progress import ProgressDisplay
from colophon.pipeline.run_context import NumberedSource, RunContext, id_key
from colophon.pipeline.run_findings import Findings, find
from colophon.pipeline.scratch import live_parts
from colophon.pipeline.shard_parts import committed
from colophon.query.session import SessionQueries
from colophon.record.generations import RunNote, newest_manifest, write_views
from colophon.record.manifest import Manifest
from colophon.record.storage import plan_path, shard_part, storage_at
from colophon.requests.accepted import requests_wait
from colophon.reservations.policy import deciding_policy
from colophon.tables import DOCUMENTS, DUPLICATES, SHARDS, SKETCHES, TABLES, VERDICTS, Growth
from colophon.vocabulary import Rescan


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How a run is done; nothing here but `limit` changes the record."""

    record: str
    engine: Engine = Engine()
    memory_bytes: int = 4 * 2**30
    limit: int | None = None
    batch_rows: int = MAX_BATCH_ROWS
    rescan: Rescan = Rescan.NONE
    command: str = "run"
    console: Console | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """The record after a run; `clusters` is None where there was nothing to do."""

    manifest: Manifest
    findings: Findings
    clusters: ClusterCounts | None


def run_job(corpus: Corpus, options: JobOptions) -> JobResult:
    """Make, continue or extend a record.

    Raises RecordChangedError, RecordLockedError, MissingKeyError, InputUnreadableError, OutputUnwritableError,
    ShuffleLossError, ConservationError.
    """
    folder = storage_at(options.record, "--record")
    with folder.writing():
        began = datetime.now(UTC)
        parent = newest_manifest(folder)
        request = _request(corpus, options, parent)
        planned = plan(request)
        settings = _settings(corpus, options, planned)
        if parent is not None and _nothing_new(settings, planned, parent):
            write_views(folder, parent, SessionQueries())
            return JobResult(parent, find(settings), None)
        _clear(settings)
        options.engine.expect()
        commit_plan(request, planned)
        with ProgressDisplay(folder, settings.work, options.console) as progress:
            counters, clusters = _transforms(settings, options.engine, planned, progress)
        gather_evidence(settings)
        write_facts(settings, live_parts(settings, DOCUMENTS))
        findings = find(settings)
        note = RunNote(options.command, began, datetime.now(UTC), options.engine.description, _counts(counters))
        return JobResult(commit(settings, parent, note), findings, clusters)


def plan_job(corpus: Corpus, options: JobOptions) -> Planned:
    """What `run_job` would read; writes nothing. Raises RecordChangedError."""
    return plan(_request(corpus, options, newest_manifest(storage_at(options.record, "--record"))))


def uncompared_in_job(corpus: Corpus, options: JobOptions, planned: Planned) -> tuple[UncomparedSource, ...]:
    """What a rescan would read again for evaluation sources of the record; those that are new are not known yet."""
    return uncompared_sources(_settings(corpus, options, planned))


def _transforms(
    settings: RunContext, engine: Engine, planned: Planned, progress: ProgressDisplay
) -> tuple[tuple[Counter, ...], ClusterCounts]:
    """Scan evaluation sources, then all others → join signals → decide → find candidates → cluster, verify → decide."""
    shards = tuple(planned.shards())
    counters = list(_scan_evaluation(settings, engine, planned, progress))
    write_index(settings, Unseen())
    with progress.transform(scan.TRANSFORM, "Scan and analyze", len(shards)):
        unread = [s for s in shards if not committed(settings.folder, s)]
        counters += run_pipeline(engine.at_most(len(unread)), lambda p: _scan_and_join(p, settings, planned))
    _require_committed(settings, shards)
    counters += _rescan(settings, engine, planned, progress)
    judge_listed(settings)
    parts = Parts(live_parts(settings, DOCUMENTS), live_parts(settings, VERDICTS))
    with progress.transform("decide", "Decide by policy and filters", 1):
        decide(settings, parts)
    sketches = number_sketches(settings.folder, live_parts(settings, SKETCHES))
    with progress.transform(bands.TRANSFORM, "Find candidates", len(sketches.parts)):
        counters += find_candidates(settings, engine, sketches)
    with progress.transform(read_again.TRANSFORM, "Verify pairs and cluster", len(shards)):
        inputs = Inputs(parts.documents, sketches, decided_files(settings), {s.ordinal: s for s in shards})
        clusters, counted = cluster(settings, engine, inputs)
        counters += counted
    with progress.transform("finish", "Write decisions", 1):
        write_decisions(settings, parts, live_parts(settings, DUPLICATES))
        write_contamination(settings)
    return tuple(counters), clusters


def _scan_evaluation(
    settings: RunContext, engine: Engine, planned: Planned, progress: ProgressDisplay
) -> tuple[Counter, ...]:
    """Evaluation sources come first, because their n-grams are looked for in all others."""
    unread = [s for s in planned.shards() if scan.holds_evaluation(s, settings) and not committed(settings.folder, s)]
    if not unread:
        return ()
    with progress.transform(scan.EVALUATION_TRANSFORM, "Scan evaluation sources", len(unread)):
        return run_pipeline(engine.at_most(len(unread)), lambda p: _scan_evaluation_shards(p, settings, planned))


def _scan_evaluation_shards(pipeline: beam.Pipeline, settings: RunContext, planned: Planned) -> None:
    """Plan → Reshuffle → Scan, of the newest generation alone: the others are complete."""
    newest = planned.newest
    shards = scan.plan_of(pipeline, settings, {newest.header.generation: len(newest.shards)})
    _ = shards | "Scan" >> scan.ScanEvaluation(settings)


def _rescan(settings: RunContext, engine: Engine, planned: Planned, progress: ProgressDisplay) -> tuple[Counter, ...]:
    """Search earlier training shards for evaluation documents that came later, where that is asked for."""
    if planned.newest.header.rescan is Rescan.NONE:
        return ()
    tasks = rescan.rescan_tasks(settings, planned.shards())
    with progress.transform(rescan.TRANSFORM, "Read earlier shards again", len(tasks)):
        return rescan.rescan(settings, engine, tasks)


def _scan_and_join(pipeline: beam.Pipeline, settings: RunContext, planned: Planned) -> None:
    """Plan → Reshuffle → Scan → (content ids → equal texts), (authorities → verdicts)."""
    blocks = {p.header.generation: len(p.shards) for p in planned.plans}
    scanned = scan.plan_of(pipeline, settings, blocks) | "Scan" >> scan.Scan(settings)
    _ = scanned[scan.CONTENT] | "Find equal texts" >> FindExact(settings)
    looks = (scanned[scan.AUTHORITIES], collected_looks(pipeline, settings)) | beam.Flatten()
    _ = looks | "Join signals" >> verdicts.JoinSignals(settings)


def _counts(counters: Iterable[Counter]) -> dict[str, int]:
    counts = Tally[str]()
    for counter in counters:
        counts[f"{counter.transform}.{counter.name}"] += counter.value
    return counts


def _request(corpus: Corpus, options: JobOptions, parent: Manifest | None) -> PlanRequest:
    key = id_key(corpus)
    return PlanRequest(
        folder=storage_at(options.record, "--record"),
        corpus=corpus,
        base=str(Path(corpus.file).parent),
        committed=parent.generation if parent else 0,
        limit=options.limit,
        id_key_check=key.check if key else None,
        rescan=options.rescan,
    )


def _nothing_new(settings: RunContext, planned: Planned, parent: Manifest) -> bool:
    """Whether the newest plan has no shards, no source and nothing to read again, nothing collected since the newest
    run decides, no request waits, and the rest decides as it did."""
    corpus = settings.corpus
    known = {s.name for p in planned.plans[:-1] for s in p.header.sources}
    before = replace(settings, generation=parent.generation)
    return (
        not planned.newest.shards
        and known == {s.name for s in corpus.sources}
        and not changes(parent.configuration, corpus_config(corpus))
        and not collected_looks_decide(settings, parent)
        and not requests_wait(settings.folder, parent)
        and not (planned.newest.header.rescan is Rescan.UNCOMPARED and uncompared_sources(before))
    )


def _settings(corpus: Corpus, options: JobOptions, planned: Planned) -> RunContext:
    numbers = planned.source_ids
    dedup = corpus.dedup
    return RunContext(
        folder=storage_at(options.record, "--record"),
        corpus=corpus,
        sources=tuple(NumberedSource(numbers[s.name], place, s) for place, s in enumerate(corpus.sources)),
        policy=deciding_policy(corpus),
        scheme=Scheme(dedup.shingle, dedup.bands, dedup.rows),
        generation=planned.newest.header.generation,
        input_bytes=sum(s.shard.size for s in planned.shards()),
        batch_rows=options.batch_rows,
        limit=options.limit,
        memory_bytes=options.memory_bytes,
    )


def _clear(settings: RunContext) -> None:
    """Drop what an interrupted run left of everything but committed shards; before the plan, no shard is committed."""
    settings.folder.remove(settings.work)
    begins = not settings.folder.exists(plan_path(settings.generation))
    for table in TABLES.values():
        if begins or table.growth is not Growth.PARTS:
            settings.folder.remove_parts(settings.generation, [table])


def _require_committed(settings: RunContext, shards: Iterable[PlannedShard]) -> None:
    """Every planned shard has its parts: nothing was lost before the scan."""
    have = set(live_parts(settings, SHARDS))
    for planned in shards:
        path = shard_part(SHARDS, planned.generation, planned.ordinal)
        if path not in have:
            raise ShardLostError(settings.folder.location, planned.shard.path)
