"""The wheel holds all that the program reads, and works outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "colophon"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a new environment with the wheel; its libraries are those of the running one."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", wheel], check=True)
    site = next(home.glob("lib/python*/site-packages"))
    # a path from a .pth file brings the libraries but not their own .pth files, hence not the editable checkout
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return home / "bin"


def packaged_files() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".gitignore"
    )


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    assert [name for name in packaged_files() if name not in inside] == []


@pytest.mark.parametrize("folder", ["sql", "summary_templates", "analyzers/data"])
def test_the_wheel_holds_the_data_folders(wheel: Path, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert [n for n in archive.namelist() if n.startswith(f"colophon/{folder}/")]


def test_the_wheel_holds_the_licence_and_nothing_but_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        licences = {Path(n).name for n in archive.namelist() if "/licenses/" in n}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"colophon"}
    assert licences == {"LICENSE", "NOTICE"}


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    asked = [installed / "python", "-c", "import colophon; print(colophon.__file__)"]
    place = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert Path(place.strip()).is_relative_to(installed.parent)


def test_the_installed_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [installed / "colophon", "--version"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    version = subprocess.run(
        [installed / "python", "-c", "import colophon; print(colophon.__version__)"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert version in said.stdout


def test_the_installed_command_writes_the_first_files(installed: Path, tmp_path: Path) -> None:
    subprocess.run([installed / "colophon", "init", "new"], cwd=tmp_path, check=True, capture_output=True)
    assert {p.name for p in (tmp_path / "new").iterdir()} >= {"corpus.yaml", "provider.yaml", "model.yaml"}
