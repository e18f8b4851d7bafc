"""Observations of a host's policy file or of a page at one time, as read from an input or fetched from a host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from colophon.reservations.evidence_keeper import ArchiveInfo
from colophon.reservations.page_evidence import PagePart, PagePartKind
from colophon.vocabulary import Grade, KeptBy, Outcome, Place


@dataclass(frozen=True, slots=True)
class LookReference:
    """The look that a response refers to instead of carrying its own content: the target of a redirect, or an earlier
    look that is repeated, with its time where the record says so."""

    url: str
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation; `path` and `position` locate it in its input, and `row` is set if it belongs to a document
    of this shard."""

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
    kept_by: KeptBy | None = None
    archive: ArchiveInfo | None = None
    refers_to: LookReference | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class SearchedPage:
    """A response that was searched for statements on rights: the carriers searched, the parts that may be statements,
    and who kept it."""

    carriers: tuple[PagePartKind, ...]
    parts: tuple[PagePart, ...] = ()
    kept_by: KeptBy | None = None
    archive: ArchiveInfo | None = None


@dataclass(frozen=True, slots=True)
class PageLook:
    """A page with parts that may be statements on rights. `row` is None if the page is no document. It is not stored
    itself: `observation_rows.observations_of` derives the observations from it."""

    page: SearchedPage
    authority: str
    path: str
    position: int
    row: int | None
    requested_url: str
    observed_at: datetime | None
    http_status: int | None
