"""The newest results at full size as a Markdown table, for docs/performance.md: `python -m benchmarks.latest`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.measuring import BY_PROCESSOR_TIME
from benchmarks.run import ROOT, met, shown, shown_goal
from benchmarks.suite import Row, Scale, load_suite

_HEAD = "| what | goal | measured | by processor time | met | on |\n|---|---|---|---|---|---|\n"


def main(file: Path = ROOT / "build" / "benchmarks" / "results.jsonl") -> None:
    """Print the table and the machine of its newest line."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    print(markdown(lines))


def markdown(lines: list[dict[str, Any]]) -> str:
    """The table of the last line of each measurement that was not refused; `lines` as the runner appends them."""
    newest = {one["measurement"]: one for one in lines if one["scale"] == Scale.FULL and not one["refusal"]}
    rows = [
        _row(row, newest[m.name]["values"], newest[m.name]["at"][:10]) if m.name in newest else _missing(row)
        for m in load_suite(Scale.FULL)
        for row in m.rows
    ]
    machines = {_machine(one["machine"]) for one in newest.values()}
    return _HEAD + "\n".join(rows) + "\n\n" + "\n".join(sorted(machines))


def _row(row: Row, values: dict[str, float], on: str) -> str:
    by_clock, by_processor = values.get(row.value), values.get(row.value + BY_PROCESSOR_TIME)
    cells = (row.what, shown_goal(row), shown(by_clock, row.unit), shown(by_processor, row.unit))
    return f"| {' | '.join(cells)} | {met(row.goal, by_clock, by_processor)} | {on} |"


def _missing(row: Row) -> str:
    return f"| {row.what} | {shown_goal(row)} | not measured | | | |"


def _machine(machine: dict[str, Any]) -> str:
    gibibytes = machine["memory_bytes"] / 2**30
    return (
        f"{machine['processor']}; {machine['cores']} cores, {gibibytes:.0f} GiB; {machine['system']}, "
        f"Python {machine['python']}; {', '.join(machine['versions'])}"
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
