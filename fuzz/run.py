"""Fuzzes every evaluator of reservations: `python -m fuzz.run [--runs 1000000]`, or `make fuzz`.

Each evaluator of `EVALUATORS` is fuzzed for what it reads, a host's file and the parts of a page, in a process of its
own that atheris (libFuzzer) drives by the branches taken; the inputs are shared out evenly. `fuzz.evaluators` says what
is asked of each. Exit code 0 where nothing was found, 1 where something was: the input is then left in the folder of
findings, and `--only TARGET --input FILE` tries it again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from colophon.analyzers.reservations import EVALUATORS

ROOT = Path(__file__).parents[1]

#: Longest input, in octets; the largest files that are read are measured elsewhere.
_MAX_INPUT = 4_096
_MEMORY_MEGABYTES = 2_048

#: What inputs are grown from, for all evaluators alike.
SEEDS = (
    b"User-agent: *\nDisallow: /a\nAllow: /a/b$\n\nUser-agent: GPTBot\nDisallow: /*.pdf\n",
    b"User-agent: *\nContent-Usage: /x train-ai=n, search=y\nContent-Usage: train-ai=y\n",
    b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nContent-Signal: /y ai-train=yes\n",
    b"User-agent: *\nLicense: https://a.example/license.xml\nDisallow: *.jpg\n",
    (
        b'[{"location": "/a*", "tdm-reservation": 1, "tdm-policy": "https://a.example/p"}, {"location": "/", '
        b'"tdm-reservation": 0}]'
    ),
    (
        b'<rsl xmlns="https://rslstandard.org/rsl"><content url="/a*"><license><permits type="usage">ai-train</permits>'
        b'<prohibits type="usage">search</prohibits><payment type="free"/></license></content></rsl>'
    ),
    b'<meta name="robots" content="noai, noimageai"><meta name="tdm-reservation" content="0">',
    b'<link rel="license" type="application/rsl+xml" href="https://a.example/l.xml">',
    (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        b'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"/></rdf:RDF></x:xmpmeta>'
    ),
    b"noai, noimageai",
    b"train-ai=y",
    b"ai-train=yes",
    b"0",
)


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
    """What can be fuzzed, as protocol:file or protocol:page."""
    files = [f"{e.protocol}:file" for e in EVALUATORS.values() if e.read_host_file]
    return files + [f"{e.protocol}:page" for e in EVALUATORS.values() if e.read_page]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz.run", description="Fuzz the evaluators of reservations.")
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--timeout", type=int, default=10, help="seconds after which an input counts as a hang")
    parser.add_argument("--findings", type=Path, default=ROOT / "build" / "fuzz", help="folder for inputs that failed")
    parser.add_argument("--only", metavar="TARGET", choices=targets(), help="protocol:file or protocol:page")
    parser.add_argument("--input", type=Path, help="try this input alone")
    return parser


def _run(name: str, options: argparse.Namespace, runs: int) -> int:
    with tempfile.TemporaryDirectory() as corpus:
        for place, seed in enumerate(SEEDS):
            Path(corpus, f"seed{place}").write_bytes(seed)
        command = [
            sys.executable,
            "-m",
            "fuzz.evaluators",
            name,
            f"-runs={runs}",
            f"-timeout={options.timeout}",
            f"-max_len={_MAX_INPUT}",
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
