"""`colophon verify`, as it is typed."""

from __future__ import annotations

import json

import pytest

from colophon.cli.exit_codes import ExitCode
from colophon.record.manifest import read_manifest

pytestmark = pytest.mark.job


@pytest.fixture
def made(tiny):
    """A corpus whose record is finished."""
    tiny.recorded("web", "exam")
    return tiny


def test_a_record_that_holds_ends_with_0_and_names_its_root(made):
    ended = made.call("verify", made.record)
    assert ended.code is ExitCode.DONE
    assert "is intact" in ended.out
    assert read_manifest(str(made.record)).root_hash in ended.out


def test_json_gives_the_same_facts(made):
    ended = made.call("verify", made.record, "--json")
    found = json.loads(ended.out)
    manifest = read_manifest(str(made.record))
    assert (found["root_hash"], found["content_hash"]) == (manifest.root_hash, manifest.content_hash)
    assert (found["generation"], found["files"], found["problems"]) == (1, len(manifest.files), [])


@pytest.mark.parametrize("harm", ["changed", "deleted", "added"])
def test_a_record_that_was_harmed_ends_with_1_and_names_the_file(made, harm):
    file = made.record / read_manifest(str(made.record)).paths("documents")[0]
    if harm == "changed":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif harm == "deleted":
        file.unlink()
    else:
        file = file.with_name("shard-99999999.parquet")
        file.write_bytes(b"x")
    name = str(file.relative_to(made.record))
    ended = made.call("verify", made.record)
    assert ended.code is ExitCode.FINDINGS
    assert name in ended.err
    as_json = made.call("verify", made.record, "--json")
    assert as_json.code is ExitCode.FINDINGS
    assert any(name in problem for problem in json.loads(as_json.out)["problems"])


def test_an_unfinished_run_is_no_damage(made):
    (made.record / "plans" / "0002.parquet").write_bytes(b"planned")
    (made.record / "work").mkdir()
    (made.record / "work" / "left").write_bytes(b"x")
    ended = made.call("verify", made.record)
    assert ended.code is ExitCode.DONE
    assert "an unfinished command left 2 files" in ended.err


def test_a_folder_that_is_no_record_ends_with_2(made):
    ended = made.call("verify", made.folder)
    assert ended.code is ExitCode.USAGE
    assert "is not a record" in ended.err


def test_a_record_that_was_moved_still_holds(made):
    made.record.rename(made.folder / "elsewhere")
    assert made.call("verify", made.folder / "elsewhere").code is ExitCode.DONE
