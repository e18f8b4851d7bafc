"""What the plain-named views say about records whose answer is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from colophon.query.session import Record, open_record


@pytest.fixture(scope="module")
def record(small_record: str):
    with open_record(small_record) as opened:
        yield opened


def column(record: Record, query: str) -> list[object]:
    return record.sql(query).column(0).to_pylist()


def test_documents_kept_are_those_without_a_decision(record: Record) -> None:
    assert record.table("documents").num_rows - record.table("documents_kept").num_rows == 3


def test_evaluation_and_retrieval_documents_never_train(record: Record) -> None:
    kept = set(column(record, "SELECT DISTINCT source_id FROM documents_kept"))
    training = set(column(record, "SELECT DISTINCT source_id FROM documents_training"))
    assert kept - training == {4, 6}


def test_domains_count_kept_and_training_apart(record: Record) -> None:
    found = record.sql("SELECT * FROM domains WHERE domain IN ('bench.org', 'reserved.org', 'silent.org')").to_pylist()
    by_domain = {row["domain"]: row for row in found}
    assert (by_domain["bench.org"]["documents_kept"], by_domain["bench.org"]["documents_training"]) == (1, 0)
    assert (by_domain["reserved.org"]["documents"], by_domain["reserved.org"]["documents_kept"]) == (2, 1)
    assert (by_domain["silent.org"]["hosts"], by_domain["silent.org"]["sources"]) == (2, 2)


def test_domains_kept_leave_out_what_does_not_train(record: Record) -> None:
    found = column(record, "SELECT domain FROM domains_kept")
    assert "silent.org" in found
    assert not {"bench.org", "broken.org", "notes.org"} & set(found)


def test_domain_summary_adds_up_to_the_training_documents_with_address(record: Record) -> None:
    expected = column(record, "SELECT count(*) FROM documents_training WHERE authority IS NOT NULL")
    assert column(record, "SELECT sum(documents)::BIGINT FROM domain_summary") == expected


def test_exactly_three_percent_is_not_large(record: Record) -> None:
    shares = record.table("public_dataset_shares").to_pylist()
    assert {row["dataset"]: (row["volume"], row["large"]) for row in shares} == {
        "wiki": (97.0, True),
        "tiny": (3.0, False),
    }
    assert column(record, "SELECT dataset FROM large_public_datasets") == ["wiki"]


def test_evaluation_volume_takes_no_part_in_the_three_percent(record: Record) -> None:
    assert set(column(record, "SELECT total FROM public_dataset_shares")) == {100.0}


def test_all_sources_of_a_dataset_are_counted_together(make_record, source, document) -> None:
    sources = [source(n, f"part{n}", dataset="parts", acquisition="public_dataset") for n in (0, 1)]
    sources.append(source(2, "rest", acquisition="public_dataset"))
    documents = [document(0, 0, text_bytes=2), document(1, 0, text_bytes=2), document(2, 0, text_bytes=96)]
    with open_record(make_record(sources=sources, documents=documents)) as record:
        assert column(record, "SELECT dataset FROM large_public_datasets") == ["rest", "parts"]


def test_a_dataset_large_in_one_modality_alone_is_large(make_record, source, document) -> None:
    sources = [source(n, f"s{n}", acquisition="public_dataset") for n in (0, 1)]
    documents = [
        document(0, 0, text_bytes=1000),
        document(1, 0, text_bytes=1),
        document(1, 1, text_bytes=0, modality="image", media_items=5),
    ]
    with open_record(make_record(sources=sources, documents=documents)) as record:
        large = record.sql("SELECT dataset, modality FROM large_public_datasets").to_pylist()
    assert {(row["dataset"], row["modality"]) for row in large} == {("s0", "text"), ("s1", "image")}


def test_public_volume_of_zero_makes_nothing_large(make_record, source, document) -> None:
    rows = {"sources": [source(0, "s", acquisition="public_dataset")], "documents": [document(0, 0, text_bytes=0)]}
    with open_record(make_record(**rows)) as record:
        assert record.sql("SELECT share, large FROM public_dataset_shares").to_pylist() == [
            {"share": None, "large": False}
        ]


def test_language_shares_add_up_to_one(record: Record) -> None:
    assert column(record, "SELECT round(sum(share_text_bytes), 9) FROM language_shares") == [1.0]
    assert column(record, "SELECT language FROM language_shares") == ["fr", "en", "de"]


def test_source_totals_account_for_every_row(record: Record) -> None:
    web = record.sql("SELECT * FROM source_totals WHERE source = 'web'").to_pylist()[0]
    assert web["rows_read"] == web["documents"] + web["rejects"] + web["evidence_rows"] + web["skipped"]
    assert (web["documents_kept"], web["documents_dropped"]) == (11, 2)
    assert (web["tokens"], web["trains"]) == (None, True)


def test_source_without_any_row_is_still_listed(make_record, source) -> None:
    with open_record(make_record(sources=[source(0, "empty")])) as record:
        found = record.table("source_totals").to_pylist()[0]
    assert (found["source"], found["documents"], found["rows_read"]) == ("empty", 0, 0)


def test_rejects_are_counted_against_the_rows_of_their_source(record: Record) -> None:
    found = record.table("reject_reasons").to_pylist()
    assert {(r["reason"], r["rows"], r["share"]) for r in found} == {("empty", 1, 1 / 16), ("http_status", 1, 1 / 16)}


def test_second_rule_of_a_dropped_document_is_told_but_not_counted(record: Record) -> None:
    found = record.sql("SELECT reason, documents, documents_also FROM decision_totals WHERE source = 'web'").to_pylist()
    assert {r["reason"]: (r["documents"], r["documents_also"]) for r in found} == {
        "reservation": (1, 0),
        "error": (1, 0),
        "quality": (0, 1),
    }


def test_representative_is_no_copy_of_itself(record: Record) -> None:
    found = record.table("duplicate_sources").to_pylist()
    assert [(r["source"], r["other_source"], r["kept"], r["other_kept"]) for r in found] == [
        ("wiki", "web", False, True)
    ]


def test_personal_data_is_counted_by_kind(record: Record) -> None:
    found = record.table("pii_totals").to_pylist()
    assert [(r["source"], r["entity"], r["occurrences"]) for r in found] == [("chats", "EMAIL_ADDRESS", 2)]


def test_shard_that_does_not_add_up_is_found(make_record, source, shard) -> None:
    rows = {"sources": [source(0, "s")], "shards": [shard(0, rows_read=3, documents=1)]}
    with open_record(make_record(**rows)) as record:
        assert record.query("checks/rows_add_up").table.to_pylist() == [
            {"shard_id": 0, "path": "0.jsonl", "rows_read": 3, "accounted": 1}
        ]
        assert record.query("checks/shards_match_documents").table.num_rows == 1


def test_faults_of_a_record_are_found_by_the_checks(make_record, source, shard, document) -> None:
    rows = {
        "sources": [source(0, "s")],
        "shards": [shard(0, rows_read=1, documents=1)],
        "documents": [document(0, 0), document(0, 0), document(0, 1, stage="evaluation")],
        "decisions": [{"doc_id": 77, "position": 0}],
        "duplicates": [{"doc_id": 1, "cluster_id": 0, "kind": "near"}],
    }
    with open_record(make_record(**rows)) as record:
        found = {
            check: record.query(f"checks/{check}").table.to_pylist()
            for check in (
                "documents_once",
                "facts_have_documents",
                "removals_have_pairs",
                "evaluation_apart",
                "one_policy",
            )
        }
    assert [row["times"] for row in found["documents_once"]] == [2]
    assert found["facts_have_documents"] == [{"table_name": "decisions", "doc_id": 77}]
    assert found["removals_have_pairs"] == [{"doc_id": 1, "cluster_id": 0}]
    assert found["evaluation_apart"] == [{"doc_id": 1, "stage": "evaluation"}]
    assert found["one_policy"] == [{"policies": 0}]


_FIRST_OF_MARCH = datetime(2026, 3, 1, tzinfo=UTC)
_COLLECTED = {"shard_id": None, "origin": "colophon signals collect", "grade": "live"}


def _ran(generation: int, command: str, ended: datetime) -> dict[str, object]:
    times = {"started_at": ended, "finished_at": ended}
    return {"run_id": str(generation), "generation": generation, "command": command, **times}


def test_looks_collected_since_the_newest_run_wait_for_the_next(make_record, source, document, observation, rules):
    day = [datetime(2026, 3, n, tzinfo=UTC) for n in range(1, 9)]
    path = make_record(
        sources=[source(0, "s")],
        documents=[
            document(0, n, f"a.org/{n}", fetched_at=fetched) for n, fetched in enumerate([None, day[0], day[5], day[6]])
        ],
        runs=[
            _ran(1, "run corpus.yaml", day[1]),
            _ran(2, "signals collect", day[2]),
            _ran(3, "run corpus.yaml", day[3]),
            _ran(4, "signals collect", day[6]),
        ],
        observations=[
            observation("before", "a.org", "2026-03-02", requested_url="https://a.org/robots.txt", **_COLLECTED),
            observation("since", "a.org", "2026-03-06", requested_url="https://a.org/robots.txt", **_COLLECTED),
            observation("aipref", "a.org", "2026-03-06", requested_url="https://a.org/robots.txt", **_COLLECTED),
            observation("other", "b.org", "2026-03-06", requested_url="https://b.org/robots.txt", **_COLLECTED),
            observation("read", "c.org", "2026-03-06", shard_id=0),
        ],
        rules=rules(),
    )
    with open_record(path) as opened:
        found = opened.sql("SELECT authority, looks, documents FROM awaiting_run").to_pylist()
    assert found == [
        {"authority": "a.org", "looks": 1, "documents": 2},
        {"authority": "b.org", "looks": 1, "documents": 0},
    ]


@pytest.mark.parametrize(
    ("obtained", "documents"),
    [("2026-03-05", 0), ("2026-03-06", 1), ("2026-02", 0), ("2026-03", 1), ("2026", 1), (None, 0)],
)
def test_where_the_policy_counts_the_day_of_obtaining_documents_wait_by_it(
    make_record, source, document, observation, rules, obtained, documents
):
    path = make_record(
        sources=[source(0, "s", obtained_at=obtained)],
        documents=[document(0, 0, "a.org/", fetched_at=datetime(2027, 1, 1, tzinfo=UTC))],
        runs=[
            _ran(1, "run", datetime(2026, 3, 1, tzinfo=UTC)),
            _ran(2, "signals collect", datetime(2026, 4, 1, tzinfo=UTC)),
        ],
        observations=[observation("o", "a.org", "2026-03-06", requested_url="https://a.org/robots.txt", **_COLLECTED)],
        rules=rules({"clock": "at_obtained", "required": ["robots"], "honoured": [], "max_age_days": {}}),
    )
    with open_record(path) as opened:
        assert column(opened, "SELECT documents FROM awaiting_run") == [documents]


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        (["a/b/1.txt"], "a/b/1.txt"),
        (["a/b/1.txt", "a/b/2.txt"], "a/b/ (2 files)"),
        (["a/b/1.txt", "a/c/2.txt"], "a/ (2 files)"),
        (["a/b/c/1.txt", "a/b/2.txt"], "a/b/ (2 files)"),
        (["1.txt", "2.txt"], "./ (2 files)"),
        (["/x/1.txt", "/x/2.txt"], "/x/ (2 files)"),
        ([f"many/{number:04}.txt" for number in range(2_000)], "many/ (2,000 files)"),
    ],
)
def test_a_bundle_is_shown_by_its_folder_and_its_number_of_files(open_rows, source, shard, paths, place) -> None:
    files = [{"path": path, "size": 1, "sha256": "0"} for path in paths]
    record = open_rows(sources=[source(1, "texts")], shards=[shard(1, path=paths[0], files=files)])
    assert record.table("shard_totals").column("place").to_pylist() == [place]
