from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.sketch.scheme import Scheme
from colophon.pipeline.duplicates.bands import rounds, slots_of, star_edges
from colophon.pipeline.duplicates.components import Forest
from colophon.pipeline.duplicates.entries import ENTRY_BYTES, pack_entries, unpack_entries
from colophon.pipeline.shuffle import Partitioning
from colophon.record.errors import SchemeMismatchError


def columns(pairs):
    return np.array([k for k, _ in pairs], np.uint64), np.array([n for _, n in pairs], np.int64)


keys_of_bands = st.integers(1, 3).flatmap(
    lambda bands: st.lists(st.lists(st.integers(0, 2**64 - 1), min_size=bands, max_size=bands), min_size=1, max_size=50)
)


@given(keys_of_bands, st.integers(0, 2**40 - 51), st.integers(1, 9))
def test_entries_of_a_band_come_back_in_the_partitions_of_their_keys(made, first, partitions):
    keys = np.array(made, np.uint64)
    for band in range(keys.shape[1]):
        found = {p: unpack_entries(block) for p, block in pack_entries(keys, band, first, Partitioning(partitions))}
        assert sorted(found) == sorted({row[band] % partitions for row in made})
        for partition, (of_partition, numbers) in found.items():
            expected = [(row[band], first + n) for n, row in enumerate(made) if row[band] % partitions == partition]
            assert list(zip(of_partition.tolist(), numbers.tolist(), strict=True)) == expected


def test_an_entry_takes_thirteen_bytes():
    ((_, block),) = pack_entries(np.zeros((7, 1), np.uint64), 0, 0, Partitioning(8))
    assert len(block) == 7 * 13 == 7 * ENTRY_BYTES


def test_fourteen_bands_take_at_most_190_bytes_a_document():
    assert Scheme().bands * ENTRY_BYTES <= 190


def components_of(pairs):
    """The oracle: repeated merging of sets."""
    sets = []
    for a, b in pairs:
        touching = [s for s in sets if a in s or b in s]
        sets = [s for s in sets if s not in touching] + [set().union({a, b}, *touching)]
    return {frozenset(s) for s in sets if len(s) > 1}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=60))
def test_star_edges_link_what_shares_a_key_and_nothing_else(pairs):
    keys, numbers = columns(pairs)
    edges = star_edges(keys, numbers)
    linked = list(zip(edges.column("number").to_pylist(), edges.column("other").to_pylist(), strict=True))
    sharing = [(a, b) for k, a in pairs for j, b in pairs if j == k]
    assert components_of(linked) == components_of(sharing)
    assert all(other < number for number, other in linked)
    assert len(linked) < len(pairs)


def test_keys_that_only_begin_alike_are_not_linked():
    keys = np.array([5, 6, 5 + (1 << 41), 5, 5 + (1 << 63)], np.uint64)
    edges = star_edges(keys, np.arange(5))
    assert (edges.column("number").to_pylist(), edges.column("other").to_pylist()) == ([3], [0])


@given(st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=60))
def test_components_are_those_of_plain_set_merging(pairs):
    forest = Forest(40)
    if pairs:
        left, right = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
        forest.unite(left[: len(left) // 2], right[: len(left) // 2])
        forest.unite(left[len(left) // 2 :], right[len(left) // 2 :])
    members, roots = forest.linked()
    found = {frozenset(members[roots == root].tolist()) for root in np.unique(roots)}
    assert found == components_of(pairs)
    assert all(roots <= members)


def test_rounds_cover_every_band_once():
    scheme = Scheme()
    for memory in (1, 2**20, 2**30, 2**40):
        made = rounds(scheme, 1_000_000, memory)
        assert [b for r in made for b in range(r.first_band, r.end_band)] == list(range(scheme.bands))


def test_little_memory_means_more_rounds():
    assert len(rounds(Scheme(), 10_000_000, 2**40)) == 1
    assert len(rounds(Scheme(), 10_000_000, 2**20)) == Scheme().bands


def test_sketches_of_another_scheme_are_refused():
    row = {"scheme": ["other"], "slots": [bytes(Scheme().slots * 2)]}
    with pytest.raises(SchemeMismatchError):
        slots_of(pa.RecordBatch.from_pydict(row), Scheme())


def test_slots_of_a_sliced_batch_are_those_of_its_rows():
    slots = np.arange(3 * Scheme().slots, dtype="<u2").reshape(3, -1)
    batch = pa.RecordBatch.from_pydict({"scheme": [Scheme().id] * 3, "slots": [row.tobytes() for row in slots]})
    assert np.array_equal(slots_of(batch.slice(1), Scheme()), slots[1:])
