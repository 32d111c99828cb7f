"""Which versions of a package the code of a project runs with, as far as files of the project tell: lock files, pins, bounds.

Nothing is imported, run, or looked up in an environment: that of the checker is not that of the code. A file that cannot be read says
nothing.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from errlint.lean import dataclass
from errlint.regex import later
from errlint.versions import Versions, parse_versions

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_PIPFILE_LOCK = "Pipfile.lock"
_PROJECT = "pyproject.toml"
_REQUIREMENTS = "requirements"
_LOCKED = later(r'^\[\[packages?\]\]\s*\nname = "(?P<name>[^"\n]+)"\s*\nversion = "(?P<version>[^"\n]+)"', re.MULTILINE)
_REQUIREMENT = later(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<specifier>[^;#@()\\]*)\)?")
_STATING = frozenset({*_LOCKS, _PIPFILE_LOCK, _PROJECT})
_MOST = 20_000_000
"""Bytes; a larger file is not read."""

Stated = dict[str, Versions]
"""By normalised name, the versions that a file allows."""

_Around = tuple[Stated, Stated]
"""What is locked, and what is required, in one folder."""


@dataclass(frozen=True)
class Installed:
    """What is known of the versions of some packages."""

    packages: tuple[tuple[str, Versions], ...] = ()

    def of(self, package: str) -> Versions | None:
        """The versions that a package can have; None when nothing is known."""
        return next((versions for name, versions in self.packages if name == normalised(package)), None)

    def allows(self, package: str, versions: str) -> bool:
        """Whether the package can have a version of this range; True when nothing is known."""
        known, wanted = self.of(package), parse_versions(versions)
        return known is None or wanted is None or bool(known & wanted)


UNKNOWN = Installed()


def normalised(package: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


class Projects:
    """Finds what is stated for the files of a run; each folder is looked at once.

    :param packages: the packages whose version matters.
    """

    def __init__(self, packages: Iterable[str]) -> None:
        self._packages = sorted({normalised(package) for package in packages})
        self._found: dict[str, Installed] = {}
        self._seen: dict[Path, tuple[_Around, ...]] = {}

    def installed_for(self, folder: str) -> Installed:
        """What is known of the versions for code in an absolute folder."""
        if folder not in self._found:
            around = self._around(Path(folder)) if self._packages else ()
            pairs = ((package, self._narrowed(package, around)) for package in self._packages)
            self._found[folder] = Installed(tuple((package, versions) for package, versions in pairs if versions is not None))
        return self._found[folder]

    def _around(self, folder: Path) -> tuple[_Around, ...]:
        """What is locked and what is required, from the folder outwards, up to the root of the repository."""
        if folder not in self._seen:
            outside = () if _is_outermost(folder) else self._around(folder.parent)
            self._seen[folder] = ((_locked(folder), _required(folder)), *outside) if _states_anything(folder) else outside
        return self._seen[folder]

    @staticmethod
    def _narrowed(package: str, around: tuple[_Around, ...]) -> Versions | None:
        """The nearest statement counts; a bound is narrowed by the nearest lock file that fits it."""
        nearest: Versions | None = None
        for locked, required in around:
            nearest = nearest or required.get(package)
            exact = locked.get(package)
            if exact is not None:
                return (exact & nearest or nearest) if nearest is not None else exact
        return nearest


def _states_anything(folder: Path) -> bool:
    """Whether a folder has a file that may say something of versions: most have none."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 -- of each folder of a run
    except OSError:
        return False
    return not _STATING.isdisjoint(names) or any(name.startswith(_REQUIREMENTS) for name in names)


def _locked(folder: Path) -> Stated:
    found: Stated = {}
    for name in _LOCKS:
        _join(found, ((match["name"], match["version"]) for match in _LOCKED.finditer(_text(folder / name).replace("\r\n", "\n"))))
    sections = _json(folder / _PIPFILE_LOCK)
    for section in ("default", "develop"):
        packages = sections.get(section)
        if isinstance(packages, dict):
            _join(found, ((name, str(entry.get("version", ""))) for name, entry in packages.items() if isinstance(entry, dict)))
    return found


def _required(folder: Path) -> Stated:
    """What requirements files pin or bound, else what the project's metadata do."""
    found: Stated = {}
    for file in _requirement_files(folder):
        _join(found, _requirements(_text(file).splitlines()))
    for name, versions in _project(folder / _PROJECT).items():
        found.setdefault(name, versions)
    return found


def _requirement_files(folder: Path) -> list[Path]:
    try:
        return sorted([*folder.glob(f"{_REQUIREMENTS}*.txt"), *folder.glob(f"{_REQUIREMENTS}/*.txt")])
    except OSError:
        return []


def _requirements(lines: Iterable[object]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _REQUIREMENT.match(line) if isinstance(line, str) else None
        # a bare name, a URL or an option says nothing of versions
        if match is not None and match["specifier"].strip():
            yield match["name"], re.split(r"\s--?\w", match["specifier"])[0].strip()


def _project(file: Path) -> Stated:
    found: Stated = {}
    table = _toml(file)
    project = _table(table, "project")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values(), *_table(table, "dependency-groups").values()]
    for listed in lists:
        _join(found, _requirements(listed if isinstance(listed, list) else ()))
    poetry = _table(table, "tool", "poetry")
    groups = [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for dependencies in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        for name, entry in dependencies.items():
            version = entry.get("version") if isinstance(entry, dict) else entry
            if isinstance(version, str):
                _join(found, [(name, version)])
    return found


def _join(found: Stated, stated: Iterable[tuple[str, str]]) -> None:
    """Add what another line says: of two versions of one package, either may be the one."""
    for name, specifier in stated:
        versions = parse_versions(specifier) if specifier else None
        if versions:
            key = normalised(name)
            found[key] = found[key] | versions if key in found else versions


def _table(table: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        inner = table.get(key)
        table = inner if isinstance(inner, dict) else {}
    return table


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() and file.stat().st_size <= _MOST else ""
    except OSError:
        return ""


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(file) or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _toml(file: Path) -> dict[str, Any]:
    text = _text(file)
    if not text:
        return {}
    import tomli

    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError):
        return {}


def _is_outermost(folder: Path) -> bool:
    """Whether nothing around a folder belongs to its project: the root of a repository, the user's home, or that of the file system."""
    return folder == folder.parent or _exists(folder / ".git") or folder == _home()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


@cache
def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
