"""Which exceptions a ``raise`` raises, under which statuses, and what they have with them.

The class may be written there, or kept in a name, chosen from a table, or be the business of a function that makes the exception:
``raise error_of(response)``.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import reduce
from operator import or_

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.errors.carried import Carried, Carries
from errlint.semantics.errors.chosen import Chosen, Under, arms
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.program.tree import Tree
from errlint.semantics.program.wordings import written_texts
from errlint.semantics.values.annotations import Annotations
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.status_sets import ERRORS, OK
from errlint.semantics.values.types import Types, shown

_HOPS = 3
"""How many names and functions an exception is followed through."""


@dataclass(frozen=True, eq=False)
class Thrown:
    """What a ``raise`` may raise.

    :ivar under: the types, each with the statuses under which it may be one; empty where they are not known;
    :ivar carries: what the exceptions keep of the answer; :ivar wording: what the project itself writes into them.
    """

    under: Under = ()
    carries: Carries = ()
    wording: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        """The types alone."""
        return tuple(name for name, _ in self.under)

    def also(self, other: Thrown) -> Thrown:
        """Either."""
        under = dict(self.under)
        for name, statuses in other.under:
            under[name] = under.get(name, 0) | statuses
        return Thrown(
            tuple(under.items()),
            tuple(dict.fromkeys((*self.carries, *other.carries))),
            tuple(dict.fromkeys((*self.wording, *other.wording))),
        )

    def where(self, possible: int) -> Thrown:
        """The same where some statuses only are possible; an exception for another one may still come."""
        under = tuple((name, statuses & possible or possible or statuses) for name, statuses in self.under)
        return Thrown(under, self.carries, self.wording)


class Exceptions:
    """Answers for one file.

    :param possible_at: the statuses that are possible at a place.
    """

    def __init__(
        self,
        tree: Tree,
        names: Names,
        functions: Functions,
        callees: Callees,
        *,
        types: Types,
        annotations: Annotations,
        chosen: Chosen,
        carried: Carried,
        possible_at: Callable[[cst.CSTNode], int],
    ) -> None:
        self._tree = tree
        self._names = names
        self._functions = functions
        self._callees = callees
        self._types = types
        self._annotations = annotations
        self._chosen = chosen
        self._carried = carried
        self._possible_at = possible_at

    def of(self, raised: cst.BaseExpression) -> Thrown:
        """What ``raise raised`` raises."""
        return self._of(raised, _HOPS) or Thrown(wording=self._wording(raised))

    def chosen(self, raised: cst.BaseExpression) -> Under:
        """The classes of which a table chooses one by the status; () where none does."""
        return self._chosen.of(raised)

    def made_elsewhere(self, raised: cst.BaseExpression) -> Under:
        """The classes of what a function makes, or what was kept in a name, be it the class; () where it is written, or not known."""
        if isinstance(raised, cst.Await):
            return self.made_elsewhere(raised.expression)
        made = self._by_function(raised, _HOPS - 1) if isinstance(raised, cst.Call) else None
        if made is None and isinstance(raised, cst.Call) and isinstance(raised.func, cst.Name) and not self._written(raised):
            return self._kept_classes(raised.func)
        if made is None and isinstance(raised, cst.Name) and not self._written(raised):
            made = self._kept(raised, _HOPS - 1)
        return made.under if made is not None else ()

    def made_by(self, function: cst.FunctionDef) -> Thrown:
        """The exceptions that a function returns; nothing if it also returns anything else, or what is not known."""
        return self._made_by(function, _HOPS) or Thrown()

    def _of(self, raised: cst.BaseExpression, hops: int) -> Thrown | None:
        if isinstance(raised, cst.Await):
            return self._of(raised.expression, hops)
        if isinstance(raised, cst.IfExp):
            one, other = self._of(raised.body, hops), self._of(raised.orelse, hops)
            if one is None or other is None:
                return None
            return one.where(self._possible_at(raised.body) & ERRORS).also(other.where(self._possible_at(raised.orelse) & ERRORS))
        chosen = self._chosen.of(raised)
        if chosen:
            return self._with_contents(raised, chosen)
        if isinstance(raised, cst.Call) and hops:
            made = self._by_function(raised, hops - 1)
            if made is not None:
                return made
        written = self._written(raised)
        if written:
            return self._with_contents(raised, tuple((name, self._stands_for(name, raised)) for name in written))
        kept = self._kept_classes(raised.func) if isinstance(raised, cst.Call) and isinstance(raised.func, cst.Name) else ()
        kept = kept or self._chosen.by_words(raised)
        if kept:
            return self._with_contents(raised, kept)
        return self._kept(raised, hops - 1) if isinstance(raised, cst.Name) and hops else None

    def _with_contents(self, raised: cst.BaseExpression, under: Under) -> Thrown:
        made = raised if isinstance(raised, cst.Call) else None
        carries = tuple(row for name, _ in under for row in self._carried.of(made, name)) if made is not None else ()
        return Thrown(under, carries, self._wording(raised))

    def _stands_for(self, name: str, place: cst.CSTNode) -> int:
        """The statuses that an exception may stand for: by its own code, unless tests say for which ones it is made here."""
        status = self._types.status_of(name) if self._possible_at(place) & OK else 0
        return 1 << status if status else ERRORS

    def _written(self, raised: cst.BaseExpression) -> tuple[str, ...]:
        """The type of ``raise ApiError(…)``, ``raise ApiError``, ``raise ApiError.of(…)``, and of ``cls(…)`` in a class method."""
        made = raised.func if isinstance(raised, cst.Call) else raised
        if isinstance(made, cst.Attribute):
            owner = self._types.named(made.value)
            sheet = self._types.type(owner) if owner else None
            if owner and sheet is not None and sheet.is_a == "exception":
                return (owner,)
        if isinstance(made, cst.Name) and made.value == "cls":
            definition = self._tree.enclosing(made, cst.ClassDef)
            return (definition.name.value,) if definition is not None and self._types.makes_exceptions(definition) else ()
        name = self._types.named(made) or dotted(made) or ""
        return (name,) if shown(name).rpartition(".")[2][:1].isupper() else ()

    def _kept_classes(self, name: cst.Name) -> Under:
        """``kind = NotFound if response.status_code == 404 else ApiError`` and ``raise kind(response.text)``.

        A class that is kept later, for some statuses, stands for these in the place of the one before it.
        """
        found: dict[str, int] = {}
        for binding in sorted(self._names.scopes.reaching(name), key=lambda binding: self._tree.order.get(binding.node, -1)):
            if binding.how is not How.VALUE or binding.value is None or binding.path:
                return ()
            kept: dict[str, int] = {}
            for arm in arms(binding.value):
                written = self._written(arm) if isinstance(arm, (cst.Name, cst.Attribute)) else ()
                if len(written) != 1:
                    return ()
                kept[written[0]] = kept.get(written[0], 0) | (self._possible_at(arm) & ERRORS or ERRORS)
            replaced = reduce(or_, kept.values(), 0)
            if found and replaced & ERRORS == ERRORS:
                return ()  # which of them it is, something else than the status tells
            found = {one: under & ~replaced for one, under in found.items()}
            found.update((one, found.get(one, 0) | under) for one, under in kept.items())
        return tuple((one, under) for one, under in found.items() if under)

    def _kept(self, name: cst.Name, hops: int) -> Thrown | None:
        """``error = ApiError(response.text)`` and ``raise error``."""
        found: Thrown | None = None
        for binding in self._names.scopes.reaching(name):
            if binding.how is not How.VALUE or binding.value is None or binding.path:
                return None
            if isinstance(binding.value, cst.Name) and binding.value.value == "None":
                continue
            made = self._of(binding.value, hops) if isinstance(binding.value, (cst.Call, cst.Await, cst.IfExp)) else None
            if made is None:
                return None
            made = made.where(self._possible_at(binding.node) & ERRORS)
            found = made if found is None else found.also(made)
        return found

    # functions that make exceptions -------------------------------------------------------------------------------------------------

    def _by_function(self, call: cst.Call, hops: int) -> Thrown | None:
        found: Thrown | None = None
        for function in self._callees.here(call):
            made = self._made_by(function, hops)
            if made is None:
                return None
            found = made if found is None else found.also(made)
        if found is not None:
            return found
        summary = self._callees.elsewhere(call)
        return Thrown(summary.makes, summary.carries, summary.wording) if summary is not None and summary.makes else None

    def _made_by(self, function: cst.FunctionDef, hops: int) -> Thrown | None:
        found: Thrown | None = None
        for returned in self._functions.returned(function):
            made = self._of(returned, hops)
            if made is not None and not all(map(self._is_exception, made.types)):
                return None
            made = made or self._declared(function)
            if made is None:
                return None
            made = made.where(self._possible_at(returned) & ERRORS)
            found = made if found is None else found.also(made)
        return found

    def _declared(self, function: cst.FunctionDef) -> Thrown | None:
        """What a function says that it returns, where that is an exception of the project."""
        names = list(self._annotations.types(function.returns.annotation)) if function.returns is not None else []
        known = [name for name in names if self._is_exception(name) and self._types.type(name) is not None]
        return Thrown(tuple((name, ERRORS) for name in known)) if known and len(known) == len(names) else None

    def _is_exception(self, name: str) -> bool:
        sheet, builtin = self._types.type(name), getattr(builtins, name, None)
        return sheet.is_a == "exception" if sheet is not None else isinstance(builtin, type) and issubclass(builtin, BaseException)

    def _wording(self, raised: cst.BaseExpression) -> tuple[str, ...]:
        """What is written into an exception where it is raised, or one name away."""
        found: list[str] = []
        for argument in raised.args if isinstance(raised, cst.Call) else ():
            kept = self._names.scopes.reaching(argument.value) if isinstance(argument.value, cst.Name) else ()
            for value in (argument.value, *(binding.value for binding in kept if binding.how is How.VALUE and binding.value is not None)):
                found += written_texts(value)
                for function in self._callees.here(value) if isinstance(value, cst.Call) else ():
                    found += (text for returned in self._functions.returned(function) for text in written_texts(returned))
        return tuple(found)
