"""`colophon training-use import`, as it is typed: what it prints, how it ends, and what other commands then say."""

from __future__ import annotations

import json

import pytest

from colophon.cli.exit_codes import ExitCode

pytestmark = pytest.mark.job


@pytest.fixture
def two_sources(tiny):
    tiny.recorded("web", "books")
    return tiny


def write(tiny, text, name="mix.yaml"):
    file = tiny.folder / name
    file.write_text(text)
    return file


def test_an_import_says_beside_the_data_what_was_used(two_sources):
    mix = write(two_sources, "checkpoint: base\nsources: {web: {epochs: 1.5, tokens: 90}}\n")
    ended = two_sources.call("training-use", "import", two_sources.record, mix)
    assert (ended.code, ended.out) == (ExitCode.DONE, "")
    assert "generation 2, rows of training use written: 1\n" in ended.err
    (line,) = [line.split() for line in ended.err.splitlines() if line.strip().startswith("base")]
    assert line[:6] == ["base", "web", "source", "1.500", "90", "3"]


def test_the_same_log_again_is_said_to_change_nothing(two_sources):
    mix = write(two_sources, "checkpoint: base\nsources: {web: }\n")
    two_sources.call("-q", "training-use", "import", two_sources.record, mix)
    before = two_sources.contents()
    ended = two_sources.call("training-use", "import", two_sources.record, mix)
    assert (ended.code, ended.out) == (ExitCode.DONE, "")
    assert "holds every row" in ended.err
    assert "nothing was changed" in ended.err
    assert two_sources.contents() == before


def test_a_quiet_import_says_nothing(two_sources):
    log = write(two_sources, "source\nweb\n", "log.csv")
    ended = two_sources.call("-q", "training-use", "import", two_sources.record, log, "--checkpoint", "base")
    assert (ended.code, ended.out, ended.err) == (ExitCode.DONE, "", "")


def test_a_mistake_of_the_log_is_one_of_use_with_file_and_line(two_sources):
    before = two_sources.contents()
    log = write(two_sources, "source\nweb\nboks\n", "log.csv")
    ended = two_sources.call("training-use", "import", two_sources.record, log, "--checkpoint", "base")
    assert ended.code is ExitCode.USAGE
    assert f"nothing was imported from {log}:\n  - line 3: unknown source `boks`; did you mean `books`?" in ended.err
    assert two_sources.contents() == before


def test_after_an_import_a_run_of_the_same_corpus_has_nothing_to_do_and_one_of_more_keeps_it(two_sources):
    mix = write(two_sources, "checkpoint: base\nsources: {web: }\n")
    two_sources.call("-q", "training-use", "import", two_sources.record, mix)
    before = two_sources.contents()
    assert two_sources.run().code is ExitCode.DONE
    assert two_sources.contents() == before
    two_sources.write("web", "books", "more")
    assert two_sources.run().code is ExitCode.DONE
    used = two_sources.call("sql", two_sources.record, "--json", "SELECT source, documents FROM used_totals")
    assert json.loads(used.out) == [{"source": "web", "documents": 3}]


def test_the_report_tells_used_from_kept(two_sources):
    report = ("report", two_sources.record, "--json")
    before = json.loads(two_sources.call(*report).out)["sections"]
    mix = write(two_sources, "checkpoint: base\nsources: {web: {epochs: 2}}\n")
    two_sources.call("-q", "training-use", "import", two_sources.record, mix)
    after = json.loads(two_sources.call(*report).out)["sections"]
    assert [s["totals"]["rows"][0]["documents_training"] for s in (before, after)] == [6, 3]
    assert [s["totals"]["rows"][0]["documents_not_training"] for s in (before, after)] == [0, 3]
    assert before["training_use"]["rows"] == []
    (row,) = after["training_use"]["rows"]
    assert (row["checkpoint"], row["source"], row["epochs"], row["documents"]) == ("base", "web", 2, 3)
