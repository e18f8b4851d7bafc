"""Texts of the demo corpora: sentences put together from phrases of a language, and copies of a known similarity."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("de", "en", "es", "fr", "it", "pl")

PHRASES = Path(__file__).parent / "phrases"

#: Words per shingle, as in the `dedup` block of the demo's corpus file.
SHINGLE_WORDS = 5

#: Jaccard similarity of look-alikes: alike to a reader, but below the threshold of 0.8 by a clear margin.
LOOK_ALIKE = (0.58, 0.68)


class TextWriter:
    """Writes texts of one language; the same language and seed give the same texts in the same order."""

    def __init__(self, language: str, seed: str) -> None:
        self.language = language
        self._phrases = _phrases(language)
        self._random = random.Random(f"{language} {seed}")

    def text(self, words: int) -> str:
        """At least this many words, in paragraphs."""
        sentences: list[str] = []
        while sum(len(s.split()) for s in sentences) < words:
            sentences.append(self.sentence())
        return _paragraphs(sentences)

    def sentence(self) -> str:
        phrases, pick = self._phrases, self._random.choice
        verb, verb2 = self._random.sample(phrases.verbs, 2)
        subject, subject2 = self._random.sample(phrases.subjects, 2)
        thing, thing2 = self._random.sample(phrases.objects, 2)
        sentence = pick(phrases.patterns).format(
            time=pick(phrases.times),
            subject=subject,
            subject2=subject2,
            verb=verb,
            verb2=verb2,
            object=thing,
            object2=thing2,
            place=pick(phrases.places),
            reason=pick(phrases.reasons),
            connector=pick(phrases.connectors),
            year=self._random.randrange(1790, 2024),
            number=self._random.randrange(12, 9_800),
        )
        return sentence[0].upper() + sentence[1:]

    def near_copy(self, text: str) -> str:
        """The text as somebody reposts it, with a sentence of his own at either end; for texts of 200 words or more."""
        return self._random.choice((f"{self.sentence()}\n{text}", f"{text}\n{self.sentence()}"))

    def look_alike(self, text: str) -> str:
        """A text that shares its first part with the given one, so that their similarity lies within `LOOK_ALIKE`."""
        sentences = text.replace("\n", " ").split(". ")
        for kept in range(len(sentences) - 1, 0, -1):
            start = ". ".join(sentences[:kept]) + "."
            other = f"{start}\n{self.text(len(text.split()) - len(start.split()))}"
            if LOOK_ALIKE[0] <= similarity(text, other) <= LOOK_ALIKE[1]:
                return other
        message = f"no look-alike of a text of {len(text.split())} words; a longer one is needed"
        raise ValueError(message)


def similarity(text: str, other: str) -> float:
    """Jaccard similarity of the word shingles."""
    mine, others = _shingles(text), _shingles(other)
    return len(mine & others) / len(mine | others)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().replace(".", " ").replace(",", " ").replace(":", " ").split()
    return {tuple(words[i : i + SHINGLE_WORDS]) for i in range(max(1, len(words) - SHINGLE_WORDS + 1))}


@dataclass(frozen=True, slots=True)
class _Phrases:
    times: tuple[str, ...]
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    places: tuple[str, ...]
    reasons: tuple[str, ...]
    connectors: tuple[str, ...]
    patterns: tuple[str, ...]


@cache
def _phrases(language: str) -> _Phrases:
    read = tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8"))
    return _Phrases(**{name: tuple(values) for name, values in read.items()})


def _paragraphs(sentences: list[str]) -> str:
    """Five sentences to a paragraph, one paragraph a line."""
    return "\n".join(" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5))
