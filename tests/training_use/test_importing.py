"""Imports of training use: ways of naming what was used, contradictions, and the generation that comes of it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.errors import RecordLockedError, RunUnfinishedError, TrainingLogError
from colophon.query.session import open_record, views_sql
from colophon.record.manifest import read_manifest
from colophon.record.storage import IMPORT, LocalFolder
from colophon.record.verify import verify
from colophon.tables import ROW_BITS
from colophon.training_use.importing import Earlier, import_training_use

WEB, BOOKS, TWINS, EXAM = range(4)


def doc(shard, row):
    return shard << ROW_BITS | row


@pytest.fixture(scope="module")
def master(tmp_path_factory, write_tables):
    """Web in two shards, books in a file of two ranges and a bundle, twins of which one copies web, and an exam."""
    return write_tables(tmp_path_factory.mktemp("master") / "record", small_tables())


def small_tables():
    def source(number, name, **more):
        facts = {
            "dataset": name, "stage": "pretraining", "acquisition": "crawled_own", "modality": "text",
            "connector": "jsonl", "legal_basis": "unknown", "personal_data_basis": "unknown",
            "used_for_weight_update": True, "config": "{}",
        }  # fmt: skip
        return {"source_id": number, "position": number, "name": name, **facts, **more}

    def shard(number, source_id, path, documents, *more_files):
        files = [{"path": p, "size": 1, "sha256": "0" * 64} for p in (path, *more_files)]
        return {
            "shard_id": number, "source_id": source_id, "role": "documents", "path": path, "files": files,
            "documents": documents, "rows_read": documents,
        }  # fmt: skip

    def document(shard_id, row, source_id, **more):
        return {
            "doc_id": doc(shard_id, row), "shard_id": shard_id, "source_id": source_id, "stage": "pretraining",
            "content_id": f"text-{shard_id}-{row}", "native_id": f"n{shard_id}-{row}", "text_bytes": 100,
            "modality": "text", **more,
        }  # fmt: skip

    return {
        "sources": [source(WEB, "web"), source(BOOKS, "books"), source(TWINS, "twins"),
                    source(EXAM, "exam", stage="evaluation")],
        "shards": [
            shard(0, WEB, "web/a.jsonl", 2), shard(1, WEB, "web/b.jsonl", 1),
            shard(2, BOOKS, "books/x.jsonl", 1), shard(3, BOOKS, "books/x.jsonl", 1),
            shard(4, BOOKS, "books/1.txt", 1, "books/2.txt"),
            shard(5, TWINS, "twins.jsonl", 3), shard(6, EXAM, "exam.jsonl", 1),
        ],
        "documents": [
            document(0, 0, WEB), document(0, 1, WEB), document(1, 0, WEB),
            document(2, 0, BOOKS), document(3, 0, BOOKS), document(4, 0, BOOKS),
            document(5, 0, TWINS, content_id="text-0-0"), document(5, 1, TWINS, native_id="n0-1"),
            document(5, 2, TWINS, content_id="text-1-0"),
            document(6, 0, EXAM, stage="evaluation"),
        ],
        "decisions": [
            {"doc_id": doc(5, 0), "rule": "duplicate", "public_reason": "duplicate"},
        ],
        "rules": [{"rule": "code", "version": "1", "kind": "policy", "parameters": "{}"}],
    }  # fmt: skip


@pytest.fixture
def record(master, tmp_path):
    shutil.copytree(master, tmp_path / "record")
    return tmp_path / "record"


def write_csv(file, rows):
    names = sorted({name for row in rows for name in row})
    with Path(file).open("w", newline="") as opened:
        writer = csv.DictWriter(opened, names)
        writer.writeheader()
        writer.writerows(rows)
    return str(file)


def import_rows(record, *rows, checkpoint="base", earlier=Earlier.KEPT):
    file = write_csv(record.parent / "log.csv", rows)
    return import_training_use(str(record), file, checkpoint, "training-use import", earlier)


def used(record):
    """The rows of training_use without null columns."""
    with open_record(str(record)) as opened:
        rows = opened.sql("SELECT * FROM training_use ORDER BY ALL").to_pylist()
    return [{k: v for k, v in row.items() if v is not None} for row in rows]


def contents(record):
    return {str(f.relative_to(record)): f.read_bytes() for f in record.rglob("*") if f.is_file()}


def refusal(record, *rows):
    before = contents(record)
    with pytest.raises(TrainingLogError) as raised:
        import_rows(record, *rows)
    assert contents(record) == before
    return raised.value.problems


@pytest.mark.parametrize(
    ("named", "rows"),
    [
        ({"source": "web"}, [{"source_id": WEB}]),
        ({"shard": "1"}, [{"source_id": WEB, "shard_id": 1}]),
        ({"shard": "web/b.jsonl"}, [{"source_id": WEB, "shard_id": 1}]),
        ({"shard": "web/b.jsonl", "source": "web"}, [{"source_id": WEB, "shard_id": 1}]),
        ({"shard": "books/x.jsonl"}, [{"source_id": BOOKS, "shard_id": 2}, {"source_id": BOOKS, "shard_id": 3}]),
        ({"shard": "4"}, [{"source_id": BOOKS, "shard_id": 4}]),
        ({"doc_id": doc(1, 0)}, [{"source_id": WEB, "doc_id": doc(1, 0)}]),
        ({"content_id": "text-1-0", "source": "web"}, [{"source_id": WEB, "doc_id": doc(1, 0)}]),
        ({"content_id": "text-1-0", "shard": "twins.jsonl"}, [{"source_id": TWINS, "doc_id": doc(5, 2)}]),
        ({"native_id": "n0-0"}, [{"source_id": WEB, "doc_id": doc(0, 0)}]),
        ({"native_id": "n0-1", "source": "twins"}, [{"source_id": TWINS, "doc_id": doc(5, 1)}]),
        ({"doc_id": doc(0, 0), "native_id": "n0-0"}, [{"source_id": WEB, "doc_id": doc(0, 0)}]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_way_of_naming_what_was_used(record, named, rows):
    import_rows(record, named)
    assert used(record) == [{"checkpoint": "base", **row} for row in rows]


def test_a_text_held_twice_is_the_copy_that_is_kept(record):
    import_rows(record, {"content_id": "text-0-0"})
    assert [row["doc_id"] for row in used(record)] == [doc(0, 0)]


def test_a_dropped_copy_may_be_named_by_its_own_id(record):
    import_rows(record, {"doc_id": doc(5, 0)})
    assert [row["doc_id"] for row in used(record)] == [doc(5, 0)]


def test_all_facts_of_a_use_are_kept(record):
    facts = {"epochs": 1.5, "tokens": 7, "first_step": 0, "last_step": 9}
    times = {"started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-02T00:00:00Z"}
    import_rows(record, {"source": "web", "checkpoint": "late", **facts, **times})
    (row,) = used(record)
    assert {name: row[name] for name in facts} == facts
    assert (row["started_at"].day, row["finished_at"].day, row["checkpoint"]) == (1, 2, "late")


def test_an_import_is_one_generation_that_verifies_and_leaves_no_work_behind(record):
    before = read_manifest(str(record))
    imported = import_rows(record, {"source": "web"}, {"source": "books"})
    assert (imported.rows_read, imported.rows_added) == (2, 2)
    assert imported.manifest == read_manifest(str(record))
    assert (imported.manifest.generation, imported.manifest.parent_root) == (2, before.root_hash)
    assert set(before.files) < set(imported.manifest.files)
    assert not LocalFolder(str(record)).exists(IMPORT)
    assert [p for p in verify(str(record), views_sql).problems if "plans" not in p] == []


def test_a_log_that_the_record_holds_already_changes_nothing(record):
    rows = [{"source": "web", "epochs": 2}, {"shard": "books/x.jsonl"}, {"doc_id": doc(5, 1), "tokens": 3}]
    import_rows(record, *rows)
    before = contents(record)
    again = import_rows(record, *reversed(rows))
    assert (again.manifest, again.rows_read, again.rows_added) == (None, 3, 0)
    assert contents(record) == before


def test_a_longer_log_adds_only_what_is_new(record):
    import_rows(record, {"doc_id": doc(0, 0)}, {"source": "books"})
    imported = import_rows(record, {"doc_id": doc(0, 0)}, {"doc_id": doc(0, 1)}, {"source": "books"})
    assert imported.rows_added == 1
    assert [row.get("doc_id") for row in used(record)] == [doc(0, 0), doc(0, 1), None]


def test_a_source_may_be_named_in_another_way_for_another_checkpoint(record):
    import_rows(record, {"source": "web", "checkpoint": "a"}, {"source": "web", "shard": "0", "checkpoint": "b"})
    assert len(used(record)) == 2


ROWS = [
    {"source": "web", "epochs": 1.5}, {"shard": "books/x.jsonl", "epochs": 1}, {"shard": "4", "tokens": 5},
    {"doc_id": doc(5, 1)}, {"content_id": "text-1-0", "source": "twins"}, {"source": "exam"},
    {"source": "web", "checkpoint": "later"}, {"doc_id": doc(3, 0), "checkpoint": "later"},
]  # fmt: skip


PART = "tables/training_use/gen=0002/imported.parquet"


@pytest.fixture(scope="module")
def in_order(master, tmp_path_factory):
    """Root hash and part of an import of the rows as they stand above."""
    record = tmp_path_factory.mktemp("in_order") / "record"
    shutil.copytree(master, record)
    return import_rows(record, *ROWS).manifest.root_hash, (record / PART).read_bytes()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(ROWS))
def test_any_order_of_rows_gives_the_same_bytes(master, tmp_path_factory, in_order, order):
    record = tmp_path_factory.mktemp("order") / "record"
    shutil.copytree(master, record)
    manifest = import_rows(record, *order).manifest
    assert (manifest.root_hash, (record / PART).read_bytes()) == in_order


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([{"source": "wbe"}], "line 2: unknown source `wbe`; did you mean `web`? expected one of: web, books"),
        ([{"shard": "web/c.jsonl"}], "line 2: unknown shard `web/c.jsonl`; did you mean `web/"),
        ([{"shard": "99"}], "line 2: unknown shard `99`; expected an id or a path of the table shards"),
        ([{"shard": "twins.jsonl", "source": "web"}], "line 2: shard `twins.jsonl` is of source `twins`, not of `web`"),
        ([{"shard": "books/1.txt"}], "line 2: `books/1.txt` is one of 2 files of a shard; name it by its id, 4"),
        ([{"shard": "books/2.txt"}], "line 2: `books/2.txt` is one of 2 files of a shard; name it by its id, 4"),
        ([{"shard": "books/x.jsonl", "tokens": 5}], "line 2: the file was read as 2 shards, among which tokens"),
        ([{"doc_id": doc(0, 9)}], "line 2: names no document of the record"),
        ([{"doc_id": doc(0, 0), "source": "books"}], "line 2: names no document of the record"),
        ([{"doc_id": doc(0, 0), "shard": "1"}], "line 2: names no document of the record"),
        ([{"content_id": "text-0-1", "native_id": "n0-0"}], "line 2: names no document of the record"),
        ([{"native_id": "n9"}], "line 2: names no document of the record"),
        ([{"native_id": "n0-1"}], "line 2: may be any of 2 documents; name source or shard too, or the doc_id"),
        ([{"content_id": "text-1-0"}], "line 2: may be any of 2 documents; name source or shard too, or the doc_id"),
        ([{"source": "web"}, {"source": "books"}, {"source": "web"}],
         "lines 2 and 4 are of the same source `web` and checkpoint `base`"),
        ([{"shard": "0"}, {"shard": "web/a.jsonl"}],
         "lines 2 and 3 are of the same shard of source `web` and checkpoint `base`"),
        ([{"doc_id": doc(0, 0)}, {"native_id": "n0-0"}],
         "lines 2 and 3 are of the same document of source `web` and checkpoint `base`"),
        ([{"source": "books"}, {"source": "web"}, {"shard": "0"}],
         "lines 3 and 4 name source `web` by source and by shard for checkpoint `base`"),
        ([{"doc_id": doc(1, 0)}, {"shard": "0"}],
         "lines 2 and 3 name source `web` by document and by shard for checkpoint `base`"),
    ],
)  # fmt: skip
def test_what_the_record_does_not_know_or_the_log_contradicts_is_refused_whole(record, rows, problem):
    (said,) = refusal(
        record,
        *rows,
    )
    assert said.startswith(problem)


def test_every_problem_of_a_log_is_told_up_to_a_number(record):
    problems = refusal(record, *({"source": f"unknown{n:02}"} for n in range(30)))
    assert (len(problems), problems[-1]) == (21, "and 10 more")


def test_a_log_without_rows_is_refused(record):
    file = record.parent / "log.csv"
    file.write_text("source\n")
    with pytest.raises(TrainingLogError, match="has no rows"):
        import_training_use(str(record), str(file), "c", "")


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({"source": "web", "epochs": 3}, "line 2: was imported before with other values"),
        ({"source": "web"}, "line 2: was imported before with other values"),
        (
            {"shard": "0"},
            "line 2: names source `web` by shard for checkpoint `base`, which was imported by source before",
        ),
    ],
)
def test_what_contradicts_an_earlier_import_is_refused(record, second, problem):
    import_rows(record, {"source": "web", "epochs": 2})
    assert refusal(record, second)[0].startswith(problem)


def test_a_log_may_replace_what_was_imported_of_its_checkpoints(record):
    import_rows(record, {"source": "web", "epochs": 2}, {"source": "books"}, {"source": "exam", "checkpoint": "other"})
    first = read_manifest(str(record))
    imported = import_rows(record, {"shard": "0", "epochs": 3}, earlier=Earlier.SUPERSEDED)
    assert used(record) == [
        {"checkpoint": "base", "source_id": WEB, "shard_id": 0, "epochs": 3.0},
        {"checkpoint": "other", "source_id": EXAM},
    ]
    old = {f.path for f in first.files} - {f.path for f in imported.manifest.files}
    assert all(path.startswith("tables/training_use/") for path in old)
    assert all((record / path).is_file() for path in old)
    assert imported.manifest.parent_root == first.root_hash
    assert [p for p in verify(str(record), views_sql).problems if "plans" not in p] == []


def test_a_replacement_that_says_the_same_changes_nothing(record):
    rows = [{"source": "web", "epochs": 2}, {"source": "exam", "checkpoint": "other"}]
    import_rows(record, *rows)
    before = contents(record)
    assert import_rows(record, rows[0], earlier=Earlier.SUPERSEDED).manifest is None
    assert contents(record) == before


def test_a_replacement_may_take_rows_away(record):
    import_rows(record, {"source": "web"}, {"source": "books"})
    import_rows(record, {"source": "web"}, earlier=Earlier.SUPERSEDED)
    assert used(record) == [{"checkpoint": "base", "source_id": WEB}]


def test_a_record_that_another_process_writes_is_left_alone(record):
    with LocalFolder(str(record)).writing(), pytest.raises(RecordLockedError):
        import_rows(record, {"source": "web"})


def test_a_run_that_was_interrupted_is_finished_first(record):
    (record / "plans").mkdir()
    (record / "plans" / "0002.parquet").touch()
    with pytest.raises(RunUnfinishedError, match="must be finished"):
        import_rows(record, {"source": "web"})


def test_what_a_crash_left_behind_is_no_part_of_the_next_import(record):
    (record / IMPORT).mkdir()
    (record / IMPORT / "log.parquet").write_bytes(b"half")
    half = record / "tables" / "training_use" / "gen=0002"
    half.mkdir(parents=True)
    (half / "stray.parquet").write_bytes(b"half")
    assert [p for p in verify(str(record), views_sql).problems if "import" in p or "gen=0002" in p] == []
    import_rows(record, {"source": "web"})
    assert len(used(record)) == 1
    assert not (half / "stray.parquet").exists()


def test_the_run_notes_the_log_by_its_hash_and_counts(record):
    import_rows(record, {"source": "web"})
    with open_record(str(record)) as opened:
        (row,) = opened.sql("SELECT command, runner, counts FROM runs WHERE generation = 2").to_pylist()
    assert row["command"] == "training-use import"
    assert row["runner"].startswith("log with SHA-256 ")
    assert row["counts"] == '{"training_use.rows_added": 1, "training_use.rows_read": 1}'
