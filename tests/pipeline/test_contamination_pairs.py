"""Pairs of training and evaluation documents from n-grams alone, against a plain count of what they share."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from colophon.config.corpus import Corpus, Source
from colophon.pipeline.contamination import uncompared_shards, write_contamination
from colophon.pipeline.scratch import WorkFolder
from colophon.pipeline.sources import NumberedSource
from colophon.query.session import open_record
from colophon.record.generations import NewGeneration
from colophon.record.parquet import read_part, write_empty_part, write_part
from colophon.record.storage import LocalFolder, part_path, shard_part
from colophon.tables import CONTAMINATION, CONTAMINATION_HITS, EVALUATION_NGRAMS, ROW_BITS, SHARDS
from colophon.vocabulary import Acquisition, Stage

TRAINING, EVALUATION = 0, 1
SOURCES = tuple(
    NumberedSource(number, number, Source(name, stage, Acquisition.PUBLIC_DATASET, "jsonl", ("*",)))
    for number, (name, stage) in enumerate((("web", Stage.PRETRAINING), ("exam", Stage.EVALUATION)))
)
CORPUS = Corpus(name="small", file="corpus.yaml", sources=tuple(s.source for s in SOURCES))

SIZES = st.sampled_from([6, 13])
NGRAMS = st.tuples(SIZES, st.integers(-4, 4))
#: shard → row → n-grams
SHARDS_OF_TEXTS = st.lists(st.lists(st.sets(NGRAMS, max_size=8), min_size=1, max_size=3), min_size=1, max_size=3)


@dataclass(frozen=True)
class Made:
    """A generation of a record in a folder, and the least overlap that counts."""

    folder: str
    threshold: float = 0.5
    generation: int = 1

    @property
    def storage(self):
        return LocalFolder(str(self.folder))

    @property
    def facts(self):
        return NewGeneration(self.storage, self.generation), SOURCES

    @property
    def work(self):
        return WorkFolder(self.storage, 2**30)


def write_shard(made, ordinal, source, texts, *, generation=1, compared_in=1):
    """A shard of documents with these n-grams; of training data, as compared in a generation, None for never."""
    folder = made.storage
    row = {f.name: None if f.nullable else neutral(f.type) for f in SHARDS.schema}
    row |= {"shard_id": ordinal, "source_id": source, "role": "documents", "documents": len(texts), "size_bytes": 10}
    write_part(folder, SHARDS, shard_part(SHARDS, generation, ordinal), pa.Table.from_pylist([row], SHARDS.schema))
    table, at = (CONTAMINATION_HITS, compared_in) if source == TRAINING else (EVALUATION_NGRAMS, generation)
    if at is None:
        return
    ngrams = [
        {"doc_id": (ordinal << ROW_BITS) + place, "words": words, "ngram": ngram}
        for place, text in enumerate(texts)
        for words, ngram in text
    ]
    path = shard_part(table, at, ordinal)
    if ngrams:
        write_part(folder, table, path, pa.Table.from_pylist(ngrams, table.schema))
    elif source == TRAINING:
        write_empty_part(folder, table, path)


def neutral(kind):
    if pa.types.is_list(kind):
        return []
    return "" if pa.types.is_string(kind) else 0


def pairs(made):
    write_contamination(*made.facts, made.threshold, made.work)
    path = part_path(CONTAMINATION, made.generation, "all")
    if not made.storage.exists(path):
        return {}
    found = read_part(made.storage, path).to_pylist()
    return {(r["doc_id"], r["eval_doc_id"]): (r["shared_ngrams"], r["eval_ngrams"], r["overlap"]) for r in found}


def plain_pairs(training, evaluation, thousandths):
    documents = {(s << ROW_BITS) + n: t for s, texts in enumerate(training) for n, t in enumerate(texts)}
    items = {(s + 100 << ROW_BITS) + n: t for s, texts in enumerate(evaluation) for n, t in enumerate(texts)}
    shared = defaultdict(int)
    for document, ngrams in documents.items():
        for item, own in items.items():
            shared[document, item] += len(ngrams & own)
    return {
        (document, item): (count, len(items[item]), pytest.approx(1000 * count // len(items[item]) / 1000))
        for (document, item), count in shared.items()
        if count and 1000 * count // len(items[item]) >= thousandths
    }


@given(SHARDS_OF_TEXTS, SHARDS_OF_TEXTS, st.integers(1, 1000))
@profile(max_examples=40, deadline=None)
def test_pairs_are_those_of_a_plain_count(training, evaluation, thousandths):
    known = {ngram for texts in evaluation for text in texts for ngram in text}
    with tempfile.TemporaryDirectory() as folder:
        made = Made(folder, thousandths / 1000)
        hits = [[text & known for text in texts] for texts in training]
        for ordinal, texts in enumerate(hits):
            write_shard(made, ordinal, TRAINING, texts)
        for ordinal, texts in enumerate(evaluation):
            write_shard(made, 100 + ordinal, EVALUATION, texts)
        assert pairs(made) == plain_pairs(hits, evaluation, thousandths)


@pytest.mark.parametrize(("threshold", "found"), [(0.333, 1), (0.334, 0)])
def test_overlaps_are_compared_with_the_threshold_in_whole_thousandths(tmp_path, threshold, found):
    made = Made(tmp_path, threshold)
    write_shard(made, 0, TRAINING, [{(13, 0)}])
    write_shard(made, 1, EVALUATION, [{(13, 0), (13, 1), (13, 2)}])
    assert len(pairs(made)) == found


ITEM = {(13, n) for n in range(4)}


class TestComparedShards:
    def test_compared_before_an_item_came_have_no_pair_with_it(self, tmp_path):
        made = Made(tmp_path, generation=2)
        write_shard(made, 0, TRAINING, [ITEM], compared_in=1)
        write_shard(made, 1, TRAINING, [ITEM], compared_in=2)
        write_shard(made, 2, EVALUATION, [ITEM], generation=1)
        write_shard(made, 3, EVALUATION, [ITEM], generation=2)
        assert [(a >> ROW_BITS, b >> ROW_BITS) for a, b in pairs(made)] == [(0, 2), (1, 2), (1, 3)]
        assert uncompared_shards(*made.facts, made.work) == (0,)

    def test_of_a_part_for_each_of_two_comparisons_count_both(self, tmp_path):
        made = Made(tmp_path, generation=2)
        first, second = ITEM - {(13, 0)}, {(13, 0)}
        write_shard(made, 0, TRAINING, [first], compared_in=1)
        write_shard(made, 0, TRAINING, [second], compared_in=2)
        write_shard(made, 1, EVALUATION, [ITEM], generation=2)
        assert list(pairs(made).values()) == [(4, 4, 1.0)]
        assert uncompared_shards(*made.facts, made.work) == ()

    def test_never_compared_are_open(self, tmp_path):
        made = Made(tmp_path)
        write_shard(made, 0, TRAINING, [ITEM], compared_in=None)
        write_shard(made, 1, EVALUATION, [ITEM])
        assert pairs(made) == {}
        assert uncompared_shards(*made.facts, made.work) == (0,)


def common_hits(shards):
    """One document a shard that holds a phrase; the first of them holds the whole item."""
    every = [(13, 0)]
    whole = [(13, n) for n in range(1, 5)]
    return [
        {"doc_id": shard << ROW_BITS, "words": words, "ngram": ngram}
        for shard in range(shards)
        for words, ngram in every + (whole if shard == 0 else [])
    ]


@pytest.mark.parametrize(("shards", "is_common"), [(1000, False), (1001, True)])
def test_an_ngram_of_more_than_a_thousand_shards_is_listed_and_not_counted(tmp_path, shards, is_common):
    made = Made(tmp_path, 0.2)
    for table, rows in (
        (CONTAMINATION_HITS, common_hits(shards)),
        (EVALUATION_NGRAMS, [{"doc_id": 5000 << ROW_BITS, "words": 13, "ngram": n} for n in range(5)]),
    ):
        write_part(made.storage, table, shard_part(table, 1, 5000), pa.Table.from_pylist(rows, table.schema))
    for shard in range(shards):
        if shard:
            write_empty_part(made.storage, CONTAMINATION_HITS, shard_part(CONTAMINATION_HITS, 1, shard))
    row = {f.name: None if f.nullable else neutral(f.type) for f in SHARDS.schema}
    row |= {"shard_id": 5000, "source_id": EVALUATION, "role": "documents"}
    write_part(made.storage, SHARDS, shard_part(SHARDS, 1, 5000), pa.Table.from_pylist([row], SHARDS.schema))
    write_empty_part(made.storage, CONTAMINATION_HITS, shard_part(CONTAMINATION_HITS, 1, 0))
    found = pairs(made)
    assert found[0, 5000 << ROW_BITS] == ((4, 5, pytest.approx(0.8)) if is_common else (5, 5, 1.0))
    assert len(found) == (1 if is_common else shards)


@pytest.mark.parametrize(("shards", "is_common"), [(1000, False), (1001, True)])
def test_the_record_says_which_items_hold_a_common_ngram(make_record, source, document, shards, is_common):
    item = document(EVALUATION, 0, stage="evaluation")
    record = make_record(
        sources=[source(0, "web"), source(1, "exam", stage="evaluation")],
        documents=[item],
        evaluation_ngrams=[{"doc_id": item["doc_id"], "words": 13, "ngram": n} for n in range(5)],
        contamination_hits=common_hits(shards),
    )
    with open_record(record) as opened:
        common = opened.table("contamination_common").to_pylist()
        summary = opened.table("contamination_summary").to_pylist()[0]
    listed = {"words": 13, "ngram": 0, "shards": 1001, "eval_documents": 1, "eval_doc_ids": [item["doc_id"]]}
    assert common == ([listed] if is_common else [])
    assert summary["items_with_common"] == int(is_common)


def test_the_share_of_a_source_without_items_long_enough_is_not_known(make_record, source, document):
    record = make_record(
        sources=[source(1, "exam", stage="evaluation")], documents=[document(1, 0, stage="evaluation")]
    )
    with open_record(record) as opened:
        summary = opened.table("contamination_summary").to_pylist()[0]
    assert (summary["items"], summary["items_too_short"], summary["share_contaminated"]) == (1, 1, None)
