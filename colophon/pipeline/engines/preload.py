"""What the server that workers are forked from holds ready: imported by that server alone.

A worker that imports for itself takes a second of a core, for each of the pipelines of a run.
"""

from __future__ import annotations

import logging

# Libraries warn while they are imported, of things that nobody who runs this program can act on.
logging.disable(logging.CRITICAL)

import pyarrow as pa  # noqa: E402
from apache_beam.runners.worker import sdk_worker_main  # noqa: E402, F401

from colophon.dedup.sketch.bands import band_keys  # noqa: E402
from colophon.dedup.sketch.scheme import Scheme  # noqa: E402
from colophon.dedup.sketch.short_texts import comparable_sets, comparable_sketch  # noqa: E402
from colophon.pipeline import job  # noqa: E402, F401


def load_kernels() -> None:
    """Use the kernels that most workers need once, so that their machine code is in memory."""
    texts, scheme = pa.array(["any"]), Scheme()
    band_keys(comparable_sketch(texts, scheme).slots, scheme)
    comparable_sets(texts, scheme)


load_kernels()
