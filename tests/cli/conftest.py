"""A tiny corpus in a folder, and commands over it as they are typed."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from colophon.__main__ import run_command
from colophon.cli.exit_codes import ExitCode

#: What no output, message or record may hold.
SECRET = "sentence-that-nobody-may-see"

SOURCE = """
  - name: {name}
    stage: {stage}
    acquisition: public_dataset
    connector: jsonl
    paths: [{name}.jsonl]
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: ExitCode
    out: str
    err: str


@dataclass(frozen=True)
class TinyCorpus:
    """A corpus of some sources of three documents each; `corpus.yaml` and the record lie beside each other."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    finished: Path

    @property
    def record(self):
        return self.folder / "record"

    def write(self, *names, keys="", head=""):
        """`keys` are further keys of the last source, `head` further keys of the corpus."""
        blocks = "".join(SOURCE.format(name=n, stage="evaluation" if n == "exam" else "pretraining") for n in names)
        for name in names:
            file = self.folder / f"{name}.jsonl"
            if not file.exists():
                lines = [json.dumps({"text": f"{SECRET} {name} {n}", "id": f"{name}{n}"}) for n in range(3)]
                file.write_text("".join(f"{line}\n" for line in lines))
        more = f"    {keys}\n" if keys else ""
        (self.folder / "corpus.yaml").write_text(
            f"colophon: 1\ncorpus: tiny\nanalysis: {{language: false, pii: false, license: false}}\n{head}"
            f"sources:{blocks}{more}"
        )

    def call(self, *arguments):
        """Run one command in this process; nothing it prints may hold a text."""
        self.capsys.readouterr()
        code = run_command([str(a) for a in arguments])
        printed = self.capsys.readouterr()
        for text in printed:
            assert SECRET not in text
            assert "Traceback" not in text
        return Ended(code, printed.out, printed.err)

    def run(self, *options):
        return self.call(
            "--no-progress", "run", self.folder / "corpus.yaml", "--record", self.record, "--workers", "1", *options
        )

    def recorded(self, *names):
        """Write sources if they are named, and the finished record of all that was written, which is made only once."""
        if names:
            self.write(*names)
        files = sorted(f for f in self.folder.rglob("*") if f.is_file())
        digest = hashlib.sha256(b"".join(f"{f.relative_to(self.folder)} ".encode() + f.read_bytes() for f in files))
        kept = self.finished / digest.hexdigest()
        if kept.exists():
            shutil.copytree(kept, self.record)
        else:
            assert self.run().code is ExitCode.DONE
            shutil.copytree(self.record, kept)

    def contents(self):
        """Every file of the record with its bytes."""
        return {str(f.relative_to(self.record)): f.read_bytes() for f in self.record.rglob("*") if f.is_file()}


@pytest.fixture(scope="session")
def finished_tiny(tmp_path_factory):
    """The folder of the records that `TinyCorpus.recorded` made."""
    return tmp_path_factory.mktemp("finished_tiny")


@pytest.fixture
def tiny(tmp_path, capsys, finished_tiny):
    return TinyCorpus(tmp_path, capsys, finished_tiny)
