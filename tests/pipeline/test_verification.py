from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from colophon.record.tables import TABLES
from colophon.record.verify import verify


@pytest.fixture
def record(finished, tmp_path):
    shutil.copytree(finished / "record", tmp_path / "record")
    return tmp_path / "record"


def live(record, table):
    files = json.loads((record / "manifest.json").read_text())["files"]
    return [record / f["path"] for f in files if f["table"] == table]


def problems(record):
    return "\n".join(verify(str(record)).problems)


def flip(file, at):
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_a_finished_record_holds(record):
    found = verify(str(record))
    assert not found.problems
    assert not found.unfinished
    assert found.files == len(found.manifest.files)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_changed_byte_in_any_table_is_named(record, table, place):
    file = live(record, table)[0]
    flip(file, {"first": 0, "middle": file.stat().st_size // 2, "last": -1}[place])
    assert str(file.relative_to(record)) in problems(record)


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_file_is_named(record, table):
    file = live(record, table)[0]
    file.unlink()
    assert f"{file.relative_to(record)}: is missing" in problems(record)


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
