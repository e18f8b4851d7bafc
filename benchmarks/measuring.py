"""Timing within one process, and what a measurement hands to the runner."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

#: Ends the name of a ratio of processor times, which other programs on the machine disturb less.
BY_PROCESSOR_TIME = "_by_processor_time"

#: A measurement prints its results on a line that begins so.
MARK = "measured "


class WrongAnswerError(AssertionError):
    """What was to be timed gives a wrong answer: there is nothing to report."""


def require(answer: bool, problem: str) -> None:  # noqa: FBT001  # reads as the assertion it is
    """Raises WrongAnswerError unless the answer is right; unlike `assert` also under `python -O`."""
    if not answer:
        raise WrongAnswerError(problem)


@dataclass(frozen=True, slots=True)
class Value:
    """A number by the name under which the suite knows it."""

    name: str
    number: float


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock and processor seconds of one execution."""

    seconds: float
    cpu_seconds: float

    def less(self, start: Timing) -> Timing:
        """Without what the start alone takes."""
        return Timing(self.seconds - start.seconds, self.cpu_seconds - start.cpu_seconds)

    def per(self, amount: float) -> Timing:
        """For one of so many equal parts."""
        return Timing(self.seconds / amount, self.cpu_seconds / amount)


def ratio(name: str, slower: Timing, faster: Timing) -> tuple[Value, Value]:
    """How many times as long the slower one takes, by wall clock and by processor time."""
    return (
        Value(name, slower.seconds / faster.seconds),
        Value(name + BY_PROCESSOR_TIME, slower.cpu_seconds / faster.cpu_seconds),
    )


def report(values: Sequence[Value]) -> None:
    """Hand the values of a measurement to the runner; called when every answer was found right."""
    print(MARK + json.dumps({v.name: float(v.number) for v in values}), flush=True)


def reported(output: str) -> tuple[Value, ...]:
    """The values in the output of a measurement; none where it reported none."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    return tuple(Value(n, float(x)) for n, x in json.loads(lines[-1].removeprefix(MARK)).items()) if lines else ()


def timed(work: Callable[[], object]) -> Timing:
    """One execution of work in this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def timed_process(command: Sequence[str], environment: Mapping[str, str]) -> Timing:
    """One execution of a program, its start included. Raises WrongAnswerError where it fails."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    require(done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return Timing(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def alternately(repeats: int, *works: Callable[[], Timing]) -> tuple[Timing, ...]:
    """The median timing of each work, executed in turns so that a change of the machine's load meets all of them."""
    rounds = [[work() for work in works] for _ in range(repeats)]
    return tuple(
        Timing(
            statistics.median(one[place].seconds for one in rounds),
            statistics.median(one[place].cpu_seconds for one in rounds),
        )
        for place in range(len(works))
    )
