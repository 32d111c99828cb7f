"""What is built is what is in the repository: no rule, catalogue, sheet or marker file gets lost on the way into a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import tomli

import errlint
from errlint import registry

ROOT = Path(__file__).parents[1]
PACK = ROOT / "rules" / "errlint_rules"
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# one worker builds once for all tests here
pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built *from* that archive."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def unpacked(dist: Path) -> Path:
    """The wheel as an installer would lay it out."""
    (wheel,) = dist.glob("*.whl")
    folder = dist / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_below(folder: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if "__pycache__" not in path.parts)


def test_wheel_is_for_any_python_and_platform(dist: Path) -> None:
    assert [wheel.name for wheel in dist.glob("*.whl")] == [f"errlint-{PROJECT['version']}-py3-none-any.whl"]


@pytest.mark.parametrize("pattern", ["*.py", "*.toml", "py.typed"])
@pytest.mark.parametrize("package", ["src/errlint", "rules/errlint_rules"])
def test_wheel_holds_every_file_of_both_packages(unpacked: Path, package: str, pattern: str) -> None:
    assert files_below(unpacked / Path(package).name, pattern) == files_below(ROOT / package, pattern)


def test_wheel_holds_rules_catalogues_and_library_sheets(unpacked: Path) -> None:
    pack = unpacked / "errlint_rules"
    counts = {kind: len(list(pack.glob(kind))) for kind in ("*.py", "catalogues/*.toml", "libraries/*.toml")}
    assert all(counts.values()), counts


def test_wheel_holds_nothing_else(unpacked: Path) -> None:
    assert sorted(path.name for path in unpacked.iterdir()) == ["errlint", f"errlint-{PROJECT['version']}.dist-info", "errlint_rules"]


def test_rules_of_the_wheel_are_found_by_their_entry_point(unpacked: Path) -> None:
    script = "import errlint; from errlint import registry; print(errlint.__file__, *(rule.id for rule in registry.rules()))"
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    origin, *rules = done.stdout.split()
    assert Path(origin).is_relative_to(unpacked)
    assert rules == [rule.id for rule in registry.rules()]


def test_metadata_names_entry_points_licence_and_python(unpacked: Path) -> None:
    info = unpacked / f"errlint-{PROJECT['version']}.dist-info"
    entry_points = (info / "entry_points.txt").read_text(encoding="utf-8")
    assert "[console_scripts]\nerrlint = errlint.process:main" in entry_points
    assert "[errlint.rules]\nerrlint = errlint_rules" in entry_points
    metadata = Parser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("MIT", ">=3.10")
    assert "MIT License" in (info / "licenses" / "LICENSE").read_text(encoding="utf-8")


def test_source_archive_holds_what_the_tests_need(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        top_level = {name.split("/")[1] for name in tar.getnames()}
    assert {"src", "rules", "tests", "fixtures", "benchmarks", "Makefile", "LICENSE", "pyproject.toml"} <= top_level


def test_version_is_the_same_everywhere() -> None:
    command = [str(Path(sys.executable).with_name("errlint")), "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.split()[-1] == errlint.__version__ == PROJECT["version"]


def test_licence_is_the_one_the_metadata_names() -> None:
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n\nCopyright (c) 2026 errlint contributors\n")
