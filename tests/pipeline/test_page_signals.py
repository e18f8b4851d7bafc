"""What pages say on rights themselves: from a web archive to verdicts and the audit."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from PIL import Image
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.audit.as_of import judge_as_of, policy_of
from colophon.audit.audit import audit_record
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record
from colophon.reservations.moment import AT_FETCH, asked_moment

pytestmark = pytest.mark.job

CORPUS = """colophon: 1
corpus: pages
policy: ours.yaml
analysis: {language: false, pii: false, license: false}
sources:
  - name: crawl
    stage: pretraining
    acquisition: crawled_own
    connector: warc
    paths: [crawl.warc]
    collected: {from: 2024-01, to: 2024-03}
    obtained: 2024-02-10
    legal_basis: tdm_art4
    crawler: {name: TestBot, user_agents: [TestBot]}
    signals: {rsl: [{paths: rsl.jsonl}]}
"""
POLICY = (
    files("colophon.reservations")
    .joinpath("policies", "code.yaml")
    .read_text()
    .replace("policy: code", "policy: ours")
    .replace(
        "  request: {standing: honoured}",
        "  request: {standing: honoured}\n"
        "  x_robots: {standing: required, max_age_days: 30}\n"
        "  meta_robots: {standing: required, max_age_days: 30}\n"
        "  iptc: {standing: honoured}\n"
        "  rsl: {standing: honoured, max_age_days: 30}",
    )
)
TEXT = b"<p>A page with some words on it, so that there is a text to keep, and more than one sentence of it.</p>"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tdm="http://www.w3.org/ns/tdmrep/" tdm:reservation="1"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def page(head=b""):
    return b"<html><head>" + head + b"</head><body>" + TEXT + b"</body></html>"


def picture():
    """A picture whose metadata reserve the right."""
    made = io.BytesIO()
    Image.new("RGB", (2, 2)).save(made, "JPEG", xmp=XMP)
    return made.getvalue()


LICENSE = "https://c.example/license.xml"
RSL = {
    "url": LICENSE,
    "fetched_at": "2024-01-31T00:00:00Z",
    "status": 200,
    "body": '<rsl xmlns="https://rslstandard.org/rsl">'
    '<content url="/"><license><permits type="usage">ai-train</permits></license></content>'
    '<content url="/shut"><license><prohibits type="usage">ai-train</prohibits></license></content>'
    "</rsl>",
}


def points_to(address):
    return [("Link", f'<{address}>; rel="license"; type="application/rsl+xml"')]


RECORDS = [
    ("https://a.example/robots.txt", 200, [("Content-Type", "text/plain")], b"User-agent: *\nAllow: /\n"),
    (
        "https://a.example/.well-known/tdmrep.json",
        200,
        [("Content-Type", "application/json")],
        b'[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://a.example/license"}]',
    ),
    ("https://a.example/silent-below-the-file", 200, [], page()),
    ("https://a.example/free", 200, [("TDM-Reservation", "0")], page()),
    ("https://b.example/robots.txt", 404, [], b""),
    ("https://b.example/header", 200, [("X-Robots-Tag", "NoAI")], page()),
    ("https://b.example/tag", 200, [], page(b'<meta name="robots" content="index, noai">')),
    ("https://b.example/other-bot", 200, [("X-Robots-Tag", "otherbot: noai")], page()),
    ("https://b.example/silent", 200, [], page()),
    ("https://c.example/read", 200, points_to(LICENSE), page()),
    ("https://c.example/shut", 200, points_to("/license.xml"), page()),
    ("https://c.example/unread", 200, points_to("https://c.example/other.xml"), page()),
    ("https://b.example/picture.jpg", 200, [("Content-Type", "image/jpeg")], picture()),
]


def recorded(folder, records, policy):
    with (folder / "crawl.warc").open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        for url, status, headers, body in records:
            kind = [] if any(name == "Content-Type" for name, _ in headers) else [("Content-Type", "text/html")]
            http = StatusAndHeaders(f"{status} Said", [*headers, *kind], protocol="HTTP/1.1")
            written = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": "2024-02-01T00:00:00Z"},
            )
            writer.write_record(written)
    (folder / "rsl.jsonl").write_text(json.dumps(RSL) + "\n")
    (folder / "ours.yaml").write_text(policy)
    (folder / "corpus.yaml").write_text(CORPUS)
    corpus = load_corpus(str(folder / "corpus.yaml"), installed())
    run_job(corpus, JobOptions(record=str(folder / "record"), engine=Engine(workers=1)))
    return str(folder / "record")


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return recorded(tmp_path_factory.mktemp("pages"), RECORDS, POLICY)


def states(opened, protocol):
    rows = opened.sql(
        "SELECT url, coalesce(unknown_reason, state) AS state FROM optout_audit WHERE protocol = $protocol",
        {"protocol": protocol},
    )
    return {row["url"].split("example/")[1]: row["state"] for row in rows.to_pylist()}


def test_headers_reserve_for_the_page_that_carries_them(record):
    with open_record(record) as opened:
        found = states(opened, "x_robots")
    assert found.pop("header") == "reserved"
    assert set(found.values()) == {"silent"}


def test_tags_reserve_for_the_page_that_carries_them(record):
    with open_record(record) as opened:
        found = states(opened, "meta_robots")
    assert found.pop("tag") == "reserved"
    assert set(found.values()) == {"silent"}


def test_a_page_speaks_before_the_file_of_its_host(record):
    with open_record(record) as opened:
        found = states(opened, "tdmrep")
        rule = opened.sql("SELECT value FROM signals WHERE protocol = 'tdmrep' AND state = 'reserved' ORDER BY ALL")
    assert (found["silent-below-the-file"], found["free"]) == ("reserved", "allowed")
    assert any("https://a.example/license" in value for value in rule["value"].to_pylist())


@pytest.mark.parametrize("clock", ["at_fetch", "2024-02-01"])
def test_a_page_that_points_to_a_license_is_judged_by_it_where_it_was_read(record, clock):
    with open_record(record) as opened:
        judge_as_of(opened, asked_moment(clock, datetime.now(UTC).date()), None)
        found = states(opened, "rsl")
    assert (found["read"], found["shut"], found["unread"]) == ("allowed", "reserved", "terms_not_read")


def test_an_audit_at_fetch_gives_the_verdicts_that_the_run_stored(record):
    with open_record(record) as opened:
        stored = opened.sql("FROM verdicts ORDER BY ALL")
        judge_as_of(opened, AT_FETCH, policy_of(opened))
        assert opened.sql("FROM verdicts ORDER BY ALL").equals(stored)
    assert {"robots", "tdmrep", "rsl", "x_robots", "meta_robots"} & set(stored["protocol"].to_pylist())


def test_a_host_that_has_no_robots_and_was_not_asked_for_tdmrep_is_silent_and_unknown(record):
    with open_record(record) as opened:
        assert states(opened, "robots")["silent"] == "silent"
        assert states(opened, "tdmrep").get("silent", "not_observed") == "not_observed"


def test_a_response_without_a_document_is_read_for_its_signals(record):
    with open_record(record) as opened:
        seen = opened.sql("SELECT * FROM observations WHERE requested_url LIKE '%picture.jpg'").to_pylist()
        look = {"look": seen[0]["observation_id"]}
        said = opened.sql("SELECT state, doc_id FROM signals WHERE observation_id = $look", look)
        rejected = opened.sql("SELECT count(*) AS n FROM rejects WHERE reason = 'content_type'")["n"].to_pylist()
    assert [(s["protocol"], s["place"], s["doc_id"]) for s in seen] == [("tdmrep", "page", None)]
    assert said.to_pylist() == [{"state": "reserved", "doc_id": None}]
    assert rejected == [1]


def test_evidence_of_a_page_is_its_header_and_no_more(record):
    with open_record(record) as opened:
        kept = opened.sql(
            "SELECT bytes FROM evidence JOIN observations USING (evidence_sha256) WHERE protocol = 'x_robots'"
        )
    assert all(b"<p>" not in evidence for evidence in kept["bytes"].to_pylist())
    assert any(b"NoAI" in evidence for evidence in kept["bytes"].to_pylist())


@pytest.mark.parametrize(
    ("day", "tagged", "silent"),
    [
        ("2024-01-31", "after_only", "after_only"),
        ("2024-02-20", "reserved", "silent"),
        ("2024-06-01", "reserved", "stale"),
    ],
)
def test_what_a_page_reserved_carries_forward_and_its_silence_grows_old(record, day, tagged, silent):
    with open_record(record) as opened:
        audit_record(opened, asked_moment(day, datetime.now(UTC).date()))
        found = states(opened, "meta_robots")
        carried = opened.sql(
            "SELECT carried_forward FROM optout_audit WHERE protocol = 'meta_robots' AND url LIKE '%/tag'"
        )
    assert (found["tag"], found["silent"]) == (tagged, silent)
    assert carried["carried_forward"].to_pylist() == [tagged == "reserved"]


def test_dropped_pages_name_the_protocol(record):
    with open_record(record) as opened:
        rows = opened.sql(
            "SELECT d.url, x.reason FROM decisions x JOIN documents d USING (doc_id) WHERE x.position = 0"
        )
    reasons = {row["url"].split("example/")[1]: row["reason"] for row in rows.to_pylist()}
    assert reasons["header"].startswith("x_robots reserved")
    assert reasons["tag"].startswith("meta_robots reserved")
    assert "free" not in reasons or "tdmrep" not in reasons["free"]


def test_a_page_that_speaks_is_not_dropped_as_unknown_because_nobody_asked_its_host(tmp_path):
    policy = POLICY.replace("tdmrep: {standing: honoured", "tdmrep: {standing: required").replace(
        "unknown: keep", "unknown: drop"
    )
    robots = ("https://a.example/robots.txt", 200, [("Content-Type", "text/plain")], b"")
    free = ("https://a.example/free", 200, [("TDM-Reservation", "0")], page())
    shut = ("https://a.example/shut", 200, [("TDM-Reservation", "1")], page())
    plain = ("https://a.example/plain", 200, [], page())
    with open_record(recorded(tmp_path, [robots, free, shut, plain], policy)) as opened:
        found = opened.sql(
            "SELECT d.url, o.state, x.reason FROM documents AS d JOIN optout_documents AS o USING (doc_id) "
            "LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.reason LIKE '%(%' ORDER BY d.url"
        ).to_pylist()
    assert [(row["url"].rpartition("/")[2], row["state"], row["reason"]) for row in found] == [
        ("free", "allowed", None),
        ("plain", "unknown", "tdmrep unknown (train)"),
        ("shut", "reserved", "tdmrep reserved (train)"),
    ]
