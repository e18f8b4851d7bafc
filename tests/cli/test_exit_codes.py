"""How commands end, as a shell sees it: exit codes, last words, and where a traceback goes."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from colophon.cli.exit_codes import ExitCode, exit_code_of, message_of
from colophon.errors import (
    BadArgumentError,
    ConservationError,
    LedgerBrokenError,
    NotARecordError,
    OutputUnwritableError,
    RecordChangedError,
    RecordLockedError,
    RecordUnwritableError,
    ShardLostError,
    WorkerEndedError,
)

#: A command whose work ends in a defect, with a text of the input in the error.
DEFECT = """
import sys
from colophon.__main__ import main
from colophon.cli import init
def broken(*_, **__):
    raise KeyError("a text of the input")
init.Path.mkdir = broken
main()
"""


def ended(program, *arguments, folder, out=subprocess.PIPE, err=subprocess.PIPE, search_first=()):
    command = [sys.executable, "-c", program, *arguments] if program else [sys.executable, "-m", "colophon", *arguments]
    search_path = os.pathsep.join([*map(str, search_first), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": search_path}
    return subprocess.run(command, stdout=out, stderr=err, text=True, check=False, env=environment, cwd=folder)


def test_a_defect_ends_with_3_and_one_line_that_names_the_file_of_its_traceback(tmp_path):
    process = ended(DEFECT, "init", "new", folder=tmp_path)
    assert process.returncode == ExitCode.FAILURE
    (line,) = process.stderr.splitlines()
    assert line.startswith("KeyError: a defect of the program")
    assert "a text of the input" not in line
    file = Path(line.rpartition(" ")[2])
    assert file.parent == tmp_path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    trace = file.read_text("utf-8")
    assert "in broken" in trace
    assert trace.endswith("KeyError: 'a text of the input'\n")


def test_a_traceback_is_printed_too_where_messages_are_asked_for(tmp_path):
    process = ended(DEFECT, "-v", "init", "new", folder=tmp_path)
    assert process.returncode == ExitCode.FAILURE
    *trace, line = process.stderr.splitlines()
    assert any("in broken" in each for each in trace)
    assert "traceback in" in line


def test_a_traceback_that_cannot_be_written_is_printed(tmp_path):
    process = ended("import tempfile; tempfile.tempdir = '/no/folder'" + DEFECT, "init", "new", folder=tmp_path)
    assert process.returncode == ExitCode.FAILURE
    assert "in broken" in process.stderr
    assert "cannot be kept" in process.stderr.splitlines()[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("ledger", "list", "ledger.jsonl")])
def test_full_output_ends_with_3_and_a_message(tmp_path, arguments):
    asked = ("--received", "2026-01-01", "--scope", "all", "--name", "N")
    added = ended(None, "ledger", "request", "ledger.jsonl", "--from", "downstream", *asked, folder=tmp_path)
    assert added.returncode == ExitCode.DONE, added.stderr
    with Path("/dev/full").open("w") as full:
        process = ended(None, *arguments, folder=tmp_path, out=full)
    assert process.returncode == ExitCode.FAILURE
    (line,) = process.stderr.splitlines()
    assert line.startswith("cannot write the output: No space left on device")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_the_exit_code_says_how_a_command_ended_though_its_message_cannot_be_written(tmp_path):
    with Path("/dev/full").open("w") as full:
        assert ended(None, "verify", "nothing", folder=tmp_path, err=full).returncode == ExitCode.USAGE


@pytest.mark.parametrize(
    ("error", "code", "last_words"),
    [
        (BadArgumentError("--memory", "much", "a size"), ExitCode.USAGE, "expected a size"),
        (NotARecordError("here", "why"), ExitCode.USAGE, "`colophon run CORPUS.yaml --record here` makes one"),
        (RecordChangedError("here", ("a",)), ExitCode.USAGE, "write a new record with --record DIR"),
        (LedgerBrokenError("l", ("a",)), ExitCode.FINDINGS, "from a copy"),
        (RecordLockedError("here", "h", 1, "now"), ExitCode.FAILURE, "run the same command again afterwards"),
        (ShardLostError("here", "p"), ExitCode.FAILURE, "run the same command again to continue"),
        (WorkerEndedError(-9), ExitCode.FAILURE, "with fewer --workers or a smaller --memory"),
        (
            RecordUnwritableError("p", "full"),
            ExitCode.FAILURE,
            "is kept: run the same command again once it can be written",
        ),
        (
            OutputUnwritableError("p", "full"),
            ExitCode.FAILURE,
            "p: full; run the same command again once it can be written",
        ),
        (ConservationError("s", 1, 2, 3, 4, 5), ExitCode.FAILURE, "running the same command again does not help"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_an_exit_code_and_ends_with_what_can_help(error, code, last_words):
    assert exit_code_of(error) is code
    assert message_of(error).endswith(last_words)


def test_facts_in_braces_stay_as_they_are():
    assert re.match(r"a\{b\} is not a record", message_of(NotARecordError("a{b}", "why")))


#: What every Python process that starts with it breaks: the scan of a shard.
BROKEN_SCAN = """
from colophon.analyzers import identity
def broken(*_, **__):
    raise KeyError("a text of the input")
identity.content_digests = broken
"""


@pytest.mark.job
@pytest.mark.parametrize("workers", [1, 2])
def test_a_defect_in_a_worker_ends_with_3_and_one_line_too(tiny, workers):
    tiny.write("web")
    broken = tiny.folder / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(BROKEN_SCAN)
    command = ("-q", "run", "corpus.yaml", "--record", "record", "--workers", str(workers))
    process = ended(None, *command, folder=tiny.folder, search_first=[broken])
    assert process.returncode == ExitCode.FAILURE
    (line,) = process.stderr.splitlines()
    assert "a text of the input" not in line
    assert "in broken" in Path(line.rpartition(" ")[2]).read_text("utf-8")
    assert tiny.run().code is ExitCode.DONE
