from __future__ import annotations

import errno
import hashlib
import os

import fsspec
import pytest

from colophon.errors import OutputUnwritableError
from colophon.record import storage as folder_module
from colophon.record.storage import TEMPORARY, RecordFolder


@pytest.fixture(params=["local", "memory"])
def folder(request, tmp_path):
    """An empty folder on a disk, and one on a storage without rename."""
    if request.param == "local":
        yield RecordFolder(str(tmp_path / "record"))
    else:
        yield RecordFolder("memory://colophon-folder")
        system = fsspec.filesystem("memory")
        if system.exists("/colophon-folder"):
            system.rm("/colophon-folder", recursive=True)


@pytest.fixture
def local(tmp_path):
    return RecordFolder(str(tmp_path / "record"))


def test_what_was_written_is_read(folder):
    folder.write("tables/pii/x", b"content")
    assert folder.exists("tables/pii/x")
    assert folder.read("tables/pii/x") == b"content"
    assert folder.size("tables/pii/x") == 7
    assert folder.sha256("tables/pii/x") == hashlib.sha256(b"content").hexdigest()


def test_what_is_not_there_is_said_so(folder):
    assert not folder.exists("x")
    assert folder.names("nowhere") == ()
    assert folder.walk() == ()
    with pytest.raises(FileNotFoundError):
        folder.read("x")


def test_names_are_those_directly_below_sorted(folder):
    for path in ("t/b", "t/a", "t/deep/c", "u"):
        folder.write(path, b"")
    assert folder.names("t") == ("a", "b", "deep")
    assert folder.walk() == ("t/a", "t/b", "t/deep/c", "u")


def test_a_file_is_no_folder(folder):
    folder.write("x", b"")
    assert set(folder.names("x")) <= {"x"}


def test_a_file_that_was_written_again_holds_the_new_content(folder):
    folder.write("x", b"old")
    folder.write("x", b"new content")
    assert folder.read("x") == b"new content"


def test_a_file_and_a_folder_are_removed_and_removing_nothing_is_no_error(folder):
    for path in ("t/a", "t/deep/b", "u"):
        folder.write(path, b"")
    for path in ("t", "u", "nowhere"):
        folder.remove(path)
    assert folder.walk() == ()


def test_a_file_appears_when_it_is_whole(local):
    with local.committing("t/x") as file:
        file.write(b"half")
        file.flush()
        assert not local.exists("t/x")
        assert local.names("t") == ()
        (under_way,) = local.walk()
        assert under_way.startswith(f"t/{TEMPORARY}")
    assert local.walk() == ("t/x",)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_a_write_that_fails_leaves_what_was_there(local, failure):
    local.write("x", b"old")

    def fail():
        with local.committing("x") as file:
            file.write(b"new")
            raise failure

    with pytest.raises(failure):
        fail()
    assert local.read("x") == b"old"
    assert local.walk() == ("x",)


def test_two_writers_of_the_same_file_do_not_meet(local):
    with local.committing("x") as one, local.committing("x") as other:
        one.write(b"one")
        other.write(b"other")
    assert local.read("x") == b"one", "the one that ended last"
    assert local.walk() == ("x",)


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_disk_that_refuses_is_named_with_the_file(local, monkeypatch, step, code):
    def refuse(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    owner = {"open": folder_module, "fsync": os, "replace": os}[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, refuse, raising=False)
        with pytest.raises(OutputUnwritableError, match=os.strerror(code)) as raised:
            local.write("t/x", b"content")
    assert raised.value.path.endswith("t/x")
    assert local.walk() == ()


def test_a_file_in_the_place_of_a_folder_is_an_error_of_writing(local):
    local.write("t", b"")
    with pytest.raises(OutputUnwritableError):
        local.write("t/x", b"content")
