"""The demo corpora hold what planted.json says, as other libraries than the writing ones read them."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
import zstandard
from demo_documents import OPEN_COPIES, OPTED_OUT, Plant, demo_documents
from stdnum import iban, luhn
from warcio.archiveiterator import ArchiveIterator

Texts = dict[tuple[str, str], str]


class _Paragraphs(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._inside = tag == "p"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)


def responses(demo: Path) -> list[tuple[str, str, str, str]]:
    """Address, status, content type and body of every response of the crawl, digests checked."""
    found = []
    for path in sorted((demo / "data" / "crawl").glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                if record.rec_type == "response":
                    body = record.content_stream().read()
                    found.append(
                        (
                            record.rec_headers.get_header("WARC-Target-URI"),
                            record.http_headers.get_statuscode(),
                            record.http_headers.get_header("Content-Type"),
                            body.decode("utf-8", "replace"),
                        )
                    )
    return found


def pages(demo: Path) -> Texts:
    texts = {}
    for address, status, content_type, body in responses(demo):
        if status == "200" and not address.endswith("/robots.txt"):
            if content_type.startswith("text/html"):
                texts["own-crawl", address] = "\n".join(_Paragraphs(body).found)
            elif content_type.startswith("text/plain"):
                texts["own-crawl", address] = body
    return {place: text for place, text in texts.items() if text}


def table_texts(source: str, paths: list[Path]) -> Texts:
    return {(source, row["id"]): row["text"] for path in paths for row in pl.read_parquet(path).iter_rows(named=True)}


def line_texts(source: str, lines: list[str]) -> Texts:
    rows = [json.loads(line) for line in lines]
    return {(source, r["id"]): r["text"] if "text" in r else f"{r['prompt']}\n{r['answer']}" for r in rows}


def readable_lines(content: bytes) -> list[str]:
    """Whole lines of valid JSON with a text."""
    found = []
    for line in content.split(b"\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row.get("text", "").strip():
            found.append(line.decode())
    return found


@pytest.fixture(scope="module")
def texts(demo: Path) -> Texts:
    data = demo / "data"
    packed = zstandard.ZstdDecompressor().stream_reader((data / "open_web" / "texts.jsonl.zst").read_bytes())
    cut = zlib.decompressobj(wbits=31).decompress((data / "forum" / "posts-0.jsonl.gz").read_bytes())
    with (data / "reading" / "answers.csv").open(encoding="utf-8", newline="") as answers:
        crowd = {("reading-answers", r["id"]): f"{r['prompt']}\n{r['answer']}" for r in csv.DictReader(answers)}
    return {
        **table_texts("newswire", sorted((data / "newswire").iterdir())),
        **table_texts("contract-texts", [data / "contracts" / "texts.parquet"]),
        **pages(demo),
        **line_texts("open-web-texts", packed.read().decode().splitlines()),
        **line_texts("forum-archive", readable_lines(cut + (data / "forum" / "posts-1.jsonl").read_bytes())),
        **crowd,
        **line_texts("assistant-chats", (data / "chats" / "chats.jsonl").read_text("utf-8").splitlines()),
        **line_texts("synthetic-exercises", (data / "synthetic" / "exercises.jsonl").read_text("utf-8").splitlines()),
        **line_texts("reading-exam", (data / "exam" / "exam.jsonl").read_text("utf-8").splitlines()),
        **{("old-manuals", p.stem): p.read_text("utf-8") for p in (data / "manuals").iterdir()},
    }


def five_word_runs(text: str) -> set[str]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return {" ".join(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(text: str, other: str) -> float:
    mine, others = five_word_runs(text), five_word_runs(other)
    return len(mine & others) / len(mine | others)


def planted(demo: Path, plant: Plant) -> list[dict[str, object]]:
    return [p for p in json.loads((demo / "planted.json").read_text()) if p["plant"] == plant]


def texts_of(entry: dict[str, object], texts: Texts) -> list[str]:
    return [texts[place["source"], place["id"]] for place in entry["documents"]]


def test_two_runs_write_the_same_bytes(demo: Path, second_demo: Path) -> None:
    files = sorted(p.relative_to(demo) for p in demo.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(second_demo) for p in second_demo.rglob("*") if p.is_file())
    assert [f for f in files if (demo / f).read_bytes() != (second_demo / f).read_bytes()] == []


def test_two_thousand_documents_can_be_read(texts: Texts) -> None:
    assert len(texts) >= 2_000


def test_documents_are_written_as_they_were_made(texts: Texts) -> None:
    made = {(d.source, d.id): d.text for d in demo_documents().documents}
    assert {place for place, text in texts.items() if made[place] != text} == set()
    assert {source for source, _ in made.keys() - texts.keys()} == {"forum-archive"}


def test_six_languages_have_a_hundred_documents_each() -> None:
    languages = Counter(d.language for d in demo_documents().documents)
    assert sorted(languages) == ["de", "en", "es", "fr", "it", "pl"]
    assert min(languages.values()) >= 100


def test_documents_have_thirty_words_or_more() -> None:
    assert min(len(d.text.split()) for d in demo_documents().documents) >= 30


def test_exact_duplicates_are_equal(demo: Path, texts: Texts) -> None:
    entries = planted(demo, Plant.EXACT_DUPLICATE)
    assert len(entries) >= 10
    for entry in entries:
        original, copy = texts_of(entry, texts)
        assert original == copy


def test_near_duplicates_lie_above_the_threshold(demo: Path, texts: Texts) -> None:
    entries = planted(demo, Plant.NEAR_DUPLICATE)
    assert len(entries) >= 10
    for entry in entries:
        original, copy = texts_of(entry, texts)
        assert 0.85 <= jaccard(original, copy) < 1
        assert jaccard(original, copy) == pytest.approx(entry["similarity"], abs=0.002)


def test_look_alikes_lie_below_the_threshold(demo: Path, texts: Texts) -> None:
    entries = planted(demo, Plant.LOOK_ALIKE)
    assert len(entries) >= 10
    for entry in entries:
        original, other = texts_of(entry, texts)
        assert 0.5 <= jaccard(original, other) <= 0.72


def test_no_other_documents_are_alike(demo: Path, texts: Texts) -> None:
    together = {
        frozenset((p["source"], p["id"]) for p in e["documents"])
        for e in json.loads((demo / "planted.json").read_text())
    }
    holders: dict[str, list[tuple[str, str]]] = {}
    runs = {place: five_word_runs(text) for place, text in texts.items()}
    for place, its_runs in runs.items():
        for run in its_runs:
            holders.setdefault(run, []).append(place)
    shared = Counter((a, b) for places in holders.values() for i, b in enumerate(places) for a in places[:i])
    alike = [
        (a, b) for (a, b), n in shared.items()
        if n / (len(runs[a]) + len(runs[b]) - n) > 0.3 and frozenset((a, b)) not in together
    ]  # fmt: skip
    assert alike == []


def test_duplicates_stand_on_an_opted_out_and_an_open_host(demo: Path) -> None:
    for plant in (Plant.EXACT_DUPLICATE, Plant.NEAR_DUPLICATE):
        originals = [e["documents"][0]["id"] for e in planted(demo, plant)]
        assert [o for o in originals if OPTED_OUT in o]


def test_exam_items_stand_in_training_documents(demo: Path, texts: Texts) -> None:
    entries = planted(demo, Plant.CONTAMINATION)
    assert entries
    for entry in entries:
        item, document = texts_of(entry, texts)
        assert item in document
        assert entry["documents"][0]["source"] == "reading-exam"


def test_personal_data_is_there_and_its_numbers_check(demo: Path, texts: Texts) -> None:
    entries = planted(demo, Plant.PERSONAL_DATA)
    kinds = {entity for e in entries for entity in e["entities"]}
    assert kinds == {"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "PHONE_NUMBER"}
    for entry in entries:
        details = [line.rpartition(": ")[2] for line in texts_of(entry, texts)[0].splitlines()[-2:]]
        assert len(details) == len(entry["entities"])
        for value in details:
            known = iban.is_valid(value) or luhn.is_valid(value.replace(" ", "")) or value.startswith("+")
            assert known or value.endswith("@example.org")


def test_robots_files_answer_in_every_way(demo: Path) -> None:
    robots = {
        address: (status, body) for address, status, _, body in responses(demo) if address.endswith("/robots.txt")
    }
    hosts = {address.split("/")[2] for address, *_ in responses(demo)}
    assert {status for status, _ in robots.values()} == {"200", "404", "503"}
    assert "User-agent: Google-Extended" in robots[f"https://{OPTED_OUT}/robots.txt"][1]
    assert "Disallow: /\n" not in robots[f"https://{OPEN_COPIES}/robots.txt"][1]
    assert len(hosts) == len(robots) + 1, "one host has no robots.txt in the crawl"


def test_the_crawl_meets_pages_that_give_no_document(demo: Path) -> None:
    met = [(status, content_type) for _, status, content_type, _ in responses(demo)]
    assert ("404", "text/html; charset=utf-8") in met
    assert ("200", "image/png") in met


def test_the_forum_archive_is_damaged_in_five_ways(demo: Path) -> None:
    forum = demo / "data" / "forum"
    *_, last = gzip.decompress((forum / "posts-0.jsonl.gz").read_bytes()).splitlines()
    with pytest.raises(json.JSONDecodeError):
        json.loads(last)
    lines = (forum / "posts-1.jsonl").read_bytes().splitlines()
    broken = [line for line in lines if not line.endswith(b"}")]
    undecodable = [line for line in lines if b"\xe9 in Latin-1" in line]
    rows = [json.loads(line) for line in lines if line not in broken + undecodable]
    assert len(broken) == len(undecodable) == 1
    assert len([r for r in rows if "text" not in r]) == 1
    assert len([r for r in rows if "text" in r and not r["text"].strip()]) == 1
