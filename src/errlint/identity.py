"""What this errlint is: a digest that changes with its code, its rules, its knowledge and what it runs on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from errlint import __version__, registry
from errlint.digests import digest_of

_SUFFIXES = (".py", ".toml")


@lru_cache(maxsize=1)
def identity() -> bytes:
    """Of the versions of errlint, Python and libcst, and of every file of errlint and its packs: where it is, its size, when it changed.

    :raises UsageProblem: as :func:`errlint.registry.packs`.
    """
    folders = [Path(__file__).parent, *(pack.folder for pack in registry.packs())]
    return digest_of((__version__, sys.version, _libcst(), *(line for folder in folders for line in _files(str(folder)))))


def contents(files: Iterable[Path]) -> bytes:
    """Of the names and contents of files; one that cannot be read counts as empty."""
    return digest_of((str(file), _read(file)) for file in files)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _libcst() -> tuple[int, ...]:
    """The module of libcst that holds its version: where it is need not be imported to be known."""
    spec = PathFinder.find_spec("libcst")
    if spec is None or spec.origin is None:
        return ()
    said = Path(spec.origin).with_name("_version.py").stat()
    return said.st_size, said.st_mtime_ns


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith(_SUFFIXES):
                said = entry.stat()
                yield entry.path, said.st_size, said.st_mtime_ns
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _files(entry.path)
