"""Verdicts from lists: registries and requests."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.verdicts import VerdictFiles
from colophon.query.joins import JoinSession
from colophon.reservations import PROTOCOLS
from colophon.reservations.judge import UNKNOWN_DOCUMENTS
from colophon.reservations.lists import listed_verdicts, unlisted_documents
from colophon.reservations.moment import MOMENTS, JudgedSource, Moment, moments_of
from colophon.reservations.policy import Action, Clock, Policy
from colophon.reservations.reservation_protocol import ProtocolCarrier
from colophon.tables import DOCUMENTS, OBSERVATIONS, SIGNALS, VERDICTS
from colophon.vocabulary import VerdictState

TRANSFORM = "listed"

#: Views of a record that the queries about lists read.
_VIEWS = ("moments", "requested_documents")

_BATCH_ROWS = 100_000

#: What carries protocols that speak about documents by their addresses.
_OF_ADDRESSES = frozenset({ProtocolCarrier.HOST, ProtocolCarrier.PAGE})


def judge_listed(policy: Policy, sources: Iterable[JudgedSource], files: VerdictFiles, work: WorkFolder) -> None:
    """Write the verdicts of documents that lists name, at fetch and by the clock of the policy where it is another,
    and the documents that the policy drops because no list was known, or no address although they were crawled."""
    generation = files.generation
    drops_unknown = policy.action(VerdictState.UNKNOWN) is Action.DROP
    unlisted = unlisted_documents(policy) if drops_unknown else ()
    with work.session() as session:
        for table in (DOCUMENTS, SIGNALS, OBSERVATIONS):
            session.parts(table, generation.live(table))
        if drops_unknown:
            _write_unaddressed(session, policy, sources, files)
        has_lists = bool(session.fetch("run/list_looks"))
        if not has_lists and not unlisted:
            return
        for name in _VIEWS:
            session.view(f"views/{name}")
        if has_lists:
            session.union("listed", VERDICTS.schema, listed_verdicts(policy))
            session.write(VERDICTS, generation.part(VERDICTS, TRANSFORM), "listed")
        if policy.clock is not Clock.AT_FETCH:
            _set_moments(session, Moment(policy.clock), sources)
            if has_lists:
                session.union("deciding", VERDICTS.schema, listed_verdicts(policy))
                rows = session.batches("deciding", _BATCH_ROWS).cast(VERDICTS.schema)
                files.deciding.write(f"{TRANSFORM}.parquet", rows)
        if unlisted:
            session.union("unlisted", UNKNOWN_DOCUMENTS, unlisted)
            rows = session.batches("unlisted", _BATCH_ROWS).cast(UNKNOWN_DOCUMENTS)
            files.unknown.write(f"{TRANSFORM}.parquet", rows)


def _write_unaddressed(
    session: JoinSession, policy: Policy, sources: Iterable[JudgedSource], files: VerdictFiles
) -> None:
    required = [name for name in policy.required if name in PROTOCOLS and PROTOCOLS[name].carrier in _OF_ADDRESSES]
    crawled = pa.array([source.source_id for source in sources if source.acquisition.is_crawl], pa.int32())
    if not required or not len(crawled):
        return
    session.rows("crawled_sources", pa.table({"source_id": crawled}))
    session.table("run/unaddressed_documents", {"protocols": required})
    rows = session.batches("unaddressed_documents", _BATCH_ROWS).cast(UNKNOWN_DOCUMENTS)
    files.unknown.write("unaddressed.parquet", rows)


def _set_moments(session: JoinSession, moment: Moment, sources: Iterable[JudgedSource]) -> None:
    """Put the moments of another clock in the place of those of the fetches."""
    session.view("run/fetches")
    documents = session.batches("fetches", _BATCH_ROWS)
    rows = (moments_of(moment, batch, sources) for batch in documents)
    session.copy("deciding_moments", pa.RecordBatchReader.from_batches(MOMENTS, rows))
    session.alias("moments", "deciding_moments")
