"""Help and completion of the shell, as a person meets them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from colophon.__main__ import COMMANDS, run_command
from colophon.cli.exit_codes import ExitCode


@pytest.mark.parametrize("command", ["", *COMMANDS, "ledger", "signals"])
def test_every_command_takes_the_short_option_for_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*command.split(), "-h"]) is ExitCode.DONE
    assert f"Usage: colophon {command}".strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("colophon le", "ledger"),
        ("colophon sql --form", "--format"),
        ("colophon ledger ver", "verify"),
        ("colophon sql --format par", "parquet"),
    ],
)
def test_the_shell_completes_commands_options_and_values(line: str, expected: str) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_COLOPHON_COMPLETE": "complete_bash"}
    completed = subprocess.run(
        [sys.executable, "-m", "colophon"], env={**os.environ, **words}, capture_output=True, text=True, check=True
    )
    assert completed.stdout.split() == [expected]


def test_the_script_of_completion_is_shown() -> None:
    command = [sys.executable, "-m", "colophon", "--show-completion", "bash"]
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "_COLOPHON_COMPLETE=complete_bash" in shown.stdout
