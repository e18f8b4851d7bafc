"""Manifests of C2PA in images, read and validated with their image by the library c2pa, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from colophon.record.carried import Carried, Carrier

_PROGRAM = Path(__file__).with_name("c2pa_report.py")
_BOX = b"jumb"
#: The name of the assertion, or of a box with compressed content, in which it may be.
_TRACES = (b"training-mining", b"brob")
_MAX_REPORT = 64 * 2**10
_SECONDS = 20


def content_credentials(body: bytes, media_type: str) -> tuple[Carried, ...]:
    """What an image's own manifests say on training and mining, and whether they are valid; nothing if they do not.

    The content is a report as JSON, and empty where there is a manifest that cannot be read.
    """
    offset = body.find(_BOX)
    if offset < 0 or not any(trace in body for trace in _TRACES):
        return ()
    report = _report(body, media_type)
    return () if report is not None and not report else (Carried(Carrier.EMBEDDED, "c2pa", report or b"", offset),)


def _report(body: bytes, media_type: str) -> bytes | None:
    """The report, empty where there is nothing to report; None where the manifest cannot be read."""
    command = [sys.executable, "-I", str(_PROGRAM), media_type]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 and len(done.stdout) <= _MAX_REPORT else None
