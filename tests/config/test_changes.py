from __future__ import annotations

from dataclasses import replace

from colophon.config.changes import changes, corpus_config
from colophon.config.corpus import Corpus, Dedup, Filter, FilterReason
from colophon.vocabulary import FilterKind


def _corpus(tmp_path, **values):
    return Corpus(name="c", file=str(tmp_path / "corpus.yaml"), sources=(), **values)


def test_a_changed_threshold_is_named_with_both_values(tmp_path):
    old = corpus_config(_corpus(tmp_path))
    new = corpus_config(_corpus(tmp_path, dedup=Dedup(threshold=0.7)))
    assert changes(old, new) == ("dedup.threshold: 0.8 → 0.7",)


def test_limits_and_the_name_of_the_key_variable_are_no_change(tmp_path):
    old = _corpus(tmp_path)
    new = replace(old, max_rejects=0.5, id_key_variable="OTHER")
    assert corpus_config(old) == corpus_config(new)


def test_a_policy_file_counts_by_its_content_and_not_by_its_name(tmp_path):
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / "b.yaml").write_text("x")
    (tmp_path / "c.yaml").write_text("y")
    a, b, c = (corpus_config(_corpus(tmp_path, policy=f"{name}.yaml")) for name in "abc")
    assert changes(a, b) == ()
    assert [line.split(":")[0] for line in changes(a, c)] == ["policy"]


def test_added_and_removed_keys_read_as_not_set():
    assert changes('{"paths":["a"]}', '{"license":{"spdx":"MIT"},"paths":["a","b"]}') == (
        "license.spdx: not set → MIT",
        'paths: ["a"] → ["a", "b"]',
    )


def test_null_and_the_word_null_differ():
    assert changes('{"a":null}', '{"a":"null"}') == ("a: null → null",)


def test_only_the_blocks_asked_for_are_compared(tmp_path):
    rule = Filter("long", FilterKind.LENGTH, FilterReason.QUALITY, max_bytes=9)
    old = corpus_config(_corpus(tmp_path))
    new = corpus_config(_corpus(tmp_path, filters=(rule,), dedup=Dedup(shingle=3)))
    assert changes(old, new, {"dedup"}) == ("dedup.shingle: 5 → 3",)
    assert any(line.startswith("filters") for line in changes(old, new))
