from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.quality import BEGIN, END, LINES, LOOK_ALIKES, PLANTINGS, Measuring, finds_in_files, main, tables

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
MEASURING = Measuring()


def test_the_page_has_the_figures_of_today():
    assert PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip() == tables(LINES)


@pytest.mark.parametrize("kind", [k for k in LOOK_ALIKES if k.name != "versions"], ids=lambda kind: kind.name)
def test_no_look_alike_is_counted(kind):
    assert MEASURING.precision(kind, 100).types == ()


@pytest.mark.parametrize("planting", PLANTINGS, ids=lambda planting: str(planting.entity))
def test_nearly_every_planted_value_is_found_beside_a_word_that_names_it(planting):
    named, _ = MEASURING.recall(planting, 100)
    assert named.found >= 95


def test_files_are_counted_by_type_and_no_value_is_printed(tmp_path):
    (tmp_path / "mail.txt").write_text("Write to anna@kowalska.pl or IBAN DE89370400440532013000.")
    printed = finds_in_files([tmp_path])
    assert "`EMAIL_ADDRESS` 1, `IBAN_CODE` 1" in printed
    assert "anna" not in printed


def test_a_path_that_is_not_there_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["/no/such/folder"])
    assert "no such file or folder" in capsys.readouterr().err
