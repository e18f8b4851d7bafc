"""What counts as training content, before and after training use is imported."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from colophon.audit.as_of import judge_as_of
from colophon.audit.lookup import LookupStatus, look_up
from colophon.query.session import open_record
from colophon.reservations.moment import Moment
from colophon.reservations.policy import Clock
from colophon.tables import ROW_BITS

WEB, BOOKS, NOTES, EXAM = range(4)


def doc(source, row):
    return source << ROW_BITS | row


@pytest.fixture
def opened(make_record, source, shard, document, decision, rules):
    """A function that opens a record of three sources and an exam, of which one text is dropped, with these uses."""
    records = []

    def make(*uses):
        record = open_record(make_record(
            sources=[
                source(WEB, "web", acquisition="public_dataset"), source(BOOKS, "books", acquisition="public_dataset"),
                source(NOTES, "notes", used_for_weight_update=False), source(EXAM, "exam", stage="evaluation"),
            ],
            shards=[shard(n) for n in range(4)],
            documents=[
                document(WEB, 0, "a.org/0", text_bytes=10, tokens=2),
                document(WEB, 1, "b.org/1", text_bytes=20, tokens=4, language="de"),
                document(WEB, 2, "c.org/2", text_bytes=40, tokens=8),
                document(BOOKS, 0, "d.org/3", text_bytes=100, tokens=20),
                document(BOOKS, 1, "e.org/4", text_bytes=0, modality="image", media_items=3),
                document(NOTES, 0, "notes.org/0"), document(EXAM, 0, "exam.org/0", stage="evaluation"),
            ],
            decisions=[decision(doc(WEB, 2), "reservation")],
            training_use=[{"checkpoint": "base", **use} for use in uses],
            rules=rules(),
        ))  # fmt: skip
        records.append(record)
        return record

    yield make
    for record in records:
        record.close()


def trained(record):
    return sorted(record.table("documents_training")["doc_id"].to_pylist())


@pytest.mark.parametrize(
    ("uses", "documents"),
    [
        ([], [(WEB, 0), (WEB, 1), (BOOKS, 0), (BOOKS, 1)]),
        ([{"source_id": WEB}], [(WEB, 0), (WEB, 1)]),
        ([{"source_id": BOOKS, "shard_id": BOOKS}], [(BOOKS, 0), (BOOKS, 1)]),
        ([{"source_id": WEB, "doc_id": doc(WEB, 1)}], [(WEB, 1)]),
        ([{"source_id": WEB, "doc_id": doc(WEB, 2)}], []),
        ([{"source_id": EXAM}], []),
        ([{"source_id": NOTES}], []),
        ([{"source_id": WEB, "doc_id": doc(WEB, 0)}, {"source_id": WEB, "checkpoint": "later"}], [(WEB, 0), (WEB, 1)]),
    ],
)
def test_only_what_a_checkpoint_used_of_what_is_kept_for_training_counts(opened, uses, documents):
    assert trained(opened(*uses)) == [doc(*d) for d in documents]


def test_summary_numbers_follow_what_was_used(opened):
    before = opened()
    asked = {
        "datasets": "SELECT dataset FROM large_public_datasets ORDER BY ALL",
        "domains": "SELECT domain FROM domains_kept ORDER BY ALL",
        "languages": "SELECT language FROM language_shares ORDER BY ALL",
        "sources": "SELECT source FROM training_sources ORDER BY ALL",
    }
    answers = {name: before.sql(query).column(0).to_pylist() for name, query in asked.items()}
    counted = {row["modality"]: row["documents"] for row in before.query("summary/sizes").table.to_pylist()}
    after = opened({"source_id": WEB, "epochs": 3.0})
    answers_after = {name: after.sql(query).column(0).to_pylist() for name, query in asked.items()}
    counted_after = {row["modality"]: row["documents"] for row in after.query("summary/sizes").table.to_pylist()}
    assert answers == {
        "datasets": ["books", "books", "web"], "domains": ["a.org", "b.org", "d.org", "e.org"],
        "languages": ["de", "en"], "sources": ["books", "web"],
    }  # fmt: skip
    assert answers_after == {
        "datasets": ["web"], "domains": ["a.org", "b.org"], "languages": ["de", "en"], "sources": ["web"],
    }  # fmt: skip
    assert (counted["text"], counted["image"], counted_after["text"], counted_after["image"]) == (3, 1, 2, 0)


def test_the_size_of_what_was_used_is_apart_from_how_often(opened):
    record = opened(
        {"source_id": WEB, "doc_id": doc(WEB, 0), "epochs": 1.0, "tokens": 2},
        {"source_id": WEB, "doc_id": doc(WEB, 1), "epochs": 4.0, "tokens": 16},
        {"source_id": BOOKS, "epochs": 2.0, "tokens": 40},
    )
    rows = record.sql(
        "SELECT source, modality, named_by, documents, text_bytes, tokens, media_items, epochs, tokens_seen "
        "FROM used_totals"
    ).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("web", "text", "document", 2, 30, 6, 0, 3.0, 18),
        ("books", "image", "source", 1, 0, None, 3, 2.0, None),
        ("books", "text", "source", 1, 100, 20, 0, 2.0, None),
    ]


def test_what_the_log_leaves_open_is_not_known(opened):
    record = opened(
        {"source_id": WEB, "doc_id": doc(WEB, 0), "epochs": 1.0, "tokens": 2}, {"source_id": WEB, "doc_id": doc(WEB, 1)}
    )
    assert record.sql("SELECT epochs, tokens_seen FROM used_totals").to_pylist() == [
        {"epochs": None, "tokens_seen": None}
    ]


def test_without_an_import_what_is_kept_is_shown_as_used_by_no_checkpoint(opened):
    record = opened()
    rows = record.sql("SELECT checkpoint, source, named_by, documents FROM used_totals WHERE modality = 'text'")
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        (None, "web", "nothing", 2),
        (None, "books", "nothing", 1),
    ]
    assert record.query("report/training_use").table.num_rows == 0


def test_a_later_checkpoint_added_what_none_before_it_used(opened):
    record = opened(
        {"checkpoint": "b", "source_id": WEB, "last_step": 20},
        {"checkpoint": "b", "source_id": BOOKS, "last_step": 20},
        {"checkpoint": "z", "source_id": WEB, "doc_id": doc(WEB, 0), "last_step": 10},
    )
    rows = record.sql("SELECT checkpoint, place, source, modality, documents, text_bytes FROM checkpoint_additions")
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        ("z", 1, "web", "text", 1, 10),
        ("b", 2, "web", "text", 1, 20),
        ("b", 2, "books", "image", 1, 0),
        ("b", 2, "books", "text", 1, 100),
    ]


def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def test_checkpoints_are_ordered_by_the_end_of_use_then_step_then_name(opened):
    record = opened(
        {"checkpoint": "named-b", "source_id": WEB}, {"checkpoint": "named-a", "source_id": WEB},
        {"checkpoint": "step", "source_id": WEB, "last_step": 5},
        {"checkpoint": "late", "source_id": WEB, "finished_at": at("2026-05-01"), "last_step": 1},
        {"checkpoint": "early", "source_id": WEB, "started_at": at("2026-03-01"), "last_step": 9},
    )  # fmt: skip
    assert record.table("checkpoints")["checkpoint"].to_pylist() == ["early", "late", "step", "named-a", "named-b"]


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ({"source_id": WEB}, []),
        ({"source_id": WEB, "doc_id": doc(WEB, 2)}, [("web", "dropped", "reservation", 40)]),
        ({"source_id": EXAM}, [("exam", "evaluation", None, None)]),
        ({"source_id": EXAM, "doc_id": doc(EXAM, 0)}, [("exam", "evaluation", None, 100)]),
        ({"source_id": NOTES, "shard_id": NOTES}, [("notes", "retrieval_only", None, None)]),
    ],
)
def test_uses_that_contradict_the_record_are_listed(opened, use, found):
    rows = opened(use).sql("SELECT source, against, public_reason, text_bytes FROM used_against_record").to_pylist()
    assert [tuple(row.values()) for row in rows] == found


def test_an_audit_counts_documents_that_were_used_although_dropped(opened):
    record = opened({"source_id": WEB, "doc_id": doc(WEB, 2)}, {"source_id": WEB, "doc_id": doc(WEB, 0)})
    rows = {row.pop("view_name"): row for row in record.query("audit/findings").table.to_pylist()}
    assert rows["used_against_record"] == {"documents": 1, "documents_kept": 0, "hosts": 1, "text_bytes": 40}


def test_a_source_of_which_nothing_is_kept_cannot_have_been_used(make_record, source, shard, document, decision):
    path = make_record(
        sources=[source(0, "web"), source(1, "books")],
        shards=[shard(0), shard(1), shard(2, source_id=0)],
        documents=[document(0, 0), document(1, 0), document(2, 0, source_id=0)],
        decisions=[decision(doc(1, 0), "quality"), decision(doc(2, 0), "quality")],
        training_use=[
            {"checkpoint": "a", "source_id": 0}, {"checkpoint": "a", "source_id": 1},
            {"checkpoint": "b", "source_id": 0, "shard_id": 2}, {"checkpoint": "b", "source_id": 0, "shard_id": 0},
        ],
    )  # fmt: skip
    with open_record(path) as record:
        rows = record.sql("SELECT checkpoint, source, shard_id, against FROM used_against_record").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("a", "books", None, "nothing_kept"),
        ("b", "web", 2, "nothing_kept"),
    ]


@pytest.mark.parametrize(
    ("uses", "place", "status"),
    [
        ([], "a.org", LookupStatus.USED),
        ([], "c.org", LookupStatus.FILTERED_OUT),
        ([{"source_id": WEB}], "a.org", LookupStatus.USED),
        ([{"source_id": WEB}], "c.org", LookupStatus.FILTERED_OUT),
        ([{"source_id": WEB}], "d.org", LookupStatus.KEPT_NOT_TRAINED),
        ([{"source_id": WEB, "doc_id": doc(WEB, 0)}], "a.org", LookupStatus.USED),
        ([{"source_id": WEB, "doc_id": doc(WEB, 0)}], "b.org", LookupStatus.KEPT_NOT_TRAINED),
        ([{"source_id": WEB, "doc_id": doc(WEB, 2)}], "c.org", LookupStatus.USED),
        ([{"source_id": WEB, "shard_id": WEB}], "b.org", LookupStatus.USED),
        ([], "exam.org", LookupStatus.USED_FOR_EVALUATION),
        ([{"source_id": WEB}], "exam.org", LookupStatus.USED_FOR_EVALUATION),
        ([{"source_id": EXAM}], "exam.org", LookupStatus.USED),
    ],
)
def test_a_look_up_tells_used_from_kept_and_what_was_used_although_dropped(opened, uses, place, status):
    assert look_up(opened(*uses), place).status is status


@pytest.mark.parametrize(
    ("uses", "place", "said"),
    [([], "a.org", True), ([], "c.org", False), ([{"source_id": WEB}], "a.org", False)],
)
def test_a_look_up_says_where_kept_documents_are_taken_as_used(opened, uses, place, said):
    assert any("taken as used" in sentence for sentence in look_up(opened(*uses), place).not_known) is said


@pytest.mark.parametrize(
    ("uses", "moments"),
    [
        ([], [None, None]),
        ([{"source_id": WEB, "started_at": at("2026-03-01")}], [at("2026-03-01")] * 2),
        ([{"source_id": WEB, "shard_id": WEB, "started_at": at("2026-03-01")}], [at("2026-03-01")] * 2),
        ([{"source_id": WEB, "doc_id": doc(WEB, 0), "started_at": at("2026-03-01")}], [at("2026-03-01"), None]),
        (
            [
                {"source_id": WEB, "doc_id": doc(WEB, 0), "started_at": at("2026-03-01")},
                {"source_id": WEB, "checkpoint": "later", "started_at": at("2026-04-01")},
            ],
            [at("2026-04-01")] * 2,
        ),
        (
            [
                {"source_id": WEB, "shard_id": WEB, "started_at": at("2026-05-01")},
                {"source_id": WEB, "checkpoint": "later", "started_at": at("2026-04-01")},
            ],
            [at("2026-05-01")] * 2,
        ),
    ],
)
def test_the_moment_of_training_is_the_start_of_the_last_use_however_it_is_named(opened, uses, moments):
    record = opened(*uses)
    judge_as_of(record, Moment(Clock.AT_TRAINING), None)
    found = record.sql("SELECT doc_id, moment FROM moments ORDER BY doc_id").to_pylist()
    assert [row["moment"] for row in found[:2]] == moments


@pytest.mark.parametrize(
    ("uses", "faults"),
    [
        ([{"source_id": WEB}, {"source_id": BOOKS, "shard_id": BOOKS}], []),
        ([{"source_id": 9}], ["not_held"]),
        ([{"source_id": WEB, "shard_id": BOOKS}], ["not_held"]),
        ([{"source_id": WEB, "doc_id": doc(BOOKS, 0)}], ["not_held"]),
        ([{"source_id": WEB}, {"source_id": WEB}], ["named_twice"]),
        ([{"source_id": WEB}, {"source_id": WEB, "shard_id": WEB}], ["named_in_several_ways"]),
    ],
)
def test_a_generation_whose_use_does_not_fit_is_not_committed(opened, uses, faults):
    assert opened(*uses).query("checks/use_fits_record").table["fault"].to_pylist() == faults
