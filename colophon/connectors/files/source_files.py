"""Where inputs lie: paths and patterns of a source, listed and opened through fsspec."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import stringify_path

from colophon.connectors.files.folder_rule import passed_over
from colophon.connectors.files.stored_file import StoredFile
from colophon.connectors.rows import InputFile
from colophon.errors import ConfigurationError, InputUnreadableError

_MAGIC = frozenset("*?[")
# The storage's own marks of a version, in the order in which they are worth most.
_VERSION_KEYS = ("ETag", "etag", "generation", "md5Hash", "content_md5", "mtime", "LastModified", "last_modified")


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of one source. `base` is the folder or URL of the corpus file, `patterns` are paths, folders, globs or
    URLs as configured; `source` is the name used in messages.

    Paths given out are posix paths relative to `base`, and whole URLs without userinfo for patterns that are URLs.
    """

    source: str
    base: str
    patterns: tuple[str, ...]
    #: how names of files that the connector reads end; without them all files are input
    suffixes: tuple[str, ...] = ()
    #: codec of the texts in the files, where one is stated
    encoding: str | None = None

    @classmethod
    def under(
        cls,
        source: str,
        base: str,
        patterns: tuple[str, ...],
        suffixes: tuple[str, ...] = (),
        encoding: str | None = None,
    ) -> Self:
        folder = base if _is_url(base) else os.path.abspath(base)  # noqa: PTH100  # no links resolved
        return cls(source, folder, patterns, suffixes, encoding)

    def files(self) -> tuple[InputFile, ...]:
        """Every file that a pattern matches, once, sorted by path. A folder stands for all files below it that are not
        passed over; linked folders inside a pattern are not entered.

        Raises ConfigurationError for a pattern that matches nothing, InputUnreadableError for a folder that cannot be
        read.
        """
        files: dict[str, InputFile] = {}
        for pattern in self.patterns:
            listed = list(self._matching(pattern))
            matched = [each.file for each in listed if each.file is not None]
            if not matched:
                others = [each.path for each in listed]
                over = f"; {named(others)} passed over, being hidden, of another kind, or no file" if others else ""
                problem = f"no file matches {_without_userinfo(pattern)!r}{over}"
                raise ConfigurationError(
                    f"source {self.source}", 0, problem, "correct `paths`; they are relative to the corpus file"
                )
            files.update((file.path, file) for file in matched)
        return tuple(files[path] for path in sorted(files))

    def passed_over(self) -> tuple[str, ...]:
        """What the patterns match that is no input, sorted: hidden, of another kind, a link that leads nowhere, a pipe.

        Raises InputUnreadableError for a folder that cannot be read.
        """
        listed = [each for pattern in self.patterns for each in self._matching(pattern)]
        taken = {each.path for each in listed if each.file is not None}
        return tuple(sorted({each.path for each in listed} - taken))

    def open(self, path: str, begin: int | None = None, end: int | None = None) -> StoredFile:
        """A listed file, or the bytes `begin` to `end` of it. Raises InputUnreadableError."""
        system, inside = self._system(self._with_userinfo(path))
        try:
            return StoredFile(path, system.open(inside, "rb"), begin, end, self.encoding)
        except OSError as error:
            raise InputUnreadableError(path, _reason(error)) from error

    def _matching(self, pattern: str) -> Iterator[_Listed]:
        system, inside = self._system(pattern)
        address = self._address(pattern)
        prefix = address[: len(address) - len(inside)] if address.endswith(inside) else f"{system.protocol}://"
        try:
            details = _details(system, inside)
        except FileNotFoundError as error:
            # Clients of HTTP say so of a server that does not answer, too.
            if isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, FileNotFoundError):
                raise InputUnreadableError(_without_userinfo(pattern), _reason(error.__cause__)) from error
            return
        except Exception as error:
            # What a client of some storage raises is known to that client alone.
            if not isinstance(error, OSError) and isinstance(system, LocalFileSystem):
                raise
            raise InputUnreadableError(_without_userinfo(pattern), _reason(error)) from error
        _require_utf8(self.source, details)
        over = passed_over(inside, details, self.suffixes)
        for name, info in details.items():
            path = self._path(pattern, prefix, name, system)
            is_input = info["type"] == "file" and name not in over
            file = InputFile(path, int(info["size"] or 0), _version(system, name, info)) if is_input else None
            yield _Listed(path, file)

    def _path(self, pattern: str, prefix: str, name: str, system: Any) -> str:
        if isinstance(system, LocalFileSystem) and not _is_url(self.base):
            return posixpath.relpath(name, self.base)
        if _is_url(pattern) or pattern.startswith("/"):
            return _without_userinfo(prefix + name)
        return posixpath.relpath(prefix + name, self.base)

    def _system(self, path: str) -> tuple[Any, str]:  # the file system and the path inside it, as fsspec names them
        address = self._address(path)
        if not _is_url(address):
            return LocalFileSystem(), address  # in a name, `::` chains no file systems
        try:
            system, inside = fsspec.url_to_fs(address)
        except (ImportError, ValueError) as error:
            problem = f"{_without_userinfo(path)!r} cannot be reached"
            raise ConfigurationError(f"source {self.source}", 0, problem, _first_line(error)) from error
        except OSError as error:  # of chained file systems, the outer is opened at once
            raise InputUnreadableError(_without_userinfo(path), _reason(error)) from error
        return system, stringify_path(inside)

    def _address(self, path: str) -> str:
        if _is_url(path):
            return path
        if _is_url(self.base):
            return path if path.startswith("/") else f"{self.base.rstrip('/')}/{path}"
        return os.path.normpath(posixpath.join(self.base, path))

    def _with_userinfo(self, path: str) -> str:
        """The URL as configured: userinfo is never given out, so it is found again by scheme and host."""
        if not _is_url(path):
            return path
        scheme, _, rest = path.partition("://")
        for pattern in self.patterns:
            netloc = urlsplit(pattern).netloc
            userinfo, at, host = netloc.rpartition("@")
            if at and pattern.startswith(f"{scheme}://") and rest.partition("/")[0] == host:
                return f"{scheme}://{userinfo}@{rest}"
        return path


#: Names that a message gives; the others are counted.
_MAX_NAMED = 3


def named(paths: Sequence[str]) -> str:
    """The first paths by name, and how many more there are."""
    rest = len(paths) - _MAX_NAMED
    return ", ".join(paths[:_MAX_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A path that a pattern matches, and its file; None where it is passed over."""

    path: str
    file: InputFile | None


def _details(system: Any, inside: str) -> Mapping[str, Mapping[str, Any]]:
    """Path to description of everything but folders that a path, a folder or a glob stands for."""
    # Only the local file system leaves out, unasked, what it may not read; others do not know the argument.
    strict = {"on_error": "raise"} if isinstance(system, LocalFileSystem) else {}
    if _MAGIC & set(inside) and not system.exists(inside):
        listed = system.glob(inside, detail=True, **strict)
    else:
        info = system.info(inside)
        listed = system.find(inside, detail=True, **strict) if info["type"] == "directory" else {info["name"]: info}
    # A listing describes a link; what it leads to is wanted.
    followed = {name: _followed(system, name, info) for name, info in listed.items()}
    return {name: info for name, info in followed.items() if info["type"] != "directory"}


def _followed(system: Any, name: str, info: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return system.info(name) if info.get("islink") else info
    except FileNotFoundError:
        return {**info, "type": "link"}


def _version(system: Any, name: str, info: Mapping[str, Any]) -> str:
    mark = next((info[key] for key in _VERSION_KEYS if info.get(key) is not None), None)
    return str(system.ukey(name) if mark is None else mark)


def _without_userinfo(path: str) -> str:
    if not _is_url(path):
        return path
    scheme, _, rest = path.partition("://")
    netloc, slash, inside = rest.partition("/")
    return f"{scheme}://{netloc.rpartition('@')[2]}{slash}{inside}"


def _is_url(path: str) -> bool:
    return "://" in path


def _require_utf8(source: str, names: Iterable[str]) -> None:
    """Raises ConfigurationError for a file whose name is no text: no table could hold it."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            problem = f"the name of file {os.fsencode(name)!r} is not UTF-8"
            raise ConfigurationError(f"source {source}", 0, problem, "rename the file") from None


def _reason(error: BaseException) -> str:
    """What is wrong with a file or storage, in a few words."""
    told = error.strerror if isinstance(error, OSError) else None
    return told or _first_line(error) or type(error).__name__


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
