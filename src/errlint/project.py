"""The files of a project: to which of them an import leads.

Only names of files are looked at here, as Python looks at them: a package before a module before a folder without ``__init__.py``. Nothing
is imported and nothing is run. Never found are installed packages, and what lies outside of the project, be it through a symlink: library
sheets speak of those. What cannot be found is unknown, and that is all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from errlint.digests import digest, digest_of
from errlint.files import CannotRead, read_bytes
from errlint.lean import dataclass
from errlint.traces import NOTHING, Basis

if TYPE_CHECKING:
    from errlint.module_index import Index

_REPOSITORY = (".git", ".hg", ".svn", ".jj")
_BUILD = (
    "pyproject.toml", "setup.py", "setup.cfg", "errlint.toml", ".errlint.toml", "requirements.txt", "Pipfile", "manage.py",
    "tox.ini", "pytest.ini",
)  # fmt: skip
"""Files that stand at the top of a project that is in no repository, as when it was unpacked from an archive."""
_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", "__pypackages__"})
_INIT = "__init__.py"
_LARGEST = 1_000_000
"""Bytes; a larger file is data that happens to be Python."""
_LEVELS_NEAR = 3
"""In how many folders, upwards, the modules that make an object of a class are looked for."""
_HIGHEST = 40
"""How many folders are gone up at most."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project.

    :ivar file: its absolute path; None for a namespace package; :ivar folder: where the submodules of a package are.
    """

    file: str | None
    folder: str | None = None


@dataclass(frozen=True)
class Seen:
    """What was seen of the file system.

    :ivar listings: by folder, the names in it, and whether each is a folder; :ivar roots: by folder, the root of its project;
    :ivar names: by the digest of a module, that of its names.
    """

    listings: Mapping[str, dict[str, bool]] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[bytes, bytes] = field(default_factory=dict)


NO_NEWS = Seen()


class Project:
    """Finds first-party modules; what it saw of the file system is remembered for a run.

    :param root: the folder outside of which nothing is looked at; without it, the repository that a file belongs to, else the folder with
        a ``pyproject.toml``, else the one in which the file's outermost package stands.
    :ivar names: by the digest of a module, that of its names: may be kept for the next run.
    """

    def __init__(self, root: str | None = None) -> None:
        self._root = root
        self._roots: dict[str, str] = {}
        self._marked: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self._listings: dict[str, dict[str, bool]] = {}
        self._told = 0, 0, 0
        self._rested_on: set[str] = set()
        self._inside: dict[str, bool] = {}
        self._modules: dict[tuple[str, str, int], Module | None] = {}
        self._starts: dict[tuple[str, str, int], tuple[Module | None, list[str]]] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        self._digests: dict[str, bytes] = {}
        self._folder = "", ""
        """The file whose folder was asked for last, and that folder: a file has many imports."""
        self.names: dict[bytes, bytes] = {}

    def root_of(self, folder: str) -> str:
        """The root of the project that an absolute folder belongs to."""
        if self._root is not None:
            return self._root
        if folder not in self._roots:
            self._roots[folder] = self._find_root(folder)
        return self._roots[folder]

    def _find_root(self, folder: str) -> str:
        return self._nearest(folder, _REPOSITORY) or self._nearest(folder, _BUILD) or self._base(folder)

    def _nearest(self, folder: str, marks: tuple[str, ...]) -> str | None:
        """The nearest folder upwards that has one of some marks; each folder is asked once."""
        passed: list[str] = []
        found: str | None = None
        for above in _upwards(folder):
            if (above, marks) in self._marked:
                found = self._marked[above, marks]
                break
            passed.append(above)
            if not self._listing(above).keys().isdisjoint(marks):
                found = above
                break
        if found is not None or len(passed) < _HIGHEST:
            self._marked.update(dict.fromkeys(((above, marks) for above in passed), found))
        return found

    def _is_marked(self, root: str) -> bool:
        return any(mark in self._listing(root) for mark in (*_REPOSITORY, *_BUILD))

    def _base(self, folder: str) -> str:
        """The folder in which the outermost package around ``folder`` stands. A folder in a package belongs to it, as Python has it."""
        outside = (above for above in _upwards(folder) if _INIT not in self._listing(above))
        return next((above for above in outside if _INIT not in self._listing(os.path.dirname(above))), folder)

    def module(self, file: str, name: str) -> Module | None:
        """The module that ``from <name> import …`` in an absolute file names; leading dots are those of the import."""
        level = len(name) - len(name.lstrip("."))
        found, rest = self.start(file, name[level:], level)
        for part in rest:
            found = self.child(found, part) if found is not None else None
        return found

    def start(self, file: str, name: str, level: int) -> tuple[Module | None, list[str]]:
        """The module that the import of a dotted name starts from, and the parts of the name that lead on from there."""
        if self._folder[0] != file:
            self._folder = file, os.path.dirname(file)
        key = self._folder[1], name, level
        known = self._starts.get(key)
        if known is None:
            first, *rest = name.split(".")
            found = self.resolve(file, first, level)
            inside = found is not None or level or not rest
            known = self._starts[key] = (found, rest) if inside else self._around(key[0], [first, *rest])
        return known

    def _around(self, folder: str, parts: list[str]) -> tuple[Module | None, list[str]]:
        """``acme.orders.client`` in a file of ``acme/orders``, where ``acme`` is a package by no file: it leads back into the folder.

        Only where nothing but the outermost package says what the project is, as in a wheel that was unpacked.
        """
        root = self.root_of(folder)
        above = root.split(os.sep)
        names = range(len(parts) - 1, 0, -1) if self._root is None and not self._is_marked(root) else ()
        depth = next((depth for depth in names if above[-depth:] == parts[:depth]), 0)
        here = Module(None, root)
        return (here, parts[depth:]) if depth and self.child(here, parts[depth]) is not None else (None, [])

    def resolve(self, file: str, name: str, level: int) -> Module | None:
        """The module that the import of a dotted name starts from: ``name`` is its first part, ``level`` the number of dots before it.

        With an empty name, the package that the dots stand for.
        """
        key = os.path.dirname(file), name, level
        if key not in self._modules:
            self._modules[key] = self._resolve(*key)
        return self._modules[key]

    def _resolve(self, folder: str, name: str, level: int) -> Module | None:
        root = self.root_of(folder)
        if not level:
            return self._absolute(folder, root, name)
        above = next((found for steps, found in enumerate(_upwards(folder)) if steps == level - 1), None)
        if above is None or not _within(above, root):
            return None
        package = Module(self._file(above, _INIT), above)
        return self.child(package, name) if name else package

    def _absolute(self, folder: str, root: str, name: str) -> Module | None:
        if name in sys.stdlib_module_names:
            return None
        if folder not in self._bases:
            self._bases[folder] = tuple(self._find_bases(folder, root))
        starts = (self.child(Module(None, base), name) for base in self._bases[folder])
        return next((found for found in starts if found is not None), None)

    def _find_bases(self, folder: str, root: str) -> Iterator[str]:
        """Where absolute imports may start: the folders above that are in no package, nearest first, and their ``src``."""
        for above in _upwards(folder):
            if os.path.basename(above) in _INSTALLED or not _within(above, root):
                return
            if _INIT not in self._listing(above):
                yield above
                if self._listing(above).get("src"):
                    yield os.path.join(above, "src")

    def child(self, package: Module, name: str) -> Module | None:
        """The submodule ``name`` of a package."""
        if package.folder is None or not name.isidentifier() or name in _INSTALLED:
            return None
        listing = self._listing(package.folder)
        folder = os.path.join(package.folder, name) if listing.get(name) else None
        if folder is not None:
            init = self._file(folder, _INIT)
            if init is not None:
                return Module(init, folder)
        plain = self._file(package.folder, f"{name}.py")
        if plain is not None:
            return Module(plain)
        return Module(None, folder) if folder is not None and self._is_inside(folder) and self._holds_code(folder) else None

    def packages_in(self, package: Module) -> Iterator[Module]:
        """The packages that stand in the folder of a package, in order of their names."""
        for name, is_folder in sorted(self._listing(package.folder).items()) if package.folder is not None else ():
            found = self.child(package, name) if is_folder else None
            if found is not None and found.file is not None and found.folder is not None:
                yield found

    def modules_near(self, file: str) -> Iterator[str]:
        """The files of the modules in the folder of one (itself excluded) and in those of the packages above, in order of their names."""
        for level in range(1, 1 + _LEVELS_NEAR):
            package = self.resolve(file, "", level)
            if package is None or package.folder is None:
                return
            for name in sorted(self._listing(package.folder)):
                found = self._file(package.folder, name) if name.endswith(".py") else None
                if found is not None and found != file:
                    yield found
            if package.file is None:
                return

    def _holds_code(self, folder: str) -> bool:
        """A folder of other things is no namespace package."""
        return any(is_folder or name.endswith(".py") for name, is_folder in self._listing(folder).items())

    def _file(self, folder: str, name: str) -> str | None:
        path = os.path.join(folder, name)
        return path if self._listing(folder).get(name) is False and self._is_inside(path) else None

    def _is_inside(self, path: str) -> bool:
        """Whether a path leads to something below the root of its project, symlinks followed."""
        known = self._inside.get(path)
        if known is None:
            folder = os.path.dirname(path)
            root = self.root_of(folder)
            # what is no link stands where its folder does, which is asked once for all that is in it
            along = folder not in (root, path) and not os.path.islink(path)
            known = self._is_inside(folder) if along else _within(os.path.realpath(path), os.path.realpath(root))
            self._inside[path] = known
        return known

    def _listing(self, folder: str) -> dict[str, bool]:
        """The names in a folder, spelt exactly so, and which of them are folders; nothing if it cannot be read."""
        known = self._listings.get(folder)
        if known is None:
            try:
                with os.scandir(folder) as entries:
                    known = {entry.name: entry.is_dir() for entry in entries}
            except OSError:
                known = {}
            self._listings[folder] = known
        return known

    def read(self, file: str) -> bytes | None:
        """The bytes of a module; None if it cannot be read or is too large."""
        try:
            raw = read_bytes(Path(file))
        except CannotRead:
            raw = b""
        if file not in self._digests:
            self._digests[file] = digest(raw)
        return raw if raw and len(raw) <= _LARGEST else None

    def digest(self, file: str) -> bytes:
        """Of the bytes of a module when it was read first."""
        if file not in self._digests:
            self.read(file)
        return self._digests[file]

    def index(self, file: str) -> Index | None:
        """The names of a module, read anew; None if it cannot be read or parsed."""
        from errlint.module_index import index_of

        raw = self.read(file)
        return index_of(raw) if raw is not None else None

    def contents(self, basis: Basis, index: Callable[[str], Index | None] | None = None) -> bytes:
        """The digest of all that an answer rests on; nothing for none.

        :param index: tells the names of a module, in place of :meth:`index`: they may be known.
        """
        if basis == NOTHING:
            return b""
        tell = index or self.index
        return digest(b"".join([*map(self.digest, basis.modules), *(self._digest_of_names(file, tell) for file in basis.names)]))

    def _digest_of_names(self, file: str, index: Callable[[str], Index | None]) -> bytes:
        whole = self.digest(file)
        known = self.names.get(whole)
        if known is None:
            from errlint.module_index import digest_of_index

            known = self.names[whole] = digest_of_index(index(file))
        return known

    def news(self) -> Seen:
        """What was seen of the file system since this was asked last."""
        listed, rooted, named = self._told
        self._told = len(self._listings), len(self._roots), len(self.names)
        return Seen(
            dict(islice(self._listings.items(), listed, None)),
            dict(islice(self._roots.items(), rooted, None)),
            dict(islice(self.names.items(), named, None)),
        )

    def learn(self, news: Seen) -> None:
        """Take over what another process saw, unless it was seen here."""
        for folder, listing in news.listings.items():
            self._listings.setdefault(folder, listing)
        for folder, root in news.roots.items():
            self._roots.setdefault(folder, root)
        self.names.update(news.names)

    def listings(self) -> dict[str, bytes]:
        """By folder that was looked at, the digest of all in it that imports may lead to.

        Of a folder around the projects only what makes it one counts: in a folder like ``/tmp`` or a home, others come and go.
        """
        roots = {*self._roots.values(), *([self._root] if self._root is not None else [])}
        within = {folder for folder in self._listings if any(_within(folder, root) for root in roots)} | self._rested_on
        return {folder: (_digest_of if folder in within else _digest_of_marks)(seen) for folder, seen in self._listings.items()}

    def is_listed_so(self, folder: str, seen: bytes) -> bool:
        """Whether imports lead through a folder as they did when it had this digest."""
        listing = self._listing(folder)
        if _digest_of(listing) != seen:
            return _digest_of_marks(listing) == seen
        self._rested_on.add(folder)
        return True


def _digest_of(listing: dict[str, bool]) -> bytes:
    """Files that are no modules do not count, and what Python writes itself."""
    marks = (*_REPOSITORY, *_BUILD)
    names = (name for name, is_folder in listing.items() if (is_folder and name != "__pycache__") or name.endswith(".py") or name in marks)
    return digest_of(sorted((name, listing[name]) for name in names))


def _digest_of_marks(listing: dict[str, bool]) -> bytes:
    """Of what tells the root of a project and of packages; never that of a whole listing."""
    return digest_of(["around", sorted(name for name in (*_REPOSITORY, *_BUILD, _INIT) if name in listing)])


def _upwards(folder: str) -> Iterator[str]:
    """The folder, the one around it, …"""
    for _ in range(_HIGHEST):
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
