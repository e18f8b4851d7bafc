"""`colophon audit`: which reservations were in force when documents were fetched, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from colophon.analyzers.reservations.policy import Clock
from colophon.analyzers.reservations.policy_file import load_policy
from colophon.cli.output import (
    Format,
    FormatOption,
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
    write_text,
)
from colophon.cli.verbosity import Verbosity, verbosity_of
from colophon.publishing.audit import TIMES_NOTE, TOP_HOSTS, Audit, audit_record
from colophon.publishing.clocks import asked_moment
from colophon.record.database import open_record
from colophon.record.errors import BadArgumentError, FoundStatesError
from colophon.record.vocabulary import Disclosure, VerdictState


def audit(
    context: typer.Context,
    record: RecordArgument,
    clock: Annotated[
        str, typer.Option("--clock", metavar="MOMENT", help=f"{', '.join(Clock)}, or the end of a day (YYYY-MM-DD).")
    ] = Clock.AT_FETCH,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="NAME|FILE", help="Compare with another policy; nothing is decided anew."),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="STATE,...",
            help="Exit with 1 if a document that was kept for training is in one of these states.",
        ),
    ] = "",
    form: FormatOption = Format.TABLE,
    json_: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Audit the copyright opt-outs of a record as of the fetch of each document, or of another moment.

    csv and json give one row per host, source and state; single documents are in the view optout_audit.
    """
    asked = asked_moment(clock, datetime.now(UTC).date())
    failing = _states(fail_on)
    other = None if policy is None else load_policy(policy)
    with open_record(record) as opened:
        found = audit_record(opened, asked, other)
    chosen = Format.JSON if json_ else form
    if chosen is Format.CSV:
        write_text(table_as_csv(found.rows.table), out)
        if verbosity_of(context) is not Verbosity.QUIET:
            note(f"Edition: {Disclosure.INTERNAL}. {TIMES_NOTE}")
    elif chosen is Format.JSON:
        write_text(_as_json(found), out)
    else:
        write_text(_as_text(found, page_width(out)), out)
    _fail_on(found, failing)


def _states(listed: str) -> tuple[VerdictState, ...]:
    """States by their names. Raises BadArgumentError."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names:
        if name not in tuple(VerdictState):
            raise BadArgumentError("--fail-on", name, f"states of {', '.join(VerdictState)}, with commas between them")
    return tuple(VerdictState(name) for name in names)


def _fail_on(audit: Audit, states: tuple[VerdictState, ...]) -> None:
    """Raises FoundStatesError where documents kept for training are in one of the states."""
    training = audit.headline.filter(audit.headline["trains"]).to_pylist()
    kept = {row["state"]: row["documents_kept"] for row in training if row["documents_kept"]}
    found = tuple(f"{kept[state]:,} {state}" for state in states if state in kept)
    if found:
        raise FoundStatesError(found)


def _as_json(audit: Audit) -> str:
    return json_text({
        "edition": Disclosure.INTERNAL,
        "corpus": audit.corpus,
        "clock": audit.moment,
        "policy": audit.policy,
        "policy_sha256": audit.policy_sha256,
        "is_policy_of_record": audit.is_policy_of_record,
        "evaluators": audit.evaluators,
        "partial": audit.partial,
        "root_hash": audit.rows.root_hash,
        "query": {"id": audit.rows.query_id, "sha256": audit.rows.query_sha256},
        "notes": [TIMES_NOTE, audit.scope],
        "third_party_documents": audit.third_party_documents,
        "headline": json_rows(audit.headline),
        "effects": json_rows(audit.effects),
        "unknown_reasons": json_rows(audit.reasons),
        "sources": json_rows(audit.sources),
        "hosts": json_rows(audit.hosts),
        "rows": json_rows(audit.rows.table),
    })  # fmt: skip


def _as_text(audit: Audit, width: int) -> str:
    return "\n".join(_blocks(audit, width))


def _blocks(audit: Audit, width: int) -> Iterator[str]:
    def drawn(title: str, table: pa.Table) -> str:
        if not table.num_rows:
            return f"{title}: none\n"
        return table_as_text(table, title=title, numbers=Numbers.GROUPED, width=width)

    yield (
        f"Opt-out audit of {audit.corpus}, {audit.moment}, policy {audit.policy} ({audit.policy_sha256[:12]}), "
        f"edition {Disclosure.INTERNAL}\n"
    )
    if not audit.is_policy_of_record:
        yield "This is not the policy of the record: it is compared with, and decided nothing.\n"
    if audit.partial:
        yield "The record is partial: it was made from a sample of the corpus.\n"
    trains = audit.headline["trains"]
    training, rest = audit.headline.filter(trains), audit.headline.filter(pc.invert(trains))
    yield drawn("Documents that train the model, by state", training.drop_columns(["trains"]))
    if rest.num_rows:
        yield drawn("Evaluation and other data that does not train it", rest.drop_columns(["trains"]))
    yield drawn("By effect: whether a reservation matters for the basis claimed", audit.effects)
    if audit.reasons.num_rows:
        yield drawn("Why a state is unknown", audit.reasons)
    yield drawn("By source", audit.sources)
    yield drawn(f"By host, at most {TOP_HOSTS} with the most text", audit.hosts)
    yield TIMES_NOTE
    yield f"Looks attested by a third party decide {audit.third_party_documents:,} documents."
    yield audit.scope
    yield f"Query {audit.rows.query_id} ({audit.rows.query_sha256[:12]}) over root hash {audit.rows.root_hash}\n"
