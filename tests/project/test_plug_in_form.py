"""The recipe of CONTRIBUTING.md for a form, as an installed package: one folder and one entry point."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a form\n")[2].partition("\n## ")[0]


def block(language: str) -> str:
    """The code block of the recipe in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)
    return found


class Installation:
    """A folder with an installed package that adds a form."""

    def __init__(self, folder: Path, fields: str) -> None:
        self.folder = folder
        points = tomllib.loads(block("toml"))["project"]["entry-points"]
        lines = [line for group in points for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points[group].items()))]
        self.write("sources_form-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: sources-form\nVersion: 1\n")
        self.write("sources_form-1.dist-info/entry_points.txt", "\n".join(lines))
        self.write("sources_form/fields.yaml", fields)

    def write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What Python does with the package on its path."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(self.folder), str(ROOT)))}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def colophon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "colophon", *arguments)


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "site", block("yaml"))


def test_the_form_of_an_installed_package_is_asked_and_written(
    installed: Installation, make_record: Callable[..., str], tmp_path: Path
) -> None:
    record, model = make_record(), tmp_path / "start" / "model.yaml"
    made = installed.colophon("init", str(model.parent))
    assert made.returncode == 0, made.stderr
    assert "# S2 Why these sources\n" in model.read_text("utf-8")
    stated = ["--provider", str(model.with_name("provider.yaml")), "--model", str(model)]
    listed = installed.colophon("answers", record, *stated, "--list", "--json")
    assert {"S2"} == {row["field"] for row in json.loads(listed.stdout)} - built_in_fields()
    model.write_text(model.read_text("utf-8").replace('"S2":\n  value:', '"S2":\n  value: No others have a licence.'))
    out = tmp_path / "out"
    written = installed.colophon("summary", record, *stated, "--out", str(out), "--format", "md", "--allow-gaps")
    assert written.returncode == 0, written.stderr
    page = (out / "sources.md").read_text("utf-8")
    assert 'status: "complete"' in page
    assert "No others have a licence." in page
    assert "01/03/26" in page


def test_the_reference_lists_the_form_and_its_fields(installed: Installation) -> None:
    program = "from docs.generators.form_fields import form_fields_part; print(form_fields_part())"
    part = installed.run("-c", program).stdout
    assert "| `sources` | Sources of the training data | `sources` | public |" in part
    assert "| `S2` | Why these sources | stated | `model.yaml` | public |" in part


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("stem: sources\n", "KeyError: 'sections'"),
        (block("yaml").replace("format: text", "format: picture"), "Invalid enum value 'picture'"),
        (block("yaml").replace("id: S2", "id: S1"), "two fields have the same id"),
        (block("yaml").replace("manifest: [created_at]", "profile: [domain_cap]"), "profiles are needed"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused_by_its_entry_point(fields: str, problem: str, tmp_path: Path) -> None:
    refused = Installation(tmp_path / "site", fields).colophon("init", str(tmp_path / "start"))
    assert refused.returncode == 2
    assert "the entry point `sources = sources_form` of group colophon.forms cannot be used" in refused.stderr
    assert problem in refused.stderr


def built_in_fields() -> set[str]:
    from colophon.forms.form import load_forms

    return {field.id for form in load_forms() for field in form.fields()}
