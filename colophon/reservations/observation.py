"""Looks at one place at one time, as an input or a host gave them: at a host's file, or at a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.vocabulary import Grade, Outcome, Place


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one place, as found in an input; `row` is set where a document of this shard itself carries it."""

    protocol: str
    authority: str | None
    path: str
    position: int
    outcome: Outcome
    grade: Grade
    place: Place = Place.HOST
    body: bytes | None = None
    row: int | None = None
    requested_url: str | None = None
    final_url: str | None = None
    redirects: int | None = None
    observed_at: datetime | None = None
    http_status: int | None = None
    headers_kept: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class SearchedPage:
    """A response that was looked through for what it says on rights itself, and the parts that may say something."""

    carriers: tuple[PagePartKind, ...]
    parts: tuple[PagePart, ...] = ()


@dataclass(frozen=True, slots=True)
class PageLook:
    """A page with parts that may speak on rights; `row` is None where it gave no document. Not a row of its own."""

    page: SearchedPage
    authority: str
    path: str
    position: int
    row: int | None
    requested_url: str
    observed_at: datetime | None
    http_status: int | None
