from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from colophon.cli.check import check
from colophon.cli.exit_codes import ExitCode, exit_code_of
from colophon.errors import ConfigurationErrors

CORPUS = """\
colophon: 1
corpus: test
sources:
  - name: letters
    stage: pretraining
    acquisition: crawled_own
    connector: text
    paths: [letters/*.txt]
    signals: {robots: [{paths: robots/*}]}
  - name: rows
    stage: evaluation
    acquisition: public_dataset
    connector: jsonl
    paths: [rows.jsonl]
"""


@pytest.fixture
def corpus(tmp_path):
    for name, content in (
        ("corpus.yaml", CORPUS),
        ("letters/a.txt", "abc"),
        ("letters/b.txt", "de"),
        ("rows.jsonl", "{}\n"),
        ("robots/example.org", "User-agent: *\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path / "corpus.yaml"


def _run(corpus):
    app = typer.Typer()
    app.command()(check)
    return CliRunner().invoke(app, [str(corpus)])


def test_a_right_file_is_shown_as_a_table_of_sources_files_and_bytes(corpus):
    result = _run(corpus)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["letters", "pretraining", "crawled_own", "2", "5"] in rows
    assert ["rows", "evaluation", "public_dataset", "1", "3"] in rows
    assert result.stdout.splitlines()[-1] == "2 sources, no errors"


def test_patterns_that_match_no_file_are_all_named_with_their_lines(corpus):
    (corpus.parent / "rows.jsonl").unlink()
    (corpus.parent / "robots/example.org").unlink()
    with pytest.raises(ConfigurationErrors) as caught:
        check(str(corpus))
    assert [e.line for e in caught.value.errors] == [9, 14]
    assert "robots/*" in str(caught.value)
    assert "rows.jsonl" in str(caught.value)
    assert exit_code_of(caught.value) is ExitCode.USAGE


def test_configuration_errors_come_before_anything_is_listed(corpus):
    corpus.write_text(CORPUS.replace("crawled_own", "crawled"))
    result = _run(corpus)
    assert isinstance(result.exception, ConfigurationErrors)
    assert "did you mean `crawled_own`?" in str(result.exception)
    assert result.stdout == ""
