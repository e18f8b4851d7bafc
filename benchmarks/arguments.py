"""The arguments that the runner gives to a measurement."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Arguments:
    """Where a measurement works, on how many cores, and how much it takes; 0 where the suite does not say."""

    work: Path
    cores: int
    documents: int
    megabytes: int
    rival_megabytes: int
    repeats: int
    least_seconds: int

    @property
    def data(self) -> Path:
        """Folder of the corpora, which stay for the next time."""
        return self.work / "data"

    def scratch(self, name: str) -> Path:
        """Folder for what one measurement writes."""
        return self.work / "scratch" / name


def arguments() -> Arguments:
    """The arguments of this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    for name in ("cores", "documents", "megabytes", "rival-megabytes", "repeats", "least-seconds"):
        parser.add_argument(f"--{name}", type=int, default=0)
    return Arguments(**vars(parser.parse_args()))
