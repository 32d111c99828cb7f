"""Where a dotted name of one module leads: through imports, packages, re-exports and aliases to the module that defines it.

The answer is one of two. ``"/project/acme/client.py:Client.get"``, the file and the path of names in it, is something that the project
defines; a file with nothing behind the colon is the module itself. ``"requests.Session"`` has left the project: the name is one that
library sheets may know, wherever in the project it was imported first.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from errlint.module_index import Bound, Index
from errlint.project import Module, Project
from errlint.traces import Noted, Trace

_STEPS = 32
"""How many names of modules are looked at to resolve one."""
_REMEMBERED = 50_000
"""How many indexes are kept."""

Seen = set[tuple[str, str]]


def is_first_party(name: str) -> bool:
    """Whether a name is defined by the project."""
    return ":" in name


def file_and_path(name: str) -> tuple[str, tuple[str, ...]]:
    """The two parts of the name of something that the project defines."""
    file, _, path = name.rpartition(":")
    return file, tuple(path.split(".")) if path else ()


class FirstParty:
    """Resolves names. What it found is remembered for a run; which file was asked first does not matter.

    :param libraries: top-level names that library sheets speak of: they are looked for in the project only by the package of that name
        itself.
    :param described: dotted names of functions and classes that a sheet describes: it is believed, whoever defines them.
    :param told: tells of a dotted name whether any sheet speaks of it, or of something below it.
    :param canonical: the name by which sheets speak of what a dotted name stands for.
    :ivar trace: which modules were asked.
    """

    def __init__(
        self,
        project: Project,
        libraries: AbstractSet[str] = frozenset(),
        described: AbstractSet[str] = frozenset(),
        told: Callable[[str], bool] = lambda _: True,
        canonical: Callable[[str], str] = lambda name: name,
    ) -> None:
        self.project = project
        self._libraries = libraries
        self._described = described
        self._told = told
        self._canonical = canonical
        self._indexes: dict[str, Index | None] = {}
        self._resolved: dict[tuple[str, str], tuple[str | None, Noted]] = {}
        self.trace = Trace()

    def index(self, file: str) -> Index | None:
        """The names of a module; None if it cannot be read or parsed."""
        self.trace.touch_names(file)
        if file not in self._indexes:
            if len(self._indexes) >= _REMEMBERED:
                self._indexes.clear()
            self._indexes[file] = self.project.index(file)
        return self._indexes[file]

    def resolve(self, file: str, name: str) -> str | None:
        """What a dotted name that ``file`` imports stands for; leading dots are those of the import. None: unknown."""
        return self.trace.remembered(self._resolved, (file, name), lambda: self._resolve(file, name, set()))

    def named(self, file: str, name: str) -> str | None:
        """What a dotted name stands for at the top level of a module: defined there, imported, or a builtin. None: unknown."""
        parts = tuple(name.split("."))
        index = self.index(file)
        if index is None:
            return None
        return self._attribute(file, parts, set()) or (name if parts[0] not in index.names and hasattr(builtins, parts[0]) else None)

    def starred(self, file: str, stars: tuple[str, ...], name: str) -> str | None:
        """What a name stands for that a file gets from one of its ``from … import *``; later ones take precedence."""
        return self._starred(file, stars, (name,), set())

    def _resolve(self, file: str, name: str, seen: Seen) -> str | None:
        level = len(name) - len(name.lstrip("."))
        first, *rest = name[level:].split(".")
        if not level and (
            (first in self._libraries and not self._is_of_own_package(file, first, name))
            or name in self._described
            or name.rpartition(".")[0] in self._described
        ):
            return (self._beside(file, first, tuple(rest)) if rest and first in self._libraries else None) or self._canonical(name)
        if level:
            module = self.project.resolve(file, "", level)
            return self._lookup(module, (first, *rest) if first else (), seen) if module is not None else None
        module, rest = self.project.start(file, name, 0)
        return self._canonical(name) if module is None or self._is_elsewhere(module, rest) else self._lookup(module, tuple(rest), seen)

    def _is_of_own_package(self, file: str, first: str, name: str) -> bool:
        """Whether a module of a library imports by its full name what no sheet speaks of."""
        package = self.project.resolve(file, first, 0) if name != first and not self._told(name) else None
        return package is not None and package.folder is not None and Path(package.folder) in Path(file).parents

    def _beside(self, file: str, first: str, rest: tuple[str, ...]) -> str | None:
        """``from retry import again`` beside a ``retry.py`` that defines it: Python looks into the folder of a script first.

        In a package, an absolute import leads to the library.
        """
        module = self.project.resolve(file, first, 0)
        if module is None or module.file is None or module.file == file or Path(module.file).parent != Path(file).parent:
            return None
        package = self.project.resolve(file, "", 1)
        if module.folder is not None or (package is not None and package.file is not None):
            return None
        index = self.index(module.file)
        bounds = index.names.get(rest[0], ()) if index is not None else ()
        own = any(bound.how in ("function", "class", "value") for bound in bounds)
        return f"{module.file}:{'.'.join(rest)}" if own else None

    def _is_elsewhere(self, module: Module, parts: Sequence[str]) -> bool:
        """Whether a name leads out of the part of a namespace package that the project has: other parts are installed."""
        while module.file is None and parts:
            child = self.project.child(module, parts[0])
            if child is None:
                return True
            module, parts = child, parts[1:]
        return False

    def _lookup(self, module: Module, parts: tuple[str, ...], seen: Seen) -> str | None:
        if not parts:
            return f"{module.file}:" if module.file is not None else None
        # an attribute of a package comes before its submodule, as `from package import name` has it; what a star may bring comes last
        found = self._attribute(module.file, parts, seen, stars=False) if module.file is not None else None
        if found is not None:
            return found
        child = self.project.child(module, parts[0])
        if child is not None:
            return self._lookup(child, parts[1:], seen)
        return self._attribute(module.file, parts, seen) if module.file is not None else None

    def _attribute(self, file: str, parts: tuple[str, ...], seen: Seen, *, stars: bool = True) -> str | None:
        name, rest = parts[0], parts[1:]
        index = self.index(file)
        if index is None:
            return None
        bounds = index.names.get(name)
        if (bounds is None and not stars) or (file, name) in seen or len(seen) >= _STEPS:
            return None
        seen.add((file, name))
        if bounds is None:
            return self._starred(file, index.stars, parts, seen)
        here = f"{file}:{'.'.join(parts)}"
        for position, bound in enumerate(reversed(bounds)):
            if bound.how in ("function", "class"):
                return here
            if bound.how == "import":
                found = self._resolve(file, ".".join((bound.name, *rest)), seen)
                if found is not None and not is_first_party(found) and not self._told(found):
                    found = self._told_instead(file, bounds[: -position - 1], rest, seen) or found
            elif bound.how == "alias":
                found = self._alias(file, (*bound.name.split("."), *rest), seen)
            else:
                found = None
            if found is not None:
                return found
        return here if any(bound.how == "value" for bound in bounds) else None

    def _told_instead(self, file: str, bounds: Sequence[Bound], rest: tuple[str, ...], seen: Seen) -> str | None:
        """Where a name is imported from several places, as one of them may not be there: what sheets know of the others."""
        imports = (bound for bound in reversed(bounds) if bound.how == "import")
        found = (self._resolve(file, ".".join((bound.name, *rest)), seen) for bound in imports)
        return next((one for one in found if one is not None and not is_first_party(one) and self._told(one)), None)

    def _alias(self, file: str, parts: tuple[str, ...], seen: Seen) -> str | None:
        index = self.index(file)
        if index is not None and parts[0] not in index.names and hasattr(builtins, parts[0]):
            return ".".join(parts)
        return self._attribute(file, parts, seen)

    def _starred(self, file: str, stars: tuple[str, ...], parts: tuple[str, ...], seen: Seen) -> str | None:
        for star in reversed(stars):
            source = self.project.module(file, star)
            index = self.index(source.file) if source is not None and source.file is not None else None
            if source is not None and source.file is not None and index is not None and index.exports(parts[0]):
                found = self._attribute(source.file, parts, seen)
                if found is not None:
                    return found
        return None
