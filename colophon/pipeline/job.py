"""The job from end to end: declared corpora in, a committed generation of the record out."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import apache_beam as beam
from rich.console import Console

from colophon.config.changes import changes, corpus_config
from colophon.config.corpus import Corpus
from colophon.connectors.files.source_files import named
from colophon.connectors.rows import MAX_BATCH_ROWS
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import ShardLostError, WorkerEndedError
from colophon.pipeline import band as bands
from colophon.pipeline import reread, rescan, scan
from colophon.pipeline.band import find_candidates
from colophon.pipeline.cluster import ClusterCounts, ClusterInputs, NearDuplicates, cluster
from colophon.pipeline.collected_looks import CollectedLooks, collected_looks_decide
from colophon.pipeline.contamination import (
    UncomparedSource,
    Unseen,
    uncompared_sources,
    write_contamination,
    write_index,
)
from colophon.pipeline.decide import DecisionInputs, DecisionRules, decide, write_decisions
from colophon.pipeline.engines.beam import Counter, Engine, run_pipeline
from colophon.pipeline.equal_texts import FindEqualTexts
from colophon.pipeline.exact_checks import PairChecks
from colophon.pipeline.finish import RunFacts, commit, gather_evidence, write_facts
from colophon.pipeline.followed_looks import FollowLooks
from colophon.pipeline.list_verdicts import judge_listed
from colophon.pipeline.numbering import number_sketches
from colophon.pipeline.plan import Planned, PlannedShard, PlanRequest, commit_plan, drop_replaced, plan
from colophon.pipeline.progress import ProgressDisplay
from colophon.pipeline.reread import Rereading
from colophon.pipeline.run_findings import Findings, find
from colophon.pipeline.scan import DocumentAnalysis, ShardScan
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.shard_parts import committed
from colophon.pipeline.shuffle import Partitioning
from colophon.pipeline.sources import NumberedSource, ShardReader, id_key, judged_sources_of
from colophon.pipeline.trial_reading import TrialReading, being_read
from colophon.pipeline.verdicts import JoinSignals, VerdictFiles
from colophon.query.session import SessionQueries
from colophon.record.generations import NewGeneration, RunNote, newest_manifest, write_views
from colophon.record.manifest import Manifest
from colophon.record.storage import RecordStorage, plan_path, shard_part, storage_at
from colophon.requests.accepted import requests_wait
from colophon.reservations.policy import Clock, deciding_policy
from colophon.tables import DOCUMENTS, SHARDS, SKETCHES, TABLES, VERDICTS, Growth
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
    #: takes what a user should know before the work begins
    tell: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class JobResult:
    """The record after a run; `clusters` is None where there was nothing to do."""

    manifest: Manifest
    findings: Findings
    clusters: ClusterCounts | None


def run_job(corpus: Corpus, options: JobOptions) -> JobResult:
    """Make, continue or extend a record.

    Raises BadArgumentError, RecordChangedError, SchemeMismatchError, RecordLockedError, MissingKeyError,
    InputUnreadableError, OutputUnwritableError, ShuffleLossError, ConservationError.
    """
    storage = storage_at(options.record, "--record")
    with storage.writing():
        began = datetime.now(UTC)
        parent = newest_manifest(storage)
        request = _request(corpus, options, storage, parent, began.date())
        planned = plan(request)
        if planned.replaced is not None:
            parent = None if planned.newest.header.generation == 1 else parent
            options.tell(str(planned.replaced))
        run = _Run.of(corpus, options, storage, planned)
        if parent is not None and _nothing_new(run, parent):
            write_views(storage, parent, SessionQueries())
            return JobResult(parent, _findings(run), None)
        if parent is not None:
            run.facts.analysis.scheme.require(parent.scheme)
        if planned.replaced is not None:
            drop_replaced(storage, planned.replaced)
        options.engine.expect()
        done = _done(run, request, options)
        run = done.run
        gather_evidence(run.generation, run.work)
        write_facts(run.facts, run.generation, run.work)
        findings = _findings(run)
        note = RunNote(options.command, began, datetime.now(UTC), options.engine.description, _counts(done.counters))
        manifest = commit(run.facts, parent, note, run.generation, options.memory_bytes)
        run.work.remove()
        return JobResult(manifest, findings, done.clusters)


def plan_job(corpus: Corpus, options: JobOptions) -> Planned:
    """What `run_job` would read; writes nothing. Raises BadArgumentError, RecordChangedError."""
    storage = storage_at(options.record, "--record")
    return plan(_request(corpus, options, storage, newest_manifest(storage), datetime.now(UTC).date()))


def uncompared_in_job(corpus: Corpus, options: JobOptions, planned: Planned) -> tuple[UncomparedSource, ...]:
    """What a rescan would read again for evaluation sources of the record; those that are new are not known yet."""
    if planned.replaced is not None:
        return ()
    run = _Run.of(corpus, options, storage_at(options.record, "--record"), planned)
    return uncompared_sources(run.generation, run.facts.sources, run.work)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run: what it reads and how, what the record says of that, the generation it makes, and its work files."""

    planned: Planned
    facts: RunFacts
    reader: ShardReader
    generation: NewGeneration
    work: WorkFolder
    meter: WorkFolder
    reading: WorkFolder

    @classmethod
    def of(cls, corpus: Corpus, options: JobOptions, storage: RecordStorage, planned: Planned) -> _Run:
        """The run that makes the newest generation of a plan."""
        numbers, dedup = planned.source_ids, corpus.dedup
        sources = tuple(NumberedSource(numbers[s.name], place, s) for place, s in enumerate(corpus.sources))
        scheme = Scheme(dedup.shingle, dedup.bands, dedup.rows)
        work = WorkFolder(storage, options.memory_bytes)
        return cls(
            planned=planned,
            facts=RunFacts(
                corpus, sources, deciding_policy(corpus), DocumentAnalysis.of(corpus, scheme), options.limit
            ),
            reader=ShardReader.of(corpus, sources, options.batch_rows),
            generation=NewGeneration(storage, planned.newest.header.generation),
            work=work,
            meter=work.folder("progress"),
            reading=work.folder("reading"),
        )

    def scan(self, ngrams: str | None) -> ShardScan:
        """How shards are scanned, with the n-grams of evaluation documents to look for in them."""
        facts = self.facts
        return ShardScan(
            self.generation.storage,
            self.reader,
            facts.analysis,
            facts.policy,
            facts.limit,
            ngrams,
            self.meter,
            self.reading,
        )

    def being_read(self) -> tuple[PlannedShard, ...]:
        """Shards that processes which have ended were reading, and did not finish."""
        unfinished = (s for s in self.planned.newest.shards if not committed(self.generation.storage, s))
        return being_read(self.reading, unfinished)


@dataclass(frozen=True, slots=True)
class _Done:
    """What the transforms of a run gave, and the run with the plan that it ended with."""

    run: _Run
    counters: tuple[Counter, ...]
    clusters: ClusterCounts


def _done(run: _Run, request: PlanRequest, options: JobOptions) -> _Done:
    """Do the transforms; once more for each process that ended on a file, without that file."""
    suspects = run.being_read()
    if suspects:
        options.tell(f"a run ended while it read {_files_of(suspects)}: read first, in a process of their own")
        run = _marked(run, suspects, options) or run
    while True:
        _clear(run.generation, run.work)
        commit_plan(request, run.planned)
        try:
            with ProgressDisplay(run.meter, options.console) as progress:
                counters, clusters = _transforms(run, options.engine, progress)
        except WorkerEndedError as ended:
            suspects = run.being_read()
            marked = _marked(run, suspects, options)
            if marked is None:
                run.reading.remove()
                raise WorkerEndedError(ended.ended_with, _files_of(suspects)) from None
            run = marked
        except BaseException:
            # No process ended that was not told to, and so nothing is to be said against what was being read.
            run.reading.remove()
            raise
        else:
            return _Done(run, counters, clusters)


def _files_of(shards: Iterable[PlannedShard]) -> str:
    return named([file.path for planned in shards for file in planned.shard.files])


def _marked(run: _Run, suspects: Iterable[PlannedShard], options: JobOptions) -> _Run | None:
    """The run with those files of shards marked in its plan that end each process which reads them; None where there
    are none."""
    trial = TrialReading(run.reader, run.work.folder("trial"), options.engine.messages)
    marked = {planned.ordinal: trial.marked(planned) for planned in suspects}
    newest = run.planned.newest
    tried = replace(newest, shards=tuple(marked.get(planned.ordinal, planned) for planned in newest.shards))
    if tried == newest:
        return None
    for before, after in zip(newest.shards, tried.shards, strict=True):
        for file in set(after.shard.files) - set(before.shard.files):
            options.tell(f"{file.path} ends the process that reads it; it becomes a reject ({file.not_read})")
    return replace(run, planned=replace(run.planned, plans=(*run.planned.plans[:-1], tried)))


def _transforms(run: _Run, engine: Engine, progress: ProgressDisplay) -> tuple[tuple[Counter, ...], ClusterCounts]:
    """Scan evaluation sources, then all others → join signals → decide → find candidates → cluster, verify → decide."""
    facts, generation, work = run.facts, run.generation, run.work
    policy, sources, scheme = facts.policy, facts.sources, facts.analysis.scheme
    rules = DecisionRules(policy, facts.corpus.filters)
    files = VerdictFiles(generation, work.folder("deciding"), work.folder("unknown"))
    shards = tuple(run.planned.shards())

    counters = list(_scan_evaluation(run, engine, progress))
    ngrams = write_index(generation, Unseen(), work)
    with progress.transform(scan.TRANSFORM, "Scan and analyze", len(shards)):
        equal_texts, counted = _scan_and_join(run, engine, shards, ngrams, files)
        counters += counted
    _require_committed(generation, shards)
    counters += _rescan(run, engine, progress)
    judge_listed(policy, judged_sources_of(sources), files, work)
    documents = generation.live(DOCUMENTS)
    verdicts = generation.live(VERDICTS) if policy.clock is Clock.AT_FETCH else files.deciding.written()
    judged = DecisionInputs(documents, verdicts, files.unknown.written(), equal_texts)
    with progress.transform("decide", "Decide by policy and filters", 1):
        decided = decide(judged, rules, sources, work)
    sketches = number_sketches(generation.storage, generation.live(SKETCHES))
    with progress.transform(bands.TRANSFORM, "Find candidates", len(sketches.parts)):
        candidates = find_candidates(engine, scheme, sketches, equal_texts, work, run.meter)
    with progress.transform(reread.TRANSFORM, "Verify pairs and cluster", len(shards)):
        rereading = Rereading(generation.storage, {s.ordinal: s for s in shards}, run.reader, scheme, run.meter)
        checks = PairChecks(engine, rereading, work)
        inputs = ClusterInputs(documents, sketches, candidates.edges, equal_texts, [decided])
        near = NearDuplicates(scheme, facts.corpus.dedup.threshold)
        clusters = cluster(inputs, near, sources, checks, generation, work, engine.workers)
    with progress.transform("finish", "Write decisions", 1):
        write_decisions(judged, rules, sources, decided, generation, work)
        write_contamination(generation, sources, facts.corpus.contamination.threshold, work)
    return (*counters, *candidates.counters, *clusters.counters, *checks.counters), clusters


def _scan_evaluation(run: _Run, engine: Engine, progress: ProgressDisplay) -> tuple[Counter, ...]:
    """Evaluation sources come first, because their n-grams are looked for in all others."""
    storage, newest = run.generation.storage, run.planned.newest
    unread = [s for s in run.planned.shards() if scan.holds_evaluation(s, run.reader) and not committed(storage, s)]
    if not unread:
        return ()

    def build(pipeline: beam.Pipeline) -> None:
        # Of the newest generation alone: the others are complete.
        shards = pipeline | scan.PlannedShards(storage, {newest.header.generation: len(newest.shards)})
        _ = shards | "Scan" >> scan.ScanEvaluation(run.scan(None))

    with progress.transform(scan.EVALUATION_TRANSFORM, "Scan evaluation sources", len(unread)):
        return run_pipeline(engine.at_most(len(unread)), build)


def _scan_and_join(
    run: _Run, engine: Engine, shards: tuple[PlannedShard, ...], ngrams: str | None, files: VerdictFiles
) -> tuple[tuple[str, ...], tuple[Counter, ...]]:
    """Plan → Reshuffle → Scan → (content ids → equal texts), (authorities → verdicts).

    Returns the work files of equal texts, and what was counted.
    """
    storage, facts = run.generation.storage, run.facts
    partitioning = Partitioning.for_input(sum(s.shard.size for s in shards))
    groups = run.work.folder("equal_texts")

    def build(pipeline: beam.Pipeline) -> None:
        planned = pipeline | scan.PlannedShards(
            storage, {p.header.generation: len(p.shards) for p in run.planned.plans}
        )
        scanned = planned | "Scan" >> scan.Scan(run.scan(ngrams), partitioning)
        _ = scanned[scan.CONTENT] | "Find equal texts" >> FindEqualTexts(groups)
        collected = pipeline | "Collected" >> CollectedLooks(run.generation, partitioning)
        followed = scanned[scan.AUTHORITIES] | "Follow looks" >> FollowLooks(run.generation, partitioning, run.work)
        looks = (scanned[scan.AUTHORITIES], collected, followed) | beam.Flatten()
        _ = looks | "Join signals" >> JoinSignals(facts.policy, judged_sources_of(facts.sources), files)

    unread = [s for s in shards if not committed(storage, s)]
    counters = run_pipeline(engine.at_most(len(unread)), build)
    return groups.written(), counters


def _rescan(run: _Run, engine: Engine, progress: ProgressDisplay) -> tuple[Counter, ...]:
    """Search earlier training shards for evaluation documents that came later, where that is asked for."""
    if run.planned.newest.header.rescan is Rescan.NONE:
        return ()
    tasks = rescan.rescan_tasks(run.planned.shards(), run.generation, run.facts.sources, run.work)
    with progress.transform(rescan.TRANSFORM, "Read earlier shards again", len(tasks)):
        return rescan.rescan(engine, tasks, run.reader, run.generation, run.meter)


def _findings(run: _Run) -> Findings:
    facts = run.facts
    return find(run.generation, facts.sources, facts.corpus.max_rejects, run.reader.base, run.work)


def _counts(counters: Iterable[Counter]) -> dict[str, int]:
    counts = Tally[str]()
    for counter in counters:
        counts[f"{counter.transform}.{counter.name}"] += counter.value
    return counts


def _request(
    corpus: Corpus, options: JobOptions, storage: RecordStorage, parent: Manifest | None, today: date
) -> PlanRequest:
    key = id_key(corpus)
    return PlanRequest(
        storage=storage,
        corpus=corpus,
        base=str(Path(corpus.file).parent),
        committed=parent.generation if parent else 0,
        limit=options.limit,
        id_key_check=key.check if key else None,
        today=today,
        rescan=options.rescan,
    )


def _nothing_new(run: _Run, parent: Manifest) -> bool:
    """Whether the newest plan has no shards, no source and nothing to read again, nothing collected since the newest
    run decides, no request waits, and the rest decides as it did."""
    planned, facts = run.planned, run.facts
    known = {s.name for p in planned.plans[:-1] for s in p.header.sources}
    before = NewGeneration(run.generation.storage, parent.generation)
    return (
        not planned.newest.shards
        and known == {s.name for s in facts.corpus.sources}
        and not changes(parent.configuration, corpus_config(facts.corpus))
        and not collected_looks_decide(parent, facts.policy, judged_sources_of(facts.sources), run.work)
        and not requests_wait(run.generation.storage, parent)
        and not (
            planned.newest.header.rescan is Rescan.UNCOMPARED and uncompared_sources(before, facts.sources, run.work)
        )
    )


def _clear(generation: NewGeneration, work: WorkFolder) -> None:
    """Drop what an interrupted run left of everything but committed shards; before the plan, no shard is committed."""
    work.remove()
    begins = not generation.storage.exists(plan_path(generation.number))
    dropped = [table for table in TABLES.values() if begins or table.growth is not Growth.PARTS]
    generation.storage.remove_parts(generation.number, dropped)


def _require_committed(generation: NewGeneration, shards: Iterable[PlannedShard]) -> None:
    """Every planned shard has its parts: nothing was lost before the scan."""
    have = set(generation.live(SHARDS))
    for planned in shards:
        path = shard_part(SHARDS, planned.generation, planned.ordinal)
        if path not in have:
            raise ShardLostError(generation.storage.location, planned.shard.path)
