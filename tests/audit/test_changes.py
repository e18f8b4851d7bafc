"""What changed between two moments, and that asking leaves the record as it was."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from colophon.audit.audit import audit_record
from colophon.query.session import open_record
from colophon.reservations.moment import AT_FETCH, Moment

CLOSED = b"User-agent: *\nDisallow: /\n"
OPEN = b"User-agent: *\nDisallow:\n"
MARCH = Moment(None, date(2026, 3, 2))


@pytest.fixture
def path(make_record, source, document, observation, rules):
    """Two hosts fetched on 10 February 2026; one closed on 1 March, the other stayed open."""

    def look(name, host, day, body):
        return observation(name, host, day, evidence_sha256=hashlib.sha256(body).hexdigest())

    return make_record(
        sources=[source(0, "s"), source(1, "exam", stage="evaluation")],
        documents=[document(0, 0, "closes.org/x"), document(0, 1, "stays.org/x"), document(1, 0, "closes.org/y")],
        observations=[
            look("c1", "closes.org", "2026-02-09", OPEN),
            look("c2", "closes.org", "2026-03-01", CLOSED),
            look("s1", "stays.org", "2026-02-09", OPEN),
        ],
        evidence=[
            {"evidence_sha256": hashlib.sha256(b).hexdigest(), "size_bytes": len(b), "bytes": b} for b in (OPEN, CLOSED)
        ],
        rules=rules(),
    )


def pairs(audit):
    return [(r["authority"], r["state_then"], r["state_now"], r["documents"]) for r in audit.changes.hosts.to_pylist()]


def test_changes_name_hosts_with_both_states(path) -> None:
    with open_record(path) as record:
        audit = audit_record(record, MARCH, against=AT_FETCH)
    assert pairs(audit) == [("closes.org", "silent", "reserved", 1)]


def test_the_order_of_the_two_moments_turns_the_states_round(path) -> None:
    with open_record(path) as record:
        audit = audit_record(record, AT_FETCH, against=MARCH)
    assert pairs(audit) == [("closes.org", "reserved", "silent", 1)]


def test_the_rows_hold_what_does_not_train_too_and_the_tables_do_not(path) -> None:
    with open_record(path) as record:
        changes = audit_record(record, MARCH, against=AT_FETCH).changes
    assert sorted(changes.rows.table["trains"].to_pylist()) == [False, True]
    assert changes.states["documents"].to_pylist() == [1]


def test_two_days_may_be_compared(path) -> None:
    with open_record(path) as record:
        audit = audit_record(record, MARCH, against=Moment(None, date(2026, 6, 1)))
    assert pairs(audit) == [("closes.org", "unknown", "reserved", 1), ("stays.org", "unknown", "silent", 1)]


def test_a_moment_beside_itself_shows_no_change(path) -> None:
    with open_record(path) as record:
        assert audit_record(record, MARCH, against=MARCH).changes.rows.table.num_rows == 0


def test_without_a_second_moment_nothing_is_compared(path) -> None:
    with open_record(path) as record:
        assert audit_record(record).changes is None
