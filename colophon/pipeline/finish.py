"""The end of a run: the tables that are written anew, and the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import pyarrow as pa

from colophon.analyzers.contamination import contamination_rule
from colophon.analyzers.identity import RULE as CONTENT_ID_RULE
from colophon.config.changes import corpus_config
from colophon.config.corpus import MIN_COMPARED_WORDS, Source
from colophon.extensions import documents_table
from colophon.pipeline.decide import DUPLICATE_RULE, filter_rules
from colophon.pipeline.memory import database_limit
from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scan import analyzers_of
from colophon.pipeline.scratch import work_session
from colophon.query.session import SessionQueries
from colophon.record.generations import RunNote, commit_generation, write_run, written_parts
from colophon.record.manifest import LAYOUT, LiveFile, Manifest, content_hash, live_files, root_hash
from colophon.record.parquet import write_empty_part, write_part
from colophon.record.rules import Rule, rule_rows
from colophon.record.storage import manifest_path, part_path, part_place, plan_path
from colophon.reservations.rules import rules as reservation_rules
from colophon.tables import (
    DECISIONS,
    DOCUMENTS,
    EVALUATIONS,
    HOSTS,
    RULES,
    SOURCES,
    TABLES,
    Growth,
    Table,
)


def write_facts(settings: RunContext, documents: Sequence[str]) -> None:
    """Write the tables that follow from the configuration and the decisions: sources, rules, evaluations, hosts."""
    sources = [_source_row(s.source_id, s.position, s.source) for s in settings.sources]
    _write_rows(settings, SOURCES, pa.Table.from_pylist(sources, SOURCES.schema))
    _write_rows(settings, RULES, rule_rows(_rules(settings)))
    evaluations = [
        {"source_id": s.source_id, **asdict(s.source.evaluation)} for s in settings.sources if s.source.evaluation
    ]
    _write_rows(settings, EVALUATIONS, pa.Table.from_pylist(evaluations, EVALUATIONS.schema))
    decisions = part_path(DECISIONS, settings.generation, "all")
    with work_session(settings) as session:
        session.parts(DOCUMENTS, documents)
        session.parts(DECISIONS, [decisions] if settings.folder.exists(decisions) else [])
        session.view("run/host_totals")
        session.write(HOSTS, part_path(HOSTS, settings.generation, "all"), "host_totals")


def commit(settings: RunContext, parent: Manifest | None, note: RunNote) -> Manifest:
    """Hash what was written, commit it, and drop the work folder. Returns the new manifest.

    Parts of earlier generations stay live; tables that are written anew are live in this generation alone.
    Raises RecordInconsistentError, OutputUnwritableError.
    """
    write_run(settings.folder, settings.generation, note)
    kept = tuple(f for f in parent.files if TABLES[f.table].growth is not Growth.ANEW) if parent else ()
    written = written_parts(settings.folder, settings.generation)
    have = {f.table for f in kept} | {place.table for path in written if (place := part_place(path))}
    tables = TABLES | {DOCUMENTS.name: documents_table(settings.corpus.analysis)}
    for table in tables.values():
        if table.name not in have:
            path = part_path(table, settings.generation, "empty")
            write_empty_part(settings.folder, table, path)
            written.append(path)
    files = tuple(sorted((*kept, *live_files(settings.folder, written)), key=lambda f: f.path))
    manifest = _manifest(settings, parent, files, note)
    commit_generation(settings.folder, manifest, SessionQueries(), database_limit(settings.memory_bytes))
    settings.folder.remove(settings.work)
    return manifest


def _manifest(settings: RunContext, parent: Manifest | None, files: tuple[LiveFile, ...], note: RunNote) -> Manifest:
    corpus = settings.corpus
    configuration = corpus_config(corpus)
    return Manifest(
        layout=LAYOUT,
        generation=settings.generation,
        parent_root=parent.root_hash if parent else None,
        parent_sha256=settings.folder.sha256(manifest_path(parent.generation)) if parent else None,
        root_hash=root_hash(files),
        content_hash=content_hash(files),
        corpus=corpus.name,
        configuration=configuration,
        corpus_sha256=_digest([configuration, *(s.source.config for s in settings.sources)]),
        policy=settings.policy.name,
        policy_sha256=settings.policy.sha256,
        scheme=settings.scheme.id,
        partial=settings.limit is not None,
        created_at=note.finished_at.isoformat(timespec="seconds"),
        plan_sha256=settings.folder.sha256(plan_path(settings.generation)),
        files=files,
    )


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text.encode())}:{text}\n".encode())
    return digest.hexdigest()


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


def _rules(settings: RunContext) -> list[Rule]:
    dedup = json.dumps({"scheme": settings.scheme.id, **asdict(settings.corpus.dedup)}, sort_keys=True)
    found = {analyzer.rule for source in settings.sources for analyzer in analyzers_of(settings, source)}
    found |= {CONTENT_ID_RULE, *reservation_rules(settings.policy), *filter_rules(settings)}
    found.add(Rule(DUPLICATE_RULE.name, DUPLICATE_RULE.version, DUPLICATE_RULE.kind, dedup))
    search = settings.corpus.contamination
    found.add(contamination_rule(search.words, search.threshold, MIN_COMPARED_WORDS))
    return sorted(found, key=lambda r: (r.name, r.version, r.parameters))


def _write_rows(settings: RunContext, table: Table, rows: pa.Table) -> None:
    if rows.num_rows:
        write_part(settings.folder, table, part_path(table, settings.generation, "all"), rows)
