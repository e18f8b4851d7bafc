"""Evaluation documents inside training data, from the corpus file to the views of the record."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from colophon.config.load import load_corpus
from colophon.errors import InputUnreadableError, RecordChangedError
from colophon.extensions import installed
from colophon.pipeline import rescan
from colophon.pipeline.contamination import hit_rows
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record, views_sql
from colophon.record.manifest import read_manifest
from colophon.record.verify import verify
from colophon.tables import ROW_BITS
from colophon.vocabulary import Rescan

pytestmark = pytest.mark.job

SOURCE = """
  - name: {name}
    stage: {stage}
    acquisition: public_dataset
    connector: jsonl
    paths: [{name}/*.jsonl]
    {more}
"""

#: What a document is called in the answers: its source and its row.
NAMED = (
    f"(SELECT doc_id, s.name || ' ' || (doc_id & {2**ROW_BITS - 1}) AS document"
    " FROM documents d JOIN sources s USING (source_id))"
)
PAIRS = f"""
    SELECT t.document AS training, e.document AS item, shared_ngrams, eval_ngrams, round(overlap::DOUBLE, 3) AS overlap
    FROM contamination c JOIN {NAMED} t USING (doc_id) JOIN {NAMED} e ON e.doc_id = c.eval_doc_id ORDER BY ALL
"""
HITS = f"SELECT document, words, ngram FROM contamination_hits JOIN {NAMED} USING (doc_id) ORDER BY ALL"
SUMMARY = "SELECT * EXCLUDE (source_id, bytes_not_compared) FROM contamination_summary ORDER BY source"


def phrase(name, count, start=0):
    """So many words that no other phrase holds."""
    return " ".join(f"{name}{n}" for n in range(start, start + count))


@dataclass(frozen=True)
class Corpora:
    """Sources of JSON lines in a folder, and runs over some of them."""

    folder: Path
    stages: dict[str, str]

    def add(self, name, *texts, stage="pretraining", file="rows"):
        self.stages[name] = stage
        path = self.folder / name / f"{file}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))

    def run(self, record, *names, extra="", more=None, **options):
        options.setdefault("engine", Engine(workers=1))
        chosen = (
            SOURCE.format(name=n, stage=self.stages[n], more=(more or {}).get(n, "")) for n in names or self.stages
        )
        file = self.folder / "corpus.yaml"
        file.write_text(
            "colophon: 1\ncorpus: small\nanalysis: {language: false, pii: false, license: false}\n"
            f"{extra}sources:{''.join(chosen)}"
        )
        corpus = load_corpus(str(file), installed())
        return run_job(corpus, JobOptions(record=str(record), **options))


@pytest.fixture
def corpora(tmp_path):
    return Corpora(tmp_path, {})


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    return tmp_path_factory.mktemp("made_once")


@pytest.fixture
def recorded(corpora, made_once):
    """Copies the record over the sources of `many` that are named, or over all, which a run makes once."""

    def copy(record, *names):
        made = made_once / "-".join(names or ["all"])
        if not made.exists():
            corpora.run(made, *names)
        shutil.copytree(made, record)

    return copy


def rows(record, query):
    with open_record(str(record)) as opened:
        return opened.sql(query).to_pylist()


def pairs(record):
    return [(r["training"], r["item"], r["overlap"]) for r in rows(record, PAIRS)]


def answers(record):
    """What must not depend on the order in which sources came."""
    return [rows(record, query) for query in (PAIRS, HITS, SUMMARY)]


RUBRIC = [f"{phrase('rubric', 20)} {phrase(f'q{n}x', 40)}" for n in range(20)]

TRAINING = (
    f"{phrase('b', 30)} {phrase('whole', 40)} {phrase('c', 30)}",
    phrase("half", 22),
    phrase("less", 21),
    f"it says {phrase('short', 6)} here",
    f"it says {phrase('short', 5)} and more of it",
    phrase("short", 6),
    "yes it is so and nothing else can be said of it",
    phrase("rubric", 20),
    RUBRIC[3],
    phrase("held", 30),
)
ITEMS = (
    phrase("whole", 40),
    phrase("half", 32),
    phrase("less", 32),
    phrase("short", 6),
    "yes it is so",
    "yes it is so and",
    phrase("absent", 40),
    *RUBRIC,
)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A record over training documents that hold items, parts of items, and neither."""
    folder = tmp_path_factory.mktemp("searched")
    corpora = Corpora(folder, {})
    corpora.add("web", *TRAINING)
    corpora.add("exam", *ITEMS, stage="evaluation")
    corpora.add("tuning", phrase("held", 30), stage="validation")
    assert not corpora.run(folder / "record").findings
    return folder / "record"


def found_in(searched, item):
    """(row of the training document, overlap) for one of the items."""
    name = f"exam {ITEMS.index(item)}"
    return [(int(training.split()[1]), overlap) for training, other, overlap in pairs(searched) if other == name]


class TestItems:
    def test_inside_a_training_document_are_found(self, searched):
        assert found_in(searched, phrase("whole", 40)) == [(0, 1.0)]

    def test_of_which_half_the_ngrams_are_found_are_reported_and_of_which_less_are_not(self, searched):
        assert found_in(searched, phrase("half", 32)) == [(1, 0.5)]
        assert found_in(searched, phrase("less", 32)) == []

    def test_of_fewer_words_than_an_ngram_are_found_whole_or_not_at_all(self, searched):
        assert found_in(searched, phrase("short", 6)) == [(3, 1.0), (5, 1.0)]

    def test_too_short_to_tell_from_chance_are_listed_and_not_looked_for(self, searched):
        assert found_in(searched, "yes it is so") == []
        assert found_in(searched, "yes it is so and") == [(6, 1.0)]
        listed = rows(searched, "SELECT * FROM contamination_too_short")
        assert [(r["source"], r["text_bytes"]) for r in listed] == [("exam", 12)]

    def test_that_are_nowhere_have_no_pair(self, searched):
        assert found_in(searched, phrase("absent", 40)) == []

    def test_that_begin_alike_are_told_apart(self, searched):
        assert [found_in(searched, item) for item in RUBRIC] == [[(8, 1.0)] if n == 3 else [] for n in range(20)]

    def test_of_validation_data_are_looked_for_too(self, searched):
        assert ("web 9", "tuning 0", 1.0) in pairs(searched)

    def test_take_the_configured_words_and_threshold(self, corpora, tmp_path):
        corpora.add("web", phrase("item", 8))
        corpora.add("exam", phrase("item", 12), stage="evaluation")
        corpora.run(tmp_path / "record", extra="contamination: {words: 7, threshold: 0.33}\n")
        assert rows(tmp_path / "record", PAIRS) == [
            {"training": "web 0", "item": "exam 0", "shared_ngrams": 2, "eval_ngrams": 6, "overlap": 0.333}
        ]

    def test_are_not_looked_for_where_nothing_is_trained_on(self, corpora, tmp_path):
        corpora.add("exam", phrase("item", 30), stage="evaluation")
        corpora.add("again", phrase("item", 30), stage="evaluation")
        corpora.add("lookup", phrase("item", 30))
        result = corpora.run(tmp_path / "record", more={"lookup": "weight_update: false"})
        assert pairs(tmp_path / "record") == []
        assert not result.findings

    def test_leave_no_trace_where_there_are_none(self, corpora, tmp_path):
        corpora.add("web", phrase("a", 30))
        assert not corpora.run(tmp_path / "record").findings
        assert rows(tmp_path / "record", "SELECT * FROM contamination_summary") == []

    def test_that_are_configured_otherwise_make_another_record(self, corpora, tmp_path):
        corpora.add("web", phrase("a", 30))
        corpora.run(tmp_path / "record")
        with pytest.raises(RecordChangedError, match=r"contamination\.words: 13 → 8"):
            corpora.run(tmp_path / "record", extra="contamination: {words: 8}\n")


def test_the_summary_counts_items_and_training_documents(corpora, tmp_path):
    item = phrase("item", 40)
    corpora.add("web", f"{item} {phrase('a', 60)}", f"{item} {phrase('a', 60)}", f"{phrase('b', 60)} {item}")
    corpora.add("exam", item, phrase("clean", 40), "too short", stage="evaluation")
    more = {"exam": "evaluation: {benchmark: Exam, split: test}"}
    corpora.run(tmp_path / "record", more=more)
    # The second document is the same as the first, so a rule drops it.
    assert rows(tmp_path / "record", SUMMARY) == [
        {
            "source": "exam",
            "benchmark": "Exam",
            "version": None,
            "split": "test",
            "items": 3,
            "items_too_short": 1,
            "items_contaminated": 1,
            "items_contaminated_kept": 1,
            "share_contaminated": 0.5,
            "items_with_common": 0,
            "training_documents": 3,
            "training_documents_kept": 2,
            "shards_not_compared": 0,
        }
    ]


def many(corpora):
    """Several shards of training data with items of two benchmarks inside, some of which share n-grams."""
    items = [phrase(f"i{n}x", 10 + 3 * n) for n in range(8)]
    for shard in range(3):
        texts = [f"{phrase(f's{shard}t{n}x', 20)} {items[(shard + n) % 8]}" for n in range(6)]
        corpora.add(f"web-{shard}", *texts, phrase(f"i{shard + 5}x", 20))
    corpora.add("exam", *items[:5], stage="evaluation")
    corpora.add("quiz", *items[3:], stage="evaluation")


WEB = ("web-0", "web-1", "web-2")


@pytest.mark.parametrize(
    "options", [{"batch_rows": 1}, {"batch_rows": 4}, {"engine": Engine(workers=2)}], ids=["one", "four", "two workers"]
)
def test_batches_and_workers_leave_no_mark(corpora, recorded, tmp_path, options):
    many(corpora)
    recorded(tmp_path / "record")
    corpora.run(tmp_path / "other", **options)
    assert len(pairs(tmp_path / "record")) > 10
    assert read_manifest(str(tmp_path / "record")).root_hash == read_manifest(str(tmp_path / "other")).root_hash


class TestANewEvaluationSource:
    def test_is_named_with_the_shards_it_was_not_looked_for_in(self, corpora, recorded, tmp_path):
        many(corpora)
        recorded(tmp_path / "record", *WEB, "exam")
        findings = corpora.run(tmp_path / "record").findings
        size = sum(f.stat().st_size for f in tmp_path.glob("web-*/*.jsonl"))
        assert [(u.name, u.shards, u.bytes) for u in findings.uncompared] == [("quiz", 3, size)]
        assert "--rescan" in findings.messages[0]
        assert [r["shards_not_compared"] for r in rows(tmp_path / "record", SUMMARY)] == [0, 3]

    def test_is_named_by_every_later_run(self, corpora, recorded, tmp_path):
        many(corpora)
        recorded(tmp_path / "record", *WEB)
        corpora.run(tmp_path / "record")
        assert [u.name for u in corpora.run(tmp_path / "record").findings.uncompared] == ["exam", "quiz"]
        corpora.add("web-9", phrase("more", 30))
        assert [u.shards for u in corpora.run(tmp_path / "record").findings.uncompared] == [3, 3]
        assert read_manifest(str(tmp_path / "record")).generation == 3

    def test_has_no_pairs_with_the_shards_it_was_not_looked_for_in(self, corpora, tmp_path):
        # All its n-grams were looked for with the first source, but nobody looked for its items.
        corpora.add("web", phrase("item", 40))
        corpora.add("exam", phrase("item", 40), stage="evaluation")
        corpora.run(tmp_path / "record")
        corpora.add("quiz", phrase("item", 30), stage="evaluation")
        corpora.add("late", phrase("item", 40), phrase("x", 9))
        corpora.run(tmp_path / "record")
        assert pairs(tmp_path / "record") == [
            ("late 0", "exam 0", 1.0),
            ("late 0", "quiz 0", 1.0),
            ("web 0", "exam 0", 1.0),
        ]

    def test_whose_items_are_all_too_short_leaves_nothing_open(self, corpora, tmp_path):
        corpora.add("web", phrase("item", 40))
        corpora.run(tmp_path / "record")
        corpora.add("quiz", "so short", stage="evaluation")
        assert not corpora.run(tmp_path / "record").findings

    def test_leaves_shards_without_documents_out(self, corpora, tmp_path):
        corpora.add("web", phrase("item", 40))
        corpora.add("empty", "")
        corpora.run(tmp_path / "record")
        corpora.add("quiz", phrase("item", 40), stage="evaluation")
        assert [u.shards for u in corpora.run(tmp_path / "record").findings.uncompared] == [1]


class TestARescan:
    @pytest.mark.parametrize(
        "first", [WEB, (*WEB, "exam"), ("web-1", "quiz")], ids=["all new", "one new", "some of each"]
    )
    def test_gives_what_one_run_over_everything_gives(self, corpora, recorded, tmp_path, first):
        many(corpora)
        recorded(tmp_path / "record", *first)
        result = corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED)
        recorded(tmp_path / "whole")
        assert not result.findings
        assert answers(tmp_path / "record") == answers(tmp_path / "whole")
        assert verify(str(tmp_path / "record"), views_sql).problems == ()

    def test_may_come_later_than_the_source(self, corpora, recorded, tmp_path):
        many(corpora)
        recorded(tmp_path / "record", *WEB)
        corpora.run(tmp_path / "record")
        assert not corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED).findings
        recorded(tmp_path / "whole")
        assert answers(tmp_path / "record") == answers(tmp_path / "whole")

    def test_with_nothing_open_leaves_the_record_as_it_is(self, corpora, recorded, tmp_path):
        many(corpora)
        recorded(tmp_path / "record")
        before = read_manifest(str(tmp_path / "record"))
        assert corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED).clusters is None
        assert read_manifest(str(tmp_path / "record")) == before

    def test_reads_each_open_shard_once_and_no_other(self, corpora, recorded, tmp_path, monkeypatch):
        many(corpora)
        recorded(tmp_path / "record", "web-0")
        corpora.run(tmp_path / "record", "web-0", "web-1", "exam")
        read = _count_hit_rows(monkeypatch)
        corpora.run(tmp_path / "record", "web-0", "web-1", "exam", rescan=Rescan.UNCOMPARED)
        assert read == [7]

    def test_is_not_read_for_what_was_looked_for_before(self, corpora, tmp_path, monkeypatch):
        corpora.add("web", phrase("item", 40))
        corpora.add("exam", phrase("item", 40), stage="evaluation")
        corpora.run(tmp_path / "record")
        corpora.add("quiz", phrase("item", 30), stage="evaluation")
        read = _count_hit_rows(monkeypatch)
        assert not corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED).findings
        assert read == []
        assert pairs(tmp_path / "record") == [("web 0", "exam 0", 1.0), ("web 0", "quiz 0", 1.0)]

    def test_of_a_trial_looks_at_the_rows_of_the_trial(self, corpora, tmp_path):
        corpora.add("web", phrase("a", 30), phrase("item", 30), phrase("item", 31))
        corpora.run(tmp_path / "record", limit=2)
        corpora.add("exam", phrase("item", 30), stage="evaluation")
        corpora.run(tmp_path / "record", limit=2, rescan=Rescan.UNCOMPARED)
        assert pairs(tmp_path / "record") == [("web 1", "exam 0", 1.0)]

    @pytest.mark.parametrize("asked", list(Rescan))
    def test_that_was_interrupted_is_finished_by_the_next_run(self, corpora, recorded, tmp_path, monkeypatch, asked):
        many(corpora)
        recorded(tmp_path / "record", *WEB)
        recorded(tmp_path / "whole", *WEB)
        with monkeypatch.context() as patch:
            read = _count_hit_rows(patch, stop_after=1)
            with pytest.raises(InputUnreadableError):
                corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED)
            assert read == [7]
        read = _count_hit_rows(monkeypatch)
        assert not corpora.run(tmp_path / "record", rescan=asked).findings
        assert read == [7, 7]
        corpora.run(tmp_path / "whole", rescan=Rescan.UNCOMPARED)
        assert read_manifest(str(tmp_path / "record")).root_hash == read_manifest(str(tmp_path / "whole")).root_hash

    def test_that_was_interrupted_at_its_end_is_committed_by_the_next_run(
        self, corpora, recorded, tmp_path, monkeypatch
    ):
        many(corpora)
        recorded(tmp_path / "record", *WEB)
        corpora.run(tmp_path / "record")
        with monkeypatch.context() as patch:
            patch.setattr("colophon.pipeline.job.write_contamination", _stop)
            with pytest.raises(KeyboardInterrupt):
                corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED)
        assert not corpora.run(tmp_path / "record").findings
        assert read_manifest(str(tmp_path / "record")).generation == 3
        assert verify(str(tmp_path / "record"), views_sql).problems == ()

    def test_asked_for_while_a_run_is_unfinished_is_done_with_it(self, corpora, recorded, tmp_path, monkeypatch):
        many(corpora)
        recorded(tmp_path / "record", *WEB)
        with monkeypatch.context() as patch:
            patch.setattr("colophon.pipeline.job.write_contamination", _stop)
            with pytest.raises(KeyboardInterrupt):
                corpora.run(tmp_path / "record")
        assert not corpora.run(tmp_path / "record", rescan=Rescan.UNCOMPARED).findings
        assert read_manifest(str(tmp_path / "record")).generation == 2


def _count_hit_rows(monkeypatch, stop_after=None):
    """The number of texts of each batch that a rescan looks into; fails after so many batches."""
    read = []

    def counted(texts, doc_ids, index):
        if len(read) == stop_after:
            raise InputUnreadableError("a file", "the test says so")
        read.append(len(texts))
        return hit_rows(texts, doc_ids, index)

    monkeypatch.setattr(rescan, "hit_rows", counted)
    return read


def _stop(*_facts):
    raise KeyboardInterrupt
