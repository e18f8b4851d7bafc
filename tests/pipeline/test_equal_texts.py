from __future__ import annotations

import hashlib

import pyarrow as pa
import pytest

from colophon.dedup.clusters import EXACT_GROUPS
from colophon.pipeline.equal_texts import FindEqualTexts, KnownCopies
from colophon.pipeline.scan import CONTENT_IDS
from colophon.pipeline.scratch import WorkFolder, read_files
from colophon.pipeline.shuffle import Block, pack
from colophon.record.storage import LocalFolder
from colophon.tables import ROW_BITS
from tests.eager_pipeline import eager

#: Document → its text, in two shards.
SECOND = 1 << ROW_BITS
TEXTS = {0: "a", 1: "b", 2: "a", SECOND: "b", SECOND + 1: "c", SECOND + 2: "a"}


@pytest.fixture
def work(tmp_path):
    return WorkFolder(LocalFolder(str(tmp_path)), 2**30)


def block(partition, texts):
    keys = [hashlib.sha256(text.encode()).digest() for text in texts.values()]
    rows = {"key": pa.array(keys, pa.binary(32)), "doc_id": pa.array(list(texts), pa.int64())}
    return partition, pack(CONTENT_IDS, pa.table(rows))


def test_equal_texts_of_a_partition_are_grouped_whatever_block_they_came_in(work):
    shards = [{d: t for d, t in TEXTS.items() if d >> ROW_BITS == shard} for shard in (0, 1)]
    assert eager(FindEqualTexts(work), [block(3, shard) for shard in shards], kind=Block) == []
    rows = read_files(work.storage, work.written(), EXACT_GROUPS).to_pylist()
    assert {row["doc_id"]: row["group_id"] for row in rows} == {0: 0, 2: 0, SECOND + 2: 0, 1: 1, SECOND: 1}


def test_a_partition_without_equal_texts_leaves_no_file(work):
    eager(FindEqualTexts(work), [block(0, {0: "a", 1: "b"})], kind=Block)
    assert work.written() == ()


def test_copies_are_all_of_a_group_but_its_first(work):
    groups = pa.table({"doc_id": [0, 2, SECOND], "group_id": [0, 0, 0]}, schema=EXACT_GROUPS)
    copies = KnownCopies.of([work.folder("groups").write("one.parquet", groups)], work.folder("copies"))
    assert copies.documents == 2
    assert copies.among(pa.array([0, 1, 2]).to_numpy()).tolist() == [False, False, True]
    assert copies.among(pa.array([SECOND, SECOND + 1]).to_numpy()).tolist() == [True, False]
    assert copies.among(pa.array([2 * SECOND]).to_numpy()).tolist() == [False]
