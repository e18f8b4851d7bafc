"""The end of a run: the tables that are written anew, and the manifest."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from colophon.analyzers.contamination import contamination_rule
from colophon.analyzers.identity import RULE as CONTENT_ID_RULE
from colophon.config.changes import corpus_config
from colophon.config.corpus import MIN_COMPARED_WORDS, Corpus, Source
from colophon.extensions import documents_table
from colophon.pipeline.decide import DUPLICATE_RULE, filter_rules
from colophon.pipeline.memory import database_limit
from colophon.pipeline.scan import DocumentAnalysis
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import Sources
from colophon.query.session import SessionQueries
from colophon.record.generations import NewGeneration, RunNote, commit_generation, write_run, written_parts
from colophon.record.manifest import LAYOUT, LiveFile, Manifest, corpus_sha256, live_files, sealed
from colophon.record.parquet import write_empty_part, write_part
from colophon.record.rules import Rule, rule_rows
from colophon.record.storage import evidence_path, manifest_path, part_place, plan_path
from colophon.reservations.policy import Policy
from colophon.reservations.rules import rules as reservation_rules
from colophon.tables import (
    DECISIONS,
    DOCUMENTS,
    EVALUATIONS,
    EVIDENCE,
    HOSTS,
    RULES,
    SOURCES,
    TABLES,
    Growth,
    Table,
)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a record says of how it was made: the corpus and its sources, the policy, how documents were analyzed, and
    the rows that a trial stopped after."""

    corpus: Corpus
    sources: Sources
    policy: Policy
    analysis: DocumentAnalysis
    limit: int | None


def gather_evidence(generation: NewGeneration, work: WorkFolder) -> None:
    """Put the evidence of a generation's shards together in one part, without what the record already holds.

    After a crash it starts from what the first attempt had gathered and from the shards read since.
    """
    storage, number = generation.storage, generation.number
    parts = storage.parts(EVIDENCE, number)
    gathered = evidence_path(number)
    if not set(parts) - {gathered}:
        return
    with work.session() as session:
        session.files("brought", parts, EVIDENCE.schema)
        earlier = [path for g in range(1, number) for path in storage.parts(EVIDENCE, g)]
        session.files("earlier", earlier, EVIDENCE.schema)
        session.view("run/new_evidence")
        session.write(EVIDENCE, gathered, "new_evidence")
    for path in parts:
        if path != gathered:
            storage.remove(path)


def write_facts(facts: RunFacts, generation: NewGeneration, work: WorkFolder) -> None:
    """Write the tables that follow from the configuration and the decisions: sources, rules, evaluations, hosts."""
    sources = [_source_row(s.source_id, s.position, s.source) for s in facts.sources]
    _write_rows(generation, SOURCES, pa.Table.from_pylist(sources, SOURCES.schema))
    _write_rows(generation, RULES, rule_rows(_rules(facts)))
    evaluations = [
        {"source_id": s.source_id, **asdict(s.source.evaluation)} for s in facts.sources if s.source.evaluation
    ]
    _write_rows(generation, EVALUATIONS, pa.Table.from_pylist(evaluations, EVALUATIONS.schema))
    with work.session() as session:
        session.parts(DOCUMENTS, generation.live(DOCUMENTS))
        session.parts(DECISIONS, generation.live(DECISIONS))
        session.view("run/host_totals")
        session.write(HOSTS, generation.part(HOSTS), "host_totals")


def commit(
    facts: RunFacts, parent: Manifest | None, note: RunNote, generation: NewGeneration, memory_bytes: int
) -> Manifest:
    """Hash what was written and commit it. Returns the new manifest.

    Parts of earlier generations stay live; tables that are written anew are live in this generation alone.
    Raises RecordInconsistentError, OutputUnwritableError.
    """
    storage = generation.storage
    write_run(storage, generation.number, note)
    kept = tuple(f for f in parent.files if TABLES[f.table].growth is not Growth.ANEW) if parent else ()
    written = written_parts(storage, generation.number)
    have = {f.table for f in kept} | {place.table for path in written if (place := part_place(path))}
    tables = TABLES | {DOCUMENTS.name: documents_table(facts.corpus.analysis)}
    for table in tables.values():
        if table.name not in have:
            path = generation.part(table, "empty")
            write_empty_part(storage, table, path)
            written.append(path)
    files = tuple(sorted((*kept, *live_files(storage, written)), key=lambda f: f.path))
    manifest = _manifest(facts, parent, files, note, generation)
    commit_generation(storage, manifest, SessionQueries(), database_limit(memory_bytes))
    return manifest


def _manifest(
    facts: RunFacts, parent: Manifest | None, files: tuple[LiveFile, ...], note: RunNote, generation: NewGeneration
) -> Manifest:
    storage, configuration = generation.storage, corpus_config(facts.corpus)
    unsealed = Manifest(
        layout=LAYOUT,
        generation=generation.number,
        parent_root=parent.root_hash if parent else None,
        parent_sha256=storage.sha256(manifest_path(parent.generation)) if parent else None,
        root_hash="",
        content_hash="",
        corpus=facts.corpus.name,
        configuration=configuration,
        corpus_sha256=corpus_sha256(configuration, (s.source.config for s in facts.sources)),
        policy=facts.policy.name,
        policy_sha256=facts.policy.sha256,
        scheme=facts.analysis.scheme.id,
        partial=facts.limit is not None,
        created_at=note.finished_at.isoformat(timespec="seconds"),
        plan_sha256=storage.sha256(plan_path(generation.number)),
        files=files,
    )
    return sealed(unsealed)


def _source_row(source_id: int, position: int, source: Source) -> dict[str, object]:
    return {
        "source_id": source_id,
        "position": position,
        "name": source.name,
        "dataset": source.dataset or source.name,
        "revision": source.revision,
        "stage": source.stage,
        "acquisition": source.acquisition,
        "modality": source.modality,
        "connector": source.connector,
        "homepage": source.homepage,
        "publicly_known": source.publicly_known,
        "origin": source.origin,
        "license_declared": source.license.declared,
        "license_spdx": source.license.spdx,
        "license_content": source.license.content,
        "grantor": source.license.grantor,
        "license_evidence": source.license.evidence,
        "legal_basis": source.legal_basis,
        "personal_data_basis": source.personal_data_basis,
        "collected_from": source.collected.begin,
        "collected_to": source.collected.end,
        "collected_not_known": source.collected.not_known,
        "obtained_at": source.obtained,
        "selection": source.selection,
        "dynamic": source.dynamic,
        "used_for_weight_update": source.weight_update,
        "config": source.config,
    }


def _rules(facts: RunFacts) -> list[Rule]:
    corpus, base = facts.corpus, str(Path(facts.corpus.file).parent)
    dedup = json.dumps({"scheme": facts.analysis.scheme.id, **asdict(corpus.dedup)}, sort_keys=True)
    search = corpus.contamination
    rules = {
        CONTENT_ID_RULE,
        *(analyzer.rule for source in facts.sources for analyzer in facts.analysis.analyzers_of(source, base)),
        *reservation_rules(facts.policy),
        *filter_rules(corpus.filters),
        Rule(DUPLICATE_RULE.name, DUPLICATE_RULE.version, DUPLICATE_RULE.kind, dedup),
        contamination_rule(search.words, search.threshold, MIN_COMPARED_WORDS),
    }
    return sorted(rules, key=lambda r: (r.name, r.version, r.parameters))


def _write_rows(generation: NewGeneration, table: Table, rows: pa.Table) -> None:
    if rows.num_rows:
        write_part(generation.storage, table, generation.part(table), rows)
