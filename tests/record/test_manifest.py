from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import NotARecordError
from colophon.record.manifest import (
    LAYOUT,
    LiveFile,
    Manifest,
    commit_manifest,
    content_hash,
    live_files,
    merkle_root,
    read_manifest,
    root_hash,
)
from colophon.record.storage import MANIFEST, LocalFolder, manifest_path
from colophon.tables import RUNS

leaves = st.lists(st.binary(max_size=5), max_size=40)


def split_at_power_of_two(values):
    """The definition of RFC 9162, section 2.1.1, word for word."""
    if not values:
        return hashlib.sha256(b"").digest()
    if len(values) == 1:
        return hashlib.sha256(b"\0" + values[0]).digest()
    k = 1
    while 2 * k < len(values):
        k *= 2
    return hashlib.sha256(b"\1" + split_at_power_of_two(values[:k]) + split_at_power_of_two(values[k:])).digest()


@given(leaves)
def test_the_merkle_root_is_that_of_the_standard(values):
    assert merkle_root(values) == split_at_power_of_two(values).hex()


@given(st.lists(st.binary(max_size=5), min_size=2, max_size=9, unique=True), st.randoms())
def test_the_order_of_leaves_counts(values, random):
    other = random.sample(values, len(values))
    assert (merkle_root(values) == merkle_root(other)) == (values == other)


def test_a_leaf_is_never_taken_for_a_node():
    left, right = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b"))
    assert merkle_root([b"a", b"b"]) != merkle_root([left + right])


def manifest_of(files, **stated):
    """A manifest with these files."""
    neutral = {
        "layout": LAYOUT,
        "generation": 1,
        "parent_root": None,
        "root_hash": "",
        "content_hash": "",
        "corpus": "small",
        "configuration": "{}",
        "corpus_sha256": "0" * 64,
        "policy": "code",
        "policy_sha256": "1" * 64,
        "scheme": "none",
        "partial": False,
        "created_at": "2026-03-01T12:00:00Z",
        "plan_sha256": "2" * 64,
    }
    return Manifest(**{**neutral, **stated}, files=tuple(files))


def root_of(files):
    return root_hash(manifest_of(files))


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        ("corpus", "other"),
        ("configuration", "{ }"),
        ("corpus_sha256", "3" * 64),
        ("policy", "strict"),
        ("policy_sha256", "3" * 64),
        ("scheme", "fss9"),
        ("partial", True),
    ],
)
def test_a_root_covers_what_its_manifest_states(stated, value):
    files = [live("tables/pii/a")]
    assert root_hash(manifest_of(files)) != root_hash(manifest_of(files, **{stated: value}))


def test_a_root_covers_the_rows_of_every_table():
    assert root_of([live("tables/pii/a")]) != root_of([replace(live("tables/pii/a"), rows=2)])


@pytest.mark.parametrize("stated", [{"created_at": "2027-01-01T00:00:00Z"}, {"plan_sha256": "4" * 64}])
def test_a_root_is_the_same_on_every_day(stated):
    files = [live("tables/pii/a")]
    assert root_hash(manifest_of(files)) == root_hash(manifest_of(files, **stated))


def test_a_root_of_the_first_layout_covers_files_alone():
    files = [live("tables/pii/a"), live("tables/pii/b")]
    leaves = [f"{file.path}\n{file.sha256}".encode() for file in files]
    assert root_hash(manifest_of(files, layout=1, partial=True)) == merkle_root(leaves)


def test_a_manifest_of_a_later_layout_is_refused(tmp_path):
    commit_manifest(LocalFolder(str(tmp_path)), manifest_of([], layout=LAYOUT + 1))
    with pytest.raises(NotARecordError, match="a later version"):
        read_manifest(str(tmp_path))


def live(path, sha256="1" * 64, content="2" * 64, table="pii"):
    return LiveFile(table, path, 1, 10, sha256, content)


def test_roots_do_not_depend_on_the_order_in_which_files_are_named():
    files = [live("tables/pii/a"), live("tables/pii/b", "3" * 64, "4" * 64)]
    assert root_of(files) == root_of(files[::-1])
    assert content_hash(files) == content_hash(files[::-1])


@pytest.mark.parametrize("root", [root_of, content_hash])
def test_a_root_names_every_path_and_hash(root):
    first = [live("tables/pii/a"), live("tables/pii/b")]
    renamed = [live("tables/pii/a"), live("tables/pii/c")]
    changed = [live("tables/pii/a"), live("tables/pii/b", "3" * 64, "4" * 64)]
    assert len({root(first), root(renamed), root(changed), root(first[:1])}) == 4


@pytest.mark.parametrize("root", [root_of, content_hash])
def test_what_is_noted_of_runs_is_outside_the_roots(root):
    files = [live("tables/pii/a")]
    assert root(files) == root([*files, live("tables/runs/a", table=RUNS.name)])


def test_other_bytes_of_the_same_rows_change_the_root_hash_alone():
    one, other = [live("tables/pii/a")], [live("tables/pii/a", sha256="5" * 64)]
    assert root_of(one) != root_of(other)
    assert content_hash(one) == content_hash(other)


def test_a_manifest_is_read_as_it_was_committed(small_record, tmp_path):
    manifest = read_manifest(small_record)
    commit_manifest(LocalFolder(str(tmp_path)), manifest)
    assert read_manifest(str(tmp_path)) == manifest
    assert (tmp_path / MANIFEST).read_bytes() == (tmp_path / manifest_path(1)).read_bytes()


def test_files_are_named_with_table_rows_size_and_hashes(small_record):
    manifest = read_manifest(small_record)
    files = live_files(LocalFolder(small_record), [f.path for f in reversed(manifest.files)])
    assert files == manifest.files
    for file in files:
        content = LocalFolder(small_record).read(file.path)
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_folder_without_manifest_is_no_record(tmp_path):
    with pytest.raises(NotARecordError, match="no manifest"):
        read_manifest(str(tmp_path))


def test_a_folder_that_is_a_file_is_no_record(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotARecordError):
        read_manifest(str(tmp_path / "file"))


def test_a_record_whose_first_run_has_not_completed_says_so(tmp_path):
    LocalFolder(str(tmp_path)).write("plans/0001.parquet", b"x")
    with pytest.raises(NotARecordError, match="no run has completed"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"layout": 1}', b"\xff\xfe", b'{"corpus": "\xff"}'])
def test_a_manifest_that_cannot_be_read_is_said_plainly(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(NotARecordError, match="cannot be read"):
        read_manifest(str(tmp_path))


def test_a_manifest_is_plain_json(small_record):
    read = json.loads(LocalFolder(small_record).read(MANIFEST))
    assert read["root_hash"] == read_manifest(small_record).root_hash
