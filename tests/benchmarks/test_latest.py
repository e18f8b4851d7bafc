from __future__ import annotations

from typing import Any

from benchmarks.latest import markdown

MACHINE = {
    "processor": "P",
    "cores": 2,
    "memory_bytes": 2**34,
    "system": "Linux",
    "python": "3.12",
    "versions": ["rensa 0.5.0"],
}


def line(at: str, ratio: float, scale: str = "full", refusal: str | None = None) -> dict[str, Any]:
    values = {} if refusal else {"duckdb": ratio, "duckdb_by_processor_time": ratio}
    return {
        "at": at,
        "measurement": "exact",
        "scale": scale,
        "values": values,
        "refusal": refusal,
        "machine": MACHINE,
    }


def row(lines: list[dict[str, Any]]) -> str:
    return next(r for r in markdown(lines).splitlines() if "DuckDB" in r)


def test_the_newest_result_of_full_size_counts() -> None:
    lines = [line("2026-01-01", 0.5), line("2026-01-02", 1.5), line("2026-01-03", 9.0, scale="tiny")]
    assert row(lines).endswith("| ≥ 1× | 1.5× | 1.5× | yes | 2026-01-02 |")


def test_a_refused_measurement_does_not_replace_a_result() -> None:
    assert "0.5×" in row([line("2026-01-01", 0.5), line("2026-01-02", 0, refusal="wrong")])


def test_what_was_not_measured_is_said() -> None:
    assert "not measured" in row([])


def test_the_machine_is_named() -> None:
    assert "P; 2 cores, 16 GiB; Linux, Python 3.12; rensa 0.5.0" in markdown([line("2026-01-01", 1.0)])
