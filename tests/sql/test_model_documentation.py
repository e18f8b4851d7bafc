"""The queries behind the model documentation: provenance, numbers of data points, curation, measures, evaluations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from colophon.query.session import open_record

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def ask(make_record: Callable[..., str]) -> Callable[..., list[Row]]:
    """Writes a record of the rows given and asks it one query."""

    def ask_(query: str, **tables: Rows) -> list[Row]:
        with open_record(make_record(**tables)) as record:
            rows: list[Row] = record.query(query).table.to_pylist()
        return rows

    return ask_


def by(rows: list[Row], *keys: str) -> dict[Any, Row]:
    return {tuple(row[k] for k in keys) if len(keys) > 1 else row[keys[0]]: row for row in rows}


def test_training_validation_and_testing_are_counted_apart(ask: Any, source: Any, document: Any) -> None:
    rows = ask(
        "model_documentation/data_points",
        sources=[source(0, "web"), source(1, "held out", stage="validation"), source(2, "exam", stage="evaluation")],
        documents=[
            document(0, 0, text_bytes=10),
            document(0, 1, text_bytes=5),
            document(1, 0, stage="validation", text_bytes=3),
            document(2, 0, stage="evaluation", text_bytes=2),
        ],
    )
    assert {r["split"]: (r["documents"], r["text_bytes"]) for r in rows} == {
        "training": (2, 15),
        "validation": (1, 3),
        "testing": (1, 2),
    }


def test_dropped_and_retrieval_only_documents_are_no_data_points(
    ask: Any, source: Any, document: Any, decision: Any
) -> None:
    first, second = document(0, 0), document(0, 1)
    rows = ask(
        "model_documentation/data_points",
        sources=[source(0, "web"), source(1, "looked up", used_for_weight_update=False)],
        documents=[first, second, document(1, 0)],
        decisions=[decision(first["doc_id"], "duplicate")],
    )
    assert by(rows, "split")["training"]["documents"] == 1


def test_tokens_are_not_counted_where_one_document_has_none(ask: Any, source: Any, document: Any) -> None:
    rows = ask(
        "model_documentation/data_points",
        sources=[source(0, "web"), source(1, "exam", stage="evaluation")],
        documents=[
            document(0, 0, tokens=7),
            document(0, 1),
            document(1, 0, stage="evaluation", tokens=4),
        ],
    )
    found = by(rows, "split")
    assert (found["training"]["tokens"], found["testing"]["tokens"]) == (None, 4)


def test_a_split_without_documents_keeps_its_row(ask: Any) -> None:
    rows = ask("model_documentation/data_points")
    assert [(r["split"], r["modality"], r["documents"]) for r in rows] == [
        ("training", None, 0),
        ("validation", None, 0),
        ("testing", None, 0),
    ]


@pytest.mark.parametrize(
    ("acquisition", "box"),
    [
        ("crawled_own", "web_crawling"),
        ("crawled_on_behalf", "web_crawling"),
        ("licensed_commercial", "private_third_party"),
        ("private_third_party", "private_third_party"),
        ("user_model_interaction", "user_data"),
        ("user_other_service", "user_data"),
        ("public_dataset", "public_dataset"),
        ("synthetic_own", "synthetic"),
        ("synthetic_on_behalf", "synthetic"),
        ("commissioned_human", "other_means"),
        ("offline_digitised", "other_means"),
        ("other", "other_means"),
    ],
)
def test_each_acquisition_ticks_one_box_of_provenance(
    ask: Any, source: Any, document: Any, acquisition: str, box: str
) -> None:
    rows = ask(
        "model_documentation/provenance",
        sources=[source(0, "one", acquisition=acquisition)],
        documents=[document(0, 0)],
    )
    assert [r["provenance"] for r in rows if r["ticked"]] == [box]


def test_a_source_with_nothing_kept_ticks_no_box(ask: Any, source: Any, document: Any, decision: Any) -> None:
    only = document(0, 0)
    tables = {
        "sources": [source(0, "one")],
        "documents": [only],
        "decisions": [decision(only["doc_id"], "reservation")],
    }
    assert not any(r["ticked"] for r in ask("model_documentation/provenance", **tables))


def test_modalities_are_ticked_for_each_split_apart(ask: Any, source: Any, document: Any) -> None:
    rows = ask(
        "model_documentation/modalities",
        sources=[source(0, "pictures", modality="image"), source(1, "exam", stage="evaluation")],
        documents=[document(0, 0, modality="image"), document(1, 0, stage="evaluation")],
    )
    assert [(r["split"], r["modality"]) for r in rows if r["ticked"]] == [("training", "image"), ("testing", "text")]


def test_ways_of_acquiring_name_who_collected_made_and_chose(ask: Any, source: Any, document: Any) -> None:
    config = {
        "crawler": {"name": "ColoBot"},
        "synthetic": {"generators": [{"model": "Maker 1"}, {"model": "Maker 2"}]},
        "contributors": {"who": "ten people", "pay": "by the hour"},
        "users": {"product": "Chat"},
    }
    (row,) = ask(
        "model_documentation/acquisitions",
        sources=[source(0, "one", config=json.dumps(config), selection="the longest", collected_to="2024-06")],
        documents=[document(0, 0)],
    )
    assert (row["crawlers"], row["generators"], row["products"]) == (["ColoBot"], ["Maker 1", "Maker 2"], ["Chat"])
    assert (row["contributors"], row["selections"]) == (["ten people, paid by the hour"], ["the longest"])
    assert (row["splits"], row["collected_to"]) == (["training"], "2024-06")


def test_sources_of_one_dataset_are_one_row(ask: Any, source: Any, document: Any) -> None:
    (row,) = ask(
        "model_documentation/datasets",
        sources=[
            source(0, "a", dataset="Wiki", revision="1", acquisition="public_dataset"),
            source(1, "b", dataset="Wiki", revision="2", acquisition="public_dataset", stage="evaluation"),
        ],
        documents=[document(0, 0), document(1, 0, stage="evaluation")],
    )
    assert (row["dataset"], row["splits"]) == ("Wiki, 1; 2", ["training", "testing"])


def test_scope_names_frequent_languages_and_counts_all(ask: Any, source: Any, document: Any) -> None:
    (row,) = ask(
        "model_documentation/scope",
        sources=[source(0, "web")],
        documents=[
            document(0, 0, "a.example.fr/x", text_bytes=990, language="fr"),
            document(0, 1, "b.example.de/x", text_bytes=9, language="de"),
            document(0, 2, text_bytes=500, language="und"),
        ],
    )
    assert (row["languages"], row["languages_found"]) == (["fr"], 2)
    assert row["country_codes"] == [".de", ".fr"]


RULES = [
    {"rule": "pii", "version": "1", "kind": "detector", "parameters": '{"entities": ["EMAIL_ADDRESS", "IBAN_CODE"]}'},
    {
        "rule": "near_duplicate",
        "version": "1",
        "kind": "filter",
        "parameters": '{"shingle": 5, "threshold": 0.8, "bands": 14, "rows": 8}',
    },
    {
        "rule": "no illegal content",
        "version": "1",
        "kind": "filter",
        "parameters": '{"kind": "domains", "reason": "legal_or_safety", "values": ["bad.example", "worse.example"]}',
    },
    {
        "rule": "european languages",
        "version": "1",
        "kind": "filter",
        "parameters": '{"kind": "language", "reason": "quality", "values": ["de"]}',
    },
]


def step(number: int, rule: str, reason: str, before: int | None, after: int | None, **more: Any) -> dict[str, Any]:
    counts = {"documents_in": before, "documents_out": after, "bytes_in": before, "bytes_out": after}
    return {"source_id": number, "rule": rule, "rule_version": "1", "reason": reason, **counts, **more}


def test_curation_is_read_from_the_settings_of_the_run(ask: Any, source: Any) -> None:
    (row,) = ask(
        "model_documentation/curation",
        sources=[source(0, "web", connector="warc")],
        rules=RULES,
        filters=[step(0, "profanity", "quality", None, None, upstream=True)],
    )
    assert row["connectors"] == ["warc"]
    assert row["filters"] == ["domains", "language"]
    assert (row["upstream"], row["shingle"], row["threshold"]) == (["profanity"], 5, 0.8)
    assert row["entities"] == ["EMAIL_ADDRESS", "IBAN_CODE"]
    assert row["languages_identified"] is False


def test_steps_of_curation_follow_each_other_with_counts_before_and_after(ask: Any, source: Any, shard: Any) -> None:
    rows = ask(
        "model_documentation/curation_steps",
        sources=[source(0, "web"), source(1, "more"), source(2, "exam", stage="evaluation")],
        shards=[
            shard(0, documents=10, rejects=2, text_bytes=10),
            shard(1, documents=5),
            shard(2, documents=9, stage="evaluation"),
        ],
        filters=[
            step(0, "near_duplicate", "duplicate", 8, 7),
            step(0, "code", "reservations", 10, 9),
            step(1, "code", "reservations", 5, 5),
            step(0, "european languages", "language", 9, 8),
            step(0, "profanity", "quality", 20, None, upstream=True),
        ],
    )
    assert [(r["step"], r["documents_in"], r["documents_out"], r["sources"]) for r in rows] == [
        ("upstream", 20, None, 1),
        ("reading", 17, 15, 2),
        ("reservations", 15, 14, 2),
        ("language", 9, 8, 1),
        ("duplicate", 8, 7, 1),
    ]


def test_only_filters_for_legal_or_safety_reasons_count_as_measures(
    ask: Any, source: Any, document: Any, decision: Any
) -> None:
    documents = [document(0, row) for row in range(3)]
    (row,) = ask(
        "model_documentation/unsuitability",
        sources=[source(0, "web")],
        documents=documents,
        rules=RULES,
        decisions=[
            decision(documents[0]["doc_id"], "legal_or_safety", rule="no illegal content"),
            decision(documents[1]["doc_id"], "legal_or_safety", rule="code"),
            decision(documents[2]["doc_id"], "quality", rule="european languages"),
        ],
        pii=[{"doc_id": documents[2]["doc_id"], "entity": "EMAIL_ADDRESS", "occurrences": 1}],
    )
    assert (row["filters"], row["domain_lists"], row["removed"]) == (
        ["no illegal content"],
        ["no illegal content"],
        1,
    )
    assert (row["documents_with_personal_data"], row["personal_data_removed"]) == (1, 1)


def test_data_obtained_while_running_the_model_is_listed_though_not_trained_on(
    ask: Any, source: Any, document: Any
) -> None:
    users = json.dumps({"users": {"product": "Chat", "from": "2025-01", "to": "2025-06"}})
    rows = ask(
        "model_documentation/runtime_data",
        sources=[
            source(0, "web"),
            source(1, "chats", acquisition="user_model_interaction", config=users, used_for_weight_update=False),
            source(2, "trained chats", acquisition="user_model_interaction"),
        ],
        documents=[document(1, 0), document(2, 0)],
    )
    assert [(r["product"], r["period_to"], r["trained"]) for r in rows] == [
        ("Chat", "2025-06", False),
        (None, None, True),
    ]


def test_guidelines_are_known_by_the_hash_of_the_instructions(ask: Any, source: Any) -> None:
    config = json.dumps({"contributors": {"who": "ten people", "instructions_sha256": "a" * 64}})
    (row,) = ask(
        "model_documentation/guidelines",
        sources=[source(0, "answers", acquisition="commissioned_human", stage="preference", config=config)],
    )
    assert row == {"stage": "preference", "contributors": "ten people", "instructions_sha256": "a" * 64}


# --- the register of evaluations -------------------------------------------------------------------------------------


@pytest.fixture
def register(make_record: Callable[..., str]) -> Callable[..., list[Row]]:
    def register_(**tables: Rows) -> list[Row]:
        with open_record(make_record(**tables)) as record:
            rows: list[Row] = record.table("evaluation_register").to_pylist()
        return rows

    return register_


BENCHMARK = {"source_id": 1, "benchmark": "Exam", "version": "2", "split": "test", "metric": "accuracy"}
NGRAM = {"words": 5, "ngram": 1}


def exam(source: Any, document: Any, **more: Any) -> dict[str, Any]:
    """A training document that holds the first of two items of a benchmark."""
    items = [document(1, row, stage="evaluation") for row in range(2)]
    return {
        "sources": [source(0, "web"), source(1, "exam", stage="evaluation", acquisition="public_dataset", **more)],
        "documents": [document(0, 0), *items],
        "evaluations": [BENCHMARK],
        "evaluation_ngrams": [{"doc_id": item["doc_id"], **NGRAM} for item in items],
        "contamination": [{"doc_id": 0, "eval_doc_id": items[0]["doc_id"], "eval_source_id": 1, "shared_ngrams": 1}],
    }


def test_the_register_joins_what_was_found_to_the_benchmark(register: Any, source: Any, document: Any) -> None:
    (row,) = register(**exam(source, document))
    assert (row["benchmark"], row["benchmark_version"], row["metric"]) == ("Exam", "2", "accuracy")
    assert (row["items"], row["items_contaminated"], row["items_contaminated_kept"]) == (2, 1, 1)
    assert (row["split"], row["coverage"]) == ("testing", "complete")


def test_an_item_found_only_in_dropped_documents_is_not_in_the_training_data(
    register: Any, source: Any, document: Any, decision: Any
) -> None:
    (row,) = register(**exam(source, document), decisions=[decision(0, "duplicate")])
    assert (row["items_contaminated"], row["items_contaminated_kept"]) == (1, 0)


def test_files_that_were_not_compared_make_the_number_a_lower_bound(
    register: Any, source: Any, document: Any, shard: Any
) -> None:
    tables = exam(source, document) | {
        "shards": [shard(0), shard(1, stage="evaluation")],
        "uncompared_shards": [{"shard_id": 0, "eval_source_id": 1}],
    }
    assert [r["coverage"] for r in register(**tables)] == ["partial"]


def test_nothing_found_among_items_too_short_to_look_for_is_no_finding(
    register: Any, source: Any, document: Any
) -> None:
    tables = exam(source, document) | {"evaluation_ngrams": [], "contamination": []}
    assert [r["coverage"] for r in register(**tables)] == ["none"]


def test_the_printed_register_leaves_out_what_was_not_compared(ask: Any, source: Any, document: Any) -> None:
    tables = exam(source, document)
    (row,) = ask("summary/evaluations", **tables)
    assert (row["benchmark"], row["items"], row["found"]) == ("Exam, version 2, split test", 2, "1")
    (unseen,) = ask("summary/evaluations", **tables | {"evaluation_ngrams": [], "contamination": []})
    assert unseen["found"] is None


def test_a_private_evaluation_source_without_a_benchmark_is_not_named(ask: Any, source: Any, document: Any) -> None:
    secrets = {"homepage": "https://secret.example/", "license_declared": "licence of Secret House"}
    tables = exam(source, document, **secrets) | {"evaluations": []}
    tables["sources"][1] |= {"acquisition": "private_third_party"}
    (row,) = ask("summary/evaluations", **tables)
    assert row["benchmark"] == "not named"
    assert "secret" not in row["data"].casefold()
