from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.dedup.candidates import ENTRY_BYTES, links, pack_entries, rounds, slots_of, unpack_entries
from colophon.dedup.components import Forest
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import SchemeMismatchError


def columns(pairs):
    return np.array([k for k, _ in pairs], np.uint64), np.array([n for _, n in pairs], np.int64)


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**40 - 1)), min_size=1), st.integers(1, 9))
def test_entries_come_back_in_the_partitions_of_their_keys(made, partitions):
    found = {p: unpack_entries(block) for p, block in pack_entries(*columns(made), partitions)}
    assert sorted(found) == sorted({key % partitions for key, _ in made})
    for partition, (keys, numbers) in found.items():
        expected = [entry for entry in made if entry[0] % partitions == partition]
        assert list(zip(keys.tolist(), numbers.tolist(), strict=True)) == expected


def test_an_entry_takes_thirteen_bytes():
    ((_, block),) = pack_entries(np.zeros(7, np.uint64), np.arange(7), 8)
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
def test_links_join_what_shares_a_key_and_nothing_else(pairs):
    keys, numbers = columns(pairs)
    edges = links(keys, numbers).edges(numbers)
    linked = list(zip(edges.column("number").to_pylist(), edges.column("other").to_pylist(), strict=True))
    sharing = [(a, b) for k, a in pairs for j, b in pairs if j == k]
    assert components_of(linked) == components_of(sharing)
    assert all(other < number for number, other in linked)
    assert len(linked) < len(pairs)


def test_keys_that_only_begin_alike_are_not_linked():
    keys = np.array([5, 6, 5 + (1 << 41), 5, 5 + (1 << 63)], np.uint64)
    edges = links(keys, np.arange(5)).edges(np.arange(5))
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


def test_rounds_cover_every_key_of_every_band_once():
    scheme, keys = Scheme(), np.random.default_rng(1).integers(0, 2**64, 1_000, np.uint64)
    for memory in (1, 2**20, 2**30, 2**40):
        made = rounds(scheme, 1_000_000, memory)
        covered = sorted((b, p) for r in made for b in range(r.first_band, r.end_band) for p in r.places_of(keys))
        assert covered == [(band, place) for band in range(scheme.bands) for place in range(len(keys))]


def test_little_memory_means_more_rounds():
    assert len(rounds(Scheme(), 10_000_000, 2**40)) == 1
    assert len(rounds(Scheme(), 10_000_000, 2**29 + 2**20)) == Scheme().bands
    assert len(rounds(Scheme(), 10_000_000, 2**28)) == 2 * Scheme().bands


def test_there_is_a_round_for_every_worker():
    assert [len(rounds(Scheme(), 1_000, 2**30, workers)) for workers in (1, 2, 5, 14)] == [1, 2, 5, 14]


def test_sketches_of_another_scheme_are_refused():
    row = {"scheme": ["other"], "slots": [bytes(Scheme().slots * 2)]}
    with pytest.raises(SchemeMismatchError):
        slots_of(pa.RecordBatch.from_pydict(row), Scheme())


def test_slots_of_a_sliced_batch_are_those_of_its_rows():
    slots = np.arange(3 * Scheme().slots, dtype="<u2").reshape(3, -1)
    batch = pa.RecordBatch.from_pydict({"scheme": [Scheme().id] * 3, "slots": [row.tobytes() for row in slots]})
    assert np.array_equal(slots_of(batch.slice(1), Scheme()), slots[1:])
