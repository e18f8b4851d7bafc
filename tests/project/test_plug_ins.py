"""The recipe of CONTRIBUTING.md for a connector and an analyzer, as an installed package: both work through every
command with nothing else touched.

A code block of the recipe that begins with the name of a file is installed under it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a connector")[2].partition("\n## ")[0]

CORPUS = """\
colophon: 1
corpus: talks
analysis: {language: false, pii: false, license: false, capitals: {letters: 5}}
sources:
  - {name: talks, stage: pretraining, acquisition: synthetic_own, connector: spoken, options: {speakers: 3}}
"""


def recipe_files() -> dict[str, str]:
    """Content by name of the files of the recipe, those of the package's metadata included."""
    blocks = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", RECIPE)
    files = {name[1]: block for _, block in blocks if (name := re.match(r"# (\S+\.\w+)\n", block))}
    points: dict[str, list[str]] = defaultdict(list)
    for block in (block for language, block in blocks if language == "toml"):
        for group, added in tomllib.loads(block)["project"]["entry-points"].items():
            points[group] += [f"{name} = {value}" for name, value in added.items()]
    files["talks-1.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: talks\nVersion: 1\n"
    files["talks-1.dist-info/entry_points.txt"] = "\n".join(
        line for group, lines in points.items() for line in (f"[{group}]", *lines)
    )
    return files


class Installation:
    """A folder with the package of the recipes, a corpus over it, and its record."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package = folder, folder / "package"
        for name, content in recipe_files().items():
            file = self.package / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8")
        (folder / "corpus.yaml").write_text(CORPUS, "utf-8")

    def python(self, *arguments: str, packages: tuple[Path, ...]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*packages, ROOT]))}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    def colophon(self, *arguments: str, code: int = 0, packages: tuple[Path, ...] | None = None) -> str:
        """The output of a command that ends with a code; its messages where it fails."""
        installed = (self.package,) if packages is None else packages
        ended = self.python("-m", "colophon", "-q", *arguments, packages=installed)
        assert ended.returncode == code, ended.stderr
        return ended.stderr if code else ended.stdout

    def rows(self, query: str, edition: str = "internal") -> list[dict[str, object]]:
        return json.loads(self.colophon("sql", "record", query, "--json", "--edition", edition))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("plug_ins"))
    installation.colophon("run", "corpus.yaml", "--record", "record", "--workers", "2")
    return installation


pytestmark = pytest.mark.job


def test_a_source_without_files_is_checked(made):
    assert re.search(r"talks .*synthetic_own +3 ", made.colophon("check", "corpus.yaml"))


def test_the_texts_of_a_connector_without_files_are_documents_of_planned_shards(made):
    shards = made.rows("SELECT path, documents, rejects, files[1].path AS file FROM shards ORDER BY shard_id")
    assert shards == [
        {"path": f"spoken://{n}", "documents": 2, "rejects": 1, "file": f"spoken://{n}"} for n in range(3)
    ]


def test_a_further_run_finds_nothing_new(made):
    before = (made.folder / "record" / "manifest.json").read_bytes()
    made.colophon("run", "corpus.yaml", "--record", "record", "--workers", "1")
    assert (made.folder / "record" / "manifest.json").read_bytes() == before


def test_pairs_whose_texts_cannot_be_read_again_are_judged_by_their_sketches(made):
    assert made.rows("SELECT method, count(*) AS pairs FROM duplicate_pairs GROUP BY ALL") == [
        {"method": "estimate", "pairs": 2}
    ]


def test_the_column_of_an_analyzer_is_counted_as_its_option_says(made):
    rows = made.rows("SELECT position, capital_words FROM documents_training ORDER BY position, path")
    assert {(row["position"], row["capital_words"]) for row in rows} == {(0, 1), (1, 0)}
    assert made.rows("SELECT version, parameters FROM rules WHERE rule = 'capitals'") == [
        {"version": "1", "parameters": '{"letters": 5}'}
    ]


def test_a_column_is_seen_in_the_editions_that_it_declares_and_no_other(made):
    assert made.rows("SELECT capital_words FROM documents GROUP BY ALL ORDER BY ALL", "downstream")
    assert "capital_words" in made.colophon(
        "sql", "record", "SELECT capital_words FROM documents_kept", "--edition", "public", code=2
    )


def test_a_record_is_read_and_verified_where_the_package_is_not_installed(made):
    made.colophon("verify", "record", packages=())
    query = ("sql", "record", "SELECT sum(capital_words) AS capitals FROM documents_training", "--json")
    asked = made.colophon(*query, "--edition", "downstream", packages=())
    assert json.loads(asked)[0]["capitals"] > 0


def test_a_run_with_another_version_of_an_analyzer_that_adds_other_columns_is_refused(made):
    other = made.folder / "other_version"
    shutil.copytree(made.package, other)
    analyzer = other / "capitals.py"
    analyzer.write_text(analyzer.read_text("utf-8").replace("capital_words", "loud_words"), "utf-8")
    messages = made.colophon("run", "corpus.yaml", "--record", "record", code=2, packages=(other,))
    assert "columns that analyzers add to documents: capital_words → loud_words" in messages


def test_a_corpus_file_that_names_what_is_not_installed_is_refused(made):
    messages = made.colophon("check", "corpus.yaml", code=2, packages=())
    assert "corpus.yaml:5: connector `spoken` is not known" in messages
    assert "corpus.yaml:3: unknown key `capitals`" in messages


@pytest.mark.parametrize("command", [("verify",), ("report",), ("audit",)], ids=lambda command: command[0])
def test_a_command_over_the_record_ends_without_findings(made, command):
    made.colophon(*command, "record")


def test_a_summary_is_written_of_the_record(made):
    for name in ("provider.yaml", "model.yaml"):
        (made.folder / name).write_text("{}\n", "utf-8")
    stated = ("--provider", "provider.yaml", "--model", "model.yaml")
    made.colophon("summary", "record", *stated, "--out", "summary", "--format", "json", "--allow-gaps")
    written = json.loads((made.folder / "summary" / "summary.json").read_text("utf-8"))
    recorded = json.loads((made.folder / "record" / "manifest.json").read_text("utf-8"))
    assert (written["root_hash"], written["generation"]) == (recorded["root_hash"], 1)


def test_the_reference_lists_what_is_installed(made):
    program = (
        "from docs.generators import configuration, connectors, data_dictionary as dictionary;"
        "print(connectors.connectors_part(), configuration.connector_options_part(),"
        " configuration.configuration_part(), dictionary.data_dictionary())"
    )
    page = made.python("-c", program, packages=(made.package,)).stdout
    assert "| `spoken` | what a program speaks | a text | number of the text |" in page
    assert "| `speakers` | whole number from 1 | `2` | How many speakers there are. |" in page
    assert re.search(r"\| `analysis.capitals` \| .* \| Counts the words in capitals. \|", page)
    assert (
        "| `analysis.capitals.letters` | whole number from 1 | `2` | Letters that such a word has at least. |" in page
    )
    assert "| `capital_words` | int32 | downstream | words in capitals (analyzer `capitals`) |" in page
