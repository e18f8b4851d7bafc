from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colophon.config.load import load_corpus
from colophon.errors import NotARecordError
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import views_sql
from colophon.record.verify import verify
from colophon.tables import TABLES


@pytest.fixture(scope="module")
def grown(finished, tmp_path_factory):
    """A record of two generations; tests only copy it, or undo what they did."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(finished, folder, dirs_exist_ok=True)
    (folder / "corpus" / "data" / "letters" / "9.txt").write_text("a letter that came later " * 10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMALL_KEY", "a key for tests")
        corpus = load_corpus(str(folder / "corpus" / "corpus.yaml"), installed())
        run_job(corpus, JobOptions(str(folder / "record"), Engine(workers=1)))
    return folder / "record"


def live(record, table):
    files = json.loads((record / "manifest.json").read_text())["files"]
    return [record / f["path"] for f in files if f["table"] == table]


def problems(record):
    return "\n".join(verify(str(record), views_sql).problems)


def seen(record):
    """Whether somebody who verifies the record is told that something is wrong."""
    try:
        return bool(verify(str(record), views_sql).problems)
    except NotARecordError:
        return True


def flip(file, at):
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_a_finished_record_holds(record):
    found = verify(str(record), views_sql)
    assert not found.problems
    assert not found.unfinished
    assert found.files == len(found.manifest.files)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_changed_byte_is_named(record, place):
    file = live(record, "documents")[0]
    flip(file, {"first": 0, "middle": file.stat().st_size // 2, "last": -1}[place])
    assert problems(record).count("tables/") == 1
    assert str(file.relative_to(record)) in problems(record)


def test_every_table_in_which_a_byte_changed_is_named(record):
    files = [live(record, table)[0] for table in TABLES]
    for file in files:
        flip(file, file.stat().st_size // 2)
    named = problems(record)
    assert [file for file in files if str(file.relative_to(record)) not in named] == []


def test_every_deleted_file_is_named(record):
    files = [live(record, table)[0] for table in TABLES]
    for file in files:
        file.unlink()
    named = problems(record)
    assert [file for file in files if f"{file.relative_to(record)}: is missing" not in named] == []


@pytest.mark.parametrize(
    "path", ["tables/documents/gen=0001/extra.parquet", "tables/pii/gen=0002/x.parquet", "notes.txt", "work/left"]
)
def test_an_added_file_is_named(record, path):
    (record / path).parent.mkdir(parents=True, exist_ok=True)
    (record / path).write_bytes(b"x")
    assert f"{path}: is there" in problems(record)


@pytest.mark.parametrize("path", ["views.sql", "plans/0001.parquet", "manifests/0001.json"])
def test_a_changed_file_beside_the_tables_is_named(record, path):
    file = record / path
    flip(file, len(file.read_bytes()) // 2)
    assert Path(path).name in problems(record)


@pytest.mark.parametrize(
    ("key", "value"), [("root_hash", "0" * 64), ("content_hash", "0" * 64), ("parent_root", "0" * 64)]
)
def test_a_forged_manifest_does_not_follow_from_its_files(record, key, value):
    for path in ("manifest.json", "manifests/0001.json"):
        content = json.loads((record / path).read_text())
        (record / path).write_text(json.dumps(content | {key: value}))
    assert problems(record)


def test_a_file_exchanged_together_with_its_hash_changes_the_root(record):
    content = json.loads((record / "manifest.json").read_text())
    content["files"][0]["sha256"] = "0" * 64
    (record / "manifest.json").write_text(json.dumps(content))
    assert "root hash" in problems(record)


def test_a_record_that_grew_holds(grown):
    found = verify(str(grown), views_sql)
    assert found.manifest.generation == 2
    assert not found.problems


@pytest.mark.parametrize("path", ["manifest.json", "manifests/0001.json", "manifests/0002.json"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), flipped=st.integers(1, 255))
def test_any_changed_byte_of_any_manifest_is_seen(grown, path, place, flipped):
    file = grown / path
    before = file.read_bytes()
    changed = bytearray(before)
    changed[int(place * len(before))] ^= flipped
    try:
        file.write_bytes(changed)
        assert seen(grown)
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize(
    ("key", "value"), [("created_at", "2020-01-01T00:00:00+00:00"), ("policy", "strict"), ("partial", True)]
)
def test_a_fact_forged_in_an_earlier_manifest_is_named(grown, key, value):
    file = grown / "manifests" / "0001.json"
    before = file.read_bytes()
    try:
        file.write_text(json.dumps(json.loads(before) | {key: value}))
        assert "manifests/0001.json" in problems(grown)
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created_at", "2020-01-01T00:00:00+00:00"),
        ("partial", True),
        ("policy", "strict"),
        ("policy_sha256", "0" * 64),
        ("corpus", "another"),
        ("corpus_sha256", "0" * 64),
        ("scheme", "fss9"),
    ],
)
@pytest.mark.parametrize("places", [["manifest.json", "manifests/0001.json"], ["manifest.json"]])
def test_a_statement_forged_in_the_newest_manifest_is_named(record, places, key, value):
    for path in places:
        content = json.loads((record / path).read_text())
        (record / path).write_text(json.dumps(content | {key: value}))
    assert f"manifest.json: {key} is {str(value)!r}" in problems(record)


def test_a_configuration_forged_in_the_newest_manifest_is_seen(record):
    for path in ("manifest.json", "manifests/0001.json"):
        content = json.loads((record / path).read_text())
        (record / path).write_text(json.dumps(content | {"configuration": '{"corpus": "small"}'}))
    assert "corpus_sha256" in problems(record)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda manifest: manifest.update(extra=1), "manifests/0001.json: says 'extra'"),
        (lambda manifest: manifest["files"][0].update(extra=1), "manifests/0001.json: says 'extra'"),
        (lambda manifest: manifest["files"][0].update(columns=99), "and its manifest says 99"),
        (lambda manifest: manifest.update(parent_sha256="0" * 64), "the first generation names a parent"),
    ],
)
def test_what_no_manifest_says_is_named(record, change, said):
    content = json.loads((record / "manifest.json").read_text())
    change(content)
    for path in ("manifest.json", "manifests/0001.json"):
        (record / path).write_text(json.dumps(content))
    assert said in problems(record)


def test_the_fields_in_which_the_newest_manifest_differs_from_its_copy_are_named(record):
    content = json.loads((record / "manifest.json").read_text())
    (record / "manifest.json").write_text(json.dumps(content | {"plan_sha256": "0" * 64}))
    assert "manifest.json: differs from manifests/0001.json in plan_sha256" in problems(record)


@pytest.mark.parametrize(
    ("key", "value"), [("table", "nonsense"), ("path", "../outside.parquet"), ("path", "corpus.yaml"), ("rows", 5)]
)
def test_a_manifest_that_names_what_is_no_file_of_a_table_is_named(record, key, value):
    for path in ("manifest.json", "manifests/0001.json"):
        content = json.loads((record / path).read_text())
        content["files"][0][key] = value
        (record / path).write_text(json.dumps(content))
    (record.parent / "outside.parquet").write_bytes(b"x")
    assert problems(record)


@pytest.mark.parametrize("path", ["views.sql", "plans/0001.parquet", "manifests/0001.json"])
def test_a_deleted_file_beside_the_tables_is_named(record, path):
    (record / path).unlink()
    assert f"{path}: is missing" in problems(record)
