"""What installed packages declare is what importlib.metadata says, found without it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from errlint.declared import Declared, declared

ACME = "[console_scripts]\nacme = acme:main\n\n[errlint.catalogues]\n# theirs\nacme = acme.errors\nother=acme.other [extra]\n\n[x]\ny = z\n"


def installed(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "entry_points.txt").write_text(text)
    (folder / name / "METADATA").write_text(f"Name: {name.partition('-')[0]}\nVersion: 1\n")


def said_by_the_library(group: str) -> tuple[Declared, ...]:
    return tuple(sorted({Declared(entry.name, entry.value) for entry in entry_points(group=group)}))


@pytest.mark.parametrize("group", sorted(entry_points().groups))
def test_everything_that_is_installed_here_is_seen(group: str) -> None:
    assert declared(group) == said_by_the_library(group) != ()


def test_a_group_that_nobody_names_is_empty() -> None:
    assert declared("errlint.nothing") == ()


@pytest.mark.parametrize("name", ["acme-1.0.dist-info", "acme.egg-info", "Acme-1.0.DIST-INFO"])
def test_folders_on_the_path_are_searched(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, name, ACME)
    monkeypatch.syspath_prepend(tmp_path)
    expected = (Declared("acme", "acme.errors"), Declared("other", "acme.other [extra]"))
    assert declared("errlint.catalogues") == said_by_the_library("errlint.catalogues") == expected


def test_of_two_versions_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path / "old", "acme-1.0.dist-info", "[errlint.catalogues]\nacme = old\n")
    installed(tmp_path / "new", "acme-2.0.dist-info", "[errlint.catalogues]\nacme = new\n")
    monkeypatch.syspath_prepend(tmp_path / "old")
    monkeypatch.syspath_prepend(tmp_path / "new")
    assert declared("errlint.catalogues") == said_by_the_library("errlint.catalogues") == (Declared("acme", "new"),)


def test_what_cannot_be_read_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme-1.0.dist-info").mkdir()
    (tmp_path / "acme-1.0.dist-info" / "entry_points.txt").write_bytes(b"[errlint.catalogues]\nacme = \xff\n")
    (tmp_path / "flat.egg-info").write_text(ACME)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "missing")
    assert declared("errlint.catalogues") == ()


def test_archives_and_finders_of_others_are_left_to_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "acme.zip", "w") as archive:
        archive.writestr("acme-1.0.dist-info/entry_points.txt", "[errlint.catalogues]\nacme = acme.errors\n")
        archive.writestr("acme-1.0.dist-info/METADATA", "Name: acme\nVersion: 1\n")
    monkeypatch.syspath_prepend(tmp_path / "acme.zip")
    assert declared("errlint.catalogues") == (Declared("acme", "acme.errors"),)


def test_a_start_does_without_the_library() -> None:
    asked = "registry.packs(); registry.packaged_catalogues(); print('importlib.metadata' in sys.modules)"
    code = f"import sys; from errlint import registry; {asked}"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
