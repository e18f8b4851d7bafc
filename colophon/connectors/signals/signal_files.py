"""What is declared of signal files as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from colophon.vocabulary import KeptBy


@dataclass(frozen=True, slots=True)
class SignalFiles:
    """The protocol whose observations the files hold, the time of those that give none, and who kept them."""

    protocol: str
    fetched_at: str | None = None
    kept_by: KeptBy | None = None
