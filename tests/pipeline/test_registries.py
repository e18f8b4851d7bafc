"""Registries of reservations: lists of domains, addresses and texts that name documents of a corpus."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from importlib.resources import files

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colophon.audit.as_of import judge_as_of, policy_of
from colophon.audit.audit import audit_record
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record
from colophon.reservations.moment import AT_FETCH, asked_moment
from tests.small_corpus import SmallCorpus, write_small

pytestmark = pytest.mark.job

CODE = files("colophon.reservations").joinpath("policies", "code.yaml").read_text()
HONOURS_LISTS = CODE.replace("policy: code", "policy: ours").replace(
    "  request: {standing: honoured}", "  request: {standing: honoured}\n  registry: {standing: honoured}"
)

SOURCE = """
  - name: web
    stage: pretraining
    acquisition: crawled_own
    connector: jsonl
    paths: [data/web.jsonl]
    fields: {text: text, url: url, fetched_at: at}
    collected: {from: 2024-01, to: 2024-03}
    legal_basis: tdm_art4
    crawler: {name: TestBot, user_agents: [TestBot]}
    signals: {registries: [{paths: data/list.csv, fetched_at: "2024-01-15T00:00:00Z"}, {paths: data/more.parquet}]}
"""
PAGES = {
    "https://www.listed.example/a": "a text of a domain that is named with all below it",
    "https://notlisted.example/a": "a text of a domain whose end alone is like a listed one",
    "https://free.example/one?x=1": "a text whose address is named",
    "https://free.example/two": "a text beside it that nobody names",
    "https://other.example/": "a text that is named by its hash",
    "https://allowed.example/": "a text of a domain that allows training",
    "https://bare.example?x": "a text whose address has no path, and is listed with one",
    "https://late.example/": "a text of a domain that was listed after the fetch",
}
LIST = f"""domain,url,sha256,reservation,listed_at
listed.example,,,1,
,https://free.example/one?x=1#part,,,
,https://bare.example/?x,,,
,,{hashlib.sha256(PAGES["https://other.example/"].encode()).hexdigest().upper()},1,
allowed.example,,,0,
late.example,,,1,2024-06-01T00:00:00Z
,,,1,
not a host,,,1,
listed.example,,,perhaps,
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = tmp_path_factory.mktemp("registries")
    write_small(folder)
    small, data = SmallCorpus(folder), folder / "data"
    pages = [{"text": text, "url": url, "at": "2024-02-01T00:00:00Z"} for url, text in PAGES.items()]
    (data / "web.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
    (data / "list.csv").write_text(LIST)
    more = {"domain": ["late.example", None], "reservation": [1, 1], "listed_at": ["2024-06-02", "2024-06-02"]}
    pq.write_table(pa.table(more), data / "more.parquet")
    (small.folder / "ours.yaml").write_text(HONOURS_LISTS)
    corpus = small.write("letters", extra="policy: ours.yaml\n")
    corpus.write_text(corpus.read_text() + SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMALL_KEY", "a key for tests")
        loaded = load_corpus(str(corpus), installed())
        run_job(loaded, JobOptions(record=str(folder / "r"), engine=Engine(workers=1)))
    return folder / "r"


def states(opened):
    found = opened.sql("SELECT url, state FROM optout_audit WHERE protocol = 'registry' AND url IS NOT NULL")
    return {row["url"]: row["state"] for row in found.to_pylist()}


def test_entries_decide_for_what_they_name_and_silence_for_the_rest(record):
    with open_record(str(record)) as opened:
        assert states(opened) == {
            "https://www.listed.example/a": "reserved",
            "https://notlisted.example/a": "silent",
            "https://free.example/one?x=1": "reserved",
            "https://free.example/two": "silent",
            "https://other.example/": "reserved",
            "https://allowed.example/": "allowed",
            "https://bare.example?x": "reserved",
            "https://late.example/": "silent",
        }
        dropped = opened.sql(
            "SELECT url FROM decisions JOIN documents USING (doc_id) WHERE public_reason = 'reservation' ORDER BY url"
        )
    assert len(dropped) == 4


def test_an_entry_of_a_later_list_counts_from_its_day(record):
    with open_record(str(record)) as opened:
        audit_record(opened, asked_moment("2024-06-30", date(2026, 1, 1)))
        assert states(opened)["https://late.example/"] == "reserved"


def test_rows_that_name_nothing_are_rejects(record):
    with open_record(str(record)) as opened:
        found = opened.sql("SELECT path, detail FROM rejects WHERE path LIKE 'data/%' ORDER BY ALL").to_pylist()
    named = [(row["path"].removeprefix("data/"), row["detail"]) for row in found if "letters" not in row["path"]]
    assert named == [
        ("list.csv", "domain_url_or_sha256"),
        ("list.csv", "domain_url_or_sha256"),
        ("list.csv", "reservation"),
        ("more.parquet", "domain_url_or_sha256"),
    ]


def test_a_verdict_names_the_entry(record):
    with open_record(str(record)) as opened:
        rule = opened.sql("SELECT rule FROM optout_audit WHERE url LIKE '%listed.example/a' AND state = 'reserved'")
    assert rule["rule"].to_pylist() == ["domain listed.example 1"]


def test_an_audit_at_fetch_gives_the_verdicts_on_listed_documents_that_the_run_stored(record):
    with open_record(str(record)) as opened:
        stored = opened.sql("FROM verdicts ORDER BY ALL")
        judge_as_of(opened, AT_FETCH, policy_of(opened))
        assert opened.sql("FROM verdicts ORDER BY ALL").equals(stored)
    assert stored.num_rows > 4


REQUIRES_LISTS = (
    HONOURS_LISTS.replace("registry: {standing: honoured}", "registry: {standing: required}")
    .replace("robots: {standing: required", "robots: {standing: honoured")
    .replace("unknown: keep", "unknown: drop")
)


@pytest.mark.parametrize(
    ("clock", "dropped"), [("at_fetch", [("early.example", "registry unknown (train)")]), ("at_obtained", [])]
)
def test_a_required_list_leaves_unknown_what_came_before_it_alone(small, tmp_path, clock, dropped):
    data = small.folder / "data"
    times = {"early.example": "2024-01-01T00:00:00Z", "late.example": "2024-02-01T00:00:00Z"}
    pages = [{"text": f"a text of {host}", "url": f"https://{host}/", "at": at} for host, at in times.items()]
    (data / "web.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
    (data / "list.csv").write_text("domain\nother.example\n")
    (small.folder / "ours.yaml").write_text(REQUIRES_LISTS.replace("clock: at_fetch", f"clock: {clock}"))
    corpus = small.write("letters", extra="policy: ours.yaml\n")
    source = SOURCE.replace(", {paths: data/more.parquet}", "")
    corpus.write_text(
        corpus.read_text() + source.replace("    legal_basis", "    obtained: 2024-01-31\n    legal_basis")
    )
    run_job(load_corpus(str(corpus), installed()), JobOptions(record=str(tmp_path / "r"), engine=Engine(workers=1)))
    with open_record(str(tmp_path / "r")) as opened:
        query = "SELECT authority, reason FROM decisions JOIN documents USING (doc_id) WHERE authority IS NOT NULL"
        assert [(row["authority"], row["reason"]) for row in opened.sql(query).to_pylist()] == dropped
