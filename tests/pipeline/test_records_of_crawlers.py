"""What crawlers write about themselves and about pages again: from a web archive to verdicts, lists and answers."""

from __future__ import annotations

import io

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.audit.lookup import LookupStatus, look_up
from colophon.config.load import load_corpus
from colophon.extensions import installed
from colophon.pipeline.engines.beam import Engine
from colophon.pipeline.job import JobOptions, run_job
from colophon.query.session import open_record

pytestmark = pytest.mark.job

CORPUS = """colophon: 1
corpus: archives
policy: code
analysis: {language: false, pii: false, license: false}
sources:
  - name: crawl
    stage: pretraining
    acquisition: crawled_own
    connector: warc
    paths: [crawl.warc.gz]
    crawler: {name: TestBot, user_agents: [TestBot]}
    legal_basis: tdm_art4
"""
TEXT = b"A page with some words on it, so that there is a text to keep, and more than one sentence of it."
RESERVED = b"User-agent: *\nDisallow: /\n"


def written(records):
    file = io.BytesIO()
    writer = WARCWriter(file)
    for kind, target, body in records:
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                target,
                kind,
                payload=io.BytesIO(body),
                http_headers=http if kind == "response" else None,
                warc_content_type="" if kind == "response" else "text/plain",
                warc_headers_dict={"WARC-Date": "2024-05-06T07:08:09Z"},
            )
        )
    return file.getvalue()


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives")
    records = [
        ("response", "https://open.example.org/page", TEXT),
        ("response", "https://shut.example.net/robots.txt", RESERVED),
        ("response", "https://shut.example.net/page", b"Reserved. " + TEXT),
        ("resource", "urn:text:https://shut.example.net/page", b"Reserved. " + TEXT),
        ("resource", "urn:text:https://shut.example.net/other", b"Reserved as well. " + TEXT),
        ("resource", "metadata://gnu.org/software/wget/warc/wget.log", b"Log. " + TEXT),
        ("resource", "screenshot:https://shown.example.com/", TEXT),
        ("response", "file:///provenance-summary.html", b"Provenance. " + TEXT),
    ]
    (folder / "crawl.warc.gz").write_bytes(written(records))
    (folder / "corpus.yaml").write_text(CORPUS)
    corpus = load_corpus(str(folder / "corpus.yaml"), installed())
    run_job(corpus, JobOptions(record=str(folder / "record"), engine=Engine(workers=1)))
    with open_record(str(folder / "record")) as record:
        yield record


def test_documents_are_the_pages_and_texts_of_pages_that_are_not_there(opened):
    rows = opened.sql("SELECT url, position FROM documents ORDER BY position").to_pylist()
    assert [(row["url"], row["position"]) for row in rows] == [
        ("https://open.example.org/page", 0),
        ("https://shut.example.net/page", 2),
        ("https://shut.example.net/other", 4),
    ]


def test_the_text_of_a_page_shares_its_verdict(opened):
    kept = opened.table("documents_kept").column("url").to_pylist()
    assert kept == ["https://open.example.org/page"]


@pytest.mark.parametrize("place", ["gnu.org", "shown.example.com"])
def test_a_place_that_only_a_crawler_names_is_not_said_to_be_used(opened, place):
    assert look_up(opened, place).status is not LookupStatus.USED


def test_the_list_of_crawled_domains_has_only_those_of_pages_that_are_kept(opened):
    assert opened.table("crawl_domain_places").column("domain").to_pylist() == ["example.org"]
