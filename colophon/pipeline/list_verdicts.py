"""Verdicts from lists: registries and requests."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import live_parts, work_database, write_work
from colophon.pipeline.verdicts import DECIDING_STEP, UNKNOWN_STEP
from colophon.query.joins import create_view, write_query
from colophon.query.packaged import packaged_query
from colophon.record.storage import part_path
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.lists import ListQuery, listed_verdicts, unlisted_documents
from colophon.reservations.moment import MOMENTS, Moment, moments_of
from colophon.reservations.policy import Action, Clock
from colophon.tables import DOCUMENTS, OBSERVATIONS, SIGNALS, VERDICTS
from colophon.vocabulary import VerdictState

TRANSFORM = "listed"

#: Views of a record that the queries about lists read.
_VIEWS = ("moments", "requested_documents")

_BATCH_ROWS = 100_000


def judge_listed(settings: RunContext) -> None:
    """Write the verdicts of documents that lists name, at fetch and by the clock of the policy where it is another,
    and the documents that the policy drops because no list was known."""
    policy = settings.policy
    unlisted = unlisted_documents(policy) if policy.action(VerdictState.UNKNOWN) is Action.DROP else ()
    with work_database(settings) as database:
        for table in (DOCUMENTS, SIGNALS, OBSERVATIONS):
            create_view(database, settings.folder, table.name, live_parts(settings, table), table.schema)
        has_lists = bool(database.sql("SELECT 1 FROM observations WHERE place = 'list' LIMIT 1").fetchall())
        if not has_lists and not unlisted:
            return
        for name in _VIEWS:
            database.execute(f"CREATE VIEW {name} AS {packaged_query(f'views/{name}').select}")
        if has_lists:
            _create_table(database, "listed", VERDICTS.schema, listed_verdicts(policy))
            path = part_path(VERDICTS, settings.generation, TRANSFORM)
            write_query(database, settings.folder, VERDICTS, path, "FROM listed")
        if policy.clock is not Clock.AT_FETCH:
            _set_moments(database, settings)
            if has_lists:
                _create_table(database, "deciding", VERDICTS.schema, listed_verdicts(policy))
                rows = database.sql("FROM deciding").to_arrow_table().cast(VERDICTS.schema)
                write_work(settings, f"{DECIDING_STEP}/{TRANSFORM}.parquet", rows)
        if unlisted:
            _create_table(database, "unlisted", UNKNOWN_DOCUMENTS, unlisted)
            rows = database.sql("FROM unlisted").to_arrow_table().cast(UNKNOWN_DOCUMENTS)
            write_work(settings, f"{UNKNOWN_STEP}/{TRANSFORM}.parquet", rows)


def _create_table(
    database: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema, queries: Iterable[ListQuery]
) -> None:
    """A table with the rows of all queries."""
    database.from_arrow(schema.empty_table()).create(name)
    for listed in queries:
        database.execute(f"INSERT INTO {name} BY NAME {listed.query.select}", dict(listed.parameters))


def _set_moments(database: duckdb.DuckDBPyConnection, settings: RunContext) -> None:
    """Put the moments of the policy's clock in the place of those of the fetches."""
    moment, sources = Moment(settings.policy.clock), settings.judged_sources
    documents = database.sql("SELECT doc_id, source_id, fetched_at FROM documents").to_arrow_reader(_BATCH_ROWS)
    rows = pa.RecordBatchReader.from_batches(MOMENTS, (moments_of(moment, batch, sources) for batch in documents))
    with database.cursor() as cursor:
        cursor.from_arrow(rows).create("deciding_moments")
    database.execute("CREATE OR REPLACE VIEW moments AS FROM deciding_moments")
