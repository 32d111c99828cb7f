"""The classes of a project, as the indexes of its modules tell of them: nothing is parsed for them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path

from errlint.first_party import FirstParty, file_and_path, is_first_party
from errlint.module_index import ClassIndex
from errlint.project import Module
from errlint.screens.gate import MOST_BESIDE, MOST_NEAR
from errlint.semantics.values.types import sheet_of_class
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import TypeSheet
from errlint.traces import Noted

_MOST_IMPLEMENTATIONS = 4
"""How many subclasses are asked what they have for an abstract method."""


class Classes:
    """Answers for the classes of a project, by their names."""

    def __init__(self, first_party: FirstParty, libraries: Libraries) -> None:
        self._first_party = first_party
        self._libraries = libraries
        self._trace = first_party.trace
        self._types: dict[str, tuple[TypeSheet | None, Noted]] = {}
        self._makers: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], Noted]] = {}
        self._implementations: dict[tuple[str, str], tuple[tuple[str, ...], Noted]] = {}

    def type(self, name: str) -> TypeSheet | None:
        """The class of this name; told by the index of its module."""
        return self._trace.remembered(self._types, name, lambda: self._type(name))

    def _type(self, name: str) -> TypeSheet | None:
        self._types[name] = None, 0  # a class that inherits from itself inherits nothing
        definition = self._definition(name)
        if definition is None:
            return None
        file, _ = file_and_path(name)
        parents = [self._first_party.named(file, base) for base in definition.bases]
        return sheet_of_class(name, [parent for parent in parents if parent], self._any_type)

    def _definition(self, name: str) -> ClassIndex | None:
        file, path = file_and_path(name)
        index = self._first_party.index(file)
        return index.classes.get(path[0]) if index is not None and len(path) == 1 else None

    def _any_type(self, name: str) -> TypeSheet | None:
        return self.type(name) if is_first_party(name) else self._libraries.type(name)

    def has_member(self, class_name: str, member: str) -> bool:
        """Whether the body or a method of the class itself binds the member."""
        definition = self._definition(class_name)
        return definition is not None and member in definition.members

    def implementations(self, class_name: str, member: str) -> tuple[str, ...]:
        """The methods of subclasses that stand near a class, as clients and providers do.

        Those that its package offers to others; else those that the packages in it do, if half of them have a client of a library to do
        it with. Subclasses may stand anywhere, but to find them all, all modules of the project had to be read.
        """
        key = (class_name, member)
        return self._trace.remembered(self._implementations, key, lambda: self._find_implementations(class_name, member))

    def makers(self, class_name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of a class, and of those below it that are made as it is; and the files of the modules near them that import one."""
        return self._trace.remembered(self._makers, class_name, lambda: self._find_makers(class_name))

    def _find_makers(self, class_name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        file, (short, *_) = file_and_path(class_name)
        near = list(islice(self._first_party.project.modules_near(file), MOST_NEAR))
        family = {class_name: short}
        for other in (file, *near):
            index = self._first_party.index(other)
            for name, definition in index.classes.items() if index is not None else ():
                below = f"{other}:{name}"
                if definition.bases and "__init__" not in definition.members and class_name in self._ancestry(below):
                    family[below] = name
        files = {file_and_path(name)[0] for name in family}
        wanted = {*family, *(f"{one}:" for one in files)}
        words = {*family.values(), *(Path(one).stem for one in files)}
        return tuple(family), tuple(other for other in near if self._imports_any(other, wanted, words))

    def _imports_any(self, file: str, wanted: AbstractSet[str], words: AbstractSet[str]) -> bool:
        """Whether a module imports one of some classes, or of their modules; ``words`` are the last words of their names."""
        index = self._first_party.index(file)
        imported = (
            name
            for name, bounds in (index.names.items() if index is not None else ())
            if any(bound.how == "import" and bound.name.rpartition(".")[2] in words for bound in bounds)
        )
        return any(self._first_party.named(file, name) in wanted for name in imported)

    def _find_implementations(self, class_name: str, member: str) -> tuple[str, ...]:
        package = self._first_party.project.resolve(file_and_path(class_name)[0], "", 1)
        if package is None:
            return ()
        offered = self._subclasses(class_name, member, [package])
        if not offered:
            below = list(islice(self._first_party.project.packages_in(package), MOST_BESIDE))
            step = -(-len(below) // _MOST_IMPLEMENTATIONS) or 1
            # neighbours by name are often of a kind, so they are taken from all over the list
            offered = self._subclasses(class_name, member, [module for start in range(step) for module in below[start::step]])
            clients = [name for name in offered if self._uses_library(file_and_path(name)[0])]
            offered = clients if 2 * len(clients) >= len(offered) else []
        return tuple(f"{name}.{member}" for name in offered)

    def _subclasses(self, class_name: str, member: str, modules: Iterable[Module]) -> list[str]:
        """The first subclasses with a member of their own that modules import to offer them to others."""
        found: dict[str, None] = {}
        for module in modules:
            index = self._first_party.index(module.file) if module.file is not None else None
            for name, bounds in index.names.items() if index is not None else ():
                if module.file is None or not any(bound.how == "import" for bound in bounds):
                    continue
                offered = self._first_party.named(module.file, name)
                if offered is None or not is_first_party(offered) or offered == class_name or not self.has_member(offered, member):
                    continue
                if class_name in self._ancestry(offered):
                    found[offered] = None
                    if len(found) == _MOST_IMPLEMENTATIONS:
                        return list(found)
        return list(found)

    def _uses_library(self, file: str) -> bool:
        """Whether a module imports something that a sheet speaks of."""
        index = self._first_party.index(file)
        bounds = (bound for bounds in index.names.values() for bound in bounds) if index is not None else ()
        return any(bound.how == "import" and bound.name.partition(".")[0] in self._libraries.roots for bound in bounds)

    def _ancestry(self, name: str) -> set[str]:
        found: set[str] = set()
        queue = [name]
        while queue:
            current = queue.pop()
            if current not in found:
                found.add(current)
                sheet = self._any_type(current)
                queue.extend(sheet.parents if sheet is not None else ())
        return found

    def parameters(self, class_name: str) -> tuple[str, ...]:
        """The parameters of the class's own ``__init__``, or its fields."""
        definition = self._definition(class_name)
        return definition.parameters if definition is not None else ()
