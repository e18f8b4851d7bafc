"""What the server that workers are forked from holds ready: imported by that server alone.

A worker that imports for itself takes a second of a core, for each of the pipelines of a run.
"""

from __future__ import annotations

import logging

# Libraries warn while they are imported, and what goes wrong in a worker travels to the driver as the failure of a
# bundle: the log would only repeat it.
logging.disable(logging.CRITICAL)

from apache_beam.runners.worker import sdk_worker_main  # noqa: E402, F401

from colophon.pipeline import job  # noqa: E402, F401
