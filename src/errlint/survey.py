"""What a repository calls: which HTTP libraries and APIs, and which catalogues it has of its own. For ``errlint init``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errlint import stack
from errlint.discovery import DEFAULT_EXCLUDES
from errlint.files import CannotRead, read_bytes
from errlint.garbage import loaded
from errlint.globs import absolute
from errlint.lean import dataclass

if TYPE_CHECKING:
    from errlint.engine import Setup
    from errlint.semantics.analysis import Semantics

_AT_RUN_TIME = "the address only shows at run time"
_LARGEST = 2_000_000
"""Bytes; a larger TOML file is a lock file."""


@dataclass(frozen=True)
class Called:
    """An API that is called, or a reason why it is not known which.

    :ivar api: the id of its catalogue; empty when none is known; :ivar because: how that is known, or why it is not: each
    reason once.
    """

    api: str
    because: tuple[str, ...]
    calls: int
    files: int


@dataclass(frozen=True)
class Survey:
    """What was seen.

    :ivar files: Python files; :ivar libraries: HTTP libraries and SDKs, by how many files import them; :ivar called: the APIs, those that
    are called most first, calls without a catalogue last.
    """

    files: int
    libraries: tuple[tuple[str, int], ...]
    called: tuple[Called, ...]
    unbound: tuple[tuple[Path, str], ...] = ()
    """Files with calls whose address only shows at run time, and the API that they are likely to go to: the only one that is called
    besides, in the file or, where there is none, in all files."""


@dataclass
class _Tally:
    because: dict[str, None] = field(default_factory=dict)
    calls: int = 0
    files: set[Path] = field(default_factory=set)


def survey(files: Iterable[Path], setup: Setup) -> Survey:
    """Look at files; those that cannot be read or parsed say nothing."""
    loaded()
    count = 0
    libraries: Counter[str] = Counter()
    tallies: dict[str, _Tally] = {}
    open_ones: dict[Path, set[str]] = {}
    for path in files:
        count += 1
        roots, calls = stack.run(lambda path=path: _look_at(path, setup))  # type: ignore[misc]
        libraries.update(roots)
        if any(because == _AT_RUN_TIME for _, because in calls):
            open_ones[path] = {api for api, _ in calls if api}
        for api, because in calls:
            tally = tallies.setdefault(api, _Tally())
            tally.calls += 1
            tally.because[because] = None
            tally.files.add(path)
    called = [Called(api, tuple(one.because), one.calls, len(one.files)) for api, one in tallies.items()]
    called.sort(key=lambda one: (not one.api, -one.calls, one.api))
    everywhere = {one.api for one in called if one.api}
    likely = ((path, apis or everywhere) for path, apis in open_ones.items())
    unbound = tuple((path, next(iter(apis))) for path, apis in likely if len(apis) == 1)
    return Survey(count, tuple(sorted(libraries.items(), key=lambda one: (-one[1], one[0]))), tuple(called), unbound)


def own_catalogues(folder: Path) -> list[Path]:
    """The files below a folder that are error catalogues by what they say of themselves, in the order of their paths."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in DEFAULT_EXCLUDES and not name.startswith("."))
        found += [path for name in sorted(names) if name.endswith(".toml") and _is_catalogue(path := Path(here, name))]
    return found


def _is_catalogue(path: Path) -> bool:
    import tomli

    try:
        if path.stat().st_size > _LARGEST:
            return False
        data: dict[str, Any] = tomli.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    api = data.get("api")
    return "schema" in data and isinstance(api, dict) and "id" in api


def _look_at(path: Path, setup: Setup) -> tuple[set[str], list[tuple[str, str]]]:
    """The libraries that a file imports, and its HTTP calls: the id of the API, and how that is known."""
    from errlint.api_comments import ApiComments
    from errlint.encoding import UndecodableSource
    from errlint.engine import semantics_of
    from errlint.source import Source, SyntaxProblem

    try:
        raw = read_bytes(path)
        if not setup.passes.lets_pass(raw, absolute(path)):
            return set(), []
        source = Source.parse(raw, str(path))
        semantics = semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids), absolute(path))
        return set(_imported(semantics)) & set(setup.knowledge.roots), list(_calls(semantics))
    except (CannotRead, SyntaxProblem, UndecodableSource, RecursionError):
        return set(), []


def _imported(semantics: Semantics) -> Iterator[str]:
    import libcst as cst

    from errlint.semantics.program.names import dotted

    for node in semantics.tree.all(cst.Import):
        yield from ((dotted(alias.name) or "").partition(".")[0] for alias in node.names)
    for statement in semantics.tree.all(cst.ImportFrom):
        if statement.module is not None and not statement.relative:
            yield (dotted(statement.module) or "").partition(".")[0]


def _calls(semantics: Semantics) -> Iterator[tuple[str, str]]:
    import libcst as cst

    for call in semantics.tree.all(cst.Call):
        meaning = semantics.meaning(call)
        if meaning is None or not any(place.http and place.node is call for place in meaning.trail):
            continue
        if meaning.api is None:
            yield "", _AT_RUN_TIME
        else:
            yield meaning.api.catalogue.id if meaning.api.catalogue is not None else "", meaning.api.because
