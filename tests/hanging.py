"""A bound that only an input which hangs a parser goes beyond, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

#: The inputs take a second at most, and minutes where the time grows by more than their size.
_PROCESSOR_SECONDS = 10


@contextmanager
def without_hanging() -> Iterator[None]:
    """Asserts that the block is not out of all proportion in processor time; says nothing of its speed."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < _PROCESSOR_SECONDS
