"""`colophon audit`: which reservations were in force when documents were fetched, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from colophon.audit.audit import Audit, audit_notes, audit_record
from colophon.audit.pages.audit_page import render_audit
from colophon.audit.totals import TOP_HOSTS
from colophon.cli.exit_codes import end_with_findings
from colophon.cli.moment import ClockOption, PolicyOption, moment_named
from colophon.cli.output import (
    EditionOption,
    JsonOption,
    Numbers,
    OutOption,
    RecordArgument,
    json_rows,
    json_text,
    note,
    page_width,
    table_as_csv,
    table_as_text,
    verbosity_of,
    write_text,
)
from colophon.errors import BadArgumentError
from colophon.query.editions import Edition
from colophon.query.session import QueryResult, open_record
from colophon.reservations.policy import Clock, load_policy
from colophon.vocabulary import Disclosure, Verbosity, VerdictState


class AuditFormat(StrEnum):
    """Forms in which an audit can be printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


def audit(
    context: typer.Context,
    record: RecordArgument,
    clock: ClockOption = Clock.AT_FETCH,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="MOMENT", help="Another moment; states that differ from it are listed."),
    ] = None,
    policy: PolicyOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="STATE,...",
            help="Exit with 1 if a document kept for training, and not granted, is in one of these states.",
        ),
    ] = None,
    form: Annotated[AuditFormat, typer.Option("--format", help="Form of the output.")] = AuditFormat.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
    edition: EditionOption = Edition.INTERNAL,
) -> None:
    """Audit the copyright opt-outs of a record as of the fetch of each document, or of another moment.

    csv gives one row per host, source and state, or with --against one per host and pair of states; json gives both
    and all tables; html is a page of its own. Single documents are in the view optout_audit. All of an audit is for the
    house and for authorities: there is no public edition.
    """
    if not edition.sees(Disclosure.AUTHORITY):
        seeing = [e for e in Edition if e.sees(Disclosure.AUTHORITY)]
        raise BadArgumentError("--edition", edition, f"one of {', '.join(seeing)}; nothing in an audit is for others")
    asked = moment_named(clock)
    compared = None if against is None else moment_named(against)
    failing = () if fail_on is None else _states(fail_on)
    other = None if policy is None else load_policy(policy)
    with open_record(record) as opened:
        audited = audit_record(opened, asked, other, compared)
    chosen = AuditFormat.JSON if json_ else form
    if chosen is AuditFormat.CSV:
        rows = audited.rows if audited.changes is None else audited.changes.rows
        write_text(table_as_csv(_with_origin(rows.table, audited)), out)
        if verbosity_of(context) is not Verbosity.QUIET:
            note(f"Edition: {edition}. {audit_notes().times}")
    elif chosen is AuditFormat.JSON:
        write_text(_as_json(audited, edition), out)
    elif chosen is AuditFormat.HTML:
        write_text(render_audit(audited, edition), out)
    else:
        write_text(_as_text(audited, edition, page_width(out)), out)
    _fail_on(audited, failing)


def _with_origin(rows: pa.Table, audit: Audit) -> pa.Table:
    """The rows with the moment, policy and record they are about on each of them, since a file travels alone."""
    origin = {
        "clock": str(audit.moment),
        **({} if audit.changes is None else {"against": str(audit.changes.then)}),
        "policy": audit.basis.policy,
        "policy_sha256": audit.basis.policy_sha256,
        "root_hash": audit.rows.root_hash,
    }
    for name, value in origin.items():
        rows = rows.append_column(name, pa.array([value] * rows.num_rows, pa.string()))
    return rows


def _states(listed: str) -> tuple[VerdictState, ...]:
    """States by their names. Raises BadArgumentError."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names or [listed]:
        if name not in tuple(VerdictState):
            raise BadArgumentError("--fail-on", name, f"states of {', '.join(VerdictState)}, with commas between them")
    return tuple(VerdictState(name) for name in names)


def _fail_on(audit: Audit, states: tuple[VerdictState, ...]) -> None:
    """End with findings where documents kept for training are in one of the states and nobody granted their use."""
    kept = {row["state"]: row["documents_kept"] for row in audit.ungranted.to_pylist() if row["documents_kept"]}
    refused = [f"{kept[state]:,} {state}" for state in states if state in kept]
    if refused:
        end_with_findings(
            f"documents kept for training: {', '.join(refused)}; expected none (--fail-on); "
            "the view optout_documents names them, asked with the same --clock and --policy"
        )


def _as_json(audit: Audit, edition: Edition) -> str:
    basis, changes = audit.basis, audit.changes
    return json_text({
        "edition": edition,
        "corpus": audit.corpus,
        "clock": str(audit.moment),
        "policy": basis.policy,
        "policy_sha256": basis.policy_sha256,
        "is_policy_of_record": basis.is_policy_of_record,
        "agents_sha256": basis.agents_sha256,
        "evaluators": basis.evaluators,
        "evaluators_sha256": basis.evaluators_sha256,
        "partial": audit.partial,
        "root_hash": audit.rows.root_hash,
        "query": _named(audit.rows),
        "queries": [_named(query) for query in audit.queries],
        "notes": [audit_notes().times, audit.scope],
        "awaiting_run": asdict(audit.awaiting),
        "third_party_documents": audit.third_party_documents,
        "absent_documents": audit.absent_documents,
        "headline": json_rows(audit.headline),
        "effects": json_rows(audit.effects),
        "unknown_reasons": json_rows(audit.reasons),
        "unknown_hosts": json_rows(audit.unknown_hosts),
        "protocols": json_rows(audit.protocols),
        "coverage": json_rows(audit.coverage),
        "findings": json_rows(audit.findings),
        "changes": None if changes is None else {
            "against": str(changes.then),
            "not_asked_again": asdict(changes.not_asked),
            "rows": json_rows(changes.rows.table),
        },
        "sources": json_rows(audit.sources),
        "hosts": json_rows(audit.hosts),
        "rows": json_rows(audit.rows.table),
    })  # fmt: skip


def _named(query: QueryResult) -> dict[str, str]:
    return {"id": query.query_id, "sha256": query.query_sha256}


def _as_text(audit: Audit, edition: Edition, width: int) -> str:
    return "\n".join(_blocks(audit, edition, width))


def _blocks(audit: Audit, edition: Edition, width: int) -> Iterator[str]:
    def drawn(title: str, table: pa.Table) -> str:
        if not table.num_rows:
            return f"{title}: none\n"
        return table_as_text(table, title=title, numbers=Numbers.GROUPED, width=width)

    basis = audit.basis
    yield (
        f"Opt-out audit of {audit.corpus}, {audit.moment}, policy {basis.policy} ({basis.policy_sha256[:12]}), "
        f"edition {edition}\n"
    )
    if not basis.is_policy_of_record:
        yield "This is not the policy of the record: it is compared with, and decided nothing.\n"
    if audit.partial:
        yield "The record is partial: it was made from a sample of the corpus.\n"
    trains = audit.headline["trains"]
    training, rest = audit.headline.filter(trains), audit.headline.filter(pc.invert(trains))
    yield drawn("Documents collected for training, by state", training.drop_columns(["trains"]))
    if rest.num_rows:
        yield drawn("Evaluation and other data that is not for training", rest.drop_columns(["trains"]))
    yield drawn("By effect: whether a reservation matters for the basis claimed", audit.effects)
    if audit.reasons.num_rows:
        yield drawn("Why a state is unknown", audit.reasons)
    if audit.changes is not None:
        yield drawn(f"Changes: then is {audit.changes.then}, now is {audit.moment}", audit.changes.states)
        if said := audit.changes.not_asked.in_words:
            yield said
        yield drawn(f"Changes by host, at most {TOP_HOSTS} with the most text", audit.changes.hosts)
    yield drawn("By source", audit.sources)
    yield drawn(f"By host, at most {TOP_HOSTS} with the most text", audit.hosts)
    yield drawn("Special cases, each a view to ask with `colophon sql`", audit.findings)
    yield from audit.notes
    yield f"Policy {basis.policy_sha256}"
    yield f"Table of agents {basis.agents_sha256 or 'not named in this record'}"
    yield f"Evaluators {', '.join(basis.evaluators) or 'none'}: {basis.evaluators_sha256}"
    yield f"Query {audit.rows.query_id} ({audit.rows.query_sha256[:12]}) over root hash {audit.rows.root_hash}\n"
