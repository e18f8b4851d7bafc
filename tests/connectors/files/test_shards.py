from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from colophon.connectors import CONNECTORS
from colophon.connectors.files.shards import byte_ranges, shards_of, uncut
from colophon.connectors.rows import MAX_BUNDLE_FILES, SHARD_BYTES, InputFile, Shard
from colophon.extensions import installed

SIZES = st.lists(st.one_of(st.integers(0, 1000), st.integers(0, 3 * SHARD_BYTES)), max_size=40)


def files_of(sizes):
    return [InputFile(f"{number:05}", size, "") for number, size in enumerate(sizes)]


@given(sizes=SIZES, data=st.data())
def test_every_byte_is_in_one_shard_whatever_the_order_of_listing(sizes, data):
    files = files_of(sizes)
    planned = list(shards_of(data.draw(st.permutations(files)), byte_ranges))
    assert planned == list(shards_of(files, byte_ranges))
    covered = {file.path: 0 for file in files}
    for shard in planned:
        for file in shard.files:
            covered[file.path] += file.size if shard.begin is None else shard.end - shard.begin
    assert covered == {file.path: file.size for file in files}
    assert [shard.path for shard in planned] == sorted(shard.path for shard in planned)


@given(sizes=SIZES)
def test_bundles_keep_their_limits_and_large_files_go_alone(sizes):
    for shard in shards_of(files_of(sizes), uncut):
        assert len(shard.files) <= MAX_BUNDLE_FILES
        assert shard.size <= SHARD_BYTES or len(shard.files) == 1


def test_a_bundle_ends_at_its_number_of_files():
    assert [len(s.files) for s in shards_of(files_of([1] * 4500), uncut)] == [2000, 2000, 500]


def test_a_file_of_one_range_is_not_cut():
    (shard,) = shards_of(files_of([SHARD_BYTES]), byte_ranges)
    assert (shard.begin, shard.end) == (None, None)


def test_later_files_form_shards_of_their_own(reading, tmp_path):
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text("x")
    connector = reading.connector("text", ["*.txt"])
    (first,) = connector.plan()
    (tmp_path / "b.txt").write_text("x")
    (later,) = connector.plan({file.path for file in first.files})
    assert [file.path for file in later.files] == ["b.txt"]


def test_every_connector_has_options_and_a_format():
    assert set(installed().connectors) == set(CONNECTORS) == {"text", "jsonl", "parquet", "csv", "warc"}


def test_the_ranges_of_a_file_are_not_each_counted_as_the_whole_file():
    file = InputFile("large", 10 * SHARD_BYTES, "v")
    ranges = [Shard((file,), begin, end) for begin, end in byte_ranges(file)]
    assert sum(shard.size for shard in ranges) == file.size
