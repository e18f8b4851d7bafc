"""The suite as `suite.toml` describes it: measurements, which are scripts, and the rows of the table they fill."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

SUITE_FILE = Path(__file__).with_name("suite.toml")


class Scale(StrEnum):
    """How much data: `full` as the goals are meant, `small` in minutes, `tiny` to see that everything runs."""

    FULL = "full"
    SMALL = "small"
    TINY = "tiny"


class Sense(StrEnum):
    """Which side of the goal is the good one."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Goal:
    sense: Sense
    value: float

    def is_met(self, measured: float) -> bool:
        """Whether the measured value lies on the good side."""
        return measured >= self.value if self.sense is Sense.AT_LEAST else measured <= self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a value that a measurement gives, and its goal; None where it is only shown."""

    name: str
    what: str
    value: str
    unit: str
    goal: Goal | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A script with its arguments, the cores it is pinned to, and the rows that its values fill."""

    name: str
    script: str
    cores: int
    rivals: tuple[str, ...]
    arguments: tuple[str, ...]
    rows: tuple[Row, ...]


class BadSuiteError(ValueError):
    """The suite or the choice of entries is wrong; the message says where."""


def load_suite(scale: Scale, names: frozenset[str] = frozenset(), file: Path = SUITE_FILE) -> tuple[Measurement, ...]:
    """The measurements of a scale; with names, only the rows or measurements of these names. Raises BadSuiteError."""
    blocks = tomllib.loads(file.read_text(encoding="utf-8"))["measurement"]
    measurements = [_measurement(name, block, scale) for name, block in blocks.items()]
    rows = [row.name for m in measurements for row in m.rows]
    doubled = {name for name in rows if rows.count(name) > 1}
    if doubled:
        raise BadSuiteError(f"{file.name}: two rows are called {', '.join(sorted(doubled))}; expected different names")
    unknown = names - {*rows, *(m.name for m in measurements)}
    if unknown:
        known = ", ".join(sorted({*rows, *(m.name for m in measurements)}))
        raise BadSuiteError(f"no entry is called {', '.join(sorted(unknown))}; expected one of {known}")
    return tuple(chosen for m in measurements if (chosen := _chosen(m, names)).rows)


def _chosen(measurement: Measurement, names: frozenset[str]) -> Measurement:
    if not names or measurement.name in names:
        return measurement
    return replace(measurement, rows=tuple(row for row in measurement.rows if row.name in names))


def _measurement(name: str, block: dict[str, Any], scale: Scale) -> Measurement:
    try:
        return Measurement(
            name=name,
            script=block["script"],
            cores=block["cores"],
            rivals=tuple(block.get("rivals", ())),
            arguments=tuple(f"--{key.replace('_', '-')}={value}" for key, value in block[scale.value].items()),
            rows=tuple(_row(row) for row in block["rows"]),
        )
    except KeyError as missing:
        raise BadSuiteError(
            f"measurement {name} has no {missing}; expected script, cores, rows and each scale"
        ) from None


def _row(block: dict[str, Any]) -> Row:
    goal = next((Goal(sense, float(block[sense.value])) for sense in Sense if sense.value in block), None)
    return Row(block["name"], block["what"], block["value"], block.get("unit", ""), goal)
