from __future__ import annotations

import json

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
        ("rows.jsonl", '{"text": "a"}\n'),
        ("robots/example.org", "User-agent: *\n"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path / "corpus.yaml"


def _run(corpus, *arguments):
    app = typer.Typer()
    app.command()(check)
    return CliRunner().invoke(app, [str(corpus), *arguments])


def test_a_right_file_is_shown_as_a_table_of_sources_files_and_bytes(corpus):
    result = _run(corpus)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["letters", "pretraining", "crawled_own", "2", "5"] in rows
    assert ["rows", "evaluation", "public_dataset", "1", "14"] in rows
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


def _with_fields(corpus, fields, rows):
    corpus.write_text(CORPUS + f"    fields: {fields}\n")
    (corpus.parent / "rows.jsonl").write_text(rows)
    return corpus


def test_fields_that_no_row_has_are_warned_of_with_the_nearest_name(corpus):
    row = '{"text": "a", "meta": {"url": "https://example.org/"}, "added": "2024-01-01"}\n'
    result = _run(_with_fields(corpus, "{text: text, url: meta.ulr, fetched_at: added}", row))
    assert result.exit_code == 0
    assert (
        "source rows: none of the first 1 rows has `meta.ulr`, given as `fields.url`: did you mean `meta.url`? "
        "there are `text`, `meta.url`, `added`; correct the name, or leave the field out"
    ) in result.stderr
    assert result.stderr.count("warning:") == 1
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["rows", "url", "meta.ulr", "1", "0"] in rows
    assert ["rows", "fetched_at", "added", "1", "1"] in rows
    assert result.stdout.splitlines()[-1] == "2 sources, no errors, 1 warning"


def test_a_list_of_objects_is_warned_of_with_the_names_inside(corpus):
    row = '{"messages": [{"role": "user", "content": "a"}]}\n'
    warned = _run(_with_fields(corpus, "{text: messages}", row)).stderr
    assert "(wrong_type): it holds `messages[].role`, `messages[].content`; name one of these" in warned


def test_a_part_of_the_text_that_rows_lack_is_warned_of_with_what_to_write(corpus):
    rows = '{"a": "x", "b": null}\n{"a": "x", "b": "y"}\n'
    warned = _run(_with_fields(corpus, "{text: [a, b]}", rows)).stderr
    assert "1 of the first 2 rows give no document, for want of `b`: write `b?` under `fields.text`" in warned
    assert not _run(_with_fields(corpus, '{text: [a, "b?"]}', rows)).stderr


def test_a_name_that_rows_have_with_nothing_in_it_or_lack_is_not_taken_for_mistyped(corpus):
    rows = '{"a": "x", "b": ""}\n{"a": "x", "b": null, "url": null}\n{"a": "x"}\n'
    assert not _run(_with_fields(corpus, '{text: [a, "b?"], url: url}', rows)).stderr


def test_values_that_cannot_be_read_are_counted_by_their_reason(corpus):
    rows = '{"text": "x", "at": "soon"}\n{"text": "x", "at": "2024-01-01"}\n'
    assert (
        "some values of `at`, given as `fields.fetched_at`, cannot be read in the first 2 rows (not_a_moment: 1)"
        in (_run(_with_fields(corpus, "{text: text, fetched_at: at}", rows)).stderr)
    )


def test_a_file_without_a_row_that_can_be_read_is_warned_of(corpus):
    assert "no row that connector `jsonl` can read" in _run(_with_fields(corpus, "{text: a}", "nothing\n")).stderr


def test_fields_and_warnings_are_printed_as_json(corpus):
    result = _run(_with_fields(corpus, "{text: text, id: no}", '{"text": "a"}\n' * 200), "--format", "json")
    printed = json.loads(result.stdout)
    assert printed["sources"][0]["first_rows"] == {"rows": 0, "names": [], "fields": []}
    assert printed["sources"][1]["first_rows"] == {
        "rows": 100,
        "names": ["text"],
        "fields": [
            {"field": "id", "name": "no", "with_value": 0, "missing": 100, "unread": {}},
            {"field": "text", "name": "text", "with_value": 100, "missing": 0, "unread": {}},
        ],
    }
    assert [warning.split(":")[0] for warning in printed["warnings"]] == ["source rows"]


def test_signals_that_the_policy_does_not_take_into_account_are_a_warning(corpus):
    (corpus.parent / "list.csv").write_text("domain,reservation\na.example,1\n")
    given = "signals: {robots: [{paths: robots/*}], registries: [{paths: list.csv}]}"
    corpus.write_text(CORPUS.replace("signals: {robots: [{paths: robots/*}]}", given))
    result = _run(corpus)
    assert "warning: source letters: policy `code` does not take `registry` into account" in result.output
    assert "under `signals.registries` drop nothing" in result.output
    assert result.output.count("into account, so that") == 1
