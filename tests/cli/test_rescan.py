"""`colophon run --rescan`, as it is typed."""

from __future__ import annotations

import json
import re

import pytest
import typer
from typer.testing import CliRunner

from colophon.cli.exit_codes import ExitCode
from colophon.cli.run import run
from colophon.query.session import open_record
from colophon.vocabulary import Verbosity

pytestmark = pytest.mark.job

SOURCE = """
  - {{name: {name}, stage: {stage}, acquisition: public_dataset, connector: jsonl, paths: [{name}.jsonl]}}
"""


@pytest.fixture
def invoke(tmp_path):
    """A function that runs the command over some sources and gives what it printed, once it ended with the code."""
    text = " ".join(f"word{n}" for n in range(30))
    for name in ("web", "exam"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": text}) + "\n")
    app = typer.Typer()
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(run)

    def call(sources, *arguments, code=ExitCode.DONE):
        file = tmp_path / "corpus.yaml"
        blocks = "".join(SOURCE.format(name=s, stage="evaluation" if s == "exam" else "pretraining") for s in sources)
        file.write_text(f"colophon: 1\ncorpus: small\nsources:{blocks}")
        typed = [str(file), "--record", str(tmp_path / "record"), "--workers", "1", *arguments]
        result = CliRunner().invoke(app, typed, obj=Verbosity.QUIET)
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_a_later_evaluation_source_is_a_finding_until_a_rescan(invoke, tmp_path):
    invoke(["web"])
    messages = invoke(["web", "exam"], code=ExitCode.FINDINGS)
    assert re.search(r"evaluation source exam: 1 training shards .* --rescan, which reads", messages)
    assert "evaluation source exam: 1 training shards" in invoke(["web", "exam"], "--dry-run")
    invoke(["web", "exam"], "--rescan")
    invoke(["web", "exam"])
    with open_record(str(tmp_path / "record")) as record:
        assert record.sql("SELECT overlap FROM contamination").to_pylist() == [{"overlap": 1.0}]
