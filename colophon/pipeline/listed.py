"""Verdicts from lists: registries and requests."""

from __future__ import annotations

from colophon.analyzers.reservations.listed import listed_verdicts_query
from colophon.analyzers.reservations.policy import Clock
from colophon.pipeline.settings import Settings
from colophon.pipeline.verdicts import DECIDING_STEP, moments_of_sources
from colophon.pipeline.work import create_view, live_parts, work_database, write_query, write_work
from colophon.record.parts import part_path
from colophon.record.tables import DOCUMENTS, OBSERVATIONS, SIGNALS, VERDICTS

TRANSFORM = "listed"


def judge_listed(settings: Settings) -> None:
    """Write the verdicts of documents that lists name: at fetch, and by the clock of the policy where it is another."""
    query = listed_verdicts_query(settings.policy)
    with work_database(settings) as database:
        for table in (DOCUMENTS, SIGNALS, OBSERVATIONS):
            create_view(database, settings.folder, table.name, live_parts(settings, table), table.schema)
        database.execute("CREATE VIEW moments AS SELECT doc_id, fetched_at AS moment FROM documents")
        if not database.sql("SELECT 1 FROM observations WHERE place = 'list' LIMIT 1").fetchall():
            return
        write_query(database, settings.folder, VERDICTS, part_path(VERDICTS, settings.generation, TRANSFORM), query)
        if settings.policy.clock is Clock.AT_OBTAINED:
            database.register("source_moments", moments_of_sources(settings))
            database.execute(
                "CREATE OR REPLACE VIEW moments AS "
                "SELECT d.doc_id, s.moment FROM documents d JOIN source_moments s USING (source_id)"
            )
            rows = database.sql(query).to_arrow_table().cast(VERDICTS.schema)
            write_work(settings, f"{DECIDING_STEP}/{TRANSFORM}.parquet", rows)
