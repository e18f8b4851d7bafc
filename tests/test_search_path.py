"""Code in the folder of the data: no process of the program imports it, however the program is started (CWE-427)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import colophon
from colophon.record.manifest import read_manifest

#: Of the standard library, of libraries, and what the interpreter imports as it starts.
NAMES = ("__future__", "encodings", "logging", "multiprocessing", "numpy", "random", "socks", "tempfile", "typing")

PACKAGE_FOLDER = str(Path(colophon.__file__).parent.parent)

CORPUS = """
colophon: 1
corpus: tiny
analysis: {language: false, pii: false, license: false}
sources:
  - {name: one, stage: pretraining, acquisition: public_dataset, connector: jsonl, paths: [one.jsonl]}
  - {name: two, stage: pretraining, acquisition: public_dataset, connector: jsonl, paths: [two.jsonl]}
"""

#: As an entry point of an installed package is written.
ENTRY_POINT = "import sys\nfrom colophon.__main__ import main\nif __name__ == '__main__':\n    sys.exit(main())\n"

SCRIPT_WITHOUT_GUARD = """
import os

from colophon.extensions import installed
from colophon.pipeline.job import JobOptions, run_job
from colophon.pipeline.engines.beam import Engine
from colophon.config.load import load_corpus

with open("STARTED", "a") as starts:
    starts.write(f"{os.getpid()} ")
run_job(load_corpus("corpus.yaml", installed()), JobOptions(record="record", engine=Engine(workers=2)))
"""


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "corpus.yaml").write_text(CORPUS)
    for source in ("one", "two"):
        lines = [json.dumps({"id": f"{source}{n}", "text": f"text number {n}"}) for n in range(3)]
        (data / f"{source}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return data


def add_modules(folder):
    for name in NAMES:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'EXECUTED')!r}, 'a').write({name!r} + ' ')\n")


def environment(**more):
    return os.environ | {"PYTHONPATH": PACKAGE_FOLDER} | more


def run(command, folder, record):
    arguments = ["run", "corpus.yaml", "--record", str(record), "--workers", "2"]
    ended = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment(), capture_output=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return read_manifest(str(record)).root_hash


@pytest.mark.job
def test_a_run_imports_nothing_of_the_current_folder(folder, tmp_path):
    (tmp_path / "bin").mkdir()
    entry_point = tmp_path / "bin" / "colophon"
    entry_point.write_text(ENTRY_POINT)
    expected = run([sys.executable, str(entry_point)], folder, tmp_path / "before")
    add_modules(folder)
    assert run([sys.executable, str(entry_point)], folder, tmp_path / "entry") == expected
    assert run([sys.executable, "-m", "colophon"], folder, tmp_path / "module") == expected
    assert not (folder / "EXECUTED").exists()


@pytest.mark.job
def test_a_script_without_guard_runs_once_and_workers_import_nothing_beside_it(folder):
    (folder / "socks.py").write_text("import os; open('EXECUTED', 'a').write(f'{os.getpid()} ')\n")
    script = folder / "script.py"
    script.write_text(SCRIPT_WITHOUT_GUARD)
    ended = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    started = (folder / "STARTED").read_text()
    assert len(started.split()) == 1
    assert (folder / "EXECUTED").read_text() == started, "a script finds what lies beside it, its workers do not"


def search_path_of(code, folder, **variables):
    """The safe search path in a process that was started with some code in a folder, after some lines of its own."""
    program = f"{code}\nfrom colophon.search_path import safe_search_path\nprint(*safe_search_path(), sep='\\n')"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ended.stdout.splitlines()


def test_the_current_folder_is_not_on_the_safe_path_by_whatever_name(tmp_path):
    code = f"import sys; sys.path[:0] = ['.', {str(tmp_path)!r}, {str(tmp_path / '..' / tmp_path.name)!r}]"
    found = search_path_of(code, tmp_path)
    assert PACKAGE_FOLDER in found
    assert not [entry for entry in found if not entry or Path(entry).resolve() == tmp_path.resolve()]


def test_an_empty_entry_of_pythonpath_does_not_make_the_current_folder_safe(tmp_path):
    assert str(tmp_path) not in search_path_of("", tmp_path, PYTHONPATH=f":{PACKAGE_FOLDER}:")


def test_a_folder_that_pythonpath_names_stays_though_it_is_the_current_one(tmp_path):
    named = f"{PACKAGE_FOLDER}{os.pathsep}{tmp_path}"
    assert str(tmp_path) in search_path_of("", tmp_path, PYTHONPATH=named)


def test_the_folder_of_the_package_stays_though_it_is_the_current_one():
    assert PACKAGE_FOLDER in search_path_of("", PACKAGE_FOLDER, PYTHONPATH="")


def test_a_current_folder_that_was_deleted_leaves_the_rest(tmp_path):
    (tmp_path / "gone").mkdir()
    assert PACKAGE_FOLDER in search_path_of("import os; os.rmdir(os.getcwd())", tmp_path / "gone")
