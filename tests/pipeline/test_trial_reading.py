"""A file that ends the process which reads it costs one reject and a second look, and no run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from colophon.cli.exit_codes import ExitCode

pytestmark = pytest.mark.job

ROOT = Path(__file__).parents[2]

#: A connector as an installed package has it, so that processes of the run have it too.
FRAGILE = """
import os, signal

from colophon.connectors import ConnectorSummary
from colophon.connectors.files.connector import FileFormat, file_connector
from colophon.connectors.formats.documents import Document
from colophon.connectors.formats.text import TextFormat, TextOptions


class Fragile(TextFormat):
    def rows(self, file, counter):
        for row in super().rows(file, counter):
            if isinstance(row, Document) and row.text.startswith("signal "):
                os.kill(os.getpid(), int(row.text.split()[1]))
            yield row


FRAGILE = file_connector(
    TextOptions, lambda fields, options: Fragile(), ConnectorSummary("texts", "a file", "0"), (".txt",)
)
"""


class Run:
    """A corpus of texts, some of which end the process that reads them, and runs over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        package = folder / "package"
        metadata = package / "fragile-1.dist-info"
        metadata.mkdir(parents=True)
        (package / "fragile.py").write_text(FRAGILE)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fragile\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text("[colophon.connectors]\nfragile = fragile:FRAGILE\n")
        self.sources = ""

    def source(self, name: str, **texts: str) -> None:
        (self.folder / name).mkdir()
        for file, text in texts.items():
            (self.folder / name / f"{file}.txt").write_text(text)
        made = "stage: pretraining, acquisition: synthetic_own"
        self.sources += f"  - {{name: {name}, {made}, connector: fragile, paths: [{name}]}}\n"

    def colophon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        analysis = "analysis: {language: false, pii: false, license: false}"
        (self.folder / "corpus.yaml").write_text(f"colophon: 1\ncorpus: c\n{analysis}\nsources:\n{self.sources}")
        path = os.pathsep.join([str(self.folder / "package"), str(ROOT)])
        return subprocess.run(
            [sys.executable, "-m", "colophon", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.colophon("--no-progress", "run", "corpus.yaml", "--record", "record", *options)

    def rows(self, query: str) -> list[dict[str, object]]:
        return json.loads(self.colophon("sql", "record", query, "--json").stdout)


@pytest.fixture
def corpus(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_a_file_on_which_a_worker_process_dies_is_a_reject_and_a_damaged_file(corpus):
    corpus.source("one", a="first text", b="signal 6", c="third text", d="signal 11")
    corpus.source("two", e="fifth text")
    ended = corpus.run("--workers", "2")
    assert ended.returncode == ExitCode.FINDINGS, ended.stderr
    assert "one/b.txt ends the process that reads it" in ended.stderr
    assert "Traceback" not in ended.stderr
    paths = [row["path"] for row in corpus.rows("SELECT path FROM documents ORDER BY path")]
    assert paths == ["one/a.txt", "one/c.txt", "two/e.txt"]
    rejects = corpus.rows("SELECT path, reason, detail FROM rejects ORDER BY path")
    assert [tuple(row.values()) for row in rejects] == [
        ("one/b.txt", "unparsable", "reader_died"),
        ("one/d.txt", "unparsable", "reader_died"),
    ]
    damaged = corpus.rows("SELECT path, detail FROM damaged_files ORDER BY path")
    assert [tuple(row.values()) for row in damaged] == [("one/b.txt", "reader_died"), ("one/d.txt", "reader_died")]
    assert corpus.colophon("verify", "record").returncode == ExitCode.DONE

    corpus.source("three", f="sixth text")
    assert "generation 2" in corpus.run("--workers", "1").stderr


def test_a_file_on_which_the_program_itself_dies_is_found_by_the_next_run(corpus):
    corpus.source("one", a="first text", b="signal 6")
    assert corpus.run("--workers", "1").returncode == -6
    ended = corpus.run("--workers", "1")
    assert ended.returncode == ExitCode.FINDINGS, ended.stderr
    assert "a run ended while it read one/a.txt, one/b.txt" in ended.stderr
    assert [row["path"] for row in corpus.rows("SELECT path FROM rejects")] == ["one/b.txt"]


def test_a_process_that_the_system_ends_says_nothing_of_the_file_and_names_it(corpus):
    corpus.source("one", a="signal 9")
    corpus.source("two", b="second text")
    ended = corpus.run("--workers", "2")
    assert ended.returncode == ExitCode.FAILURE
    assert "ended with signal 9" in ended.stderr
    assert "one/a.txt" in ended.stderr
    assert "Traceback" not in ended.stderr
