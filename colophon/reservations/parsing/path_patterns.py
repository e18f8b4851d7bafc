"""Path patterns of RFC 9309 (section 2.2.2 and 2.2.3), which later protocols reuse: prefix match, `*` and final `$`.

Pattern and path are normalised before they are compared. Percent-encoded unreserved characters are decoded, as are `*`
and `$`, because a pattern can express these two literally only in encoded form; octets that are not allowed in a URI
are encoded; other triplets are converted to upper case. Reserved characters are not changed, with one exception: the
table in the standard treats `?a=https://b` and `?a=https%3A%2F%2Fb` as equal, so a pattern with a query also matches if
it does after the general delimiters of both queries are decoded.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

_TO_RESPELL = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_DECODED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*$")
#: Paths that are already normalised and contain no encoded octets.
_SPELT_AS_COMPARED = re.compile(r"/[A-Za-z0-9\-._~:/?@!$&'()*+,;=\[\]]*").fullmatch
#: Patterns without wildcard, anchor and query that are already normalised.
_LITERAL = re.compile(rb"/[A-Za-z0-9\-._~:/@!&'()+,;=\[\]]*")
_ENCODED_DELIMITER = re.compile(rb"%(?:2F|3A|3F|40|5B|5D)")
#: Triplets of all ASCII characters that normalisation may decode, and of some others.
_MAY_BE_DECODED = re.compile(r"%(?:2[4-9A-Fa-f]|[3-7])").search
_TRIPLET_OCTETS = 3
_Answer = TypeVar("_Answer")
_ENDS_OF_TRIPLETS = b"0123456789ABCDEF"


class PathForms(NamedTuple):
    """A path with its query in two forms: normalised, and also with the general delimiters of its query decoded."""

    plain: bytes
    query_decoded: bytes


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A compiled pattern. `octets` is its normalised length, which determines the most specific match."""

    octets: int
    plain: _Glob
    with_query: _Glob | None

    @property
    def head(self) -> bytes:
        """The prefix of every matching path."""
        return self.plain.head

    def matches(self, path: PathForms) -> bool:
        """Whether the pattern matches, in time linear in the two lengths for any number of wildcards."""
        if self.plain.matches(path.plain):
            return True
        if self.with_query is None or (self.with_query is self.plain and path.query_decoded is path.plain):
            return False
        return self.with_query.matches(path.query_decoded)

    @property
    def prefix(self) -> bytes | None:
        """The prefix that is equivalent to the pattern; None if no prefix is."""
        glob = self.plain
        # False if the pattern ends with a wildcard, which is included in `octets`.
        is_prefix = glob.whole is None and len(glob.head) == self.octets
        return glob.head if is_prefix and self.with_query in (None, glob) else None


def path_forms(path_and_query: str) -> PathForms:
    """Normalise a path and query. A fragment is removed, and a missing leading slash is added."""
    if _SPELT_AS_COMPARED(path_and_query):
        spelt = path_and_query.encode("ascii")
        return PathForms(spelt, spelt)
    written = path_and_query.partition("#")[0]
    if not written.startswith("/"):
        written = "/" + written
    plain = _respelt(written.encode("utf-8", "surrogatepass"))
    return PathForms(plain, _with_query_decoded(plain))


def path_pattern(written: bytes) -> PathPattern | None:
    """Compile a pattern; None if it cannot match any path."""
    if not can_match(written):
        return None
    if _LITERAL.fullmatch(written):
        return PathPattern(len(written), _Glob(written, (), None, None), None)
    anchored = written.endswith(b"$")
    parts = [_respelt(part) for part in (written[:-1] if anchored else written).split(b"*")]
    glob = _anchored_glob if anchored else _prefix_glob
    joined = b"*".join(parts)
    plain = glob(parts)
    with_query = None
    if b"?" in joined:
        # A part may contain a decoded `*`, so the query begins in the first part with a question mark.
        first = next(i for i, part in enumerate(parts) if b"?" in part)
        decoded = [
            *parts[:first],
            _with_query_decoded(parts[first]),
            *(_ENCODED_DELIMITER.sub(_decoded, part) for part in parts[first + 1 :]),
        ]
        with_query = plain if decoded == parts else glob(decoded)
    return PathPattern(len(joined) + anchored, plain, with_query)


def sieve(patterns: Iterable[PathPattern]) -> Sieve:
    """A filter that passes every path that matches one of the patterns."""
    prefixes: set[str] = set()
    parts: set[str] = set()
    for pattern in patterns:
        for glob in (pattern.plain, pattern.with_query or pattern.plain):
            begins_with, holds = glob.clue()
            if holds:
                parts.add(holds)
            else:
                prefixes.add(begins_with)
    shortest: list[str] = []
    for prefix in sorted(prefixes):
        # Those that begin with a prefix follow it.
        if not shortest or not prefix.startswith(shortest[-1]):
            shortest.append(prefix)
    return Sieve(tuple(shortest), tuple(sorted(parts)))


@dataclass(frozen=True, slots=True)
class Sieve:
    """A fast filter that rejects most paths that match none of several patterns, and no path that matches one of them.

    Paths are checked before normalisation. Up to the first character that normalisation changes, a path equals its
    normalised form, so it must begin with the prefix of a pattern up to that pattern's first encoded octet. A literal
    part from the middle of a pattern must occur in the path; parts begin with a character that cannot be the last of an
    encoded octet. Prefixes are sorted, and none is a prefix of another.
    """

    prefixes: tuple[str, ...]
    parts: tuple[str, ...]

    def before(self, ask: Callable[[str], _Answer], otherwise: _Answer) -> Callable[[str], _Answer]:
        """A function that returns `ask(path)` for paths that pass the filter, and `otherwise` for all others."""
        length = min(map(len, self.prefixes), default=1)
        heads = frozenset(prefix[:length] for prefix in self.prefixes)
        parts = self.parts

        # These are called for every document, so they do cheap checks first and delegate all other cases.
        def answered(path_and_query: str) -> _Answer:
            if path_and_query[:length] in heads or path_and_query[:1] != "/" or "%" in path_and_query:
                return answered_closely(path_and_query)
            return otherwise

        def answered_with_parts(path_and_query: str) -> _Answer:
            if path_and_query[:length] in heads or path_and_query[:1] != "/" or "%" in path_and_query:
                return answered_closely(path_and_query)
            for part in parts:
                if part in path_and_query:
                    return ask(path_and_query)
            return otherwise

        def answered_closely(path_and_query: str) -> _Answer:
            return otherwise if self._holds_back(path_and_query) else ask(path_and_query)

        return answered_with_parts if parts else answered

    def _holds_back(self, path_and_query: str) -> bool:
        # No prefix is a prefix of another, so only the last one that does not sort after the path can match.
        if self.prefixes and path_and_query.startswith(self.prefixes[bisect_right(self.prefixes, path_and_query) - 1]):
            return False
        if any(part in path_and_query for part in self.parts):
            return False
        # A path without leading slash is changed by normalisation.
        return path_and_query[:1] == "/" and ("%" not in path_and_query or self._holds_back_encoded(path_and_query))

    def _holds_back_encoded(self, path_and_query: str) -> bool:
        """Whether a path with triplets can be rejected. If none of them may be decoded, the checks before were exact;
        otherwise the text before the first triplet must not be compatible with a prefix, and there must be no parts."""
        if not _MAY_BE_DECODED(path_and_query):
            return True
        known = path_and_query.partition("%")[0]
        place = bisect_left(self.prefixes, known)
        return not self.parts and not (place < len(self.prefixes) and self.prefixes[place].startswith(known))


def can_match(written: bytes) -> bool:
    """Whether a pattern can match any path: it must begin with a slash or a wildcard."""
    return written.startswith((b"/", b"*"))


@dataclass(frozen=True, slots=True)
class _Glob:
    """The literal parts between wildcards: head, middle parts, and the end if the pattern is anchored.

    `whole` is set for an anchored pattern without wildcards: the only path that matches.
    """

    head: bytes
    middle: tuple[bytes, ...]
    end: bytes | None
    whole: bytes | None

    def clue(self) -> tuple[str, str]:
        """The prefix of every matching path, and a part that it contains if that is more selective, otherwise empty."""
        begins_with = self.head.partition(b"%")[0].decode("ascii")
        if len(begins_with) > 1 or self.whole is not None:
            return begins_with, ""
        runs = [run.lstrip(_ENDS_OF_TRIPLETS) for part in (*self.middle, self.end or b"") for run in part.split(b"%")]
        return begins_with, max(runs, key=len, default=b"").decode("ascii")

    def matches(self, path: bytes) -> bool:
        if self.whole is not None:
            return path == self.whole
        if not path.startswith(self.head):
            return False
        # The leftmost match of each part leaves the longest rest of the path, so that no backtracking is needed.
        at = len(self.head)
        for part in self.middle:
            start = path.find(part, at)
            if start < 0:
                return False
            at = start + len(part)
        return self.end is None or (len(path) - len(self.end) >= at and path.endswith(self.end))


def _prefix_glob(parts: list[bytes]) -> _Glob:
    return _Glob(parts[0], tuple(part for part in parts[1:] if part), None, None)


def _anchored_glob(parts: list[bytes]) -> _Glob:
    if len(parts) == 1:
        return _Glob(parts[0], (), None, parts[0])
    return _Glob(parts[0], tuple(part for part in parts[1:-1] if part), parts[-1], None)


def _respelt(octets: bytes) -> bytes:
    return _TO_RESPELL.sub(_respell, octets)


def _respell(match: re.Match[bytes]) -> bytes:
    octets = match.group()
    if len(octets) < _TRIPLET_OCTETS:
        return b"%%%02X" % octets[0]
    octet = int(octets[1:], 16)
    return bytes((octet,)) if octet in _DECODED else octets.upper()


def _with_query_decoded(octets: bytes) -> bytes:
    path, mark, query = octets.partition(b"?")
    return path + mark + _ENCODED_DELIMITER.sub(_decoded, query) if b"%" in query else octets


def _decoded(match: re.Match[bytes]) -> bytes:
    return bytes((int(match.group()[1:], 16),))
