"""Asking for policy files, of a real web server that misbehaves."""

from __future__ import annotations

import asyncio
import errno
import gzip
import ipaddress
import json
import os
import resource
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from colophon.collect import sockets as addresses
from colophon.collect.fetcher import MAX_REDIRECTS, Fetcher, FetchOptions, redirect_target, web_address
from colophon.collect.looks import Failure, FileRequest, KnownVersion, Look
from colophon.collect.sockets import Reach
from colophon.errors import NoSocketsError
from colophon.reservations.policy_files import MAX_POLICY_BYTES
from colophon.vocabulary import Outcome
from tests.policy_host import (
    Behaviour,
    PolicyHost,
    drips,
    floods,
    redirects,
    resets,
    says,
    sends,
    sends_unless_known,
    waits,
)

AGENT = "colophon/0 (+https://example.org/who)"
QUICK = FetchOptions(AGENT, pause_seconds=0, timeout_seconds=5, reach=Reach.ANYWHERE)
ROBOTS, TDMREP, RSL, AI_TXT = (name for name in ("robots", "tdmrep", "rsl", "ai_txt"))
RULES = b"User-agent: *\nDisallow: /\n"


def looks(questions: list[FileRequest], options: FetchOptions = QUICK) -> list[Look]:
    async def ask() -> list[Look]:
        async with Fetcher(options) as fetcher:
            return await asyncio.gather(*(fetcher.look(question) for question in questions))

    return asyncio.run(ask())


def look(url: str, protocol: str = ROBOTS, options: FetchOptions = QUICK, *known: KnownVersion) -> Look:
    return looks([FileRequest("asked.example", protocol, url, known)], options)[0]


def test_a_file_comes_back_with_its_bytes_status_and_the_headers_that_matter(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(RULES, ETag='"1"', Content_Type="text/plain", Set_Cookie="a=b")
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.http_status, found.body, found.redirects) == (Outcome.OK, 200, RULES, 0)
    assert json.loads(found.headers_kept or "") == {"content-type": "text/plain", "etag": '"1"'}
    assert (found.requested_url, found.final_url) == (policy_host.url("/robots.txt"),) * 2
    assert found.failure is None


def test_the_host_is_told_who_asks_and_nothing_else(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(RULES, Set_Cookie="a=b")
    looks([FileRequest("a", ROBOTS, policy_host.url("/robots.txt"))] * 2)
    for headers in policy_host.headers:
        assert headers["user-agent"] == AGENT
        assert "cookie" not in headers
        assert headers.keys() == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize(
    ("protocol", "status", "outcome"),
    [
        (ROBOTS, 404, Outcome.ABSENT),
        (ROBOTS, 410, Outcome.ABSENT),
        (ROBOTS, 401, Outcome.ABSENT),
        (ROBOTS, 403, Outcome.ABSENT),
        (TDMREP, 401, Outcome.ABSENT),
        (TDMREP, 403, Outcome.ABSENT),
        (TDMREP, 404, Outcome.ABSENT),
        (ROBOTS, 429, Outcome.SERVER_ERROR),
        (TDMREP, 429, Outcome.SERVER_ERROR),
        (ROBOTS, 500, Outcome.SERVER_ERROR),
        (AI_TXT, 503, Outcome.SERVER_ERROR),
        (ROBOTS, 302, Outcome.UNREADABLE),  # without a place to go to
        (ROBOTS, 304, Outcome.UNREADABLE),  # although no version was known
    ],
)
def test_a_status_means_what_the_protocol_says_and_its_page_is_not_kept(
    policy_host: PolicyHost, protocol: str, status: int, outcome: Outcome
) -> None:
    policy_host.paths["/file"] = sends(b"" if status == 304 else b"User-agent: *\nAllow: /", status)
    found = look(policy_host.url("/file"), protocol)
    assert (found.outcome, found.http_status, found.body) == (outcome, status, None)


@pytest.mark.parametrize("hops", [1, MAX_REDIRECTS])
def test_redirects_are_followed_to_the_fifth_for_the_host_that_was_asked(policy_host: PolicyHost, hops: int) -> None:
    for hop in range(hops):
        policy_host.paths[f"/{hop}"] = redirects(f"/{hop + 1}", 301 + hop % 2)
    policy_host.paths[f"/{hops}"] = sends(RULES)
    found = look(policy_host.url("/0"))
    assert (found.outcome, found.redirects, found.final_url) == (Outcome.OK, hops, policy_host.url(f"/{hops}"))
    assert (found.authority, found.requested_url) == ("asked.example", policy_host.url("/0"))


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/a%2Fb?x=%2F%7E+%2B&y", "/a%2Fb?x=%2F%7E+%2B&y"),
        ("/a b", "/a%20b"),
        ("/100%", "/100%"),
        ("/ä?ü", "/%C3%A4?%C3%BC"),
        ("/\udce4", "/%E4"),  # a byte of another encoding
    ],
)
def test_the_very_place_that_a_redirect_names_is_asked(policy_host: PolicyHost, location: str, asked: str) -> None:
    line = f"Location: {location}\r\n".encode("utf-8", "surrogateescape")
    policy_host.paths["/robots.txt"] = says(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + line + b"\r\n")
    policy_host.paths[asked] = sends(RULES)
    found = look(policy_host.url("/robots.txt"))
    assert policy_host.asked[1:] == [asked]
    assert (found.body, found.final_url) == (RULES, policy_host.url(asked))


def test_an_endless_redirect_ends_unread_after_the_fifth(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = redirects("/robots.txt")
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.failure) == (Outcome.UNREADABLE, Failure.REDIRECTS)
    assert len(policy_host.asked) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize(
    "target", ["ftp://example.org/robots.txt", "file:///etc/passwd", "mailto:a@example.org", "http://a b/", "http://["]
)
def test_a_redirect_to_no_address_of_the_web_ends_unread(policy_host: PolicyHost, target: str) -> None:
    policy_host.paths["/robots.txt"] = redirects(target)
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.failure) == (Outcome.UNREADABLE, Failure.REDIRECTS)
    assert len(policy_host.asked) == 1


def test_a_name_and_password_in_a_redirect_are_not_sent(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = redirects(f"http://name:secret@127.0.0.1:{policy_host.port}/there#part")
    policy_host.paths["/there"] = sends(RULES)
    found = look(policy_host.url("/robots.txt"))
    assert found.final_url == policy_host.url("/there")
    assert "authorization" not in policy_host.headers[1]


def test_a_slow_drip_is_given_up_in_time(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = drips(0.05)
    found = look(policy_host.url("/robots.txt"), ROBOTS, FetchOptions(AGENT, timeout_seconds=0.4, reach=Reach.ANYWHERE))
    assert (found.outcome, found.failure, found.body) == (Outcome.UNREACHABLE, Failure.TIMEOUT, None)


def test_of_a_huge_robots_txt_the_beginning_is_read(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = floods(RULES)
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, len(found.body or b"")) == (Outcome.OK, MAX_POLICY_BYTES)


@pytest.mark.parametrize("protocol", [TDMREP, RSL, AI_TXT])
def test_another_huge_file_is_too_large(policy_host: PolicyHost, protocol: str) -> None:
    policy_host.paths["/file"] = floods(b" " * 50)
    assert look(policy_host.url("/file"), protocol).outcome is Outcome.TOO_LARGE


def test_a_file_that_unpacks_to_a_flood_is_cut_off(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(gzip.compress(b"#" * 200_000_000), Content_Encoding="gzip")
    assert len(look(policy_host.url("/robots.txt")).body or b"") == MAX_POLICY_BYTES


def test_a_packed_file_is_unpacked_although_none_was_asked_for(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(gzip.compress(RULES), Content_Encoding="gzip")
    assert look(policy_host.url("/robots.txt")).body == RULES


def test_a_file_packed_in_several_pieces_is_read_to_its_end(policy_host: PolicyHost) -> None:
    pieces = [b"User-agent: other\nAllow: /\n", RULES, b""]
    policy_host.paths["/robots.txt"] = sends(b"".join(map(gzip.compress, pieces)), Content_Encoding="gzip")
    assert look(policy_host.url("/robots.txt")).body == b"".join(pieces)
    flood = [gzip.compress(b"#" * 1_000) * 100_000, gzip.compress(b"#" * 100_000_000) * 2]
    for packed in flood:
        policy_host.paths["/robots.txt"] = sends(packed, Content_Encoding="gzip")
        assert len(look(policy_host.url("/robots.txt")).body or b"") == MAX_POLICY_BYTES


def test_what_fills_up_a_packed_file_is_no_part_of_it(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(gzip.compress(RULES) + b"\0\0\0", Content_Encoding="gzip")
    assert look(policy_host.url("/robots.txt")).body == RULES


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", RULES),
        ("gzip", gzip.compress(RULES)[:12] + b"broken"),
        ("gzip", gzip.compress(RULES)[:-1]),
        ("gzip", gzip.compress(RULES) + gzip.compress(RULES)[:-1]),
        ("deflate", gzip.compress(RULES)),
        ("br", RULES),
        ("gzip, gzip", gzip.compress(gzip.compress(RULES))),
    ],
    ids=["not packed", "broken", "cut off", "cut off later", "packed otherwise", "unknown", "twice"],
)
def test_a_file_whose_packing_breaks_is_unreadable(policy_host: PolicyHost, encoding: str, body: bytes) -> None:
    policy_host.paths["/robots.txt"] = sends(body, Content_Encoding=encoding)
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.body) == (Outcome.UNREADABLE, None)


def test_bytes_of_no_encoding_stay_as_they_came(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(b"User-agent: \xff\xfe\n", Content_Type="text/plain; charset=utf-99")
    assert look(policy_host.url("/robots.txt")).body == b"User-agent: \xff\xfe\n"


def test_a_wrong_content_type_does_not_hide_a_file(policy_host: PolicyHost) -> None:
    policy_host.paths["/tdmrep.json"] = sends(b'[{"location": "/", "tdm-reservation": 1}]', Content_Type="image/png")
    assert look(policy_host.url("/tdmrep.json"), TDMREP).outcome is Outcome.OK


def test_a_web_page_in_the_place_of_a_tdmrep_json_is_none(policy_host: PolicyHost) -> None:
    policy_host.paths["/tdmrep.json"] = sends(b"<!doctype html><p>not found", Content_Type="application/json")
    assert look(policy_host.url("/tdmrep.json"), TDMREP).outcome is Outcome.ABSENT


@pytest.mark.parametrize("breaks", [says(b""), resets], ids=["closed", "reset"])
def test_a_connection_that_breaks_without_an_answer_is_tried_once_more(
    policy_host: PolicyHost, breaks: Behaviour
) -> None:
    policy_host.paths["/robots.txt"] = breaks
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.failure, found.body) == (Outcome.UNREACHABLE, Failure.CONNECTION, None)
    assert len(policy_host.asked) == 2


def test_an_answer_that_breaks_off_is_not_read(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = says(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nUser-agent: *\nAllow: /\n")
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.failure, found.body) == (Outcome.UNREACHABLE, Failure.CONNECTION, None)


def test_what_is_no_http_is_unreadable(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = says(b"SSH-2.0-OpenSSH\r\n\r\n")
    found = look(policy_host.url("/robots.txt"))
    assert (found.outcome, found.failure) == (Outcome.UNREADABLE, Failure.RESPONSE)


def test_a_header_in_no_encoding_can_be_kept(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = says(b'HTTP/1.1 200 OK\r\nETag: "\xff"\r\nContent-Length: 0\r\n\r\n')
    found = look(policy_host.url("/robots.txt"))
    assert found.outcome is Outcome.OK
    assert (found.headers_kept or "").encode()


def test_nobody_at_a_port_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = look(f"http://127.0.0.1:{port}/robots.txt")
    assert (found.outcome, found.failure, found.final_url) == (Outcome.UNREACHABLE, Failure.CONNECTION, None)


def test_a_name_without_address_is_unreachable() -> None:
    found = look("http://nobody.invalid/robots.txt")
    assert (found.outcome, found.failure) == (Outcome.UNREACHABLE, Failure.NAME)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate of 127.0.0.1, signed by itself, and its key."""
    address, key = ipaddress.IPv4Address("127.0.0.1"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, form, secret))
    return file


@pytest.fixture
def secure_host(certificate: Path) -> Iterator[PolicyHost]:
    """A web server that shows the certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    host = PolicyHost(tls)
    host.paths["/robots.txt"] = sends(RULES)
    yield host
    host.stop()


def test_a_host_whose_certificate_is_trusted_is_read(
    secure_host: PolicyHost, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert look(secure_host.url("/robots.txt")).body == RULES


def test_a_host_whose_certificate_nobody_trusts_is_unreachable(secure_host: PolicyHost) -> None:
    found = look(secure_host.url("/robots.txt"))
    assert (found.outcome, found.failure, found.body) == (Outcome.UNREACHABLE, Failure.CERTIFICATE, None)
    assert secure_host.asked == []


def test_a_host_with_the_certificate_of_another_is_unreachable(
    secure_host: PolicyHost, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    found = look(secure_host.url("/robots.txt", "127.0.0.2"))
    assert (found.outcome, found.failure) == (Outcome.UNREACHABLE, Failure.CERTIFICATE)
    assert secure_host.asked == []


def test_a_host_that_does_not_speak_tls_is_unreachable(policy_host: PolicyHost) -> None:
    found = look(f"https://{policy_host.authority()}/robots.txt")
    assert found.outcome is Outcome.UNREACHABLE
    assert found.failure in {Failure.CERTIFICATE, Failure.CONNECTION}, "whichever of the two notices first"


# --- versions known before -----------------------------------------------------------------------------------------


def test_an_unchanged_file_is_not_sent_again(policy_host: PolicyHost) -> None:
    url = policy_host.url("/robots.txt")
    policy_host.paths["/robots.txt"] = sends_unless_known(RULES, '"7"')
    found = look(url, ROBOTS, QUICK, KnownVersion(url, '"7"', None, "hash"))
    assert (found.outcome, found.http_status, found.body, found.unchanged) == (Outcome.OK, 304, None, "hash")
    assert json.loads(found.headers_kept or "") == {"etag": '"7"'}, "the next look needs the mark again"


def test_a_changed_file_is_sent(policy_host: PolicyHost) -> None:
    url = policy_host.url("/robots.txt")
    policy_host.paths["/robots.txt"] = sends_unless_known(RULES, '"8"')
    found = look(url, ROBOTS, QUICK, KnownVersion(url, '"7"', "Tue, 01 Jul 2025 00:00:00 GMT", "hash"))
    assert (found.http_status, found.body, found.unchanged) == (200, RULES, None)
    assert policy_host.headers[0]["if-modified-since"] == "Tue, 01 Jul 2025 00:00:00 GMT"


def test_a_mark_is_sent_only_to_the_address_that_gave_it(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = redirects("/there")
    policy_host.paths["/there"] = sends_unless_known(RULES, '"7"')
    known = KnownVersion(policy_host.url("/there"), '"7"', None, "hash")
    found = look(policy_host.url("/robots.txt"), ROBOTS, QUICK, known)
    assert found.unchanged == "hash"
    assert ["if-none-match" in headers for headers in policy_host.headers] == [False, True]


def test_a_mark_that_would_break_a_header_is_not_sent(policy_host: PolicyHost) -> None:
    url = policy_host.url("/robots.txt")
    policy_host.paths["/robots.txt"] = sends(RULES)
    look(url, ROBOTS, QUICK, KnownVersion(url, '"1"\r\nX-Other: 2', "ä", "hash"))
    assert not {"if-none-match", "if-modified-since", "x-other"} & policy_host.headers[0].keys()


# --- bounds --------------------------------------------------------------------------------------------------------


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_whatever_its_port_is_called(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = waits(0.05, sends(RULES))
    questions = [FileRequest(str(n), ROBOTS, policy_host.url("/robots.txt")) for n in range(4)]
    looks(questions, FetchOptions(AGENT, pause_seconds=0.1, reach=Reach.ANYWHERE))
    assert policy_host.most_at_once == 1
    assert min(b - a for a, b in pairwise(policy_host.times)) >= 0.15


def test_no_more_is_asked_at_once_than_is_allowed(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = waits(0.05, sends(RULES))
    questions = [FileRequest(str(n), ROBOTS, policy_host.url("/robots.txt", f"127.0.0.{n}")) for n in range(1, 13)]
    found = looks(questions, FetchOptions(AGENT, at_once=3, pause_seconds=0, reach=Reach.ANYWHERE))
    assert {each.outcome for each in found} == {Outcome.OK}
    assert 1 < policy_host.most_at_once <= 3


def test_connections_are_not_kept_for_hosts_that_are_done_with(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = sends(RULES)
    questions = [FileRequest(str(n), ROBOTS, policy_host.url("/robots.txt", f"127.0.1.{n}")) for n in range(1, 200)]
    listed = Path("/proc/self/fd")
    open_files = len(list(listed.iterdir())) if listed.is_dir() else 100
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Each connection has an end in the server of the test, too.
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files + 100, most))
    try:
        found = looks(questions, FetchOptions(AGENT, at_once=4, pause_seconds=0, reach=Reach.ANYWHERE))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    assert {each.outcome for each in found} == {Outcome.OK}


@pytest.mark.parametrize("reach", Reach)
def test_a_lack_of_sockets_here_says_nothing_of_a_host(
    policy_host: PolicyHost, monkeypatch: pytest.MonkeyPatch, reach: Reach
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda _: True)

    async def ask() -> Look:
        async with Fetcher(FetchOptions(AGENT, reach=reach)) as fetcher:
            with monkeypatch.context() as patch:
                patch.setattr(socket.socket, "__init__", none_left)
                return await fetcher.look(FileRequest("asked.example", ROBOTS, policy_host.url("/robots.txt")))

    def none_left(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with pytest.raises(NoSocketsError, match="Too many open files"):
        asyncio.run(ask())


# --- addresses that are not public ---------------------------------------------------------------------------------

PUBLIC = FetchOptions(AGENT, pause_seconds=0, timeout_seconds=5)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"])  # noqa: S104
def test_a_private_address_is_never_reached_however_it_is_written(policy_host: PolicyHost, name: str) -> None:
    found = look(policy_host.url("/robots.txt", name), ROBOTS, PUBLIC)
    assert found.outcome is Outcome.UNREACHABLE
    assert found.failure in {Failure.ADDRESS_NOT_PUBLIC, Failure.NAME}
    assert policy_host.asked == []


@pytest.fixture
def one_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the internet: 127.0.0.1 alone is taken for public."""
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "127.0.0.1")


@pytest.mark.usefixtures("one_is_public")
def test_a_redirect_to_a_private_address_is_not_followed(policy_host: PolicyHost) -> None:
    policy_host.paths["/robots.txt"] = redirects(policy_host.url("/secret", "127.0.0.2"))
    found = look(policy_host.url("/robots.txt"), ROBOTS, PUBLIC)
    assert (found.outcome, found.failure) == (Outcome.UNREACHABLE, Failure.ADDRESS_NOT_PUBLIC)
    assert (found.redirects, found.final_url) == (1, policy_host.url("/secret", "127.0.0.2"))
    assert policy_host.asked == ["/robots.txt"]


@pytest.mark.usefixtures("one_is_public")
def test_a_name_that_changes_to_a_private_address_is_not_reached(
    policy_host: PolicyHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["127.0.0.1", "127.0.0.2"])
    monkeypatch.setattr(
        asyncio.base_events.socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), policy_host.port))],
    )
    policy_host.paths["/robots.txt"] = sends(RULES, Connection="close")
    url = policy_host.url("/robots.txt", "changes.example")
    assert look(url, ROBOTS, PUBLIC).outcome is Outcome.OK
    assert look(url, ROBOTS, PUBLIC).failure is Failure.ADDRESS_NOT_PUBLIC
    assert len(policy_host.asked) == 1


def test_a_proxy_of_the_environment_is_not_used(policy_host: PolicyHost, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, policy_host.url(""))
    look("http://nobody.invalid/robots.txt", ROBOTS, PUBLIC)
    assert policy_host.asked == []


@given(st.text(), st.sampled_from(["", "http://", "//", "https://a", "?", "http://[", "http://a:"]))
def test_a_redirect_leads_to_an_address_of_the_web_or_nowhere(text: str, begin: str) -> None:
    target = redirect_target("http://asked.example/robots.txt", begin + text)
    if target is not None:
        assert target.isprintable()
        assert target.startswith(("http://", "https://"))
        assert "@" not in target.split("/")[2]
        assert web_address(target) == target


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("http://example.org:80/a?b=c#d", "http://example.org/a?b=c"),
        ("https://name:secret@example.org/rsl.xml", "https://example.org/rsl.xml"),
        ("/relative", None),
        ("mailto:a@example.org", None),
        ("http://example.org/a\nb", None),
    ],
)
def test_an_address_of_the_web_is_written_in_one_way(url: str, address: str | None) -> None:
    assert web_address(url) == address
