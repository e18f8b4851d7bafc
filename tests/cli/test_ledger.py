"""The life of a summary as it is typed: publish, correct, be asked, answer, publish again, compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from colophon.__main__ import run_command
from colophon.cli.exit_codes import ExitCode

Call = Callable[..., ExitCode]


@pytest.fixture
def call(small_record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Commands in a folder with answers files; `summary` writes JSON and Markdown into the folder named."""
    monkeypatch.chdir(tmp_path)
    Path("provider.yaml").write_text("1.1a: {value: Acme Oy}\n", "utf-8")
    Path("model.yaml").write_text("1.2a: {value: [Acme-1, Acme-1 Chat]}\n", "utf-8")

    def called(*arguments: str) -> ExitCode:
        if arguments[0] == "summary":
            files = ("--provider", "provider.yaml", "--model", "model.yaml", "--ledger", "l.jsonl", "--allow-gaps")
            arguments = ("summary", small_record, *files, "--format", "json,md", "--out", *arguments[1:])
        return run_command([*arguments])

    return called


def publish(call: Call, folder: str, on: str = "2026-05-01") -> ExitCode:
    files = sorted(str(p) for p in Path(folder).glob("summary*"))
    return call(
        "ledger", "publish", "l.jsonl", *files, "--on", on, "--url", f"https://a.example/{folder}", "--allow-gaps"
    )


def fields(folder: str) -> dict[str, dict]:
    document = json.loads(Path(folder, "summary.json").read_text("utf-8"))
    return {f["id"]: f for section in document["sections"] for f in section["fields"]}


def test_a_second_version_links_the_first_and_tells_what_changed_and_was_corrected(call: Call) -> None:
    assert call("summary", "one") is ExitCode.DONE
    assert fields("one")["H1"]["content"]["paragraphs"] == ["Version 1"]
    assert publish(call, "one") is ExitCode.DONE
    said = ("--wrong", "inner detail", "--changed", "inner change", "--text", "One range was too high.")
    assert call("ledger", "correct", "l.jsonl", "--version", "1", "--on", "2026-06-01", *said) is ExitCode.DONE
    Path("model.yaml").write_text("1.2a: {value: Acme-2}\n", "utf-8")
    call("summary", "two")
    found = fields("two")
    assert found["H1"]["content"]["paragraphs"] == ["Version 2"]
    assert found["H1"]["statement"]["paragraphs"] == ["Version 1 (01/05/26): https://a.example/one"]
    assert found["V1"]["content"]["rows"] == [["1", "01/05/26", "Acme-1, Acme-1 Chat", "https://a.example/one"]]
    (change,) = found["V2"]["content"]["items"]
    assert change == "1.2a Versioned model name(s): was “Acme-1 Acme-1 Chat”, now “Acme-2”"
    assert found["V3"]["content"]["rows"] == [["01/06/26", "1", "One range was too high."]]
    assert "inner" not in Path("two", "summary.md").read_text("utf-8")


def test_the_log_of_changes_tells_what_a_long_text_says_otherwise(call: Call) -> None:
    kept = "We read robots.txt before each fetch. " * 20
    Path("provider.yaml").write_text(f"3.1b: {{value: '{kept}It removed 7,000 documents.'}}\n", "utf-8")
    call("summary", "one")
    publish(call, "one")
    Path("provider.yaml").write_text(f"3.1b: {{value: '{kept}It removed 7,880 documents. None is left.'}}\n", "utf-8")
    call("summary", "two")
    (change,) = fields("two")["V2"]["content"]["items"]
    said = "was “It removed 7,000 documents.”, now “It removed 7,880 documents. None is left.”"
    assert change == f"3.1b Measures before training to respect reservations of rights: {said}"


def test_the_log_of_changes_quotes_what_was_not_said_before(call: Call) -> None:
    call("summary", "one")
    publish(call, "one")
    Path("provider.yaml").write_text('1.1a: {value: Acme Oy}\n3.1c: {value: "https://a.example/policy"}\n', "utf-8")
    call("summary", "two")
    (change,) = fields("two")["V2"]["content"]["items"]
    assert change.endswith(": answered for the first time: “https://a.example/policy”")


def test_the_same_ledger_gives_the_same_bytes(call: Call) -> None:
    call("summary", "one")
    publish(call, "one")
    for folder in ("two", "three"):
        call("summary", folder)
    for name in ("summary.json", "summary.md"):
        assert Path("two", name).read_bytes() == Path("three", name).read_bytes()


def test_a_version_is_published_once(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("summary", "one")
    publish(call, "one")
    assert publish(call, "one") is ExitCode.USAGE
    assert "a version after 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("on", "message"), [("2026-05-30", "version 1 was published (2026-06-01)"), ("2026-02-27", "record was completed")]
)
def test_a_version_is_not_published_before_what_it_follows(
    call: Call, capsys: pytest.CaptureFixture[str], on: str, message: str
) -> None:
    call("summary", "one")
    if on > "2026-05-01":
        publish(call, "one", "2026-06-01")
        call("summary", "two")
    assert publish(call, "two" if Path("two").exists() else "one", on) is ExitCode.USAGE
    assert message in capsys.readouterr().err


def test_a_version_is_not_corrected_before_it_was_published(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("summary", "one")
    publish(call, "one", "2026-05-01")
    said = ("--version", "1", "--wrong", "x", "--changed", "y", "--text", "z")
    assert call("ledger", "correct", "l.jsonl", *said, "--on", "2026-04-30") is ExitCode.USAGE
    assert "not before version 1 was published (2026-05-01)" in capsys.readouterr().err


def test_a_publication_after_its_last_day_is_said(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    said = ("--change", "material", "--description", "first")
    call("ledger", "model", "l.jsonl", "Acme-1", "--on", "2026-04-30", *said)
    call("summary", "one")
    publish(call, "one", "2026-05-01")
    assert "1 day after it was due: publish_summary (Acme-1), 2026-04-30" in capsys.readouterr().err


def test_a_draft_is_refused(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("summary", "one")
    arguments = ("l.jsonl", "one/summary.json", "--on", "2026-05-01", "--url", "https://a.example/")
    assert call("ledger", "publish", *arguments) is ExitCode.USAGE
    assert "complete summary" in capsys.readouterr().err
    assert not Path("l.jsonl").exists()


def test_a_request_is_due_after_14_days_until_it_is_answered(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("ledger", "request", "l.jsonl", "--from", "downstream", "--received", "2026-06-03", "--scope", "curation")
    capsys.readouterr()
    assert call("ledger", "due", "l.jsonl", "--on", "2026-06-17", "--json") is ExitCode.DONE
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["due"], row["days_left"], row["state"]) == ("2026-06-17", 0, "open")
    assert call("ledger", "due", "l.jsonl", "--on", "2026-06-18") is ExitCode.FINDINGS
    assert call("ledger", "answer", "l.jsonl", "1", "--on", "2026-06-10", "--note", "sent") is ExitCode.DONE
    assert call("ledger", "due", "l.jsonl", "--on", "2026-06-18") is ExitCode.DONE
    assert call("ledger", "answer", "l.jsonl", "1", "--on", "2026-06-10", "--note", "sent") is ExitCode.USAGE


def test_a_late_answer_is_said_and_listed(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call("ledger", "request", "l.jsonl", "--from", "downstream", "--received", "2026-06-03", "--scope", "curation")
    call("ledger", "answer", "l.jsonl", "1", "--on", "2026-06-17", "--note", "sent")
    assert "after it was due" not in capsys.readouterr().err
    call("ledger", "answer", "l.jsonl", "2", "--on", "2026-06-20", "--note", "sent")
    assert "3 days after it was due: answer_request (downstream: curation), 2026-06-17" in capsys.readouterr().err
    call("ledger", "list", "l.jsonl", "--json")
    assert [row["days_late"] for row in json.loads(capsys.readouterr().out)] == [None, None, None, 3]


def test_working_days_leave_out_holidays(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("c.yaml").write_text("holidays: [2026-06-04]\n")
    said = ("--basis", "Article 91", "--purpose", "review", "--scope", "all", "--received", "2026-06-03")
    call("ledger", "request", "l.jsonl", "--from", "authority", *said, "--days", "2", "--calendar", "c.yaml")
    assert "due 2026-06-08" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("request", "--from", "authority", "--received", "2026-06-03", "--scope", "x"), "legal basis"),
        (("request", "--from", "other", "--received", "3 June", "--scope", "x"), "YYYY-MM-DD"),
        (("request", "--from", "other", "--received", "2026-06-03", "--due", "2026-06-02", "--scope", "x"), "arrived"),
        (("request", "--from", "other", "--received", "2026-06-03", "--scope", " "), "a text"),
    ],
)
def test_what_cannot_be_noted_says_what_is_expected(
    call: Call, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    command, *options = arguments
    assert call("ledger", command, "l.jsonl", *options) is ExitCode.USAGE
    assert message in capsys.readouterr().err


def test_verify_says_what_was_changed(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("ledger", "request", "l.jsonl", "--from", "other", "--received", "2026-06-03", "--scope", "x")
    assert call("ledger", "verify", "l.jsonl") is ExitCode.DONE
    Path("l.jsonl").write_bytes(Path("l.jsonl").read_bytes().replace(b'"scope":"x"', b'"scope":"y"'))
    assert call("ledger", "verify", "l.jsonl") is ExitCode.FINDINGS
    assert "line 1 was changed" in capsys.readouterr().err


def test_a_command_on_a_ledger_that_is_not_there_says_how_to_begin(call: Call, capsys) -> None:
    assert call("ledger", "list", "none.jsonl") is ExitCode.USAGE
    assert "ledger publish" in capsys.readouterr().err


def test_diff_of_two_summaries_names_the_field(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call("summary", "one")
    Path("model.yaml").write_text("1.2a: {value: Acme-2}\n", "utf-8")
    call("summary", "two")
    capsys.readouterr()
    assert call("diff", "one/summary.json", "one/summary.json") is ExitCode.DONE
    assert call("diff", "one/summary.json", "two/summary.json", "--json") is ExitCode.FINDINGS
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["part"], row["kind"], row["after"]) == ("1.2a", "changed", "Acme-2")


def test_diff_of_a_record_and_a_summary_is_refused(call: Call, small_record: str) -> None:
    call("summary", "one")
    assert call("diff", small_record, "one/summary.json") is ExitCode.USAGE


def test_a_modified_model_links_the_summary_of_the_original(call: Call) -> None:
    Path("model.yaml").write_text("original_summary: https://o.example/s\n1.2b: {value: Base-1}\n", "utf-8")
    call("summary", "one")
    found = fields("one")
    assert found["1.2b"]["content"]["paragraphs"] == ["Base-1"]
    assert found["1.2b"]["statement"]["paragraphs"] == ["https://o.example/s"]
    assert found["H3"]["content"]["paragraphs"][0].endswith(": https://o.example/s")
