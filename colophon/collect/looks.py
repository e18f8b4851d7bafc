"""What is asked of a host, what is known of the answer from before, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from colophon.vocabulary import Outcome


class Failure(StrEnum):
    """Why a look brought nothing back, or nothing that can be read."""

    NAME = "name"  # the name has no address
    ADDRESS_NOT_PUBLIC = "address_not_public"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    RESPONSE = "response"  # what came back is no HTTP, or answers what was not asked
    REDIRECTS = "redirects"  # too many of them, or to what is no address of the web


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version of a file that was seen before: its address, what it was marked with, and the hash of its bytes."""

    url: str
    etag: str | None
    last_modified: str | None
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class FileRequest:
    """Which file is asked for, on behalf of which authority; `known` are versions that need not be sent again."""

    authority: str
    protocol: str
    url: str
    known: tuple[KnownVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a policy file. `body` holds at most MAX_POLICY_BYTES, and is None where nothing was sent or kept.

    `unchanged` is the hash of the known bytes where the host said that they are still the same (RFC 9110, section
    15.4.5); `observed_at` is when the look ended, in UTC.
    """

    authority: str
    protocol: str
    requested_url: str
    final_url: str | None
    redirects: int
    observed_at: datetime
    outcome: Outcome
    http_status: int | None
    headers_kept: str | None
    user_agent: str
    body: bytes | None = None
    unchanged: str | None = None
    failure: Failure | None = None
