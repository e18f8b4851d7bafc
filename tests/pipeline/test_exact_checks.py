"""Exact checks of pairs over texts on disk, against similarities by the definition."""

from __future__ import annotations

import hashlib
import random
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colophon.config.corpus import Fields, Source
from colophon.connectors.rows import InputFile, Shard
from colophon.dedup.assignment import GONE
from colophon.dedup.sketch.scheme import Scheme
from colophon.errors import RowsLostError
from colophon.pipeline import reread as read_again
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.exact_checks import NAMED, PAIRS, PairChecks
from colophon.pipeline.plan import PlannedShard
from colophon.pipeline.reread import Rereading
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import NumberedSource, ShardReader
from colophon.record.parquet import write_part
from colophon.record.storage import LocalFolder, shard_part
from colophon.tables import DOCUMENTS, ROW_BITS
from colophon.vocabulary import Acquisition, Stage

SHARDS, TEXTS, SHINGLE = 3, 6, 5


def likeness(one, other):
    a, b = ({tuple(w[i : i + SHINGLE]) for i in range(len(w) - SHINGLE + 1)} for w in (one.split(), other.split()))
    return len(a & b) / len(a | b)


def neutral(kind):
    if pa.types.is_list(kind):
        return []
    return "" if pa.types.is_string(kind) else 0


class Scanned:
    """Shards of texts as a scan left them, with every pair of their documents."""

    def __init__(self, folder):
        made = random.Random(7)
        base = [f"w{n}" for n in range(60)]
        self.folder = folder
        self.texts = {}
        for ordinal in range(SHARDS):
            for row in range(TEXTS):
                end = [f"x{made.getrandbits(48):x}" for _ in range(made.randrange(40))]
                self.texts[(ordinal << ROW_BITS) + row] = " ".join(base[: 60 - len(end)] + end)
        for ordinal in range(SHARDS):
            self.write(ordinal)
            self.write_part(ordinal)
        self.pairs = np.array(list(combinations(sorted(self.texts), 2)))

    def write(self, ordinal):
        texts = [text for doc_id, text in self.texts.items() if doc_id >> ROW_BITS == ordinal]
        pq.write_table(pa.table({"text": texts}), self.folder / f"{ordinal}.parquet")

    def write_part(self, ordinal):
        blank = {f.name: None if f.nullable else neutral(f.type) for f in DOCUMENTS.schema}
        rows = [
            {**blank, "doc_id": (ordinal << ROW_BITS) + row, "path": f"{ordinal}.parquet", "position": row}
            for row in range(TEXTS)
        ]
        path = shard_part(DOCUMENTS, 1, ordinal)
        write_part(self.storage, DOCUMENTS, path, pa.Table.from_pylist(rows, DOCUMENTS.schema))

    @property
    def storage(self):
        return LocalFolder(str(self.folder / "record"))

    def checks(self, memory_bytes=2**30):
        paths = [f"{ordinal}.parquet" for ordinal in range(SHARDS)]
        files = [InputFile(path, (self.folder / path).stat().st_size, "") for path in paths]
        shards = {o: PlannedShard(o, 1, 0, Shard((file,))) for o, file in enumerate(files)}
        fields = Fields(text=("text",))
        source = Source("web", Stage.PRETRAINING, Acquisition.PUBLIC_DATASET, "parquet", ("*.parquet",), fields=fields)
        reader = ShardReader((NumberedSource(0, 0, source),), str(self.folder), 4, None)
        work = WorkFolder(self.storage, memory_bytes)
        rereading = Rereading(self.storage, shards, reader, Scheme(shingle=SHINGLE), work.folder("progress"))
        return PairChecks(Engine(), rereading, work)

    def named(self, doc_ids):
        hash_bytes = [8 * len(self.texts[d].split()) for d in doc_ids]
        content_ids = [hashlib.sha256(self.texts[d].encode()).hexdigest() for d in doc_ids]
        return pa.table([pa.array(doc_ids), pa.array(content_ids), pa.array(hash_bytes)], schema=NAMED)

    def similarities(self, checks, pairs):
        return checks.similarities(pa.table(list(map(pa.array, pairs.T)), schema=PAIRS), self.named(np.unique(pairs)))

    def true(self, pairs):
        return [likeness(self.texts[a], self.texts[b]) for a, b in pairs.tolist()]


@pytest.fixture
def scanned(tmp_path):
    return Scanned(tmp_path)


def counted(checks, name):
    return sum(c.value for c in checks.counters if c.name == name)


def test_similarities_are_exact_in_whatever_order_pairs_come(scanned):
    pairs = np.random.default_rng(3).permutation(scanned.pairs)[:, ::-1]
    assert scanned.similarities(scanned.checks(), pairs) == pytest.approx(scanned.true(pairs), abs=0)


def test_each_document_is_read_once_however_often_it_is_named(scanned):
    checks = scanned.checks()
    for pairs in (scanned.pairs[:4], scanned.pairs, scanned.pairs[9:]):
        assert scanned.similarities(checks, pairs) == pytest.approx(scanned.true(pairs), abs=0)
    assert counted(checks, "rows_read_again") == SHARDS * TEXTS
    assert counted(checks, "pairs_checked") == checks.checked == 2 * len(scanned.pairs) + 4 - 9


def test_pairs_that_need_more_room_than_there_is_are_checked_in_portions(scanned):
    checks = scanned.checks(memory_bytes=1_000)
    for _ in range(2):
        assert scanned.similarities(checks, scanned.pairs) == pytest.approx(scanned.true(scanned.pairs), abs=0)
    assert counted(checks, "rows_read_again") > 2 * SHARDS * TEXTS
    left = sum(f.stat().st_size for f in (scanned.folder / "record" / "work").rglob("*.hashes"))
    assert 0 < left <= 4_000 + 2 * 60 * 8


def test_a_text_that_has_changed_and_a_file_that_is_gone_have_no_similarity(scanned):
    checks, changed = scanned.checks(), 1
    before = scanned.texts[changed]
    scanned.texts[changed] = before + " more"
    scanned.write(0)
    scanned.texts[changed] = before
    (scanned.folder / "2.parquet").unlink()
    found = scanned.similarities(checks, scanned.pairs)
    gone = (scanned.pairs == changed).any(axis=1) | (scanned.pairs >> ROW_BITS == 2).any(axis=1)
    assert (found[gone] == GONE).all()
    assert found[~gone] == pytest.approx(scanned.true(scanned.pairs[~gone]), abs=0)
    assert counted(checks, "unreadable_shards") == 1


def test_a_shard_that_the_engine_loses_stops_the_run(scanned, monkeypatch):
    monkeypatch.setattr(read_again, "run_pipeline", lambda *_: ())
    with pytest.raises(RowsLostError, match=r"0\.parquet was to be read again"):
        scanned.similarities(scanned.checks(), scanned.pairs)
