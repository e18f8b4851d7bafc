"""Whole jobs over texts whose likeness is known beforehand."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest

from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline import cluster as clustering
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record

pytestmark = pytest.mark.job

SHINGLE, THRESHOLD = 5, 0.8

HEAD = """colophon: 1
corpus: planted
id_key: ${PLANTED_KEY}
analysis: {language: false, pii: false, license: false}
"""


#: Keys of a source whose documents have an address.
ADDRESSED = ", fields: {text: text, url: url}"


@dataclass
class Planted:
    """A source of texts; `block` are further keys of its block, `rows` further keys of each of its rows."""

    name: str
    texts: list[str]
    block: str = ""
    stage: str = "pretraining"
    acquisition: str = "public_dataset"
    rows: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """A document in a cluster, named by its source and its text."""

    source: str
    text: str
    stands_source: str
    stands_text: str
    kind: str
    similarity: float

    @property
    def stands(self):
        return (self.source, self.text) == (self.stands_source, self.stands_text)


@pytest.fixture
def clusters(tmp_path, monkeypatch):
    """A function that runs a job over planted sources and gives the members of clusters."""
    monkeypatch.setenv("PLANTED_KEY", "a key for tests")
    made = 0

    def run(*sources, extra="", robots=()):
        nonlocal made
        made += 1
        folder = tmp_path / f"corpus-{made}"
        folder.mkdir()
        (folder / "robots.jsonl").write_text("".join(f"{json.dumps(r)}\n" for r in robots))
        texts = {}
        blocks = ""
        for source in sources:
            lines = [json.dumps({"text": t, **source.rows}) for t in source.texts]
            (folder / f"{source.name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
            at = 0
            for text, line in zip(source.texts, lines, strict=True):
                texts[source.name, at] = text
                at += len(line) + 1
            blocks += (
                f"  - {{name: {source.name}, stage: {source.stage}, acquisition: {source.acquisition}, "
                f"connector: jsonl, paths: [{source.name}.jsonl]{source.block}}}\n"
            )
        file = folder / "corpus.yaml"
        file.write_text(f"{HEAD}{extra}sources:\n{blocks}")
        record = str(folder / "record")
        run_job(load_corpus(str(file), installed()), JobOptions(record, Engine(workers=1)))
        with open_record(record) as opened:
            rows = opened.sql(
                """SELECT s.name, d.position, t.name AS stands, e.position AS stands_at, u.kind, u.similarity
                FROM duplicates u JOIN documents d USING (doc_id) JOIN sources s USING (source_id)
                JOIN documents e ON e.doc_id = u.cluster_id JOIN sources t ON t.source_id = e.source_id"""
            ).to_pylist()
        return [
            Member(
                r["name"],
                texts[r["name"], r["position"]],
                r["stands"],
                texts[r["stands"], r["stands_at"]],
                r["kind"],
                r["similarity"],
            )
            for r in rows
        ]

    return run


def words(seed, count):
    """So many words, each of which occurs in no other text."""
    made = random.Random(seed)
    return [f"w{made.getrandbits(48):x}" for _ in range(count)]


def with_new_end(text, changed):
    """The text with its last words replaced: n words give n - 4 shingles, of which as many are new."""
    kept = text.split()[: -changed or None]
    return " ".join(kept + words(f"{text} {changed}", changed))


def likeness(one, other):
    """Jaccard similarity by the definition."""
    a, b = ({tuple(w[i : i + SHINGLE]) for i in range(len(w) - SHINGLE + 1)} for w in (one.split(), other.split()))
    return len(a & b) / len(a | b)


def test_copies_at_the_threshold_are_found_and_those_below_are_not(clusters):
    originals = [" ".join(words(f"original {n}", 104)) for n in range(60)]
    # 100 shingles each: with 11 words replaced 89/111 = 0.8018 are shared, with 12 words 88/112 = 0.7857.
    above, below = ([with_new_end(t, changed) for t in originals] for changed in (11, 12))
    found = clusters(Planted("first", originals), Planted("above", above), Planted("below", below))
    joined = [(m.stands_text, m.text) for m in found if not m.stands]
    assert all(likeness(*pair) >= THRESHOLD for pair in joined)
    originals_found = {a for a, b in joined if b in set(above)}
    # 14 bands of 8 find 93% of the pairs at 0.8, by chance.
    assert len(originals_found) >= 0.8 * len(originals)


def test_every_similarity_is_that_of_the_texts_cut_to_a_thousandth(clusters):
    originals = [" ".join(words(f"original {n}", 104)) for n in range(30)]
    copies = [with_new_end(t, 1 + n % 11) for n, t in enumerate(originals)]
    found = [m for m in clusters(Planted("both", originals + copies)) if not m.stands]
    assert len(found) >= 25
    for member in found:
        exact = likeness(member.text, member.stands_text)
        if abs(exact - THRESHOLD) < 0.1:
            assert 0 <= exact - member.similarity < 0.001 + 1e-9
        else:
            assert abs(exact - member.similarity) < 0.15, "an estimate, far from the threshold"


def test_near_copies_are_always_found(clusters):
    originals = [" ".join(words(f"original {n}", 204)) for n in range(40)]
    copies = [with_new_end(t, 2) for t in originals]
    found = clusters(Planted("first", originals), Planted("copies", copies))
    assert {(m.stands_text, m.text) for m in found if not m.stands} == set(zip(originals, copies, strict=True))


def test_blocks_assigned_side_by_side_give_the_clusters_of_one_block(clusters, monkeypatch):
    originals = [" ".join(words(f"original {n}", 104)) for n in range(60)]
    copies = [with_new_end(t, 1 + n % 12) for n, t in enumerate(originals)]
    sources = (Planted("first", originals), Planted("copies", copies), Planted("again", originals[:20]))
    whole = clusters(*sources)
    monkeypatch.setattr(clustering, "_BLOCK_ROWS", 5)
    monkeypatch.setattr(clustering, "_READ_ROWS", 8)
    monkeypatch.setattr(clustering, "_at_once", lambda _workers, _memory_bytes: 4)
    assert sorted(clusters(*sources), key=str) == sorted(whole, key=str)
    assert len(whole) > 100


def test_texts_that_differ_only_in_case_and_marks_are_near_and_not_exact(clusters):
    text = " ".join(words("marks", 40))
    (stands,), (joined,) = (
        [m for m in clusters(Planted("both", [text, text.upper() + "!"])) if m.stands == side] for side in (True, False)
    )
    assert (stands.kind, joined.kind, joined.similarity) == ("exact", "near", 1.0)


def test_texts_of_other_words_are_no_copies_however_short(clusters):
    texts = ["a b", "a c", "b a", "one two three four", "one two three four five", "!!!", "???", "日本", "中文"]
    copies = ["a b", "one two three four", "!!!"]
    found = clusters(Planted("texts", texts), Planted("copies", copies))
    assert sorted(m.text for m in found if not m.stands) == sorted(copies)
    assert all(m.kind == "exact" and m.source == "copies" for m in found if not m.stands)


def test_unlike_texts_are_never_chained_together(clusters):
    first = " ".join(words("chain", 104))
    chain = [first]
    for _ in range(6):
        chain.append(" ".join(chain[-1].split()[8:] + words(chain[-1], 8)))
    found = clusters(*(Planted(f"link{n}", [text]) for n, text in enumerate(chain)))
    assert likeness(chain[0], chain[1]) > THRESHOLD > likeness(chain[0], chain[2])
    assert [m for m in found if not m.stands]
    assert all(likeness(m.text, m.stands_text) >= THRESHOLD for m in found)


def test_the_clusters_do_not_depend_on_the_order_of_rows(clusters):
    originals = [" ".join(words(f"row {n}", 60)) for n in range(12)]
    texts = originals + originals[:4] + [with_new_end(t, 3) for t in originals[4:9]]
    shuffled = random.Random(1).sample(texts, len(texts))

    def joined(found):
        return sorted((m.text, m.stands_text, m.kind, m.similarity) for m in found)

    assert joined(clusters(Planted("a", texts))) == joined(clusters(Planted("a", shuffled)))


def test_the_source_that_is_named_first_stands_for_the_others(clusters):
    text = " ".join(words("order", 60))
    near = with_new_end(text, 2)
    found = clusters(Planted("second-by-name", [near]), Planted("first-by-name", [text]), Planted("exact", [near]))
    assert {m.stands_source for m in found} == {"second-by-name"}
    assert {(m.source, m.kind) for m in found if not m.stands} == {("first-by-name", "near"), ("exact", "exact")}


@pytest.mark.parametrize("copy", ["equal", "near"])
def test_a_copy_that_a_filter_drops_never_stands_for_one_that_is_kept(clusters, copy):
    text = " ".join(words("dropped", 60))
    kept = text if copy == "equal" else with_new_end(text, 2)
    first = Planted("dropped", [text, text], ADDRESSED, rows={"url": "https://spam.example/a"})
    sources = (first, Planted("open", [kept]))
    assert {m.stands_source for m in clusters(*sources)} == {"dropped"}, "by order, as long as no rule drops it"
    rule = "filters: [{rule: spam, kind: domains, reason: quality, drop: [spam.example]}]\n"
    assert [(m.source, m.stands_source) for m in clusters(*sources, extra=rule)].count(("dropped", "open")) == 2


@pytest.mark.parametrize("copy", ["equal", "near"])
def test_a_reserved_copy_that_came_first_never_stands_for_an_open_one(clusters, copy):
    text = " ".join(words("reserved", 60))
    own = text if copy == "equal" else with_new_end(text, 2)
    looked = {"fetched_at": "2024-01-01T00:00:00Z", "status": 200}
    robots = [
        {"url": "https://closed.example/robots.txt", "body": "User-agent: *\nDisallow: /\n", **looked},
        {"url": "https://open.example/robots.txt", "body": "User-agent: *\nAllow: /\n", **looked},
    ]
    fetched = (
        ADDRESSED.replace("url: url}", "url: url, fetched_at: at}") + ", signals: {robots: [{paths: robots.jsonl}]}"
    )
    closed = Planted("closed", [text], fetched, rows={"url": "https://closed.example/a", "at": "2024-01-02T00:00:00Z"})
    open_ = Planted("open", [own], fetched, rows={"url": "https://open.example/a", "at": "2024-01-09T00:00:00Z"})
    found = clusters(closed, open_, robots=robots)
    assert {(m.source, m.stands_source) for m in found} == {("open", "open"), ("closed", "open")}


def test_evaluation_and_retrieval_sources_take_no_part(clusters):
    text = " ".join(words("no part", 60))
    exam = Planted("exam", [text, text], stage="evaluation")
    found = clusters(exam, Planted("index", [text, text], block=", weight_update: false"), Planted("web", [text]))
    assert found == []


@pytest.mark.parametrize("copy", ["equal", "near"])
def test_a_users_copy_of_a_public_text_meets_it(clusters, copy):
    text = " ".join(words("user", 60))
    own = text if copy == "equal" else with_new_end(text, 2)
    chats = Planted("chats", [own], stage="finetuning", acquisition="user_model_interaction")
    crowd = Planted("crowd", [own], stage="finetuning", acquisition="commissioned_human")
    found = clusters(Planted("public", [text]), chats, crowd)
    assert {m.source for m in found} == {"public", "chats", "crowd"}
    assert {m.stands_source for m in found} == {"public"}
    assert {m.kind for m in found if not m.stands} == {"exact" if copy == "equal" else "near"}


def test_many_copies_of_one_text_are_one_cluster(clusters):
    text = " ".join(words("many", 40))
    found = clusters(Planted("a", [text] * 300), Planted("b", [with_new_end(text, 1)] * 300))
    assert len(found) == 600
    assert len({(m.stands_source, m.stands_text) for m in found}) == 1


def test_texts_of_common_words_are_no_copies_of_each_other(clusters):
    made = random.Random(3)
    common = ["the", "of", "and", "to", "in", "is", "that", "for", "it", "was", "on", "with", "as", "his", "at", "by"]
    texts = [" ".join(made.choice(common) for _ in range(120)) for _ in range(60)]
    assert max(likeness(a, b) for a, b in combinations(texts, 2)) < 0.1
    assert clusters(Planted("a", texts)) == []


def test_a_pair_is_compared_at_the_weaker_part_of_its_two_sources(clusters):
    near, exact, off = ((" ".join(words(name, 80))) for name in ("near", "exact", "off"))
    members = clusters(
        Planted("a", [near, exact, off]),
        Planted("b", [with_new_end(near, 2), exact, with_new_end(exact, 2)], ", dedup: exact"),
        Planted("c", [off, with_new_end(near, 1)], ", dedup: off"),
        Planted("d", [with_new_end(near, 3)], ", dedup: near"),
    )
    joined = {(m.source, m.text, m.stands_source, m.stands_text) for m in members if not m.stands}
    assert joined == {("b", exact, "a", exact), ("d", with_new_end(near, 3), "a", near)}


def test_texts_of_few_words_are_removed_only_for_equal_ones(clusters):
    texts = ["What is 31 + 47?", "What is 31 - 47?", "if a:\n    b()", "if a:\nb()", "Done ✅", "Done ❌"]
    members = clusters(Planted("a", texts), Planted("b", ["Done ✅", "DONE ✅"]))
    assert [m.text for m in members if not m.stands] == ["Done ✅"]
