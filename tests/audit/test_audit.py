from __future__ import annotations

import pyarrow.compute as pc
import pytest

from colophon.audit.audit import Audit, audit_record
from colophon.audit.totals import STATE_ORDER, TOP_HOSTS
from colophon.query.session import open_record


@pytest.fixture(scope="module")
def audit(small_record: str) -> Audit:
    with open_record(small_record) as record:
        return audit_record(record)


def test_headline_holds_every_document_once(audit: Audit) -> None:
    assert pc.sum(audit.headline["documents"]).as_py() == 20


def test_headline_keeps_training_apart_and_in_order(audit: Audit) -> None:
    found = [(row["trains"], row["state"]) for row in audit.headline.to_pylist()]
    assert found == [(True, state) for state in STATE_ORDER] + [(False, "unknown")]


def test_reserved_bytes_are_told_as_collected_and_kept(audit: Audit) -> None:
    reserved = audit.headline.to_pylist()[0]
    assert (reserved["documents"], reserved["text_bytes"], reserved["documents_kept"]) == (1, 400, 0)


def test_effects_split_the_training_documents(audit: Audit) -> None:
    totals: dict[str, int] = {}
    for row in audit.effects.to_pylist():
        totals[row["effect"]] = totals.get(row["effect"], 0) + row["documents"]
    assert totals == {"relied_on_art4": 15, "other_basis": 2, "basis_unknown": 1}


def test_reasons_say_why_training_documents_are_unknown(audit: Audit) -> None:
    found = {row["unknown_reason"]: row["documents"] for row in audit.reasons.to_pylist()}
    assert found == {"after_only": 1, "no_fetch_time": 1, "not_observed": 4, "stale": 1}


def test_sources_leave_out_what_does_not_train(audit: Audit) -> None:
    assert not {"bench", "notes"} & set(audit.sources["source"].to_pylist())


def test_hosts_come_by_volume_with_their_states_together(audit: Audit) -> None:
    hosts = audit.hosts["authority"].to_pylist()
    assert hosts[:3] == ["silent.org", "silent.org", "reserved.org"]
    assert audit.hosts["state"].to_pylist()[:2] == ["unknown", "silent"]


def test_hosts_beyond_the_largest_are_left_out(make_record, source, document, rules) -> None:
    documents = [document(0, n, f"h{n:02}.org/", text_bytes=n) for n in range(TOP_HOSTS + 5)]
    with open_record(make_record(sources=[source(0, "s")], documents=documents, rules=rules())) as record:
        found = audit_record(record)
    assert found.hosts["authority"].to_pylist()[0] == f"h{TOP_HOSTS + 4}.org"
    assert found.hosts.num_rows == TOP_HOSTS
    assert found.rows.table.num_rows == TOP_HOSTS + 5


def test_third_party_looks_are_counted(audit: Audit) -> None:
    assert audit.third_party_documents == 1


def test_record_without_documents_is_audited_as_empty(make_record) -> None:
    with open_record(make_record()) as record:
        found = audit_record(record)
    assert (found.headline.num_rows, found.hosts.num_rows, found.third_party_documents) == (0, 0, 0)
