"""The modules of a project, asked about what they define: parsed when somebody asks, and forgotten again.

An answer is small, frozen, and depends on nothing but the files of the project, the sheets and the catalogues, and on how many modules deep
it may look. So it can be remembered, and a file is linted alike whatever was linted before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import field
from typing import TypeVar, cast

import libcst as cst

from errlint.api_comments import ApiComment, ApiComments
from errlint.bare import NotBare, bare_module
from errlint.catalogue import Catalogues
from errlint.encoding import UndecodableSource, decode
from errlint.first_party import FirstParty, file_and_path, is_first_party
from errlint.lean import dataclass
from errlint.model import Location
from errlint.module_bytes import Bytes
from errlint.project import Project
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.closed import UNKNOWN, parsed
from errlint.semantics.program.names import Names
from errlint.semantics.program.scopes import Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.classes import Classes
from errlint.semantics.project.imported import Imported
from errlint.semantics.project.summaries import (
    ByType,
    Decision,
    Fixed,
    FunctionSummary,
    Given,
    Making,
    Onward,
    RaisedFor,
    Retrier,
    Retrying,
    Spot,
    Value,
    Waiting,
)
from errlint.semantics.project.summarise import Summariser
from errlint.semantics.values.said_apis import SaidApis
from errlint.sheets.libraries import Libraries
from errlint.source import Source, SyntaxProblem
from errlint.traces import Noted

HOPS = 3
"""How many modules deep answers look: client, base client, errors."""
_KEPT = 12_000_000
"""Bytes of source whose trees are kept at a time; with their semantics, they take some thirty times as much."""
_LOCATED = 8
"""How many modules are kept parsed in full, so that trails can say where something stands."""

T = TypeVar("T")


@dataclass
class _Loaded:
    """The names in the tree of a module, bare if it has one, and its semantic layer for each number of hops that was asked for.

    :ivar found: the bytes are those of the file; what is linted may be something else, which nobody else is told of;
    :ivar said: what comments in it say of the APIs that it talks to.
    """

    raw: bytes
    names: Names
    bare: bool = True
    found: bool = True
    summarisers: dict[int, Summariser] = field(default_factory=dict)
    said: SaidApis | None = None


class Modules:
    """Asks the modules of a project.

    :param show: turns the absolute path of a file into the one that people are shown.
    :ivar trace: which modules were asked; :ivar classes: what the indexes of the modules tell of their classes.
    """

    def __init__(self, libraries: Libraries, catalogues: Catalogues, project: Project, show: Callable[[str], str] = str) -> None:
        self.first_party = FirstParty(project, libraries.roots, libraries.wrapped, libraries.speak_of, libraries.aliases.canonical)
        self._libraries = libraries
        self._catalogues = catalogues
        self._show = show
        self._loaded: OrderedDict[str, _Loaded | None] = OrderedDict()
        self._size = 0
        self._located: dict[str, tuple[Source, Tree] | None] = {}
        self._answers: dict[Hashable, tuple[object, Noted]] = {}
        self.trace = self.first_party.trace
        self.classes = Classes(self.first_party, libraries)
        self._bytes = Bytes(project, self.trace)

    def seen_from(self, file: str, hops: int = HOPS) -> Imported:
        """The project as a file sees it."""
        return Imported(self, file, hops)

    def function(self, name: str, given: Given, hops: int, *, bound: bool) -> FunctionSummary | None:
        """The function of this name, called with what is given."""
        file, path = file_and_path(name)
        return self._ask(file, hops, ("function", name, given, bound), lambda module: module.function(path, given, bound=bound))

    def retrier(self, name: str, asked: Retrying, hops: int) -> Retrier | None:
        """The function of this name, if it retries what it is given."""
        file, path = file_and_path(name)
        if not self._bytes.has_loop(file) and not self._is_value(file, path[:1]):
            return None
        return self._ask(file, hops, ("retrier", name, asked), lambda module: module.retries.retrier(path, asked))

    def may_retry(self, file: str, name: str) -> bool:
        """Whether a dotted name that a file imports may stand for a decorator of the project that retries: asked before it is parsed."""
        found = self.first_party.resolve(file, name)
        if found is None or not is_first_party(found):
            return False
        module, path = file_and_path(found)
        index = self.first_party.index(module)
        bounds = index.names.get(path[0], ()) if index is not None and len(path) == 1 else ()
        if not bounds or any(bound.how != "function" for bound in bounds):
            return True
        if not self._bytes.has_loop(module) and not self._bytes.speaks_of_again(module):
            return False
        return bool(self._ask(module, HOPS - 1, ("may retry", found), lambda summariser: summariser.retries.may_retry(path)))

    def waiting(self, name: str, answers: tuple[int | str, ...], hops: int, *, bound: bool) -> Waiting | None:
        """How long the function of this name waits, or says to wait."""
        file, path = file_and_path(name)
        return self._ask(file, hops, ("waiting", name, answers, bound), lambda module: module.retries.waiting(path, answers, bound=bound))

    def decision(self, name: str, raised: ByType, hops: int, *, called: bool) -> Decision | None:
        """What the predicate of this name lets through of what is raised."""
        file, path = file_and_path(name)
        return self._ask(
            file, hops, ("decision", name, raised, called), lambda module: module.retries.decision(path, raised, called=called)
        )

    def onward(self, name: str, outcomes: int, raised: ByType, hops: int) -> Onward | None:
        """What the function of this name does with what failed."""
        file, path = file_and_path(name)
        return self._ask(file, hops, ("onward", name, outcomes, raised), lambda module: module.retries.onward(path, outcomes, raised))

    def making(self, class_name: str, hops: int) -> Making | None:
        """How instances of the class of this name are made, if it says so itself."""
        file, path = file_and_path(class_name)
        return self._ask(file, hops, ("making", class_name), lambda module: module.making(path))

    def made_with(self, class_name: str, keys: tuple[int | str, ...], hops: int) -> Value | None:
        """What the modules near a class give its constructor for a parameter (its position, its name), where all of them give the same."""
        family, makers = self.classes.makers(class_name)
        found: Value | None = None
        for file in makers:
            given = self._ask(file, hops, ("made with", file, family, keys), lambda module: module.made_with(family, keys))
            if given is not None and (found is None or (given.kind, given.type) == (found.kind, found.type)):
                found = found or given
            elif given is not None:
                return None
        return found

    def fixed(self, class_name: str, hops: int) -> Fixed | None:
        """The numbers that the class of this name is made with."""
        file, path = file_and_path(class_name)
        return self._ask(file, hops, ("fixed", class_name), lambda module: module.fixed(path))

    def is_foreign_error(self, class_name: str, hops: int) -> bool:
        """Whether exceptions of the class of this name come from something else than HTTP, as far as its module raises them."""
        file, path = file_and_path(class_name)
        return self._ask(file, hops, ("foreign", class_name), lambda module: module.is_foreign_error(path)) or False

    def raised_for(self, class_name: str, hops: int) -> RaisedFor | None:
        """What the module of the class of this name raises it for, if that are error answers alone."""
        file, path = file_and_path(class_name)
        return self._ask(file, hops, ("raised for", class_name), lambda module: module.raised_for(path))

    def value(self, name: str, hops: int) -> Value | None:
        """The variable or attribute of this name."""
        file, path = file_and_path(name)
        return self._ask(file, hops, ("value", name), lambda module: module.value(path)) if self._is_value(file, path) else None

    def constant(self, name: str, hops: int) -> cst.BaseExpression | None:
        """The literal of this name."""
        file, path = file_and_path(name)
        if not self._is_value(file, path):
            return None
        return parsed(self._ask(file, hops, ("constant", name), lambda module: module.constant(path)) or UNKNOWN)

    def is_function(self, name: str) -> bool:
        """Whether the name is that of a function at the top of a module: told by the index."""
        file, path = file_and_path(name)
        index = self.first_party.index(file)
        bounds = index.names.get(path[0], ()) if index is not None and len(path) == 1 else ()
        return bool(bounds) and all(bound.how == "function" for bound in bounds)

    def makes(self, name: str, hops: int) -> cst.BaseExpression | None:
        """What the function of this name makes, in a module that speaks of another attempt."""
        file, path = file_and_path(name)
        if not self.is_function(name) or not self._bytes.speaks_of_again(file):
            return None
        return parsed(self._ask(file, hops, ("makes", name), lambda module: module.retries.makes(path)) or UNKNOWN)

    def type_names(self, name: str, hops: int) -> tuple[str, ...]:
        """The types in the tuple of this name."""
        file, path = file_and_path(name)
        if not self._is_value(file, path):
            return ()
        return self._ask(file, hops, ("types", name), lambda module: module.type_names(path)) or ()

    def caught_by(self, name: str, hops: int) -> tuple[str, ...]:
        """The types that the decorator or context manager of this name catches of what it runs."""
        file, path = file_and_path(name)
        return self._ask(file, hops, ("caught", name), lambda module: module.caught_by(path)) or ()

    def asks_by_itself(self, spot: Spot, hops: int) -> bool | None:
        """Whether the call at a place makes a client that waits by itself as long as the server says."""
        return self._ask(spot.file, hops, ("asks", spot.file, spot.rank), lambda module: module.asks_by_itself(spot.rank))

    def _is_value(self, file: str, path: tuple[str, ...]) -> bool:
        """Whether a name is a variable, or a member of a class: told by the index, before anything is parsed."""
        index = self.first_party.index(file)
        if index is None or not path:
            return False
        if path[0] in index.classes:
            return len(path) == 2 and path[1] in index.classes[path[0]].members
        return len(path) == 1 and any(bound.how == "value" for bound in index.names.get(path[0], ()))

    def _ask(self, file: str, hops: int, question: Hashable, find: Callable[[Summariser], T | None]) -> T | None:
        if hops < 0:
            return None
        answer = self.trace.remembered(self._answers, (question, hops), lambda: self._answer(file, hops, find))
        return cast("T | None", answer)

    def _answer(self, file: str, hops: int, find: Callable[[Summariser], T | None]) -> T | None:
        self.trace.touch(file)
        with self.trace.on_behalf_of(file):
            module = self._summariser(file, hops)
            return find(module) if module is not None else None

    # parsed modules ------------------------------------------------------------------------------------------------------------------

    def location(self, spot: Spot) -> Location | None:
        """Where a place is. Its file is parsed in full for it; the ranks of nodes are those of the bare tree."""
        self.trace.touch(spot.file)
        if spot.file not in self._located:
            if len(self._located) >= _LOCATED:
                self._located.clear()
            self._located[spot.file] = self._in_full(spot.file)
        found = self._located[spot.file]
        if found is None:
            return None
        source, tree = found
        node = tree.at(spot.rank)
        return source.header_location(node) if node is not None else None

    def _in_full(self, file: str) -> tuple[Source, Tree] | None:
        raw = self.first_party.project.read(file)
        if raw is None:
            return None
        try:
            source = Source.parse(raw, self._show(file))
        except (SyntaxProblem, UndecodableSource):
            return None
        return source, Tree.of(source.module)

    def _summariser(self, file: str, hops: int) -> Summariser | None:
        loaded = self._load(file)
        if loaded is None:
            return None
        found = loaded.summarisers.get(hops)
        if found is None:
            imported = self.seen_from(file, hops)
            tree, said = loaded.names.tree, loaded.said
            semantics = Semantics(tree, self._libraries, self._catalogues, said=said, imported=imported, names=loaded.names)
            found = loaded.summarisers[hops] = Summariser(semantics, file)
        return found

    def bare(self, file: str, raw: bytes) -> Names:
        """The names in the bare tree of a file that is linted, made at most once: others may ask about it, or have asked.

        :raises NotBare, UndecodableSource: as :func:`~errlint.bare.bare_module`.
        """
        known = self._loaded.get(file)
        if known is not None and known.bare and known.raw == raw:
            return known.names
        names = self._names(file, bare_module(raw))
        self._keep(file, _Loaded(raw, names, found=False))
        return names

    def _names(self, file: str, module: cst.Module) -> Names:
        tree = Tree.of(module)
        return Names(tree, Scopes(tree), self.seen_from(file), self._libraries)

    def _load(self, file: str) -> _Loaded | None:
        if file in self._loaded:
            known = self._loaded[file]
            if known is None or known.found or known.raw == self.first_party.project.read(file):
                self._loaded.move_to_end(file)
                if known is not None:
                    known.found = True
                return known
        found = self._parse(file)
        self._keep(file, found)
        return found

    def _keep(self, file: str, loaded: _Loaded | None) -> None:
        known = self._loaded.get(file)
        self._size -= len(known.raw) if known is not None else 0
        self._loaded[file] = loaded
        self._loaded.move_to_end(file)
        self._size += len(loaded.raw) if loaded is not None else 0
        while self._size > _KEPT and len(self._loaded) > 1:
            _, dropped = self._loaded.popitem(last=False)
            self._size -= len(dropped.raw) if dropped is not None else 0

    def _parse(self, file: str) -> _Loaded | None:
        raw = self.first_party.project.read(file)
        if raw is None:
            return None
        try:
            comments = self._comments(raw)
            if not comments:
                return _Loaded(raw, self._names(file, bare_module(raw)))
        except UndecodableSource:
            return None
        except NotBare:
            comments = ()
        found = self._in_full(file)  # where comments stand, only the text tells
        if found is None:
            return None
        names = self._names(file, found[0].module)
        said = SaidApis(names.tree, comments, self._catalogues, found[0].lines_of) if comments else None
        return _Loaded(raw, names, bare=False, said=said)

    def _comments(self, raw: bytes) -> tuple[ApiComment, ...]:
        """The comments that say which API a module talks to. :raises UndecodableSource: when the bytes are not text."""
        if b"errlint" not in raw.lower():
            return ()
        known = frozenset(one.id for one in self._catalogues.everything)
        return ApiComments.parse(decode(raw).text, known).comments
