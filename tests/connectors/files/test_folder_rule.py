from __future__ import annotations

import os

import pytest

from colophon.connectors.files.folder_rule import passed_over
from colophon.connectors.files.source_files import SourceFiles
from colophon.errors import ConfigurationError

NAMES = [
    "/d/.git/HEAD",
    "/d/README.md",
    "/d/_SUCCESS",
    "/d/_day=1/a.parquet",
    "/d/a.parquet",
    "/d/part-0000",
    "/d/sub/.a.parquet.crc",
    "/d/sub/b.parquet",
]


@pytest.mark.parametrize(
    ("pattern", "input_"),
    [
        ("/d", ["/d/_day=1/a.parquet", "/d/a.parquet", "/d/part-0000", "/d/sub/b.parquet"]),
        ("/d/**", ["/d/_day=1/a.parquet", "/d/a.parquet", "/d/part-0000", "/d/sub/b.parquet"]),
        ("/d/*.*", ["/d/README.md", "/d/_day=1/a.parquet", "/d/a.parquet", "/d/part-0000", "/d/sub/b.parquet"]),
        ("/d/_S*", ["/d/_SUCCESS", "/d/_day=1/a.parquet", "/d/a.parquet", "/d/part-0000", "/d/sub/b.parquet"]),
        ("/d/README.md", NAMES),
    ],
)
def test_hidden_files_and_those_of_another_kind_are_passed_over(pattern, input_):
    over = passed_over(pattern, NAMES, (".parquet",))
    assert [name for name in NAMES if name not in over] == input_


def test_folders_above_the_pattern_may_begin_with_a_dot():
    assert passed_over("/home/.cache/d", ["/home/.cache/d/a.jsonl"], (".jsonl",)) == frozenset()


@pytest.mark.parametrize(
    ("name", "suffixes", "is_input"),
    [
        ("a.json", (".jsonl", ".ndjson"), True),
        ("a.JSONL.GZ", (".jsonl", ".ndjson"), True),
        ("a.parquet", (".jsonl", ".ndjson"), False),
        ("LICENSE", (".parquet",), False),
        ("LICENSE", (".txt", ".md"), True),
        ("chapter one", (".txt", ".md"), True),
        ("a.html", (".txt", ".md"), True),
        ("a.csv", (".txt", ".md"), False),
    ],
)
def test_endings_of_names_tell_kinds(name, suffixes, is_input):
    assert (passed_over("/d", [f"/d/{name}"], suffixes) == frozenset()) is is_input


def test_links_to_nothing_and_pipes_are_passed_over_and_named(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").symlink_to("gone")
    os.mkfifo(tmp_path / "c.txt")
    files = SourceFiles.under("web", str(tmp_path), (".",), (".txt",))
    assert [file.path for file in files.files()] == ["a.txt"]
    assert files.passed_over() == ("b.txt", "c.txt")


def test_what_was_passed_over_is_named_where_nothing_is_left(tmp_path):
    (tmp_path / "README.md").write_text("a")
    with pytest.raises(ConfigurationError, match=r"no file matches '\.'; README\.md passed over"):
        SourceFiles.under("web", str(tmp_path), (".",), (".parquet",)).files()
