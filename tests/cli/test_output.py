from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from colophon.cli.output import (
    LongValues,
    Numbers,
    OutputFormat,
    json_rows,
    json_text,
    note,
    table_as,
    table_as_csv,
    table_as_text,
    write_text,
)
from colophon.errors import BadArgumentError
from colophon.formulas import column_without_formulas, without_formula


def test_values_become_json_that_programs_read() -> None:
    table = pa.table({
        "time": pa.array([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        "day": [date(2026, 1, 2)],
        "bytes": [b"\x00\xff"],
        "whole": [Decimal(7)],
        "broken": [float("nan")],
        "nothing": pa.nulls(1),
        "list": [["a", None]],
        "struct": [{"b": 1}],
    })  # fmt: skip
    assert json_rows(table) == [
        {
            "time": "2026-01-02T03:04:05Z",
            "day": "2026-01-02",
            "bytes": "00ff",
            "whole": 7,
            "broken": None,
            "nothing": None,
            "list": ["a", None],
            "struct": {"b": 1},
        }
    ]


def test_columns_of_one_name_all_stay() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "a_2"])
    assert json_rows(table) == [{"a": 1, "a_2": 2, "a_2_2": 3}]


def test_control_characters_are_shown_not_sent() -> None:
    text = table_as_text(pa.table({"rule": ["\x1b[31mred\x07"]}))
    assert "\x1b" not in text
    assert "\\x1b[31mred\\x07" in text


def test_markup_in_values_is_text() -> None:
    assert "[bold]x[/bold]" in table_as_text(pa.table({"a": ["[bold]x[/bold]"]}))


def test_counts_are_grouped_and_shares_are_percentages() -> None:
    text = table_as_text(pa.table({"documents": [1234567], "share": [0.0312]}), numbers=Numbers.GROUPED)
    assert "1,234,567" in text
    assert "3.12%" in text


def test_ids_stay_as_they_are() -> None:
    assert "1234567" in table_as_text(pa.table({"doc_id": [1234567]}))


def test_long_values_of_reports_are_folded() -> None:
    value = "x" * 500
    assert value in table_as_text(pa.table({"url": [value]}))
    assert table_as_text(pa.table({"url": [value]}), width=40).count("x") == 500


@pytest.mark.parametrize("width", [20, 60, 80, 200])
@pytest.mark.parametrize("long_values", list(LongValues))
def test_no_line_is_wider_than_the_terminal(width: int, long_values: LongValues) -> None:
    table = pa.table({f"column_{number}": ["漢字" * number, "e\u0301" * number] for number in range(30)})
    text = table_as_text(table, width=width, long_values=long_values)
    assert max(map(cell_len, text.splitlines())) <= width
    if long_values is LongValues.CUT:
        said = " ".join(text.split())
        assert "of 30 columns shown; " in said
        assert said.endswith("--format csv for all)")
    else:
        assert text.count("字") >= sum(range(30))


def test_columns_of_reports_that_do_not_fit_follow_with_what_a_row_is_about() -> None:
    table = pa.table({"source": ["web"], **{f"count_{number}": [number] for number in range(10)}})
    text = table_as_text(table, title="Sources", width=40)
    assert text.count("source ") == text.count("web") > 1
    assert text.count("Sources") == 1
    assert all(f"count_{number}" in text for number in range(10))


def test_columns_that_fit_are_shown_whole_and_nothing_is_said() -> None:
    table = pa.table({"name": ["x" * 30], "documents": [123_456_789]})
    text = table_as_text(table, width=48, long_values=LongValues.CUT)
    assert "x" * 30 in text
    assert "123456789" in text
    assert "shown" not in text
    assert "cut" not in text


def test_long_values_of_answers_are_cut_and_numbers_never() -> None:
    text = table_as_text(
        pa.table({"url": ["x" * 100], "documents": [123_456_789_012]}), width=40, long_values=LongValues.CUT
    )
    assert "xx…" in text
    assert "123456789012" in text
    assert "values that end in … are cut" in text


def test_json_and_csv_of_an_empty_table_are_well_formed() -> None:
    table = pa.table({"a": pa.array([], pa.int64())})
    assert json.loads(table_as(table, OutputFormat.JSON, None)) == []
    assert table_as(table, OutputFormat.CSV, None) == "a\n"


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.integers(-(2**63), 2**63 - 1)), max_size=20))
def test_csv_is_read_back_by_another_reader(rows: list[tuple[str, int]]) -> None:
    table = pa.table({
        "text": pa.array([t for t, _ in rows], pa.string()),
        "number": pa.array([n for _, n in rows], pa.int64()),
    })  # fmt: skip
    found = list(csv.reader(io.StringIO(table_as_csv(table), newline="")))
    assert [[_value(t), n] for t, n in found] == [["text", "number"], *([t, str(n)] for t, n in rows)]


def _value(cell: str) -> str:
    """What the cell was before an apostrophe was put in front of formulas."""
    return cell.removeprefix("'") if without_formula(cell) != cell else cell


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "'=1"])
def test_no_text_of_a_csv_file_is_a_formula(value: str) -> None:
    table = pa.table({value: [value], "number": [-1]})
    header, row = csv.reader(io.StringIO(table_as_csv(table), newline=""))
    assert header == ["'" + value, "number"]
    assert row == ["'" + value, "-1"]


@pytest.mark.parametrize("value", ["1-1", "a=b", "https://a.example/?x=-1", "'quoted'", "", "\u2212 1", "[=1]"])
def test_other_texts_of_a_csv_file_stay_as_they_are(value: str) -> None:
    assert without_formula(value) == value


@given(st.text(st.characters(codec="utf-8")))
def test_formulas_are_found_alike_in_columns_and_in_single_texts(text: str) -> None:
    assert column_without_formulas(pa.chunked_array([[text]])).to_pylist() == [without_formula(text)]


@pytest.mark.parametrize(
    "character", ["\x1b", "\x00", "\r", "\t", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028"]
)
def test_no_character_that_steers_a_terminal_is_sent_to_one(
    character: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pa.table({f"name{character}": [f"a{character}b"]})
    text = f"a{character}b"
    assert json.loads(json_text(text)) == text
    with capsys.disabled():
        terminal = _Terminal()
        monkeypatch.setattr("sys.stdout", terminal)
        for form in OutputFormat:
            write_text(table_as(table, form, None), None)
        write_text(text, None)
        monkeypatch.setattr("sys.stderr", terminal)
        note(text)
    assert character not in terminal.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_end_in_a_value_makes_no_further_row() -> None:
    assert table_as_text(pa.table({"a": ["x\ny"]})).splitlines()[-1].strip() == "x\\ny"


def test_out_gets_the_text_and_standard_output_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_text("é", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == "é\n".encode()
    assert capsys.readouterr().out == ""


def test_out_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(BadArgumentError, match="--out"):
        write_text("x", tmp_path / "missing" / "out.txt")
