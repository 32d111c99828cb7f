"""Summaries of one module, made by asking its own semantic layer: there is no second analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from errlint.semantics.errors.carried import making_of
from errlint.semantics.meaning import Kind, Meaning, Place
from errlint.semantics.program.leaving import leaves
from errlint.semantics.project.found_by_path import FoundByPath
from errlint.semantics.project.summaries import (
    Fixed,
    FunctionSummary,
    Given,
    Making,
    RaisedFor,
    Spot,
    Value,
)
from errlint.semantics.request_ids.readers import only_reads
from errlint.semantics.values.class_members import is_abstract, raising_hooks
from errlint.semantics.values.status_sets import ALL, Range
from errlint.semantics.values.statuses import Statuses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics
    from errlint.semantics.retries.wrapped.summaries import RetrySummaries

_GIVEN_TO_CONSTRUCTORS = (Kind.CLIENT.name, Kind.INSTANCE.name)


class Summariser:
    """Summarises the functions and values of a module for the others.

    :param file: the absolute path of the module.
    """

    def __init__(self, semantics: Semantics, file: str) -> None:
        self._semantics = semantics
        self._file = file
        self._tree = semantics.tree
        self._found = FoundByPath(semantics, file)

    @cached_property
    def retries(self) -> RetrySummaries:
        """What the module says of retries."""
        from errlint.semantics.retries.wrapped.summaries import RetrySummaries

        return RetrySummaries(self._semantics, self._found)

    def function(self, path: tuple[str, ...], given: Given, *, bound: bool) -> FunctionSummary | None:
        """The function or method at a path of names, called with what is ``given``."""
        node = self._found.function_at(path)
        if node is None:
            return self._kept_function(path, given)
        keys = self._found.parameters(node, [key for key, _ in given], bound=bound)
        evaluator = self._semantics.evaluator
        if keys:
            values = dict(given)
            assumed = {param: meaning for param, key in keys.items() if (meaning := self._given(values[key], param)) is not None}
            evaluator = self._semantics.evaluator_with(assumed)
        returned = list(self._semantics.functions.returned(node))
        meanings = [*(evaluator.meaning(expression) for expression in returned), evaluator.returned_by_annotation(node)]

        def first(found: Iterable[Meaning | None]) -> Value | None:
            return next((value for meaning in found if (value := self._value(meaning, keys)) is not None), None)

        raising = evaluator.raises.of(node)
        made = evaluator.exceptions.made_by(node)
        http = evaluator.http.of(node)
        rows = [[element.value for element in found.elements] for found in returned if isinstance(found, (cst.Tuple, cst.List))]
        columns = zip_longest(*rows)
        return FunctionSummary(
            names=(".".join(path),),
            raises=tuple(self.outside(name) for name in raising.types),
            value=first(meanings),
            items=tuple(first(evaluator.meaning(cell) for cell in column if cell is not None) for column in columns),
            http=self._found.spots(http.trail) if http is not None else (),
            answer=raising.answer.value,
            raised=self._found.spots(raising.trail),
            tells=raising.tells,
            under=tuple((self.outside(name), statuses) for name, statuses in raising.under),
            wording=(*raising.wording, *made.wording),
            carries=tuple((self.outside(name), attribute, word) for name, attribute, word in (*raising.carries, *made.carries)),
            silent=tuple(self.outside(name) for name in raising.silent),
            makes=tuple((self.outside(name), statuses) for name, statuses in made.under),
            escapes=evaluator.raises.escapes(node),
            predicate=self._predicate(node, returned, evaluator.statuses),
            abstract=is_abstract(node),
            only_reads=only_reads(node, self._tree),
            gives_another=self._semantics.draws.gives_another(node),
            hooks=raising_hooks(self._tree, node),
            may_give_none=self._semantics.functions.may_give_none(node),
        )

    def _kept_function(self, path: tuple[str, ...], given: Given) -> FunctionSummary | None:
        """The same of ``client.request``, where the attribute at a path is set to it, and to nothing else."""
        values = list(self._found.expressions_at(path)) if len(path) == 2 else []
        kept = values[0] if len(values) == 1 else None
        member = self._semantics.evaluator.callees.member(kept) if isinstance(kept, cst.Attribute) else None
        if member is None:
            return None
        if member.owner is None:
            imported = self._semantics.imported
            return imported.function(member.elsewhere, given, bound=True) if imported is not None else None
        target = (member.owner.name.value, member.name)
        return self.function(target, given, bound=True) if self._found.function_at(target) is not None else None

    def value(self, path: tuple[str, ...]) -> Value | None:
        """The variable, or the attribute of a class, at a path of names."""
        for expression in self._found.expressions_at(path):
            found = self._value(self._semantics.meaning(expression))
            if found is not None:
                return found
        for node in self._found.functions_at(path):  # a property, and what sets it
            returned = (self._semantics.meaning(expression) for expression in self._semantics.functions.returned(node))
            for meaning in (*returned, self._semantics.evaluator.returned_by_annotation(node)):
                found = self._value(meaning)
                if found is not None:
                    return found
        definition = self._semantics.types.definition(path[0]) if len(path) == 2 else None
        field = self._semantics.evaluator.field(definition, path[1]) if definition is not None else None
        return self._value(field) or self._declared(path)

    def making(self, path: tuple[str, ...]) -> Making | None:
        """How instances of the class at a path are made."""
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        return making_of(definition, self._tree, self._semantics.names, self._semantics.types) if definition is not None else None

    def made_with(self, class_names: tuple[str, ...], keys: tuple[int | str, ...]) -> Value | None:
        """The client, or the object with one, that all calls of some classes are given for a parameter."""
        found: list[Value] = []
        for call in self._tree.all(cst.Call):
            if self.outside(self._semantics.types.named(call.func) or "") in class_names:
                arguments = (self._semantics.evaluator.callees.argument(call, key) for key in keys)
                argument = next((one for one in arguments if one is not None), None)
                given = self._value(self._semantics.meaning(argument)) if argument is not None else None
                if given is None or given.kind not in _GIVEN_TO_CONSTRUCTORS:
                    return None
                found.append(given)
        return found[0] if len({(one.kind, one.type) for one in found}) == 1 else None

    def fixed(self, path: tuple[str, ...]) -> Fixed | None:
        """The numbers that the class at a path is made with."""
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        return self._semantics.types.fixed(definition) if definition is not None else None

    def is_foreign_error(self, path: tuple[str, ...]) -> bool:
        """Whether exceptions of the class at a path come from something else than HTTP."""
        return len(path) == 1 and self._semantics.foreign_errors.is_class(path[0])

    def raised_for(self, path: tuple[str, ...]) -> RaisedFor | None:
        """What the class at a path is raised for, if that are error answers alone, as far as this module raises it."""
        statements = self._semantics.foreign_errors.class_uses.raised(path[0]) if len(path) == 1 else None
        spots: tuple[Spot, ...] = ()
        kept: dict[str, set[str]] = {}
        for statement in statements or ():
            raising = self._semantics.evaluator.raises.of(statement)
            lines = {name: [above.name for above in self._semantics.types.ancestors(name)] for name in raising.types}
            telling = [name for name, line in lines.items() if path[0] in line and name in raising.telling]
            if not telling:
                return None
            spots = spots or self._found.spots(raising.way_to(telling))
            for name, attribute, word in raising.carries:
                if path[0] in lines.get(name, ()):
                    kept.setdefault(attribute, set()).add(word)
        carries = tuple((attribute, words.pop()) for attribute, words in kept.items() if len(words) == 1)
        return RaisedFor(spots, carries) if statements else None

    def constant(self, path: tuple[str, ...]) -> str:
        """The literal that the name at a path is bound to, written out."""
        found = (self._semantics.closed.source(expression) for expression in self._found.expressions_at(path))
        return next((source for source in found if source != "..."), "...")

    def type_names(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The types that a name is bound to: ``RETRYABLE = (requests.Timeout, ApiError)``; `?` where that is not known."""
        for expression in self._found.expressions_at(path):
            return tuple(self.outside(name) for name in self._semantics.predicates.types.named(expression))
        return ()

    def caught_by(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The types that the decorator or context manager at a path of names catches of what it runs."""
        node = self._found.function_at(path)
        definition = self._semantics.types.definition(path[0]) if len(path) == 1 else None
        found = {*(self._semantics.shields.of_function(node) if node is not None else ())}
        found.update(self._semantics.shields.of_class(definition) if definition is not None else ())
        return tuple(sorted(map(self.outside, found)))

    def asks_by_itself(self, rank: int) -> bool | None:
        """Whether the call of this rank makes a client that waits by itself as long as the server says."""
        from errlint.semantics.retries.library.clients import asks_by_itself, waits_by_parts

        node = self._tree.at(rank)
        told = asks_by_itself(self._semantics, node)
        return waits_by_parts(self._semantics, node) if told is None else told

    def outside(self, name: str) -> str:
        """The name by which other modules know a type: classes of this file go by their plain name only here."""
        return f"{self._file}:{name}" if self._semantics.types.definition(name) is not None else name

    def _declared(self, path: tuple[str, ...]) -> Value | None:
        definition = self._semantics.types.definition(path[0]) if len(path) == 2 else None
        scope = self._tree.module if len(path) == 1 else definition
        bindings = self._semantics.scopes.bindings(path[-1], scope) if scope is not None else []
        found = (self._value(self._semantics.evaluator.bound(binding)) for binding in bindings if binding.annotation is not None)
        return next((value for value in found if value is not None), None)

    # arguments -------------------------------------------------------------------------------------------------------------------

    def _given(self, value: Value, param: cst.CSTNode) -> Meaning | None:
        """An argument as the parameter sees it: its trail starts at the parameter, which is how it is known again."""
        sheet = self._semantics.types.type(value.type) if value.type else None
        if value.type and sheet is None:
            return None
        api = self._semantics.binding.named(value.api, value.because)
        return Meaning(
            Kind[value.kind], (Place(param, "passed on"),), sheet, api, value.path, value.name, from_exception=value.from_exception
        )

    # values ----------------------------------------------------------------------------------------------------------------------

    def _value(self, meaning: Meaning | None, keys: Mapping[cst.CSTNode, int | str] | None = None) -> Value | None:
        """A meaning as others may know it; what is not proven stays here."""
        if meaning is None or not meaning.proven or meaning.kind is Kind.CALL:
            return None
        argument = (keys or {}).get(meaning.trail[0].node)
        trail = meaning.trail if argument is None else meaning.trail[1:]
        spots, succeeded = self._found.spots(trail), self._has_succeeded(meaning)
        return msgspec.structs.replace(outline(meaning, self.outside), argument=argument, spots=spots, succeeded=succeeded)

    def _has_succeeded(self, meaning: Meaning) -> bool:
        """Whether a value was taken from an answer of which the errors had been sorted out, by ``raise_for_status()``, say."""
        answer, node = meaning.origin, meaning.expression
        if answer is None or answer.kind is not Kind.RESPONSE or node is None or node not in self._tree.order:
            return meaning.succeeded
        return self._semantics.has_succeeded(meaning, answer, node)

    # predicates ------------------------------------------------------------------------------------------------------------------

    def _predicate(self, node: cst.FunctionDef, returned: list[cst.BaseExpression], statuses: Statuses) -> tuple[int, int] | None:
        """For which statuses what the function returns may and must be true, by all its ``return`` statements."""
        may, fails = 0, 0
        for expression in returned:
            reached = statuses.possible_at(expression)
            found = _truth(expression) or statuses.range_of(expression)
            may |= reached & found.may
            fails |= reached & ~found.must
        if not returned or (may, fails) == (ALL, ALL):
            return None
        return may, ALL & ~fails if leaves(node.body) else 0


def _truth(expression: cst.BaseExpression) -> Range | None:
    if isinstance(expression, cst.Name) and expression.value in ("True", "False", "None"):
        return Range(ALL, ALL) if expression.value == "True" else Range(0, 0)
    return None


def outline(meaning: Meaning, outside: Callable[[str], str]) -> Value:
    """A meaning without its places.

    :param outside: turns the name of a type into the one that other modules know it by.
    """
    api = meaning.api
    return Value(
        meaning.kind.name,
        outside(meaning.sheet.name) if meaning.sheet is not None else "",
        meaning.name,
        meaning.path,
        "" if api is None else api.catalogue.id if api.catalogue is not None else "-",
        api.because if api is not None else "",
        meaning.from_exception,
    )
