"""What installed packages declare for errlint: the entry points of a group.

:mod:`importlib.metadata` knows better what a distribution is, and takes as long to be imported and to read all of them as Python takes to
start twice. So folders on ``sys.path`` are searched here, for the one file that counts, in the way of its ``PathFinder``; as soon as
anything else could have distributions (an archive on the path, a finder of somebody's own), it is asked itself. Strings and no paths, as
this is done at every start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

_METADATA = (".dist-info", ".egg-info")
_FILE = "entry_points.txt"


class Declared(NamedTuple):
    """One entry point: its name, and the package that it leads to."""

    name: str
    value: str


def declared(group: str) -> tuple[Declared, ...]:
    """The entry points of a group, by name and value. Of a distribution that is there twice, the first on ``sys.path`` counts."""
    if _needs_metadata():
        from importlib.metadata import entry_points

        return tuple(sorted({Declared(entry.name, entry.value) for entry in entry_points(group=group)}))
    return tuple(sorted({found for text in _texts(tuple(sys.path)) for found in _entries(text, group)}))


def _needs_metadata() -> bool:
    """Whether there may be distributions that are no folders on the path."""
    finders = (finder for finder in sys.meta_path if hasattr(finder, "find_distributions"))
    own = all(getattr(finder, "__module__", "").startswith("_frozen_importlib") for finder in finders)
    return not own or any(entry.endswith(".egg") or os.path.isfile(entry) for entry in sys.path)


@lru_cache(maxsize=1)
def _texts(path: tuple[str, ...]) -> tuple[str, ...]:
    """What the distributions on a path say of their entry points."""
    return tuple(_read(path))


def _read(path: tuple[str, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for folder in path:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for name in names:
            stem, suffix = os.path.splitext(name)
            if suffix.lower() not in _METADATA:
                continue
            distribution = stem.partition("-")[0].lower()
            if distribution not in seen:
                seen.add(distribution)
                with suppress(OSError, ValueError), open(os.path.join(folder, name, _FILE), encoding="utf-8") as stream:
                    yield stream.read()


def _entries(text: str, group: str) -> Iterator[Declared]:
    """The lines ``name = value`` below ``[group]``."""
    if f"[{group}]" not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == group and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield Declared(name.strip(), value.strip())
