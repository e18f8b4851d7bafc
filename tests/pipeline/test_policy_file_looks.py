"""From archives and tables of looks to states: schemes, redirects and unchanged files across the files of a corpus."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.audit.as_of import judge_as_of
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record
from colophon.reservations.moment import Moment
from colophon.reservations.policy import Clock

pytestmark = pytest.mark.job

CLOSED = b"User-agent: *\nDisallow: /closed/\n"
SOURCE = {
    "stage": "pretraining", "acquisition": "crawled_own", "legal_basis": "tdm_art4", "obtained": "2026-03-02",
    "crawler": {"name": "TestBot", "operator": "Test House", "user_agents": ["TestBot"]},
}  # fmt: skip
LINES = {"connector": "jsonl", "fields": {"text": "text", "url": "url", "fetched_at": "at"}}


@dataclass
class Archive:
    """A web archive in the making."""

    file: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.writer = WARCWriter(self.file, gzip=True)

    def info(self, **fields: str) -> Archive:
        self.writer.write_record(self.writer.create_warcinfo_record("archive.warc.gz", fields))
        return self

    def add(
        self, url: str, when: str, status: str = "200 OK", body: bytes = b"", kind: str = "response", **headers: str
    ) -> Archive:
        http = [("Content-Type", "text/plain")] + [(n, v) for n, v in headers.items() if not n.startswith("WARC")]
        named = {"WARC-Date": when} | {n.replace("_", "-"): v for n, v in headers.items() if n.startswith("WARC")}
        record = self.writer.create_warc_record(
            url, kind, io.BytesIO(body), http_headers=StatusAndHeaders(status, http, protocol="HTTP/1.1"),
            warc_headers_dict=named,
        )  # fmt: skip
        self.writer.write_record(record)
        return self


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def page(url: str, when: str = "2026-03-02T10:00:00Z") -> dict[str, Any]:
    return {"text": f"What stands at {url} is a text of its own.", "url": url, "at": when}


FIRST = (
    Archive()
    .info(operator="Test House", software="TestBot/1 (github.com/commoncrawl/example)")
    .add("http://plain.example/robots.txt", "2026-03-02T09:00:00Z", body=b"")
    .add("https://plain.example/robots.txt", "2026-03-02T08:00:00Z", body=CLOSED)
    .add("http://onlyhttp.example/robots.txt", "2026-03-02T09:00:00Z", body=CLOSED)
    .add("https://moved.example/robots.txt", "2026-03-02T08:00:00Z", "301 Moved", Location="https://www.moved.example/robots.txt")
    .add("https://lost.example/robots.txt", "2026-03-02T08:00:00Z", "302 Found", Location="//later.example/robots.txt")
    .add("https://elsewhere.example/robots.txt", "2026-03-02T08:00:00Z", "307 x", Location="/static/r")
    .add("https://elsewhere.example/static/r", "2026-03-02T08:00:01Z", body=CLOSED)
    .add("https://same.example/robots.txt", "2026-03-02T08:00:00Z", kind="revisit",
         WARC_Refers_To_Target_URI="https://same.example/robots.txt", WARC_Refers_To_Date="2026-01-01T08:00:00Z")
    .add("https://gone.example/robots.txt", "2026-03-02T08:00:00Z", "304 Not Modified")
    .add("https://gone.example/robots.txt", "2027-01-01T00:00:00Z", body=CLOSED)
)  # fmt: skip
SECOND = (
    Archive()
    .info(operator="Common Crawl Admin", isPartOf="CC-MAIN-2026-08")
    .add("https://same.example/robots.txt", "2026-01-01T08:00:00Z", body=CLOSED)
    .add("https://www.moved.example/robots.txt", "2026-03-02T08:00:02Z", body=CLOSED)
    .add("https://kept.example/robots.txt", "2026-03-02T08:00:00Z", body=CLOSED)
)
HOSTS = ("plain", "onlyhttp", "moved", "lost", "elsewhere", "same", "gone", "kept", "undated", "declared")
UNDATED = {"url": "https://undated.example/robots.txt", "status": 200, "body": CLOSED.decode()}
DECLARED = {"url": "https://declared.example/robots.txt", "fetched_at": "2026-03-02T08:00:00Z", "status": 200}
DECLARED |= {"body": CLOSED.decode()}
NO_LOOKS = ({"url": "https://declared.example/ROBOTS.TXT", "status": 200, "body": "x"},)


def write(folder, names: dict[str, bytes]) -> str:
    """A corpus of two sources: pages with an archive of policy files, and looks that others kept."""
    pages = [page(f"https://{host}.example/closed/x") for host in HOSTS] + [page("http://plain.example/closed/x")]
    pages.append({"text": "What nobody knows the address of."})
    for name, content in (
        {"pages.jsonl": lines(*pages), "more.jsonl": lines(page("https://z.example/"))} | names
    ).items():
        (folder / name).write_bytes(content)
    web = SOURCE | LINES | {"name": "web", "paths": ["pages.jsonl"], "max_rejects": 1}
    web["signals"] = {"robots": [{"paths": ["first.warc.gz", "looks.jsonl"]}]}
    other = SOURCE | LINES | {"name": "other", "paths": ["more.jsonl"]}
    other["signals"] = {"robots": [
        {"paths": ["second.warc.gz"]}, {"paths": ["declared.jsonl"], "kept_by": "third_party"},
    ]}  # fmt: skip
    corpus = {"colophon": 1, "corpus": "looks", "policy": "code", "analysis": {"language": False, "pii": False}}
    (folder / "corpus.yaml").write_text(json.dumps(corpus | {"sources": [web, other]}))
    return str(folder / "corpus.yaml")


def run(folder, corpus: str):
    options = JobOptions(record=str(folder / "record"), engine=Engine(workers=1))
    return run_job(load_corpus(corpus, installed()), options)


@pytest.fixture(scope="module")
def files():
    return {
        "first.warc.gz": FIRST.file.getvalue(), "second.warc.gz": SECOND.file.getvalue(),
        "looks.jsonl": lines(UNDATED), "declared.jsonl": lines(DECLARED, *NO_LOOKS),
    }  # fmt: skip


@pytest.fixture(scope="module")
def job(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("looks")
    return folder, run(folder, write(folder, files))


def states(folder) -> dict[str, tuple[str, str | None, str | None]]:
    with open_record(str(folder / "record")) as record:
        return states_of(record)


def states_of(record) -> dict[str, tuple[str, str | None, str | None]]:
    rows = record.sql("SELECT url, state, unknown_reason, rule FROM optout_audit WHERE protocol = 'robots'").to_pylist()
    return {row["url"]: (row["state"], row["unknown_reason"], row["rule"]) for row in rows}


RESERVED = ("reserved", None, "line 2: Disallow: /closed/")
EXPECTED = {
    "https://plain.example/closed/x": RESERVED,
    "http://plain.example/closed/x": ("silent", None, None),
    "https://onlyhttp.example/closed/x": ("unknown", "other_scheme", None),
    "https://moved.example/closed/x": RESERVED,
    "https://lost.example/closed/x": ("unknown", "redirect_not_followed", None),
    "https://elsewhere.example/closed/x": RESERVED,
    "https://same.example/closed/x": RESERVED,
    "https://gone.example/closed/x": ("unknown", "revisit_not_resolved", None),
    "https://kept.example/closed/x": RESERVED,
    "https://undated.example/closed/x": ("unknown", "no_look_time", None),
    "https://declared.example/closed/x": RESERVED,
    "https://z.example/": ("unknown", "not_observed", None),
    None: ("unknown", "no_address", None),
}


def test_each_page_is_judged_by_the_look_that_speaks_for_it(job):
    assert states(job[0]) == EXPECTED


def test_the_same_rule_holds_at_other_clocks(job):
    with open_record(str(job[0] / "record")) as record:
        judge_as_of(record, Moment(Clock.AT_OBTAINED), None)
        assert states_of(record) == EXPECTED


def test_the_way_of_a_redirect_is_in_the_table_of_observations(job):
    with open_record(str(job[0] / "record")) as record:
        (row,) = record.sql(
            "SELECT outcome, final_url, redirects FROM observations "
            "WHERE authority = 'moved.example' AND protocol = 'robots'"
        ).to_pylist()
    assert row == {"outcome": "ok", "final_url": "https://www.moved.example/robots.txt", "redirects": 1}


def test_who_kept_the_evidence_is_what_was_declared_or_what_the_archive_says(job):
    with open_record(str(job[0] / "record")) as record:
        rows = record.sql(
            "SELECT DISTINCT origin, kept_by, grade FROM observations WHERE protocol = 'robots' ORDER BY origin"
        ).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("declared.jsonl", "third_party", "third_party"),
        ("first.warc.gz", "provider", "warc"),
        ("looks.jsonl", None, "asserted"),
        ("second.warc.gz", "archive", "third_party"),
    ]


def test_a_row_of_signal_files_that_cannot_be_read_is_a_finding(job):
    (message,) = map(str, job[1].findings.unread_signals)
    assert "source other: 1 row of its signal files could not be read (unparsable policy_address 1)" in message
    assert "declared.jsonl" in message


def test_what_answers_may_come_with_a_later_generation(tmp_path, files):
    corpus = write(tmp_path, files | {"second.warc.gz": Archive().file.getvalue() or lines()})
    late = load_corpus(corpus, installed())
    assert late.sources[1].signals
    run(tmp_path, corpus)
    before = states(tmp_path)
    assert before["https://moved.example/closed/x"] == ("unknown", "redirect_not_followed", None)
    later = json.loads((tmp_path / "corpus.yaml").read_text())
    (tmp_path / "third.warc.gz").write_bytes(files["second.warc.gz"])
    added = SOURCE | LINES | {"name": "third", "paths": ["again.jsonl"]}
    added["signals"] = {"robots": [{"paths": ["third.warc.gz"]}]}
    (tmp_path / "again.jsonl").write_bytes(lines(page("https://again.example/")))
    later["sources"].append(added)
    (tmp_path / "corpus.yaml").write_text(json.dumps(later))
    run(tmp_path, corpus)
    assert states(tmp_path) == EXPECTED | {"https://again.example/": ("unknown", "not_observed", None)}
