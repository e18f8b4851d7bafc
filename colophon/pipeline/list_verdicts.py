"""Verdicts from lists: registries and requests."""

from __future__ import annotations

import duckdb

from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import create_view, live_parts, work_database, write_query, write_work
from colophon.pipeline.verdicts import DECIDING_STEP, UNKNOWN_STEP, moments_of_sources
from colophon.record.parquet import part_path
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.lists import listed_verdicts_query, unlisted_query
from colophon.reservations.policy import Action, Clock
from colophon.tables import DOCUMENTS, OBSERVATIONS, SIGNALS, VERDICTS
from colophon.vocabulary import VerdictState

TRANSFORM = "listed"


def judge_listed(settings: RunContext) -> None:
    """Write the verdicts of documents that lists name, at fetch and by the clock of the policy where it is another,
    and the documents that the policy drops because no list was known."""
    query = listed_verdicts_query(settings.policy)
    with work_database(settings) as database:
        for table in (DOCUMENTS, SIGNALS, OBSERVATIONS):
            create_view(database, settings.folder, table.name, live_parts(settings, table), table.schema)
        database.execute("CREATE VIEW moments AS SELECT doc_id, fetched_at AS moment FROM documents")
        has_lists = bool(database.sql("SELECT 1 FROM observations WHERE place = 'list' LIMIT 1").fetchall())
        if has_lists:
            write_query(database, settings.folder, VERDICTS, part_path(VERDICTS, settings.generation, TRANSFORM), query)
        if settings.policy.clock is Clock.AT_OBTAINED:
            database.register("source_moments", moments_of_sources(settings))
            database.execute(
                "CREATE OR REPLACE VIEW moments AS "
                "SELECT d.doc_id, s.moment FROM documents d JOIN source_moments s USING (source_id)"
            )
            if has_lists:
                rows = database.sql(query).to_arrow_table().cast(VERDICTS.schema)
                write_work(settings, f"{DECIDING_STEP}/{TRANSFORM}.parquet", rows)
        _write_unlisted(settings, database)


def _write_unlisted(settings: RunContext, database: duckdb.DuckDBPyConnection) -> None:
    query = unlisted_query(settings.policy)
    if query is not None and settings.policy.action(VerdictState.UNKNOWN) is Action.DROP:
        rows = database.sql(f"SELECT doc_id, protocol, reason FROM ({query})").to_arrow_table().cast(UNKNOWN_DOCUMENTS)
        write_work(settings, f"{UNKNOWN_STEP}/{TRANSFORM}.parquet", rows)
