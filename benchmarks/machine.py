"""The machine and the versions that a result was measured with."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = (
    "colophon",
    "apache-beam",
    "datasketch",
    "datatrove",
    "duckdb",
    "numba",
    "numpy",
    "pyarrow",
    "rensa",
)


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    versions: tuple[str, ...]


def this_machine() -> Machine:
    """What this process runs on."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions=tuple(f"{library} {found}" for library in _LIBRARIES if (found := _version(library))),
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        found = dict(re.findall(r"^(cpu family|model name|model)\s*:\s*(.+)$", described.read_text(), re.MULTILINE))
        return f"{found.get('model name', 'unknown')}, family {found.get('cpu family')}, model {found.get('model')}"
    return platform.processor() or "unknown"


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
