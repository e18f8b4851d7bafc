"""Fuzzes every parser of reservations: `python -m fuzz.run [--runs 1000000]`, or `make fuzz`.

Each evaluator of `PROTOCOLS` is fuzzed for what it reads, a host's file and the parts of a page, and so is each reader
of files in which statements are found, in a process of its own that atheris (libFuzzer) drives by the branches taken;
the inputs are shared out evenly. `fuzz.evaluators` and `fuzz.readers` say what is asked of each. Exit code 0 where
nothing was found, 1 where something was: the input is then left in the folder of findings, and `--only TARGET --input
FILE` tries it again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from colophon.reservations import PROTOCOLS
from fuzz.seeds import READERS, seeds

ROOT = Path(__file__).parents[1]

#: Longest input, in octets, where nothing else is asked for; the largest files that are read are measured elsewhere.
_MAX_INPUT = 4_096
_MEMORY_MEGABYTES = 2_048


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    names = targets() if options.only is None else [options.only]
    options.findings.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in names:
        console.print(f"fuzzing {name} …", style="dim", markup=False, highlight=False)
        if _run(name, options, max(1, options.runs // len(names))):
            failed.append(name)
            console.print(f"{name} failed; the input is in {options.findings}", style="red", markup=False)
    console.print(f"{len(names)} targets, {len(failed)} failed", markup=False, highlight=False)
    return 1 if failed else 0


def targets() -> list[str]:
    """What can be fuzzed, as protocol:file, protocol:page or reader:kind."""
    files = [f"{e.name}:file" for e in PROTOCOLS.values() if e.read_host_file]
    pages = [f"{e.name}:page" for e in PROTOCOLS.values() if e.read_page]
    return [*files, *pages, *(f"reader:{kind}" for kind in READERS)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz.run", description="Fuzz the parsers of reservations.")
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--longest", type=int, default=_MAX_INPUT, help="octets of the longest input")
    parser.add_argument("--timeout", type=int, default=10, help="seconds after which an input counts as a hang")
    parser.add_argument("--findings", type=Path, default=ROOT / "build" / "fuzz", help="folder for inputs that failed")
    parser.add_argument(
        "--only", metavar="TARGET", choices=targets(), help="protocol:file, protocol:page or reader:kind"
    )
    parser.add_argument("--input", type=Path, help="try this input alone")
    return parser


def _run(name: str, options: argparse.Namespace, runs: int) -> int:
    with tempfile.TemporaryDirectory() as corpus:
        for place, seed in enumerate(seeds(name)):
            Path(corpus, f"seed{place}").write_bytes(seed)
        command = [
            sys.executable,
            "-m",
            "fuzz.readers" if name.startswith("reader:") else "fuzz.evaluators",
            name,
            f"-runs={runs}",
            f"-timeout={options.timeout}",
            f"-max_len={options.longest}",
            f"-rss_limit_mb={_MEMORY_MEGABYTES}",
            f"-artifact_prefix={options.findings}/{name.replace(':', '-')}-",
            "-verbosity=0",
            str(options.input or corpus),
        ]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace", check=False)  # noqa: S603
        if done.returncode:
            sys.stderr.write(done.stderr)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
