"""Which files can have a finding at all, told from their bytes: most files of a repository need not be parsed.

No rule speaks without evidence. Nearly all evidence comes into a file by an import: of something that a sheet or a catalogue knows, or of a
module of the project that imports such a thing in turn. The imports are read by regular expressions that may see one too many (in a
string), never one too few. The rest are words that only code about HTTP has (:mod:`errlint.http_words`): ``.status_code``, ``"429"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

from errlint.digests import digest
from errlint.encoding import with_lf
from errlint.http_words import STATUS_MEMBERS, may_be_given_clients, statuses_in_strings
from errlint.project import Module, Project
from errlint.screens.import_lines import REST, SPACE, from_imports, imports, names_in

_TESTS = re.compile(r"(?:test_.*|.*_test|conftest)\.pyi?")
"""Names of files that pytest and unittest take for tests."""


def is_test(path: str) -> bool:
    """Whether a file is part of tests, by its name or its folder: tests provoke errors, and ask for their texts, on purpose.

    :param path: as it is shown, with ``/``.
    """
    *folders, name = path.split("/")
    return _TESTS.fullmatch(name) is not None or not {"test", "tests"}.isdisjoint(folders)


ABSTRACT = ("abstractmethod", "NotImplementedError")
"""Words of a method that subclasses have the code of."""
MOST_NEAR = 128
"""How many modules near a class are looked through for what they make its objects with."""
MOST_BESIDE = 64
"""How many packages beside a module are looked through for what subclasses have for an abstract method."""

Edges = tuple[str, ...] | None
"""The modules of the project that a module imports; None: it has evidence of its own, and nobody asks any further."""


class Gate:
    """Answers for the files of a run.

    :param roots: import names that sheets and catalogues speak of, top-level ones or of modules within a package;
    :param project: finds the modules that a file imports; :param members: names of members that tell a value of unknown type.
    :ivar seen: by a digest of path and content, what modules import: may be kept for the next run, as long as imports lead where they did.
    """

    def __init__(self, roots: Iterable[str], project: Project, members: Iterable[str] = ()) -> None:
        self.roots = tuple(sorted(roots))
        self._members = tuple(member.encode() for member in sorted({*members, *STATUS_MEMBERS}))
        self.project = project
        self._reaches: dict[str, bool] = {}
        self._edges: dict[str, Edges] = {}
        self.seen: dict[bytes, Edges] = {}
        self._last: tuple[bytes, str | None, bool] = (b"", None, False)
        """The last answer: the same file is asked about twice."""

    @cached_property
    def imports(self) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
        """Imports of something that a sheet or a catalogue speaks of: ``from … import`` and ``import``."""
        roots = b"|".join(re.escape(root.encode()) for root in self.roots) or rb"(?!)"
        starts = b"|".join((roots, *(_from_package(root) for root in self.roots if "." in root)))
        return (
            re.compile(rb"from(?<!\wfrom)%b+(?:%b)\b" % (SPACE, starts)),
            re.compile(rb"import(?<!\wimport)\b(?:[^\n#]|\\\r?\n)*?\b(?:%b)\b" % roots),
        )

    def _is_known(self, raw: bytes) -> bool:
        if any(imports.search(raw) for imports in self.imports):
            return True
        if any(member in raw for member in self._members):
            return True
        return any(True for _ in statuses_in_strings(raw))

    def lets_pass(self, raw: bytes, file: str | None) -> bool:
        """Whether anything can be found in a file; ``file`` is its absolute path, if it has one."""
        if self._last[:2] != (raw, file):
            edges = self._edges_in(raw, file) if file is not None else None if self._is_known(raw) else ()
            found = edges is None or any(map(self._reaches_evidence, edges))
            self._last = raw, file, found
        return self._last[2]

    def _reaches_evidence(self, start: str) -> bool:
        """Whether a module imports something known, itself or through others; each module is read once in a run."""
        stack: list[tuple[str, Iterator[str]]] = []
        seen: set[str] = set()
        todo: Iterator[str] = iter((start,))
        while True:
            file = next(todo, None)
            if file is None:
                if not stack:
                    break
                _, todo = stack.pop()
                continue
            if file in seen or self._reaches.get(file) is False:
                continue
            seen.add(file)
            edges = self._edges_of(file)
            if edges is None or self._reaches.get(file):
                self._reaches.update(dict.fromkeys((file, *(above for above, _ in stack)), True))
                return True
            stack.append((file, todo))
            todo = iter(edges)
        self._reaches.update(dict.fromkeys(seen, False))
        return False

    def _edges_of(self, file: str) -> Edges:
        if file not in self._edges:
            self._edges[file] = self._edges_in(self.project.read(file) or b"", file)
        return self._edges[file]

    def _edges_in(self, raw: bytes, file: str) -> Edges:
        key = digest(file.encode("utf-8", "surrogateescape"), raw)
        if key not in self.seen:
            self.seen[key] = None if self._is_known(raw) else tuple(dict.fromkeys(self.imported(raw, file)))
        return self.seen[key]

    def imported(self, raw: bytes, file: str) -> Iterator[str]:
        """The files of all modules of the project that a file may import."""
        raw = with_lf(raw)
        for level, module, written in from_imports(raw):
            yield from self._files(file, level, module, names_in(written))
        for name in imports(raw):
            yield from self._files(file, 0, name, ())
        if any(word.encode() in raw for word in ABSTRACT):
            # the code that runs stands in subclasses, and those may stand in the packages beside the module
            package = self.project.resolve(file, "", 1)
            for below in islice(self.project.packages_in(package), MOST_BESIDE) if package is not None else ():
                yield from _file_of(below)
        if may_be_given_clients(raw):
            # the modules that make the objects of a class know what they are given
            yield from islice(self.project.modules_near(file), MOST_NEAR)

    def _files(self, file: str, level: int, module: str, names: Iterable[str]) -> Iterator[str]:
        found, rest = self.project.start(file, module, level)
        for part in rest:
            if found is None:
                return
            yield from _file_of(found)
            found = self.project.child(found, part)
        if found is not None:
            yield from _file_of(found)
            for name in names:
                child = self.project.child(found, name)
                if child is not None:
                    yield from _file_of(child)


def _from_package(root: str) -> bytes:
    """What follows the word ``from`` where the module ``a.b.c`` is imported by ``from a.b import x, c``."""
    package, _, last = root.encode().rpartition(b".")
    return rb"%b%b+import\b(?:%b*\([^)]*|%b)\b%b" % (re.escape(package), SPACE, SPACE, REST, re.escape(last))


def _file_of(module: Module) -> Iterator[str]:
    if module.file is not None:
        yield module.file
