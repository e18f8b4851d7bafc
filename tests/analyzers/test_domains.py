from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.domains import PINNED_LIST, CleanUrl, Domains, clean_url, registered_domain, site_domain
from colophon.connectors.rows import rows_batch
from colophon.record.errors import ConfigurationError, InputUnreadableError


def analyze(*urls, psl=None):
    size = len(urls)
    batch = rows_batch(
        {
            "row": range(size),
            "path": ["f"] * size,
            "position": range(size),
            "text": [""] * size,
            "url": list(urls),
        }
    )
    return Domains(psl).analyze(batch).to_pylist()


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
    assert analyze(url) == [{"url": None, "authority": None, "registered_domain": None, "site_domain": None}]


def test_the_parts_a_robots_rule_needs():
    assert clean_url("https://Example.com:8443?q=1#x") == CleanUrl(
        url="https://example.com:8443?q=1", scheme="https", authority="example.com:8443", path_and_query="/?q=1"
    )
    assert clean_url("https://example.com/a/../b?q=a/b").path_and_query == "/a/../b?q=a/b"


@pytest.mark.parametrize(
    ("authority", "registered", "site"),
    [
        ("www.example.com", "example.com", "example.com"),
        ("example.com:8080", "example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk", "example.co.uk"),
        ("co.uk", None, None),
        ("com", None, None),
        ("jane.github.io", "github.io", "jane.github.io"),
        ("github.io", "github.io", None),
        ("www.jane.blogspot.com", "blogspot.com", "jane.blogspot.com"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("localhost", None, None),
        ("printer.internal-name", "printer.internal-name", "printer.internal-name"),
        ("a.printer.internal-name", "printer.internal-name", "printer.internal-name"),
        ("192.0.2.1", None, None),
        ("192.0.2.1:8080", None, None),
        ("[2001:db8::1]:8080", None, None),
    ],
)
def test_registered_domain_and_site_by_the_pinned_list(authority, registered, site):
    assert registered_domain(authority) == registered
    assert site_domain(authority) == site


def test_the_columns_of_a_row():
    assert analyze("HTTPS://Jane.GitHub.io:443/x#y", None) == [
        {
            "url": "https://jane.github.io/x",
            "authority": "jane.github.io",
            "registered_domain": "github.io",
            "site_domain": "jane.github.io",
        },
        {"url": None, "authority": None, "registered_domain": None, "site_domain": None},
    ]


def test_another_list_decides_where_one_is_given(tmp_path):
    own = tmp_path / "own.dat"
    own.write_text("// ===BEGIN ICANN DOMAINS===\ncom\nexample.com\n// ===BEGIN PRIVATE DOMAINS===\n")
    (row,) = analyze("http://www.shop.example.com/", psl=own)
    assert row["registered_domain"] == "shop.example.com"
    assert registered_domain("www.shop.example.com") == "example.com"
    assert Domains(own).rule.model_sha256 != Domains().rule.model_sha256


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputUnreadableError, match=r"nowhere\.dat"):
        analyze("http://example.com/", psl=tmp_path / "nowhere.dat")


def test_a_file_that_is_no_list_is_an_error_of_the_configuration(tmp_path):
    page = tmp_path / "page.dat"
    page.write_text("<html>moved</html>")
    with pytest.raises(ConfigurationError, match="no Public Suffix List"):
        analyze("http://example.com/", psl=page)


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    from colophon.analyzers import domains

    domains._extractor.cache_clear()
    registered_domain.cache_clear()
    assert registered_domain("www.example.org") == "example.org"


def test_the_pinned_list_travels_with_its_license_and_origin():
    assert "Mozilla Public License" in PINNED_LIST.with_name("public_suffix_list.LICENSE.txt").read_text()
    origin = PINNED_LIST.with_name("public_suffix_list.ORIGIN.md").read_text()
    assert Domains().rule.model_sha256 in origin


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
    assert registered_domain(cleaned.authority) is None or cleaned.authority.partition(":")[0].endswith(
        registered_domain(cleaned.authority)
    )


@given(st.text())
def test_any_text_is_cleaned_or_refused_without_error(text):
    cleaned = clean_url(text)
    assert cleaned is None or clean_url(cleaned.url) == cleaned
    assert cleaned is None or "#" not in cleaned.url
