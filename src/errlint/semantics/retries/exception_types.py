"""Which outcomes of an attempt does a type of exception stand for?

A type of a library answers by its sheet, a builtin by what Python's network errors derive from, a class of this file by its bases. What an
attempt raises is a :class:`Raised`: a type of exception with the outcomes it stands for.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

import libcst as cst

from errlint.first_party import is_first_party
from errlint.lean import dataclass
from errlint.semantics.program.closed import class_named
from errlint.semantics.program.functions import fields
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.retries.outcomes import ANY_FAILURE, FAILURES, NO_ANSWER, NOTHING, either
from errlint.semantics.values.status_sets import ERRORS, Range, statuses
from errlint.semantics.values.types import UNKNOWN_TYPE, Types
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import TypeSheet

BROAD = frozenset({"Exception", "BaseException"})
_FAMILY_OF_OS_ERRORS = frozenset({"OSError", "IOError", "EnvironmentError"})
"""Base classes of the errors of some HTTP libraries, status errors included."""
_NETWORK = frozenset({
    "ConnectionError", "ConnectionResetError", "ConnectionAbortedError", "ConnectionRefusedError", "BrokenPipeError", "TimeoutError",
    "socket.timeout", "socket.error", "socket.gaierror", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError",
    "concurrent.futures.TimeoutError", "ssl.SSLError", "http.client.HTTPException", "http.client.RemoteDisconnected",
    "http.client.IncompleteRead", "http.client.BadStatusLine",
})  # fmt: skip
_OF_THE_SYSTEM = frozenset({"builtins", "errno", "os", "select", "socket", "ssl", "xmlrpc"})
"""Modules of Python whose errors are those of the operating system, or of HTTP; no other one has errors of a library's request."""
_CLASSES = {"4xx": statuses(400, 500), "5xx": statuses(500, 600)}
_HOPS = 4
ASKED_FIRST = (429, 503)
"""Where the source names the first of these, or else the second, a wait is the one after it: servers say with it when to come back."""

TELL_WHEN = sum(1 << status for status in ASKED_FIRST)
FEW = 20
"""More statuses than these are a range, not a list of names."""


@dataclass(frozen=True)
class Raised:
    """An exception on its way.

    :ivar types: dotted names, a class of this file by its plain name; one of them it is. Empty: whatever the called library raises.
    :ivar outcomes: what came of the attempt.
    """

    types: tuple[str, ...]
    outcomes: int


AS_LIBRARIES_DO = (Raised((), ERRORS),)
"""Every error status comes as whatever the called library raises for it."""


class ExceptionTypes:
    """Answers for the types that one file names.

    :ivar given: what parameters stand for (``except exceptions:`` in a decorator of one's own), by the parameter's node, or that of a
    dataclass's field; :ivar kinds: the types that these stand for, where another module says so;
    :ivar attributes: what ``self.x`` is set to.
    """

    def __init__(
        self,
        tree: Tree,
        scopes: Scopes,
        names: Names,
        *,
        libraries: Libraries,
        types: Types,
        given: Mapping[cst.CSTNode, cst.BaseExpression] | None = None,
        kinds: Mapping[cst.CSTNode, tuple[str, ...]] | None = None,
        attributes: Callable[[cst.Attribute], Iterable[cst.BaseExpression]] | None = None,
    ) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._libraries = libraries
        self._types = types
        self._given = given or {}
        self._kinds = kinds or {}
        self._attributes = attributes

    def named(self, expression: cst.BaseExpression | None) -> list[str]:
        """The types that ``except X``, ``isinstance(e, X)`` or an argument of a retry library names, through tuples and constants."""
        return list(dict.fromkeys(self._named(expression, _HOPS))) if expression is not None else ["BaseException"]

    def _named(self, expression: cst.BaseExpression, hops: int) -> Iterator[str]:
        if isinstance(expression, (cst.Tuple, cst.List, cst.Set)):
            for element in expression.elements:
                yield from self._named(element.value, hops)
            return
        if isinstance(expression, cst.BinaryOperation) and isinstance(expression.operator, (cst.Add, cst.BitOr)):
            yield from self._named(expression.left, hops)
            yield from self._named(expression.right, hops)
            return
        if (
            isinstance(expression, cst.Call)
            and dotted(expression.func) in ("tuple", "frozenset", "set", "list")
            and len(expression.args) == 1
        ):
            yield from self._named(expression.args[0].value, hops)
            return
        if isinstance(expression, cst.Name) and expression.value == "None":
            yield "None"
            return
        if isinstance(expression, cst.BooleanOperation) and isinstance(expression.operator, cst.Or):
            left = [name for name in self._named(expression.left, hops) if name != "None"]
            yield from left or self._named(expression.right, hops)
            return
        if not isinstance(expression, (cst.Name, cst.Attribute)):
            yield class_named(expression) or UNKNOWN_TYPE
            return
        bound = self._bound(expression, hops) if isinstance(expression, cst.Name) else self._kept(expression, hops)
        if bound:
            yield from bound
            return
        name = self._names.qualified(expression) or UNKNOWN_TYPE
        yield from map(self.canonical, self._types.in_tuple(name) or (name,))

    def canonical(self, name: str) -> str:
        """The name of a type by the first of its import paths."""
        sheet = self._libraries.type(name)
        return name if sheet is None else sheet.name

    def _bound(self, name: cst.Name, hops: int) -> list[str]:
        """The types that the bindings of a name lead to; none where it is imported or builtin."""
        for binding in self._scopes.reaching(name):
            if binding.how is How.CLASS:
                return [binding.name]
            if binding.how is How.IMPORT:
                return []
            if binding.node in self._kinds:
                return list(self._kinds[binding.node])
            value = self._given.get(binding.node, binding.value)
            if binding.how in (How.VALUE, How.PARAMETER) and value is not None and not binding.path and hops:
                return list(self._named(value, hops - 1))
            return [UNKNOWN_TYPE]
        return []

    def _kept(self, attribute: cst.Attribute, hops: int) -> list[str]:
        """The types that ``self.x`` was set to, where that was done once."""
        if (
            self._attributes is None
            or not hops
            or not isinstance(attribute.value, cst.Name)
            or attribute.value.value not in ("self", "cls")
        ):
            return []
        owner = self._tree.enclosing(attribute, cst.ClassDef)
        field = fields(owner).get(attribute.attr.value) if owner is not None else None
        if field is not None and field in self._kinds:
            return list(self._kinds[field])
        values = [self._given[field]] if field is not None and field in self._given else list(self._attributes(attribute))
        if len(values) == 1:
            return list(self._named(values[0], hops - 1))
        return [UNKNOWN_TYPE] if values else []

    # outcomes --------------------------------------------------------------------------------------------------------------------

    def covers(self, names: list[str]) -> Range:
        """The outcomes whose exceptions, as libraries raise them, are of one of these types."""
        found = NOTHING
        for name in names:
            found = either(found, self._covers(name))
        return either(found, Range(NO_ANSWER, NO_ANSWER)) if found.may & NO_ANSWER and self._cover_the_network(names) else found

    def _cover_the_network(self, names: list[str]) -> bool:
        """Whether every failure of the network, of one of the libraries that the types are of, is of one of them."""
        for sheet in self._libraries.sheets:
            network = sheet.library.network
            if network and all(name in names or any(above.name in names for above in self._libraries.ancestors(name)) for name in network):
                return True
        return False

    def _covers(self, name: str) -> Range:
        if name in BROAD:
            return ANY_FAILURE
        if name == "None":
            return NOTHING
        sheet = self._libraries.type(name)
        if sheet is not None:
            return self._by_sheet(sheet)
        if is_first_party(name) or self.local(name) is not None:
            # nothing but the project raises it
            status = self._types.status_of(name)
            return Range(1 << status, 0) if status else NOTHING
        if name in _FAMILY_OF_OS_ERRORS or name == UNKNOWN_TYPE:
            return Range(FAILURES, 0)
        if name in _NETWORK:
            return Range(NO_ANSWER, 0)
        if hasattr(builtins, name) or self._libraries.foreign(name) is not None:
            return NOTHING
        root = name.partition(".")[0]
        if root in self._libraries.roots:
            return Range(NO_ANSWER, 0)
        if root in sys.stdlib_module_names and root not in _OF_THE_SYSTEM:
            return NOTHING  # `asyncio.CancelledError`, `json.JSONDecodeError`
        return Range(FAILURES, 0)

    def _by_sheet(self, sheet: TypeSheet) -> Range:
        if sheet.is_a not in ("exception", "response"):
            return NOTHING
        if sheet.statuses:
            exact = sum(1 << status for status in sheet.statuses if 0 < status < 600)
            return Range(exact, exact)
        if sheet.status_class:
            exact = _CLASSES[sheet.status_class]
            return Range(exact, exact)
        if sheet.carries_status:
            # a class below another one that stands for every status is one kind of it, unless it is what clients raise
            above = any(found.carries_status for found in self._libraries.ancestors(sheet.name) if found is not sheet)
            if above and not self._libraries.is_general(sheet.name):
                return Range(ERRORS, 0)
            return Range(ERRORS, ERRORS & ~sum(1 << status for status in self._libraries.told_apart_from(sheet.name)))
        return ANY_FAILURE if sheet.covers_status else Range(NO_ANSWER, 0)

    def statuses_named(self, names: list[str]) -> int:
        """The statuses that types name by being made for them (``RateLimitError``).

        A class of the project names the one after which servers say when to come back. That it stands for another one is no sign that
        somebody knows this API to mean something temporary by that.
        """
        found = 0
        for name in names:
            sheet = self._libraries.type(name)
            own = self._types.status_of(name) if sheet is None else 0
            for status in sheet.statuses if sheet is not None else (own,) if own in ASKED_FIRST else ():
                found |= 1 << status
        return found

    def named_by_raising(self, names: list[str], raised: Iterable[Raised]) -> int:
        """Those after which servers say when to come back, where a class of the project is raised for these and few other statuses.

        Who raises a class of his own for 429, and catches it, names 429 as well.
        """
        own = [name for name in names if is_first_party(name) or self.local(name) is not None]
        known = [one for one in raised if one.types]
        found = 0
        for name in own:
            outcomes = reduce(or_, (self.taken([name], one).may & ERRORS for one in known), 0)
            found |= outcomes if outcomes.bit_count() <= FEW else 0
        return found & TELL_WHEN

    def taken(self, names: list[str], raised: Raised) -> Range:
        """The outcomes of ``raised`` that a handler of these types takes."""
        found = self.covers(names) if not raised.types else NOTHING
        for name in names:
            found = either(found, self._taken(name, raised))
        return Range(found.may & raised.outcomes, found.must & raised.outcomes)

    def _taken(self, name: str, raised: Raised) -> Range:
        if name in BROAD:
            return Range(raised.outcomes, raised.outcomes)
        if not raised.types:
            return self._covers(name)
        options = [self._takes_type(name, kind, raised) for kind in raised.types]
        may, must = options[0].may, options[0].must
        for option in options[1:]:
            may, must = may | option.may, must & option.must
        return Range(may, must)

    def _takes_type(self, name: str, kind: str, raised: Raised) -> Range:
        if kind == name:
            return Range(raised.outcomes, raised.outcomes)
        if UNKNOWN_TYPE in (kind, name):
            return Range(raised.outcomes, 0)
        if name in _FAMILY_OF_OS_ERRORS and "OSError" in self.ancestry(kind)[0]:
            return Range(raised.outcomes, raised.outcomes)
        sheet = self._libraries.type(kind)
        if sheet is not None and (sheet.covers_status or sheet.carries_status):
            # the most general type that a library raises; the handler may name one that is more precise
            return NOTHING if self._libraries.are_strangers(kind, name) else self._covers(name)
        above, complete = self.ancestry(kind)
        if name in above:
            return Range(raised.outcomes, raised.outcomes)
        return NOTHING if complete else Range(raised.outcomes, 0)

    def ancestry(self, name: str) -> tuple[frozenset[str], bool]:
        """The dotted names of a type and of all it inherits from, and whether none of them is unknown."""
        found: set[str] = set()
        complete = True
        queue = [name]
        while queue:
            current = queue.pop()
            if current in found:
                continue
            found.add(current)
            definition = self.local(current)
            if definition is not None:
                queue.extend(kind for base in definition.bases for kind in self.named(base.value))
                continue
            if is_first_party(current):
                known = self._types.type(current)
                complete = complete and known is not None
                queue.extend(known.parents if known is not None else ())
                continue
            sheets = list(self._libraries.ancestors(current))
            found.update(sheet.name for sheet in sheets)
            classes = [getattr(builtins, above, None) for above in (current, *(above for sheet in sheets for above in sheet.parents))]
            found.update(kind.__name__ for builtin in classes if isinstance(builtin, type) for kind in builtin.__mro__)
            if not sheets and not isinstance(classes[0], type):
                complete = False
        return frozenset(found), complete

    def local(self, name: str) -> cst.ClassDef | None:
        """The class of this file with this name."""
        if "." in name:
            return None
        for binding in self._scopes.bindings(name, self._tree.module):
            if binding.how is How.CLASS and isinstance(binding.node, cst.ClassDef):
                return binding.node
        return None
