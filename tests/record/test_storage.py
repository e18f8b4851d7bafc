from __future__ import annotations

import errno
import hashlib
import io
import os
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pyarrow as pa
import pytest

from colophon.errors import BadArgumentError, OutputUnwritableError
from colophon.record import storage as folder_module
from colophon.record.storage import TEMPORARY, LocalFolder, RecordStorage, storage_at


class Memory(RecordStorage):
    """A storage without folders and without rename, as object stores are."""

    location = "memory"

    def __init__(self):
        self.objects = {}

    def exists(self, path):
        return any(key == path or key.startswith(f"{path}/") for key in self.objects)

    def read(self, path):
        if path not in self.objects:
            raise FileNotFoundError(path)
        return self.objects[path]

    def open(self, path):
        return pa.BufferReader(self.read(path))

    def mapped(self, path):
        return pa.py_buffer(self.read(path))

    def names(self, path):
        below = (key.removeprefix(f"{path}/") for key in self.objects if key.startswith(f"{path}/"))
        return tuple(sorted({name.split("/")[0] for name in below}))

    def walk(self):
        return tuple(sorted(self.objects))

    def size(self, path):
        return len(self.objects[path])

    def remove(self, path):
        self.objects = {k: v for k, v in self.objects.items() if k != path and not k.startswith(f"{path}/")}

    @contextmanager
    def committing(self, path):
        file = io.BytesIO()
        yield file
        self.objects[path] = file.getvalue()

    def writing(self):
        return nullcontext()

    def sql_files(self, paths):
        return [f"memory://{path}" for path in paths]

    def sql_folder(self):
        return "memory://"

    def scratch(self, path):
        return Path("scratch", path)


@pytest.fixture(params=["local", "memory"])
def folder(request, tmp_path):
    """An empty folder on a disk, and a storage of another kind."""
    return LocalFolder(str(tmp_path / "record")) if request.param == "local" else Memory()


@pytest.fixture
def local(tmp_path):
    return LocalFolder(str(tmp_path / "record"))


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


@pytest.mark.parametrize(
    "location", ["memory://x/y", "s3://bucket/record", "S3://bucket", "https://example.org/record"]
)
def test_storage_that_is_not_served_is_refused_before_anything_is_written(tmp_path, monkeypatch, location):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadArgumentError, match="expected a folder of this machine") as raised:
        storage_at(location, "--record")
    assert str(raised.value).startswith(f"--record: got {location!r}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "/record"])
def test_a_place_that_is_a_file_is_refused_for_writing(tmp_path, below):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BadArgumentError, match=f"expected a folder, {file} is none"):
        storage_at(f"{file}{below}").writing()


@pytest.mark.parametrize("name", ["rec[1]", "rec*", "what?", "{a,b}"])
def test_a_folder_that_sql_would_take_as_a_pattern_is_refused(tmp_path, name):
    with pytest.raises(BadArgumentError, match="DuckDB takes as patterns"):
        storage_at(str(tmp_path / name))


def test_a_folder_may_be_named_by_a_file_url_and_by_a_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for location in (tmp_path.as_uri() + "/record", "~/record"):
        storage_at(location).write("x", location.encode())
        assert (tmp_path / "record" / "x").read_text() == location
