from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.hostile_bodies import ALL_READ, READERS, HostileBody, NestedBody

ROOT = Path(__file__).parents[2]
#: All bodies of this size take seconds; by the square of their size some would take minutes, and one whose time doubles
#: with every piece does not end.
SIZE = 2**16
SECONDS = 240


def test_hostile_bodies_are_read_by_every_reader_in_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.hostile_bodies", str(SIZE)]
    said = tmp_path / "said"
    with said.open("w") as output:
        try:
            subprocess.run(command, cwd=ROOT, stdout=output, timeout=SECONDS, check=True)
        except subprocess.TimeoutExpired:
            pytest.fail(f"ended after {SECONDS} s while reading {said.read_text().splitlines()[-1]}")
    assert said.read_text().splitlines()[-1] == ALL_READ


def test_a_body_repeats_its_piece_with_numbers() -> None:
    assert HostileBody(b"a%d,", b"[", b"]").of_size(8) == b"[a0,a1,]"
    assert NestedBody(b"<a>", b"</a>").of_size(14) == b"<a><a></a></a>"


def test_every_reader_has_bodies_and_a_row_of_the_suite() -> None:
    suite = (ROOT / "benchmarks" / "suite.toml").read_text("utf-8")
    assert all(reader.bodies and f'value = "{reader.name}"' in suite for reader in READERS)
