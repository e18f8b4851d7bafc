"""Collects what is wrong with a configuration file, so that a person mends it in one go."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from colophon.errors import ConfigurationError, ConfigurationErrors

#: A longer list of words is shown only where none of them is near the one given.
_MAX_WORDS_SHOWN = 15
_MAX_CHARACTERS_SHOWN = 60
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class InputLocation:
    """A line of a file; `line` is 1-based, 0 for the file as a whole."""

    file: str
    line: int = 0


class UnfitError(ValueError):
    """A value is not what it should be; whoever knows its place makes a ConfigurationError of it."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(problem, expected)
        self.problem = problem
        self.expected = expected


class UnfitValuesError(ValueError):
    """Several things are wrong with the same value."""

    def __init__(self, errors: tuple[UnfitError, ...]) -> None:
        super().__init__(*errors)
        self.errors = errors


@dataclass(slots=True)
class Problems:
    """The errors of a file and of those it includes, each once: an alias or a default may be read several times."""

    errors: dict[tuple[str, int, str], ConfigurationError] = field(default_factory=dict)

    def add(self, place: InputLocation, problem: str, expected: str = "") -> None:
        error = ConfigurationError(place.file, place.line, problem, expected)
        self.errors.setdefault((error.file, error.line, error.problem), error)

    def raise_if_any(self) -> None:
        """Raises ConfigurationErrors in the order of files met and lines."""
        if self.errors:
            files = list(dict.fromkeys(file for file, _, _ in self.errors))
            raise ConfigurationErrors(tuple(sorted(self.errors.values(), key=lambda e: (files.index(e.file), e.line))))


def expected_word(given: str, words: Iterable[str]) -> str:
    """What was expected instead of `given`: the nearest word, and all of them where they are few or none is near."""
    known = list(words)
    near = nearest(given, known)
    hint = f"did you mean `{near}`?" if near else ""
    if near and len(known) > _MAX_WORDS_SHOWN:
        return hint
    return " ".join(filter(None, (hint, f"expected one of: {', '.join(known)}")))


def nearest(given: str, words: Iterable[str]) -> str | None:
    """The word most like `given`, whatever its case and separators, or None."""
    plain = {_plain(w): w for w in words}
    matches = difflib.get_close_matches(_plain(given), plain, n=1, cutoff=_NEAR)
    return plain[matches[0]] if matches else None


def shown(text: str) -> str:
    """`text` as a message may repeat it: short, on one line, without the user part of a URL."""
    flat = re.sub(r"://[^/\s]*@", "://…@", " ".join(text.split()))
    cut = flat if len(flat) <= _MAX_CHARACTERS_SHOWN else flat[: _MAX_CHARACTERS_SHOWN - 1] + "…"
    return f"`{cut}`"


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "-", word.casefold())
