"""The corpus: pinned archives, fetched into a cache outside the tree and unpacked without running anything in them.

Only Python files leave an archive, and only to places below the package's own folder. Nothing is installed, no dependency is fetched, no
build is started.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

CORPUS = Path(__file__).with_name("corpus.txt")


class CorpusProblem(Exception):
    """A package could not be fetched, is not what was pinned, or could not be unpacked."""


@dataclass(frozen=True, order=True)
class Pin:
    """One package of the corpus: its name and version, the archive that is read, and the archive's SHA-256 in hex."""

    name: str
    version: str
    archive: str
    sha256: str

    @property
    def is_wheel(self) -> bool:
        """Is the archive a wheel? Otherwise it is a source archive."""
        return self.archive.endswith(".whl")


def read_pins(text: str) -> tuple[Pin, ...]:
    """Read the lines ``name==version archive sha256``; empty lines and lines that start with ``#`` say nothing.

    :raises CorpusProblem: for a line of another form.
    """
    pins = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match line.split():
            case [requirement, archive, sha256] if requirement.count("==") == 1:
                name, version = requirement.split("==")
                pins.append(Pin(name, version, archive, sha256))
            case _:
                raise CorpusProblem(f"line {number} of the corpus is not 'name==version archive sha256': {line}")
    return tuple(sorted(pins))


def cache_folder() -> Path:
    """Where archives and unpacked packages live: ``$ERRLINT_ECOSYSTEM_CACHE``, else ``~/.cache/errlint/ecosystem``."""
    chosen = os.environ.get("ERRLINT_ECOSYSTEM_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "errlint" / "ecosystem"


def provide(pin: Pin, cache: Path) -> Path:
    """The folder that holds the package's Python files, fetched and unpacked if it is not there yet.

    :raises CorpusProblem: when that cannot be done.
    """
    folder = cache / "unpacked" / f"{pin.name}-{pin.version}-{pin.sha256[:8]}"
    if not folder.is_dir():
        unpack(fetch(pin, cache / "downloads"), folder)
    return folder


def fetch(pin: Pin, downloads: Path) -> Path:
    archive = downloads / pin.archive
    if not archive.is_file():
        downloads.mkdir(parents=True, exist_ok=True)
        # each download gets a folder of its own, so that a broken one leaves nothing behind under the final name
        with tempfile.TemporaryDirectory(dir=downloads) as scratch:
            done = subprocess.run(_download_command(pin, scratch), capture_output=True, text=True, check=False)
            arrived = Path(scratch, pin.archive)
            if done.returncode or not arrived.is_file():
                last_line = (done.stderr.strip() or "another archive came").splitlines()[-1]
                raise CorpusProblem(f"{pin.name} {pin.version}: {pin.archive} could not be downloaded: {last_line}")
            arrived.replace(archive)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != pin.sha256:
        raise CorpusProblem(f"{pin.name} {pin.version}: {archive} is not the pinned archive (its SHA-256 differs)")
    return archive


def _download_command(pin: Pin, folder: str) -> list[str]:
    requirement = f"{pin.name}=={pin.version}"
    if pin.is_wheel:
        # the target is spelt out so that every machine gets the same wheel
        target = [
            *("--python-version", "3.12", "--implementation", "cp"),
            *("--platform", "any", "--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64"),
        ]
        quiet = ["--quiet", "--disable-pip-version-check"]
        return [
            *(sys.executable, "-m", "pip", "download", *quiet, "--no-deps", "--only-binary", ":all:", *target),
            *("--ignore-requires-python", "--dest", folder, requirement),
        ]
    # pip runs the build of a source archive even to download it; unearth only fetches
    return [sys.executable, "-m", "unearth", "--no-binary", "--python-version", "3.12", "--download", folder, requirement]


def unpack(archive: Path, folder: Path) -> None:
    """Write the Python files of a wheel or source archive below ``folder``, which appears complete or not at all.

    The single top folder of a source archive is left out, so that paths do not change with the version.

    :raises CorpusProblem: for a member that would land outside ``folder``, and for an archive that cannot be read.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for member, content in members(archive):
            path = PurePosixPath(member)
            if path.is_absolute() or ".." in path.parts or "\\" in member:
                raise CorpusProblem(f"{archive.name} has a member that would land elsewhere: {member}")
            if path.suffix in {".py", ".pyi"}:
                target = scratch.joinpath(*(path.parts if archive.suffix == ".whl" else path.parts[1:]))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        scratch.rename(folder)
    except (tarfile.TarError, zipfile.BadZipFile) as error:
        raise CorpusProblem(f"{archive.name} cannot be unpacked: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the regular files of an archive; links and devices are passed over."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for entry in wheel.infolist():
                if not entry.is_dir():
                    yield entry.filename, wheel.read(entry)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()
