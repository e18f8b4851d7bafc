"""Proves that a change of the code changes no record.

    python -m benchmarks.same_record [--against REVISION] [CORPUS.yaml …]

The code of REVISION (HEAD unless told otherwise) and the code of the working tree each make the records of the demo
corpora, of a synthetic corpus that grows over three generations, and of the corpus files named, from the same input.
Root hash, content hash and exit codes are compared, and where they differ, the files and rows of each table. Only the
command line of a revision is used, so that its modules may lie elsewhere. Inputs and records of a revision stay in
build/same_record/ for the next comparison with it. Exit code 0 where all records are the same; 1 where one is not; 2
where a record could not be made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.corpus import BLOCK, Plan, corpus

ROOT = Path(__file__).parents[1]

#: Folder of all that this script keeps, below the checkout.
KEPT = Path("build") / "same_record"

#: The table that tells of a run itself, its times among others: no hash of a record covers it.
RUNS = "runs"

#: Documents of 20 to 60 words, one file for each generation; those of a later file are copies of the one before.
_PLAN = Plan(3 * BLOCK, least_words=20, most_words=60, file_documents=BLOCK)

_HOSTS = 50

_GROWING_CORPUS = """\
colophon: 1
corpus: growing
policy: code
sources:
  - name: pages
    stage: pretraining
    acquisition: public_dataset
    connector: parquet
    paths: [pages/*.parquet]
    fields: {text: text, id: id, url: url, fetched_at: fetched_at}
    legal_basis: tdm_art4
    crawler: {name: TestBot, operator: nobody, purpose: a comparison, user_agents: [TestBot]}
    signals:
      robots: [{paths: looks/*.jsonl}]
  - name: exam
    stage: evaluation
    acquisition: public_dataset
    connector: parquet
    paths: [exam/*.parquet]
    fields: {text: text, id: id}
"""

#: A run that found nothing, and one that found what a user must look at.
_MADE = (0, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """A corpus whose record is made by both revisions: in one generation where its file lies, or of `generations`,
    folders that are laid over each other one after the other, with a run after each."""

    name: str
    corpus_file: Path
    generations: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file of a record's newest generation; `sha256` over its bytes, `content_sha256` over its rows."""

    table: str
    path: str
    sha256: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """A record, and the exit codes of the runs that made it, in their order."""

    folder: Path
    exit_codes: tuple[int, ...]
    root_hash: str
    content_hash: str
    files: tuple[LiveFile, ...]


class RunFailedError(Exception):
    """A run of the program made no record."""

    def __init__(self, case: str, exit_code: int, messages: str) -> None:
        super().__init__(case, exit_code, messages)
        self.case, self.exit_code, self.messages = case, exit_code, messages

    def __str__(self) -> str:
        return f"{self.case}: the run ended with exit code {self.exit_code} and made no record:\n{self.messages}"


def main() -> int:
    """Reads the command line, compares, and prints what differs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.same_record", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--against", default="HEAD", metavar="REVISION", help="what to compare with (default: HEAD)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of each run (default: 2)")
    parser.add_argument("corpora", nargs="*", type=Path, metavar="CORPUS", help="further corpus files")
    told = parser.parse_args()
    revision = _git("rev-parse", "--verify", f"{told.against}^{{commit}}")
    kept = ROOT / KEPT / revision
    different = 0
    try:
        with _Checkout(revision) as before:
            for case in (*_own_cases(before, kept / "inputs"), *(_named(path) for path in told.corpora)):
                fingerprint = _fingerprint(case)
                old = _kept_record(case, before, kept / "records" / f"{case.name}-{fingerprint}", told.workers)
                new = make_record(case, ROOT, ROOT / KEPT / "working_tree" / case.name, told.workers)
                found = differences(old, new)
                different += bool(found)
                print(
                    f"{case.name}: {'DIFFERENT' if found else 'equal'}, root hash {new.root_hash}", *found, sep="\n  "
                )
    except RunFailedError as failure:
        print(failure, file=sys.stderr)
        return 2
    return int(different > 0)


def differences(old: Made, new: Made) -> tuple[str, ...]:
    """What differs between two records, a line each: exit codes, hashes, then files and rows of each table."""
    lines = [
        f"{name}: {before} before, {now} now"
        for name, before, now in (
            ("exit codes", old.exit_codes, new.exit_codes),
            ("root hash", old.root_hash, new.root_hash),
            ("content hash", old.content_hash, new.content_hash),
        )
        if before != now
    ]
    for table in sorted({f.table for f in (*old.files, *new.files)} - {RUNS}):
        before, now = ({f.path: f for f in made.files if f.table == table} for made in (old, new))
        if before == now:
            continue
        lines += [f"{table}: {path} is there only before" for path in sorted(before.keys() - now.keys())]
        lines += [f"{table}: {path} is there only now" for path in sorted(now.keys() - before.keys())]
        for path in sorted(before.keys() & now.keys()):
            if before[path].content_sha256 != now[path].content_sha256:
                lines.append(f"{table}: {path} has other rows")
            elif before[path] != now[path]:
                lines.append(f"{table}: {path} has the same rows in other bytes")
        lines.append(f"{table}: {_differing_rows(old, new, table)}")
    return tuple(lines)


def _differing_rows(old: Made, new: Made, table: str) -> str:
    sides = []
    for made in (old, new):
        paths = [str(made.folder / f.path) for f in made.files if f.table == table]
        if not paths:
            return "a table of one record only"
        sides.append(duckdb.read_parquet(paths, union_by_name=True, hive_partitioning=False))
    before, now = sides
    if (before.columns, before.types) != (now.columns, now.types):
        return f"columns were {_columns(before)}, are {_columns(now)}"
    return f"{_rows_missing(before, now)} rows only before, {_rows_missing(now, before)} rows only now"


def _columns(relation: duckdb.DuckDBPyRelation) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in zip(relation.columns, relation.types, strict=True))


def _rows_missing(of: duckdb.DuckDBPyRelation, among: duckdb.DuckDBPyRelation) -> int:
    """How many rows of one relation are not among those of another, each as often as it is missing."""
    return len(of.except_(among))


def make_record(case: Case, code: Path, folder: Path, workers: int) -> Made:
    """Makes the record of a case anew in a folder, with the code of a checkout. Raises RunFailedError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record, corpus_file = folder / "record", case.corpus_file
    exit_codes = []
    for generation in case.generations or (None,):
        if generation is not None:
            corpus_file = folder / "input" / case.corpus_file
            shutil.copytree(generation, folder / "input", dirs_exist_ok=True)
        command = ["-m", "colophon", "-q", "run", str(corpus_file), "--record", str(record), "--workers", str(workers)]
        ended = _run(command, code, folder)
        if ended.returncode not in _MADE or not (record / "manifest.json").exists():
            raise RunFailedError(case.name, ended.returncode, ended.stderr)
        exit_codes.append(ended.returncode)
    (folder / "exit_codes.json").write_text(json.dumps(exit_codes), encoding="utf-8")
    return read_record(folder)


def read_record(folder: Path) -> Made:
    """What `make_record` left in a folder."""
    exit_codes = tuple(json.loads((folder / "exit_codes.json").read_text(encoding="utf-8")))
    manifest = json.loads((folder / "record" / "manifest.json").read_text(encoding="utf-8"))
    files = tuple(LiveFile(f["table"], f["path"], f["sha256"], f["content_sha256"]) for f in manifest["files"])
    return Made(folder / "record", exit_codes, manifest["root_hash"], manifest["content_hash"], files)


def _kept_record(case: Case, before: _Checkout, folder: Path, workers: int) -> Made:
    if not (folder / "exit_codes.json").exists():
        return make_record(case, before.folder(), folder, workers)
    return read_record(folder)


def _run(arguments: Sequence[str], code: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs Python in a folder, with the modules of the folder `code`."""
    key = {"COLOPHON_ID_KEY": "comparison-key-that-protects-nothing"}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder,
        env={**os.environ, **key, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )


class _Checkout:
    """The code of a revision, in a worktree that is made when it is first asked for and removed at the end."""

    def __init__(self, revision: str) -> None:
        self._revision = revision
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            _git("worktree", "remove", "--force", str(self._folder))
            self._folder.parent.rmdir()

    def folder(self) -> Path:
        """Raises RunFailedError where the package of another place would be imported."""
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix="same_record-")).resolve() / "code"
            _git("worktree", "add", "--quiet", "--detach", str(folder), self._revision)
            self._folder = folder
            place = _run(["-c", "import colophon; print(colophon.__file__)"], folder, folder.parent)
            if not Path(place.stdout.strip()).is_relative_to(folder):
                raise RunFailedError("import of colophon", place.returncode, place.stdout + place.stderr)
        return self._folder


def _own_cases(before: _Checkout, inputs: Path) -> Iterator[Case]:
    demo, growing = inputs / "demo", inputs / "growing"
    if not demo.exists():
        with _whole(demo) as folder:
            examples = before.folder() / "examples"
            made = _run([str(examples / "make_demo.py"), str(folder)], examples, examples)
            if made.returncode:
                raise RunFailedError("demo", made.returncode, made.stderr)
    yield Case("demo", Path("corpus.yaml"), (demo,))
    if not growing.exists():
        with _whole(growing) as folder:
            _write_growing(folder, inputs)
    yield Case("growing", Path("corpus.yaml"), tuple(sorted(growing.iterdir())))


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder to write to, which gets its name only when all is written."""
    begun = folder.with_name(f"{folder.name}.begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    yield begun
    begun.rename(folder)


def _write_growing(folder: Path, scratch: Path) -> None:
    """A folder for each generation: pages and one look at each host's robots.txt; then an evaluation of some pages."""
    for number, file in enumerate(corpus(_PLAN, scratch / "synthetic").files):
        generation = folder / f"generation-{number + 1}"
        for name in ("pages", "looks", "exam"):
            (generation / name).mkdir(parents=True)
        (generation / "corpus.yaml").write_text(_GROWING_CORPUS, encoding="utf-8")
        pages = pq.read_table(file)
        rows = range(pages.num_rows)
        urls = pa.array([f"https://host-{row % _HOSTS}.example/{number}/{row}" for row in rows])
        fetched = pa.array([f"2025-0{number + 2}-{row % 27 + 1:02}T12:00:00Z" for row in rows])
        pages = pages.append_column("url", urls).append_column("fetched_at", fetched)
        pq.write_table(pages, generation / "pages" / f"part-{number}.parquet")
        looks = (
            {
                "url": f"https://host-{host}.example/robots.txt",
                "fetched_at": f"2025-0{number + 1}-15T00:00:00Z",
                "status": 200,
                "body": f"User-agent: *\nDisallow: {'/' if (host + number) % 5 == 0 else '/private'}\n",
            }
            for host in range(_HOSTS)
        )
        lines = "".join(json.dumps(look) + "\n" for look in looks)
        (generation / "looks" / f"looks-{number}.jsonl").write_text(lines, encoding="utf-8")
        exam = pages.select(["id", "text"]).slice(0, 20)
        pq.write_table(exam, generation / "exam" / f"exam-{number}.parquet")


def _named(path: Path) -> Case:
    place = path.resolve(strict=True)
    return Case(f"{place.parent.name}-{place.stem}", place)


def _fingerprint(case: Case) -> str:
    """Of the files of a case by name, size and time of change, those beside the corpus file that was named included."""
    digest = hashlib.sha256()
    for folder in case.generations or (case.corpus_file.parent,):
        for file in sorted(f for f in folder.rglob("*") if f.is_file()):
            state = file.stat()
            digest.update(f"{file}\n{state.st_size}\n{state.st_mtime_ns}\n".encode())
    digest.update(str(case.corpus_file).encode())
    return digest.hexdigest()[:12]


def _git(*arguments: str) -> str:
    git = shutil.which("git") or "git"
    return subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
