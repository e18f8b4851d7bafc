from __future__ import annotations

import os

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from colophon.connectors.files.source_files import SourceFiles
from colophon.errors import ConfigurationError, InputUnreadableError


@pytest.fixture
def storage(tmp_path):
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/deep/d.txt", "odd[1].txt", "note.md"):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return lambda *patterns: SourceFiles.under("web", str(tmp_path / "corpus"), patterns)


def paths(storage):
    return [file.path for file in storage.files()]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["*.txt"], ["a.txt", "b.txt", "odd[1].txt"]),
        (["sub/*.txt", "a.txt", "*a.txt"], ["a.txt", "sub/c.txt"]),
        (["**/*.txt"], ["a.txt", "b.txt", "odd[1].txt", "sub/c.txt", "sub/deep/d.txt"]),
        (["sub"], ["sub/c.txt", "sub/deep/d.txt"]),
        (["odd[1].txt"], ["odd[1].txt"]),
        (["../corpus/note.md"], ["note.md"]),
    ],
)
def test_paths_are_relative_sorted_and_met_once(storage, patterns, found):
    assert paths(storage(*patterns)) == found


def test_absolute_paths_and_file_urls_become_relative(storage, tmp_path):
    (tmp_path / "other.txt").write_text("x")
    assert paths(storage(str(tmp_path / "other.txt"))) == ["../other.txt"]
    assert paths(storage((tmp_path / "other.txt").as_uri())) == ["../other.txt"]
    with storage().open("../other.txt") as file:
        assert file.content().read() == b"x"


def test_a_pattern_without_match_is_an_error_that_names_it(storage):
    with pytest.raises(ConfigurationError, match=r"web: no file matches 'missing/\*\.gz'"):
        storage("a.txt", "missing/*.gz").files()


def test_a_link_is_read_as_what_it_leads_to(storage, tmp_path):
    (tmp_path / "corpus" / "link.txt").symlink_to(tmp_path / "corpus" / "note.md")
    (file,) = storage("link.*").files()
    assert (file.path, file.size) == ("link.txt", len("note.md"))


def test_a_folder_that_may_not_be_read_is_an_error(storage, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(LocalFileSystem, "ls", refuse)
    with pytest.raises(InputUnreadableError, match=r"sub/\*: Permission denied"):
        storage("sub/*").files()


def test_a_file_that_vanished_or_is_refused_is_an_error(storage):
    opened = storage("*.txt")
    with pytest.raises(InputUnreadableError, match=r"gone\.txt"):
        opened.open("gone.txt")


def test_a_storage_that_fails_while_it_is_read_is_not_a_damaged_file(storage):
    with storage().open("a.txt") as file:
        file._bytes.handle = _Failing()
        with pytest.raises(InputUnreadableError, match="Stale file handle"):
            file.content().read()


class _Failing:
    def readinto(self, _buffer):
        raise OSError(116, "Stale file handle")

    def close(self):
        pass


def test_the_version_changes_with_the_file(storage, tmp_path):
    (before,) = storage("a.txt").files()
    os.utime(tmp_path / "corpus" / "a.txt", (1, 1))
    (after,) = storage("a.txt").files()
    assert before.version != after.version
    assert storage("a.txt").files() == (after,)


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.pipe("/colophon-test/data/a.txt", b"a")
    yield "memory://colophon-test"
    system.rm("/colophon-test", recursive=True)


def test_a_url_stays_whole_and_a_path_under_a_base_that_is_a_url_stays_relative(memory):
    whole = SourceFiles.under("web", "/", (f"{memory}/data/*.txt",))
    relative = SourceFiles.under("web", memory, ("data/*.txt",))
    assert paths(whole) == [f"{memory}/data/a.txt"]
    assert paths(relative) == ["data/a.txt"]
    for storage in (whole, relative):
        with storage.open(storage.files()[0].path) as file:
            assert file.content().read() == b"a"


def test_userinfo_is_never_given_out_and_found_again_for_opening():
    storage = SourceFiles.under("web", "/", ("sftp://user:secret@host/data/*.gz",))
    assert storage._with_userinfo("sftp://host/data/a.gz") == "sftp://user:secret@host/data/a.gz"
    assert storage._with_userinfo("sftp://other/data/a.gz") == "sftp://other/data/a.gz"


def test_a_url_of_an_unknown_kind_is_an_error_without_its_password():
    storage = SourceFiles.under("web", "/", ("nowhere://user:secret@host/x",))
    with pytest.raises(ConfigurationError) as raised:
        storage.files()
    assert "nowhere://host/x" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_in_a_local_name_two_colons_and_signs_of_addresses_are_letters(tmp_path):
    for name in ("a::b.txt", "c#d?e %41.txt"):
        (tmp_path / name).write_text(name)
    files = SourceFiles.under("web", str(tmp_path), (".",))
    assert [file.path for file in files.files()] == ["a::b.txt", "c#d?e %41.txt"]
    with files.open("a::b.txt") as file:
        assert file.content().read() == b"a::b.txt"


def test_a_name_that_is_not_utf_8_is_refused_by_that(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("x")
    with pytest.raises(ConfigurationError, match=r"the name of file b'.*\\xff.txt' is not UTF-8; rename the file"):
        SourceFiles.under("web", str(tmp_path), (".",)).files()


def test_a_server_that_does_not_answer_is_named_as_that():
    with pytest.raises(InputUnreadableError, match=r"127.0.0.1:9/x.jsonl: .*Connect"):
        SourceFiles.under("web", ".", ("http://127.0.0.1:9/x.jsonl",)).files()


def test_a_chained_archive_that_is_not_there_is_named(tmp_path):
    pattern = f"zip://a.jsonl::{tmp_path}/gone.zip"
    with pytest.raises(InputUnreadableError, match=r"gone\.zip: No such file"):
        SourceFiles.under("web", str(tmp_path), (pattern,)).files()
