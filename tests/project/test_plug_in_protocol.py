"""The recipe of CONTRIBUTING.md for a protocol, as an installed package: one module and one entry point."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from colophon.reservations.policy import load_policy
from tests.policy_host import PolicyHost, sends

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a protocol\n")[2].partition("\n## ")[0]

CORPUS = """colophon: 1
corpus: toys
policy: toys.yaml
analysis: {language: false, pii: false, license: false}
sources:
  - name: pages
    stage: pretraining
    acquisition: crawled_own
    connector: warc
    paths: [pages.warc]
    collected: {from: 2024-01, to: 2024-01}
    obtained: 2024-01-15
    legal_basis: tdm_art4
    crawler: {name: TestBot, user_agents: [TestBot]}
    signals:
      toy: [{paths: [hosts/*], fetched_at: 2024-01-01T00:00:00Z}]
"""
POLICY = """policy: toys
version: 2026-11-30
clock: at_fetch
protocols: {toy: {standing: required, max_age_days: 30}}
training_agents: {roles: [collector]}
actions: {reserved: drop, error: drop, unknown: drop, open: keep, allowed: keep, silent: keep}
copies: own
"""


def block(language: str) -> str:
    """The code block of the recipe in a language, wherever it is indented."""
    (found,) = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", RECIPE, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found[1])


class Installation:
    """A folder with an installed package that adds a protocol, and one with a corpus that uses it."""

    def __init__(self, folder: Path, module: str) -> None:
        self.site, self.work = folder / "site", folder / "work"
        points = tomllib.loads(block("toml"))["project"]["entry-points"]
        lines = [line for group in points for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points[group].items()))]
        write(self.site / "toy_rights-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy-rights\nVersion: 1\n")
        write(self.site / "toy_rights-1.dist-info/entry_points.txt", "\n".join(lines))
        write(self.site / "toy_rights.py", module)
        write(self.work / "corpus.yaml", CORPUS)
        write(self.work / "toys.yaml", POLICY)
        write(self.work / "hosts/reserved.example", "no")
        write(self.work / "hosts/allowed.example", "yes")

    def python(self, *arguments: str, with_package: bool = True) -> subprocess.CompletedProcess[str]:
        """What Python does in the folder of the corpus, with the package on its path or without."""
        paths = [str(self.site)] if with_package else []
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(ROOT)])}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.work, env=environment, capture_output=True, text=True, check=False)

    def colophon(self, *arguments: str, with_package: bool = True) -> str:
        """What the program prints; it must succeed."""
        done = self.python("-m", "colophon", "-q", *arguments, with_package=with_package)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query: str, *, with_package: bool = True) -> list[dict[str, object]]:
        answer: list[dict[str, object]] = json.loads(
            self.colophon("sql", "record", query, "--format", "json", with_package=with_package)
        )
        return answer


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


@pytest.fixture
def toy(tmp_path: Path) -> Installation:
    return Installation(tmp_path, block("python"))


def test_a_policy_and_a_source_may_name_the_protocol_of_an_installed_package(toy: Installation) -> None:
    write(toy.work / "pages.warc", "")
    toy.colophon("check", "corpus.yaml")
    refused = toy.python("-m", "colophon", "check", "corpus.yaml", with_package=False)
    assert refused.returncode == 2
    assert "toy" in refused.stderr


def test_the_reference_lists_the_protocol_and_its_key(toy: Installation) -> None:
    program = (
        "from docs.generators.protocols import protocols_part; from docs.generators.configuration import "
        "configuration_part; print(protocols_part(), configuration_part())"
    )
    reference = toy.python("-c", program)
    assert reference.returncode == 0, reference.stderr
    assert "| `toy` | toy rights | `toy 1` | `/toy.txt`, tags of pages | Toy Rights 1.0 |" in reference.stdout
    assert "| `signals.toy[]` | list of blocks |  | toy rights files. |" in reference.stdout


def test_a_protocol_that_cannot_be_imported_is_refused_by_its_entry_point(tmp_path: Path) -> None:
    broken = Installation(tmp_path, "import nothing_of_that_name\n")
    refused = broken.python("-m", "colophon", "check", "corpus.yaml")
    assert refused.returncode == 2
    assert "the entry point `toy = toy_rights:PROTOCOL` of group colophon.protocols cannot be used" in refused.stderr


def test_a_packaged_policy_is_the_same_whether_or_not_other_packages_add_protocols(toy: Installation) -> None:
    program = "from colophon.reservations.policy import load_policy; print(load_policy('strict').sha256)"
    assert toy.python("-c", program).stdout.strip() == load_policy("strict").sha256


@pytest.fixture
def host() -> Iterator[PolicyHost]:
    listening = PolicyHost()
    yield listening
    listening.stop()


@pytest.mark.job
def test_the_protocol_of_an_installed_package_goes_the_way_of_every_other(toy: Installation, host: PolicyHost) -> None:
    pages = {
        "https://reserved.example/a": "",
        "https://allowed.example/a": "",
        "https://allowed.example/b": '<meta name="toy-rights" content="no">',
        host.url("/a"): "",
    }
    write_archive(toy.work / "pages.warc", pages)
    toy.colophon("run", "corpus.yaml", "--record", "record", "--workers", "1")
    states = {
        row["url"]: row["state"] for row in toy.rows("SELECT url, state FROM optout_audit WHERE protocol = 'toy'")
    }
    assert list(states.values()) == ["reserved", "allowed", "reserved", "unknown"]
    assert states == dict(zip(pages, states.values(), strict=True))
    kept = toy.rows("SELECT d.url FROM documents_kept AS k JOIN documents AS d USING (doc_id)")
    assert kept == [{"url": "https://allowed.example/a"}]
    assert "toy" in toy.colophon("audit", "record", "--json")

    planned = toy.colophon("signals", "collect", "record", "--dry-run")
    assert re.search(r"requests at least\W+12\b", planned), planned
    host.paths["/toy.txt"] = sends(b"no")
    toy.colophon("signals", "collect", "record", "--allow-private", "--pause", "0", "--timeout", "2")
    assert "/toy.txt" in host.asked
    live = toy.rows("SELECT authority, outcome FROM observations WHERE protocol = 'toy' AND grade = 'live' ORDER BY 1")
    assert {"authority": host.authority(), "outcome": "ok"} in live

    toy.colophon("init", "start")
    stated = ("--provider", "start/provider.yaml", "--model", "start/model.yaml")
    toy.colophon("summary", "record", *stated, "--out", "out", "--format", "md", "--allow-gaps")
    assert "toy rights" in "".join(page.read_text("utf-8") for page in (toy.work / "out").glob("*.md"))
    toy.colophon("verify", "record")
    carrier = toy.rows("SELECT carrier, evaluated FROM policy_protocols WHERE protocol = 'toy'", with_package=False)
    assert carrier == [{"carrier": "host", "evaluated": True}]
    for read in (("verify", "record"), ("audit", "record")):
        toy.colophon(*read, with_package=False)


def write_archive(path: Path, pages: dict[str, str]) -> None:
    """A web archive of pages, by their addresses, with what stands in their heads."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=False)
        for number, (url, head) in enumerate(pages.items()):
            body = f"<html><head>{head}</head><body><p>Page {number} has a text that is no other's.</p></body></html>"
            response = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            headers = {"WARC-Date": "2024-01-10T00:00:00Z"}
            payload = io.BytesIO(body.encode())
            record = writer.create_warc_record(
                url, "response", payload=payload, http_headers=response, warc_headers_dict=headers
            )
            writer.write_record(record)
