"""Verdicts from lists: registries and requests."""

from __future__ import annotations

import pyarrow as pa

from colophon.pipeline.run_context import RunContext
from colophon.pipeline.scratch import live_parts, work_session, write_work
from colophon.pipeline.verdicts import DECIDING_STEP, UNKNOWN_STEP
from colophon.query.joins import JoinSession
from colophon.record.storage import part_path
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.lists import listed_verdicts, unlisted_documents
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
    with work_session(settings) as session:
        for table in (DOCUMENTS, SIGNALS, OBSERVATIONS):
            session.parts(table, live_parts(settings, table))
        has_lists = bool(session.fetch("run/list_looks"))
        if not has_lists and not unlisted:
            return
        for name in _VIEWS:
            session.view(f"views/{name}")
        if has_lists:
            session.union("listed", VERDICTS.schema, listed_verdicts(policy))
            session.write(VERDICTS, part_path(VERDICTS, settings.generation, TRANSFORM), "listed")
        if policy.clock is not Clock.AT_FETCH:
            _set_moments(session, settings)
            if has_lists:
                session.union("deciding", VERDICTS.schema, listed_verdicts(policy))
                _write(settings, DECIDING_STEP, session.batches("deciding", _BATCH_ROWS), VERDICTS.schema)
        if unlisted:
            session.union("unlisted", UNKNOWN_DOCUMENTS, unlisted)
            _write(settings, UNKNOWN_STEP, session.batches("unlisted", _BATCH_ROWS), UNKNOWN_DOCUMENTS)


def _write(settings: RunContext, step: str, rows: pa.RecordBatchReader, schema: pa.Schema) -> None:
    write_work(settings, f"{step}/{TRANSFORM}.parquet", rows.cast(schema))


def _set_moments(session: JoinSession, settings: RunContext) -> None:
    """Put the moments of the policy's clock in the place of those of the fetches."""
    moment, sources = Moment(settings.policy.clock), settings.judged_sources
    session.view("run/fetches")
    documents = session.batches("fetches", _BATCH_ROWS)
    rows = (moments_of(moment, batch, sources) for batch in documents)
    session.copy("deciding_moments", pa.RecordBatchReader.from_batches(MOMENTS, rows))
    session.alias("moments", "deciding_moments")
