"""Collections of signals: what they add to a record, how they go on after an interruption, and runs after them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colophon.cli.exit_codes import ExitCode
from colophon.collect import collection
from colophon.collect.collection import collect_signals, plan_collection
from colophon.collect.fetcher import FetchOptions
from colophon.collect.hosts import MAX_POINTED_FILES
from colophon.collect.journal import WorkFile, kept_looks
from colophon.collect.looks import Look
from colophon.collect.sockets import Reach
from colophon.config.load import load_corpus
from colophon.errors import (
    NotARecordError,
    OutputUnwritableError,
    RecordLockedError,
    RunUnfinishedError,
)
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record, views_sql
from colophon.record import generations as generation
from colophon.record.manifest import read_manifest
from colophon.record.storage import LocalFolder
from colophon.record.verify import verify
from colophon.vocabulary import Outcome
from tests.policy_host import PolicyHost, redirects, sends, sends_unless_known, waits

pytestmark = pytest.mark.job

OPTIONS = FetchOptions("colophon/0", pause_seconds=0, timeout_seconds=10, reach=Reach.ANYWHERE)
ROBOTS = "robots"
FILES = ["/.well-known/tdmrep.json", "/ai.txt", "/robots.txt"]
RESERVES = b"User-agent: *\nDisallow: /\n"
RSL = b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><prohibits type="usage">ai-train</prohibits></license></content></rsl>'  # noqa: E501


#: A moment after every look of a test, and not too long after.
TOMORROW = datetime.now(UTC) + timedelta(days=1)


class Silent:
    """Is told how far a collection is, and shows nothing."""

    def __init__(self):
        self.hosts = self.requests = 0

    def host_done(self, requests):
        self.hosts += 1
        self.requests += requests


@dataclass(frozen=True)
class Crawl:
    """Pages of some hosts in a corpus of their own, and the record over them."""

    folder: Path
    host: object

    @property
    def record(self):
        return self.folder / "record"

    def page(self, name, path, at):
        scheme, _, authority = name.rpartition("//") if "//" in name else ("http:", "", self.host.authority(name))
        return {"text": f"the page {path} of {name}", "url": f"{scheme}//{authority}{path}", "at": at}

    def add(self, file, *names, at="2026-02-03T00:00:00Z", paths=("/a", "/b")):
        (self.folder / "data").mkdir(exist_ok=True)
        lines = [json.dumps(self.page(name, path, at)) for name in names for path in paths]
        (self.folder / "data" / file).write_text("\n".join(lines) + "\n")

    def run(self, policy="code", obtained="2026-03-01"):
        (self.folder / "corpus.yaml").write_text(f"""
colophon: 1
corpus: crawl
policy: {policy}
analysis: {{language: false, pii: false, license: false}}
sources:
  - name: pages
    stage: pretraining
    acquisition: public_dataset
    connector: jsonl
    paths: [data/*.jsonl]
    fields: {{text: text, url: url, fetched_at: at}}
    obtained: {obtained}
    legal_basis: tdm_art4
""")
        corpus = load_corpus(str(self.folder / "corpus.yaml"), installed())
        return run_job(corpus, JobOptions(str(self.record), Engine(workers=1)))

    def collect(self, options=OPTIONS):
        return collect_signals(str(self.record), options, "signals collect", Silent())

    def rows(self, query):
        with open_record(str(self.record)) as opened:
            return opened.sql(query).to_pylist()

    def files(self):
        return {str(f.relative_to(self.record)): f.read_bytes() for f in self.record.rglob("*") if f.is_file()}


@pytest.fixture(scope="module")
def listening():
    """A web server at one port, so that records of its hosts can be made once."""
    host = PolicyHost()
    yield host
    host.stop()


@pytest.fixture
def policy_host(listening):
    listening.forget()
    return listening


@pytest.fixture(scope="module")
def two_hosts(listening, tmp_path_factory):
    made = Crawl(tmp_path_factory.mktemp("two"), listening)
    made.add("1.jsonl", "127.0.0.1", "127.0.0.2")
    made.run()
    return made


@pytest.fixture(scope="module")
def twenty_hosts(listening, tmp_path_factory):
    made = Crawl(tmp_path_factory.mktemp("twenty"), listening)
    made.add("1.jsonl", *(f"127.0.0.{n}" for n in range(1, 21)), paths=("/a",))
    made.run()
    return made


@pytest.fixture
def crawl(two_hosts, policy_host, tmp_path):
    """Pages of two hosts, and the record over them."""
    shutil.copytree(two_hosts.folder, tmp_path / "crawl")
    return Crawl(tmp_path / "crawl", policy_host)


@pytest.fixture
def large_crawl(twenty_hosts, policy_host, tmp_path):
    """A page of each of twenty hosts, and the record over them."""
    shutil.copytree(twenty_hosts.folder, tmp_path / "large")
    return Crawl(tmp_path / "large", policy_host)


# --- what a collection adds ----------------------------------------------------------------------------------------


def test_every_policy_file_of_every_host_is_asked_for_once_and_each_look_is_kept(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(RESERVES, ETag='"1"')
    collected = crawl.collect()
    assert Counter(policy_host.asked) == dict.fromkeys(FILES, 2)
    assert collected.outcomes[ROBOTS, Outcome.OK] == collected.outcomes["tdmrep", Outcome.ABSENT] == 2
    found = crawl.rows(
        "SELECT * EXCLUDE (observation_id, observed_at) FROM observations WHERE protocol = 'robots' ORDER BY authority"
    )
    assert [row.pop("authority") for row in found] == [policy_host.authority(f"127.0.0.{n}") for n in (1, 2)]
    assert found[0] | {"requested_url": None, "final_url": None, "evidence_sha256": None} == {
        "shard_id": None, "protocol": "robots", "place": "host", "doc_id": None, "requested_url": None,
        "final_url": None, "redirects": 0, "outcome": "ok", "http_status": 200, "headers_kept": '{"etag":"\\"1\\""}',
        "origin": "colophon signals collect", "grade": "live", "user_agent": "colophon/0", "evidence_sha256": None,
        "scheme": "http", "kept_by": "provider", "refers_to_url": None, "refers_to_date": None, "payload_digest": None,
        "answered_by": None, "known_at": None, "oldest_at": None,
    }  # fmt: skip
    assert crawl.rows("SELECT bytes FROM evidence") == [{"bytes": RESERVES}], "the same bytes are kept once"


def test_the_lines_of_other_protocols_in_a_robots_txt_are_observed_too(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(b"User-agent: *\nContent-Usage: train-ai=n\nContent-Signal: ai-train=no\n")
    crawl.collect()
    found = crawl.rows("SELECT protocol, state, count(*) AS n FROM signals GROUP BY ALL ORDER BY ALL")
    assert found == [{"protocol": p, "state": "reserved", "n": 2} for p in ("aipref", "content_signal")]


def test_a_collection_is_a_generation_that_verifies_and_leaves_every_file_as_it_was(crawl):
    before, parent = crawl.files(), read_manifest(str(crawl.record))
    crawl.collect()
    after, manifest = crawl.files(), read_manifest(str(crawl.record))
    kept = before.keys() - {"manifest.json", "views.sql"}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert (manifest.generation, manifest.parent_root, manifest.plan_sha256) == (2, parent.root_hash, None)
    assert set(parent.files) < set(manifest.files)
    found = verify(str(crawl.record), views_sql)
    assert (found.problems, found.unfinished) == ((), ())
    (run,) = crawl.rows("SELECT * FROM runs WHERE generation = 2")
    assert (run["command"], json.loads(run["counts"])["collect.hosts"]) == ("signals collect", 2)


def test_another_collection_adds_another_generation(crawl):
    crawl.collect()
    crawl.collect()
    assert read_manifest(str(crawl.record)).generation == 3
    assert crawl.rows("SELECT count(*) AS n FROM observations WHERE protocol = 'robots'") == [{"n": 4}]
    assert verify(str(crawl.record), views_sql).problems == ()


def test_an_unchanged_file_is_a_look_that_found_the_same_bytes(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends_unless_known(RESERVES, '"1"')
    crawl.collect()
    collected = crawl.collect()
    assert collected.unchanged == 2
    crawl.collect()
    robots = crawl.rows("SELECT * FROM observations WHERE protocol = 'robots' ORDER BY observed_at")
    assert [row["http_status"] for row in robots] == [200] * 2 + [304] * 4
    assert len({row["evidence_sha256"] for row in robots}) == 1
    assert len(crawl.rows("SELECT * FROM evidence")) == 1
    assert crawl.rows("SELECT count(*) AS n FROM signals WHERE protocol = 'robots' AND purpose = 'train'") == [{"n": 6}]


def test_a_look_that_fails_is_kept(crawl, policy_host):
    policy_host.paths["/robots.txt"] = redirects("/robots.txt")
    policy_host.paths["/ai.txt"] = sends(b"", 503)
    crawl.collect()
    found = crawl.rows("SELECT DISTINCT protocol, outcome, redirects, evidence_sha256 FROM observations ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("ai_txt", "server_error", 0, None),
        ("aipref", "unreadable", 5, None),
        ("content_signal", "unreadable", 5, None),
        ("robots", "unreadable", 5, None),
        ("tdmrep", "absent", 0, None),
    ]


def test_a_record_without_addresses_gets_no_generation(tmp_path, policy_host):
    crawl = Crawl(tmp_path, policy_host)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.jsonl").write_text('{"text": "a text from nowhere"}\n')
    crawl.run()
    before = crawl.files()
    assert crawl.collect().manifest is None
    assert crawl.files() == before


def test_hosts_are_asked_by_the_schemes_of_their_documents(make_record, document):
    record = make_record(
        documents=[
            document(0, 0, "secure.example/a"),
            document(0, 1, "both.example/a"),
            document(0, 2, "both.example/b", url="http://both.example/b"),
            document(0, 3, "plain.example/a", url="http://plain.example/a"),
            document(0, 4, "cut.example/a", url="cut.example"),
            document(0, 5, "files.example/a", url="ftp://files.example/a"),
            document(0, 6),
        ]
    )
    with open_record(record) as opened:
        hosts = {host.authority: host.questions() for host in collection.hosts_of(opened)}
    asked = {name: [question.url for question in of_host] for name, of_host in hosts.items()}
    assert {name: [url for url in urls if url.endswith("/robots.txt")] for name, urls in asked.items()} == {
        "both.example": ["http://both.example/robots.txt", "https://both.example/robots.txt"],
        "cut.example": ["https://cut.example/robots.txt"],
        "plain.example": ["http://plain.example/robots.txt"],
        "secure.example": ["https://secure.example/robots.txt"],
    }


# --- RSL -----------------------------------------------------------------------------------------------------------


def licensed(*urls):
    return b"User-agent: *\nAllow: /\n" + b"".join(b"License: %s\n" % url.encode() for url in urls)


def test_rsl_files_that_a_robots_txt_names_are_asked_for(crawl, policy_host):
    own = [policy_host.url("/rsl.xml", f"127.0.0.{n}") for n in (1, 2)]
    policy_host.paths["/robots.txt"] = sends(licensed(own[0]))
    policy_host.paths["/rsl.xml"] = sends(RSL)
    crawl.collect()
    assert policy_host.asked.count("/rsl.xml") == 2, "the file of another host is asked for once, and so is an own one"
    found = crawl.rows("SELECT authority, requested_url, outcome FROM observations WHERE requested_url LIKE '%rsl.xml'")
    assert [(row["requested_url"], row["outcome"]) for row in found] == [(own[0], "ok")] * 2
    assert crawl.rows("SELECT count(*) AS n FROM signals WHERE protocol = 'rsl' AND state = 'reserved'") == [{"n": 2}]


def test_several_rsl_files_of_a_host_are_one_look_in_time(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(licensed(*(policy_host.url(f"/{n}.xml") for n in "ab")))
    policy_host.paths["/a.xml"] = policy_host.paths["/b.xml"] = sends(RSL)
    crawl.collect()
    times = crawl.rows("""
        SELECT count(*) AS looks, count(DISTINCT observed_at) AS times FROM observations
        WHERE requested_url LIKE '%.xml' GROUP BY authority
    """)
    assert times == [{"looks": 2, "times": 1}] * 2


def test_a_robots_txt_cannot_ask_for_any_number_of_files(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(licensed(*(policy_host.url(f"/{n}.xml") for n in range(50))))
    crawl.collect()
    assert len({path for path in policy_host.asked if path.endswith(".xml")}) == MAX_POINTED_FILES


def test_rsl_files_of_an_unchanged_robots_txt_are_asked_for_again(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends_unless_known(licensed(policy_host.url("/rsl.xml")), '"1"')
    policy_host.paths["/rsl.xml"] = sends(RSL)
    crawl.collect()
    crawl.collect()
    assert policy_host.asked.count("/rsl.xml") == 2 + 2
    assert crawl.rows("SELECT count(*) AS n FROM observations WHERE requested_url LIKE '%rsl.xml'") == [{"n": 4}]


# --- before it begins ----------------------------------------------------------------------------------------------


def test_a_plan_asks_nobody_and_writes_nothing(crawl, policy_host):
    before = crawl.files()
    planned = plan_collection(str(crawl.record), FetchOptions("colophon/0", pause_seconds=2.0))
    assert (planned.hosts, planned.requests, planned.kept, planned.least_seconds) == (2, 6, 0, 4.0)
    assert crawl.files() == before
    assert policy_host.asked == []


def test_where_no_record_is_nothing_is_made(tmp_path):
    with pytest.raises(NotARecordError):
        collect_signals(str(tmp_path / "none"), OPTIONS, "signals collect", Silent())
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_is_being_written_is_not_collected_for(crawl, policy_host):
    with LocalFolder(str(crawl.record)).writing(), pytest.raises(RecordLockedError):
        crawl.collect()
    assert policy_host.asked == []


def test_a_run_that_was_interrupted_is_finished_first(crawl, policy_host, monkeypatch):
    crawl.add("2.jsonl", "127.0.0.3")
    with monkeypatch.context() as patch:
        patch.setattr("colophon.pipeline.job.commit", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.run()
    with pytest.raises(RunUnfinishedError):
        crawl.collect()
    assert policy_host.asked == []
    crawl.run()
    crawl.collect()
    assert verify(str(crawl.record), views_sql).problems == ()


def _fails(*_):
    raise OutputUnwritableError("there", os.strerror(errno.ENOSPC))


# --- interruptions -------------------------------------------------------------------------------------------------


def stop_after(crawl, requests, how):
    """Start a collection as a user does, and stop it after so many requests. Returns its exit code and messages."""
    options = ["--allow-private", "--pause", "0", "--at-once", "1"]
    command = [sys.executable, "-m", "colophon", "-q", "signals", "collect", str(crawl.record), *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while len(crawl.host.asked) < requests:
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(how)
    said = process.communicate(timeout=60)[1].decode()
    return process.returncode, said


@pytest.mark.parametrize("requests", [1, 25])
def test_a_killed_collection_continues_and_asks_nothing_twice_that_was_answered(large_crawl, policy_host, requests):
    crawl = large_crawl
    policy_host.paths["/robots.txt"] = waits(0.02, sends(RESERVES))
    stop_after(crawl, requests, signal.SIGKILL)
    asked = len(policy_host.asked)
    found = verify(str(crawl.record), views_sql)
    assert not found.problems
    assert "collection/looks.jsonl" in found.unfinished
    planned = plan_collection(str(crawl.record), OPTIONS)
    assert asked - 1 <= planned.kept <= asked
    assert planned.requests == 60 - planned.kept
    collected = crawl.collect()
    assert len(policy_host.asked) == asked + planned.requests
    assert sum(collected.outcomes.values()) == 60
    assert crawl.rows("SELECT count(DISTINCT (authority, protocol)) AS n FROM observations WHERE protocol IN "
                      "('robots', 'tdmrep', 'ai_txt')") == [{"n": 60}]  # fmt: skip
    found = verify(str(crawl.record), views_sql)
    assert (found.problems, found.unfinished) == ((), ())


def test_an_interrupted_collection_ends_with_130_and_keeps_what_it_saw(large_crawl, policy_host):
    policy_host.paths["/robots.txt"] = policy_host.paths["/ai.txt"] = waits(0.02, sends(RESERVES))
    code, said = stop_after(large_crawl, 10, signal.SIGINT)
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in said
    assert "same command" in said
    assert 9 <= plan_collection(str(large_crawl.record), OPTIONS).kept < 60
    assert verify(str(large_crawl.record), views_sql).problems == ()


@pytest.mark.parametrize("tail", [b"[{", b"[{}]\n", b"\0\0\0", b"\xff\n"])
def test_a_look_that_was_cut_off_while_it_was_written_is_taken_again(crawl, policy_host, monkeypatch, tail):
    with monkeypatch.context() as patch:
        patch.setattr(collection, "write_collection", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.collect()
    file = crawl.record / "collection" / "looks.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]) + tail)
    policy_host.asked.clear()
    crawl.collect()
    assert len(policy_host.asked) == 1
    assert verify(str(crawl.record), views_sql).problems == ()


def test_rsl_files_are_asked_for_after_an_interruption_between_them_and_robots_txt(crawl, policy_host, monkeypatch):
    policy_host.paths["/robots.txt"] = sends(licensed(policy_host.url("/rsl.xml")))
    policy_host.paths["/rsl.xml"] = sends(RSL)
    with monkeypatch.context() as patch:
        patch.setattr(collection, "write_collection", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.collect()
    file = crawl.record / "collection" / "looks.jsonl"
    file.write_bytes(b"".join(line for line in file.read_bytes().splitlines(keepends=True) if b'"rsl"' not in line))
    policy_host.asked.clear()
    crawl.collect()
    assert set(policy_host.asked) == {"/rsl.xml"}


def test_a_run_between_an_interruption_and_its_continuation_takes_nothing_away(crawl, policy_host, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(collection, "write_collection", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.collect()
    crawl.add("2.jsonl", "127.0.0.3")
    crawl.run()
    policy_host.asked.clear()
    crawl.collect()
    assert sorted(policy_host.asked) == FILES
    assert read_manifest(str(crawl.record)).generation == 3
    assert verify(str(crawl.record), views_sql).problems == ()


@pytest.mark.parametrize("follows", ["collection", "run"])
def test_parts_of_a_collection_that_failed_at_its_manifest_do_not_stay(crawl, policy_host, monkeypatch, follows):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    with monkeypatch.context() as patch:
        patch.setattr(generation, "commit_manifest", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.collect()
    assert not verify(str(crawl.record), views_sql).problems
    if follows == "run":
        crawl.add("2.jsonl", "127.0.0.3")
        crawl.run()
        assert crawl.rows("SELECT * FROM observations") == []
    crawl.collect()
    found = verify(str(crawl.record), views_sql)
    assert (found.problems, found.unfinished) == ((), ())
    assert crawl.rows(
        "SELECT DISTINCT count(*) AS n FROM observations WHERE protocol = 'robots' GROUP BY authority"
    ) == [{"n": 1}]


@pytest.mark.parametrize("write", [1, 3, 5])
def test_a_full_disk_is_said_plainly_and_the_next_collection_continues(crawl, policy_host, monkeypatch, write):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    commit, writes = LocalFolder.committing, 0

    @contextmanager
    def filling_up(self, path):
        nonlocal writes
        writes += 1
        if writes == write:
            raise OutputUnwritableError(path, os.strerror(errno.ENOSPC))
        with commit(self, path) as file:
            yield file

    with monkeypatch.context() as patch:
        patch.setattr(LocalFolder, "committing", filling_up)
        with pytest.raises(OutputUnwritableError, match="No space left"):
            crawl.collect()
    policy_host.asked.clear()
    crawl.collect()
    assert policy_host.asked == []
    assert verify(str(crawl.record), views_sql).problems == ()


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_up_under_the_looks_is_said_plainly(tmp_path):
    body = b"#" * 5_000
    look = Look("a", ROBOTS, "http://a/robots.txt", None, 0, TOMORROW, Outcome.OK, 200, None, "colophon/0", body)
    folder = LocalFolder(str(tmp_path))
    with pytest.raises(OutputUnwritableError, match="File too large"), WorkFile(folder) as work:
        work.keep([look])
    assert list(kept_looks(folder)) == []


def test_a_collection_that_fails_at_one_host_says_nothing_untrue_of_the_others(large_crawl, policy_host, monkeypatch):
    policy_host.paths["/robots.txt"] = waits(0.3, sends(RESERVES))
    keep, kept = WorkFile.keep, 0

    def failing_once(self, looks):
        nonlocal kept
        kept += 1
        if kept == 1:
            raise OutputUnwritableError("looks.jsonl", os.strerror(errno.ENOSPC))
        keep(self, looks)

    with monkeypatch.context() as patch:
        patch.setattr(WorkFile, "keep", failing_once)
        with pytest.raises(OutputUnwritableError, match="No space left"):
            large_crawl.collect(replace(OPTIONS, at_once=5))
    kept_so_far = list(kept_looks(LocalFolder(str(large_crawl.record))))
    assert [look for look in kept_so_far if look.outcome is Outcome.UNREACHABLE] == []
    assert large_crawl.collect().failures == {}


def test_looks_that_were_committed_before_a_crash_are_not_committed_again(crawl, policy_host, monkeypatch):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    with monkeypatch.context() as patch:
        patch.setattr(generation, "write_views", _fails)
        with pytest.raises(OutputUnwritableError):
            crawl.collect()
    assert read_manifest(str(crawl.record)).generation == 2
    assert plan_collection(str(crawl.record), OPTIONS).kept == 0
    policy_host.asked.clear()
    assert sum(crawl.collect().outcomes.values()) == 6
    assert len(policy_host.asked) == 6
    (rows,) = crawl.rows("SELECT count(*) AS n, count(DISTINCT observation_id) AS ids FROM observations")
    assert rows == {"n": 20, "ids": 20}
    assert verify(str(crawl.record), views_sql).problems == ()


# --- runs after a collection ---------------------------------------------------------------------------------------


def test_a_run_with_nothing_new_leaves_a_collected_record_as_it_is(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    crawl.collect()
    before = crawl.files()
    assert crawl.run().clusters is None
    assert crawl.files() == before


def test_what_was_collected_after_the_fetch_decides_nothing_at_the_fetch(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    crawl.collect()
    crawl.add("2.jsonl", "127.0.0.3")
    crawl.run()
    assert crawl.rows("SELECT * FROM verdicts") == crawl.rows("SELECT * FROM decisions") == []
    reasons = crawl.rows("SELECT DISTINCT unknown_reason FROM optout_audit WHERE protocol = 'robots' ORDER BY ALL")
    assert [row["unknown_reason"] for row in reasons] == ["after_only", "not_observed"]


def test_what_was_collected_before_the_fetch_of_later_pages_decides_on_them(crawl, policy_host):
    policy_host.paths["/robots.txt"] = sends(b"User-agent: *\nDisallow: /b\n")
    crawl.collect()
    assert crawl.rows("SELECT sum(looks)::INT AS looks, sum(documents)::INT AS documents FROM awaiting_run") == [
        {"looks": 6, "documents": 0}
    ]
    (seen,) = crawl.rows("SELECT max(observed_at) AS at FROM observations")
    crawl.add("2.jsonl", "127.0.0.1", at=seen["at"].isoformat())
    crawl.run()
    found = crawl.rows("""
        SELECT d.path, d.url, o.origin FROM verdicts v JOIN documents d USING (doc_id)
        JOIN observations o USING (observation_id) WHERE v.verdict = 'reserved' AND v.purpose = 'train'
    """)
    assert [(row["path"], row["origin"]) for row in found] == [("data/2.jsonl", "colophon signals collect")]
    assert found[0]["url"].endswith("/b")
    assert len(crawl.rows("SELECT * FROM decisions WHERE public_reason = 'reservation'")) == 1
    assert verify(str(crawl.record), views_sql).problems == ()


def test_a_run_gives_the_same_verdicts_whether_pages_or_looks_came_first(crawl, policy_host, tmp_path):
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    crawl.collect()
    shutil.copytree(crawl.folder, tmp_path / "copy")
    copy = Crawl(tmp_path / "copy", policy_host)
    crawl.add("2.jsonl", "127.0.0.1", at=TOMORROW.isoformat())
    crawl.run()
    crawl.add("3.jsonl", "127.0.0.2", at=TOMORROW.isoformat())
    crawl.run()
    copy.add("2.jsonl", "127.0.0.1", "127.0.0.2", at=TOMORROW.isoformat())
    copy.run()
    query = "SELECT d.url, v.* EXCLUDE (doc_id) FROM verdicts v JOIN documents d USING (doc_id) ORDER BY ALL"
    assert crawl.rows(query) == copy.rows(query) != []


def test_a_run_decides_anew_where_the_policy_counts_a_later_moment_than_the_fetch(tmp_path, policy_host):
    (tmp_path / "house.yaml").write_text("""
policy: house
version: 2026-01-01
clock: at_obtained
protocols: {robots: {standing: required, max_age_days: 30}}
training_agents: {roles: [], tokens: [], purposes: []}
actions: {reserved: drop, error: drop, unknown: keep, open: keep, allowed: keep, silent: keep}
copies: own
""")
    crawl = Crawl(tmp_path, policy_host)
    crawl.add("1.jsonl", "127.0.0.1")
    crawl.run("house.yaml", obtained=TOMORROW.date().isoformat())
    policy_host.paths["/robots.txt"] = sends(RESERVES)
    crawl.collect()
    assert crawl.rows("SELECT * FROM decisions") == []
    assert crawl.rows("SELECT looks, documents FROM awaiting_run") == [{"looks": 3, "documents": 2}]
    crawl.run("house.yaml", obtained=TOMORROW.date().isoformat())
    assert crawl.rows("SELECT * FROM awaiting_run") == []
    assert read_manifest(str(crawl.record)).generation == 3
    assert len(crawl.rows("SELECT * FROM decisions WHERE public_reason = 'reservation'")) == 2
    assert crawl.run("house.yaml", obtained=TOMORROW.date().isoformat()).clusters is None
