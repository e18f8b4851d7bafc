"""The connectors, analyzers and protocols that are installed, as the reading of a corpus file takes them."""

from __future__ import annotations

from colophon.analyzers import ANALYZERS
from colophon.config.extensions import Extensions
from colophon.connectors import CONNECTORS
from colophon.reservations.policy_files import signal_keys


def installed() -> Extensions:
    """Those of the program and of the packages beside it. Raises PlugInError where one of those cannot be used."""
    return Extensions(
        connectors={name: factory.options for name, factory in CONNECTORS.items()},
        analyzers={name: analyzer.options for name, analyzer in ANALYZERS.items()},
        on_request=ANALYZERS.added,
        signals=tuple(signal_keys()),
        without_paths=frozenset(name for name, factory in CONNECTORS.items() if not factory.needs_paths),
    )
