"""What a person without the right Python, or without anything set up, is told."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=variables | environment, capture_output=True, text=True, check=False
    )


def test_setup_without_a_usable_python_says_what_is_needed(tmp_path: Path) -> None:
    home = tmp_path / "uv"
    tried = make(f"UV_HOME={home}", "PYTHON=no-such-python", f"{home}/bin/uv")
    assert tried.returncode != 0
    assert "colophon needs Python 3.11, 3.12 or 3.13" in tried.stderr
    assert not home.exists()


def test_an_interpreter_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    tried = make(f"UV_HOME={tmp_path}/uv", f"PYTHON={old}", f"{tmp_path}/uv/bin/uv")
    assert f"tried: {old}" in tried.stderr


def test_help_names_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    shown = make("help").stdout
    assert [t for t in phony[1].split() if t != "help" and f"make {t} " not in shown] == []


def test_the_makefile_and_the_project_ask_for_the_same_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info[:2] < (3, 14)" in (ROOT / "Makefile").read_text()


def test_continuous_integration_runs_without_a_terminal() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert 'make "$step" </dev/null' in script.read_text()


def test_continuous_integration_runs_what_fails_soonest_first() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "for step in lint test-unit test-jobs docs test-pythons; do" in script
