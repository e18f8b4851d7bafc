from __future__ import annotations

import pytest

from colophon.connectors.formats.archived_address import ArchivedAddress, RecordSubject, archived_address

PAGE = "https://news.example.org/a?b=c%20d"


@pytest.mark.parametrize(
    "target",
    [
        PAGE,
        "HTTP://example.org/",
        "ftp://ftp.example.org/pub/readme.txt",
        "gemini://example.org/",
        "www.example.org/page",
        "example.org:8080/page",
        "localhost:8080/page",
        "/page",
        "",
    ],
)
def test_what_was_fetched_is_content(target):
    assert archived_address(target) == ArchivedAddress(RecordSubject.CONTENT, target)


def test_a_record_without_address_is_content():
    assert archived_address(None) == ArchivedAddress(RecordSubject.CONTENT, None)


@pytest.mark.parametrize(
    "target",
    [
        "metadata://gnu.org/software/wget/warc/wget.log",
        "metadata://netarkivet.dk/crawl/setup/order.xml?jobid=1",
        "METADATA://gnu.org/software/wget/warc/MANIFEST.txt",
        "urn:X-wpull:log",
        "urn:X-crocoite:script",
        f"urn:pageinfo:{PAGE}",
        f"urn:view:{PAGE}",
        f"urn:fullPage:{PAGE}",
        f"urn:thumbnail:{PAGE}",
        f"urn:screenshot:{PAGE}",
        "urn:text:about:blank",
        "urn:text:",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "file:///provenance-summary.html",
        "file:///dom-snapshot.html",
        f"screenshot:{PAGE}",
        f"thumbnail:{PAGE}",
        f"youtube-dl:00001:{PAGE}",
        "dns:example.org",
        "whois://whois.example.org/example.org",
        "filedesc://old.arc",
        "data:text/html,x",
        "about:blank",
        "chrome-extension://abc/x.html",
    ],
)
def test_what_a_crawler_writes_about_itself_is_none(target):
    assert archived_address(target).subject is RecordSubject.CRAWLER


@pytest.mark.parametrize(
    "target",
    [
        f"urn:text:{PAGE}",
        f"urn:textFinal:{PAGE}",
        f"URN:TEXT:{PAGE}",
        "urn:X-wpull:snapshot?url=https%3A%2F%2Fnews.example.org%2Fa%3Fb%3Dc%2520d",
    ],
)
def test_a_rendering_has_the_address_of_its_page(target):
    assert archived_address(target) == ArchivedAddress(RecordSubject.RENDERING, PAGE)
