from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.machine import this_machine
from benchmarks.measuring import Timing, Value, WrongAnswerError, alternately, ratio, reported, require, timed_process
from benchmarks.pinning import environment, pinned
from benchmarks.run import Outcome, main, measure, table
from benchmarks.suite import BadSuiteError, Goal, Measurement, Row, Scale, Sense, load_suite

RIGHT = "from benchmarks.measuring import Value, report\nreport([Value('ratio', 3.0)])\n"
WRONG = "from benchmarks.measuring import Value, report, require\nrequire(1 + 1 == 3, 'wrong sum')\n" + RIGHT
SUITE = """
[measurement.{name}]
script = "{script}"
cores = 1
full = {{}}
small = {{}}
tiny = {{ documents = 7 }}
rows = [{{ name = "row", what = "a row", value = "{value}", unit = "×", at_least = 2 }}]
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite whose scripts stand in a package of the test."""
    package = tmp_path / "benchmarks_of_test"
    package.mkdir()
    (package / "right.py").write_text(RIGHT)
    (package / "wrong.py").write_text(WRONG)
    (package / "broken.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setattr("benchmarks.run.ENTRIES", "benchmarks_of_test")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def described(folder: Path, script: str, value: str = "ratio") -> Path:
    file = folder / "suite.toml"
    file.write_text(SUITE.format(name="one", script=script, value=value))
    return file


def last_line(folder: Path) -> dict[str, object]:
    line: dict[str, object] = json.loads((folder / "results.jsonl").read_text().splitlines()[-1])
    return line


def call(folder: Path, script: str, value: str = "ratio") -> int:
    return main(["--scale", "tiny", "--work", str(folder), "--suite", str(described(folder, script, value))])


def test_a_measurement_with_right_answers_is_reported(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(suite, "right") == 0
    assert last_line(suite)["values"] == {"ratio": 3.0}
    shown = capsys.readouterr().out
    assert "3×" in shown
    assert "yes" in shown


def test_a_measurement_with_a_wrong_answer_is_refused(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(suite, "wrong") == 1
    assert last_line(suite)["values"] == {}
    assert "wrong sum" in str(last_line(suite)["refusal"])
    assert "3×" not in capsys.readouterr().out


def test_a_measurement_that_fails_is_refused(suite: Path) -> None:
    assert call(suite, "broken") == 1
    assert last_line(suite)["refusal"]


def test_a_measurement_that_does_not_give_its_value_is_refused(suite: Path) -> None:
    assert call(suite, "right", value="another") == 1
    assert "another" in str(last_line(suite)["refusal"])


def test_results_name_machine_and_versions(suite: Path) -> None:
    call(suite, "right")
    machine = last_line(suite)["machine"]
    assert isinstance(machine, dict)
    assert any(v.startswith("pyarrow ") for v in machine["versions"])
    assert machine["cores"] >= 1


def test_more_cores_than_there_are_is_refused(suite: Path) -> None:
    measurement = load_suite(Scale.TINY, file=described(suite, "right"))[0]
    assert "cores" in str(measure(replace(measurement, cores=100_000), suite).refusal)


def test_names_choose_rows() -> None:
    chosen = load_suite(Scale.FULL, frozenset({"keys_rensa", "exact"}))
    assert [(m.name, [r.name for r in m.rows]) for m in chosen] == [
        ("keys", ["keys_rensa"]),
        ("exact", ["exact_duckdb"]),
    ]


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSuiteError, match="keys_rensa"):
        load_suite(Scale.FULL, frozenset({"no-such-row"}))
    assert main(["no-such-row"]) == 2


@pytest.mark.parametrize("scale", list(Scale))
def test_every_measurement_of_the_suite_can_be_started(scale: Scale) -> None:
    entries = Path(__file__).parents[2] / "benchmarks" / "entries"
    suite = load_suite(scale)
    assert len(suite) >= 6
    assert [m.script for m in suite if not (entries / f"{m.script}.py").exists()] == []
    assert all(m.rows for m in suite)


def test_goals_have_a_good_side() -> None:
    assert Goal(Sense.AT_LEAST, 2).is_met(2)
    assert not Goal(Sense.AT_LEAST, 2).is_met(1.99)
    assert Goal(Sense.AT_MOST, 2).is_met(2)
    assert not Goal(Sense.AT_MOST, 2).is_met(2.01)


def test_a_refused_row_has_no_number() -> None:
    measurement = Measurement("one", "right", 1, (), (), (Row("row", "a row", "ratio", "", None),))
    assert Outcome(measurement, (), "refused").number("ratio") is None
    assert Outcome(measurement, (Value("ratio", 2.0),), None).number("ratio") == 2.0


def test_ratios_are_given_by_both_clocks() -> None:
    start = Timing(1.0, 0.5)
    slower, faster = Timing(7.0, 4.5).less(start), Timing(3.0, 2.5).less(start)
    assert ratio("r", slower, faster) == (Value("r", 3.0), Value("r_by_processor_time", 2.0))
    assert ratio("r", slower.per(2), faster) == (Value("r", 1.5), Value("r_by_processor_time", 1.0))


def test_only_marked_lines_are_results() -> None:
    assert reported("noise\n") == ()
    assert reported('noise\nmeasured {"a": 1}\nmore noise') == (Value("a", 1.0),)


def test_a_wrong_answer_is_an_error_even_without_assertions() -> None:
    with pytest.raises(WrongAnswerError, match="two"):
        require(answer=False, problem="two")


def test_works_take_turns_and_the_median_counts() -> None:
    calls: list[str] = []
    seconds = iter([1.0, 9.0, 2.0])

    def first() -> Timing:
        calls.append("first")
        return Timing(next(seconds), 0.0)

    def second() -> Timing:
        calls.append("second")
        return Timing(0.5, 0.25)

    assert alternately(3, first, second) == (Timing(2.0, 0.0), Timing(0.5, 0.25))
    assert calls == ["first", "second"] * 3


def test_a_pinned_process_sees_its_cores_and_threads_alone() -> None:
    script = "import os; print(len(os.sched_getaffinity(0)), os.environ['RAYON_NUM_THREADS'])"
    command = pinned([sys.executable, "-c", script], 1)
    done = subprocess.run(command, env=dict(environment(1)), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


def test_a_program_that_fails_is_not_timed() -> None:
    with pytest.raises(WrongAnswerError, match="3"):
        timed_process([sys.executable, "-c", "raise SystemExit(3)"], environment(1))


@pytest.mark.parametrize(
    ("by_clock", "by_processor", "met"),
    [(3.0, 3.0, "yes"), (3.0, None, "yes"), (1.0, 1.0, "no"), (3.0, 1.0, "unclear: machine busy")],
)
def test_a_goal_is_met_where_both_clocks_say_so(
    by_clock: float, by_processor: float | None, met: str, capsys: pytest.CaptureFixture[str]
) -> None:
    measurement = Measurement("one", "right", 1, (), (), (Row("r", "a row", "x", "", Goal(Sense.AT_LEAST, 2)),))
    values = [Value("x", by_clock)]
    if by_processor is not None:
        values.append(Value("x_by_processor_time", by_processor))
    Console(width=150).print(table([Outcome(measurement, tuple(values), None)], Scale.TINY, this_machine()))
    assert met in capsys.readouterr().out
