"""What findings in a file depend on beside the file: the modules of the project that it imports, and those that they import.

The digest of all these is part of the key under which results are remembered. It takes in too much rather than too little: imports are read
as the gate reads them, and every module that can be reached counts, however far away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from errlint.digests import digest
from errlint.gate import Gate
from errlint.project import Project


@dataclass
class _Visit:
    """A module on the way of a search (Tarjan's, for modules that import each other)."""

    file: str
    number: int
    low: int
    todo: Iterator[str]
    below: set[bytes] = field(default_factory=set)


class Dependencies:
    """Digests for the files of a run; each module is read once."""

    def __init__(self, gate: Gate, project: Project) -> None:
        self._gate = gate
        self._project = project
        self._digests: dict[str, bytes] = {}
        self._contents: dict[str, bytes] = {}

    def digest(self, raw: bytes, file: str) -> bytes:
        """Of all modules that a file with these bytes reaches, their names and their contents.

        :param file: its absolute path.
        """
        return digest(*sorted({self._of(imported) for imported in self._imported(raw, file)}))

    def _imported(self, raw: bytes, file: str) -> set[str]:
        """What a module imports, and the package that it is in: that offers the subclasses of its classes (``Modules.implementations``)."""
        package = self._project.resolve(file, "", 1)
        own = {package.file} if package is not None and package.file is not None and package.file != file else set()
        return {*self._gate.imported(raw, file), *own}

    def _of(self, start: str) -> bytes:
        """The digest of a module and all that it reaches; modules that reach each other have the same."""
        if start in self._digests:
            return self._digests[start]
        numbers: dict[str, int] = {}
        waiting: list[str] = []
        below: dict[str, set[bytes]] = {}
        path = [self._visit(start, numbers, waiting)]
        while path:
            here = path[-1]
            file = next(here.todo, None)
            if file is None:
                path.pop()
                below[here.file] = here.below
                if here.low == here.number:
                    closed = self._closed(here.file, waiting, below)
                    if path:
                        path[-1].below.add(closed)
                else:
                    path[-1].low = min(path[-1].low, here.low)
            elif file in self._digests:
                here.below.add(self._digests[file])
            elif file in numbers:
                here.low = min(here.low, numbers[file])
            else:
                path.append(self._visit(file, numbers, waiting))
        return self._digests[start]

    def _visit(self, file: str, numbers: dict[str, int], waiting: list[str]) -> _Visit:
        raw = self._project.read(file) or b""
        self._contents[file] = digest(file.encode("utf-8", "surrogateescape"), raw)
        number = numbers[file] = len(numbers)
        waiting.append(file)
        return _Visit(file, number, number, iter(sorted(self._imported(raw, file))))

    def _closed(self, file: str, waiting: list[str], below: dict[str, set[bytes]]) -> bytes:
        """The digest of a group of modules that reach each other, of which ``file`` was met first."""
        group = waiting[waiting.index(file) :]
        del waiting[-len(group) :]
        contents = sorted(self._contents.pop(member) for member in group)
        reached = sorted(set().union(*(below.pop(member) for member in group)))
        found = digest(*contents, b"", *reached)
        self._digests.update(dict.fromkeys(group, found))
        return found
