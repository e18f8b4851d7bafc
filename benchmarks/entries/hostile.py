"""Growth of the time of every reader of what strangers write, with the size of hostile bodies; one core.

A body is doubled until its reading takes long enough to compare, or it is the largest that the reader reads as a whole.
The exponent of its growth is that between the largest body and one of a quarter of its size: 1 is linear, 2 the square.
For each reader the largest exponent counts. A body that is read at once at its largest size has none: what is passed
over quickly cannot hold a run.
"""

from __future__ import annotations

import math
import sys

from benchmarks.arguments import arguments
from benchmarks.hostile_bodies import READERS, HostileBody, NestedBody, Reader, bodies
from benchmarks.measuring import Value, report, timed

_SMALLEST = 2**13
#: A shorter reading is disturbed by too much else.
_SECONDS_TO_COMPARE = 0.05
#: What need not be doubled any more.
_SECONDS_ENOUGH = 2.0
_STEPS = 2


def main() -> None:
    """Measure reader by reader, report the largest exponents, and name what grows by more than its size."""
    arguments()
    worst = {reader.name: 1.0 for reader in READERS}
    for reader, body in bodies():
        exponent = _exponent(reader, body)
        worst[reader.name] = max(worst[reader.name], exponent)
        if exponent > 1.5:  # noqa: PLR2004  # halfway to the square
            print(f"{reader.name}: {exponent:.1f} for {body}", file=sys.stderr)
    report([Value(name, exponent) for name, exponent in worst.items()])


def _exponent(reader: Reader, body: HostileBody | NestedBody) -> float:
    """The exponent of growth; 1 where the reading is too short to compare."""
    seconds: list[float] = []
    size = _SMALLEST
    while size <= reader.largest and (not seconds or seconds[-1] < _SECONDS_ENOUGH):
        hostile = body.of_size(size)
        seconds.append(min(timed(lambda: reader.read(hostile)).cpu_seconds for _ in range(2)))  # noqa: B023
        size *= 2
    if (
        len(seconds) <= _STEPS
        or seconds[-1 - _STEPS] < _SECONDS_TO_COMPARE / 2**_STEPS
        or seconds[-1] < _SECONDS_TO_COMPARE
    ):
        return 1.0
    return math.log2(seconds[-1] / seconds[-1 - _STEPS]) / _STEPS


if __name__ == "__main__":
    main()
