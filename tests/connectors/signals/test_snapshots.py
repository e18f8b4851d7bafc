from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, time

import polars as pl
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.connectors.rows import InputFile
from colophon.reservations.observation import LookReference
from colophon.vocabulary import Grade, KeptBy, Outcome, ShardRole

WHEN = datetime(2024, 5, 1, tzinfo=UTC)
THERE = "https://www.e.org/robots.txt"
END_OF_DAY = datetime.combine(WHEN.date(), time.max, UTC)


@pytest.mark.parametrize(
    ("name", "authority", "requested"),
    [
        ("Example.org", "example.org", None),
        ("www.example.org_443", "www.example.org", "https://www.example.org/robots.txt"),
        ("example.org_80", "example.org", "http://example.org/robots.txt"),
        ("example.org_8080", "example.org:8080", None),
        ("103.88.218.109", "103.88.218.109", None),
    ],
)
def test_a_file_named_by_its_host_is_asserted(reading, tmp_path, name, authority, requested):
    (tmp_path / name).write_bytes(b"User-agent: *\n")
    (seen,) = reading.read_signals("*", fetched_at="2024-05-01T00:00:00Z").observations
    assert (seen.authority, seen.requested_url, seen.grade) == (authority, requested, Grade.ASSERTED)
    assert (seen.outcome, seen.body, seen.observed_at) == (Outcome.OK, b"User-agent: *\n", WHEN)


def test_an_empty_file_says_nothing_but_was_looked_at(reading, tmp_path):
    (tmp_path / "example.org").write_bytes(b"")
    (seen,) = reading.read_signals("example.org").observations
    assert (seen.outcome, seen.body, seen.observed_at) == (Outcome.OK, b"", None)


@pytest.mark.parametrize("name", ["no host", "example.org_99999", "-"])
def test_a_name_that_is_no_host_is_a_reject(reading, tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert reading.read_signals(name).reasons == [(0, "unparsable", "host_name")]


def test_rows_of_looks_are_asserted(reading, tmp_path):
    looks = [
        {"url": "https://e.org/robots.txt", "fetched_at": "2024-05-01T00:00:00Z", "status": 200, "body": "Allow: /"},
        {"url": "http://e.org/robots.txt", "status": 404, "headers": {"X-Robots-Tag": "noai", "Set-Cookie": "x"}},
        {"url": "http://e.org/robots.txt", "status": 503},
        {"url": "http://e.org/robots.txt"},
        {"url": "http://e.org/robots.txt", "status": 200},
        {"url": "http://e.org/robots.txt", "body": "User-agent: *"},
        {"status": 200, "body": "x"},
        {"url": "mailto:jane@example.org", "status": 200},
    ]  # fmt: skip
    (tmp_path / "looks.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, looks)).encode() + b"\n\n{"))
    outcome = reading.read_signals("looks.jsonl.gz", fetched_at="2023-01-01T00:00:00Z")
    assert {seen.grade for seen in outcome.observations} == {Grade.ASSERTED}
    assert [str(seen.outcome) for seen in outcome.observations] == [
        "ok", "absent", "server_error", "unreachable", "unreadable", "ok",
    ]  # fmt: skip
    assert [seen.observed_at.year for seen in outcome.observations] == [2024, *[2023] * 5]
    assert outcome.observations[1].headers_kept == '{"x-robots-tag":"noai"}'
    assert [reason for _, reason, _ in outcome.reasons] == ["field_missing", "unparsable", "unparsable"]
    assert outcome.read.skipped == 1


def test_a_parquet_table_gives_the_same_observations_as_lines(reading, tmp_path):
    looks = [
        {"url": "https://e.org/robots.txt", "fetched_at": WHEN, "status": 200, "body": "User-agent: *"},
        {"url": "http://f.org:81/robots.txt", "fetched_at": None, "status": 404, "body": None},
        {"url": None, "fetched_at": None, "status": None, "body": None},
    ]
    pl.DataFrame(looks).write_parquet(tmp_path / "looks.parquet")
    lines = [look | {"fetched_at": look["fetched_at"] and look["fetched_at"].isoformat()} for look in looks]
    (tmp_path / "looks.jsonl").write_text("\n".join(map(json.dumps, lines)))
    table, text = reading.read_signals("looks.parquet"), reading.read_signals("looks.jsonl")

    def facts(outcome):
        return [(o.authority, o.outcome, o.body, o.observed_at, o.http_status) for o in outcome.observations]

    assert facts(table) == facts(text)
    assert len(table.observations) == 2
    assert [r.reason for r in table.rejects] == [r.reason for r in text.rejects]


@pytest.fixture
def archive(tmp_path):
    with (tmp_path / "crawl.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for path in ("/robots.txt", "/.well-known/tdmrep.json", "/page"):
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
            date = {"WARC-Date": "2024-05-01T00:00:00Z"}
            url = f"https://e.org{path}"
            writer.write_record(writer.create_warc_record(url, "response", http_headers=http, warc_headers_dict=date))
    return "crawl.warc.gz"


@pytest.mark.parametrize(("protocol", "position"), [("robots", 0), ("tdmrep", 1)])
def test_of_an_archive_only_the_files_of_the_protocol_are_observed(reading, archive, protocol, position):
    outcome = reading.read_signals(archive, protocol=protocol)
    (seen,) = outcome.observations
    assert (seen.position, seen.protocol, seen.grade, seen.observed_at) == (position, protocol, Grade.WARC, WHEN)
    assert outcome.read.skipped == 2


def test_shards_of_signals_say_so_and_leave_out_what_was_planned(reading, tmp_path):
    for name in ("a.org", "b.org", "c.org"):
        (tmp_path / name).write_bytes(b"")
    connector = reading.signals("*.org", fetched_at="2024-05-01T00:00:00Z")
    (shard,) = connector.plan({"b.org"})
    assert [file.path for file in shard.files] == ["a.org", "c.org"]
    assert (shard.role, shard.protocol) == (ShardRole.SIGNALS, "robots")
    assert shard.fetched_at == "2024-05-01T00:00:00Z"
    assert all(isinstance(file, InputFile) for file in connector.files())


def test_a_long_file_is_cut_for_robots_and_too_large_for_others(reading, tmp_path):
    (tmp_path / "e.org").write_bytes(b"#" * 600_000)
    (robots,) = reading.read_signals("e.org").observations
    (tdmrep,) = reading.read_signals("e.org", protocol="tdmrep").observations
    assert (robots.outcome, len(robots.body)) == (Outcome.OK, 500 * 1024)
    assert (tdmrep.outcome, len(tdmrep.body)) == (Outcome.TOO_LARGE, 500 * 1024)


def redirected(folder) -> str:
    """An archive of a crawler that met the same robots.txt by both schemes within a second, and another's."""
    with (folder / "crawl.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, headers, body in (
            ("https://e.org/robots.txt", "200 OK", [], b"User-agent: *\nDisallow: /\n"),
            ("http://e.org/robots.txt", "301 Moved", [("Location", "https://e.org/robots.txt")], b""),
            ("http://f.org/robots.txt", "301 Moved", [("Location", "https://www.f.org/robots.txt")], b""),
        ):
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            named = {"WARC-Date": "2024-05-01T00:00:00Z"}
            payload = io.BytesIO(body)
            writer.write_record(
                writer.create_warc_record(url, "response", payload, http_headers=http, warc_headers_dict=named)
            )
    return "crawl.warc.gz"


def test_a_redirect_is_a_look_that_leads_to_its_target(reading, tmp_path):
    archive = redirected(tmp_path)
    for outcome in (reading.read_signals(archive), reading.read("warc", archive)):
        assert [(seen.requested_url, seen.outcome, seen.refers_to) for seen in outcome.observations] == [
            ("https://e.org/robots.txt", Outcome.OK, None),
            ("http://e.org/robots.txt", Outcome.REDIRECTED, LookReference("https://e.org/robots.txt")),
            ("http://f.org/robots.txt", Outcome.REDIRECTED, LookReference("https://www.f.org/robots.txt")),
        ]  # fmt: skip


@pytest.mark.parametrize(("size", "outcome"), [(100, Outcome.UNREADABLE), (500 * 2**10, Outcome.OK)])
def test_of_a_file_that_was_cut_earlier_than_must_be_read_the_rest_is_lost(reading, tmp_path, size, outcome):
    body = b"User-agent: *\nDisallow: /a".ljust(size, b"\n")
    with (tmp_path / "crawl.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        http = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
        named = {"WARC-Date": "2024-05-01T00:00:00Z", "WARC-Truncated": "disconnect"}
        url, payload = "https://e.org/robots.txt", io.BytesIO(body)
        writer.write_record(
            writer.create_warc_record(url, "response", payload, http_headers=http, warc_headers_dict=named)
        )
    (seen,) = reading.read_signals("crawl.warc.gz").observations
    assert (seen.outcome, seen.body) == (outcome, body)


def test_a_redirect_in_a_table_leads_to_its_target_if_the_row_names_it(reading, tmp_path):
    url = "http://e.org/robots.txt"
    rows = [
        {"url": url, "status": 301, "headers": {"Location": "https://e.org/robots.txt"}},
        {"url": url, "status": 301},
        {"url": url, "status": 301, "headers": {"Location": "ftp://e.org/robots.txt"}},
        {"url": url, "status": 304, "body": "of the crawler"},
    ]
    outcome = reading.read_signals(written(tmp_path, rows))
    assert [(seen.outcome, seen.refers_to, seen.body) for seen in outcome.observations] == [
        (Outcome.REDIRECTED, LookReference("https://e.org/robots.txt"), None),
        (Outcome.REDIRECTED, None, None),
        (Outcome.UNREADABLE, None, None),
        (Outcome.UNCHANGED, LookReference(url), None),
    ]


def test_a_row_elsewhere_is_evidence_only_where_a_redirect_leads_there(reading, tmp_path):
    rows = [
        {"url": "https://e.org/robots.txt?x=1", "status": 200, "body": "Disallow: /"},
        {"url": "https://e.org/ROBOTS.TXT", "status": 200, "body": "Disallow: /"},
        {"url": "https://e.org/sub/robots.txt", "status": 200, "body": "Disallow: /"},
        {"url": "https://e.org/robots.txt", "status": 302, "headers": {"location": "/sub/robots.txt"}},
        {"url": "https://e.org/sub/robots.txt", "status": 200, "body": "Disallow: /"},
    ]
    outcome = reading.read_signals(written(tmp_path, rows))
    assert [(seen.authority, seen.requested_url) for seen in outcome.observations] == [
        ("e.org", "https://e.org/robots.txt"),
        (None, "https://e.org/sub/robots.txt"),
    ]
    assert [detail for _, _, detail in outcome.reasons] == ["policy_address"] * 3


def written(folder, rows) -> str:
    (folder / "looks.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return "looks.jsonl"


@pytest.mark.parametrize("keeper", [None, *KeptBy])
def test_who_kept_the_files_is_what_is_declared(reading, tmp_path, keeper):
    rows = [{"url": "https://e.org/robots.txt", "status": 200, "body": ""}]
    (seen,) = reading.read_signals(written(tmp_path, rows), kept_by=keeper).observations
    assert (seen.kept_by, seen.grade) == (keeper, Grade.ASSERTED)


REGISTRY = "registry"


def entries(reading, file) -> list[bytes]:
    return [seen.body for seen in reading.read_signals(file, protocol=REGISTRY).observations]


def test_of_a_row_that_names_several_things_the_domain_does_not_count(reading, tmp_path):
    digest = "a" * 64
    rows = [f"e.org,https://e.org/a,{digest}", f"e.org,,{digest}", "e.org,,", "e.org,no address,"]
    (tmp_path / "list.csv").write_text("domain,url,sha256\n" + "\n".join(rows) + "\n")
    assert entries(reading, "list.csv") == [
        b"url https://e.org/a 1",
        b"sha256 " + digest.encode() + b" 1",
        b"domain e.org 1",
        b"domain e.org 1",
    ]


@pytest.mark.parametrize("url", ["HTTPS://E.org:443/a#b", "https://user@e.org./a", "<https://e.org/a>"])
def test_an_address_of_a_list_is_written_like_those_of_documents(reading, tmp_path, url):
    (tmp_path / "list.csv").write_text(f"url\n{url}\n")
    assert entries(reading, "list.csv") == [b"url https://e.org/a 1"]


def test_whole_numbers_of_a_table_with_gaps_are_read(reading, tmp_path):
    table = {"domain": ["a.org", "b.org", "c.org", "d.org"], "reservation": [1.0, 0.0, None, float("nan")]}
    pl.DataFrame(table).write_parquet(tmp_path / "list.parquet")
    assert entries(reading, "list.parquet") == [
        b"domain a.org 1",
        b"domain b.org 0",
        b"domain c.org 1",
        b"domain d.org 1",
    ]


def test_a_number_that_is_neither_is_a_reject(reading, tmp_path):
    pl.DataFrame({"domain": ["a.org"], "reservation": [0.5]}).write_parquet(tmp_path / "list.parquet")
    assert reading.read_signals("list.parquet", protocol=REGISTRY).reasons == [(0, "unparsable", "reservation")]


def test_a_page_to_which_a_policy_file_redirects_stays_a_document(reading, tmp_path):
    with (tmp_path / "crawl.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, headers, body in (
            ("https://e.org/robots.txt", "301 Moved", [("Location", "/")], b""),
            ("https://e.org/", "200 OK", [("Content-Type", "text/html")], b"<p>A front page of a site.</p>"),
            ("https://f.org/robots.txt", "301 Moved", [("Location", "/r.txt")], b""),
            ("https://f.org/r.txt", "200 OK", [("Content-Type", "text/plain")], b"User-agent: *\nDisallow: /\n"),
        ):
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            named = {"WARC-Date": "2024-05-01T00:00:00Z"}
            record = writer.create_warc_record(
                url, "response", io.BytesIO(body), http_headers=http, warc_headers_dict=named
            )
            writer.write_record(record)
    outcome = reading.read("warc", "crawl.warc.gz")
    assert [row["url"] for row in outcome.rows] == ["https://e.org/"]
    assert [(seen.authority, seen.requested_url) for seen in outcome.observations][-1] == (None, "https://f.org/r.txt")


def test_damage_of_an_archive_of_signals_is_damage_of_its_file(reading, tmp_path):
    head = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.org/robots.txt\r\nContent-Length: 900\r\n\r\n"
    (tmp_path / "crawl.warc").write_bytes(head + b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDis")
    outcome = reading.read_signals("crawl.warc")
    (damaged,) = outcome.damaged_files
    assert (damaged.path, damaged.places, outcome.observations) == ("crawl.warc", 1, [])


@pytest.mark.parametrize(
    ("status", "outcome", "stored"),
    [
        (200, "ok", 200), ("200", "ok", 200), (200.0, "ok", 200), ("200.0", "ok", 200), ("200 OK", "ok", 200),
        ("HTTP/1.1 404 Not Found", "absent", 404), ("http/2 503", "server_error", 503), ("404", "absent", 404),
        (None, "ok", None), ("", "ok", None), (206, "unreadable", 206),
    ],
)  # fmt: skip
def test_a_status_is_read_in_the_forms_it_is_written_in(reading, tmp_path, status, outcome, stored):
    row = {"url": "https://e.org/robots.txt", "status": status, "body": "User-agent: *\nDisallow: /"}
    (tmp_path / "looks.jsonl").write_text(json.dumps(row))
    (seen,) = reading.read_signals("looks.jsonl").observations
    assert (str(seen.outcome), seen.http_status) == (outcome, stored)


@pytest.mark.parametrize("status", [0, -1, 20, 2000, "not found", "2OO", "20x", True, [200], {"code": 200}, 200.5])
def test_a_status_that_is_none_is_a_reject_and_never_a_success(reading, tmp_path, status):
    row = {"url": "https://e.org/robots.txt", "status": status, "body": "<h1>404</h1>"}
    (tmp_path / "looks.jsonl").write_text(json.dumps(row))
    outcome = reading.read_signals("looks.jsonl")
    assert (outcome.observations, outcome.reasons) == ([], [(0, "unparsable", "status")])


@pytest.mark.parametrize(("cut", "outcome"), [({}, "ok"), ({"WARC-Truncated": "length"}, "unreadable")])
@pytest.mark.parametrize("as_signals", [True, False])
def test_a_resource_of_an_archive_is_a_look_at_a_policy_file(reading, tmp_path, as_signals, cut, outcome):
    with (tmp_path / "crawl.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        record = writer.create_warc_record(
            "https://e.org/robots.txt",
            "resource",
            payload=io.BytesIO(b"User-agent: *\nDisallow: /"),
            warc_content_type="text/plain",
            warc_headers_dict={"WARC-Date": "2024-05-01T00:00:00Z", **cut},
        )
        writer.write_record(record)
    read = reading.read_signals("crawl.warc.gz") if as_signals else reading.read("warc", "crawl.warc.gz")
    (seen,) = read.observations
    assert (seen.authority, str(seen.outcome), seen.observed_at) == ("e.org", outcome, WHEN)
    assert (seen.body, seen.http_status, read.texts) == (b"User-agent: *\nDisallow: /", None, [])


@pytest.mark.parametrize(
    ("written", "outcome", "look", "moment", "day"),
    [
        ("2024-05-01T00:00:00Z", "used", WHEN, WHEN, None),
        ("2024-05-01", "day_only", END_OF_DAY, None, WHEN.date()),
        ("yesterday", "not_a_moment", None, None, None),
        ("1970-01-01T00:00:00Z", "before_the_web", None, None, None),
    ],
)
def test_the_time_of_a_record_is_read_or_counted_for_looks_and_pages(
    reading, tmp_path, written, outcome, look, moment, day
):
    with (tmp_path / "crawl.warc").open("wb") as file:
        for path, body in (("robots.txt", "User-agent: *"), ("a", '<meta name="robots" content="noai"><p>Words of it')):
            http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}"
            head = f"WARC-Type: response\r\nWARC-Target-URI: https://e.org/{path}\r\nWARC-Date: {written}\r\n"
            file.write(f"WARC/1.0\r\n{head}Content-Length: {len(http)}\r\n\r\n{http}\r\n\r\n".encode())
    read = reading.read("warc", "crawl.warc")
    (row,), (page,), (seen,) = read.rows, read.page_looks, read.observations
    assert (row["fetched_at"], row["fetched_on"]) == (moment, day)
    assert (seen.observed_at, page.observed_at) == (look, look)
    assert counted(read) == [(outcome, 2)]
    assert counted(reading.read_signals("crawl.warc")) == [(outcome, 1)]


def counted(outcome) -> list[tuple[str, int]]:
    return [(count.value.outcome.value, count.rows) for count in outcome.read.fields if count.value.name == ""]


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"Content-Length": "500"}, "unreadable"),
        ({"content-length": "26"}, "ok"),
        ({"Content-Length": "500", "Content-Encoding": "gzip"}, "ok"),  # of the bytes that were sent, which are undone
        ({"Content-Length": "500", "Transfer-Encoding": "chunked"}, "ok"),
        ({"Content-Length": "many"}, "ok"),
    ],
)
def test_a_body_that_ends_before_its_length_is_unreadable(reading, tmp_path, headers, outcome):
    url, body = "https://e.org/robots.txt", "User-agent: *\nDisallow: /a"
    rows = [{"url": url, "status": 200, "body": body, "headers": headers}]
    with (tmp_path / "crawl.warc").open("wb") as file:
        http = StatusAndHeaders("200 OK", list(headers.items()), protocol="HTTP/1.1")
        writer = WARCWriter(file, gzip=False)
        writer.write_record(writer.create_warc_record(url, "response", io.BytesIO(body.encode()), http_headers=http))
    (row,) = reading.read_signals(written(tmp_path, rows)).observations
    (record,) = reading.read_signals("crawl.warc").observations
    assert (str(row.outcome), str(record.outcome)) == (outcome, outcome)


def test_lines_that_a_table_keeps_shorter_than_they_were_sent_are_whole(reading, tmp_path):
    sent = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n"
    headers = {"Content-Length": str(len(sent))}
    text = sent.decode("utf-8-sig").replace("\r\n", "\n")
    rows = [{"url": "https://e.org/robots.txt", "status": 200, "body": text, "headers": headers}]
    (seen,) = reading.read_signals(written(tmp_path, rows)).observations
    assert seen.outcome is Outcome.OK


@pytest.mark.parametrize(
    "headers",
    [
        {"Location": THERE},
        {"location": [THERE]},
        {"LOCATION": ["/elsewhere", THERE], "Content-Length": 0},
        [["Location", THERE], ["x"], 7],
        [{"name": "Location", "value": THERE}],
        json.dumps({"Location": THERE}),
        f"HTTP/1.1 301 Moved\r\nLocation: {THERE}\r\nServer: x\r\n",
    ],
)
def test_headers_of_a_row_are_read_in_the_forms_they_are_kept_in(reading, tmp_path, headers):
    rows = [{"url": "http://e.org/robots.txt", "status": 301, "headers": headers}]
    (seen,) = reading.read_signals(written(tmp_path, rows)).observations
    assert seen.refers_to == LookReference(THERE)


@pytest.mark.parametrize(
    "headers", [None, "", "7", "[", 7, True, [], {"Location": None}, {"Location": [{}]}, [None], "[" * 100_000]
)
def test_headers_that_are_none_say_nothing(reading, tmp_path, headers):
    rows = [{"url": "http://e.org/robots.txt", "status": 301, "headers": headers}]
    (seen,) = reading.read_signals(written(tmp_path, rows)).observations
    assert (seen.outcome, seen.refers_to, seen.headers_kept) == (Outcome.REDIRECTED, None, None)


def test_a_look_at_a_target_has_the_address_that_the_redirect_names(reading, tmp_path):
    rows = [
        {"url": "https://e.org/robots.txt", "status": 301, "headers": {"Location": "/für/./robots.txt"}},
        {"url": "https://e.org/für/robots.txt", "status": 200, "body": "User-agent: *"},
    ]
    redirect, target = reading.read_signals(written(tmp_path, rows)).observations
    assert (target.requested_url, target.authority) == (redirect.refers_to.url, None)


@pytest.mark.parametrize("content_type", ["", "Content-Type: application/http; msgtype=response\r\n"])
@pytest.mark.parametrize("block", ["", "no response"])
def test_a_revisit_is_a_look_whatever_its_block_holds(reading, tmp_path, content_type, block):
    head = (
        "WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Target-URI: https://e.org/robots.txt\r\n"
        f"WARC-Refers-To-Date: 2024-05-01T00:00:00Z\r\n{content_type}Content-Length: {len(block)}\r\n\r\n"
    )
    (tmp_path / "crawl.warc").write_text(f"{head}{block}\r\n\r\n", newline="")
    (seen,) = reading.read_signals("crawl.warc").observations
    assert (seen.outcome, seen.refers_to) == (Outcome.UNCHANGED, LookReference("https://e.org/robots.txt", WHEN))


@pytest.mark.parametrize(
    ("kind", "media_type", "looks"),
    [("resource", "text/html", 0), ("resource", "application/rsl+xml", 1), ("revisit", "text/html", 0)],
)
def test_pages_of_an_archive_are_no_looks_at_files_that_may_stand_anywhere(reading, tmp_path, kind, media_type, looks):
    with (tmp_path / "crawl.warc").open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        body = io.BytesIO(b"<rsl/>" if kind == "resource" else b"")
        writer.write_record(writer.create_warc_record("https://e.org/a", kind, body, warc_content_type=media_type))
    assert len(reading.read_signals("crawl.warc", protocol="rsl").observations) == looks
