"""Looks on their way to documents: what each partition gets, and how large it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.pipeline.look_blocks import BODIES, LOOKS, LookBlocks, partitions_of_authorities
from colophon.pipeline.shuffle import MAX_BLOCK_BYTES, Partitioning, unpack
from colophon.reservations.in_force import LOOK_COLUMNS, HostLooks
from colophon.reservations.observation import Observation
from colophon.reservations.observation_rows import ObservedRows
from colophon.reservations.policy import load_policy
from colophon.tables import ROW_GROUP_ROWS
from colophon.vocabulary import Grade, Outcome, Place

CODE = load_policy("code")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(number, authority, body, place=Place.HOST):
    return Observation(
        "robots", authority, "file", number, Outcome.OK, Grade.WARC, place=place, body=body,
        row=number if place is Place.PAGE else None, observed_at=AT,
    )  # fmt: skip


def rows_of(looks):
    rows = ObservedRows(CODE, 7)
    for look in looks:
        rows.add(look, "source", "file")
    return rows


def groups(rows, partitioning, salt=0, batch_rows=ROW_GROUP_ROWS, order=1):
    """What each partition gets, from batches and blocks in any order."""
    blocks = LookBlocks(partitioning)
    sent = [b for part in rows.observations.select(LOOK_COLUMNS).to_batches(batch_rows) for b in blocks.add(part, salt)]
    sent += blocks.add_bodies(rows.evidence.select(["evidence_sha256", "bytes"]).to_batches(batch_rows))
    sent += blocks.rest()
    found = {}
    for partition, block in sent[::order]:
        found.setdefault(partition, []).append(block)
    return found


def heard(blocks):
    looks, bodies = (unpack(blocks, kind) for kind in (LOOKS, BODIES))
    got = HostLooks.of_rows(*([] if rows is None else rows.to_batches() for rows in (looks, bodies)))
    every = (look for looks in (*got.at_hosts.values(), *got.at_pages.values()) for look in looks)
    return sorted((look.observation_id, look.authority, look.body, look.doc_id) for look in every)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.binary(max_size=3), st.sampled_from([Place.HOST, Place.PAGE]))
    ),
    st.integers(0, 2),
    st.integers(1, 9),
    st.sampled_from([1, -1]),
)
def test_every_partition_gets_the_looks_at_its_hosts_with_their_bytes_in_any_batches_and_order(
    found, salt, batch, order
):
    partitioning = Partitioning(256 * 3)
    rows = rows_of(seen(n, *look) for n, look in enumerate(found))
    everything = [
        (row["observation_id"], row["authority"], found[n][1], row["doc_id"])
        for n, row in enumerate(rows.observations.to_pylist())
    ]
    got = groups(rows, partitioning, salt, batch, order)
    for every in range(partitioning.salts):
        for authority in {authority for authority, _, _ in found}:
            named = pa.RecordBatch.from_pydict({"authority": [authority]})
            (partition,) = partitions_of_authorities(named, partitioning, every).tolist()
            expected = [look for look in everything if look[1] == authority and (look[3] is None or every == salt)]
            assert [look for look in heard(got.get(partition, [])) if look[1] == authority] == sorted(expected)


def test_the_same_bytes_are_sent_once_however_many_looks_brought_them():
    body = b"#" * 100_000
    got = groups(rows_of(seen(n, "hot.example", body) for n in range(2_000)), Partitioning(8))
    assert sum(len(block) for blocks in got.values() for block in blocks) < 1_000_000
    (blocks,) = got.values()
    assert [look[2] for look in heard(blocks)] == [body] * 2_000


def test_blocks_stay_small_whatever_batches_the_looks_come_in():
    looks = [seen(n, f"{n}.example", str(n).encode() * 20_000) for n in range(200)]
    got = groups(rows_of(looks), Partitioning(8), batch_rows=ROW_GROUP_ROWS)
    assert max(len(block) for blocks in got.values() for block in blocks) <= MAX_BLOCK_BYTES
    assert sum(len(heard(blocks)) for blocks in got.values()) == 200


@pytest.mark.parametrize("table", ["observations", "signals"])
def test_rows_of_many_looks_are_held_in_few_pieces(table):
    rows = rows_of(seen(n, f"{n}.example", b"User-agent: *\nDisallow: /\n") for n in range(3_500))
    found = getattr(rows, table)
    assert found.column(0).num_chunks <= 5
    assert len(set(found["observation_id"].to_pylist())) == 3_500
    assert getattr(rows, table).equals(found), "asked twice"
