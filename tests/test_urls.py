from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.urls import CleanUrl, authority_of, clean_url, host_name


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("HTTP://User:secret@WWW.Example.COM/A%2fb?Q=É#frag", "http://www.example.com/A%2fb?Q=É"),
        ("http://user@name@example.com/", "http://example.com/"),
        ("https://example.com.:443", "https://example.com"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://example.com:0080/", "http://example.com/"),
        ("http://example.com:/", "http://example.com/"),
        ("ftp://ftp.example.com:21/a", "ftp://ftp.example.com/a"),
        ("https://Bücher.example/ü", "https://xn--bcher-kva.example/ü"),
        ("https://b%C3%BCcher.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("http://[2001:DB8:0::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://foo_bar.example.com/", "http://foo_bar.example.com/"),
        ("http://example.com?q", "http://example.com?q"),
        ("  http://example.com/a b \n", "http://example.com/a b"),
        ("http://example.com/#", "http://example.com/"),
        ("urn:isbn:0451450523#x", "urn:isbn:0451450523"),
        ("file:///data/a.txt", "file:///data/a.txt"),
    ],
)
def test_a_url_is_cleaned_and_otherwise_left_as_it_is(url, cleaned):
    assert clean_url(url).url == cleaned
    assert clean_url(cleaned).url == cleaned


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a",
        "//example.com/a",
        "/a/b",
        "http:///a",
        "http:example.com",
        "http://",
        "http://a b/",
        "http://a..b/",
        "http://.com/",
        "http://example.com:70000/",
        "http://example.com:80a/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[1.2.3.4]/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 5000 + "com/",
        "http://ex%ZZample.com/",
        "http://%ff.com/",
        "mailto:jane@example.com",
        "data:text/plain,secret",
        "javascript:void(0)",
        "tel:+4930901820",
    ],
)
def test_what_is_no_address_of_a_place_is_null(url):
    assert clean_url(url) is None


def test_the_parts_a_robots_rule_needs():
    assert clean_url("https://Example.com:8443?q=1#x") == CleanUrl(
        url="https://example.com:8443?q=1", scheme="https", authority="example.com:8443", path_and_query="/?q=1"
    )
    assert clean_url("https://example.com/a/../b?q=a/b").path_and_query == "/a/../b?q=a/b"


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://Example.com:443/a", "example.com"),
        ("<http://example.com:8080/>", "example.com:8080"),
        ("http://[2001:DB8::1]/", "[2001:db8::1]"),
        ("http://b%C3%BCcher.example/", "xn--bcher-kva.example"),
        ("ftp://example.com/", None),
        ("urn:isbn:0451450523", None),
        ("example.com", None),
    ],
)
def test_web_addresses_have_an_authority(url, authority):
    assert authority_of(url) == authority


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Example.COM.", "example.com"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "[2001:db8::1]"),
        ("not a host", None),
        ("-a.example", None),
        ("exa!mple.com", None),
        ("example.com:80", None),
        ("b%C3%BCcher.example", None),
        ("", None),
    ],
)
def test_a_host_that_a_person_wrote_is_written_in_one_way(text, host):
    assert host_name(text) == host


@given(st.text())
def test_a_host_name_is_the_authority_of_its_address(text):
    host = host_name(text)
    assert host is None or authority_of(f"https://{host}/") == host


HOSTS = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,3}\.(com|co\.uk|de)", fullmatch=True)


@given(
    host=HOSTS,
    port=st.one_of(st.just(""), st.integers(1, 65_535).map(lambda p: f":{p}")),
    path=st.text(st.characters(exclude_characters="?#", exclude_categories=["Cs", "Cc", "Z"])),
)
def test_cleaning_keeps_the_path_byte_for_byte_and_is_done_once(host, port, path):
    cleaned = clean_url(f"HTTPS://u:p@{host.upper()}{port}/{path}#secret")
    assert cleaned.path_and_query == f"/{path}"
    assert cleaned.url.endswith(f"/{path}")
    assert clean_url(cleaned.url) == cleaned


@given(st.text())
def test_any_text_is_cleaned_or_refused_without_error(text):
    cleaned = clean_url(text)
    assert cleaned is None or clean_url(cleaned.url) == cleaned
    assert cleaned is None or "#" not in cleaned.url
