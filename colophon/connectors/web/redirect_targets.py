"""The addresses to which the policy files in one input redirect, as far as it was read.

A policy file may redirect to any address. What is read there afterwards is evidence for the file that led there, and
speaks for no host by itself.
"""

from __future__ import annotations

from colophon.reservations.observation import Observation
from colophon.reservations.policy_files import is_policy_file, look_address
from colophon.vocabulary import Outcome


class RedirectTargets:
    """Collects the targets of the redirects that were met."""

    def __init__(self) -> None:
        self._protocols: dict[str, str] = {}

    def add(self, look: Observation) -> None:
        """Take note of the target of a look; only those at other addresses than of policy files need it."""
        target = None if look.refers_to is None else look.refers_to.url
        if look.outcome is Outcome.REDIRECTED and target is not None and not is_policy_file(target, look.protocol):
            self._protocols[target] = look.protocol

    def protocol_at(self, url: str) -> str | None:
        """The protocol whose file led to this address; None if none did."""
        if not self._protocols:
            return None
        address = look_address(url)
        return None if address is None else self._protocols.get(address)
