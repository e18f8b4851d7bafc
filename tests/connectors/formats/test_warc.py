from __future__ import annotations

import gzip
import hashlib
import io
import random
import zlib
from datetime import UTC, datetime

import brotli
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.connectors.formats import warc_records
from colophon.vocabulary import Grade, Outcome

# warcio leaves it to the interpreter to close its spool files.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in.*Spooled:pytest.PytestUnraisableExceptionWarning"),
]

PAGE = "<html><head><title>T</title><script>var x</script></head><body><p>Größe</p><p>two</p></body></html>"


class Archive:
    """Writes a WARC file with warcio."""

    def __init__(self, *, packed=True):
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed)

    def add(self, kind, url, body=b"", http=None, warc=None, content_type=None):
        headers = None if http is None else StatusAndHeaders(http[0], http[1], protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            http_headers=headers,
            warc_content_type=content_type or "",
            warc_headers_dict={"WARC-Date": "2024-05-18T01:58:10Z"} | (warc or {}),
        )
        self.writer.write_record(record)
        return self

    def page(self, url="http://example.org/", body=PAGE, status="200 OK", content_type="text/html", headers=()):
        body = body.encode() if isinstance(body, str) else body
        return self.add("response", url, body, (status, [("Content-Type", content_type), *headers]))

    @property
    def stored(self):
        return self.file.getvalue()


@pytest.fixture
def read(reading, tmp_path):
    def read(archive, name="a.warc.gz"):
        (tmp_path / name).write_bytes(archive if isinstance(archive, bytes) else archive.stored)
        return reading.read("warc", name)

    return read


@pytest.mark.parametrize("packed", [True, False])
def test_a_page_becomes_a_document_with_address_time_and_status(read, packed):
    archive = Archive(packed=packed).add("request", "http://example.org/", b"", ("GET / HTTP/1.1", [])).page()
    outcome = read(archive, "a.warc.gz" if packed else "a.warc")
    (row,) = outcome.rows
    assert (row["row"], row["position"], row["url"], row["http_status"]) == (1, 1, "http://example.org/", 200)
    assert row["text"].split() == ["Größe", "two"]
    assert row["fetched_at"] == datetime(2024, 5, 18, 1, 58, 10, tzinfo=UTC)
    assert (outcome.read.rows, outcome.read.skipped) == (2, 1)
    assert outcome.read.files[0].sha256 == hashlib.sha256(archive.stored).hexdigest()


def test_only_responses_resources_and_conversions_carry_documents(read):
    archive = Archive().add("warcinfo", "x", b"a: b\r\n").add("metadata", "http://e.org/", b"x: y")
    archive.add("revisit", "http://e.org/", b"", ("200 OK", []))
    archive.add("conversion", "http://e.org/", "Grüße".encode(), content_type="text/plain")
    archive.add("resource", "http://e.org/", b"<p>one</p>", content_type="text/html; charset=utf-8")
    outcome = read(archive)
    assert outcome.texts == ["Grüße", "one"]
    assert outcome.read.skipped == 3


@pytest.mark.parametrize(
    ("settings", "reason", "detail"),
    [
        ({"status": "404 Not Found"}, "http_status", "404"),
        ({"status": "301 Moved"}, "http_status", "301"),
        ({"content_type": "application/pdf"}, "content_type", "application/pdf"),
        ({"content_type": "application/x-secret-name"}, "content_type", "application"),
        ({"content_type": "jane@example.org"}, "content_type", "other"),
        ({"content_type": ""}, "content_type", "missing"),
        ({"body": "<html><body> <script>x</script></body></html>"}, "empty", "no_text"),
        ({"body": b"\x1f\x8b\x08broken", "headers": [("Content-Encoding", "gzip")]}, "encoding", "content_encoding"),
    ],
)
def test_a_response_without_document_is_a_reject_with_its_reason(read, settings, reason, detail):
    assert read(Archive().page(**settings)).reasons == [(0, reason, detail)]


CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (PAGE.encode()[:30], PAGE.encode()[30:])) + b"0\r\n\r\n"
RAW_DEFLATE = zlib.compressobj(wbits=-15)
BODIES = [
    (gzip.compress(PAGE.encode()), [("Content-Encoding", "gzip")]),
    (gzip.compress(PAGE.encode()), [("Content-Encoding", "x-gzip")]),
    (zlib.compress(PAGE.encode()), [("Content-Encoding", "deflate")]),
    (RAW_DEFLATE.compress(PAGE.encode()) + RAW_DEFLATE.flush(), [("Content-Encoding", "deflate")]),
    (brotli.compress(PAGE.encode()), [("Content-Encoding", "br")]),
    (zstandard.compress(PAGE.encode()), [("Content-Encoding", "zstd")]),
    (gzip.compress(brotli.compress(PAGE.encode())), [("Content-Encoding", "br, gzip")]),
    (CHUNKED, [("Transfer-Encoding", "chunked")]),
    (PAGE.encode(), [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]),
    (PAGE.encode(), [("Content-Encoding", "br")]),
    (PAGE.encode(), [("Content-Encoding", "UTF-8")]),
]


@pytest.mark.parametrize(("body", "headers"), BODIES, ids=range(len(BODIES)))
def test_transfer_and_content_encodings_are_undone_also_where_only_declared(read, body, headers):
    outcome = read(Archive().page(body=body, headers=headers, content_type="text/html; charset=utf-8"))
    assert outcome.texts[0].split() == ["Größe", "two"]


CYRILLIC = "<html><head>{}</head><body><p>Всеобщая декларация прав человека</p></body></html>"
META = '<meta charset="windows-1251">'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CYRILLIC.format("").encode("koi8-r"), "text/html; charset=koi8-r"),
        (CYRILLIC.format(META).encode("cp1251"), "text/html"),
        (CYRILLIC.format(META).encode("cp1251"), "text/html; charset=utf-8"),
        (CYRILLIC.format("").encode(), "text/html"),
        (CYRILLIC.format("").encode("utf-16"), "text/html"),
        (CYRILLIC.format("").encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        (CYRILLIC.format("").encode(), "text/html; charset=nonsense"),
    ],
    ids=range(7),
)
def test_the_charset_is_declared_named_in_the_page_or_detected(read, body, content_type):
    assert read(Archive().page(body=body, content_type=content_type)).texts == ["Всеобщая декларация прав человека"]


def test_a_page_cut_inside_a_character_is_read_where_the_archive_says_so(read):
    body = "<p>eins ü".encode()[:-1]
    http = ("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    archive = Archive().add("response", "http://e.org/", body, http, warc={"WARC-Truncated": "length"})
    assert [text.strip() for text in read(archive).texts] == ["eins"]


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://Example.org/robots.txt", "example.org"),
        ("https://example.org:443/robots.txt", "example.org"),
        ("http://example.org:443/robots.txt", "example.org:443"),
        ("https://example.org:8443/robots.txt", "example.org:8443"),
        ("http://bücher.example./robots.txt", "xn--bcher-kva.example"),
        ("http://[2001:DB8::1]/robots.txt", "[2001:db8::1]"),
    ],
)
def test_robots_txt_becomes_an_observation_of_its_authority(read, url, authority):
    (seen,) = read(Archive().page(url, b"User-agent: *\n", content_type="text/plain")).observations
    assert (seen.protocol, seen.grade, seen.authority) == ("robots", Grade.WARC, authority)
    assert (seen.outcome, seen.body, seen.http_status) == (Outcome.OK, b"User-agent: *\n", 200)
    assert seen.observed_at == datetime(2024, 5, 18, 1, 58, 10, tzinfo=UTC)
    assert seen.headers_kept == '{"content-type":"text/plain"}'


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("204 x", "ok"), ("403 x", "absent"), ("404 x", "absent"), ("429 x", "server_error"), ("503 x", "server_error"),
     ("301 x", "unreadable")],
)  # fmt: skip
def test_the_status_of_robots_txt_decides_its_outcome(read, status, outcome):
    (seen,) = read(Archive().page("http://e.org/robots.txt", b"x", status)).observations
    assert seen.outcome == Outcome(outcome)


def test_other_paths_that_end_in_robots_txt_are_documents(read):
    outcome = read(Archive().page("http://e.org/docs/robots.txt", b"about it", content_type="text/plain"))
    assert outcome.texts == ["about it"]
    assert outcome.observations == []


def test_of_a_long_robots_txt_the_first_500_kib_are_kept(read):
    (seen,) = read(Archive().page("http://e.org/robots.txt", b"#" * 600_000)).observations
    assert (len(seen.body), seen.outcome) == (500 * 1024, Outcome.OK)


@pytest.mark.parametrize(
    ("head", "claim"),
    [
        ('<link rel="license" href="/terms">', ("http://example.org/terms", "rel_license")),
        ('<script type="application/ld+json">{"@graph": [{"license": {"@id": "https://l.org/by"}}]}</script>',
         ("https://l.org/by", "json_ld")),
        ('<script type="application/ld+json">{broken</script><meta name="DC.rights" content="CC BY">',
         ("CC BY", "meta")),
        ('<meta name="dcterms.rights" content="meta"><link rel="nofollow License" href="https://l.org/">',
         ("https://l.org/", "rel_license")),
        ('<link rel="licenses" href="/no">', (None, None)),
    ],
)  # fmt: skip
def test_a_page_claims_its_license_in_three_places(read, head, claim):
    (row,) = read(Archive().page(body=f"<html><head>{head}</head><body>text</body></html>")).rows
    assert (row["license_claim"], row["license_place"]) == claim


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("cut", [3, 30, 300, 500])
def test_of_a_cut_archive_all_whole_records_are_read_and_the_rest_is_one_reject(read, packed, cut):
    first = Archive(packed=packed).page("http://e.org/1").page("http://e.org/2").stored
    cut_archive = first + Archive(packed=packed).page("http://e.org/3", random.Random(3).randbytes(3000)).stored[:cut]
    outcome = read(cut_archive, "a.warc.gz" if packed else "a.warc")
    assert [row["url"] for row in outcome.rows] == ["http://e.org/1", "http://e.org/2"]
    ((position, _, _),) = outcome.reasons
    assert position == 2
    assert outcome.read.files[0].sha256 == hashlib.sha256(cut_archive).hexdigest()


def test_behind_a_damaged_member_the_records_are_read(read):
    members = [bytearray(Archive().page(f"http://e.org/{n}", f"<p>{n}" + PAGE * 9).stored) for n in range(4)]
    members[1][len(members[1]) // 2 :] = b"\xff" * (len(members[1]) // 2)
    outcome = read(b"".join(members))
    assert [row["url"] for row in outcome.rows] == ["http://e.org/0", "http://e.org/2", "http://e.org/3"]
    assert outcome.reasons == [(1, "unparsable", "compressed_stream_damaged")]


def test_garbage_between_records_is_not_passed_over_in_silence(read):
    stored = Archive(packed=False).page().stored
    outcome = read(stored + b"garbage\r\n\r\n" + stored, "a.warc")
    assert [row["position"] for row in outcome.rows] == [0, 2]
    assert outcome.reasons == [(1, "unparsable", "warc_header")]


def test_a_record_above_the_limit_is_passed_over(read, monkeypatch):
    monkeypatch.setattr(warc_records, "MAX_ROW_BYTES", 10_000)
    archive = Archive().page(body="<p>" + "x" * 20_000).page(body="<p>after")
    outcome = read(archive)
    assert outcome.texts == ["after"]
    assert outcome.reasons == [(0, "too_large", "warc_record")]


@pytest.mark.parametrize(
    ("kind", "url"),
    [("resource", "urn:text:http://e.org/a"), ("resource", "urn:textFinal:http://E.org:80/a#top"),
     ("resource", "urn:X-wpull:snapshot?url=http%3A%2F%2Fe.org%2Fa"), ("conversion", "http://e.org/a")],
)  # fmt: skip
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_the_text_of_a_page_in_the_file_is_no_document_of_its_own(read, kind, url, status):
    outcome = read(Archive().page("http://e.org/a", status=status).add(kind, url, b"text", content_type="text/plain"))
    assert len(outcome.rows) == (status == "200 OK")
    assert outcome.read.skipped == 1


@pytest.mark.parametrize(("kind", "prefix"), [("resource", "urn:text:"), ("conversion", "")])
def test_the_text_of_a_page_that_gave_none_is_a_document_of_that_page(read, kind, prefix):
    reserved = '<html><head><meta name="tdm-reservation" content="1"></head><body><script>x</script></body></html>'
    archive = Archive().page("http://e.org/a", reserved)
    archive.add(kind, f"{prefix}http://e.org/a", b"text", content_type="text/plain")
    archive.add(kind, f"{prefix}http://e.org/b", b"text of another", content_type="text/plain")
    outcome = read(archive)
    assert [(row["url"], row["text"]) for row in outcome.rows] == [
        ("http://e.org/a", "text"),
        ("http://e.org/b", "text of another"),
    ]
    assert [(look.row, look.requested_url) for look in outcome.page_looks] == [
        (None, "http://e.org/a"),
        (1, "http://e.org/a"),
    ]


def test_records_of_a_crawler_about_itself_are_skipped(read):
    archive = Archive().add(
        "resource", "metadata://gnu.org/software/wget/warc/wget.log", b"x", content_type="text/plain"
    )
    archive.add("resource", "urn:X-wpull:log", b"x", content_type="text/plain")
    archive.page("file:///provenance-summary.html")
    archive.add("response", "dns:e.org", b"x", content_type="text/dns")
    archive.add("resource", "ftp://e.org/readme.txt", b"read me", content_type="text/plain")
    outcome = read(archive)
    assert (outcome.texts, outcome.read.skipped, outcome.rejects) == (["read me"], 4, [])


FIELDS = [b"WARC-Type", b"WARC-Target-URI", b"WARC-Date", b"Content-Type", b"Content-Length", b"WARC-Truncated"]


@pytest.mark.parametrize("spelled", [bytes.lower, bytes.upper, bytes.swapcase])
@pytest.mark.parametrize("which", [FIELDS, FIELDS[:1], FIELDS[4:5]])
def test_fields_of_a_record_are_found_in_any_case(read, spelled, which):
    stored = Archive(packed=False).page("http://e.org/1").page("http://e.org/robots.txt", b"Disallow:").stored
    for name in which:
        stored = stored.replace(name + b": application/http", spelled(name) + b": application/http")
        stored = stored.replace(b"\r\n" + name + b":", b"\r\n" + spelled(name) + b":")
    outcome = read(stored, "a.warc")
    assert [(row["url"], row["fetched_at"].year) for row in outcome.rows] == [("http://e.org/1", 2024)]
    assert (len(outcome.observations), outcome.rejects) == (1, [])


def relabelled(archive, replaced):
    """The records of an archive one by one, packed each by itself, with another length in the second."""
    records = [b"WARC/1.0" + record for record in archive.stored.split(b"WARC/1.0")[1:]]
    head, _, rest = records[1].partition(b"\r\nContent-Length: ")
    length, _, rest = rest.partition(b"\r\n")
    new = replaced(int(length))
    records[1] = head + (b"" if new is None else b"\r\nContent-Length: " + new) + b"\r\n" + rest
    return records


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("wrong", [lambda n: b"%d" % (n + 7), lambda n: b"%d" % (n + 5000), lambda _: None,
                                   lambda _: b"-1", lambda _: b"many", lambda _: b"9" * 15], ids=range(6))  # fmt: skip
@pytest.mark.parametrize("place", ["between", "last"])
def test_a_record_with_too_large_a_length_or_none_ends_where_the_next_begins(read, packed, wrong, place):
    archive = Archive(packed=False)
    for number in range(3 if place == "between" else 2):
        archive.page(f"http://e.org/{number}", f"page {number}", content_type="text/plain")
    records = relabelled(archive, wrong)
    outcome = read(b"".join(map(gzip.compress, records) if packed else records), "a.warc")
    assert outcome.texts == [f"page {number}" for number in range(len(records))]
    assert outcome.rejects == []


@pytest.mark.parametrize("packed", [True, False])
def test_of_a_record_with_too_small_a_length_what_it_covers_is_read_and_the_rest_is_one_reject(read, packed):
    archive = Archive(packed=False)
    for number in range(3):
        archive.page(f"http://e.org/{number}", f"page {number} Größe", content_type="text/plain; charset=utf-8")
    records = relabelled(archive, lambda n: b"%d" % (n - 2))
    outcome = read(b"".join(map(gzip.compress, records) if packed else records), "a.warc")
    assert outcome.texts == ["page 0 Größe", "page 1 Grö", "page 2 Größe"]
    assert outcome.reasons == [(2, "unparsable", "warc_header")]


def test_a_policy_file_with_too_small_a_length_is_unreadable(read):
    archive = Archive(packed=False).page().page("http://e.org/robots.txt", b"User-agent: *\nDisallow: /\n").page()
    (seen,) = read(b"".join(relabelled(archive, lambda n: b"%d" % (n - 12))), "a.warc").observations
    assert seen.outcome is Outcome.UNREADABLE


LOST = [
    (lambda archive: archive.page(body="<p>ein Wort \xff".encode("latin-1"), content_type="text/html; charset=utf-8"),
     ["bytes_replaced"]),
    (lambda archive: archive.page(body=b"9\r\n<p>a word\r\n", headers=[("Transfer-Encoding", "chunked")]),
     ["body_cut"]),
    (lambda archive: archive.page(body=gzip.compress(b"<p>" + bytes(range(97, 122)) * 9)[:-9],
                                  headers=[("Content-Encoding", "gzip")]), ["body_cut"]),
    (lambda archive: archive.add("resource", "http://e.org/", b"a word", warc={"WARC-Truncated": "time"},
                                 content_type="text/plain"), ["truncated"]),
    (lambda archive: archive.add("resource", "http://e.org/", b"a word", warc={"WARC-Segment-Number": "1"},
                                 content_type="text/plain"), ["truncated"]),
    (lambda archive: archive.page(), None),
]  # fmt: skip


@pytest.mark.parametrize(("add", "losses"), LOST, ids=range(len(LOST)))
def test_a_document_says_what_it_lost_in_being_read(read, add, losses):
    (row,) = read(add(Archive())).rows
    assert row["read_losses"] == losses


@pytest.mark.parametrize("wrong", [-2, 2000])
def test_a_document_says_that_the_length_of_its_record_is_wrong(read, wrong):
    archive = Archive(packed=False).page("http://e.org/0").page("http://e.org/1").page("http://e.org/2")
    outcome = read(b"".join(relabelled(archive, lambda length: b"%d" % (length + wrong))), "a.warc")
    assert [row["read_losses"] for row in outcome.rows] == [None, ["record_length"], None]


def test_an_archive_within_a_record_is_not_taken_apart(read):
    inner = Archive(packed=False).page("http://inner.org/").stored
    outcome = read(Archive(packed=False).page(body=inner, content_type="text/plain").page("http://e.org/2"))
    assert [row["url"] for row in outcome.rows] == ["http://example.org/", "http://e.org/2"]


def test_a_response_that_is_no_http_is_unparsable(read):
    stored = Archive(packed=False).page().stored.replace(b"HTTP/1.1 200 OK", b"SMTP/1.1 200 OK")
    assert read(stored, "a.warc").reasons == [(0, "unparsable", "http")]


def test_an_empty_file_has_no_rows(read):
    outcome = read(b"", "a.warc")
    assert (outcome.read.rows, outcome.rejects) == (0, [])


def test_a_response_with_long_headers_is_read(read):
    headers = [("Set-Cookie", "x" * 4000)] * 20
    assert len(read(Archive().page(headers=headers)).rows) == 1
