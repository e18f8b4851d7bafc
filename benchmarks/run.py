"""Runs the suite: `python -m benchmarks.run [--scale full|small|tiny] [NAME …]`, or `make bench`.

A row is reported only where its measurement found every answer right. Exit code 0 where all were measured, met or not;
1 where a measurement was refused; 2 for a wrong call.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine, this_machine
from benchmarks.measuring import BY_PROCESSOR_TIME, Value, reported
from benchmarks.pinning import environment, pinned
from benchmarks.suite import SUITE_FILE, BadSuiteError, Goal, Measurement, Row, Scale, Sense, load_suite

ROOT = Path(__file__).parents[1]

#: Package of the measurements.
ENTRIES = "benchmarks.entries"

#: Numbers from here on are shown without decimals.
_WHOLE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measurement gave, or why it was refused."""

    measurement: Measurement
    values: tuple[Value, ...]
    refusal: str | None

    def number(self, name: str) -> float | None:
        """The value of this name; None where the measurement was refused or does not give it."""
        return next((v.number for v in self.values if v.name == name), None)


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        suite = load_suite(Scale(options.scale), frozenset(options.names), Path(options.suite))
    except BadSuiteError as problem:
        console.print(str(problem), style="red", markup=False)
        return 2
    work, results, machine = Path(options.work), [], this_machine()
    for measurement in suite:
        console.print(f"measuring {measurement.name} …", style="dim", markup=False)
        outcome = measure(measurement, work)
        results.append(outcome)
        append(outcome, Scale(options.scale), machine, work / "results.jsonl")
        if outcome.refusal:
            console.print(f"refused: {outcome.refusal}", style="red", markup=False)
    console.print(table(results, Scale(options.scale), machine))
    return 1 if any(o.refusal for o in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows or measurements; without, all")
    parser.add_argument("--scale", choices=[s.value for s in Scale], default=Scale.FULL.value)
    parser.add_argument("--work", default=str(ROOT / "build" / "benchmarks"), help="folder of data and results")
    parser.add_argument("--suite", default=str(SUITE_FILE), help="the suite to run")
    return parser


def measure(measurement: Measurement, work: Path) -> Outcome:
    """Run one measurement in a process of its own, on its cores."""
    module = f"{ENTRIES}.{measurement.script}"
    command = [sys.executable, "-m", module, f"--work={work}", f"--cores={measurement.cores}", *measurement.arguments]
    try:
        done = subprocess.run(
            pinned(command, measurement.cores),
            env=dict(environment(measurement.cores)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as problem:
        return Outcome(measurement, (), str(problem))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Outcome(measurement, (), f"{measurement.name}: {last}")
    values = reported(done.stdout)
    missing = [row.value for row in measurement.rows if row.value not in {v.name for v in values}]
    if missing:
        return Outcome(measurement, (), f"{measurement.name} gave no {', '.join(missing)}")
    return Outcome(measurement, values, None)


def append(outcome: Outcome, scale: Scale, machine: Machine, file: Path) -> None:
    """Add a line of JSON to the results."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "measurement": outcome.measurement.name,
        "scale": scale.value,
        "arguments": list(outcome.measurement.arguments),
        "cores": outcome.measurement.cores,
        "values": {v.name: v.number for v in outcome.values},
        "refusal": outcome.refusal,
        "machine": asdict(machine),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")


def table(outcomes: list[Outcome], scale: Scale, machine: Machine) -> Table:
    """The table: what, goal, measured by wall clock and by processor time, met by both."""
    title = f"{scale.value} scale, {machine.processor}, {machine.cores} cores, Python {machine.python}"
    filled = Table("what", "goal", "measured", "by processor time", "met", title=title, title_justify="left")
    for outcome in outcomes:
        for row in outcome.measurement.rows:
            number, by_processor = outcome.number(row.value), outcome.number(row.value + BY_PROCESSOR_TIME)
            filled.add_row(
                row.what,
                shown_goal(row),
                shown(number, row.unit),
                shown(by_processor, row.unit),
                met(row.goal, number, by_processor),
            )
    return filled


def met(goal: Goal | None, by_clock: float | None, by_processor: float | None) -> str:
    """Whether both clocks say so; where they differ, other programs took so much of the time that neither is proof."""
    if goal is None:
        return ""
    if by_clock is None:
        return "refused"
    said = {goal.is_met(by_clock), goal.is_met(by_clock if by_processor is None else by_processor)}
    return "unclear: machine busy" if len(said) > 1 else "yes" if said == {True} else "no"


def shown_goal(row: Row) -> str:
    """The goal of a row, or nothing."""
    if row.goal is None:
        return ""
    return f"{'≥' if row.goal.sense is Sense.AT_LEAST else '≤'} {shown(row.goal.value, row.unit)}"


def shown(number: float | None, unit: str) -> str:
    """A number to four digits, or nothing."""
    if number is None:
        return ""
    return f"{number:,.0f}{unit}" if abs(number) >= _WHOLE else f"{number:.4g}{unit}"


if __name__ == "__main__":
    sys.exit(main())
