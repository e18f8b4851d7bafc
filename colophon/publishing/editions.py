"""Editions: for whom a form or a page is written, which classes of facts they see, and how far numbers are rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from colophon.record.vocabulary import Disclosure


class Edition(StrEnum):
    """The readers that something is written for."""

    PUBLIC = "public"
    DOWNSTREAM = "downstream"
    AUTHORITY = "authority"
    AI_OFFICE = "ai_office"
    INTERNAL = "internal"

    @property
    def disclosure(self) -> Disclosure:
        """The widest class of facts that its readers may see."""
        return Disclosure.AUTHORITY if self is Edition.AI_OFFICE else Disclosure(self.value)

    def sees(self, disclosure: Disclosure) -> bool:
        """Whether facts of this class are shown to its readers."""
        return self.disclosure.includes(disclosure)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Why something is blacked out, in whose responsibility and since when (YYYY-MM-DD); printed in its place."""

    ground: str
    role: str
    on: str


def class_for(audience: Iterable[Edition]) -> Disclosure:
    """The strictest class of facts that all of these readers may see."""
    return min((edition.disclosure for edition in audience), key=lambda d: d.strictness)


def to_figures(number: float, figures: int | None) -> str:
    """A number for people: rounded to so many significant figures and marked as such, or exact where None is given."""
    if figures is None or not number:
        return f"{number:,}"
    places = figures - 1 - _magnitude(number)
    rounded = round(number, places)
    return f"about {int(rounded) if places <= 0 else rounded:,}"


def _magnitude(number: float) -> int:
    """The power of ten of the first digit."""
    return int(f"{abs(number):e}".partition("e")[2])
