from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from colophon.__main__ import run_command
from colophon.cli.audit import AuditFormat
from colophon.cli.exit_codes import ExitCode
from colophon.query.packaged import packaged_query
from colophon.query.session import open_record


def test_table_says_headline_edition_and_how_times_are_known(
    small_record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["audit", small_record])
    out = capsys.readouterr().out
    assert "edition internal" in out
    assert "self-asserted" in out
    order = [out.index(word) for word in ("reserved ", "error ", "unknown ", "open ", "allowed ", "silent ")]
    assert order == sorted(order)


@pytest.mark.parametrize("form", list(AuditFormat))
def test_a_later_reservation_is_never_called_a_breach(
    small_record: str, form: AuditFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["audit", small_record, "--format", form])
    shown = capsys.readouterr()
    assert not [word for word in ("breach", "violat", "infring") if word in (shown.out + shown.err).lower()]


def test_csv_has_the_documented_columns_and_nothing_else(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", small_record, "--format", "csv"])
    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    columns = [column.name for column in packaged_query("audit/hosts").columns]
    assert list(rows[0]) == [*columns, "clock", "policy", "policy_sha256", "root_hash"]
    with open_record(small_record) as record:
        assert {row["root_hash"] for row in rows} == {record.manifest.root_hash}
    assert {row["clock"] for row in rows} == {"at_fetch"}
    assert sum(int(row["documents"]) for row in rows) == 20
    assert "self-asserted" in shown.err


def test_json_carries_query_root_hash_and_rows(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", small_record, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["query"] == {"id": "audit/hosts", "sha256": packaged_query("audit/hosts").sha256}
    assert (found["edition"], found["clock"], found["third_party_documents"]) == ("internal", "at_fetch", 1)
    assert sum(row["documents"] for row in found["rows"]) == sum(row["documents"] for row in found["headline"]) == 20


def test_forms_agree_whatever_way_they_are_asked_for(
    small_record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(["audit", small_record, "--format", "json"])
    printed = capsys.readouterr().out
    run_command(["audit", small_record, "--json", "--out", str(tmp_path / "audit.json")])
    assert (tmp_path / "audit.json").read_text("utf-8") == printed
    assert capsys.readouterr().out == ""


def test_audit_of_an_empty_record_says_none(make_record, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", make_record()])
    assert "by state: none" in capsys.readouterr().out


def test_partial_record_is_called_so(make_record, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", make_record(partial=True)])
    assert "partial" in capsys.readouterr().out


def test_quiet_leaves_the_data_alone(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["-q", "audit", small_record, "--format", "csv"])
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.startswith("authority,")


def test_folder_that_is_no_record_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["audit", str(tmp_path)]) == ExitCode.USAGE
    assert "is not a record" in capsys.readouterr().err


def test_the_terminal_names_the_lists_of_special_cases(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", small_record])
    out = capsys.readouterr().out
    views = [row["view_name"] for row in _findings(small_record)]
    assert [view for view in views if view not in out] == []


def test_json_has_every_section_and_hash(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", small_record, "--json", "--against", "2026-02-12"])
    found = json.loads(capsys.readouterr().out)
    sections = ("protocols", "coverage", "unknown_hosts", "findings", "unknown_reasons", "effects")
    assert [name for name in sections if not found[name]] == []
    assert found["changes"]["against"] == "2026-02-12"
    assert [q["id"] for q in found["queries"]][-1] == "audit/changes"
    assert len(found["evaluators_sha256"]) == 64


def test_csv_of_two_moments_has_the_changes(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["audit", small_record, "--format", "csv", "--against", "2026-02-12"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    columns = [column.name for column in packaged_query("audit/changes").columns]
    assert list(rows[0]) == [*columns, "clock", "against", "policy", "policy_sha256", "root_hash"]


def test_html_is_written_to_the_file(small_record: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["audit", small_record, "--format", "html", "--out", str(tmp_path / "a.html")]) == ExitCode.DONE
    assert (tmp_path / "a.html").read_text("utf-8").lstrip().startswith("<!DOCTYPE html>")
    assert capsys.readouterr().out == ""


def test_a_moment_to_compare_with_that_is_none_is_refused(
    small_record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["audit", small_record, "--against", "yesterday"]) == ExitCode.USAGE
    assert "at_fetch" in capsys.readouterr().err


def _findings(record: str) -> list[dict[str, object]]:
    with open_record(record) as opened:
        return opened.query("audit/findings").table.to_pylist()


@pytest.mark.parametrize("listed", ["reserved", "error , unknown", "reserved,error,unknown,open,allowed,silent"])
def test_fail_on_ends_with_1_where_a_kept_document_is_in_a_named_state(
    small_record: str, listed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = _kept_for_training(small_record)
    named = {state for state in (name.strip() for name in listed.split(",")) if kept.get(state)}
    code = run_command(["audit", small_record, "--fail-on", listed])
    message = capsys.readouterr().err
    assert code == (ExitCode.FINDINGS if named else ExitCode.DONE)
    assert all(f"{kept[state]} {state}" in message for state in named)


def test_the_record_has_kept_documents_in_some_states_and_not_in_others(small_record: str) -> None:
    kept = _kept_for_training(small_record)
    assert kept.get("silent")
    assert not kept.get("error")


@pytest.mark.parametrize("listed", ["", ",", "reserved,unknwon"])
def test_fail_on_without_a_state_is_a_usage_error(
    small_record: str, listed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["audit", small_record, "--fail-on", listed]) == ExitCode.USAGE
    assert "--fail-on" in capsys.readouterr().err


def _kept_for_training(record: str) -> dict[str, int]:
    with open_record(record) as opened:
        rows = opened.sql("SELECT state, sum(documents_kept) AS kept FROM optout_by_state WHERE trains GROUP BY state")
    return {row["state"]: int(row["kept"]) for row in rows.to_pylist()}
