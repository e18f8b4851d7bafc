"""Whole jobs over small corpora: the same record however it came about."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files

import pyarrow.parquet as pq
import pytest

from colophon.errors import ConfigurationError, RecordChangedError
from colophon.pipeline.engines.beam import Engine
from colophon.query.session import open_record
from colophon.record.manifest import read_manifest
from colophon.tables import TABLES
from colophon.vocabulary import Rescan


def rows(record, query):
    with open_record(str(record)) as opened:
        return opened.sql(query).to_pylist()


def contents(record):
    """Every file of a record with its bytes."""
    return {str(f.relative_to(record)): f.read_bytes() for f in record.rglob("*") if f.is_file()}


def test_every_file_of_every_table_has_its_schema_with_descriptions_and_disclosure(finished):
    manifest = read_manifest(str(finished / "record"))
    for table in TABLES.values():
        paths = manifest.paths(table.name)
        assert paths, "a table without content exists with its schema"
        for path in paths:
            schema = pq.read_schema(finished / "record" / path)
            assert schema.equals(table.schema, check_metadata=False), path
            for field in schema:
                assert field.metadata[b"description"] == table.schema.field(field.name).metadata[b"description"]
                assert field.metadata[b"disclosure"] == table.schema.field(field.name).metadata[b"disclosure"]


def test_every_file_of_every_table_is_sorted_by_its_key(finished):
    manifest = read_manifest(str(finished / "record"))
    for table in TABLES.values():
        keys = [(name, "ascending") for name in table.sorted_by]
        for path in manifest.paths(table.name):
            rows_by_key = pq.read_table(finished / "record" / path, columns=list(table.sorted_by), partitioning=None)
            assert rows_by_key == rows_by_key.sort_by(keys), path


def test_nothing_but_the_record_is_left_in_its_folder(record):
    manifest = read_manifest(str(record))
    beside = {"manifest.json", "manifests/0001.json", "plans/0001.parquet", "views.sql"}
    assert set(contents(record)) == {f.path for f in manifest.files} | beside


def test_every_row_is_a_document_or_is_named_as_none(record):
    for shard in rows(record, "SELECT * FROM shards"):
        accounted = shard["documents"] + shard["rejects"] + shard["evidence_rows"] + shard["skipped"]
        assert shard["rows_read"] == accounted
    found = rows(record, "SELECT sum(rows_read) AS n, sum(documents) AS d, sum(rejects) AS r FROM shards")[0]
    assert (found["n"], found["d"], found["r"]) == (10 + 2 + 10 + 6 + 5 + 4, 9 + 9 + 5 + 5 + 4, 3)


@pytest.mark.parametrize(
    "options",
    [{"batch_rows": 1}, {"batch_rows": 7}, {"engine": Engine(workers=2)}],
    ids=["one row a batch", "seven rows a batch", "two workers"],
)
def test_batches_and_workers_leave_no_mark_on_the_record(small, record, tmp_path, options):
    small.run(tmp_path / "other", **options)
    assert small.root(tmp_path / "other") == small.root(record)


def test_the_files_of_another_place_and_time_leave_no_mark_on_the_record(small, record, tmp_path):
    copied = tmp_path / "elsewhere"
    written = sorted((p for p in small.folder.rglob("*") if p.is_file()), reverse=True)
    for age, file in enumerate(written):
        target = copied / file.relative_to(small.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        os.utime(target, (age, age))
    type(small)(copied).run(tmp_path / "other", batch_rows=3)
    assert small.root(tmp_path / "other") == small.root(record)


@pytest.mark.parametrize(
    "halves",
    [
        [("books", "exam", "chats")],
        [("pages", "letters")],
        [("exam",), ("exam", "letters"), ("exam", "letters", "pages")],
    ],
    ids=["with the evaluation source", "without it", "one after the other"],
)
def test_a_run_over_some_of_the_sources_and_then_all_gives_what_one_run_gives(
    small, record, tmp_path, compared, halves
):
    grown = tmp_path / "grown"
    for names in halves:
        small.run(grown, *names)
    small.run(grown, rescan=Rescan.UNCOMPARED)
    assert compared(grown) == compared(record)
    assert read_manifest(str(grown)).generation == len(halves) + 1


def test_an_addition_makes_the_same_record_with_any_workers_and_batches(small, record, tmp_path):
    (small.folder / "data" / "letters" / "9.txt").write_text("a letter that came later " * 10)
    shutil.copytree(record, tmp_path / "other")
    small.run(record)
    small.run(tmp_path / "other", batch_rows=2, engine=Engine(workers=2))
    assert small.root(tmp_path / "other") == small.root(record)


def test_an_addition_leaves_every_file_as_it_was(small, record):
    before = contents(record)
    (small.folder / "data" / "letters" / "9.txt").write_text("a letter that came later " * 10)
    small.run(record)
    after = contents(record)
    kept = {path: content for path, content in before.items() if path not in {"manifest.json", "views.sql"}}
    assert {path: after.get(path) for path in kept} == kept
    assert read_manifest(str(record)).parent_root in before["manifest.json"].decode()


def test_a_file_added_to_a_source_is_read_and_nothing_else(small, record):
    (small.folder / "data" / "letters" / "9.txt").write_text("a letter that came later " * 10)
    small.run(record)
    added = rows(record, "SELECT files FROM shards ORDER BY shard_id DESC LIMIT 1")[0]["files"]
    assert [f["path"] for f in added] == ["data/letters/9.txt"]
    assert len(rows(record, "SELECT * FROM documents")) == 33


def test_a_run_with_nothing_new_leaves_the_record_as_it_is(small, record):
    before = read_manifest(str(record))
    assert small.run(record).clusters is None
    assert read_manifest(str(record)) == before


def test_a_touched_file_with_the_same_content_is_no_change(small, record):
    os.utime(small.folder / "data" / "pages.jsonl", (1, 1))
    assert small.run(record).clusters is None


@pytest.mark.parametrize(
    ("change", "error", "named"),
    [
        (
            lambda data: (data / "exam.jsonl").write_text('{"text": "another length"}\n'),
            RecordChangedError,
            r"exam\.jsonl: had \d+ bytes, has 27",
        ),
        (lambda data: (data / "exam.jsonl").unlink(), ConfigurationError, r"source exam: no file matches 'data/exam"),
        (lambda data: (data / "letters" / "0.txt").unlink(), RecordChangedError, r"letters/0\.txt: .* is gone"),
        (lambda data: (data / "robots.jsonl").write_text("{}\n"), RecordChangedError, r"robots\.jsonl: had"),
    ],
    ids=["altered", "the only file vanished", "one of several vanished", "altered signals"],
)
def test_an_input_that_changed_is_refused_by_name(small, record, change, error, named):
    before = contents(record)
    change(small.folder / "data")
    with pytest.raises(error, match=named):
        small.run(record)
    assert contents(record) == before


def test_a_file_that_changed_in_place_is_refused_by_name(small, record):
    file = small.folder / "data" / "pages.jsonl"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"2024-02-01", b"2024-02-02", 1))
    before = contents(record)
    with pytest.raises(RecordChangedError, match=r"pages\.jsonl: its content has changed"):
        small.run(record)
    assert contents(record) == before


@pytest.mark.parametrize(
    ("extra", "named"),
    [("dedup: {threshold: 0.7}\n", "dedup.threshold"), ("analysis: {pii: false}\n", "analysis.pii")],
)
def test_a_changed_block_is_refused_with_the_difference(small, record, extra, named):
    before = contents(record)
    with pytest.raises(RecordChangedError, match=named):
        small.run(record, extra=extra)
    assert contents(record) == before


def test_a_policy_of_its_own_counts_by_its_content(small, tmp_path):
    packaged = files("colophon.reservations").joinpath("policies", "code.yaml").read_text()
    packaged = packaged.replace("policy: code", "policy: own")
    (small.folder / "own.yaml").write_text(packaged)
    small.run(tmp_path / "r", "books", extra="policy: own.yaml\n")
    (small.folder / "own.yaml").write_text(packaged.replace("error: drop", "error: keep"))
    with pytest.raises(RecordChangedError, match="policy: sha256"):
        small.run(tmp_path / "r", "books", extra="policy: own.yaml\n")


def test_another_key_for_ids_is_refused(small, record, monkeypatch):
    monkeypatch.setenv("SMALL_KEY", "another key")
    with pytest.raises(RecordChangedError, match="id_key"):
        small.run(record)


def test_a_changed_filter_decides_anew_without_reading_again(small, record):
    small.run(record, extra="filters: [{rule: short, kind: length, reason: quality, min_bytes: 100000}]\n")
    dropped = rows(record, "SELECT count(*) AS n FROM decisions WHERE rule = 'short'")[0]["n"]
    assert dropped == rows(record, "SELECT count(*) AS n FROM documents WHERE stage <> 'evaluation'")[0]["n"]
    assert rows(record, "SELECT count(*) AS n FROM shards")[0]["n"] == 6


def test_exact_copies_across_sources_are_found_whatever_their_ids_are_keyed_with(record):
    copies = rows(
        record,
        """SELECT s.name AS copy, t.name AS original, u.kind FROM duplicates u
        JOIN documents d USING (doc_id) JOIN sources s USING (source_id)
        JOIN documents e ON e.doc_id = u.cluster_id JOIN sources t ON t.source_id = e.source_id
        WHERE u.doc_id <> u.cluster_id AND s.name <> t.name ORDER BY ALL""",
    )
    assert copies == [
        {"copy": "chats", "original": "letters", "kind": "exact"},
        {"copy": "letters", "original": "books", "kind": "exact"},
    ]


def test_an_open_copy_stays_where_a_reserved_one_comes_first_or_last(record):
    found = rows(
        record,
        """SELECT d.url, d.doc_id = u.cluster_id AS stands, u.kind, x.public_reason FROM duplicates u
        JOIN documents d USING (doc_id) JOIN sources s USING (source_id)
        LEFT JOIN decisions x ON x.doc_id = d.doc_id AND x.position = 0 WHERE s.name = 'pages' ORDER BY d.url""",
    )
    assert [(f["url"].split("/")[2], f["stands"], f["public_reason"]) for f in found] == [
        ("closed.example", False, "reservation"),
        ("closed.example", False, "reservation"),
        ("open.example", True, None),
        ("open.example", True, None),
    ]


def test_evaluation_takes_no_part_in_the_search_for_duplicates(record):
    stages = rows(record, "SELECT DISTINCT d.stage FROM duplicates JOIN documents d USING (doc_id)")
    assert {"stage": "evaluation"} not in stages


def test_ids_of_user_data_are_kept_only_under_the_key(record):
    kept = rows(
        record, "SELECT native_id, content_id FROM documents JOIN sources s USING (source_id) WHERE s.name = 'chats'"
    )
    assert all(len(k["native_id"]) == 64 and not k["native_id"].startswith("u") for k in kept)
    plain = rows(record, "SELECT content_id FROM documents JOIN sources s USING (source_id) WHERE s.name = 'letters'")
    assert not {k["content_id"] for k in kept} & {p["content_id"] for p in plain}


def test_a_source_that_gives_nothing_is_a_finding(small, tmp_path):
    (small.folder / "data" / "exam.jsonl").write_text('{"txt": "a"}\n{"text": " "}\n')
    found = small.run(tmp_path / "r", "books", "exam").findings
    assert [(e.name, e.rows_read, e.rejects) for e in found.empty] == [("exam", 2, 2)]
    assert read_manifest(str(tmp_path / "r")).generation == 1


def test_damage_above_the_limit_of_a_source_is_a_finding(small, tmp_path):
    assert [str(f).split(":")[0] for f in small.run(tmp_path / "r").findings.damaged] == ["source pages"]


def test_a_trial_is_marked_partial(small, tmp_path):
    small.run(tmp_path / "r", limit=2)
    assert read_manifest(str(tmp_path / "r")).partial
    assert len(rows(tmp_path / "r", "SELECT * FROM documents")) <= 2 * 6
