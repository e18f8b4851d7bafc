from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from colophon.__main__ import run_command
from colophon.cli.exit_codes import ExitCode, exit_code_of
from colophon.cli.output import OutputFormat
from colophon.cli.sql import run_shell, sql
from colophon.errors import BadArgumentError, ColophonError, QueryError, StatementRefusedError
from colophon.query.session import open_record

APP = typer.Typer()
APP.command()(sql)


def run(*arguments: str, stdin: str = "") -> tuple[str, str]:
    result = CliRunner().invoke(APP, list(arguments), input=stdin)
    if result.exception is not None:
        raise result.exception
    return result.stdout, result.stderr


def test_query_prints_a_table_and_keeps_messages_apart(small_record: str) -> None:
    out, err = run(small_record, "SELECT name FROM sources ORDER BY name LIMIT 1")
    assert out.split()[0] == "name"
    assert "bench" in out
    assert "internal" in err
    assert "internal" not in out


def test_json_and_csv_are_clean(small_record: str) -> None:
    query = "SELECT source_id, name FROM sources WHERE source_id = 2"
    assert json.loads(run(small_record, query, "--json")[0]) == [{"source_id": 2, "name": "wiki"}]
    assert run(small_record, query, "--format", "csv")[0] == "source_id,name\n2,wiki\n"


def test_statements_come_from_a_file_or_standard_input(small_record: str, tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    file.write_text("SELECT count(*) AS n FROM sources;\n", encoding="utf-8")
    expected = "n\n7\n"
    assert run(small_record, "-f", str(file), "--format", "csv")[0] == expected
    assert run(small_record, "--format", "csv", stdin="SELECT count(*) AS n FROM sources")[0] == expected


def test_several_reading_statements_are_answered_in_order(small_record: str) -> None:
    assert run(small_record, "SELECT 1 AS a; SELECT 2 AS b")[0].split() == ["a", "─", "1", "b", "─", "2"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_several_statements_are_no_one_document(small_record: str, form: str) -> None:
    with pytest.raises(BadArgumentError, match="one statement, 2 were given"):
        run(small_record, "SELECT 1; SELECT 2", "--format", form)


def test_parquet_is_written_to_a_file(small_record: str, tmp_path: Path) -> None:
    target = tmp_path / "answer.parquet"
    query = "SELECT name, source_id, 1 AS name FROM sources ORDER BY source_id"
    assert run(small_record, query, "--format", "parquet", "--out", str(target))[0] == ""
    found = pq.read_table(target)
    assert found.column_names == ["name", "source_id", "name_2"]
    assert found.num_rows == 7


def test_what_parquet_cannot_be_written_to_stays_where_it_is(small_record: str, tmp_path: Path) -> None:
    link = tmp_path / "answer.parquet"
    link.symlink_to("/dev/full")  # removed by the library where it opens the file itself
    with pytest.raises(BadArgumentError, match="No space left on device"):
        run(small_record, "SELECT 1 AS a", "--format", "parquet", "--out", str(link))
    assert link.is_symlink()


def test_parquet_is_refused_without_a_file(small_record: str) -> None:
    with pytest.raises(BadArgumentError, match="--out FILE"):
        run(small_record, "SELECT 1", "--format", "parquet")


def test_dot_commands_stand_in_queries_and_files(small_record: str, tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    file.write_text(
        "SELECT 1 AS a;\n.columns sources\nSELECT 2\n  AS b;\n.quit\nDROP VIEW documents\n", encoding="utf-8"
    )
    out, _ = run(small_record, "-f", str(file))
    assert "source_id" in out
    assert out.split()[-3:] == ["b", "─", "2"]
    assert "documents_kept" in run(small_record, ".tables", "--format", "csv")[0]
    assert "documents_kept" in run(small_record, "--format", "csv", stdin=".tables\n")[0]
    assert "Statements end" in run(small_record, ".help")[1]


def test_schema_says_what_columns_mean_and_who_sees_them(small_record: str) -> None:
    rows = json.loads(run(small_record, ".schema documents", "--json")[0])
    assert {row["column"]: row["seen_by"] for row in rows}["url"] == "internal"
    assert all(row["meaning"] for row in rows)


@pytest.mark.parametrize("command", [".nothing", ".columns a;b", ".tables x"])
def test_an_unknown_dot_command_in_a_query_is_refused(small_record: str, command: str) -> None:
    with pytest.raises(BadArgumentError, match=r"\.schema NAME"):
        run(small_record, command)


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_a_list_of_names_is_joined(small_record: str, tmp_path: Path, edition: str) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes("\ufeff# sources\r\n\r\n wiki \r\nWIKI.org\r\nhttps://b\u00fccher.example/x\r\nwiki\r\n".encode())
    query = "SELECT name, authority FROM list"
    found = json.loads(run(small_record, query, "--list", str(names), "--json", "--edition", edition)[0])
    assert found == [
        {"name": "wiki", "authority": "wiki"},
        {"name": "WIKI.org", "authority": "wiki.org"},
        {"name": "https://b\u00fccher.example/x", "authority": "xn--bcher-kva.example"},
    ]


def test_a_list_of_names_joins_tables_and_opens_no_file(small_record: str, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("wiki.org\n", "utf-16")
    query = "SELECT count(*) > 0 AS found FROM hosts JOIN list USING (authority)"
    assert run(small_record, query, "--list", str(names), "--format", "csv")[0] == "found\ntrue\n"
    with pytest.raises(QueryError):
        run(small_record, f"SELECT * FROM read_text('{names}')", "--list", str(names))


@pytest.mark.parametrize("content", [b"", b"# only a comment\n", b"\xff\xfa\xfb"])
def test_a_list_without_readable_names_is_refused(small_record: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "names.txt").write_bytes(content)
    with pytest.raises(BadArgumentError, match="--list"):
        run(small_record, "SELECT 1", "--list", str(tmp_path / "names.txt"))


def test_answer_goes_to_the_file_named(small_record: str, tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    out, _ = run(small_record, "SELECT 1 AS a", "--format", "csv", "--out", str(target))
    assert (out, target.read_text()) == ("", "a\n1\n")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("DROP VIEW documents", StatementRefusedError),
        ("SELECT 1; COPY sources TO 'x'", StatementRefusedError),
        ("SELECT * FROM read_csv('/etc/passwd')", QueryError),
        ("SELECT nothing FROM sources", QueryError),
        ("", BadArgumentError),
    ],
)
def test_what_is_not_answered_is_a_usage_error(small_record: str, query: str, kind: type[ColophonError]) -> None:
    with pytest.raises(kind) as raised:
        run(small_record, query)
    assert exit_code_of(raised.value) is ExitCode.USAGE


def test_nothing_is_printed_where_a_later_statement_is_refused(
    small_record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["sql", small_record, "SELECT 1; DROP VIEW documents"]) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("refused: DROP")


def test_query_and_file_together_are_refused(small_record: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgumentError, match="not both"):
        run(small_record, "SELECT 1", "-f", str(tmp_path / "x.sql"))


def test_missing_file_is_refused(small_record: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgumentError, match=r"x\.sql"):
        run(small_record, "-f", str(tmp_path / "x.sql"))


def shell(record_path: str, *lines: str | type[BaseException]) -> list[str]:
    """Run the shell on these lines, the end of input after them; returns the prompts it showed."""
    waiting, prompts = list(lines), []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        if not waiting:
            raise EOFError
        line = waiting.pop(0)
        if isinstance(line, str):
            return line
        raise line

    with open_record(record_path) as record:
        run_shell(record, OutputFormat.CSV, ask)
    return prompts


@pytest.fixture(autouse=True)
def _history_stays_in_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_shell_reads_statements_over_several_lines(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    prompts = shell(small_record, "SELECT 1", "AS a;", ".quit")
    assert capsys.readouterr().out == "a\n1\n"
    assert len(set(prompts)) == 2


def test_shell_shows_errors_and_goes_on(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell(small_record, "SELCT 1;", "DROP VIEW documents;", "SELECT 2 AS b;")
    shown = capsys.readouterr()
    assert shown.out == "b\n2\n"
    assert "syntax error" in shown.err
    assert "refused" in shown.err


def test_shell_lists_tables_and_columns(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell(small_record, ".tables", ".columns documents")
    out = capsys.readouterr().out
    assert "optout_audit," in out
    assert "registered_domain,VARCHAR" in out


def test_shell_answers_an_unknown_command_with_help(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell(small_record, ".nothing", ".columns a;b")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count(".tables lists") == 3


def test_shell_forgets_a_statement_at_an_interrupt(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell(small_record, "SELECT 1,", KeyboardInterrupt, "SELECT 3 AS c;")
    assert capsys.readouterr().out == "c\n3\n"


def test_shell_says_how_many_rows_are_left_out(small_record: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell(small_record, "SELECT * FROM range(250);")
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 201
    assert "200 of 250 rows" in shown.err


def test_shell_opens_on_a_terminal_and_keeps_its_history(small_record: str, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "colophon", "sql", small_record]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "dumb"}
    with subprocess.Popen(command, stdin=slave, stdout=slave, env=environment) as process:
        os.close(slave)
        os.write(master, b"SELECT 41 + 1 AS answer;\n.quit\n")
        shown = b"".join(iter(lambda: _read(master), b""))
    os.close(master)
    assert process.returncode == 0
    assert b"42" in shown
    assert "SELECT 41 + 1" in (tmp_path / "state/colophon/sql_history").read_text()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side has closed
        return b""


@pytest.mark.parametrize(
    ("clock", "reasons"), [("at_fetch", {"not_observed"}), ("2026-06-01", {"not_observed", "stale"})]
)
def test_views_of_opt_outs_answer_for_the_moment_asked(small_record, clock, reasons, capsys) -> None:
    query = "SELECT DISTINCT unknown_reason FROM unknown_hosts WHERE authority IN ('wiki.org', 'nobody.org')"
    assert run_command(["sql", small_record, "--clock", clock, "--format", "csv", query]) == ExitCode.DONE
    assert set(capsys.readouterr().out.split()[1:]) == reasons


def test_views_of_opt_outs_answer_for_the_policy_asked(small_record, capsys) -> None:
    query = "SELECT count(*) AS required FROM policy_protocols WHERE required"
    run_command(["sql", small_record, "--policy", "strict", "--format", "csv", query])
    assert capsys.readouterr().out.split() == ["required", "4"]
