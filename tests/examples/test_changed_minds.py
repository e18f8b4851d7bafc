"""The worked example of the audit: every command of the page is run, and every output shown is what it prints."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from colophon.__main__ import run_command
from colophon.cli.exit_codes import ExitCode

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how_to" / "audit_opt_outs.md"
STEPS = re.findall(r"^```sh\n(.*?)\n```\n(?:\n```text\n(.*?)```$)?", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
MAKE, *ASK, FAIL = STEPS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = tmp_path_factory.mktemp("changed") / "minds"
    shutil.copytree(ROOT / "examples" / "changed_minds", copied)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copied)
        assert run_command(["-q", "--no-progress", *shlex.split(MAKE[0])[1:]]) == ExitCode.DONE
    return copied


@pytest.mark.job
@pytest.mark.parametrize(("command", "shown"), ASK, ids=[command for command, _ in ASK])
def test_the_page_shows_what_is_printed(command: str, shown: str, folder: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(folder)
    assert run_command(shlex.split(command)[1:]) == ExitCode.DONE
    assert shown in capsys.readouterr().out


@pytest.mark.job
def test_kept_documents_of_the_example_are_in_no_failing_state(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    assert run_command(shlex.split(FAIL[0])[1:]) == ExitCode.DONE


@pytest.mark.job
def test_the_page_for_people_of_the_example_names_both_moments(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    run_command(["audit", "record", "--clock", "2026-04-10", "--against", "at_fetch", "--format", "html", "--out", "a"])
    page = Path("a").read_text("utf-8")
    assert "Then is the moment of each fetch; now is the end of 2026-04-10 (UTC)." in page


def test_the_page_has_three_dates_and_their_output() -> None:
    assert sum(bool(shown) for _, shown in ASK) >= 5
