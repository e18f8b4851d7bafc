from __future__ import annotations

import json
from pathlib import Path

import pytest

from colophon.audit.report import report_plan
from colophon.cli.report import ReportFormat, report


def test_table_shows_every_section(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    report(small_record)
    out = capsys.readouterr().out
    assert [plan.heading for plan in report_plan() if plan.heading not in out] == []
    assert "secret-books" in out
    assert "edition internal" in out


def test_json_holds_all_columns_and_the_query_of_each_section(
    small_record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(small_record, ReportFormat.JSON)
    found = json.loads(capsys.readouterr().out)
    assert list(found["sections"]) == [plan.name for plan in report_plan()]
    web = found["sections"]["sources"]["rows"][0]
    assert (web["source"], web["documents_kept"], web["documents_with_address"]) == ("web", 11, 13)
    assert len(found["sections"]["totals"]["query"]["sha256"]) == 64


def test_empty_sections_say_none(make_record, capsys: pytest.CaptureFixture[str]) -> None:
    report(make_record())
    assert "Types of personal data: none" in capsys.readouterr().out


def test_no_page_shows_a_personal_value_or_an_address(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    report(small_record, json_=True)
    out = capsys.readouterr().out
    assert "https://" not in out


def test_html_is_written_to_the_file_named(small_record: str, tmp_path: Path) -> None:
    report(small_record, ReportFormat.HTML, out=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "secret-books" in page
    assert "https://" not in page
