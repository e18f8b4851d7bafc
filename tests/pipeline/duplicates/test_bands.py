from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.sketch.scheme import Scheme
from colophon.pipeline.duplicates.bands import (
    KEY_BYTES,
    NUMBER_BYTES,
    pack_entries,
    rounds,
    slots_of,
    star_edges,
    unpack_entries,
)
from colophon.pipeline.duplicates.components import Forest
from colophon.record.errors import SchemeMismatchError

entries = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**40 - 1)), min_size=1, max_size=50)


def columns(pairs):
    return np.array([k for k, _ in pairs], np.uint64), np.array([n for _, n in pairs], np.int64)


@given(entries)
def test_entries_come_back_as_they_were_packed(pairs):
    keys, numbers = unpack_entries(pack_entries(*columns(pairs)))
    assert list(zip(keys.tolist(), numbers.tolist(), strict=True)) == pairs


@given(entries)
def test_an_entry_takes_thirteen_bytes(pairs):
    assert len(pack_entries(*columns(pairs))) == len(pairs) * (KEY_BYTES + NUMBER_BYTES) == len(pairs) * 13


def test_fourteen_bands_take_at_most_190_bytes_a_document():
    assert Scheme().bands * (KEY_BYTES + NUMBER_BYTES) <= 190


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
