from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from colophon.cli.exit_codes import ExitCode
from colophon.cli.summary import summary
from colophon.errors import (
    BadArgumentError,
    ConfigurationErrors,
    NotARecordError,
    PartialRecordError,
)
from colophon.forms.form import load_forms
from colophon.query.editions import Edition

APP = typer.Typer()
APP.command()(summary)
NAMES = sorted(
    f"{stem}.{name}" for stem in ("summary", "copyright_policy") for name in ("docx", "html", "pdf", "md", "json")
)


@pytest.fixture
def stated(tmp_path: Path) -> tuple[str, ...]:
    """Options that name two files without answers."""
    for name in ("provider.yaml", "model.yaml"):
        (tmp_path / name).write_text("{}\n", "utf-8")
    return ("--provider", str(tmp_path / "provider.yaml"), "--model", str(tmp_path / "model.yaml"))


def run(*arguments: str, code: ExitCode = ExitCode.DONE) -> str:
    """Messages of a run that ends with a code; its error is raised again."""
    result = CliRunner().invoke(APP, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert (result.return_value or ExitCode.DONE) is code
    return result.stderr


def test_writes_all_formats_and_says_what_is_open(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    messages = run(small_record, *stated, "--out", str(tmp_path / "out"), "--allow-gaps")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == NAMES
    assert "public edition, DRAFT, incomplete" in messages


def test_gaps_exit_1_with_the_files_written(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    messages = run(small_record, *stated, "--out", str(tmp_path / "out"), code=ExitCode.FINDINGS)
    assert "1.1a Provider name and contact details" in messages
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == NAMES


def test_writes_only_the_formats_asked_for(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    run(small_record, *stated, "--out", str(tmp_path / "out"), "--format", "md, json", "--allow-gaps")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "copyright_policy.json",
        "copyright_policy.md",
        "summary.json",
        "summary.md",
    ]


def test_the_same_record_gives_the_same_bytes(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    for out in ("first", "second"):
        run(small_record, *stated, "--out", str(tmp_path / out), "--allow-gaps")
    first, second = ([(tmp_path / out / name).read_bytes() for name in NAMES] for out in ("first", "second"))
    assert first == second


def test_answers_from_both_files_are_used(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "provider.yaml").write_text("1.1a: {value: Acme Oy}\n", "utf-8")
    (tmp_path / "model.yaml").write_text("1.2a: {value: Acme-1}\n", "utf-8")
    run(small_record, *stated, "--out", str(tmp_path / "out"), "--allow-gaps")
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "Acme Oy" in page
    assert "Acme-1" in page


def test_an_unknown_format_is_refused_before_anything_is_written(
    small_record: str, stated: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(BadArgumentError, match="docx, html, pdf, md, json"):
        run(small_record, *stated, "--out", str(tmp_path / "out"), "--format", "html,odt")
    assert not (tmp_path / "out").exists()


def test_wrong_answers_are_refused_with_their_line(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text("\n1.2x: {value: A}\n", "utf-8")
    with pytest.raises(ConfigurationErrors, match=r"model\.yaml:2"):
        run(small_record, *stated, "--out", str(tmp_path / "out"))


def test_a_partial_record_is_refused(make_record: Callable[..., str], stated: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(PartialRecordError):
        run(make_record(partial=True), *stated, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_record_is_refused(stated: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(NotARecordError):
        run(str(tmp_path), *stated, "--out", str(tmp_path / "out"))


@pytest.fixture
def complete(tmp_path: Path, stated: tuple[str, ...]) -> Callable[..., tuple[str, ...]]:
    """Writes an answer to every question, some of them given, and gives the options that name the files."""

    def write(**given: str) -> tuple[str, ...]:
        said = {id_: f"Ann Other, ann@acme.example, {id_}" for id_ in ("1.1a", "1.1b", "MHd", "P1.5a")}
        said |= dict.fromkeys(("1.2c", "M1b", "PHa", "PHd"), "01/12/2126") | given
        said |= dict.fromkeys(("H1", "MHa"), "Version 1: https://acme.example/1")
        signed = "by: Ann Other, on: 2026-02-01"
        lines = [
            f"{f.id}: {{value: '{said.get(f.id, f.options[-1] if f.options else 'text')}', {signed}}}"
            for f in {f.id: f for form in load_forms() for f in form.fields()}.values()
            if f.takes_answer
        ]
        lines.append(f"profile: {{value: standard, {signed}}}")
        (tmp_path / "provider.yaml").write_text("\n".join(lines), "utf-8")
        return stated

    return write


@pytest.mark.parametrize("edition", ["public", "internal"])
def test_forms_without_gaps_and_findings_succeed(
    make_record: Callable[..., str], complete: Callable[..., tuple[str, ...]], tmp_path: Path, edition: str
) -> None:
    out = ("--out", str(tmp_path / "out"), "--edition", edition, "--format", "json")
    assert f"{edition} edition, complete" in run(make_record(), *complete(), *out)


def test_a_finding_exits_1_with_the_forms_written(
    make_record: Callable[..., str], complete: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    answers = complete(**{"2.3c": "TODO"})
    messages = run(make_record(), *answers, "--out", str(tmp_path / "out"), "--format", "json", code=ExitCode.FINDINGS)
    assert "the lint says 1 things against them" in messages
    assert (tmp_path / "out" / "summary.json").is_file()


def test_a_finding_is_said_once_and_can_be_accepted(
    make_record: Callable[..., str], complete: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    # The contact stands in two forms of the edition.
    answers = complete(**{"1.1a": "Acme Oy, info@acme.example"})
    said = run(make_record(), *answers, "--out", str(tmp_path / "out"), "--format", "json", "--allow-gaps")
    assert said.count("[generic_contact]") == 1


def test_only_the_internal_edition_lists_findings(
    make_record: Callable[..., str], complete: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    answers = complete(**{"2.3c": "TODO"})
    record = make_record()
    listed = {}
    for edition in Edition:
        out = tmp_path / edition
        run(record, *answers, "--out", str(out), "--format", "json", "--allow-gaps", "--edition", edition)
        pages = [json.loads(page.read_text("utf-8")) for page in out.glob("*.json")]
        listed[edition] = [finding["rule"] for page in pages for finding in page["findings"]]
    assert listed.pop(Edition.INTERNAL) == ["placeholder"]
    assert not any(listed.values())


def test_dates_are_judged_as_of_the_day_asked_for(
    make_record: Callable[..., str], complete: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    answers = (*complete(), "--out", str(tmp_path / "out"), "--format", "json", "--allow-gaps")
    assert "[signed_in_the_future]" not in run(make_record(), *answers, "--as-of", "2026-02-01")
    assert "[signed_in_the_future]" in run(str(tmp_path / "record"), *answers, "--as-of", "2026-01-31")


def test_a_day_that_is_none_is_refused(small_record: str, stated: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(BadArgumentError, match="a day as YYYY-MM-DD"):
        run(small_record, *stated, "--out", str(tmp_path / "out"), "--as-of", "31.1.2026")
