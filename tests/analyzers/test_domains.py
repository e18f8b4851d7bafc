from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.analyzers.domains import PINNED_LIST, Domains, registered_domain, site_domain
from colophon.connectors.rows import rows_batch
from colophon.errors import ConfigurationError, InputUnreadableError
from colophon.urls import clean_url


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


def test_what_is_no_address_has_no_columns():
    assert analyze("mailto:jane@example.com") == [
        {"url": None, "authority": None, "registered_domain": None, "site_domain": None}
    ]


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


@given(host=HOSTS)
def test_the_registered_domain_ends_the_host(host):
    authority = clean_url(f"https://{host}/").authority
    assert registered_domain(authority) is None or authority.endswith(registered_domain(authority))
