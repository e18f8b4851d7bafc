from __future__ import annotations

import pyarrow as pa
import pytest

from colophon.tables import DOCUMENTS, ROW_BITS, TABLES, Column, Growth
from colophon.vocabulary import Disclosure

#: Tables whose names and columns others rely on (design: tables).
CONTRACT = {
    "sources": "source_id name dataset revision stage acquisition modality homepage publicly_known origin "
    "license_declared license_spdx license_content legal_basis personal_data_basis collected_from collected_to "
    "obtained_at dynamic used_for_weight_update config",
    "shards": "shard_id source_id stage acquisition license_spdx path range_start range_end files size_bytes sha256 "
    "rows_read documents rejects evidence_rows skipped text_bytes tokens media_items media_seconds first_fetched_at "
    "last_fetched_at",
    "documents": "doc_id shard_id source_id stage path position native_id content_id url authority registered_domain "
    "site_domain fetched_at http_status language language_score script text_bytes tokens license_observed "
    "license_effective license_scope grantor license_evidence pii_count modality media_items media_seconds",
    "sketches": "doc_id scheme shingles slots",
    "pii": "doc_id entity occurrences max_score",
    "rejects": "shard_id path position reason detail",
    "duplicate_pairs": "doc_id other_id similarity method scheme",
    "duplicates": "doc_id cluster_id component_id kind similarity",
    "contamination": "doc_id eval_doc_id eval_source_id shared_ngrams eval_ngrams overlap",
    "observations": "observation_id protocol authority doc_id requested_url final_url redirects observed_at outcome "
    "http_status headers_kept origin grade user_agent evidence_sha256",
    "evidence": "evidence_sha256 size_bytes bytes",
    "signals": "signal_id observation_id protocol authority doc_id path agents purpose value rule parser "
    "parser_version state",
    "verdicts": "doc_id protocol purpose agents verdict signal_id observation_id",
    "decisions": "doc_id position rule rule_version reason public_reason policy_sha256",
    "rules": "rule version kind parameters model_sha256 quality",
    "filters": "source_id rule rule_version reason documents_in documents_out bytes_in bytes_out",
    "hosts": "authority registered_domain source_id modality documents text_bytes tokens media_items media_seconds "
    "first_fetched_at last_fetched_at",
    "evaluations": "source_id benchmark version split metric harness harness_version result results_url access scope "
    "limitations",
    "training_use": "checkpoint source_id shard_id doc_id epochs tokens first_step last_step started_at finished_at",
    "runs": "run_id command started_at finished_at machine versions runner counts",
}


def test_every_table_has_the_columns_that_others_rely_on():
    missing = {name: set(columns.split()) - set(TABLES[name].schema.names) for name, columns in CONTRACT.items()}
    assert {name: columns for name, columns in missing.items() if columns} == {}


def test_every_column_is_described_and_has_a_disclosure_class():
    for table in TABLES.values():
        for field in table.schema:
            assert field.metadata[b"description"].strip(), (table.name, field.name)
            assert field.metadata[b"disclosure"].decode() in set(Disclosure), (table.name, field.name)


def test_every_table_is_sorted_by_columns_that_it_has():
    for table in TABLES.values():
        assert table.sorted_by, table.name
        assert set(table.sorted_by) <= set(table.schema.names), table.name
        assert len(set(table.schema.names)) == len(table.schema.names), table.name


def test_times_are_utc_microseconds():
    times = [field for table in TABLES.values() for field in table.schema if pa.types.is_timestamp(field.type)]
    assert times
    assert [field.name for field in times if field.type != pa.timestamp("us", tz="UTC")] == []


def test_addresses_ids_and_bytes_stay_inside():
    for table in TABLES.values():
        for column in table.columns:
            at = (table.name, column.name)
            if column.name in {"url", "native_id", "content_id", "bytes"}:
                assert column.disclosure is Disclosure.INTERNAL, at
            if column.name in {"requested_url", "final_url"}:
                assert column.disclosure is not Disclosure.PUBLIC, at


def test_what_is_noted_of_runs_is_the_only_log():
    assert [t.name for t in TABLES.values() if t.growth is Growth.LOG] == ["runs"]


def test_a_doc_id_holds_shard_and_row_in_63_bits():
    most_shards, most_rows = 2 ** (63 - ROW_BITS), 2**ROW_BITS
    assert ((most_shards - 1) << ROW_BITS | (most_rows - 1)) == 2**63 - 1
    assert most_rows > 256 * 2**20, "rows of one shard"


WORDS = Column("capital_words", pa.int32(), "words in capitals", Disclosure.DOWNSTREAM)


def test_added_columns_stand_behind_those_of_the_table_and_are_described_by_its_parts():
    extended = DOCUMENTS.extended([*DOCUMENTS.named("tokens"), WORDS])
    assert extended.columns == (*DOCUMENTS.columns, WORDS)
    assert DOCUMENTS.described_by(extended.schema) == extended
    assert DOCUMENTS.described_by(DOCUMENTS.schema) == DOCUMENTS


@pytest.mark.parametrize("metadata", [None, {"description": "words"}, {"description": "x", "disclosure": "everybody"}])
def test_a_part_that_does_not_say_who_may_see_a_column_is_refused(metadata):
    schema = DOCUMENTS.schema.append(pa.field("capital_words", pa.int32(), metadata=metadata))
    with pytest.raises(ValueError, match="column capital_words does not say what it means and who may see it"):
        DOCUMENTS.described_by(schema)
