from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colophon.reservations.parsing.path_patterns import PathPattern, path_forms, path_pattern, sieve
from tests.hanging import without_hanging


def matches(pattern: str, path: str) -> bool:
    compiled = path_pattern(pattern.encode())
    return compiled is not None and compiled.matches(path_forms(path))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/fish", "/fishheads/yummy.html", True),
        ("/fish", "/Fish", False),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/any.php.file.html", True),
        ("/*.php$", "/filename.php", True),
        ("/*.php$", "/filename.php?parameters", False),
        ("/*.php$", "/windows.PHP", False),
        ("/fish*.php", "/fishheads/catfish.php?parameters", True),
        ("/a*b*c$", "/aXbXc", True),
        ("/a*ab$", "/ab", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a$b", "/a$bc", True),
        ("*", "/anything", True),
        ("/*$", "/anything", True),
        ("/", "", True),
        ("/?", "?a=b", True),
    ],
)
def test_wildcards_and_anchor(pattern, path, expected):
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A"),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/path/foo-%24", "/path/foo-$"),
        ("/my folder/", "/my%20folder/"),
        ("/a?b=%2Fc*d", "/a?b=/c-d"),
    ],
)
def test_spellings_of_the_same_path_match(pattern, path):
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/a%2Fb", "/a/b"),
        ("/a/b", "/a%2Fb"),
        ("/*/admin", "/?next=%2Fadmin"),
        ("/path/%2A", "/path/x"),
        ("/x?a=1%262", "/x?a=1&2"),
    ],
)
def test_an_encoded_delimiter_is_not_the_delimiter(pattern, path):
    assert not matches(pattern, path)


def test_a_wildcard_pattern_meets_the_spelling_it_names_in_a_query():
    assert matches("/*%2Fadmin", "/?next=%2Fadmin")
    assert matches("/*/admin", "/?next=/admin")


@pytest.mark.parametrize("pattern", ["", "fish", "$", "http://host.example/fish"])
def test_a_pattern_that_can_match_nothing_is_none(pattern):
    assert path_pattern(pattern.encode()) is None


def test_a_fragment_is_no_part_of_the_path():
    assert matches("/a$", "/a#section")


def test_octets_are_counted_in_the_compared_spelling():
    lengths = {}
    for pattern in ("/ツ", "/%E3%83%84", "/%e3%83%84"):
        compiled = path_pattern(pattern.encode())
        assert compiled is not None
        lengths[pattern] = compiled.octets
    assert set(lengths.values()) == {10}


LITERALS = "ab/.$"


@given(st.text(LITERALS + "*", max_size=12), st.text(LITERALS, max_size=16))
def test_matching_agrees_with_a_regular_expression(pattern, path):
    pattern, path = "/" + pattern, "/" + path
    anchored = pattern.endswith("$")
    expression = ".*".join(re.escape(part) for part in (pattern[:-1] if anchored else pattern).split("*"))
    expected = re.match(expression + (r"\Z" if anchored else ""), path) is not None
    assert matches(pattern, path) is expected


@given(st.text(max_size=30))
def test_a_path_matches_itself_percent_encoded(path):
    literal = path.replace("*", "").replace("$", "").replace("#", "").replace("%", "").replace("?", "")
    literal = "/" + "".join(c for c in literal if not "\ud800" <= c <= "\udfff")
    encoded = "".join(f"%{octet:02x}" if octet > 127 else chr(octet) for octet in literal.encode())
    assert matches(literal, encoded)
    assert matches(encoded, literal)


@pytest.mark.parametrize("unit", ["*a", "a*", "**a", "*aa", "*a*b"])
@pytest.mark.parametrize("ending", ["", "$", "b$", "*b"])
def test_no_pattern_takes_more_than_linear_time(unit, ending):
    pattern, path = "/" + unit * 20_000 + ending, "/" + "a" * 100_000
    compiled = path_pattern(pattern.encode())
    assert compiled is not None
    with without_hanging():
        compiled.matches(path_forms(path))
        # Milliseconds in fact; a backtracking matcher would not end at all.


def holds_back(patterns: list[PathPattern], path: str) -> bool:
    return sieve(patterns).before(lambda _: False, True)(path)


PIECES = st.lists(
    st.sampled_from(
        [
            "/",
            "a",
            "b",
            "A",
            "%41",
            "%2F",
            "%3f",
            "%25",
            "%C3",
            "%e9",
            "%20",
            "%zz",
            "?",
            "é",
            " ",
            "20",
            "C3",
            "E9",
            ".",
            "%",
            "#x",
        ]
    )
).map("".join)


@settings(max_examples=1_000)
@given(st.lists(st.lists(st.one_of(PIECES, st.just("*"))).map("".join), max_size=4), PIECES, st.sampled_from(["", "$"]))
def test_a_sieve_holds_back_no_path_that_a_pattern_matches(written, path, end):
    patterns = [p for w in written if (p := path_pattern(f"/{w}{end}".encode()))]
    patterns += [p for w in written[:1] if (p := path_pattern(f"*{w}{end}".encode()))]
    if holds_back(patterns, path):
        assert not any(pattern.matches(path_forms(path)) for pattern in patterns)


def test_a_sieve_holds_back_what_it_is_there_for():
    held = [path_pattern(b"/admin/"), path_pattern(b"/*.pdf$"), path_pattern(b"/a b")]
    assert holds_back(held, "/news/1")
    assert not holds_back(held, "/admin/x")
    assert not holds_back(held, "/x.pdf")
    assert not holds_back(held, "/a b")
    assert holds_back(held[:1], "/news/%41")
    assert not holds_back(held[:1], "/%61dmin/")
    assert holds_back(held, "/news/caf%C3%A9")
    assert not holds_back(held, "/x%2Epdf")


def test_a_sieve_asks_about_what_it_lets_through():
    asked = sieve([path_pattern(b"/admin/")]).before(str.upper, "nothing")
    assert (asked("/admin/x"), asked("/x"), asked("x")) == ("/ADMIN/X", "nothing", "X")
